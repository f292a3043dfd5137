"""A row of Hôm nay about something that waits for somebody and is no task: privacy, reports, proposals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Final

from PySide6.QtWidgets import QWidget

from tongcds.domain.privacy import load_request_kinds
from tongcds.domain.reporting import STATE_WORDS, State
from tongcds.domain.views import Reminder, Tone
from tongcds.i18n import _, format_date, format_number, ngettext
from ui.household_words import due_words
from ui.widgets.button import Button, Kind
from ui.widgets.pill import Pill
from ui.widgets.surface import ItemRow
from ui.widgets.text import IconTile

PRIVACY: Final = "privacy"
PROPOSALS: Final = "proposals"
_LEADS: Final = {
    "report": ("reports", "file-spreadsheet"),
    "reports_in": ("reports", "file-spreadsheet"),
    "proposals": (PROPOSALS, "clipboard-check"),
    "difficulty": ("difficulties", "triangle-alert"),
}
"""Where reminders lead that are not about privacy, and their icon."""

_NO_DAY: Final = frozenset({"reports_in", "proposals"})
"""What waits without a day is not late for that."""


def reminder_words(reminder: Reminder) -> tuple[str, str]:
    """What waits for somebody: a title and a line under it."""
    if reminder.kind == "bulk":
        opened = ngettext("{name} opened {n} household", "{name} opened {n} households", reminder.count)
        day = format_date(date.fromisoformat(reminder.detail))
        title = opened.format(name=reminder.title, n=format_number(reminder.count))
        return title, _("Very many in one day, {day}. Ask what for.").format(day=day)
    if reminder.kind == "reports_in":
        waiting = ngettext("{n} report to decide on", "{n} reports to decide on", reminder.count)
        return waiting.format(n=format_number(reminder.count)), _("Accept it, or return it with a reason.")
    if reminder.kind == "proposals":
        return proposals_words(reminder.count), _("Somebody asks for another value or last day of a target.")
    if reminder.kind == "difficulty":
        return reminder.title, _("A difficulty that waits for an answer here")
    if reminder.kind == "report":
        state = next((state for state in State if state == reminder.detail), None)
        return reminder.title, reminder.detail if state is None else _(STATE_WORDS[state])
    kinds = load_request_kinds()
    kind = kinds[reminder.detail].name() if reminder.detail in kinds else reminder.detail
    return reminder.title, _("Request about personal data: {kind}").format(kind=kind)


def proposals_words(count: int) -> str:
    """How many proposals wait for a decision."""
    waiting = ngettext("{n} proposal to decide on", "{n} proposals to decide on", count)
    return waiting.format(n=format_number(count))


def reminder_row(reminder: Reminder, follow: Callable[[str], None]) -> ItemRow:
    """The row; its button calls `follow` with a place, or with `PRIVACY` or `PROPOSALS`."""
    title, detail = reminder_words(reminder)
    look = Button(_("Open"), kind=Kind.SMALL)
    look.setAccessibleName(_("Open {title}").format(title=title))
    leads, icon = _LEADS.get(reminder.kind, (PRIVACY, "shield-check"))
    look.clicked.connect(partial(follow, leads))
    behind: list[QWidget] = [look]
    if reminder.days_left is not None:
        due = due_words(reminder.days_left)
        behind.insert(0, Pill(due.words, due.tone))
    late = reminder.days_left < 0 if reminder.days_left is not None else reminder.kind not in _NO_DAY
    return ItemRow(title, detail, before=IconTile(icon, Tone.BAD if late else None), behind=behind)
