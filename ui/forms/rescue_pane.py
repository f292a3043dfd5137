"""The step that is shown when a vault does not open: what happened, what is safe, what can be done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from tongcds.i18n import _
from ui.forms.opening_panes import Pane
from ui.forms.salvage_dialog import SalvageDialog
from ui.theme import Style
from ui.widgets.button import Button, Kind
from ui.widgets.field import LabeledField, LineField
from ui.widgets.text import Text


class RescuePane(Pane):
    """Reads nothing and changes nothing by itself.

    `copy_chosen` carries the folder for a copy of everything, `backup_chosen` the folder of a backup, `anew`
    is sent after the words for it were typed, `agreed` after somebody read what a backup on this computer
    lacks, `salvage_agreed` after the warning about a file that anybody can read, `again` tries the passphrase
    once more.
    """

    copy_chosen = Signal(object)
    backup_chosen = Signal(object)
    anew = Signal()
    agreed = Signal()
    salvage_agreed = Signal()
    again = Signal()

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(_("The vault on this computer cannot be read"), "", parent=parent)
        self.advice = Text("", Style.BODY, wrap=True)
        self.copy = Button(_("Save a copy of everything…"), icon="usb", kind=Kind.PRIMARY)
        self.copy.clicked.connect(self._choose_copy)
        self.restore = Button(_("Restore a backup…"), icon="hard-drive-download")
        self.restore.clicked.connect(self._choose_backup)
        self.retry = Button(_("Try the passphrase again"), icon="refresh-cw")
        self.retry.clicked.connect(self.again)
        self.salvage = Button(_("Export what can be read…"), icon="file-spreadsheet")
        self.salvage.clicked.connect(self._warn)
        self._export = ("", "", "")
        self.told = Text("", Style.BODY, wrap=True)
        self.accept_loss = Button(_("Go on from that backup"), icon="hard-drive-download")
        self.accept_loss.clicked.connect(self.agreed)
        self._words = _("start empty")
        self.typed = LineField()
        self._typed_field = LabeledField(
            _("To begin with an empty vault, type “{words}”").format(words=self._words),
            self.typed,
            _("The damaged files are kept, sealed, beside the new vault."),
        )
        self.empty = Button(_("Begin with an empty vault"))
        self.empty.setEnabled(False)
        self.empty.clicked.connect(self._begin)
        self.typed.textChanged.connect(self._judge)
        self.body.addWidget(self.advice)
        self.body.addWidget(self.told)
        self.add_buttons(self.retry, self.restore, self.copy)
        self.add_buttons(self.salvage, self.accept_loss)
        self.body.addWidget(self._typed_field)
        self.add_buttons(self.empty)
        self.setFocusProxy(self.copy)
        self.ask("")

    def ask(self, lossy: str, phone: str = "", export: tuple[str, str, str] = ("", "", "")) -> None:
        """Begin. `lossy` says what a backup on this computer lacks; "" when there is none that opens.

        `phone` is whom to call; "" when nobody said. `export`: as `ways_in.Rescue.about_export`.
        """
        self._export = export
        advice = _(
            "First save a copy of everything onto a stick. Then, if you have a backup on a stick, "
            "restore it; or bring the copy to your commune's office."
        )
        call = _("If you are not sure, call {phone}.").format(phone=phone)
        self.advice.setText(f"{advice} {call}" if phone else advice)
        self.about.setText(
            lossy
            or _(
                "Its files are damaged, and no backup on this computer could take their place. Nothing was "
                "changed or deleted. Everything that the server has received is safe there."
            )
        )
        self.accept_loss.setVisible(bool(lossy))
        self.tell("")

    def tell(self, words: str) -> None:
        """Say how the last thing went."""
        self.told.setText(words)
        self.told.setVisible(bool(words))

    def set_reading(self, *, reading: bool) -> None:
        """While the damaged files are read, nothing else can be begun."""
        buttons = (self.salvage, self.copy, self.restore, self.retry, self.accept_loss, self.typed)
        for button in buttons:
            button.setEnabled(not reading)
        self._judge("" if reading else self.typed.text())
        if reading:
            self.tell(_("Reading what can be read…"))

    def _warn(self) -> None:
        dialog = SalvageDialog(*self._export, parent=self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(self.salvage_agreed)
        dialog.open()

    def _judge(self, text: str) -> None:
        self.empty.setEnabled(text.strip().casefold() == self._words.casefold())

    def _begin(self) -> None:
        if self.empty.isEnabled():
            self.typed.clear()
            self.anew.emit()

    def _choose_copy(self) -> None:
        self._choose(_("Where is the USB stick?"), self._copy_to)

    def _choose_backup(self) -> None:
        self._choose(_("Where is the backup?"), self._restore_from)

    def _copy_to(self, path: str) -> None:
        self.copy_chosen.emit(Path(path))

    def _restore_from(self, path: str) -> None:
        self.backup_chosen.emit(Path(path))

    def _choose(self, title: str, taken: Callable[[str], None]) -> None:
        dialog = QFileDialog(self, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(taken)
        dialog.open()
