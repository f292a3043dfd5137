"""Opens Tổng hợp in full over whatever place asked for it, and does what is chosen there."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QDir, QObject, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from tongcds.actions import Core, board, differences, side_by_side
from tongcds.domain.periods import month_of
from tongcds.domain.views import BehindView, BoardView, CloseView, PairView
from tongcds.i18n import _
from ui.desk import Desk
from ui.forms.behind_dialog import BehindDialog
from ui.forms.board_parts import Asked, PeriodBar
from ui.forms.compare_dialog import CompareDialog
from ui.forms.difference_dialog import DifferenceDialog
from ui.screens.board import BoardScreen


class Board(QObject):
    """Makes the screen; figures are counted on the thread for counting. `targets_requested` wants targets."""

    targets_requested = Signal()

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.dialog: BehindDialog | DifferenceDialog | CompareDialog | None = None

    def open(self) -> None:
        """Show the own unit, this month."""
        self.open_unit(None)

    def open_unit(self, unit_id: bytes | None, code: str = board.FIRST_SHOWN[0]) -> None:
        """Show a unit below the own one, or that itself; an indicator of it to begin with."""
        shell, core = self._desk.window(), self._desk.core
        first = Asked(code, month_of(core.today), unit_id=unit_id)
        screen = BoardScreen(
            PeriodBar(board.choices(), first, core.today),
            partial(_load, core),
            partial(_look, core),
            self._desk.counts,
            self._desk.changes,
        )
        screen.left.connect(shell.back)
        screen.said.connect(shell.say)
        screen.saved.connect(self._save)
        screen.listed.connect(self._list)
        screen.compared.connect(self.compare)
        screen.paired.connect(self.pair)
        screen.targets_requested.connect(self.targets_requested)
        shell.open_over(screen)

    def _list(self, asked: Asked) -> None:
        work = partial(board.records, self._desk.core, asked.code, asked.period, asked.unit_id)
        self._desk.counts.run(work, self._show_records, owner=self, failed=self._desk.failed)

    def _show_records(self, view: BehindView) -> None:
        self._open(BehindDialog(view, parent=self._desk.window()))

    def compare(self, asked: Asked) -> None:
        """Hold a figure against the server's, record by record."""
        ask = partial(differences.figure_difference, self._desk.core, asked.code, asked.period, asked.unit_id)
        self._open(DifferenceDialog(ask, self._desk.net, parent=self._desk.window()))

    def pair(self, asked: Asked, beside: bytes | None) -> None:
        """Put two units side by side, which can be changed there."""
        core, counts = self._desk.core, self._desk.counts

        def ask(first: bytes, second: bytes) -> PairView:
            return side_by_side.side_by_side(core, asked.code, asked.period, asked.against, (first, second))

        def show(units: tuple[tuple[bytes, str], ...]) -> None:
            first = asked.unit_id or units[0][0]
            chosen = (first, beside or units[-1][0])
            dialog = CompareDialog(units, chosen, ask, counts, parent=self._desk.window())
            dialog.saved.connect(self._save)
            self._show_dialog(dialog)

        work = partial(side_by_side.units_to_choose, core)
        counts.run(work, show, owner=self, failed=self._desk.failed)

    def _open(self, dialog: BehindDialog | DifferenceDialog) -> None:
        dialog.opened.connect(self._desk.show)
        self._show_dialog(dialog)

    def _show_dialog(self, dialog: BehindDialog | DifferenceDialog | CompareDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog = dialog
        dialog.open()

    def _save(self, picture: QImage, name: str) -> None:
        pictures = QDir.home().filePath(name)
        path, _kind = QFileDialog.getSaveFileName(
            self._desk.window(), _("Save the chart as a picture"), pictures, _("Pictures (*.png)")
        )
        if path:
            self.write(picture, Path(path))

    def write(self, picture: QImage, path: Path) -> None:
        """Write a picture where somebody wanted it, and say whether that worked."""
        whole = path if path.suffix.lower() == ".png" else path.with_name(f"{path.name}.png")
        if picture.save(str(whole)):
            self._desk.window().say(_("The chart was saved as {name}.").format(name=whole.name))
        else:
            words = _("The picture could not be written there. Nothing was lost; choose another folder.")
            self._desk.window().say(words, stays=True)


def _load(core: Core, asked: Asked) -> BoardView:
    return board.board(
        core, [asked.code], asked.period, asked.against, asked.unit_id, old_communes=asked.old_communes
    )


def _look(core: Core, asked: Asked) -> CloseView:
    return board.closely(core, asked.code, asked.period, asked.unit_id)
