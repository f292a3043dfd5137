"""The card beside a list: what is chosen there, in full, over what can be done about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ui.theme import Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.flow import FlowRow
from ui.widgets.surface import Card, ScrollColumn
from ui.widgets.text import Text


class DetailCard(Card):
    """Text that scrolls and can be copied, and small buttons below it."""

    def __init__(self, title: str, *, parent: QWidget | None = None) -> None:
        super().__init__(title, parent=parent)
        self._words = Text("", Style.BODY, wrap=True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        scroll = ScrollColumn()
        scroll.body.addWidget(self._words)
        scroll.body.addStretch(1)
        self._acts = FlowRow()
        self.body.setSpacing(space(2))
        self.body.addWidget(scroll, 1)
        self.body.addWidget(self._acts)

    def text(self) -> str:
        """What it says."""
        return self._words.text()

    def set_words(self, words: str) -> None:
        """Say something else; "" where nothing is chosen."""
        self._words.setText(words)

    def add_act(self, words: str, icon: str, act: Callable[[], None], *, keys: str = "") -> Button:
        """Put one more button below, which does `act`, as do its `keys` while it is shown."""
        button = Button(words, icon=icon, keys=keys, kind=Kind.SMALL)
        button.clicked.connect(act)
        self._acts.flow.addWidget(button)
        return button
