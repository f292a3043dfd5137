"""What the records say of units: which there are on a day, their names, teams, last sync, published figures.

Units that came with no record are looked up in the register that ships with the program (`domain.units`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, Text, and_, func, or_, select

from tongcds.clock import VIETNAM, moment_of
from tongcds.domain.periods import Period
from tongcds.domain.stamps import ID_LENGTH, milliseconds_of
from tongcds.domain.units import LAST_DAY_BEFORE, Era, UnitKind, load_units
from tongcds.records import record_type
from tongcds.reports.figures import NOTHING_KNOWN, Count
from tongcds.reports.frame import moments_of

SILENT_DAYS: Final = 14
"""After so many days without a sync a unit is silent."""

_SIGNS_OF_LIFE: Final = ("household", "person", "observation", "visit", "support")
_UNIT = record_type("unit").table.c
_VILLAGE = record_type("village").table.c
_TEAM = record_type("team").table.c
_FIGURE = record_type("figure").table.c
_STATUS = record_type("unit_status").table.c


@dataclass(frozen=True, slots=True)
class Status:
    """Teams of a unit, how many of them synced within `SILENT_DAYS`, and when the last one did."""

    teams: int = 0
    teams_in_time: int = 0
    households: int | None = None
    last_sync: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A count as whoever reads it may see it; `hidden` numbers are None.

    `definition` names the way of counting of a published one.
    """

    count: Count = NOTHING_KNOWN
    hidden: bool = False
    definition: str = ""


def _standing(valid_from: ColumnElement[str], valid_to: ColumnElement[str], on: date) -> ColumnElement[bool]:
    day = on.isoformat()
    return and_(or_(valid_from.is_(None), valid_from <= day), or_(valid_to.is_(None), valid_to >= day))


def villages_of(connection: Connection, commune_id: bytes, on: date) -> dict[bytes, str]:
    """Names of the villages of a commune on a day, by id."""
    return {village: name for village, (name, _) in villages_in(connection, [commune_id], on).items()}


def villages_in(
    connection: Connection, commune_ids: Sequence[bytes], on: date
) -> dict[bytes, tuple[str, bytes]]:
    """Name and commune of each village of these communes on a day, by id."""
    query = select(_VILLAGE.id, _VILLAGE.name, _VILLAGE.commune_id).where(
        _VILLAGE.commune_id.in_(commune_ids),
        _VILLAGE.deleted == 0,
        _standing(_VILLAGE.valid_from, _VILLAGE.valid_to, on),
    )
    return {village: (name or "", commune) for village, name, commune in connection.execute(query)}


def communes_of_villages(connection: Connection, village_ids: Sequence[bytes]) -> list[bytes]:
    """The communes that these villages belong to, each once."""
    query = select(_VILLAGE.commune_id).where(_VILLAGE.id.in_(village_ids), _VILLAGE.commune_id.is_not(None))
    return list(connection.execute(query.distinct()).scalars())


def communes_of(connection: Connection, unit_id: bytes, on: date) -> list[bytes]:
    """The communes of a cluster or a province on a day; a commune is its own only one."""
    row = connection.execute(
        select(_UNIT.kind, _UNIT.member_ids).where(_UNIT.id == unit_id, _UNIT.deleted == 0)
    ).first()
    if row is not None and row.member_ids:
        return [row.member_ids[i : i + ID_LENGTH] for i in range(0, len(row.member_ids), ID_LENGTH)]
    register = load_units()
    unit = register.by_id(unit_id)
    kind = row.kind if row is not None else unit.kind if unit is not None else ""
    if kind == UnitKind.COMMUNE:
        return [unit_id]
    query = select(_UNIT.id).where(
        _UNIT.parent_id == unit_id,
        _UNIT.kind == UnitKind.COMMUNE,
        _UNIT.deleted == 0,
        _standing(_UNIT.valid_from, _UNIT.valid_to, on),
    )
    found = list(connection.execute(query).scalars())
    return found or [child.id for child in register.children(unit_id, on)]


def areas(connection: Connection, on: date) -> tuple[tuple[bytes, str], ...]:
    """The areas of the province on a day, by name."""
    query = select(_UNIT.id, _UNIT.name).where(
        _UNIT.kind == UnitKind.CLUSTER, _UNIT.deleted == 0, _standing(_UNIT.valid_from, _UNIT.valid_to, on)
    )
    return tuple((unit, name or "") for unit, name in connection.execute(query.order_by(_UNIT.name)))


def unit_names(connection: Connection, unit_ids: Sequence[bytes]) -> dict[bytes, str]:
    """Names without the type ("Chiềng Mung") of communes and units above, "" where nobody knows it."""
    query = select(_UNIT.id, _UNIT.name, _UNIT.unit_type).where(_UNIT.id.in_(unit_ids), _UNIT.deleted == 0)
    names = {}
    for unit_id, name, unit_type in connection.execute(query):
        full, kind = name or "", unit_type or ""
        bare = full[len(kind) :].strip() if kind and full.lower().startswith(kind.lower()) else full
        names[unit_id] = bare or full
    for unit_id in unit_ids:
        if unit_id not in names:
            unit = load_units().by_id(unit_id)
            names[unit_id] = "" if unit is None else unit.bare_name
    return names


