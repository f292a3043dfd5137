"""The warning before what can be read of a damaged vault is written where anybody can read it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from tongcds.domain.words import Tone
from tongcds.i18n import _
from ui import theme
from ui.theme import Length, Style, space
from ui.widgets.button import Button
from ui.widgets.notice import Notice
from ui.widgets.surface import column, line
from ui.widgets.text import Text


class SalvageDialog(QDialog):
    """Accepted by whoever goes on.

    Args:
        folder: where the file goes.
        warning: what the file is to anybody who has it.
        folder_warning: of that folder, "" where nothing is to be said.
    """

    help_topic = "trouble"

    def __init__(
        self, folder: str, warning: str, folder_warning: str, *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        title = _("Export what can be read")
        self.setWindowTitle(title)
        self.setMinimumWidth(theme.current().scaled(Length.DIALOG))
        box = column(self, gap=3)
        box.setContentsMargins(space(5), space(5), space(5), space(5))
        box.addWidget(Text(title, Style.TITLE))
        about = _("The damaged files stay as they are. First save a copy of everything, if you have a stick.")
        box.addWidget(Text(about, Style.BODY, wrap=True))
        box.addWidget(Notice("triangle-alert", Tone.WARN, warning))
        box.addWidget(Text(_("It goes to {folder}.").format(folder=folder), Style.NOTE, wrap=True))
        box.addWidget(Notice("triangle-alert", Tone.BAD, folder_warning))
        buttons = line(gap=2)
        buttons.addStretch(1)
        self.leave = Button(_("Leave"), hint="Escape")
        self.leave.clicked.connect(self.reject)
        self.go_on = Button(_("Write the file"), icon="hard-drive-download")
        self.go_on.clicked.connect(self.accept)
        buttons.addWidget(self.leave)
        buttons.addWidget(self.go_on)
        box.addLayout(buttons)
        self.leave.setFocus(Qt.FocusReason.OtherFocusReason)
