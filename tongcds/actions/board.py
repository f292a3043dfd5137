"""Tổng hợp in full: any indicator of a unit and those below it, over any period and beside another one.

Figures are counted where records are held and read where they were published (`reports.known`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from tongcds.actions.core import Core
from tongcds.actions.indicators import group_name, require_counted
from tongcds.domain import formulas
from tongcds.domain.catalogue import load_indicators
from tongcds.domain.periods import Period, month_of, month_to
from tongcds.domain.text import natural_sort_key
from tongcds.domain.units import FIRST_DAY_2025
from tongcds.domain.views import (
    BehindRow,
    BehindView,
    BoardIndicator,
    BoardRow,
    BoardView,
    CloseView,
    Group,
    Role,
    SeriesPoint,
    Why,
)
from tongcds.errors import UserError
from tongcds.i18n import N_, _, format_number, language, ngettext
from tongcds.replica.above import units_above
from tongcds.reports import places, units
from tongcds.reports.aims import Aims, aims_of
from tongcds.reports.behind import Part, behind
from tongcds.reports.figures import Count, added, broken_down
from tongcds.reports.groups import breakdowns_of, published_groups
from tongcds.reports.known import Knowns, is_done_in_a_period, known_figures, put_together, until
from tongcds.reports.overview import hidden_in_the_whole
from tongcds.reports.places import Place
from tongcds.reports.sheets import Breakdown
from tongcds.reports.shown import shown_figure
from tongcds.storage.named import named

FIRST_SHOWN: Final = ("XHS01", "XHS09", "XHS11", "XHS04")
"""What is shown until somebody chooses."""

MONTHS: Final = 12
MOST_MULTIPLES: Final = 12
MOST_RECORDS: Final = 1000
_HOLDERS: Final = frozenset({Role.TEAM, Role.COMMUNE})
_GROUPED: Final = MappingProxyType(
    {Breakdown.SEX: N_("By sex"), Breakdown.AGE: N_("By age"), Breakdown.POVERTY: N_("By poverty class")}
)


def choices() -> tuple[BoardIndicator, ...]:
    """Every indicator that is counted, in the order of the catalogue, which keeps pillars together."""
    return tuple(_indicator(code) for code in formulas.counted_indicators())


def board(
    core: Core,
    codes: Sequence[str] = (),
    period: Period | None = None,
    against: Period | None = None,
    unit_id: bytes | None = None,
    *,
    old_communes: bool = False,
) -> BoardView:
    """A unit and those right below it.

    Args:
        core: an open vault.
        codes: indicators; those that are shown first where none is named.
        period: this month so far where none is given.
        against: a period to set beside it.
        unit_id: the own unit, or one below it.
        old_communes: villages of a commune put together by the commune they belonged to before 1 July 2025.

    Raises:
        UserError: indicator_unknown, indicator_not_counted, board_unit_unknown, board_unit_not_there,
            board_no_old_communes.
    """
    wanted = checked(codes)
    when = period or month_of(core.today)
    who = core.credentials()
    holds = Role(who.role) in _HOLDERS
    with core.counting() as connection:
        place, path = _place(connection, who.unit_id, who.unit_name, unit_id, min(when.last, core.today))
        notes = [*_problems(wanted, when)]
        below: Sequence[tuple[bytes, str]] = place.below
        parts = dict(places.places_of(connection, [one for one, _name in below], place.kind, when.last))
        kind = place.kind
        periods = [when] if against is None else [when, against]
        day = min(when.last, core.today)
        if old_communes:
            kind = places.OLD_COMMUNE
            below, parts, said = _by_old_commune(connection, place, day)
            notes += said
        asked = {place.unit_id: place.places, **parts}
        if old_communes and not holds:
            asked = {place.unit_id: place.places} | {one: (one,) for of in parts.values() for one in of}
        found = known_figures(connection, asked, wanted, periods, core.today, holds_records=holds)
        if old_communes and not holds:
            found = [knowns | put_together(knowns, parts, wanted) for knowns in found]
        aims = aims_of(connection, [place.unit_id, *(parts if not old_communes else ())], core.today)
        rows = [_row(unit, name, wanted, found, aims) for unit, name in below]
        opens = kind != places.OLD_COMMUNE
        if when.first < FIRST_DAY_2025 and opens:
            notes.append(_units_of_today(connection, place, day))
    whole = _row(place.unit_id, place.name, wanted, found, aims)
    notes += _left_of_the_whole(whole, rows)
    return BoardView(
        unit_id=place.unit_id,
        path=path,
        row_kind=kind,
        period=when.name,
        first=when.first,
        last=when.last,
        against="" if against is None else against.name,
        indicators=tuple(_indicator(code) for code in wanted),
        whole=whole,
        rows=tuple(replace(row, opens=opens) for row in rows),
        holds_records=holds,
        notes=tuple(notes),
    )


def closely(core: Core, code: str, period: Period | None = None, unit_id: bytes | None = None) -> CloseView:
    """One indicator over the twelve months up to a period, for each unit below, and by groups of people.

    Raises:
        UserError: indicator_unknown, indicator_not_counted, board_unit_unknown, board_unit_not_there.
    """
    (wanted,) = checked([code])
    when = period or month_of(core.today)
    who = core.credentials()
    holds = Role(who.role) in _HOLDERS
    notes: list[str] = []
    with core.counting() as connection:
        place, _path = _place(connection, who.unit_id, who.unit_name, unit_id, min(when.last, core.today))
        months = _months(min(when.last, core.today))
        shown = place.below[:MOST_MULTIPLES]
        if len(shown) < len(place.below):
            words = _("Small charts show the first {n} of {all} units.")
            notes.append(words.format(n=format_number(len(shown)), all=format_number(len(place.below))))
        parts = places.places_of(connection, [one for one, _name in shown], place.kind, when.last)
        asked: Mapping[bytes, Sequence[bytes]] = {place.unit_id: place.places, **parts}
        found = known_figures(connection, asked, [wanted], months, core.today, holds_records=holds)
        aims = aims_of(connection, list(asked), core.today)
        if holds:
            groups = _groups(connection, place, wanted, when, core.today)
        else:
            groups, said = _groups_published(connection, place, wanted, when, core.today)
            notes += said
        if months[0].first < FIRST_DAY_2025:
            notes.append(_units_of_today(connection, place, min(when.last, core.today)))

    def series(unit: bytes) -> tuple[SeriesPoint, ...]:
        return tuple(
            SeriesPoint(month.last, shown_figure(wanted, knowns[unit, wanted], aims.of(unit, wanted)))
            for month, knowns in zip(months, found, strict=True)
        )

    return CloseView(
        indicator=_indicator(wanted),
        months=series(place.unit_id),
        by_unit=tuple((name, series(unit)) for unit, name in shown),
        groups=groups,
        notes=tuple(notes),
    )


def _units_of_today(connection: Connection, place: Place, on: date) -> str:
    """Whether figures of before the reform are those of the units of today, as far as villages tell it."""
    villages = places.villages_below(connection, place, on) if place.kind else (place.unit_id,)
    unplaced = len(places.old_communes(connection, villages).unplaced)
    if not unplaced:
        return _(
            "Before 1 July 2025 there were other communes: figures are recalculated for the units of today."
        )
    words = ngettext(
        "Before 1 July 2025 there were other communes, and the old commune of {n} village is not known: "
        "figures for the units of today are not complete.",
        "Before 1 July 2025 there were other communes, and the old commune of {n} villages is not known: "
        "figures for the units of today are not complete.",
        unplaced,
    )
    return words.format(n=format_number(unplaced))


def _left_of_the_whole(whole: BoardRow, rows: Sequence[BoardRow]) -> list[str]:
    """Why the rows do not add up to the whole, where some of them are hidden."""
    figures = [row.figures[0] for row in rows]
    hidden = sum(figure.why is Why.HIDDEN for figure in figures)
    if not hidden or whole.figures[0].why is not Why.KNOWN:
        return []
    return [hidden_in_the_whole(hidden)]


def records(core: Core, code: str, period: Period | None = None, unit_id: bytes | None = None) -> BehindView:
    """The records that a figure counts, as those who hold them may see them.

    Raises:
        UserError: figures_only where this computer holds no records; as `board`.
    """
    (wanted,) = checked([code])
    when = period or month_of(core.today)
    who = core.credentials()
    if Role(who.role) not in _HOLDERS:
        raise UserError("figures_only")
    with core.counting() as connection:
        place, path = _place(connection, who.unit_id, who.unit_name, unit_id, min(when.last, core.today))
        span = Period(when.first, min(when.last, core.today)) if when.first <= core.today else when
        (found,) = known_figures(
            connection, {place.unit_id: place.places}, [wanted], [when], core.today, holds_records=True
        )
        items = behind(connection, wanted, place.places, span)
        counted = {(item.kind, item.id) for item in items if item.part == Part.COUNTED}
        words = named(connection, sorted(counted)[:MOST_RECORDS])
    rows = [BehindRow(record, one.words, one.household_id or None) for record, one in words.items()]
    return BehindView(
        name=load_indicators()[wanted].name(language()),
        unit=path[-1][1],
        period=when.name,
        fingerprint=found[place.unit_id, wanted].count.fingerprint,
        records=len(counted),
        rows=tuple(sorted(rows, key=lambda row: natural_sort_key(row.words))),
    )


def checked(codes: Sequence[str]) -> list[str]:
    """Indicators that are counted; those shown first where none is named.

    Raises:
        UserError: indicator_unknown, indicator_not_counted.
    """
    require_counted(codes)
    return list(dict.fromkeys(codes)) or list(FIRST_SHOWN)


def _place(
    connection: Connection, own: bytes, own_name: str, unit_id: bytes | None, on: date
) -> tuple[Place, tuple[tuple[bytes, str], ...]]:
    """The unit that was asked for, and the way down to it from the own one."""
    wanted = own if unit_id is None else unit_id
    chain = units_above(connection, [wanted])[wanted]
    found = places.place(connection, wanted, on)
    if own not in chain:
        raise UserError("board_unit_unknown")
    if found is None:
        name = places.called(connection, wanted)
        raise (
            UserError("board_unit_not_there", unit=name, day=on) if name else UserError("board_unit_unknown")
        )
    path = [(own, own_name)]
    if wanted != own:
        between = [unit for unit in chain[1 : chain.index(own)] if _is_between(connection, unit, wanted, on)]
        names = units.unit_names(connection, between)
        path += [(unit, names[unit]) for unit in reversed(between)]
        path.append((wanted, found.name))
    return found, tuple(path)


def _is_between(connection: Connection, unit: bytes, wanted: bytes, on: date) -> bool:
    """Whether the way down leads over this unit: a village's commune does, an area is beside the way."""
    return units.communes_of(connection, unit, on) == [unit] and unit != wanted


