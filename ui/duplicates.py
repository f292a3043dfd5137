"""Wires the list of records that may be one person to the window; what is worked with is the `Desk`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject

from tongcds.actions import Changes, duplicates
from tongcds.domain.views.duplicates import Pair
from tongcds.i18n import _
from ui.desk import Desk
from ui.screens.duplicates import DuplicatesScreen, PairShown

_MOST: Final = 1000


class Duplicates(QObject):
    """Opens the list over the place."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk

    def open(self) -> None:
        """Show the pairs that nobody settled yet."""
        screen = DuplicatesScreen(self._load, self._desk.reads, self._desk.changes)
        shell = self._desk.window()
        screen.left.connect(shell.back)
        screen.united.connect(self._unite)
        screen.parted.connect(self._part)
        screen.taken_back.connect(self._take_back)
        shell.open_over(screen)

    def _load(self, settled: bool) -> tuple[PairShown, ...]:  # noqa: FBT001 - a callback
        core = self._desk.core
        pairs = duplicates.settled(core)[::-1] if settled else duplicates.likely(core)
        return tuple(PairShown(pair, duplicates.compared(pair)) for pair in pairs[:_MOST])

    def _unite(self, pair: Pair) -> None:
        words = _("The two records are one person now; both stay as they are.")
        self._save(partial(duplicates.unite, self._desk.core, pair), words, self._opened_again(pair))

    def _part(self, pair: Pair) -> None:
        work = partial(duplicates.keep_apart, self._desk.core, pair.first.person_id, pair.second.person_id)
        self._save(work, _("Noted: these are two people."), self._opened_again(pair))

    def _take_back(self, pair: Pair) -> None:
        if pair.verdict == "one" and pair.shown_id is not None:
            shown = pair.shown_id
            other = pair.second if pair.first.person_id == shown else pair.first
            again = partial(duplicates.merge, self._desk.core, shown, other.person_id)
        else:
            ids = pair.first.person_id, pair.second.person_id
            again = partial(duplicates.keep_apart, self._desk.core, *ids)
        self._save(self._opened_again(pair), _("Taken back: both records show again."), again)

    def _opened_again(self, pair: Pair) -> Callable[[], Changes]:
        ids = pair.first.person_id, pair.second.person_id
        return partial(duplicates.take_back, self._desk.core, *ids)

    def _save(self, work: Callable[[], Changes], words: str, undo: Callable[[], Changes]) -> None:
        def done(changes: Changes) -> None:
            self._desk.changed(changes)
            self._desk.window().say(words, undo=(undo, _("Taken back.")))

        self._desk.write(work, done, owner=self)
