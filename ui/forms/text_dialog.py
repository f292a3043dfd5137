"""Asking for some lines that have to be there: a reason, an answer."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tongcds.errors import SENTENCES
from tongcds.i18n import _
from ui.widgets.field import LabeledField, TextArea
from ui.widgets.form_dialog import FormDialog


class TextDialog(FormDialog):
    """What such forms are made from; `given` carries the lines.

    A form sets `missing`, the code of the sentence where there are none, and `most`, their letters at most.

    Args:
        about: what they are about, above everything.
        label: what is asked for.
        words: on the button that hands them over; "Save" without it.
    """

    missing: ClassVar[str]
    most: ClassVar[int]

    given = Signal(str)

    def __init__(
        self,
        title: str,
        about: str,
        label: str,
        hint: str = "",
        *,
        words: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, about, parent=parent)
        self.text = TextArea()
        self._field = LabeledField(label, self.text, hint)
        self.box.addWidget(self._field)
        self.end(self.save, words)
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand the lines over and close, where there are some, and not too many."""
        text = self.text.toPlainText().strip()
        wrong = self.missing if not text else "text_too_long" if len(text) > self.most else ""
        self._field.show_error(_(SENTENCES[wrong]).format(most=self.most) if wrong else "")
        if not wrong:
            self.given.emit(text)
            self.accept()
