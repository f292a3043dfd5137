"""Figures laid out for Tổng hợp and Hôm nay: tiles, one row a unit, a trend.

A commune counts from the records it holds; an area or a province reads what the server published, because it
holds nobody's records. How figures are counted: `reports.figures`; what is known of units: `reports.units`.

Which target stands beside a figure: `reports.aims`. Sơn La's 80 % for fibre is about coverage (XHS03), and
coverage and subscription (XHS04) differ by tens of points: XHS04 has none of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection

from tongcds.domain.catalogue import load_indicators
from tongcds.domain.facts import load_facts
from tongcds.domain.text import natural_sort_key
from tongcds.domain.views import Figure, OverviewRow, OverviewView, Tile, TrendPoint
from tongcds.i18n import format_number, language, ngettext
from tongcds.reports import units
from tongcds.reports.aims import Aims, aims_of
from tongcds.reports.figures import Count, added, stock_on_days
from tongcds.reports.units import SILENT_DAYS, Seen, Status

SHOWN: Final = ("XHS01", "XHS04", "XHS09", "XHS11")
"""The indicators of tiles and columns, in their order."""

TREND: Final = "XHS09"
MONTHS: Final = 12

_HOUSEHOLDS: Final = "XHS01"  # its denominator is the number of households

_Day = Mapping[tuple[bytes, str], Seen]


def month_ends_before(on: date, months: int) -> list[date]:
    """The last days of the `months` months before the month of `on`, oldest first."""
    ends: list[date] = []
    end = on
    for _ in range(months):
        end = end.replace(day=1) - timedelta(days=1)
        ends.append(end)
    return ends[::-1]


def tile_labels() -> tuple[str, ...]:
    """What the tiles are called, known before anything is counted."""
    return tuple(load_indicators()[code].short(language()) for code in SHOWN)


def today_tiles(connection: Connection, village_ids: Sequence[bytes], on: date) -> tuple[Tile, ...]:
    """The figures of a team's villages together, counted from the records, with their change."""
    before = month_ends_before(on, 1)[0]
    days = _counted(connection, SHOWN, village_ids, [before, on])
    communes = units.communes_of_villages(connection, village_ids)
    places = village_ids if len(village_ids) == 1 else communes
    unit_id = places[0] if len(places) == 1 else b""
    aims = aims_of(connection, [unit_id] if unit_id else [], on)
    return _tiles(unit_id, on, days[before], days[on], aims)


def village_overview(connection: Connection, commune_id: bytes, on: date) -> OverviewView:
    """Tổng hợp of a commune by village, counted from the records that this replica holds."""
    names = units.villages_of(connection, commune_id, on)
    ids = sorted(names, key=lambda unit: natural_sort_key(names[unit]))
    moments = [*month_ends_before(on, MONTHS - 1), on]
    days = _counted(connection, [TREND], ids, moments)
    others = _counted(connection, [code for code in SHOWN if code != TREND], ids, moments[-2:])
    for day, seen in others.items():
        days[day].update(seen)
    known = units.village_statuses(connection, ids, on)
    aims = aims_of(connection, [*ids, commune_id], on)
    rows = tuple(_row(unit, names[unit], on, days[on], known[unit], aims) for unit in ids)
    own_teams = units.team_counts(connection, [commune_id]).get(commune_id, 0)
    name = units.unit_names(connection, [commune_id])[commune_id]
    return _view(commune_id, name, "village", rows, own_teams, moments, days, aims)


def commune_overview(connection: Connection, unit_id: bytes, on: date) -> OverviewView:
    """Tổng hợp of an area or a province by commune, from the figures that the server published.

    A unit's latest figure on or before a day holds for that day. Tiles show what was published of the whole,
    the same number as everywhere. Where nothing was, they add up what may be seen: a commune whose cell is
    hidden is in neither part of the sum, so that nothing follows by subtraction.
    """
    communes = units.communes_of(connection, unit_id, on)
    names = units.unit_names(connection, [*communes, unit_id])
    ids = sorted(communes, key=lambda unit: natural_sort_key(names[unit]))
    moments = [*month_ends_before(on, MONTHS - 1), on]
    days = units.published_figures(connection, SHOWN, [*ids, unit_id], moments)
    known = units.statuses(connection, ids)
    aims = aims_of(connection, [*ids, unit_id], on)
    rows = tuple(_row(unit, names[unit], on, days[on], known.get(unit), aims) for unit in ids)
    view = _view(unit_id, names[unit_id], "commune", rows, 0, moments, days, aims)
    return replace(view, notes=_why_not_the_sum(unit_id, rows, days[on]))


def _why_not_the_sum(unit_id: bytes, rows: Sequence[OverviewRow], day: _Day) -> tuple[str, ...]:
    """What the tiles and the rows below them have to do with each other, where a row is hidden."""
    inside = outside = 0
    for at, code in enumerate(SHOWN):
        hidden = sum(row.figures[at].hidden for row in rows)
        own = day.get((unit_id, code))
        if own is not None and not own.hidden:
            inside = max(inside, hidden)
        elif own is None:
            outside = max(outside, hidden)
    notes = [hidden_in_the_whole(inside)] if inside else []
    if outside:
        words = ngettext(
            "Nothing was published of the whole yet: its figures leave out {n} unit that is hidden.",
            "Nothing was published of the whole yet: its figures leave out up to {n} units that are hidden.",
            outside,
        )
        notes.append(words.format(n=format_number(outside)))
    return tuple(notes)


