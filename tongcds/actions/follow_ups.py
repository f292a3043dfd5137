"""What was promised and is not kept yet, as tasks: put off, done without a visit, or called off.

A visit that keeps a promise closes it by itself (`visits`); all of this can be undone.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import select

from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.domain.views import EditUndo
from tongcds.errors import UserError
from tongcds.records import Value, record_type
from tongcds.storage import supports

MOST: Final = 500
"""As many of each span of time as are listed."""

_FOLLOW_UP = record_type("follow_up").table


def tasks(core: Core, limit: int = MOST) -> supports.Todo:
    """What is to be done: overdue, today, this week, later."""
    with core.vault.read() as connection:
        return supports.open_follow_ups(connection, core.today, limit)


def put_off(core: Core, follow_up: bytes, due_on: date) -> tuple[EditUndo, Changes]:
    """Give a task another day.

    Raises:
        UserError: follow_up_unknown, due_in_past.
    """
    if due_on < core.today:
        raise UserError("due_in_past")
    return _set(core, follow_up, due_on=due_on.isoformat())


def finish(core: Core, follow_up: bytes) -> tuple[EditUndo, Changes]:
    """Say that a task is done, where no visit is to be logged for it.

    Raises:
        UserError: follow_up_unknown.
    """
    return _set(core, follow_up, state="done", done_on=core.today.isoformat())


def call_off(core: Core, follow_up: bytes) -> tuple[EditUndo, Changes]:
    """Say that a task is not needed any more.

    Raises:
        UserError: follow_up_unknown.
    """
    return _set(core, follow_up, state="cancelled")


def _set(core: Core, follow_up: bytes, **values: Value) -> tuple[EditUndo, Changes]:
    still = select(_FOLLOW_UP.c.id).where(
        _FOLLOW_UP.c.id == follow_up, _FOLLOW_UP.c.deleted == 0, _FOLLOW_UP.c.state == "open"
    )
    with core.vault.change(core.author()) as change:
        if change.connection.execute(still).one_or_none() is None:
            raise UserError("follow_up_unknown")
        journal = Journal(change.writer)
        change.writer.load("follow_up", [follow_up])
        journal.update("follow_up", follow_up, **values)
        undo = journal.undo()
    return undo, Changes.of("follow_up")
