"""The steps of opening: a passphrase to unlock, an invitation, a passphrase to make up. They only draw."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from tongcds.forms import passphrase
from tongcds.i18n import _
from ui.forms.countdown import Countdown
from ui.theme import IconSize, Style
from ui.widgets.button import Button, Kind
from ui.widgets.choices import CheckRow
from ui.widgets.field import Choice, EnterMoves, LabeledField, LineField
from ui.widgets.flow import FlowRow
from ui.widgets.surface import column, line
from ui.widgets.text import Icon, Text

FREE_TRIES: Final = 2
LONGEST_WAIT: Final = 30
SUFFIX: Final = "tongcds-moi"


def wait_after(tries: int) -> int:
    """Seconds to wait after that many wrong passphrases: none, none, 1, 2, 4 … at most 30."""
    return 0 if tries <= FREE_TRIES else min(LONGEST_WAIT, 2 ** (tries - FREE_TRIES - 1))


class Pane(QWidget):
    """A step: a title, what it is about, its fields, and its buttons at the end."""

    def __init__(self, title: str, about: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Text(title, Style.TITLE, wrap=True)
        self.about = Text(about, Style.MUTED, wrap=True)
        self.body = column(self, gap=4)
        head = column(gap=1)
        head.addWidget(self.title)
        head.addWidget(self.about)
        self.body.addLayout(head)

    def add_buttons(self, *buttons: QWidget) -> None:
        """Buttons at the right, the primary one last; in several lines where their words are long."""
        row = FlowRow(gap=2.5, at_end=True)
        for button in buttons:
            row.flow.addWidget(button)
        self.body.addWidget(row)


def secret_field(label: str) -> tuple[LineField, LabeledField]:
    """An input whose letters are hidden, with its label."""
    field = LineField()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
    return field, LabeledField(label, field)


def show_letters(fields: list[LineField], *, on: bool) -> None:
    """Show or hide what is typed into secret fields."""
    mode = QLineEdit.EchoMode.Normal if on else QLineEdit.EchoMode.Password
    for field in fields:
        field.setEchoMode(mode)


class UnlockPane(Pane):
    """Asks for the passphrase; `entered` carries it. After wrong ones it waits, longer each time.

    `forgotten` is for those who do not know it any more.
    """

    entered = Signal(str)
    forgotten = Signal()

    def __init__(self, person: str, *, parent: QWidget | None = None) -> None:
        title = _("Hello {name}").format(name=person) if person else _("Open TongCDS")
        super().__init__(title, _("The passphrase opens the data on this computer."), parent=parent)
        self._tries = 0
        self._said = ""
        self.field, self._labelled = secret_field(_("Passphrase"))
        self.letters = CheckRow(_("Show what I type"))
        self.letters.toggled.connect(self._show_letters)
        self.go = Button(_("Open"), icon="lock", kind=Kind.PRIMARY)
        self.go.clicked.connect(self._enter)
        self.field.returnPressed.connect(self._enter)
        self.field.textEdited.connect(self._edited)
        self.body.addWidget(self._labelled)
        self.body.addWidget(self.letters)
        self.help = Button(_("Forgotten the passphrase?"), kind=Kind.LINK)
        self.help.clicked.connect(self.forgotten)
        self.add_buttons(self.help, self.go)
        self.setFocusProxy(self.field)
        self.countdown = Countdown(self)
        self.countdown.changed.connect(self._say)

    def refuse(self, sentence: str, *, wrong: bool, wait: int = 0) -> None:
        """Say why it did not open; `wrong` counts as a wrong passphrase.

        `wait`: for so many seconds the vault looks at none, also after a restart; they are counted down.
        """
        self._said = _("Several wrong passphrases in a row. Nothing was changed.") if wait else sentence
        self._tries += wrong
        self.set_busy(busy=False)
        self.countdown.begin(wait_after(self._tries) if wrong else wait)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.selectAll()

    def set_busy(self, *, busy: bool) -> None:
        """While the vault is being opened nothing can be pressed."""
        self.go.setEnabled(not busy)
        self.go.set_words(_("Opening…") if busy else _("Open"))
        self.field.setReadOnly(busy)

    def _say(self) -> None:
        self._labelled.show_error(f"{self._said} {self.countdown.words()}".strip())
        self.go.setEnabled(not self.countdown.left)

    def _edited(self) -> None:
        if not self.countdown.left:
            self._labelled.show_error("")

    def _enter(self) -> None:
        if self.field.text() and not self.countdown.left and self.go.isEnabled():
            self.set_busy(busy=True)
            self.entered.emit(self.field.text())

    def _show_letters(self, on: bool) -> None:  # noqa: FBT001 - what a check row says
        show_letters([self.field], on=on)


class InvitationPane(Pane):
    """Asks for an invitation. `code_entered` carries code and address of the server, `file_chosen` a path.

    `backup_chosen` carries the folder of a backup, for a computer that takes the place of a lost one.
    """

    code_entered = Signal(str, str)
    file_chosen = Signal(object)
    backup_chosen = Signal(object)

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(
            _("Join your team"),
            _("Your commune has given you an invitation: a code such as K7QM-3F9T-XW2P, or a file."),
            parent=parent,
        )
        self.code = LineField()
        self.address = LineField(placeholder="https://")
        self._code_field = LabeledField(_("Code"), self.code)
        self._address_field = LabeledField(
            _("Address of the province's server"),
            self.address,
            _("It stands under the code on the invitation."),
        )
        self.file = Button(_("Choose an invitation file…"), icon="folder-open")
        self.file.clicked.connect(self.choose_file)
        self.go = Button(_("Continue"), kind=Kind.PRIMARY)
        self.go.clicked.connect(self._enter)
        self._moves = EnterMoves(self)
        self.code.installEventFilter(self._moves)
        self.address.returnPressed.connect(self._enter)
        for field in (self.code, self.address):
            field.textEdited.connect(self._edited)
        self.body.addWidget(self._code_field)
        self.body.addWidget(self._address_field)
        self.backup = Button(_("I have a backup on a stick…"), kind=Kind.LINK)
        self.backup.clicked.connect(self.choose_backup)
        self.backup.hide()
        self.add_buttons(self.backup, self.file, self.go)
        self._not_restored = Text("", Style.ERROR, wrap=True)
        self._not_restored.hide()
        self.body.addWidget(self._not_restored)
        self.setFocusProxy(self.code)
        self.setAcceptDrops(True)

    def refuse(self, sentence: str) -> None:
        """Say what is wrong with the code."""
        self._code_field.show_error(sentence)
        self.code.setFocus(Qt.FocusReason.OtherFocusReason)

    def refuse_backup(self, sentence: str) -> None:
        """Say why the chosen folder gave no vault back."""
        self._not_restored.setText(sentence)
        self._not_restored.setVisible(bool(sentence))
        self.backup.setFocus(Qt.FocusReason.OtherFocusReason)

    def choose_backup(self) -> None:
        """Ask for the folder of a backup."""
        self.refuse_backup("")
        dialog = QFileDialog(self, _("Where is the backup?"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._take_backup)
        dialog.open()

    def _take_backup(self, path: str) -> None:
        self.backup_chosen.emit(Path(path))

    def choose_file(self) -> None:
        """Ask for the file."""
        dialog = QFileDialog(self, _("Choose an invitation file"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([_("Invitations (*.{suffix})").format(suffix=SUFFIX), _("All files (*)")])
        dialog.fileSelected.connect(self._take)
        dialog.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        urls = event.mimeData().urls()
        if len(urls) == 1 and urls[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self._take(event.mimeData().urls()[0].toLocalFile())

    def _take(self, path: str) -> None:
        self._edited()
        self.file_chosen.emit(Path(path))

    def _edited(self) -> None:
        self._code_field.show_error("")
        self._address_field.show_error("")

    def _enter(self) -> None:
        code, address = self.code.text().strip(), self.address.text().strip()
        if not code:
            self.refuse(_("Type the code, or choose the file."))
        elif not address and ":" not in code:
            # What a QR code holds names the server itself.
            self._address_field.show_error(_("Type the address of the server too."))
            self.address.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.code_entered.emit(code, address)


class PassphrasePane(Pane):
    """Makes up a passphrase. `made` carries it and the person's name, `left` goes a step back."""

    made = Signal(str, str)
    left = Signal()

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(
            _("Make up a passphrase"),
            _("It locks the data on this computer. Only you know it, so choose one that you will remember."),
            parent=parent,
        )
        self.name = LineField()
        self._name_field = LabeledField(_("Your full name"), self.name)
        self.whom = Choice()
        self._whom_field = LabeledField(_("Who are you?"), self.whom)
        self.first, self._first_field = secret_field(_("Passphrase"))
        self.second, self._second_field = secret_field(_("The same once more"))
        self.letters = CheckRow(_("Show what I type"))
        self.letters.toggled.connect(self._show_letters)
        self._rules = [
            (Icon("circle-dashed", size=IconSize.MEDIUM), Text("", Style.NOTE, wrap=True)) for _n in (1, 2)
        ]
        self.go = Button(_("Continue"), kind=Kind.PRIMARY)
        self.go.clicked.connect(self._enter)
        back = Button(_("Back"), icon="arrow-left")
        back.clicked.connect(self.left)
        self._moves = EnterMoves(self)
        for field in (self.name, self.first):
            field.installEventFilter(self._moves)
        self.second.returnPressed.connect(self._enter)
        for field in (self.first, self.second, self.name):
            field.textChanged.connect(self._judge)
        for widget in (
            self._name_field,
            self._whom_field,
            self._first_field,
            self._second_field,
            self.letters,
        ):
            self.body.addWidget(widget)
        said = column(gap=1)
        for icon, words in self._rules:
            row = line(gap=2)
            row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(words, 1)
            said.addLayout(row)
        self.body.addLayout(said)
        self.add_buttons(back, self.go)
        self.setFocusProxy(self.name)
        self._judge()

    def ask(self, person: str, team: str) -> None:
        """Begin; a name that the invitation knows need not be typed."""
        hello = _("Hello {name}").format(name=person) if person else _("Make up a passphrase")
        self.title.setText(f"{hello} · {team}" if person and team else hello)
        self.name.setText(person)
        self._name_field.setVisible(not person)
        self._whom_field.hide()
        self.first.clear()
        self.second.clear()
        self.setFocusProxy(self.first if person else self.name)

    def ask_one_of(self, people: Sequence[tuple[bytes, str]]) -> None:
        """Begin, for one of those who have a way in already: `whom` holds the slot."""
        self.ask(people[0][1] if people else "", "")
        self.whom.clear()
        for slot_id, name in people:
            self.whom.addItem(name, slot_id)
        if len(people) > 1:
            self.title.setText(_("Make up a passphrase"))
            self._whom_field.show()
            self.setFocusProxy(self.whom)

    def whose(self) -> bytes:
        """The slot that was chosen; b"" when there was nobody to choose from."""
        slot_id = self.whom.currentData()
        return slot_id if isinstance(slot_id, bytes) else b""

    def refuse(self, sentence: str) -> None:
        """Say why this passphrase will not do."""
        self._first_field.show_error(sentence)
        self.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _judge(self) -> None:
        self._first_field.show_error("")
        first, second = self.first.text(), self.second.text()
        for rule, (icon, words) in zip(passphrase.rules(first, second), self._rules, strict=True):
            icon.show_icon(
                "circle-check" if rule.kept else "circle-dashed", "good" if rule.kept else "ink_soft"
            )
            words.setText(rule.words)
        ready = passphrase.is_ready(first, second) and bool(self.name.text().strip())
        self.go.setEnabled(ready)

    def _enter(self) -> None:
        if self.go.isEnabled():
            self.made.emit(self.first.text(), self.name.text().strip())

    def _show_letters(self, on: bool) -> None:  # noqa: FBT001 - what a check row says
        show_letters([self.first, self.second], on=on)


class WaitingPane(Pane):
    """Work that takes a moment, and what to do when it failed: `again` tries once more, `back` changes it."""

    again = Signal()
    back = Signal()

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent=parent)
        self.retry = Button(_("Try again"), icon="refresh-cw", kind=Kind.PRIMARY)
        self.retry.clicked.connect(self.again)
        self.change = Button(_("Use another invitation"))
        self.change.clicked.connect(self.back)
        self.add_buttons(self.change, self.retry)

    def wait(self, title: str, about: str) -> None:
        """Show what is being done."""
        self._show(title, about, buttons=False)

    def fail(self, title: str, sentence: str) -> None:
        """Show that it did not work, and offer to go on."""
        self._show(title, sentence, buttons=True)
        self.retry.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, title: str, about: str, *, buttons: bool) -> None:
        self.title.setText(title)
        self.about.setText(about)
        self.retry.setVisible(buttons)
        self.change.setVisible(buttons)
