"""What can be previewed, by name. A new screen adds a line here, and with it gets its snapshots."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from tongcds.domain.views import Role
from tongcds.errors import UnavailableError
from tongcds.settings import Settings
from ui.changes import ChangeBus
from ui.preview import samples
from ui.screens.overview import OverviewScreen
from ui.screens.settings import About, SettingsScreen
from ui.screens.sync import SyncScreen
from ui.screens.today import TodayScreen
from ui.shell import Shell
from ui.tasks import InlineExecutor, Tasks

_TURNS: Final = 6
KINDS: Final = ("typical", "empty", "error")


def tasks() -> Tasks:
    """Tasks that do their work at once."""
    return Tasks(InlineExecutor())


def _fail() -> object:
    raise UnavailableError("vault_damaged")


def _today(kind: str) -> QWidget:
    return TodayScreen(partial(samples.today_view, kind) if kind != "error" else _fail, tasks(), ChangeBus())  # type: ignore[arg-type]  # it never answers


def _sync(kind: str) -> QWidget:
    load = _fail if kind == "error" else partial(samples.sync_view, kind)
    return SyncScreen(load, tasks(), ChangeBus(), lambda: samples.NOW)  # type: ignore[arg-type]  # as above


def _overview(kind: str) -> QWidget:
    load = _fail if kind == "error" else partial(samples.overview_view, kind)
    return OverviewScreen(load, tasks(), ChangeBus(), lambda: samples.NOW)  # type: ignore[arg-type]  # as above


def _overview_commune(kind: str) -> QWidget:
    return _overview({"typical": "commune", "empty": "empty-commune"}.get(kind, kind))


def _settings(_kind: str) -> QWidget:
    folder = Path(tempfile.mkdtemp(prefix="tongcds-preview-"))
    about = About(version="0.1.0", data_folder="C:\\Users\\Ngan\\AppData\\Local\\TongCDS")
    return SettingsScreen(Settings(folder), samples.whoami(), about)


SCREENS: Final[dict[str, tuple[Role, str, Callable[[str], QWidget]]]] = {
    "today": (Role.TEAM, "today", _today),
    "sync": (Role.TEAM, "sync", _sync),
    "settings": (Role.TEAM, "settings", _settings),
    "overview-area": (Role.AREA, "overview", _overview),
    "overview-commune": (Role.COMMUNE, "overview", _overview_commune),
}
"""Name, role it is shown to, place of the rail that is lit, and what makes it for a kind of sample."""


def settle() -> None:
    """Let queued layouts and shows happen, without an event loop."""
    for _turn in range(_TURNS):
        QCoreApplication.sendPostedEvents()


def in_shell(name: str, kind: str = "typical") -> Shell:
    """A screen of that name inside the window of its role, as a person would see it."""
    role, place, make = SCREENS[name]
    # The other places are never shown here, so they may be anything.
    others: dict[str, Callable[[], QWidget]] = dict.fromkeys(
        ("overview", "today", "households", "log", "sync", "settings"), QWidget
    )
    shell = Shell(
        samples.whoami(role),
        {**others, place: partial(make, kind)},
        find=samples.search if role in {Role.TEAM, Role.COMMUNE} else None,
        tasks=tasks(),
    )
    status = kind if kind in samples.STATUSES else "typical"
    shell.show_status(samples.sync_status("received" if role is not Role.TEAM else status), samples.NOW)
    shell.set_count("today", 3 if kind == "typical" else 0)
    shell.show_place(place)
    return shell
