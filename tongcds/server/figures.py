"""Published figures: what the units above may know of a village or commune, counted when somebody asks.

A push marks its villages as dirty; before an area's or the province's page the dirty ones are counted again,
added up, and what changed is written as `figure` and `unit_status` records in the unit's own area. One figure
a unit, indicator and month; it says so from its day (`on`) until a later one says otherwise, so the figure on
a day is the latest one up to it. What figures mean and how they are counted is `tongcds.reports.figures`'.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import chain

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, insert, select, update

from tongcds.clock import day_of
from tongcds.domain.formulas import counted_indicators, formula_on
from tongcds.domain.stamps import derived_id
from tongcds.domain.views import Role
from tongcds.records import record_type
from tongcds.replica.dialect import insert_new
from tongcds.reports.figures import Count, definition
from tongcds.reports.hiding import OF_PEOPLE, hidden
from tongcds.reports.units import SILENT_DAYS
from tongcds.server.counting import (
    Ahead,
    Day,
    Stale,
    are_many,
    count_ahead,
    counted,
    days_of,
    late_places,
    mark,
    stale_places,
)
from tongcds.server.database import Database
from tongcds.server.office import OfficeWriter
from tongcds.server.scopes import villages_of
from tongcds.server.tables import CELL, COUNTED, DEVICE, HIDDEN, STATE
from tongcds.server.tree import UnitsTree, below_unit, is_another, units_tree

_DAY_MS = 86_400_000
_SLICE = 400
_HOUSEHOLD = record_type("household").table.c
_TEAM = record_type("team").table.c
_FIGURE = record_type("figure").table.c
_STATUS = record_type("unit_status").table.c

Changed = dict[str, set[bytes]]
"""By indicator the places of which the figure is another one."""


def touch(connection: Connection, areas: Collection[bytes], *, entirely: bool = False) -> None:
    """Records in these areas changed: their villages are counted again before anybody sees figures.

    With `entirely` all figures of all days are counted, whatever the records say.
    """
    ordered = sorted(set(areas))
    forgotten = {"through": -1} if entirely else {}
    for start in range(0, len(ordered), _SLICE):
        part = ordered[start : start + _SLICE]
        insert_new(connection, COUNTED, [{"village": area} for area in part])
        connection.execute(
            update(COUNTED)
            .where(COUNTED.c.village.in_(part))
            .values(changed=COUNTED.c.changed + 1, **forgotten)
        )


def refresh(database: Database, role: Role, unit: bytes, *, now: int) -> int:
    """Bring figures below this unit up to date; returns how many villages and communes were counted.

    Raises:
        BusyError: the database is busy.
    """
    today = day_of(now)
    with database.read() as connection:
        below = below_unit(connection, role, unit)
        late = late_places(connection, [*below.villages, *below.communes], today)
        if not late and below.is_noted(connection, STATE.c.added_up):
            return 0
        stale: Stale = {}
        if are_many(database, late):
            stale = stale_places(connection, below.villages, below.communes, today)
    ahead = count_ahead(database, stale, today)
    return database.change(lambda connection: count_again(connection, below.communes, now=now, ahead=ahead))


def count_again(
    connection: Connection, communes: Sequence[bytes], *, now: int, ahead: Ahead | None = None
) -> int:
    """Count what is out of date in these communes and publish what changed; returns how many places.

    What was counted `ahead` is taken over, unless something came since.
    """
    today = day_of(now)
    writer = OfficeWriter(connection, now=now)  # from here on nobody else counts
    tree = units_tree(connection, writer.province)
    villages = dict(villages_of(connection, communes))
    # A commune is a place of its own for the teams that work for all of it.
    stale = stale_places(connection, villages, communes, today)
    another = is_another(connection, tree, STATE.c.added_up)
    if not stale and not another:
        return 0
    done = {} if ahead is None else ahead.done
    again = {place: task for place, task in stale.items() if done.get(place) != task}
    found = counted(connection, again, today)
    changed: dict[Day, Changed] = {}
    for day in days_of(today):
        figures = dict(found.get(day.on, {}))
        if ahead is not None:
            before = ahead.found.get(day.on, {})
            kept = stale.keys() - again.keys()
            figures |= {key: count for key, count in before.items() if key[0] in kept}
        if figures:
            changed[day] = _keep(connection, day, figures)
    if another:
        # Every figure that there may be is another one, once units above add up others than before.
        for day in days_of(today):
            for code in counted_indicators():
                changed.setdefault(day, {}).setdefault(code, set()).update(
                    tree.units - tree.commune_of.keys()
                )
    for day, places in changed.items():
        _publish_cells(connection, writer, tree, day, places)
    _publish_status(connection, writer, villages, stale.keys() & villages.keys(), now)
    writer.flush()
    mark(connection, stale, today)
    return len(stale)


def refresh_status(database: Database, role: Role, unit: bytes, *, now: int) -> int:
    """Say when the villages below this unit were last heard of; returns how many had not been up to date.

    A team that has nothing new makes no figure stale, but that it synced is news.

    Raises:
        BusyError: the database is busy.
    """
    with database.read() as connection:
        communes = below_unit(connection, role, unit).communes
        if not _heard_since(connection, [v for v, _ in villages_of(connection, communes)]):
            return 0

    def publish(connection: Connection) -> int:
        writer = OfficeWriter(connection, now=now)  # from here on nobody else publishes
        villages = dict(villages_of(connection, communes))
        late = _heard_since(connection, list(villages))
        _publish_status(connection, writer, villages, late, now)
        writer.flush()
        return len(late)

    return database.change(publish)


def _heard_since(connection: Connection, villages: Sequence[bytes]) -> list[bytes]:
    """The villages that synced since their status was published."""
    published: dict[bytes, int | None] = {}
    for start in range(0, len(villages), _SLICE):
        query = select(_STATUS.unit_id, _STATUS.last_sync_at).where(
            _STATUS.unit_id.in_(villages[start : start + _SLICE])
        )
        published.update((village, last) for village, last in connection.execute(query))
    return [v for v, last in _synced(connection, villages).items() if published.get(v) != last]


def _keep(connection: Connection, day: Day, found: Mapping[tuple[bytes, str], Count]) -> Changed:
    """Put the counts of a day down; returns where they differ from what was there."""
    villages = sorted({village for village, _ in found})
    known: dict[tuple[bytes, str], tuple[object, ...]] = {}
    for start in range(0, len(villages), _SLICE):
        query = select(CELL).where(
            CELL.c.month == day.month, CELL.c.village.in_(villages[start : start + _SLICE])
        )
        known.update(
            ((r.village, r.indicator), (r.numerator, r.denominator, r.records, r.fingerprint))
            for r in connection.execute(query)
        )
    fresh: list[dict[str, object]] = []
    stale: list[dict[str, object]] = []
    changed: Changed = {}
    for (village, indicator), count in found.items():
        values = (count.numerator, count.denominator, count.records, count.fingerprint)
        if known.get((village, indicator)) == values:
            continue
        row: dict[str, object] = {
            "village": village,
            "indicator": indicator,
            "month": day.month,
            "on": day.on.isoformat(),
            "numerator": count.numerator,
            "denominator": count.denominator,
            "records": count.records,
            "fingerprint": count.fingerprint,
        }
        (stale if (village, indicator) in known else fresh).append(row)
        changed.setdefault(indicator, set()).add(village)
    if fresh:
        connection.execute(insert(CELL), fresh)
    if stale:
        names = ("on", "numerator", "denominator", "records", "fingerprint")
        connection.execute(
            update(CELL)
            .where(
                CELL.c.village == bindparam("the_village"),
                CELL.c.indicator == bindparam("the_indicator"),
                CELL.c.month == bindparam("the_month"),
            )
            .values({name: bindparam(name) for name in names}),
            [
                {
                    "the_village": r["village"],
                    "the_indicator": r["indicator"],
                    "the_month": r["month"],
                    **{name: r[name] for name in names},
                }
                for r in stale
            ],
        )
    return changed


def _publish_cells(
    connection: Connection, writer: OfficeWriter, tree: UnitsTree, day: Day, changed: Changed
) -> None:
    """Write the figures of places that changed and of the units above them.

    Of other units those are written that are hidden now and were not, or were and are not any more: which of
    them are hidden depends on the others.
    """
    counts = _cells_of(connection, day.month, changed)
    before = hidden_now(connection, day.month, changed)
    figures: dict[tuple[bytes, str], Count] = {}
    veiled: set[tuple[bytes, str]] = set()
    for code, places in changed.items():
        of_units = tree.added_up(counts.get(code, {}))
        concerned = {*places, *chain.from_iterable(map(tree.above, places))}
        if _of_people(code, day.on):
            was = {unit for unit, indicator in before if indicator == code}
            now = hidden({unit: (count,) for unit, count in of_units.items()}, tree.parts, was)
            veiled |= {(unit, code) for unit in now}
            concerned |= now ^ was
        figures |= {(unit, code): of_units[unit] for unit in concerned & of_units.keys()}
    _publish(writer, day, figures, veiled)
    _note_hidden(connection, day.month, before, veiled)


def _cells_of(
    connection: Connection, month: str, indicators: Collection[str]
) -> dict[str, dict[bytes, Count]]:
    """What was counted of every place for a month, by indicator."""
    columns = (CELL.c.village, CELL.c.indicator, CELL.c.numerator, CELL.c.denominator, CELL.c.records)
    query = select(*columns, CELL.c.fingerprint)
    found: defaultdict[str, dict[bytes, Count]] = defaultdict(dict)
    # All at once: a province has tens of thousands, and asking for each takes longer than making it.
    for village, indicator, *values in connection.execute(
        query.where(CELL.c.month == month, CELL.c.indicator.in_(indicators))
    ).all():
        found[indicator][village] = Count(*values)
    return found


def hidden_now(connection: Connection, month: str, indicators: Collection[str]) -> set[tuple[bytes, str]]:
    """Those of which the figure that is published is a hidden one."""
    query = select(HIDDEN.c.unit, HIDDEN.c.indicator).where(
        HIDDEN.c.month == month, HIDDEN.c.indicator.in_(indicators)
    )
    return {(unit, indicator) for unit, indicator in connection.execute(query)}


def _note_hidden(
    connection: Connection,
    month: str,
    before: Collection[tuple[bytes, str]],
    now: Collection[tuple[bytes, str]],
) -> None:
    """Keep which figures are hidden, so that nobody has to look for them among all that are published."""
    old, new = set(before) - set(now), set(now) - set(before)
    if old:
        gone = HIDDEN.delete().where(
            HIDDEN.c.month == month,
            HIDDEN.c.indicator == bindparam("the_indicator"),
            HIDDEN.c.unit == bindparam("the_unit"),
        )
        connection.execute(gone, [{"the_indicator": code, "the_unit": unit} for unit, code in sorted(old)])
    if new:
        rows = [{"month": month, "indicator": code, "unit": unit} for unit, code in sorted(new)]
        connection.execute(insert(HIDDEN), rows)


def _of_people(indicator: str, on: date) -> bool:
    """Whether small figures of it would tell of single people."""
    formula = formula_on(indicator, on)
    return formula is None or formula.of in OF_PEOPLE


def _publish(
    writer: OfficeWriter,
    day: Day,
    figures: Mapping[tuple[bytes, str], Count],
    veiled: Collection[tuple[bytes, str]],
) -> None:
    ids = {key: derived_id("figure", *key, day.month) for key in figures}
    writer.load("figure", ids.values())
    definitions = {code: definition(code, day.on) for _, code in figures}
    for (unit, indicator), count in figures.items():
        is_hidden = (unit, indicator) in veiled
        writer.put(
            "figure",
            ids[unit, indicator],
            aside={"on": day.on.isoformat()},
            unit_id=unit,
            indicator=indicator,
            numerator=None if is_hidden else count.numerator,
            denominator=None if is_hidden else count.denominator,
            hidden=int(is_hidden),
            definition=definitions[indicator],
            fingerprint="" if is_hidden else count.fingerprint,
        )


def _publish_status(
    connection: Connection,
    writer: OfficeWriter,
    villages: Mapping[bytes, bytes],
    stale: Collection[bytes],
    now: int,
) -> None:
    """Teams, households and the last exchange of stale villages and of their communes."""
    fresh_after = now - SILENT_DAYS * _DAY_MS
    units: dict[bytes, list[bytes]] = {village: [village] for village in stale}
    communes = {villages[village] for village in stale}
    for village, commune in villages.items():
        if commune in communes:
            units.setdefault(commune, []).append(village)
    concerned = sorted({village for members in units.values() for village in members})
    teams = _teams(connection, concerned)
    households = _households(connection, concerned)
    synced = _synced(connection, concerned)
    ids = {unit: derived_id("unit_status", unit) for unit in units}
    writer.load("unit_status", ids.values())
    for unit, members in units.items():
        last = max((synced[v] for v in members if v in synced), default=None)
        writer.put(
            "unit_status",
            ids[unit],
            unit_id=unit,
            teams=sum(teams.get(v, 0) for v in members),
            teams_in_time=sum(teams.get(v, 0) for v in members if synced.get(v, 0) >= fresh_after),
            households=sum(households.get(v, 0) for v in members),
            last_sync_at=last,
        )


def _teams(connection: Connection, villages: Sequence[bytes]) -> dict[bytes, int]:
    query = select(_TEAM.unit_id, func.count()).where(_TEAM.deleted == 0).group_by(_TEAM.unit_id)
    return _by_unit(connection, query, _TEAM.unit_id, villages)


def _households(connection: Connection, villages: Sequence[bytes]) -> dict[bytes, int]:
    query = (
        select(_HOUSEHOLD.village_id, func.count())
        .where(_HOUSEHOLD.deleted == 0, _HOUSEHOLD.left_on.is_(None))
        .group_by(_HOUSEHOLD.village_id)
    )
    return _by_unit(connection, query, _HOUSEHOLD.village_id, villages)


def _synced(connection: Connection, villages: Sequence[bytes]) -> dict[bytes, int]:
    query = (
        select(DEVICE.c.unit_id, func.max(DEVICE.c.last_seen_at))
        .where(DEVICE.c.last_seen_at.is_not(None))
        .group_by(DEVICE.c.unit_id)
    )
    return _by_unit(connection, query, DEVICE.c.unit_id, villages)


def _by_unit(
    connection: Connection,
    query: Select[bytes, int],
    column: ColumnElement[bytes],
    villages: Sequence[bytes],
) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for start in range(0, len(villages), _SLICE):
        found.update(
            (unit, number)
            for unit, number in connection.execute(query.where(column.in_(villages[start : start + _SLICE])))
        )
    return found
