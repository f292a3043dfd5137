"""The figures of a province of 30 communes: 240,000 households, 930,000 people, 600,000 supports.

`province_full_seconds` counts every indicator that records speak of, of every village and commune over one
month, from nothing and as the server does it: on two connections. `village_day_ms` is what the server does
after one village's day came in, until everything above it is published. `area_dashboard_ms` opens Tổng hợp
of an area of 30 communes from what was published, in an encrypted vault. BENCH_COMMUNES makes it smaller.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import Final

from sqlalchemy import Connection, insert, select

from benchmarks._day import PASSPHRASE, TODAY, now
from benchmarks._large_province import AREA, PROVINCE, province
from benchmarks._vaults import on_disk
from benchmarks.metric import Metric
from tongcds.domain.formulas import counted_indicators
from tongcds.domain.stamps import derived_id
from tongcds.domain.views import Role
from tongcds.records import record_type
from tongcds.reports.figures import Figures, stock_on_days
from tongcds.reports.overview import commune_overview
from tongcds.server import counting, figures
from tongcds.server.database import Database
from tongcds.storage.vault import Vault

COMMUNES: Final = int(os.environ.get("BENCH_COMMUNES", "30"))
_FIGURE = record_type("figure").table
_UNIT = record_type("unit").table
_STATUS = record_type("unit_status").table
_VILLAGE = record_type("village").table.c
_VISIT = record_type("visit").table


def run() -> Iterator[Metric]:
    """Count it all a few times, then a village's day, then open Tổng hợp."""
    with province(COMMUNES) as address, closing(Database(address)) as database:
        places = _places(database)
        whole = []
        for _ in range(3):
            began = perf_counter()
            found = counting.in_shares(database, places, _month)
            whole.append(perf_counter() - began)
        yield Metric("province_full_seconds", round(statistics.median(whole), 2), "s")
        known = sum(1 for part in found for count in part.values() if count.numerator is not None)
        yield Metric("figures_known", known, "1")
        days = [_village_day(database, places[0], at) for at in range(9)]
        yield Metric("village_day_ms", round(statistics.median(days), 1), "ms")
        with on_disk() as folder:
            opened = _dashboard(database, folder)
        yield Metric("area_dashboard_ms", round(statistics.median(opened), 1), "ms")


def _places(database: Database) -> list[bytes]:
    """Villages and their communes, a commune's together."""
    with database.read() as connection:
        query = select(_VILLAGE.id, _VILLAGE.commune_id).order_by(_VILLAGE.commune_id)
        rows = connection.execute(query).all()
    return [*(village for village, _ in rows), *dict.fromkeys(commune for _, commune in rows)]


def _month(connection: Connection, places: Sequence[bytes]) -> Figures:
    return stock_on_days(connection, counted_indicators(), places, [TODAY])[TODAY]


def _village_day(database: Database, village: bytes, at: int) -> float:
    """Milliseconds from a day's visits of a village to figures that everybody above may read."""
    with database.write() as connection:
        query = select(_VISIT).where(_VISIT.c.area == village).limit(20)
        rows = [dict(row) for row in connection.execute(query).mappings()]
        for row in rows:
            row["id"] = derived_id("figures", "day", row["id"], now(), os.getpid(), at)
            row["on"] = TODAY.isoformat()
        connection.execute(insert(_VISIT), rows)
        figures.touch(connection, [village])
    began = perf_counter()
    figures.refresh(database, Role.PROVINCE, PROVINCE, now=now())
    return (perf_counter() - began) * 1000


def _dashboard(database: Database, folder: Path) -> list[float]:
    """Milliseconds to Tổng hợp of an area, in a vault that holds what its server published."""
    vault = Vault.create(folder / "vault", PASSPHRASE, person="Lò Thị Ngân", now=now)
    try:
        with database.read() as theirs, vault.write() as ours:
            for table in (_UNIT, _FIGURE, _STATUS):
                # As they come: one area after the other.
                query = select(table).order_by(table.c.area, table.c.number)
                rows = [dict(row) for row in theirs.execute(query).mappings()]
                ours.execute(insert(table), rows)
        times = []
        for _ in range(11):
            began = perf_counter()
            with vault.read() as connection:
                commune_overview(connection, AREA, TODAY)
            times.append((perf_counter() - began) * 1000)
        return times
    finally:
        vault.close()
