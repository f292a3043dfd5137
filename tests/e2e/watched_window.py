"""The real program on a vault, in its own process, that says on standard output how it looks to a person.

Run as `python -m tests.e2e.watched_window PROFILE`; with `--forgetful` it keeps no drafts. A line of JSON for
each change: which place is shown, what has the focus and what was typed there, what the badge, the message
and the head of the screen say. It ends when its last window is closed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLineEdit

from tongcds.clock import system_clock
from tongcds.settings import Settings
from tongcds.storage import local
from ui import app as dressing
from ui.program import Program
from ui.widgets.surface import PageHead

EVERY_MS = 40


def looks(program: Program) -> dict:
    """What a person would notice."""
    focus = QApplication.focusWidget()
    seen = {"focus": "" if focus is None else focus.accessibleName() or type(focus).__name__}
    if program.desktop is None:
        opening = program.opening
        return seen | {"window": int(opening.winId()), "place": "opening", "active": opening.isActiveWindow()}
    shell = program.desktop.shell
    return seen | {
        "window": int(shell.winId()),
        "place": shell.place,
        "active": shell.isActiveWindow(),
        "badge": shell.top.badge.accessibleName(),
        "said": shell.messages.words() if shell.messages.isVisible() else "",
        "text": focus.text() if isinstance(focus, QLineEdit) else "",
        "head": [head.subtitle.text() for head in shell.findChildren(PageHead) if head.isVisible()],
    }


def main(profile: Path) -> int:
    app = dressing.create(sys.argv[:1])
    program = Program(profile, Settings(profile), system_clock)
    program.show()
    last: dict = {}

    def tell() -> None:
        nonlocal last
        now = looks(program)
        if now != last:
            last = now
            sys.stdout.write(json.dumps(now) + "\n")
            sys.stdout.flush()

    timer = QTimer()
    timer.timeout.connect(tell)
    timer.start(EVERY_MS)
    app.exec()
    timer.stop()
    program.close()
    return 0


if __name__ == "__main__":
    if "--forgetful" in sys.argv:
        local.save_draft = lambda *_given: None
    sys.exit(main(Path(sys.argv[1])))
