"""What each member is paid, for the list of payments (B15)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tongcds.errors import SENTENCES
from tongcds.i18n import _, format_number
from tongcds.papers.offices import LARGEST, LONGEST_MONTHS, Payment
from ui.theme import Style
from ui.widgets.field import LabeledField, LineField
from ui.widgets.form_dialog import FormDialog
from ui.widgets.text import Text


class PaymentDialog(FormDialog):
    """`chosen` carries a `Payment`, or None where the amount is left for a pen."""

    help_topic = "printing"

    chosen = Signal(object)

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(_("List of payments (B15)"), parent=parent)
        self.amount, self.months = LineField(), LineField("1")
        hint = _("As 150.000; empty: amounts are written in by hand.")
        self._amount = LabeledField(_("Amount a month (đồng)"), self.amount, hint)
        self._months = LabeledField(_("Number of months"), self.months)
        self.box.addWidget(Text(_("The same for every member of the team."), Style.BODY, wrap=True))
        self.box.addWidget(self._amount)
        self.box.addWidget(self._months)
        self.end(self.save, _("Show"))
        self.amount.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand the payment over and close, where it is one."""
        if not self.amount.text().strip():
            self.chosen.emit(None)
            self.accept()
            return
        amount, months = _whole(self.amount.text()), _whole(self.months.text())
        right = 0 < amount <= LARGEST, 0 < months <= LONGEST_MONTHS
        for field, code, ok, most in (
            (self._amount, "payment_amount_invalid", right[0], LARGEST),
            (self._months, "payment_months_invalid", right[1], LONGEST_MONTHS),
        ):
            field.show_error("" if ok else _(SENTENCES[code]).format(most=format_number(most)))
        if all(right):
            self.chosen.emit(Payment(amount, months))
            self.accept()


def _whole(words: str) -> int:
    """A number as people write it ("150.000", "150 000"); 0 where it is none."""
    digits = "".join(words.replace(".", "").replace(",", "").split())
    return int(digits) if digits.isascii() and digits.isdigit() else 0
