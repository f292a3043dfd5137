"""The program started as a person would, in a process of its own: until Hôm nay is there, and how smooth.

Run by `benchmarks.start` with the folder of a profile; prints one JSON object. Moments are those of the
system's monotonic clock, which all processes share.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

from benchmarks._vaults import PASSPHRASE, clock
from tongcds import memory
from tongcds.i18n import set_language
from tongcds.settings import Settings
from ui import app as dressing
from ui import stage
from ui.program import Program
from ui.screens.households import HouseholdsScreen
from ui.screens.import_register import ImportScreen
from ui.screens.today import TodayScreen
from ui.widgets.field import LineField

Found = TypeVar("Found")
_TICK_MS = 2
_LETTER_MS = 150
_PATIENCE_SECONDS = 120
_TYPED = ("hoang thi n", "lo van ", "0980", "hn-01", "xyz")


class _Stalls:
    """The longest time between two turns of the event loop, from `begin` on, in milliseconds."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = 0.0
        self._timer = QTimer()
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._turn)

    def begin(self) -> None:
        self._last, self.longest = time.monotonic(), 0.0
        self._timer.start()

    def end(self) -> float:
        self._turn()
        self._timer.stop()
        return self.longest

    def _turn(self) -> None:
        now = time.monotonic()
        self.longest = max(self.longest, (now - self._last) * 1000)
        self._last = now


def _until(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while not ready():
        QTest.qWait(1)
        if time.monotonic() > end:
            raise TimeoutError(ready)


def _there(found: Found | None) -> Found:
    if found is None:
        raise LookupError
    return found


def _resident_mb() -> float:
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def main(folder: str, register: str, started: str) -> None:
    """Open the window, type the passphrase, wait for Hôm nay; then search, open and import in it."""
    memory.look_seldom()
    stage.without_display()
    profile = Path(folder)
    settings = Settings(profile)
    set_language("vi")
    dressing.start(sys.argv[:1], settings)
    program = Program(profile, settings, clock)
    program.show()
    opening = _there(program.opening)
    _until(opening.isVisible)
    asked = time.monotonic()
    stalls = _Stalls()
    stalls.begin()
    field = next(one for one in opening.findChildren(LineField) if one.isVisible())
    field.setText(PASSPHRASE)
    QTest.keyClick(field, Qt.Key.Key_Return)
    _until(lambda: program.desktop is not None)
    desktop = _there(program.desktop)
    opened = time.monotonic()
    today = desktop.shell.screen_of("today")
    if not isinstance(today, TodayScreen):
        raise TypeError(type(today))
    _until(lambda: today.view is not None)
    QTest.qWait(1)
    usable = time.monotonic()
    answer = {
        "to_window": asked - float(started),
        "to_open": opened - asked,
        "to_today": usable - opened,
        "usable": usable - float(started),
        "stall_start": stalls.end(),
        "rss": _resident_mb(),
    }
    stalls.begin()
    desktop.shell.show_place("households")
    homes = desktop.shell.screen_of("households")
    if not isinstance(homes, HouseholdsScreen):
        raise TypeError(type(homes))
    _until(lambda: homes.rows.rows_model.rowCount() > 0)
    for words in _TYPED:
        for at in range(1, len(words) + 1):
            homes.search.setText(words[:at])
            homes.search.textEdited.emit(words[:at])
            QTest.qWait(_LETTER_MS)
    answer["stall_search"] = stalls.end()
    stalls.begin()
    desktop.importing.open()
    (screen,) = desktop.shell.findChildren(ImportScreen)
    screen.open_file(register)
    _until(lambda: screen.pane.isVisible() and screen.pane.isEnabled())
    answer["stall_import"] = stalls.end()
    answer["rss_worked"] = _resident_mb()
    program.close()
    print(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
