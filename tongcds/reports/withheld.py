"""Figures of a unit and those below it as the units above may read them: none that tell of single people.

The rules are `reports.hiding`'s. In a table, how many people or households there are at all stays where that
is no small group: it says nothing of who has what.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

from tongcds.domain.formulas import formula_on
from tongcds.domain.views import BoardFigure, BoardRow, BoardView, Why
from tongcds.reports.figures import Count
from tongcds.reports.hiding import FEWEST, OF_PEOPLE, hidden

Figure = tuple[bytes, str]
"""A unit and an indicator."""


def withheld(
    counts: Mapping[Figure, Count], whole: bytes, members: Collection[bytes], on: date
) -> frozenset[Figure]:
    """The figures of a unit and its members that are small, or would follow from what is seen."""
    gone: set[Figure] = set()
    for code in {code for _unit, code in counts}:
        formula = formula_on(code, on)
        if formula is None or formula.of not in OF_PEOPLE:
            continue
        rows = {unit: (counts[unit, code],) for unit in (whole, *members) if (unit, code) in counts}
        inside = [unit for unit in members if unit in rows]
        gone |= {(unit, code) for unit in hidden(rows, {whole: inside})}
    return frozenset(gone)


def as_read_above(view: BoardView) -> BoardView:
    """The same table without what is withheld."""
    counts = {
        (row.unit_id, figure.indicator): _count(figure)
        for row in (view.whole, *view.rows)
        for figure in row.figures
    }
    gone = withheld(counts, view.whole.unit_id, [row.unit_id for row in view.rows], view.last)
    return replace(
        view,
        whole=_without(view.whole, gone),
        rows=tuple(_without(row, gone) for row in view.rows),
    )


def _count(figure: BoardFigure) -> Count:
    return Count(figure.numerator, figure.denominator, figure.records, figure.fingerprint)


def _without(row: BoardRow, gone: Collection[Figure]) -> BoardRow:
    return replace(
        row,
        figures=tuple(
            _hidden(figure) if (row.unit_id, figure.indicator) in gone else figure for figure in row.figures
        ),
    )


def _hidden(figure: BoardFigure) -> BoardFigure:
    whole = figure.denominator
    kept = whole if whole is not None and whole >= FEWEST else None
    return replace(figure, numerator=None, denominator=kept, why=Why.HIDDEN, records=0, fingerprint="")
