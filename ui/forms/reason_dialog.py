"""Why a report goes back: its sender reads it, and mends what it names."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain.views.reporting import LONGEST_REASON
from tongcds.errors import SENTENCES
from tongcds.i18n import _
from ui.widgets.field import LabeledField, TextArea
from ui.widgets.form_dialog import FormDialog


class ReasonDialog(FormDialog):
    """`given` carries the reason."""

    help_topic = "reports"

    given = Signal(str)

    def __init__(self, about: str, *, parent: QWidget | None = None) -> None:
        super().__init__(_("Return the report"), about, parent=parent)
        self.text = TextArea()
        hint = _("What has to be mended. Name no villagers: units above read it too.")
        self._field = LabeledField(_("Reason"), self.text, hint)
        self.box.addWidget(self._field)
        self.end(self.save, _("Return"))
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand the reason over and close, where there is one."""
        reason = self.text.toPlainText().strip()
        wrong = (
            "report_reason_missing" if not reason
            else "text_too_long" if len(reason) > LONGEST_REASON else ""
        )  # fmt: skip
        self._field.show_error(_(SENTENCES[wrong]).format(most=LONGEST_REASON) if wrong else "")
        if not wrong:
            self.given.emit(reason)
            self.accept()