def _by_old_commune(
    connection: Connection, place: Place, on: date
) -> tuple[list[tuple[bytes, str]], dict[bytes, tuple[bytes, ...]], list[str]]:
    """Rows for the communes of before 1 July 2025, what each adds up, and what could not be done."""
    if not place.kind:
        raise UserError("board_no_old_communes")
    of = [place.unit_id] if place.kind == places.VILLAGE else [unit for unit, _name in place.below]
    found = places.old_communes(connection, places.villages_below(connection, place, on), of)
    below = [(f"old {at}".encode(), name) for at, (name, _members) in enumerate(found.members)]
    parts = {unit: members for (unit, _name), (_same, members) in zip(below, found.members, strict=True)}
    notes = []
    if found.beyond:
        words = _(
            "Of these old communes a part lies in other communes of today, and is not counted here: {names}."
        )
        notes.append(words.format(names=", ".join(found.beyond)))
    if not found.unplaced:
        words = _("Recalculated for the communes before 1 July 2025: every village's old commune is known.")
        return below, parts, [words, *notes]
    count = len(found.unplaced)
    unplaced = b"old ?"
    below.append((unplaced, _("Old commune not known")))
    parts[unplaced] = found.unplaced
    words = ngettext(
        "Not complete: the old commune of {n} village is not known, so no old commune's figure is sure.",
        "Not complete: the old commune of {n} villages is not known, so no old commune's figure is sure.",
        count,
    )
    return below, parts, [words.format(n=format_number(count)), *notes]


