"""A field for a value of one's own: typed, or one of a few."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from tongcds.domain.views import OwnValue
from ui.widgets.field import Choice, LineField


def value_editor(own: OwnValue, words: str = "") -> LineField | Choice:
    """An input for it, with these words in it."""
    if not own.choices:
        return LineField(words)
    made = Choice([(shown, value) for value, shown in own.choices])
    made.setCurrentIndex(max(0, made.findText(words)))
    return made


def value_in(editor: QWidget) -> str:
    """What stands in it, as the actions take it."""
    match editor:
        case Choice():
            return str(editor.currentData())
        case LineField():
            return editor.text()
        case _:
            raise TypeError(type(editor))
