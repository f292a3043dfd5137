"""A figure as it is shown: the count or why there is none, beside the target that holds for its unit."""

from __future__ import annotations

from tongcds.domain.catalogue import Comparator, load_indicators
from tongcds.domain.views.board import BoardFigure, Mark
from tongcds.reports.aims import Aim
from tongcds.reports.known import Known


def shown_figure(code: str, known: Known, aim: Aim | None) -> BoardFigure:
    """An indicator of one unit and period, ready to be drawn."""
    count = known.count
    return BoardFigure(
        indicator=code,
        numerator=count.numerator,
        denominator=count.denominator,
        why=known.why,
        target=_mark(code, aim),
        records=count.records,
        fingerprint=count.fingerprint,
        definition=known.definition,
    )


def _mark(code: str, aim: Aim | None) -> Mark | None:
    """A target in the unit of the figure; None where it is in another measure."""
    if aim is None:
        return None
    share, unit = aim.share, load_indicators()[code].unit
    if (share is not None) != (unit == "%"):
        return None
    value = float(aim.value) if share is None else share
    return Mark(value, aim.comparator is Comparator.AT_MOST, aim.says)
