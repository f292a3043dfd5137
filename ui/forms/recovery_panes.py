"""Steps of the opening without a passphrase: the eight words, and the PIN. They only draw."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QGridLayout, QWidget

from tongcds.domain import wordcode
from tongcds.domain.text import fold
from tongcds.i18n import _, ngettext
from ui.forms.countdown import Countdown
from ui.forms.opening_panes import Pane, secret_field
from ui.theme import Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.field import Choice, EnterMoves, LabeledField, LineField, mark_wrong
from ui.widgets.text import Text

WORDS: Final = 8
DIGITS: Final = 6
_COLUMNS: Final = 2
_FOLDED: Final = Qt.ItemDataRole.UserRole + 1
_OFFERED: Final = 8


@functools.cache
def _known() -> frozenset[str]:
    return frozenset(fold(word) for word in wordcode.words())


class _Completer(QCompleter):
    """Offers the words that begin like what is typed, marks or none."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        model = QStandardItemModel(self)
        for word in wordcode.words():
            item = QStandardItem(word)
            item.setData(fold(word), _FOLDED)
            model.appendRow(item)
        self.setModel(model)
        self.setCompletionRole(_FOLDED)
        self.setMaxVisibleItems(_OFFERED)

    def splitPath(self, path: str) -> list[str]:
        return [fold(path).lstrip()]

    def pathFromIndex(self, index: QModelIndex | QPersistentModelIndex) -> str:
        return str(index.data(Qt.ItemDataRole.DisplayRole))


class WordField(LineField):
    """One word of a code. Space after a whole word goes on; `spread` carries what is too much for one."""

    spread = Signal(str)

    def __init__(self, completer: QCompleter, place: int) -> None:
        super().__init__()
        self._completer = completer
        self.setAccessibleName(_("Word {n}").format(n=place))
        self.setInputMethodHints(Qt.InputMethodHint.ImhNoPredictiveText)
        self.textEdited.connect(self._edited)

    def is_whole(self) -> bool:
        """Whether a word of the list stands here."""
        return " ".join(fold(self.text()).split()) in _known()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.is_whole():
            self.focusNextChild()
            return
        super().keyPressEvent(event)

    def _edited(self, text: str) -> None:
        mark_wrong(self, wrong=False)
        syllables = text.split()
        if len(syllables) > 2:  # noqa: PLR2004 - a word has two
            self.spread.emit(text)


