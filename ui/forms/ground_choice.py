"""Who did not agree to what is about to leave the vault: left out, or taken along on a ground of the law."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain.consent import left_out_words, load_grounds
from tongcds.domain.views import LeftOut, Tone
from tongcds.i18n import _
from ui.widgets.field import Choice, LabeledField
from ui.widgets.notice import Notice
from ui.widgets.surface import column, line


class GroundChoice(QWidget):
    """Says who is left out and why, and asks for a ground; not there while everybody agreed.

    `changed` carries the ground, "" for leaving them out.

    Args:
        beside: the question stands beside the sentence, where there is more width than height.
    """

    changed = Signal(str)

    def __init__(self, *, beside: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.told = Notice("shield-check", Tone.WARN)
        grounds = [(ground.name(), code) for code, ground in load_grounds().items()]
        self.choice = Choice([(_("Leave them out"), ""), *grounds])
        self.choice.activated.connect(self._tell)
        box = line(self, gap=3) if beside else column(self, gap=2)
        box.addWidget(self.told, 1)
        box.addWidget(LabeledField(_("Who did not agree"), self.choice))
        self.hide()

    def ground(self) -> str:
        """The code of what was chosen, "" for leaving them out."""
        return str(self.choice.currentData())

    def show_left(self, left: LeftOut) -> None:
        """Say who is left out, or goes along all the same."""
        self.told.say(left_out_words(left))
        self.choice.choose(left.ground)
        self.setVisible(bool(left.total))

    def _tell(self) -> None:
        self.changed.emit(self.ground())