def hidden_in_the_whole(units: int) -> str:
    """That a figure of a whole counts units, too, whose own figure is hidden."""
    words = ngettext(
        "The figure of {n} unit is hidden; that of the whole counts it, too, so the others add up to less.",
        "The figures of up to {n} units are hidden; that of the whole counts them, too, so the others add up "
        "to less.",
        units,
    )
    return words.format(n=format_number(units))


def _counted(
    connection: Connection, indicators: Sequence[str], village_ids: Sequence[bytes], days: Sequence[date]
) -> dict[date, dict[tuple[bytes, str], Seen]]:
    found = stock_on_days(connection, indicators, village_ids, days)
    return {day: {key: Seen(count) for key, count in counts.items()} for day, counts in found.items()}


def _figure(indicator: str, unit_id: bytes, on: date, seen: Seen, aims: Aims) -> Figure:
    return Figure(
        indicator=indicator,
        unit_id=unit_id,
        on=on,
        entity=load_indicators()[indicator].entity,
        numerator=seen.count.numerator,
        denominator=seen.count.denominator,
        target=aims.share(unit_id, indicator),
        hidden=seen.hidden,
        fingerprint=seen.count.fingerprint,
    )


def _whole(unit_id: bytes, indicator: str, day: _Day) -> Seen:
    """What was published of the whole, else all units together; hidden only where no unit may be seen."""
    own = day.get((unit_id, indicator))
    if own is not None:
        return own
    parts = [seen for (_, code), seen in day.items() if code == indicator]
    visible = [seen.count for seen in parts if not seen.hidden]
    return Seen(added(visible), hidden=bool(parts) and not visible)


def _share(count: Count) -> float | None:
    if count.numerator is None or not count.denominator:
        return None
    return count.numerator / count.denominator


def _tiles(unit_id: bytes, on: date, before: _Day, now: _Day, aims: Aims) -> tuple[Tile, ...]:
    tiles = []
    for code in SHOWN:
        seen = _whole(unit_id, code, now)
        share, earlier = _share(seen.count), _share(_whole(unit_id, code, before).count)
        tiles.append(
            Tile(
                label=load_indicators()[code].short(language()),
                figure=_figure(code, unit_id, on, seen, aims),
                change=None if share is None or earlier is None else share - earlier,
            )
        )
    return tuple(tiles)


def _row(  # noqa: PLR0917 - what is known of one unit
    unit_id: bytes, name: str, on: date, day: _Day, status: Status | None, aims: Aims
) -> OverviewRow:
    known = status or Status()
    seen = {code: day.get((unit_id, code), Seen()) for code in SHOWN}
    counted = seen[_HOUSEHOLDS].count.denominator
    return OverviewRow(
        unit_id=unit_id,
        name=name,
        teams=known.teams,
        teams_in_time=known.teams_in_time,
        households=known.households if counted is None else counted,
        figures=tuple(_figure(code, unit_id, on, seen[code], aims) for code in SHOWN),
        last_sync=known.last_sync,
    )


def _may_be_heard(row: OverviewRow, row_kind: str) -> bool:
    """Whether somebody there could sync: a commune has computers of its own, a village those of its team."""
    return row_kind != "village" or row.teams > 0 or row.last_sync is not None


def _heading(indicator: str) -> str:
    """What the indicator counts, in as few words as there are."""
    entry = load_indicators()[indicator]
    fact = load_facts().get(entry.fact)
    return entry.short(language()) if fact is None else fact.short(language())


def _view(  # noqa: PLR0917 - the parts of one screen
    unit_id: bytes,
    name: str,
    row_kind: str,
    rows: tuple[OverviewRow, ...],
    own_teams: int,
    moments: Sequence[date],
    days: Mapping[date, _Day],
    aims: Aims,
) -> OverviewView:
    before, on = moments[-2:]
    households = [row.households for row in rows if row.households is not None]
    return OverviewView(
        on=on,
        title=name,
        row_kind=row_kind,
        units=len(rows),
        teams=own_teams + sum(row.teams for row in rows),
        households=sum(households) if households else None,
        data_until=max((row.last_sync for row in rows if row.last_sync is not None), default=None),
        tiles=_tiles(unit_id, on, days[before], days[on], aims),
        rows=rows,
        indicators=tuple((code, _heading(code)) for code in SHOWN),
        trend_label=_heading(TREND),
        trend=tuple(TrendPoint(day, _share(_whole(unit_id, TREND, days[day]).count)) for day in moments),
        trend_target=aims.share(unit_id, TREND),
        silent=tuple(
            row for row in rows if _may_be_heard(row, row_kind) and units.is_silent(row.last_sync, on)
        ),
        silent_days=SILENT_DAYS,
    )
