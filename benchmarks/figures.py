"""The figures of a province of 30 communes: 240,000 households, 930,000 people, 600,000 supports.

`province_full_seconds` counts every indicator that records speak of, of every village and commune over one
month, from nothing and as the server does it: on two connections. `groups_full_seconds` counts them once by
sex, age and poverty, over the two months that groups are kept up to date for. `village_day_ms` is what the
server does after one village's day came in, until everything above it is published. `area_dashboard_ms`
opens Tổng hợp of an area of 30 communes from what was published, in an encrypted vault. BENCH_COMMUNES makes
it smaller.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select

from benchmarks._day import PASSPHRASE, TODAY, now
from benchmarks._large_province import AREA, PROVINCE, province
from benchmarks._vaults import on_disk
from benchmarks.metric import Metric
from tongcds import memory
from tongcds.domain.catalogue import facts_made
from tongcds.domain.facts import Subject
from tongcds.domain.formulas import counted_indicators
from tongcds.domain.views import Role
from tongcds.records import record_type
from tongcds.reports.figures import Figures, stock_on_days
from tongcds.reports.overview import commune_overview
from tongcds.server import counting, figures, grouped
from tongcds.server.database import Database
from tongcds.server.office import OfficeWriter
from tongcds.storage.vault import Vault

COMMUNES: Final = int(os.environ.get("BENCH_COMMUNES", "30"))
_FIGURE = record_type("figure").table
_UNIT = record_type("unit").table
_STATUS = record_type("unit_status").table
_VILLAGE = record_type("village").table.c
_VISIT = record_type("visit").table
_SUPPORT = record_type("support").table


def run() -> Iterator[Metric]:
    """Count it all a few times, then a village's day, then open Tổng hợp."""
    memory.look_seldom()  # As a server's process does.
    memory.keep_for_good()
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
        began = perf_counter()
        counting.in_shares(database, places, lambda c, some: grouped.counted(c, some, TODAY))
        yield Metric("groups_full_seconds", round(perf_counter() - began, 2), "s")
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
    """Milliseconds from a day's work of a village to figures that everybody above may read.

    Twenty visits with two services each, and what is known from these.
    """
    with database.write() as connection:
        writer = OfficeWriter(connection, now=now() + at)
        query = select(_VISIT).where(_VISIT.c.area == village).order_by(_VISIT.c.n).offset(20 * at).limit(20)
        for old in connection.execute(query).all():
            _help_again(connection, writer, old)
        figures.touch(connection, writer.flush())
    began = perf_counter()
    figures.refresh(database, Role.PROVINCE, PROVINCE, now=now())
    return (perf_counter() - began) * 1000


def _help_again(connection: Connection, writer: OfficeWriter, old: Row[Any]) -> None:
    """What was done on an earlier visit, once more today."""
    place, on = old.village_id, TODAY.isoformat()
    visit = writer.create("visit", village_id=place, household_id=old.household_id, on=on, by_id=old.by_id)
    query = select(_SUPPORT).where(_SUPPORT.c.visit_id == old.id)
    for support in connection.execute(query).all():
        given = {"service": support.service, "person_ids": support.person_ids, "result": support.result}
        writer.create("support", village_id=place, visit_id=visit, **given)
        for fact, value in facts_made(support.service):
            subject = "person" if fact.subject == Subject.PERSON else "household"
            about = support.person_ids if fact.subject == Subject.PERSON else old.household_id
            seen = {"subject": subject, "subject_id": about, "fact": fact.code, "value": int(value)}
            writer.create("observation", village_id=place, held_on=on, **seen)


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
