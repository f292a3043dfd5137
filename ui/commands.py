"""The commands that show or draw a window: demo, tour, screens, manual. The others are `tongcds.cli`'s."""

from __future__ import annotations

import os
import signal
import sys
from argparse import Namespace
from pathlib import Path
from types import FrameType
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from tongcds.clock import Clock, system_clock
from tongcds.documents import Written
from tongcds.domain.views import Role
from tongcds.i18n import _, language, ngettext
from tongcds.papers.paper import Paper
from ui import app as dressing
from ui import gallery, manual, stage, tour
from ui.demo import Demo
from ui.desktop import Desktop
from ui.paper import pages
from ui.paper.writing import font_notes

_TOUR_FOLDER: Final = Path("build") / "tour"
_HEED_MS: Final = 300


def run(options: Namespace, clock: Clock = system_clock) -> int:
    """Do the command; answers the exit code.

    Raises:
        UserError: demo_needs_server.
        UnavailableError: demo_server_failed.
    """
    match options.name:
        case "demo" if has_display():
            return _demo(Role(options.role), clock)
        case "screens":
            return _screens(Path(options.out))
        case "tour":
            return _tour(Path(options.out))
        case "manual":
            return _manual(Path(options.out))
        case _:
            _say(_("There is no display here, so this is the tour instead."))
            return _tour(_TOUR_FOLDER)


def draw(paper: Paper) -> Written:
    """A paper as a PDF, with or without a display."""
    stage.without_display()
    dressing.create(sys.argv[:1])
    return Written(pages.pdf(paper), font_notes())


def has_display() -> bool:
    """Whether a window would be seen, or somebody said how windows are to be drawn."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _demo(role: Role, clock: Clock) -> int:
    with Demo(clock) as demo:
        app = dressing.create(sys.argv[:1])
        with _Ended(app):
            desktop = Desktop(demo.enrol(role), demo.settings(role))
            desktop.show()
            app.exec()
            desktop.close()
    return 0


class _Ended:
    """Ctrl+C and a polite kill close the window, so that the demo takes its folder and server along."""

    def __init__(self, app: QApplication) -> None:
        self._app = app
        self._asked = False
        self._timer = QTimer()
        # Python hears of a signal only when it runs, and Qt's loop alone does not run it.
        self._timer.timeout.connect(self._heed)

    def __enter__(self) -> None:
        """Listen from here on."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)
        self._timer.start(_HEED_MS)

    def __exit__(self, *_problem: object) -> None:
        """Leave signals to Python again."""
        self._timer.stop()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True

    def _heed(self) -> None:
        if self._asked:
            self._app.quit()


def _tour(folder: Path) -> int:
    stage.without_display()
    dressing.create(sys.argv[:1])
    tour.walk(folder, _say)
    return 0


def _screens(folder: Path) -> int:
    stage.without_display()
    dressing.create(sys.argv[:1])
    count = gallery.take_all(folder)
    _say(_("{n} pictures are in {folder}.").format(n=count, folder=folder))
    return 0


def _manual(folder: Path) -> int:
    stage.without_display()
    dressing.create(sys.argv[:1])
    stage.text_size(100)
    file = folder / f"TongCDS-{language()}.pdf"
    pages = manual.write(file)
    _say(ngettext("{n} page is in {file}.", "{n} pages are in {file}.", pages).format(n=pages, file=file))
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
