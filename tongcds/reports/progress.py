"""Targets beside their figures: counted ones from `reports.known`, typed-in ones beside those that have none.

The pace of a target is measured within its working period (`domain.targets.forecast`), between the earliest
end of a month on which something was known and today, at most eleven months back. Something done in the
period begins with nothing on its first day. That more people are looked at moves a figure too; the pace does
not tell the two apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from sqlalchemy import Connection

from tongcds.domain.catalogue import RollUp, load_documents, load_indicators, load_targets
from tongcds.domain.formulas import counted_indicators, formula_on
from tongcds.domain.periods import Period, month_of
from tongcds.domain.targets import Look, Verdict, days_of, forecast, is_rank, value_in, verdict
from tongcds.domain.views.board import Why
from tongcds.domain.views.targets import FigureSource, TargetRow, TargetTerms, TypedFigure
from tongcds.domain.words import Standing
from tongcds.i18n import language
from tongcds.reports.aims import document_words
from tongcds.reports.known import Known, Knowns, is_done_in_a_period, is_rate_of_what_was_done, known_figures
from tongcds.storage.targets import KeptTarget

_MONTHS_BACK: Final = (11, 6, 3, 1)
"""As far back as the server publishes, so that units above come to the same forecast."""

_DAY: Final = timedelta(days=1)

Looking = Callable[..., list[Knowns]]
"""Answers figures as `known_figures` does, with its arguments."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A target and the unit whose figure is held against it.

    `compared` False: nobody here can compare it; `of_the_whole`: because what a unit above is to reach in
    number is not what each part of it is to reach.
    """

    target_id: bytes | None
    terms: TargetTerms
    unit_id: bytes
    unit: str
    document: str
    ended_on: date | None = None
    mine: bool = False
    standing: Standing = Standing.RECEIVED
    compared: bool = True
    of_the_whole: bool = False
    proposal: str = ""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A figure now, and the earliest one of the working period."""

    now: Known
    first: tuple[date, Known] | None


def asked_of(kept: KeptTarget, unit_id: bytes, unit: str, *, mine: bool, standing: Standing) -> Asked:
    """A target of a record, held against the figure of a unit: its own, or that of a unit below."""
    terms = kept.terms
    document = document_words(terms.document_no, terms.dated, terms.issuer)
    whole = unit_id != terms.unit_id and load_indicators()[terms.indicator].roll_up is RollUp.SUM
    return Asked(
        kept.target_id, terms, unit_id, unit, document, kept.ended_on, mine, standing,
        compared=not whole, of_the_whole=whole, proposal=kept.proposal,
    )  # fmt: skip


def asked_of_catalogue(unit_id: bytes, unit: str, provinces: Sequence[str]) -> tuple[Asked, ...]:
    """Every target of the catalogue; those of the unit's own old province are held against its figures."""
    found = []
    for code, target in load_targets().items():
        first, last = days_of(target)
        document = load_documents()[target.document]
        terms = TargetTerms(
            unit_id=unit_id,
            indicator=target.indicator,
            comparator=target.comparator,
            value=target.value,
            measure=target.unit,
            first=first,
            last=last,
            document_no=document.number,
            dated=document.dated,
            issuer=document.issuer_vi,
            wording=target.wording,
            note=target.note,
            seed=code,
        )
        compared = target.province_code in provinces
        name = unit if compared else target.province
        found.append(Asked(None, terms, unit_id, name, document.name_vi, compared=compared))
    return tuple(found)


def progress(
    connection: Connection,
    asked: Sequence[Asked],
    places: Mapping[bytes, Sequence[bytes]],
    typed: Sequence[TypedFigure],
    on: date,
    *,
    holds_records: bool,
    look: Looking = known_figures,
) -> tuple[TargetRow, ...]:
    """Each target with its figure, its forecast, and how it stands.

    `places` says what each unit adds up where records are held; elsewhere (`holds_records` False) what was
    published is read. `typed` are the typed-in figures of the same units. `look` answers the counted figures.
    """
    counted = set(counted_indicators())
    together: defaultdict[tuple[date, date], list[Asked]] = defaultdict(list)
    for one in asked:
        if one.compared and one.terms.indicator in counted and one.terms.first <= on:
            together[one.terms.first, one.terms.last].append(one)
    seen: dict[int, _Seen] = {}
    for (first, last), group in together.items():
        units = {one.unit_id: places.get(one.unit_id, (one.unit_id,)) for one in group}
        codes = list(dict.fromkeys(one.terms.indicator for one in group))
        ask = partial(look, holds_records=holds_records)
        found = _looks(connection, units, codes, Period(first, min(on, last)), ask)
        for one in group:
            seen[id(one)] = found[one.unit_id, one.terms.indicator]
    return tuple(_row(one, seen.get(id(one)), _typed_for(one, typed, on), on) for one in asked)


