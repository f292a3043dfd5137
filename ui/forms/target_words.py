"""Targets and typed-in figures in words, as their screen and its details say them."""

from __future__ import annotations

from typing import Final

from tongcds.domain.targets import Verdict, is_percent, is_rank
from tongcds.domain.views import Standing, TargetRow, Tone, TypedFigure
from tongcds.domain.views.targets import VERDICT_WORDS
from tongcds.i18n import _, format_date, format_number
from tongcds.papers.targets import amount, expected, now, wanted
from ui import words

_TONES: Final = {
    Verdict.MET: Tone.GOOD,
    Verdict.ON_THE_WAY: Tone.GOOD,
    Verdict.BEHIND: Tone.WARN,
    Verdict.MISSED: Tone.BAD,
}


def share(row: TargetRow) -> tuple[float | None, float | None]:
    """Figure and target as shares for a meter; None for what is no percentage."""
    if not is_percent(row.terms.measure) or row.terms.value is None:
        return None, None
    return None if row.value is None else float(row.value) / 100, float(row.terms.value) / 100


def verdict(row: TargetRow) -> words.State:
    """How it stands."""
    return words.State(words.capital(_(VERDICT_WORDS[row.verdict])), _TONES.get(row.verdict, Tone.QUIET))


def typed_value(figure: TypedFigure) -> str:
    """A typed-in figure: "9,5%", "3/12 (25%)", "12/34" of a rank."""
    terms = figure.terms
    if terms.denominator is None:
        return amount(terms.numerator, figure.measure)
    parts = f"{format_number(terms.numerator)}/{format_number(terms.denominator)}"
    if is_rank(figure.measure) or figure.value is None:
        return parts
    return f"{parts} ({amount(figure.value, figure.measure)})"


def typed_by(figure: TypedFigure) -> str:
    """That it was typed in, from where, by whom and when."""
    terms = figure.terms
    document = ", ".join(
        filter(None, (terms.document_no, "" if terms.dated is None else format_date(terms.dated)))
    )
    return " · ".join(
        filter(
            None,
            (
                _("typed in, source: {source}").format(source=terms.source),
                document,
                figure.by,
                "" if figure.typed_on is None else format_date(figure.typed_on),
            ),
        )
    )


def days(first: object, last: object) -> str:
    """From which day to which."""
    return _("{first} to {last}").format(first=format_date(first), last=format_date(last))  # type: ignore[arg-type]  # dates


def about_target(row: TargetRow) -> str:
    """Everything about a target, line by line."""
    terms = row.terms
    lines = [
        f"{row.name} ({terms.indicator}) · {row.unit}",
        f"{_('Target')}: {wanted(row)} · {days(terms.first, terms.last)}",
        _("Document: {document}").format(document=row.document) if row.document else "",
        f"“{terms.wording}”" if terms.wording else "",
        _("Changed since. {proposal}").format(proposal=row.proposal) if row.proposal else "",
        f"{_('Now')}: {now(row)}",
    ]
    if row.numerator is not None and row.denominator is not None:
        counted = f"{format_number(row.numerator)}/{format_number(row.denominator)}"
        lines.append(_("Numerator and denominator: {counted}").format(counted=counted))
    if row.fingerprint:
        lines.append(_("Mark of the figure: {mark}").format(mark=row.fingerprint))
    if row.typed is not None:
        lines.append(typed_by(row.typed))
    if row.expected is not None:
        lines.append(_("At the present pace {value} on the last day.").format(value=expected(row)))
    if row.ended_on is not None:
        lines.append(_("Ended on {day}.").format(day=format_date(row.ended_on)))
    if terms.note:
        lines.append(terms.note)
    return "\n".join(filter(None, lines))


def about_typed(figure: TypedFigure) -> str:
    """Everything about a typed-in figure, with what it corrected."""
    terms = figure.terms
    lines = [
        f"{typed_value(figure)} · {days(terms.first, terms.last)}",
        typed_by(figure),
        terms.note,
        *(
            _("before: {value}, {by}").format(value=typed_value(old), by=typed_by(old))
            for old in figure.before
        ),
    ]
    return "\n".join(filter(None, lines))


def standing(where: Standing, *, mine: bool) -> str:
    """Where an own record stands on its way to the server; "" once it is there."""
    return words.standing(where).words if mine and where is not Standing.RECEIVED else ""
