"""Published figures by groups of people, for areas and the province; their sums are `server.figures`'.

Villages whose records changed since their groups were counted are counted again before an area's or the
province's page, for the running month and the one before; what is older stays as it was published. Groups
are published of communes and what is above them: villages are too small for them. How they are hidden is
`reports.groups`'.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, bindparam, delete, insert, select

from tongcds.clock import day_of
from tongcds.domain.formulas import counted_indicators
from tongcds.domain.periods import month_to
from tongcds.domain.stamps import derived_id
from tongcds.domain.views import Role
from tongcds.records import record_type
from tongcds.reports.figures import Count, added, definition
from tongcds.reports.groups import (
    GROUPS,
    Grouped,
    GroupFigure,
    breakdowns_of,
    counted_groups,
    packed,
    shown,
    unpacked,
)
from tongcds.reports.sheets import Breakdown
from tongcds.server.counting import Day, days_of, in_shares, mark_groups, stale_groups
from tongcds.server.database import Database
from tongcds.server.figures import hidden_now
from tongcds.server.office import OfficeWriter
from tongcds.server.tables import GROUP_CELL, STATE
from tongcds.server.tree import UnitsTree, below_unit, is_another, units_tree

_MONTHS = 2
_SLICE = 400
_RECORD = record_type("figure_groups").table.c
_Cells = dict[tuple[bytes, str, str], bytes]
"""What was counted, packed, by village, indicator and month."""


def refresh(database: Database, role: Role, unit: bytes, *, now: int) -> int:
    """Bring the groups of units below this one up to date; returns how many villages were counted.

    Raises:
        BusyError: the database is busy.
    """
    today = day_of(now)
    with database.read() as connection:
        below = below_unit(connection, role, unit)
        steps = stale_groups(connection, list(below.villages), today)
        if not steps and below.is_noted(connection, STATE.c.groups_added_up):
            return 0
    cells: _Cells = {}
    for part in in_shares(database, list(steps), lambda c, places: counted(c, places, today)):
        cells |= part
    database.change(lambda connection: _publish(connection, steps, cells, now=now))
    return len(steps)


def counted(connection: Connection, villages: Sequence[bytes], today: date) -> _Cells:
    """The groups of these villages in the months that are kept up to date."""
    found: _Cells = {}
    days = days_of(today)[:_MONTHS]
    periods = [month_to(day.on) for day in days]
    for day, counts in zip(
        days, counted_groups(connection, counted_indicators(), villages, periods), strict=True
    ):
        for (village, code), grouped in counts.items():
            found[village, code, day.month] = packed({by: _bare(cells) for by, cells in grouped.items()})
    return found


def _bare(cells: Mapping[str, Count]) -> tuple[GroupFigure, ...]:
    return tuple(GroupFigure((group,), one.numerator, one.denominator) for group, one in cells.items())


def _publish(connection: Connection, steps: Mapping[bytes, int], cells: _Cells, *, now: int) -> None:
    today = day_of(now)
    writer = OfficeWriter(connection, now=now)  # from here on nobody else publishes
    tree = units_tree(connection, writer.province)
    days = {day.month: day for day in days_of(today)[:_MONTHS]}
    changed = _keep(connection, list(steps), cells, days)
    if is_another(connection, tree, STATE.c.groups_added_up):
        changed = {month: set(counted_indicators()) for month in days}
    for month, codes in changed.items():
        _publish_month(connection, writer, tree, days[month], codes)
    writer.flush()
    mark_groups(connection, steps, today)


def _keep(
    connection: Connection, villages: Sequence[bytes], cells: _Cells, months: Collection[str]
) -> dict[str, set[str]]:
    """Put the counts down; returns the indicators that changed, by month."""
    known: _Cells = {}
    for start in range(0, len(villages), _SLICE):
        part = villages[start : start + _SLICE]
        query = select(GROUP_CELL).where(GROUP_CELL.c.village.in_(part), GROUP_CELL.c.month.in_(months))
        known.update(((r.village, r.indicator, r.month), r.cells) for r in connection.execute(query))
    different = {key for key in known.keys() | cells.keys() if known.get(key) != cells.get(key)}
    changed: dict[str, set[str]] = {}
    for _village, code, month in different:
        changed.setdefault(month, set()).add(code)
    gone = [
        {"the_village": village, "the_indicator": code, "the_month": month}
        for village, code, month in sorted(different & known.keys())
    ]
    if gone:
        there = delete(GROUP_CELL).where(
            GROUP_CELL.c.village == bindparam("the_village"),
            GROUP_CELL.c.indicator == bindparam("the_indicator"),
            GROUP_CELL.c.month == bindparam("the_month"),
        )
        connection.execute(there, gone)
    fresh = [
        {"village": village, "indicator": code, "month": month, "cells": cells[village, code, month]}
        for village, code, month in sorted(different & cells.keys())
    ]
    if fresh:
        connection.execute(insert(GROUP_CELL), fresh)
    return changed


def _publish_month(
    connection: Connection, writer: OfficeWriter, tree: UnitsTree, day: Day, codes: Collection[str]
) -> None:
    """Write the groups of every commune, area and the province, of indicators that changed somewhere."""
    units = [tree.province, *tree.areas, *tree.communes]
    keys = [(unit, code) for unit in units for code in codes]
    ids = {key: derived_id("figure_groups", *key, day.month) for key in keys}
    veiled = hidden_now(connection, day.month, codes)
    before = _published(connection, ids)
    writer.load("figure_groups", ids.values())
    for code in sorted(codes):
        places = _together(connection, tree, code, day.month)
        seen: dict[bytes, dict[Breakdown, tuple[GroupFigure, ...]]] = {}
        for by in breakdowns_of(code, day.on):
            figures = shown(
                by,
                {unit: grouped[by] for unit, grouped in places.items() if by in grouped},
                {whole: members for whole, members in tree.parts.items() if whole not in tree.communes},
                veiled={unit for unit, one in veiled if one == code},
                before={unit for (unit, one), was in before.items() if one == code and was.get(by) == ()},
            )
            for unit, cells in figures.items():
                seen.setdefault(unit, {})[by] = cells
        for unit in units:
            if unit in seen or (unit, code) in before:
                writer.put(
                    "figure_groups",
                    ids[unit, code],
                    aside={"on": day.on.isoformat()},
                    unit_id=unit,
                    indicator=code,
                    cells=packed(seen.get(unit, {})),
                    definition=definition(code, day.on),
                )


def _published(
    connection: Connection, ids: Mapping[tuple[bytes, str], bytes]
) -> dict[tuple[bytes, str], Grouped]:
    """What is published of these units and indicators now."""
    keys = {record: key for key, record in ids.items()}
    every = list(keys)
    found: dict[tuple[bytes, str], Grouped] = {}
    for start in range(0, len(every), _SLICE):
        query = select(_RECORD.id, _RECORD.cells).where(_RECORD.id.in_(every[start : start + _SLICE]))
        found.update((keys[record], unpacked(cells or b"")) for record, cells in connection.execute(query))
    return found


def _together(
    connection: Connection, tree: UnitsTree, code: str, month: str
) -> dict[bytes, dict[Breakdown, dict[str, Count]]]:
    """The groups of communes, areas and the province, added up from those of the villages."""
    query = select(GROUP_CELL.c.village, GROUP_CELL.c.cells).where(
        GROUP_CELL.c.month == month, GROUP_CELL.c.indicator == code
    )
    parts: dict[bytes, list[Grouped]] = {}
    for village, cells in connection.execute(query):
        if village in tree.commune_of:
            parts.setdefault(tree.commune_of[village], []).append(unpacked(cells))
    members = {**{area: list(of) for area, of in tree.areas.items()}, tree.province: list(tree.communes)}
    of_communes = {unit: _added(several) for unit, several in parts.items()}
    above = {
        unit: _added([_as_figures(of_communes[one]) for one in communes if one in of_communes])
        for unit, communes in members.items()
    }
    return of_communes | {unit: grouped for unit, grouped in above.items() if grouped}


def _as_figures(grouped: Mapping[Breakdown, Mapping[str, Count]]) -> Grouped:
    return {by: _bare(cells) for by, cells in grouped.items()}


def _added(several: Sequence[Grouped]) -> dict[Breakdown, dict[str, Count]]:
    found: dict[Breakdown, dict[str, Count]] = {}
    for by in GROUPS:
        counts: dict[str, list[Count]] = {}
        for grouped in several:
            for one in grouped.get(by, ()):
                (group,) = one.groups
                counts.setdefault(group, []).append(Count(one.numerator, one.denominator, 0, "0"))
        if counts:
            found[by] = {group: added(parts) for group, parts in counts.items()}
    return found
