"""Who a report goes to: the unit of the period's own time by name, and who decides on it today.

Until 30 June 2025 a commune reported to its district. Districts are gone, so what is still handed up for a
period before that bears the district's name and is decided on by the province. The department that gathers
the province's reports was another one until March 2025.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from tongcds.domain.report_types import Level, ReportType
from tongcds.domain.units import LAST_DAY_BEFORE, Era, UnitKind, load_units
from tongcds.domain.views import Role
from tongcds.errors import UserError
from tongcds.i18n import _
from tongcds.protocol.messages import Credentials
from tongcds.records import record_type
from tongcds.replica.above import units_above
from tongcds.reports import units

_DEPARTMENT_SINCE: Final = date(2025, 3, 1)
"""Nghị định 55/2025/NĐ-CP; the departments of the provinces followed the ministry within the month (own)."""

_VILLAGE: Final = record_type("village").table.c
_UNIT: Final = record_type("unit").table.c


@dataclass(frozen=True, slots=True)
class Addressee:
    """`unit_id` None: nobody who has this program."""

    unit_id: bytes | None
    name: str


@dataclass(frozen=True, slots=True)
class Names:
    """Who hands up, and what the units over it are called today."""

    unit_id: bytes
    unit: str
    commune: str
    province: str


def addressee_of(connection: Connection, who: Names, kind: ReportType, last: date) -> Addressee:
    """The addressee of a unit's report over a period that ends on a day.

    Raises:
        UserError: report_without_district: nobody knows which district the unit's territory lay in.
    """
    chain = units_above(connection, [who.unit_id])[who.unit_id]
    province = chain[-1] if len(chain) > 1 else None
    match kind.addressee:
        case Level.COMMUNE:
            communes = units.communes_of_villages(connection, [who.unit_id])
            name = _old_commune(connection, who.unit_id) if last <= LAST_DAY_BEFORE else ""
            return Addressee(communes[0] if communes else None, name or who.commune)
        case Level.DISTRICT:
            district = _district_before(connection, who.unit_id)
            if not district:
                raise UserError("report_without_district", unit=who.unit, day=last)
            return Addressee(province, district)
        case Level.PROVINCE:
            return Addressee(province, _department(who.province, last))
        case _:
            return Addressee(None, _("People's Committee of {unit}").format(unit=who.province))


def unit_above(connection: Connection, who: Credentials) -> tuple[bytes, str] | None:
    """The unit that whoever works here turns to, with its name: commune or province; None at the top."""
    match Role(who.role):
        case Role.TEAM:
            communes = units.communes_of_villages(connection, [who.unit_id])
            return (communes[0], who.commune_name) if communes else None
        case Role.COMMUNE | Role.AREA:
            chain = units_above(connection, [who.unit_id])[who.unit_id]
            return (chain[-1], who.province_name) if len(chain) > 1 else None
        case _:
            return None


def _department(province: str, last: date) -> str:
    words = (
        _("Department of Science and Technology of {province}")
        if last >= _DEPARTMENT_SINCE
        else _("Department of Information and Communications of {province}")
    )
    return words.format(province=province)


def _old_commune(connection: Connection, village: bytes) -> str:
    code = connection.execute(select(_VILLAGE.old_commune_code).where(_VILLAGE.id == village)).scalar()
    unit = load_units().by_code(code, Era.BEFORE_2025) if code else None
    return "" if unit is None else unit.name


def _district_before(connection: Connection, commune: bytes) -> str:
    """The district that all of a commune's territory lay in; "" where it is not known or there were two."""
    register = load_units()
    unit = register.by_id(commune)
    if unit is None:
        code = connection.execute(select(_UNIT.code).where(_UNIT.id == commune)).scalar()
        unit = register.by_code(code or "", Era.SINCE_2025)
    found = {
        above.name
        for link in (register.predecessors(unit.id) if unit is not None else ())
        for above in register.parents(link.unit.id, LAST_DAY_BEFORE)
        if above.kind is UnitKind.DISTRICT
    }
    return found.pop() if len(found) == 1 else ""
