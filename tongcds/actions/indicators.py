"""Any indicator over any period, counted from the records of this computer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from tongcds.actions.core import Core
from tongcds.domain import edited, formulas
from tongcds.domain.catalogue import load_indicators, load_services
from tongcds.domain.periods import Period
from tongcds.domain.sources import Source, source_of, waiting
from tongcds.domain.views import IndicatorGroup, IndicatorRow, IndicatorsView, NotCounted, Role
from tongcds.errors import UserError, sentence
from tongcds.i18n import N_, _, format_date, language
from tongcds.reports.figures import Count, added, broken_down, figures
from tongcds.reports.known import until
from tongcds.reports.sheets import Breakdown
from tongcds.storage import register

_GROUP_NAMES: Final[Mapping[str, str]] = {
    "female": N_("women"),
    "male": N_("men"),
    "poor": N_("poor"),
    "near_poor": N_("near poor"),
    "none": N_("neither poor nor near poor"),
    "": N_("not known"),
}


def indicators(
    core: Core, period: Period, codes: Sequence[str] = (), by: Breakdown | None = None
) -> IndicatorsView:
    """Every indicator that records can say something about, or those of `codes`, over a period.

    A period that still runs is counted up to today, as everywhere.

    Raises:
        UserError: indicator_unknown; indicator_not_counted for one that records say nothing about;
            figures_only where this computer holds no records.
    """
    require_counted(codes)
    wanted = list(codes) or list(formulas.counted_indicators())
    who = core.credentials()
    if Role(who.role) not in {Role.TEAM, Role.COMMUNE}:
        raise UserError("figures_only")
    over = until(period, core.today)
    with core.vault.read() as connection:
        places = [village_id for village_id, _name in register.villages(connection)]
        if who.unit_id not in places:
            places.append(who.unit_id)
        (found,) = figures(connection, wanted, places, [over])
        parts = broken_down(connection, wanted, places, over, by) if by is not None else {}
    rows = []
    for code in wanted:
        counts = [count for (_place, name), count in found.items() if name == code]
        groups: dict[str, list[Count]] = {}
        for (_place, name, group), count in parts.items():
            if name == code:
                groups.setdefault(group, []).append(count)
        rows.append(_row(code, added(counts), over, groups))
    others = () if codes else tuple(_not_counted(code) for code in load_indicators() if code not in wanted)
    problems = (*_problems(wanted, over), *_without_data(rows, over))
    return IndicatorsView(period.first, period.last, period.name, tuple(rows), problems, others)


_REASONS: Final[Mapping[Source, str]] = {
    Source.TYPED_IN: N_("Nobody here can count it; it is typed in with its source."),
    Source.WAITS: N_("It waits for {what}, which this program does not keep yet."),
    Source.BROKEN: N_("Its line in the table of formulas makes no sense, so it is not counted."),
}


def _not_counted(code: str) -> NotCounted:
    source = source_of(code)
    what = waiting().get(code, {}).get(language(), "")
    name = load_indicators()[code].name(language())
    return NotCounted(code, name, source.value, _(_REASONS[source]).format(what=what))


def require_counted(codes: Sequence[str]) -> None:
    """Go on only with indicators that are counted.

    Raises:
        UserError: indicator_unknown, indicator_not_counted.
    """
    known, counted = load_indicators(), formulas.counted_indicators()
    for code in codes:
        if code not in known:
            raise UserError("indicator_unknown", code=code)
        if code not in counted:
            raise UserError("indicator_not_counted", code=code, source=known[code].data_source)


def _row(code: str, whole: Count, period: Period, groups: Mapping[str, Collection[Count]]) -> IndicatorRow:
    entry = load_indicators()[code]
    formula = formulas.formula_on(code, period.last)
    made = []
    for group in sorted(groups):
        part = added(groups[group])
        made.append(IndicatorGroup(group, group_name(group), part.numerator, part.denominator))
    return IndicatorRow(
        code,
        entry.name(language()),
        entry.unit,
        whole.numerator,
        whole.denominator,
        whole.records,
        whole.fingerprint,
        "" if formula is None else formula.definition,
        tuple(made),
    )


def _without_data(rows: Sequence[IndicatorRow], period: Period) -> tuple[str, ...]:
    """The sentence for a period of which nobody recorded anything that was asked for."""
    ways = {row.code: formulas.formula_on(row.code, period.last) for row in rows}
    asked = [
        row
        for row in rows
        if (way := ways[row.code]) is not None
        and way.of not in _OF_UNITS
        and way == formulas.formula_on(row.code, period.first)
    ]
    if not asked or any(row.numerator is not None for row in asked):
        return ()
    nothing = _("{period}: nothing was recorded up to {day}, so none of this is known.")
    return (nothing.format(period=period.name, day=format_date(period.last)),)


_OF_UNITS: Final = frozenset({formulas.Of.VILLAGES, formulas.Of.TEAMS, formulas.Of.MEMBERS})


def group_name(group: str) -> str:
    """What a group of a breakdown is called, in the language in force."""
    if group in _GROUP_NAMES:
        return _(_GROUP_NAMES[group])
    service = load_services().get(group)
    return group if service is None else service.name(language())


def table_problems() -> tuple[str, ...]:
    """What is wrong with single lines of the tables that a province edits; everything else is there."""
    return tuple(sentence(error) for error in edited.problems())


def _problems(codes: Collection[str], period: Period) -> tuple[str, ...]:
    """Sentences for what could not be counted as asked."""
    changed = _("{code}: the way of counting changed within this period; count the parts before and after.")
    return (
        *table_problems(),
        *(
            changed.format(code=code)
            for code in codes
            if formulas.formula_on(code, period.first) != formulas.formula_on(code, period.last)
        ),
    )
