"""What was exported while a vault did not open, put into its access log and list once it does."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

from tongcds.actions import audit
from tongcds.actions.core import Core
from tongcds.clock import day_of
from tongcds.errors import TongcdsError
from tongcds.storage import belated, exports
from tongcds.storage.local import load_enrolment

SALVAGED: Final = "salvaged"


def caught_up(core: Core) -> Core:
    """The same vault, just opened, after what its note says was noted; what fails now is tried next time."""
    notes = belated.read(core.vault.folder, core.vault.opened_by)
    if notes:
        with contextlib.suppress(TongcdsError, OSError):
            _note(core, notes)
    return core


def _note(core: Core, notes: list[belated.Note]) -> None:
    with core.vault.read() as connection:
        if load_enrolment(connection) is None:
            return
    known = core.credentials().member_id
    for note in notes:
        who, path = note.who or known, Path(note.path)
        with core.vault.change(who) as change:
            # The note stays where a power cut comes before it goes: nothing is told twice.
            there = {(one.at, one.path) for one in exports.of(change.connection, who)}
            if (note.at, path) in there:
                continue
            exports.add(change.connection, at=note.at, who=who, kind=SALVAGED, path=path, people=note.people)
            on = day_of(note.at)
            audit.record_late(change, audit.EXPORT, at=note.at, on=on, count=note.people, detail=SALVAGED)
    belated.forget(core.vault.folder)
