"""The question before a vault leaves its computer for good: what is in it, what waits, who wants it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from tongcds.actions.retirement import Order, Stock, confirmation, stock_words
from tongcds.domain.text import fold
from tongcds.domain.views import Tone
from tongcds.i18n import _
from ui.forms.opening_panes import secret_field
from ui.theme import Style
from ui.widgets.field import LabeledField, LineField
from ui.widgets.form_dialog import FormDialog
from ui.widgets.notice import Notice
from ui.widgets.surface import ScrollColumn
from ui.widgets.text import Text

_SHARE_OF_SCREEN: Final = 0.92


class RetireDialog(FormDialog):
    """`ordered` carries an `Order` once the word and a passphrase were typed.

    Whoever opens it calls `refuse` where the order was not followed, with what waits now.
    """

    help_topic = "settings"

    ordered = Signal(object)

    def __init__(self, stock: Stock, *, parent: QWidget | None = None) -> None:
        super().__init__(_("Remove the vault from this computer"), parent=parent)
        about = _(
            "Before this computer goes to somebody else. Nobody opens the vault here again: no passphrase, "
            "no recovery code, not the province. What the server has stays there, and a backup on a stick "
            "still opens with the passphrase it had."
        )
        fields = ScrollColumn(gap=3)
        fields.body.addWidget(Text(about, Style.BODY, wrap=True))
        self.state = Notice("circle-check", Tone.GOOD)
        fields.body.addWidget(self.state)
        self.passphrase, mine = secret_field(_("Your passphrase"))
        fields.body.addWidget(mine)
        second = _("Passphrase of a second person")
        self.second, self._second = secret_field(second)
        self._second.say(second, _("Only where two people decide it; what is nowhere else is then lost."))
        fields.body.addWidget(self._second)
        self.word = LineField()
        typed = LabeledField(_("Type “{word}” to go on").format(word=confirmation()), self.word)
        fields.body.addWidget(typed)
        fields.body.addStretch(1)
        self._fields = fields
        self.box.addWidget(fields, 1)
        self.go = self.end(self._order, _("Remove the vault"))
        for field in (self.passphrase, self.second, self.word):
            field.textChanged.connect(self._heed)
            field.textEdited.connect(self._try_again)
        self._busy = False
        self.show_stock(stock)
        self._heed()
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # As high as it takes, if the screen is: at large text it scrolls.
        self.box.activate()
        # Narrower by a scroll bar, so that none comes of a line that just fits.
        width = self._fields.width() - self._fields.verticalScrollBar().sizeHint().width()
        inner = self._fields.body.totalHeightForWidth(width)
        room = self.screen().availableGeometry().height() * _SHARE_OF_SCREEN
        self.resize(self.width(), round(min(room, self.height() - self._fields.height() + inner)))

    def show_stock(self, stock: Stock) -> None:
        """Say what is there and what waits."""
        self._stock = stock
        waits = bool(stock.writes or stock.files)
        words = stock_words(stock)
        if waits:
            words.append(_("Sync first, or back up onto a stick."))
        self.state.say(
            "\n".join(words),
            icon="triangle-alert" if waits else "circle-check",
            tone=Tone.WARN if waits else Tone.GOOD,
        )
        self._second.setVisible(bool(stock.others))

    def wait(self) -> None:
        """What was ordered is being done."""
        self._busy = True
        words = _("Sending what is left, then the vault is closed…")
        self.state.say(words, icon="refresh-cw", tone=Tone.INFO)
        self._heed()

    def refuse(self, sentence: str, stock: Stock) -> None:
        """Say why not, and what waits now."""
        self._busy = False
        self.show_stock(stock)
        self.state.say(sentence, icon="triangle-alert", tone=Tone.BAD)
        self._fields.ensureWidgetVisible(self.state)
        self._heed()
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)

    def reject(self) -> None:
        if not self._busy:
            super().reject()

    def _try_again(self) -> None:
        self.show_stock(self._stock)

    def _heed(self) -> None:
        typed = fold(self.word.text()) == fold(confirmation())
        self.go.setEnabled(typed and bool(self.passphrase.text()) and not self._busy)

    def _order(self) -> None:
        if self.go.isEnabled():
            order = Order(self.word.text(), self.passphrase.text(), self.second.text())
            self.passphrase.clear()
            self.second.clear()
            self.wait()
            self.ordered.emit(order)
