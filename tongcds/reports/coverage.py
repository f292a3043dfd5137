"""Villages where no operator's mobile broadband reaches everybody, as the register of villages says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, select

from tongcds.domain.text import natural_sort_key
from tongcds.domain.units import FIRST_DAY_2025, Era, load_units
from tongcds.domain.views import VillageCoverage
from tongcds.records import record_type
from tongcds.reports.units import unit_names

_VILLAGE = record_type("village").table.c
_COVERED = "yes"


def gaps(connection: Connection, villages: Sequence[bytes]) -> tuple[VillageCoverage, ...]:
    """Those of the villages without an operator that covers them whole, by commune and name.

    How many live there is not known here.
    """
    query = select(
        _VILLAGE.id, _VILLAGE.name, _VILLAGE.commune_id, _VILLAGE.old_commune_code, _VILLAGE.electricity,
        _VILLAGE.viettel_4g, _VILLAGE.vinaphone_4g, _VILLAGE.mobifone_4g, _VILLAGE.fibre,
    ).where(_VILLAGE.id.in_(villages), _VILLAGE.deleted == 0)  # fmt: skip
    rows = connection.execute(query).all()
    communes = sorted({row.commune_id for row in rows if row.commune_id is not None})
    names = unit_names(connection, communes) if communes else {}
    found = []
    for row in rows:
        operators = row.viettel_4g or "", row.vinaphone_4g or "", row.mobifone_4g or ""
        if _COVERED in operators:
            continue
        old_commune, old_district = _before(row.old_commune_code)
        found.append(
            VillageCoverage(
                village_id=row.id,
                name=row.name or "",
                commune=names.get(row.commune_id, ""),
                old_commune=old_commune,
                old_district=old_district,
                electricity=row.electricity or "",
                operators=operators,
                fibre=row.fibre or "",
            )
        )
    return tuple(sorted(found, key=lambda one: (natural_sort_key(one.commune), natural_sort_key(one.name))))


def _before(code: str | None) -> tuple[str, str]:
    """The commune and district of before 1 July 2025 by the commune's code of then."""
    units = load_units()
    unit = units.by_code(code, Era.BEFORE_2025) if code else None
    if unit is None:
        return "", ""
    parents = units.parents(unit.id, FIRST_DAY_2025 - timedelta(days=1))
    return unit.name, parents[0].name if parents else ""
