"""The step between passphrase and window when the province has not heard of the computer for too long."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from tongcds.i18n import _
from ui.forms.opening_panes import Pane
from ui.theme import Style
from ui.widgets.button import Button, Kind
from ui.widgets.field import LabeledField, LineField
from ui.widgets.text import Text


class LeasePane(Pane):
    """Shows nothing of what is in the vault, and lets every piece of work out.

    `sync_requested`, `code_entered` (four words), `answer_chosen` (a file) renew the lease; `folder_chosen`
    takes what waits onto a stick.
    """

    sync_requested = Signal()
    code_entered = Signal(str)
    answer_chosen = Signal(object)
    folder_chosen = Signal(object)

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent=parent)
        self.numbers = Text("", Style.HEADING)
        self.numbers.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.field = LineField()
        self._labelled = LabeledField(
            _("Four words from the province"), self.field, _("Two syllables each, marks are not needed.")
        )
        self.field.textEdited.connect(self._edited)
        self.field.returnPressed.connect(self._enter)
        self.sync = Button(_("Sync now"), icon="refresh-cw")
        self.sync.clicked.connect(self.sync_requested)
        self.go = Button(_("Open"), icon="lock", kind=Kind.PRIMARY)
        self.go.clicked.connect(self._enter)
        self.take = Button(_("Take in from USB…"), icon="usb")
        self.take.clicked.connect(self._choose_answer)
        self.export = Button(_("Save to USB…"), icon="usb")
        self.export.clicked.connect(self._choose_folder)
        self.body.addWidget(self.numbers)
        self.body.addWidget(self._labelled)
        self.add_buttons(self.sync, self.go)
        self.add_buttons(self.export, self.take)
        self.setFocusProxy(self.field)

    def ask(self, *, revoked: bool, device: int, number: str, phone: str) -> None:
        """Begin: why it is shown, and what to read out to whom."""
        self.title.setText(
            _("The province has stopped this computer")
            if revoked
            else _("This computer has been away for too long")
        )
        call = _("Call {phone}").format(phone=phone) if phone else _("Call your commune's office")
        self.about.setText(
            _(
                "Everything is kept, and what was not sent can still be sent. Sync, or use a USB stick; or "
                "{call}, read out the numbers below and type the four words that you are told."
            ).format(call=call[:1].lower() + call[1:])
        )
        shown = f"{number[:3]} {number[3:]}"
        self.numbers.setText(_("Computer {device} · number {number}").format(device=device, number=shown))
        self.set_busy(busy=False)
        self.field.clear()
        self._labelled.show_error("")

    def refuse(self, sentence: str) -> None:
        """Say why it did not work."""
        self.set_busy(busy=False)
        self._labelled.show_error(sentence)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_busy(self, *, busy: bool) -> None:
        """While something is tried nothing can be pressed."""
        for button in (self.sync, self.go, self.take, self.export):
            button.setEnabled(not busy)

    def _edited(self) -> None:
        self._labelled.show_error("")

    def _enter(self) -> None:
        if self.go.isEnabled() and self.field.text().strip():
            self.code_entered.emit(self.field.text())

    def _choose_answer(self) -> None:
        self._choose(_("Where is the answer?"), QFileDialog.FileMode.ExistingFile, self._answer)

    def _choose_folder(self) -> None:
        self._choose(_("Where is the USB stick?"), QFileDialog.FileMode.Directory, self._folder)

    def _answer(self, path: str) -> None:
        self.answer_chosen.emit(Path(path))

    def _folder(self, path: str) -> None:
        self.folder_chosen.emit(Path(path))

    def _choose(self, title: str, mode: QFileDialog.FileMode, taken: Callable[[str], None]) -> None:
        dialog = QFileDialog(self, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(mode)
        dialog.fileSelected.connect(taken)
        dialog.open()
