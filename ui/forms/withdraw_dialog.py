"""The question why a visit does not count; there is no withdrawal without a reason."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from tongcds.i18n import _
from ui import theme
from ui.theme import Length, Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.field import Choice, LabeledField
from ui.widgets.surface import column, line
from ui.widgets.text import Text


class WithdrawDialog(QDialog):
    """`chosen` carries the reason. `reasons` are (words, value)."""

    help_topic = "logbook"

    chosen = Signal(object)

    def __init__(
        self, about: str, reasons: Sequence[tuple[str, str]], *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Withdraw the visit"))
        self.setMinimumWidth(theme.current().scaled(Length.DIALOG))
        box = column(self, gap=3)
        box.setContentsMargins(space(5), space(5), space(5), space(5))
        box.addWidget(Text(_("Withdraw the visit"), Style.TITLE))
        box.addWidget(Text(about, Style.STRONG, wrap=True))
        words = _(
            "The visit stays readable with its reason. It leaves the figures, what it made known is taken "
            "back, and its appointments are cancelled."
        )
        box.addWidget(Text(words, Style.BODY, wrap=True))
        self.reason = Choice([(said, value) for said, value in reasons])
        box.addWidget(LabeledField(_("Why does it not count?"), self.reason))
        buttons = line(gap=2)
        buttons.addStretch(1)
        leave = Button(_("Leave"), hint="Escape")
        leave.clicked.connect(self.reject)
        self.go_on = Button(_("Withdraw"), icon="undo-2", kind=Kind.PRIMARY)
        self.go_on.clicked.connect(self._go_on)
        buttons.addWidget(leave)
        buttons.addWidget(self.go_on)
        box.addLayout(buttons)
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_on(self) -> None:
        self.chosen.emit(self.reason.currentData())
        self.accept()
