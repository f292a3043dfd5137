"""Telling the teams of a session: what an announcement says of when, where and why not."""

from __future__ import annotations

from tongcds.actions import guidance, trainings
from tongcds.actions.core import Changes, Core
from tongcds.domain.training import State, time_words
from tongcds.domain.views import AnnouncementText, EditUndo
from tongcds.domain.views.guidance import LONGEST_TITLE
from tongcds.domain.views.training import TrainingRow
from tongcds.i18n import _, format_date


def announce(core: Core, training: bytes) -> tuple[EditUndo, Changes]:
    """Tell the teams of the villages that a session is for: when, where, or that it is off.

    Raises:
        UserError: training_unknown, not_a_commune.
    """
    row = trainings.the_row(core, training)
    known = {village for village, _name in trainings.view(core).villages}
    says = AnnouncementText(_title(row), _words(row), core.today, max(row.on, core.today))
    _made, undo, changes = guidance.announce(core, says, [one for one in row.villages if one in known])
    return undo, changes


def _title(row: TrainingRow) -> str:
    words = _("Training called off: {title}") if row.state is State.CANCELLED else _("Training: {title}")
    return words.format(title=row.title)[:LONGEST_TITLE]


def _words(row: TrainingRow) -> str:
    day = f"{format_date(row.on)}, {time_words(row.starts)}"
    lines = [_("{title}, {day}, {place}.").format(title=row.title, day=day, place=row.place)]
    if row.state is State.CANCELLED:
        lines.append(_("It is called off: {reason}").format(reason=row.reason))
    elif row.moved_from is not None:
        moved = format_date(row.moved_from)
        lines.append(_("It was to be on {day} first. {reason}").format(day=moved, reason=row.reason).strip())
    if row.trainers:
        lines.append(_("Trainers: {names}").format(names=", ".join(row.trainers)))
    if row.note:
        lines.append(row.note)
    return "\n".join(lines)