def province_before(connection: Connection, commune_ids: Iterable[bytes]) -> str:
    """The code before 1 July 2025 of the province that communes of today lay in; "" for none or several."""
    register = load_units()
    codes: set[str] = set()
    for commune_id in commune_ids:
        unit = register.by_id(commune_id)
        if unit is None:
            code = connection.execute(select(_UNIT.code).where(_UNIT.id == commune_id)).scalar()
            unit = register.by_code(code or "", Era.SINCE_2025)
        for link in register.predecessors(unit.id) if unit is not None else ():
            above = register.parents(link.unit.id, LAST_DAY_BEFORE)
            codes.update(u.code for u in above if u.kind is UnitKind.PROVINCE)
    return codes.pop() if len(codes) == 1 else ""


def team_counts(connection: Connection, unit_ids: Sequence[bytes]) -> dict[bytes, int]:
    """How many teams work for each of the units; units without one are left out."""
    query = select(_TEAM.unit_id, func.count()).where(_TEAM.unit_id.in_(unit_ids), _TEAM.deleted == 0)
    return {row[0]: row[1] for row in connection.execute(query.group_by(_TEAM.unit_id))}


def first_day(connection: Connection, unit_id: bytes) -> date | None:
    """The first day on which a village, or its team, was there; None where nobody wrote it down."""
    begun = connection.execute(select(_VILLAGE.valid_from).where(_VILLAGE.id == unit_id)).scalar()
    decided = connection.execute(
        select(func.min(_TEAM.decided_on)).where(_TEAM.unit_id == unit_id, _TEAM.deleted == 0)
    ).scalar()
    return max((date.fromisoformat(day) for day in (begun, decided) if day), default=None)


def is_silent(last_sync: datetime | None, on: date) -> bool:
    """Whether a unit has not synced for more than `SILENT_DAYS` days."""
    return last_sync is None or last_sync.astimezone(VIETNAM).date() < on - timedelta(days=SILENT_DAYS)


def statuses(connection: Connection, unit_ids: Sequence[bytes]) -> dict[bytes, Status]:
    """What the server published of units besides figures; units it did not speak of are left out."""
    query = select(record_type("unit_status").table).where(
        _STATUS.unit_id.in_(unit_ids), _STATUS.deleted == 0
    )
    return {
        row["unit_id"]: Status(
            row["teams"] or 0,
            row["teams_in_time"] or 0,
            row["households"],
            None if row["last_sync_at"] is None else moment_of(row["last_sync_at"]),
        )
        for row in connection.execute(query).mappings()
    }


def village_statuses(connection: Connection, village_ids: Sequence[bytes], on: date) -> dict[bytes, Status]:
    """The same of villages whose records are here: what is missing follows from the records themselves.

    A village of which the server said nothing synced last when the latest of its records was made.
    """
    published = statuses(connection, village_ids)
    teams = team_counts(connection, village_ids)
    latest: dict[bytes, int] = {}
    for name in _SIGNS_OF_LIFE:
        table = record_type(name).table.c
        query = (
            select(table.area, func.max(table.stamp)).where(table.area.in_(village_ids)).group_by(table.area)
        )
        for village, stamp in connection.execute(query):
            latest[village] = max(latest.get(village, 0), stamp)
    found = {}
    for village in village_ids:
        status = published.get(village)
        if status is None:
            last = moment_of(milliseconds_of(latest[village])) if village in latest else None
            in_time = 0 if is_silent(last, on) else teams.get(village, 0)
            status = Status(teams_in_time=in_time, last_sync=last)
        found[village] = replace(status, teams=max(status.teams, teams.get(village, 0)))
    return found


def published_figures(
    connection: Connection, indicators: Sequence[str], unit_ids: Sequence[bytes], days: Sequence[date]
) -> Mapping[date, dict[tuple[bytes, str], Seen]]:
    """Figures that the server published; the latest one on or before a day holds for that day."""
    moments = moments_of([Period(day, day) for day in days], (), ())
    until = func.lead(_FIGURE.on, type_=Text).over(
        partition_by=(_FIGURE.unit_id, _FIGURE.indicator), order_by=(_FIGURE.on, _FIGURE.stamp, _FIGURE.n)
    )
    spans = (
        select(record_type("figure").table, until.label("until"))
        .where(_FIGURE.unit_id.in_(unit_ids), _FIGURE.indicator.in_(indicators), _FIGURE.deleted == 0)
        .subquery("spans")
    )
    current = and_(spans.c.on <= moments.c.last, or_(spans.c.until.is_(None), spans.c.until > moments.c.last))
    query = select(
        moments.c.last,
        spans.c.unit_id,
        spans.c.indicator,
        spans.c.numerator,
        spans.c.denominator,
        spans.c.hidden,
        spans.c.fingerprint,
        spans.c.definition,
    ).join_from(spans, moments, current)
    found: dict[date, dict[tuple[bytes, str], Seen]] = {day: {} for day in days}
    for day, unit, indicator, numerator, denominator, hidden, fingerprint, said in connection.execute(query):
        count = Count(numerator, denominator, 0, fingerprint or "")
        found[date.fromisoformat(day)][unit, indicator] = Seen(
            NOTHING_KNOWN if hidden else count, bool(hidden), said or ""
        )
    return found
