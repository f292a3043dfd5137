"""Why a report goes back: its sender reads it, and mends what it names."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from tongcds.domain.views.reporting import LONGEST_REASON
from tongcds.i18n import _
from ui.forms.text_dialog import TextDialog


class ReasonDialog(TextDialog):
    """`given` carries the reason."""

    help_topic = "reports"
    missing, most = "report_reason_missing", LONGEST_REASON

    def __init__(self, about: str, *, parent: QWidget | None = None) -> None:
        hint = _("What has to be mended. Name no villagers: units above read it too.")
        title = _("Return the report")
        super().__init__(title, about, _("Reason"), hint, words=_("Return"), parent=parent)