def _row(unit: bytes, name: str, codes: Sequence[str], found: Sequence[Knowns], aims: Aims) -> BoardRow:
    now, *before = [
        tuple(shown_figure(code, knowns[unit, code], aims.of(unit, code)) for code in codes)
        for knowns in found
    ]
    return BoardRow(unit, name, now, before[0] if before else ())


def _indicator(code: str) -> BoardIndicator:
    entry, speech = load_indicators()[code], language()
    (first, *_rest) = formulas.load_formulas()[code]
    return BoardIndicator(
        code=code,
        name=entry.name(speech),
        short=entry.short(speech),
        pillar=entry.pillar_vi if speech == "vi" else entry.pillar_en,
        unit=entry.unit,
        numerator=entry.numerator_vi,
        denominator=entry.denominator_vi,
        ratio=first.is_ratio,
        done_in_period=is_done_in_a_period(first),
    )


def _months(until: date) -> list[Period]:
    """Twelve months, the last one up to a day."""
    found = [month_to(until)]
    while len(found) < MONTHS:
        found.append(month_of(found[-1].first - timedelta(days=1)))
    return found[::-1]


def _groups(
    connection: Connection, place: Place, code: str, period: Period, on: date
) -> tuple[tuple[str, tuple[Group, ...]], ...]:
    """The groups of a unit, in a period that still runs as they are today."""
    found = []
    for by in _GROUPED:
        parts = broken_down(connection, [code], place.places, until(period, on), by)
        together: dict[str, list[Count]] = {}
        for (_unit, _code, group), count in parts.items():
            together.setdefault(group, []).append(count)
        rows = []
        for group in sorted(together, key=lambda name: (not name, natural_sort_key(name))):
            count = added(together[group])
            if count.denominator == 0:
                continue  # Nobody of them is asked about.
            rows.append(Group(group_name(group), count.numerator, count.denominator))
        if rows:
            found.append((by.value, tuple(rows)))
    return tuple(found)


