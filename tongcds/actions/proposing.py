"""What the open difficulties of a period offer section III of its report, until somebody types there."""

from __future__ import annotations

from typing import Final

from tongcds.actions import difficulties
from tongcds.actions.core import Core
from tongcds.domain.difficulties import Stage
from tongcds.domain.periods import Period
from tongcds.domain.views.difficulties import DifficultyRow
from tongcds.domain.views.reporting import LONGEST_SECTION, Proposal
from tongcds.i18n import _, format_number, ngettext

SECTION: Final = "III"
"""The section of `resources/reports/sections.csv` that is about difficulties."""

_ROOM: Final = LONGEST_SECTION - 200
"""The officer has room left to type."""


def proposal(core: Core, period: Period) -> Proposal:
    """The difficulties of this unit and those below that are still open, a line for each.

    Of several that were joined only the one that is answered for all has a line. Where there are more than a
    section has room for, a last line says how many.
    """
    unit = core.credentials().unit_id
    rows = [
        row
        for row in difficulties.of_period(core, period).rows
        if row.stage is not Stage.CLOSED and row.joined_with is None
    ]
    lines: list[str] = []
    for row in rows:
        line = _line(row, own=row.unit_id == unit)
        if sum(map(len, lines)) + len(lines) + len(line) > _ROOM:
            more = len(rows) - len(lines)
            words = ngettext("- and {n} more, listed in B06.", "- and {n} more, listed in B06.", more)
            lines.append(words.format(n=format_number(more)))
            break
        lines.append(line)
    return Proposal(SECTION, tuple(lines), len(rows))


def _line(row: DifficultyRow, *, own: bool) -> str:
    says = row.says
    where = ", ".join(filter(None, ("" if own else row.unit, says.place)))
    words = _one_line(says.text).rstrip(".")
    told = f"- {words} ({where})" if where else f"- {words}"
    cause = _("Cause: {text}").format(text=_one_line(says.cause)) if says.cause else ""
    return ". ".join(part.rstrip(".") for part in (told, cause) if part) + "."


def _one_line(words: str) -> str:
    return " ".join(words.split())
