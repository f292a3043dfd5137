"""What a section of a report may take over from the difficulties, and the way to them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain.views.reporting import Proposal
from tongcds.i18n import _, format_number, ngettext
from ui.theme import Style
from ui.widgets.button import Button, Kind
from ui.widgets.flow import FlowRow
from ui.widgets.surface import column
from ui.widgets.text import Text


class Offer(QWidget):
    """How many difficulties are open; `taken` carries the lines that the text lacks, `opened` wants all."""

    taken = Signal(object)
    opened = Signal()

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lacking: tuple[str, ...] = ()
        self.words = Text("", Style.NOTE, wrap=True)
        self.take = Button("", icon="plus", kind=Kind.SMALL)
        self.take.clicked.connect(lambda: self.taken.emit(self._lacking))
        self.open = Button(_("Open them"), icon="triangle-alert", kind=Kind.SMALL)
        self.open.clicked.connect(self.opened)
        row = FlowRow()
        for button in (self.take, self.open):
            row.flow.addWidget(button)
        box = column(self, gap=1)
        box.addWidget(self.words)
        box.addWidget(row)
        self.hide()

    def show_proposal(self, found: Proposal | None, typed: str) -> None:
        """Offer what `typed` lacks of a proposal; nothing where none fits the section."""
        self.setVisible(found is not None and found.count > 0)
        if found is None:
            return
        self._lacking = found.lacking(typed)
        words = ngettext(
            "{n} difficulty is open in this period.", "{n} difficulties are open in this period.", found.count
        )
        said = words.format(n=format_number(found.count))
        if typed and typed == found.text:
            said = f"{said} {_('They were put in as a proposal: read and change them as you like.')}"
        self.words.setText(said)
        count = len(self._lacking)
        more = ngettext("Add {n} line", "Add {n} lines", count).format(n=format_number(count))
        self.take.set_words(more)
        self.take.setVisible(count > 0)
