"""Commands of targets and of figures that are typed in."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from tongcds.actions import targets, typed_figures
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, read_day, show
from tongcds.commands.indicators import add_period, period_of
from tongcds.domain.catalogue import Comparator
from tongcds.domain.targets import is_rank, read_amount
from tongcds.domain.text import fold
from tongcds.domain.views import FigureSource, FigureTerms, TargetRow, TargetsView, TargetTerms, TypedFigure
from tongcds.domain.views.targets import VERDICT_WORDS
from tongcds.errors import UserError
from tongcds.i18n import _, format_date, format_number, ngettext

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]
_T = TypeVar("_T")
_COMPARATORS: Final = {
    "at-least": Comparator.AT_LEAST,
    "at-most": Comparator.AT_MOST,
    "equal": Comparator.EQUAL,
    "about": Comparator.ABOUT,
    "by": Comparator.BY,
}


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    made = add("targets", list_targets, "targets beside their figures, with the forecast at the present pace")
    made.add_argument("--catalogue", action="store_true", help="also those of the catalogue")
    made = add("target-set", set_target, "set a target (offices of communes, areas and provinces only)")
    made.add_argument("indicator", nargs="?", default="", help="for example XHS09")
    made.add_argument("--from-catalogue", default="", metavar="CODE", help="begin with this one, as T10")
    _add_terms(made)
    made.add_argument("--unit", default="", help="name of a village; the own unit without it")
    made = add("target", change, "change a target, end it, or ask teams for what they lack to it")
    made.add_argument("id", help="as `targets` lists it, or the beginning of it")
    _add_terms(made)
    made.add_argument("--end", action="store_true", help="pursue it no longer")
    made.add_argument("--lacking", action="store_true", help="what each village lacks to it")
    made.add_argument("--share-out", action="store_true", help="give each team a quota of what it lacks")
    made = add("typed-figures", list_figures, "figures that were typed in, with their sources and history")
    made.add_argument("--history", action="store_true", help="also what was corrected")
    made = add("typed-figure-add", type_in, "type in a figure that nobody here can count, or correct one")
    made.add_argument("indicator", help="for example EXT06")
    made.add_argument("--value", required=True, help="the number, or the part of a whole")
    made.add_argument("--whole", help="the whole; of a rank, among how many")
    made.add_argument("--source", required=True, help="who published it")
    _add_document(made)
    made.add_argument("--note", default="")
    made.add_argument("--unit", default="", help="name of a village; the own unit without it")
    made.add_argument("--correct", action="store_true", help="put it in the place of the one that is there")
    add_period(made)
    made = add("typed-figure", one_figure, "take a figure away that was typed in by mistake")
    made.add_argument("id", help="as `typed-figures` lists it, or the beginning of it")
    made.add_argument("--take-out", action="store_true")


def _add_terms(made: argparse.ArgumentParser) -> None:
    made.add_argument("--value", help="as 96,52")
    made.add_argument("--comparator", choices=list(_COMPARATORS))
    made.add_argument("--measure", help="unit of measure; the indicator's own without it")
    made.add_argument("--from", dest="begins", metavar="DAY", help="first day as 2026-01-01")
    made.add_argument("--to", dest="ends", metavar="DAY", help="last day")
    made.add_argument("--issuer", help="who issued the document")
    made.add_argument("--wording", help="the document's own sentence")
    made.add_argument("--note")
    _add_document(made)


def _add_document(made: argparse.ArgumentParser) -> None:
    made.add_argument("--document", metavar="NUMBER", help="number of the document")
    made.add_argument("--dated", metavar="DAY", help="its day")


def list_targets(options: argparse.Namespace, core: Core) -> int:
    """List targets."""
    view = targets.view(core)
    rows = (*view.targets, *(view.catalogue if options.catalogue else ()))
    show(options, view if options.catalogue else replace(view, catalogue=()), [_line(row) for row in rows])
    return DONE


def set_target(options: argparse.Namespace, core: Core) -> int:
    """Set a target."""
    year = date(core.today.year, 1, 1), date(core.today.year, 12, 31)
    unit = _unit(core, options.unit)
    if options.from_catalogue:
        terms = replace(targets.proposed(core, options.from_catalogue), unit_id=unit)
    else:
        terms = TargetTerms(unit, options.indicator, Comparator.AT_LEAST, None, "", *year)
    made, _undo, _changes = targets.set_target(core, _changed(options, terms))
    row = next(row for row in targets.view(core).targets if row.target_id == made)
    show(options, row, [_line(row)])
    return DONE


def change(options: argparse.Namespace, core: Core) -> int:
    """Change or end one target, or share it out."""
    row = _the_one([(row.target_id, row) for row in targets.view(core).targets], options.id, "target_unknown")
    target_id = row.target_id or b""
    if options.lacking or options.share_out:
        return _share(options, core, target_id)
    if options.end:
        targets.end_target(core, target_id)
    else:
        targets.change_target(core, target_id, _changed(options, row.terms))
    row = next(row for row in targets.view(core).targets if row.target_id == target_id)
    show(options, row, [_line(row)])
    return DONE


def _share(options: argparse.Namespace, core: Core, target_id: bytes) -> int:
    shared = targets.sharing(core, target_id)
    lines = [
        f"{one.village:<28} {_('no data') if one.amount is None else format_number(one.amount)}"
        for one in shared.portions
    ]
    words = _("Together {total}; the villages as one whole lack {lacking}.")
    lines.append(words.format(total=format_number(shared.total), lacking=format_number(shared.lacking)))
    given = 0
    if options.share_out:
        given, _undo, _changes = targets.share_out(core, target_id)
        lines.append(ngettext("Given to {n} team.", "Given to {n} teams.", given).format(n=given))
    told = {"villages": [asdict(one) for one in shared.portions], "given": given}
    show(options, {**told, "total": shared.total, "lacking": shared.lacking}, lines)
    return DONE


def list_figures(options: argparse.Namespace, core: Core) -> int:
    """List typed-in figures."""
    found = typed_figures.all_of(core)
    lines = []
    for figure in found:
        lines.append(figure_line(figure))
        if options.history:
            lines += [f"    {figure_line(old)}" for old in figure.before]
    show(options, {"figures": [asdict(figure) for figure in found]}, lines)
    return DONE


def type_in(options: argparse.Namespace, core: Core) -> int:
    """Type a figure in, or correct one."""
    period = period_of(options, core)
    terms = FigureTerms(
        unit_id=_unit(core, options.unit),
        indicator=options.indicator,
        first=period.first,
        last=period.last,
        numerator=_number(options.value),
        denominator=None if options.whole is None else _number(options.whole),
        source=options.source,
        document_no=options.document or "",
        dated=read_day(options.dated) if options.dated else None,
        note=options.note,
    )
    if options.correct:
        key = (terms.unit_id, terms.indicator, terms.first, terms.last)
        old = next((one for one in typed_figures.all_of(core) if _key(one) == key), None)
        if old is None:
            raise UserError("typed_figure_unknown")
        made, _undo, _changes = typed_figures.correct(core, old.figure_id, terms)
    else:
        made, _undo, _changes = typed_figures.type_in(core, terms)
    figure = next(one for one in typed_figures.all_of(core) if one.figure_id == made)
    show(options, figure, [figure_line(figure)])
    return DONE


def one_figure(options: argparse.Namespace, core: Core) -> int:
    """Show one typed-in figure with its history, or take it away."""
    found = typed_figures.all_of(core)
    figure = _the_one([(one.figure_id, one) for one in found], options.id, "typed_figure_unknown")
    if options.take_out:
        typed_figures.take_out(core, figure.figure_id)
    lines = [figure_line(figure), *(f"    {figure_line(old)}" for old in figure.before)]
    show(options, {"figure": asdict(figure), "taken_out": options.take_out}, lines)
    return DONE


def _key(figure: TypedFigure) -> tuple[object, ...]:
    terms = figure.terms
    return terms.unit_id, terms.indicator, terms.first, terms.last


def _changed(options: argparse.Namespace, terms: TargetTerms) -> TargetTerms:
    """The terms with what the options say."""
    given = {
        "value": None if options.value is None else _number(options.value),
        "comparator": None if options.comparator is None else _COMPARATORS[options.comparator],
        "measure": options.measure,
        "first": read_day(options.begins) if options.begins else None,
        "last": read_day(options.ends) if options.ends else None,
        "issuer": options.issuer,
        "wording": options.wording,
        "note": options.note,
        "document_no": options.document,
        "dated": read_day(options.dated) if options.dated else None,
    }
    return replace(terms, **{name: value for name, value in given.items() if value is not None})


def _number(words: str) -> Decimal:
    number = read_amount(words)
    if number is None:
        raise UserError("number_unreadable", text=words)
    return number


def _unit(core: Core, name: str) -> bytes:
    """The own unit, or the village of that name."""
    view: TargetsView = targets.view(core)
    if not name:
        return view.unit_id
    fitting = [unit for unit, called in view.units if fold(name) == fold(called)]
    if len(fitting) != 1:
        raise UserError("target_unit_unknown")
    return fitting[0]


def _line(row: TargetRow) -> str:
    terms = row.terms
    known = "" if row.target_id is None else row.target_id.hex()
    wanted = "–" if terms.value is None else f"{terms.comparator.value} {_amount(terms.value, terms.measure)}"
    value = _("no data") if row.value is None else _amount(row.value, terms.measure)
    parts = [
        known or terms.seed,
        row.unit,
        f"{terms.indicator} {row.name}",
        wanted,
        _("by {day}").format(day=format_date(terms.last)),
        value,
        _(VERDICT_WORDS[row.verdict]),
    ]
    if row.expected is not None:
        parts.append(_("forecast {value}").format(value=_amount(row.expected, terms.measure)))
    if row.source is FigureSource.TYPED and row.typed is not None:
        parts.append(_("typed in, source: {source}").format(source=row.typed.terms.source))
    return "  ".join(filter(None, (*parts, row.document, row.proposal)))


def _amount(value: Decimal, measure: str) -> str:
    number = format_number(round(value, 2))
    if is_rank(measure):
        return number
    return f"{number}%" if measure.startswith("%") else f"{number} {measure}"


def figure_line(figure: TypedFigure) -> str:
    """A typed-in figure in one line, which says that it was typed in and from where."""
    terms = figure.terms
    number = format_number(terms.numerator)
    if terms.denominator is not None:
        number = f"{number}/{format_number(terms.denominator)}"
    elif not is_rank(figure.measure):
        number = _amount(terms.numerator, figure.measure)
    days = f"{format_date(terms.first)} – {format_date(terms.last)}"
    source = _("typed in, source: {source}").format(source=terms.source)
    return "  ".join(
        filter(
            None,
            (figure.figure_id.hex(), terms.indicator, days, number, source, terms.document_no, figure.by),
        )
    )


def _the_one(found: list[tuple[bytes | None, _T]], beginning: str, code: str) -> _T:
    fitting = [
        row
        for record_id, row in found
        if beginning and record_id is not None and record_id.hex().startswith(beginning.lower())
    ]
    if len(fitting) != 1:
        raise UserError(code)
    return fitting[0]
