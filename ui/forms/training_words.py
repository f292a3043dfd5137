"""Training in words, as its screens and forms say them."""

from __future__ import annotations

from tongcds.domain.training import Clash, time_words
from tongcds.domain.views.training import TrainingRow
from tongcds.i18n import _, format_percent


def clash_words(row: TrainingRow, clash: Clash) -> str:
    """That a session is at the same time as this one, and what both want."""
    what = ", ".join(filter(None, (_("the same place") if clash.place else "", *clash.trainers)))
    words = _("At the same time as “{title}” ({time}): {what}")
    return words.format(title=row.title, time=time_words(row.starts), what=what)


def part_words(part: float | None) -> str:
    """A part of some people in percent; a stroke where there is nobody of whom it would be one."""
    return "—" if part is None else format_percent(part, decimals=0)
