"""Wires the list of records that may be one to the window; what is worked with is the `Desk`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject

from tongcds.actions import duplicates
from tongcds.domain.views.duplicates import Pair
from tongcds.i18n import _
from ui.desk import Desk, Undoable
from ui.screens.duplicates import DuplicatesScreen, PairShown, PairsShown


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

    def _load(self, settled: bool) -> PairsShown:  # noqa: FBT001 - a callback
        core = self._desk.core
        found = duplicates.settled(core) if settled else duplicates.likely(core)
        shown = tuple(
            PairShown(pair, duplicates.compared(pair), duplicates.proposed(pair)) for pair in found.pairs
        )
        return PairsShown(shown, found.total)

    def _unite(self, pair: Pair, chosen: Mapping[str, bytes]) -> None:
        words = _("The two records are one now; all their values are kept.")
        self._save(partial(duplicates.unite, self._desk.core, pair, chosen), words)

    def _part(self, pair: Pair) -> None:
        ids = pair.first.record_id, pair.second.record_id
        self._save(partial(duplicates.keep_apart, self._desk.core, *ids), _("Noted: these are two."))

    def _take_back(self, pair: Pair) -> None:
        ids = pair.first.record_id, pair.second.record_id
        words = _("Taken back: both records show again.")
        self._save(partial(duplicates.take_back, self._desk.core, *ids), words)

    def _save(self, work: Callable[[], Undoable], words: str) -> None:
        self._desk.save(work, words, owner=self)