def _looks(
    connection: Connection,
    units: Mapping[bytes, Sequence[bytes]],
    codes: Sequence[str],
    within: Period,
    ask: Looking,
) -> dict[tuple[bytes, str], _Seen]:
    until = within.last
    done = [code for code in codes if _is_done(code, until)]
    standing = [code for code in codes if code not in done]
    found: dict[tuple[bytes, str], _Seen] = {}
    if done:
        (knowns,) = ask(connection, units, done, [within], until)
        found |= {key: _Seen(known, None) for key, known in knowns.items()}
    if standing:
        days = _days_before(within.first, until)
        periods = [Period(day, day) for day in (*days, until)]
        *before, now = ask(connection, units, standing, periods, until)
        for key, known in now.items():
            earliest = next(
                ((day, one[key]) for day, one in zip(days, before, strict=True) if one[key].why is Why.KNOWN),
                None,
            )
            found[key] = _Seen(known, earliest)
    return found


def _is_done(code: str, on: date) -> bool:
    formula = formula_on(code, on)
    return formula is not None and is_done_in_a_period(formula)


def _days_before(first: date, until: date) -> tuple[date, ...]:
    """Ends of months to look back to, the earliest first, from that before the working period began."""
    ends = []
    for months in _MONTHS_BACK:
        number = until.year * 12 + until.month - 1 - months
        ends.append(month_of(date(number // 12, number % 12 + 1, 1)).last)
    begin = max(month_of(first).first - _DAY, ends[0])
    return tuple(sorted({begin, *(end for end in ends if begin < end < until)} - {until}))


def _row(one: Asked, seen: _Seen | None, typed: Sequence[TypedFigure], on: date) -> TargetRow:
    terms, until = one.terms, min(on, one.terms.last)
    now: Look | None = None
    expected: Decimal | None = None
    source, latest, known = FigureSource.NONE, None, Known()
    if seen is not None:
        source, known = FigureSource.COUNTED, seen.now
        value = _value(terms.measure, known)
        now = None if value is None else Look(until, value)
        expected = _expected(terms, seen, now)
    elif typed:
        source, latest = FigureSource.TYPED, typed[-1]
        if latest.value is not None:
            now = Look(min(latest.terms.last, until), latest.value)
            expected = _pace_of_typed(terms, typed, now)
    how = verdict(terms.comparator, terms.value, now, expected, terms.first, terms.last, on)
    if one.ended_on is not None and one.ended_on <= on:
        how = Verdict.ENDED
    elif how is Verdict.UNKNOWN and one.of_the_whole:
        how = Verdict.OF_THE_WHOLE
    elif how is Verdict.UNKNOWN and known.why is Why.HIDDEN:
        how = Verdict.HIDDEN
    running = how in {Verdict.MET, Verdict.ON_THE_WAY, Verdict.BEHIND} and on <= terms.last
    return TargetRow(
        target_id=one.target_id,
        terms=terms,
        unit=one.unit,
        name=load_indicators()[terms.indicator].short(language()),
        document=one.document,
        source=source,
        value=None if now is None else now.value,
        numerator=known.count.numerator,
        denominator=known.count.denominator,
        fingerprint=known.count.fingerprint,
        definition=known.definition,
        expected=expected if running else None,
        verdict=how,
        typed=latest,
        ended_on=one.ended_on,
        mine=one.mine,
        standing=one.standing,
        proposal=one.proposal,
    )


def _value(measure: str, known: Known) -> Decimal | None:
    """What a counted figure says in a measure; None where it is not known or there is no whole."""
    count = known.count
    if count.numerator is None:
        return None
    if measure.startswith("%") and count.denominator is None:
        return None
    whole = None if count.denominator is None else Decimal(count.denominator)
    return value_in(measure, Decimal(count.numerator), whole)


def _expected(terms: TargetTerms, seen: _Seen, now: Look | None) -> Decimal | None:
    formula = formula_on(terms.indicator, terms.last) or formula_on(terms.indicator, terms.first)
    if now is None:
        return None
    if formula is not None and is_rate_of_what_was_done(formula):
        return now.value
    if formula is not None and is_done_in_a_period(formula):
        begin = Look(terms.first - _DAY, Decimal(0))
        return forecast(begin, now, terms.last, measure=terms.measure)
    if seen.first is None:
        return None
    value = _value(terms.measure, seen.first[1])
    if value is None:
        return None
    return forecast(Look(seen.first[0], value), now, terms.last, measure=terms.measure)


def _pace_of_typed(terms: TargetTerms, typed: Sequence[TypedFigure], now: Look) -> Decimal | None:
    """The forecast out of the first and the latest typed-in figure.

    Ranks among 63 and among 34 provinces are not the same race.
    """
    first, latest = next(figure for figure in typed if figure.value is not None), typed[-1]
    if first.value is None or (
        is_rank(terms.measure) and first.terms.denominator != latest.terms.denominator
    ):
        return None
    return forecast(Look(first.terms.last, first.value), now, terms.last, measure=terms.measure)


def _typed_for(one: Asked, typed: Sequence[TypedFigure], on: date) -> tuple[TypedFigure, ...]:
    """Typed-in figures of the target's unit and indicator within its working period, the earliest first."""
    if not one.compared:
        return ()
    found = [
        figure
        for figure in typed
        if figure.terms.unit_id == one.unit_id
        and figure.terms.indicator == one.terms.indicator
        and one.terms.first <= figure.terms.last <= max(one.terms.last, on)
        and figure.terms.first <= one.terms.last
    ]
    return tuple(sorted(found, key=lambda figure: (figure.terms.last, figure.terms.first)))
