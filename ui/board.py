"""Opens Tổng hợp in full over whatever place asked for it, and does what is chosen there."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QDir, QObject, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from tongcds.actions import Core, board, differences
from tongcds.domain.periods import month_of
from tongcds.domain.views import BehindView, BoardView, CloseView
from tongcds.i18n import _
from ui.desk import Desk
from ui.forms.behind_dialog import BehindDialog
from ui.forms.board_parts import Asked, PeriodBar
from ui.forms.difference_dialog import DifferenceDialog
from ui.screens.board import BoardScreen


class Board(QObject):
    """Makes the screen; figures are counted on the thread for counting. `targets_requested` wants targets."""

    targets_requested = Signal()

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.dialog: BehindDialog | DifferenceDialog | None = None

    def open(self) -> None:
        """Show the own unit, this month."""
        self.open_unit(None)

    def open_unit(self, unit_id: bytes | None) -> None:
        """Show a unit below the own one, or that itself."""
        shell, core = self._desk.window(), self._desk.core
        first = Asked(board.FIRST_SHOWN[0], month_of(core.today), unit_id=unit_id)
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

    def _open(self, dialog: BehindDialog | DifferenceDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.opened.connect(self._desk.show)
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
