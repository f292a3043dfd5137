"""The program started as a person would, in a process of its own: until Hôm nay is there, and how smooth.

Run by `benchmarks.start` with the folder of a profile; prints one JSON object. Moments are those of the
system's monotonic clock, which all processes share. "typed" types the passphrase as fast as anybody does, and
goes on after Hôm nay is there; "pasted" has it there at once, and ends then.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from benchmarks._day import PASSPHRASE, clock
from benchmarks._turns import Stalls, until, wait
from tongcds import memory
from tongcds.i18n import set_language
from tongcds.settings import Settings
from ui import app as dressing
from ui.program import Program
from ui.widgets.field import LineField
from ui.widgets.page import Page

if TYPE_CHECKING:
    # Loaded by the program, when it wants to.
    from ui.desktop import Desktop

Found = TypeVar("Found")
_LETTER_MS = 150
_STROKE_MS = 100
"""Between two strokes of somebody who types fast: 120 words a minute. Most take twice as long."""
_LOOK_MS = 1_500
"""For so long at least somebody looks at Hôm nay before going on; nothing may stall meanwhile either."""
_TYPED = ("hoang thi n", "lo van ", "0980", "hn-01", "xyz")


def _there(found: Found | None) -> Found:
    if found is None:
        raise LookupError
    return found


def _resident_mb() -> float:
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def main(folder: str, register: str, started: str, how: str) -> None:
    """Open the window, type the passphrase, wait for Hôm nay; then search, and bring in a register.

    The screens are loaded by the program, when it wants to. Nobody waits for the program while typing, so
    that time is no part of `usable`; a stall in it is felt.
    """
    memory.look_seldom()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    profile = Path(folder)
    settings = Settings(profile)
    set_language("vi")
    dressing.start(sys.argv[:1], settings)
    program = Program(profile, settings, clock)
    program.show()
    opening = _there(program.opening)
    until(opening.isVisible)
    shown = time.monotonic()
    stalls = Stalls()
    stalls.begin()
    field = next(one for one in opening.findChildren(LineField) if one.isVisible())
    for letter in PASSPHRASE if how == "typed" else [PASSPHRASE]:
        field.insert(letter)
        if how == "typed":
            wait(_STROKE_MS)
    asked = time.monotonic()
    QTest.keyClick(field, Qt.Key.Key_Return)
    until(lambda: program.desktop is not None)
    desktop = _there(program.desktop)
    opened = time.monotonic()
    today: Any = desktop.shell.screen_of("today")
    until(lambda: today.view is not None)
    wait(1)
    usable = time.monotonic()
    answer = {
        "to_window": shown - float(started),
        "to_open": opened - asked,
        "to_today": usable - opened,
        "usable": shown - float(started) + usable - asked,
        "rss": _resident_mb(),
    }
    if how == "pasted":
        program.close()
        print(json.dumps(answer))
        return
    wait(_LOOK_MS)
    answer["stall_start"] = stalls.end()
    answer |= _looked_up(desktop, stalls)
    answer["stall_import"] = _brought_in(desktop, register, stalls)
    answer["rss_worked"] = _resident_mb()
    program.close()
    print(json.dumps(answer))


def _looked_up(desktop: Desktop, stalls: Stalls) -> dict[str, float]:
    """Go to the register and search in it."""
    stalls.begin()
    asked = time.monotonic()
    desktop.shell.show_place("households")
    homes: Any = desktop.shell.screen_of("households")
    until(lambda: homes.rows.rows_model.rowCount() > 0)
    # They may have been read ahead; drawn they are at the end of a turn.
    wait(1)
    first_rows = (time.monotonic() - asked) * 1000
    for words in _TYPED:
        for at in range(1, len(words) + 1):
            homes.search.setText(words[:at])
            homes.search.textEdited.emit(words[:at])
            wait(_LETTER_MS)
    return {"first_rows": first_rows, "stall_search": stalls.end()}


def _brought_in(desktop: Desktop, register: str, stalls: Stalls) -> float:
    """Bring a register in; the longest stall."""
    stalls.begin()
    desktop.importing.open()
    screen: Any = next(one for one in desktop.shell.findChildren(Page) if hasattr(one, "open_file"))
    screen.open_file(register)
    until(lambda: screen.pane.isVisible() and screen.pane.isEnabled())
    written: list[object] = []
    screen.applied.connect(written.append)
    screen.write()
    until(lambda: bool(written))
    return stalls.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
