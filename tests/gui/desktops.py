"""A whole window over a vault that a test made; every task runs at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from tongcds.actions import Core
from tongcds.settings import Settings
from ui.desktop import Desktop
from ui.preview.screens import settle
from ui.tasks import InlineExecutor


@pytest.fixture
def desktop_of(
    core_of: object, tmp_path: Path, keep: Callable[[QWidget], QWidget]
) -> Iterator[Callable[..., Desktop]]:
    """Makes desktops that show a place; asks for `core_of` so that each is closed before its vault."""
    made: list[Desktop] = []

    def make(core: Core, place: str = "today") -> Desktop:
        everywhere = {name: InlineExecutor() for name in ("writes", "reads", "files", "net")}
        desktop = Desktop(core, Settings(tmp_path), **everywhere, automatic=False)
        made.append(desktop)
        keep(desktop.shell)
        desktop.show(place)
        settle()
        return desktop

    yield make
    for desktop in made:
        desktop.close()
        desktop.deleteLater()
