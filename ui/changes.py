"""How screens learn that something changed, without knowing each other; reading it again is theirs."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal


class ChangeBus(QObject):
    """Tells every open screen which kinds of record an action touched, say "household" or "visit".

    `changed` carries a frozenset of kinds. Each screen decides whether it reloads. `looked`: the server was
    asked, and neither side had anything new; an open window does that once a minute.
    """

    changed = Signal(object)
    looked = Signal()

    def tell(self, kinds: Iterable[str]) -> None:
        """Pass on what an action answered; nothing touched tells nobody."""
        touched = frozenset(kinds)
        if touched:
            self.changed.emit(touched)
