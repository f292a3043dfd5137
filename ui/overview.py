"""Wires Tổng hợp: its screen, and the way from it to all figures and to targets."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from tongcds.actions import overview
from ui.board import Board
from ui.desk import Desk
from ui.screens.overview import OverviewScreen
from ui.targets import Targets


class Overview(QObject):
    """Makes the screen; figures are counted on the thread for counting. `choose_paper` asks for a paper."""

    def __init__(self, desk: Desk, choose_paper: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._choose_paper = choose_paper
        self.board = Board(desk, self)
        self.targets = Targets(desk, self)
        self.board.targets_requested.connect(self.targets.open)

    def screen(self) -> OverviewScreen:
        """The screen of the place."""
        desk = self._desk
        load = partial(overview.overview, desk.core)
        screen = OverviewScreen(load, desk.counts, desk.changes, desk.core.clock, can_open=True)
        screen.opened.connect(self.board.open_unit)
        screen.board_requested.connect(self.board.open)
        screen.targets_requested.connect(self.targets.open)
        screen.papers_requested.connect(self._choose_paper)
        return screen