def _groups_published(
    connection: Connection, place: Place, code: str, period: Period, on: date
) -> tuple[tuple[tuple[str, tuple[Group, ...]], ...], list[str]]:
    """The groups that the server published of a unit, and what there is to say where it did not."""
    if not breakdowns_of(code, period.last):
        return (), [_("This figure is not broken down by groups of people.")]
    if not place.kind:
        return (), [_("Groups of a village are seen at its commune and its team only.")]
    published = published_groups(connection, code, place.unit_id, period, on)
    if published is None:
        words = _("No groups were published for these days. The server publishes them month by month.")
        return (), [words]
    found, notes = [], []
    for by, figures in published.items():
        if figures:
            rows = tuple(Group(_names(one.groups), one.numerator, one.denominator) for one in figures)
            found.append((by.value, rows))
        else:
            words = _("{groups}: hidden, because it would tell of fewer than five people, here or elsewhere.")
            notes.append(words.format(groups=_(_GROUPED[by])))
    return tuple(found), notes


def _names(groups: Sequence[str]) -> str:
    """What a group is called, or several that were put together."""
    return ", ".join(group_name(group) for group in groups)


def _problems(codes: Sequence[str], period: Period) -> list[str]:
    """Sentences about indicators whose way of counting changed within the period."""
    words = _("{code}: the way of counting changed within this period; count the parts before and after.")
    return [
        words.format(code=code)
        for code in codes
        if formulas.formula_on(code, period.first) != formulas.formula_on(code, period.last)
    ]