class RecoveryPane(Pane):
    """Says whom to call, and takes the eight words; `entered` carries them, `left` goes back.

    Where no code has reached the province yet it says so, and takes nothing.
    """

    entered = Signal(str)
    left = Signal()

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(_("Forgotten the passphrase?"), "", parent=parent)
        self.reference = Text("", Style.HEADING)
        self.reference.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problem = Text("", Style.ERROR, wrap=True)
        self.problem.hide()
        completer = _Completer(self)
        self._moves = EnterMoves(self)
        self._words = QWidget()
        grid = QGridLayout(self._words)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(space(2))
        grid.setVerticalSpacing(space(2))
        self.fields = [WordField(completer, place) for place in range(1, WORDS + 1)]
        rows = WORDS // _COLUMNS
        for at, field in enumerate(self.fields):
            number = Text(f"{at + 1}.", Style.MUTED)
            number.setBuddy(field)
            across = at // rows * 2
            grid.addWidget(number, at % rows, across)
            grid.addWidget(field, at % rows, across + 1)
            field.setCompleter(completer)
            field.spread.connect(self._spread)
            field.textChanged.connect(self._judge)
            if at < WORDS - 1:
                field.installEventFilter(self._moves)
        self.fields[-1].returnPressed.connect(self._enter)
        for before, after in zip(self.fields, self.fields[1:], strict=False):
            QWidget.setTabOrder(before, after)
        self.go = Button(_("Continue"), kind=Kind.PRIMARY)
        self.go.clicked.connect(self._enter)
        self.back = Button(_("Back"), icon="arrow-left")
        self.back.clicked.connect(self.left)
        self.body.addWidget(self.reference)
        self.body.addWidget(self._words)
        self.body.addWidget(self.problem)
        self.add_buttons(self.back, self.go)

    def ask(self, *, exists: bool, reference: str, phone: str) -> None:
        """Begin: is there a code, under which number, and who is to be called."""
        call = _("Call {phone}").format(phone=phone) if phone else _("Call your commune's office")
        if exists:
            self.about.setText(
                _(
                    "{call}, say your name and the number below. They call you back and read eight words to "
                    "you; type them here, marks are not needed. No network is needed, and nothing is lost."
                ).format(call=call)
            )
        else:
            self.about.setText(
                _(
                    "This computer has no recovery code yet: none has reached the province, so nobody can "
                    "read one to you. Nothing is lost: {call}, the province can open it with its own key."
                ).format(call=call[:1].lower() + call[1:])
            )
        self.reference.setText(reference)
        for part in (self.reference, self._words, self.go):
            part.setVisible(exists)
        self.refuse("")
        for field in self.fields:
            field.clear()
        self.setFocusProxy(self.fields[0] if exists else self.back)
        self._judge()

    def refuse(self, sentence: str) -> None:
        """Say what is wrong with the words."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
        if sentence:
            wrong = [field for field in self.fields if not field.is_whole()]
            for field in wrong:
                mark_wrong(field, wrong=True)
            (wrong or self.fields)[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def clear(self) -> None:
        """Forget the words."""
        for field in self.fields:
            field.clear()

    def _spread(self, text: str) -> None:
        """What was pasted or typed at once goes into this field and those after it."""
        sender = self.sender()
        first = self.fields.index(sender) if isinstance(sender, WordField) else 0
        syllables = text.replace(",", " ").split()
        pairs = [" ".join(syllables[at : at + 2]) for at in range(0, len(syllables), 2)]
        for field, pair in zip(self.fields[first:], pairs, strict=False):
            field.setText(pair)
        last = min(first + len(pairs), WORDS) - 1
        self.fields[last].setFocus(Qt.FocusReason.OtherFocusReason)

    def _judge(self) -> None:
        self.problem.setVisible(False)
        self.go.setEnabled(all(field.is_whole() for field in self.fields))

    def _enter(self) -> None:
        if self.go.isEnabled():
            self.entered.emit(" ".join(field.text() for field in self.fields))


class PinPane(Pane):
    """Comes back to a locked program; `entered` carries slot and digits, `left` asks for the passphrase.

    After wrong ones it waits, longer each time.
    """

    entered = Signal(bytes, str)
    left = Signal()

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(_("TongCDS is locked"), "", parent=parent)
        self.whom = Choice()
        self._whom = LabeledField(_("Who are you?"), self.whom)
        self.whom.currentIndexChanged.connect(self._chosen)
        self.field, self._labelled = secret_field(_("PIN"))
        self.field.setMaxLength(DIGITS)
        self.field.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhSensitiveData)
        self.field.textEdited.connect(self._edited)
        self.field.returnPressed.connect(self._enter)
        self.go = Button(_("Open"), icon="lock", kind=Kind.PRIMARY)
        self.go.clicked.connect(self._enter)
        self.other = Button(_("Use a passphrase"))
        self.other.clicked.connect(self.left)
        self._said = ""
        self.countdown = Countdown(self)
        self.countdown.changed.connect(self._say)
        self.body.addWidget(self._whom)
        self.body.addWidget(self._labelled)
        self.add_buttons(self.other, self.go)
        self.setFocusProxy(self.field)

    def ask(self, people: Sequence[tuple[bytes, str]]) -> None:
        """Begin, for these slots and names."""
        blocked = self.whom.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.whom.clear()
        for slot_id, name in people:
            self.whom.addItem(name, slot_id)
        self.whom.blockSignals(blocked)
        self._whom.setVisible(len(people) > 1)
        only = people[0][1] if len(people) == 1 else ""
        self.title.setText(_("Hello {name}").format(name=only) if only else _("TongCDS is locked"))
        self.about.setText(_("Everything you were typing is kept. Six digits open it again."))
        self.set_busy(busy=False)
        self._forget_problem()

    def refuse(self, sentence: str, *, wait: int = 0) -> None:
        """Say why it did not open; for `wait` seconds nothing of this person's is looked at."""
        self._said = sentence
        self.set_busy(busy=False)
        self.countdown.begin(wait)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_busy(self, *, busy: bool) -> None:
        """While the vault is being opened nothing can be pressed."""
        self.field.clear()
        self.field.setReadOnly(busy)
        self.go.setEnabled(False)
        self.go.set_words(_("Opening…") if busy else _("Open"))

    def _say(self) -> None:
        self._labelled.show_error(f"{self._said} {self.countdown.words()}".strip())
        self._judge()

    def _forget_problem(self) -> None:
        self._said = ""
        self.countdown.begin(0)

    def _chosen(self) -> None:
        # Somebody else's wrong ones are not theirs; the other way round the wait is said again.
        self._forget_problem()
        self.field.clear()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _judge(self) -> None:
        self.go.setEnabled(len(self.field.text()) == DIGITS and not self.countdown.left)

    def _edited(self, text: str) -> None:
        if not self.countdown.left:
            self._labelled.show_error("")
        left = DIGITS - len(text)
        self._labelled.setAccessibleDescription(ngettext("{n} more", "{n} more", left).format(n=left))
        self._judge()
        self._enter()

    def _enter(self) -> None:
        slot_id, pin = self.whom.currentData(), self.field.text()
        if self.go.isEnabled() and isinstance(slot_id, bytes) and pin:
            self.set_busy(busy=True)
            self.entered.emit(slot_id, pin)
