"""Wires the end of a vault on this computer to the window: the question, what is done, and that it is over.

What is left to do when the vault is closed is `ui.program`'s.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from tongcds.actions import retirement
from tongcds.actions.retirement import Order, Stock
from ui.desk import Desk
from ui.errors import words_for
from ui.forms.retire_dialog import RetireDialog


class Retiring(QObject):
    """`done`: it was decided that this vault is destroyed; close it."""

    done = Signal()

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.dialog: RetireDialog | None = None

    def open(self) -> None:
        """Ask, with what is in the vault and what of it is nowhere else."""
        self._desk.read(partial(retirement.stock, self._desk.core), self._ask, owner=self)

    def _ask(self, stock: Stock) -> None:
        self.dialog = RetireDialog(stock, parent=self._desk.window())
        self.dialog.ordered.connect(self._retire)
        self.dialog.finished.connect(self.dialog.deleteLater)
        self.dialog.open()

    def _retire(self, order: Order) -> None:
        # On the thread that writes: whatever is saved after it would be gone.
        work = partial(retirement.retire, self._desk.core, order)
        self._desk.writes.run(work, self._decided, owner=self, failed=self._refused)

    def _decided(self, _gone: Stock) -> None:
        if self.dialog is not None:
            self.dialog.accept()
        self.done.emit()

    def _refused(self, problem: Exception) -> None:
        def tell(stock: Stock) -> None:
            if self.dialog is not None:
                self.dialog.refuse(words_for(problem), stock)

        self._desk.read(partial(retirement.stock, self._desk.core), tell, owner=self)
