"""The real window of a vault, in a process of its own, that says on standard output how it looks to a person.

Run as `python -m tests.e2e.watched_window PROFILE`. A line of JSON for each change: which place is shown,
what has the focus, what the badge and the message say. It ends when its window is closed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from tests.e2e.province import PASSPHRASE
from tongcds.actions import opening
from tongcds.clock import system_clock
from tongcds.settings import Settings
from ui import app as dressing
from ui.desktop import Desktop

EVERY_MS = 40


def looks(desktop: Desktop) -> dict:
    """What a person would notice."""
    focus = QApplication.focusWidget()
    return {
        "window": int(desktop.shell.winId()),
        "active": desktop.shell.isActiveWindow(),
        "place": desktop.shell.place,
        "focus": "" if focus is None else focus.accessibleName() or type(focus).__name__,
        "badge": desktop.shell.top.badge.accessibleName(),
        "said": desktop.shell.messages.words() if desktop.shell.messages.isVisible() else "",
    }


def main(profile: Path) -> int:
    app = dressing.create(sys.argv[:1])
    desktop = Desktop(opening.open_vault(profile, PASSPHRASE, system_clock), Settings(profile))
    desktop.show()
    last: dict = {}

    def tell() -> None:
        nonlocal last
        now = looks(desktop)
        if now != last:
            last = now
            sys.stdout.write(json.dumps(now) + "\n")
            sys.stdout.flush()

    timer = QTimer()
    timer.timeout.connect(tell)
    timer.start(EVERY_MS)
    app.exec()
    timer.stop()
    desktop.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
