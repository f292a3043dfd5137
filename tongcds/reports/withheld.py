"""A table of figures as the units above may read it: without those that would tell of single people.

The rules are `reports.hiding`'s. How many people or households there are at all stays where that is no small
group: it says nothing of who has what.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from tongcds.domain.formulas import formula_on
from tongcds.domain.views import BoardFigure, BoardRow, BoardView, Why
from tongcds.reports.figures import Count
from tongcds.reports.hiding import FEWEST, OF_PEOPLE, hidden


def as_read_above(view: BoardView) -> BoardView:
    """The same table with small figures hidden, and those that would follow from what is seen."""
    gone: dict[str, Collection[bytes]] = {}
    for at, indicator in enumerate(view.indicators):
        if _is_of_people(indicator.code, view.last):
            rows = {row.unit_id: (_count(row.figures[at]),) for row in (view.whole, *view.rows)}
            members = [row.unit_id for row in view.rows]
            gone[indicator.code] = hidden(rows, {view.whole.unit_id: members})
    return replace(
        view,
        whole=_without(view.whole, gone),
        rows=tuple(_without(row, gone) for row in view.rows),
    )


def _is_of_people(code: str, on: date) -> bool:
    formula = formula_on(code, on)
    return formula is not None and formula.of in OF_PEOPLE


def _count(figure: BoardFigure) -> Count:
    return Count(figure.numerator, figure.denominator, figure.records, figure.fingerprint)


def _without(row: BoardRow, gone: dict[str, Collection[bytes]]) -> BoardRow:
    return replace(
        row,
        figures=tuple(
            _hidden(figure) if row.unit_id in gone.get(figure.indicator, ()) else figure
            for figure in row.figures
        ),
    )


def _hidden(figure: BoardFigure) -> BoardFigure:
    whole = figure.denominator
    kept = whole if whole is not None and whole >= FEWEST else None
    return replace(figure, numerator=None, denominator=kept, why=Why.HIDDEN, records=0, fingerprint="")
