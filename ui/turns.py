"""Work in several turns of the event loop, so that the window answers in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer

_SOON_MS: Final = 1
"""Qt does what is put off by nothing at all in the same turn still."""


def next_turn(owner: QObject, do: Callable[[], object]) -> None:
    """Do it in the next turn of the event loop, unless the owner is gone by then."""
    QTimer.singleShot(_SOON_MS, owner, do)
