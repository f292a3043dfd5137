"""What the parts that wire screens to actions work with: a vault, its threads, and the way to tell everybody.

`ui.desktop` makes it; each part (editing, sticks, privacy …) takes it and knows nothing of the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject

from tongcds.actions import Changes, Core, households
from tongcds.domain.views import EditUndo, Whoami
from tongcds.i18n import _
from tongcds.settings import Settings
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.shell import Shell
from ui.tasks import Tasks

T = TypeVar("T")
Undoable = tuple[EditUndo, Changes]
"""How to take a change back, and what it touched."""


@dataclass(frozen=True, slots=True)
class Desk:
    """An open vault at work, and who works with it.

    `window` answers the window as it is now; it is made anew in another language. `reads`, `counts`,
    `writes`, `files` and `net` are where work runs. `changes` tells screens to read again; `changed` does
    that, and has the exchange begin; `show` opens a household in the register.
    """

    core: Core
    settings: Settings
    who: Whoami
    window: Callable[[], Shell]
    reads: Tasks
    counts: Tasks
    writes: Tasks
    files: Tasks
    net: Tasks
    changes: ChangeBus
    changed: Callable[[Changes], None]
    show: Callable[[bytes], None]

    def read(self, work: Callable[[], T], done: Callable[[T], None], *, owner: QObject) -> None:
        """Look something up; what goes wrong is said."""
        self.reads.run(work, done, owner=owner, failed=self.failed)

    def write(self, work: Callable[[], T], done: Callable[[T], None], *, owner: QObject) -> None:
        """Change something and go on with what came of it; what goes wrong is said."""
        self.writes.run(work, done, owner=owner, failed=self.failed)

    def save(self, work: Callable[[], Undoable], said: str, *, owner: QObject) -> None:
        """Change something that can be taken back, tell every screen, and offer that beside the words."""

        def done(answer: Undoable) -> None:
            self.told(said, *answer)

        self.writes.run(work, done, owner=owner, failed=self.failed)

    def told(self, said: str, undo: EditUndo, changes: Changes) -> None:
        """Tell every screen of what was saved, and say it with a way to take it back."""
        self.changed(changes)
        take_back = partial(households.undo_edit, self.core, undo)
        self.window().say(said, undo=(take_back, _("Taken back.")))

    def do(
        self,
        work: Callable[[], Changes],
        said: str,
        *,
        owner: QObject,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Change something, tell every screen, then say it."""

        def done(changes: Changes) -> None:
            self.changed(changes)
            self.window().say(said)

        self.writes.run(work, done, owner=owner, failed=failed or self.failed)

    def failed(self, problem: Exception) -> None:
        """Say what went wrong, until it was read."""
        self.window().say(words_for(problem), stays=True)
