"""Cards about who may use this computer: PIN and passphrase of oneself, and the people. They only draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tongcds.forms import passphrase
from tongcds.i18n import _
from ui.forms.opening_panes import secret_field
from ui.forms.recovery_panes import DIGITS
from ui.theme import Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.field import EnterMoves, LabeledField, LineField
from ui.widgets.surface import Card, Divider, column, line
from ui.widgets.text import Text


class Holder(Protocol):
    """Somebody with a way in."""

    @property
    def slot_id(self) -> bytes:
        """Their slot."""

    @property
    def name(self) -> str:
        """Their name."""

    @property
    def here(self) -> bool:
        """Whether they sit here now."""

    @property
    def leads(self) -> bool:
        """Whether the computer was enrolled for them."""

    @property
    def invited(self) -> bool:
        """Whether they have not come yet."""


class PeopleCard(Card):
    """Who may use this computer. `invited` carries a name, `removed` a slot; both are the lead's alone."""

    invited = Signal(str)
    removed = Signal(bytes)

    def __init__(self, *, may_change: bool, parent: QWidget | None = None) -> None:
        super().__init__(_("People of this computer"), parent=parent)
        self.body.setSpacing(space(3))
        self._may_change = may_change
        about = _("Each has a passphrase of their own; nobody sees what another is typing.")
        self.body.addWidget(Text(about, Style.NOTE, wrap=True))
        self._rows = column(gap=1)
        self.body.addLayout(self._rows)
        self.told = Text("", Style.BODY, wrap=True)
        self.told.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.told.hide()
        self.name = LineField()
        self._name = LabeledField(_("Let another person of the team in"), self.name, _("Full name"))
        self.add = Button(_("Make four words"), icon="plus")
        self.add.clicked.connect(self._invite)
        self.name.returnPressed.connect(self._invite)
        self.body.addWidget(self.told)
        self.body.addWidget(self._name)
        self.body.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        for part in (self._name, self.add):
            part.setVisible(may_change)

    def show_people(self, people: Sequence[Holder]) -> None:
        """Draw the rows anew."""
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for at, person in enumerate(people):
            if at:
                self._rows.addWidget(Divider())
            self._rows.addWidget(self._row(person))

    def tell(self, words: str) -> None:
        """Say what came of it, such as the four words."""
        self._name.show_error("")
        self.name.clear()
        self.told.setText(words)
        self.told.setVisible(bool(words))
        self.told.setFocus(Qt.FocusReason.OtherFocusReason)

    def refuse(self, sentence: str) -> None:
        """Say why not."""
        self.told.hide()
        self._name.show_error(sentence)
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _row(self, person: Holder) -> QWidget:
        notes = [
            words
            for words, holds in (
                (_("here now"), person.here),
                (_("leads"), person.leads),
                (_("invited, has not come yet"), person.invited),
            )
            if holds
        ]
        row = QWidget()
        box = line(row, gap=3)
        box.addWidget(Text(person.name, Style.STRONG), 1)
        box.addWidget(Text(" · ".join(notes), Style.MUTED))
        if self._may_change and not person.here:
            button = Button(_("Remove"), kind=Kind.SMALL)
            button.setAccessibleName(_("Remove {name}").format(name=person.name))
            button.setProperty("slot", person.slot_id.hex())
            button.clicked.connect(self._remove)
            box.addWidget(button)
        return row

    def _invite(self) -> None:
        if self.name.text().strip():
            self.invited.emit(self.name.text().strip())

    def _remove(self) -> None:
        sender = self.sender()
        if isinstance(sender, Button):
            self.removed.emit(bytes.fromhex(str(sender.property("slot"))))


class OwnKeysCard(Card):
    """One's own PIN and passphrase; `pin_set` carries six digits, `passphrase_set` old and new."""

    pin_set = Signal(str)
    passphrase_set = Signal(str, str)

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(_("My PIN and passphrase"), parent=parent)
        self.body.setSpacing(space(3))
        about = _("A PIN of six digits opens a locked window again. It is forgotten when the program ends.")
        self.body.addWidget(Text(about, Style.NOTE, wrap=True))
        self.pin, self._pin = secret_field(_("PIN of six digits"))
        self.pin.setMaxLength(DIGITS)
        self.set_pin = Button(_("Set the PIN"), icon="lock")
        self.set_pin.clicked.connect(self._set_pin)
        self.pin.returnPressed.connect(self._set_pin)
        self.old, self._old = secret_field(_("Present passphrase"))
        self.first, self._first = secret_field(_("New passphrase"))
        self.second, self._second = secret_field(_("The same once more"))
        self.change = Button(_("Change the passphrase"))
        self.change.clicked.connect(self._change)
        self._moves = EnterMoves(self)
        for field in (self.old, self.first):
            field.installEventFilter(self._moves)
        self.second.returnPressed.connect(self._change)
        self.told = Text("", Style.NOTE, wrap=True)
        self.told.hide()
        self.body.addWidget(self._pin)
        self.body.addWidget(self.set_pin, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(Divider())
        for part in (self._old, self._first, self._second):
            self.body.addWidget(part)
        self.body.addWidget(self.change, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self.told)

    def tell(self, words: str) -> None:
        """Say that it was done; what was typed goes."""
        for field in (self.pin, self.old, self.first, self.second):
            field.clear()
        for part in (self._pin, self._old, self._first):
            part.show_error("")
        self.told.setText(words)
        self.told.show()

    def refuse_pin(self, sentence: str) -> None:
        """Say why this PIN will not do."""
        self._pin.show_error(sentence)
        self.pin.setFocus(Qt.FocusReason.OtherFocusReason)

    def refuse_passphrase(self, sentence: str, *, old: bool) -> None:
        """Say what is wrong with the passphrase, the present one or the new one."""
        (self._old if old else self._first).show_error(sentence)
        (self.old if old else self.first).setFocus(Qt.FocusReason.OtherFocusReason)

    def _set_pin(self) -> None:
        if self.pin.text():
            self.pin_set.emit(self.pin.text())

    def _change(self) -> None:
        self._old.show_error("")
        self._first.show_error("")
        lacking = next(
            (r for r in passphrase.rules(self.first.text(), self.second.text()) if not r.kept), None
        )
        if lacking is not None:
            self.refuse_passphrase(lacking.words, old=False)
        elif self.old.text():
            self.passphrase_set.emit(self.old.text(), self.first.text())
