"""Draws a household that is being edited and writes what is typed into its session; the screen saves it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QLineEdit, QWidget

from tongcds.domain.kinship import is_head_word
from tongcds.domain.views import Lookalike, PersonQuery, Tone
from tongcds.forms.household import (
    ADDRESS,
    CODE,
    HARDSHIP,
    NOTE,
    PEOPLE,
    POVERTY,
    SPLIT_CODE,
    VILLAGE,
    HouseholdSession,
    Remark,
)
from tongcds.forms.person_line import BIRTH, ID_NUMBER, NAME, PHONE, PRESENCE, RELATION, SEX, PersonLine
from tongcds.i18n import _, pgettext
from ui import theme
from ui.forms.person_row import PersonRow, heading_row
from ui.tasks import Tasks
from ui.theme import Length, Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.choices import CheckRow
from ui.widgets.field import Choice, EnterMoves, LabeledField, LineField
from ui.widgets.notice import Notice
from ui.widgets.surface import Card, SideBySide, column, line
from ui.widgets.text import Text

TYPING_MS: Final = 250
_ASKED: Final = frozenset({NAME, BIRTH, SEX, PHONE, ID_NUMBER})
_HOME_SHARE, _PEOPLE_SHARE = 2, 5
_MOST_COLUMNS: Final = 3


class HouseholdForm(QWidget):
    """The two cards of the form: the household and its people. `edited` says that something was changed.

    `reveal_asked` carries a `PersonRow` and the field whose number is wanted in full.

    Args:
        session: what it draws at first; `show_session` changes it.
        lookalikes: who is on record already and may be the one that is typed.
        taken: whether another household of a village has this code.
        reads: runs both.
    """

    edited = Signal()
    reveal_asked = Signal(object, str)

    def __init__(
        self,
        session: HouseholdSession,
        today: date,
        *,
        lookalikes: Callable[[PersonQuery], Sequence[Lookalike]],
        taken: Callable[[bytes, str, bytes | None], bool],
        reads: Tasks,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.rows: list[PersonRow] = []
        self._today = today
        self._lookalikes = lookalikes
        self._taken = taken
        self._reads = reads
        self._asked: list[PersonRow] = []
        self._code_is_taken = False
        self.village = Choice()
        self.poverty = Choice(
            [
                (_("Not known"), ""),
                (pgettext("poverty", "Neither"), "none"),
                (pgettext("household", "Nearly poor"), "near_poor"),
                (pgettext("household", "Poor"), "poor"),
            ]
        )
        self.hardship = CheckRow(_("In special hardship"))
        self.lines: dict[str, QLineEdit] = {name: LineField() for name in (CODE, ADDRESS, NOTE, SPLIT_CODE)}
        self.add = Button(_("Add a person"), icon="plus", kind=Kind.LINK)
        self._village_field = LabeledField(_("Village"), self.village)
        self._split_field = LabeledField(_("Code of the new household"), self.lines[SPLIT_CODE])
        self._notice = Notice("triangle-alert", Tone.WARN)
        self._people_wrong = Text("", Style.ERROR, wrap=True)
        self._list = column(gap=2)
        self._grid = QGridLayout()
        self._build()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_MS)
        self._timer.timeout.connect(self._ask)
        self.show_session(session)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

    def _build(self) -> None:
        home = Card(pgettext("form field", "Household"))
        self._home_fields = (
            LabeledField(_("Household code"), self.lines[CODE]),
            self._village_field,
            LabeledField(_("Address"), self.lines[ADDRESS]),
            LabeledField(_("Poverty"), self.poverty),
            self.hardship,
            LabeledField(_("Note"), self.lines[NOTE]),
            self._split_field,
        )
        self._grid.setSpacing(space(3))
        home.body.setContentsMargins(0, space(2), 0, 0)
        home.body.setSpacing(space(3))
        home.body.addLayout(self._grid)
        home.body.addWidget(self._notice)
        home.body.addStretch(1)
        self._lay_home(1)
        people = Card(_("People"), _("Enter goes to the next person"))
        people.body.setContentsMargins(0, space(2), 0, 0)
        people.body.setSpacing(space(2))
        people.body.addLayout(heading_row())
        people.body.addWidget(self._people_wrong)
        people.body.addLayout(self._list)
        below = line()
        below.addWidget(self.add)
        below.addStretch(1)
        people.body.addLayout(below)
        people.body.addStretch(1)
        cards = SideBySide(narrowest=Length.FORM_WIDE)
        cards.add(home, _HOME_SHARE)
        cards.add(people, _PEOPLE_SHARE)
        column(self).addWidget(cards)
        enter = EnterMoves(self)
        for name, editor in self.lines.items():
            editor.setObjectName(name)
            editor.textEdited.connect(self._type)
            editor.installEventFilter(enter)
        self.lines[CODE].editingFinished.connect(self._ask_code)
        self.hardship.toggled.connect(self._tick_hardship)
        self.poverty.activated.connect(self._choose_poverty)
        self.village.activated.connect(self._choose_village)
        self.add.clicked.connect(self._add_person)
        self._people_wrong.hide()

    # Drawing

    def _lay_home(self, columns: int) -> None:
        """The fields of the household under each other; in columns where they lie over the people."""
        for at, field in enumerate(self._home_fields):
            self._grid.addWidget(field, at // columns, at % columns)
        for at in range(_MOST_COLUMNS):
            self._grid.setColumnStretch(at, 1 if at < columns else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= theme.current().scaled(Length.FORM_WIDE)
        self._lay_home(1 if wide else _MOST_COLUMNS)

    def show_session(self, session: HouseholdSession) -> None:
        """Draw another session whole."""
        self.session = session
        self._asked = []
        self._code_is_taken = False
        self.village.clear()
        for village, name in session.start.villages:
            self.village.addItem(name, village.hex())
        self._village_field.setVisible(len(session.start.villages) > 1)
        self._show_home()
        for row in self.rows:
            self._remove(row)
        self.rows = []
        for person in session.lines:
            self._make_row(person)
        self._number()
        for at, row in enumerate(self.rows):
            row.open_under(on=at == 0)
        self.show_problems(())
        self._show_doubts()
        self._asked = [row for row in self.rows if row.line.record is None and row.line.name]
        self._ask()

    def _show_home(self) -> None:
        texts = self.session.home.texts
        for name, editor in self.lines.items():
            if editor.text() != texts[name]:
                editor.setText(texts[name])
        self.poverty.choose(texts[POVERTY])
        self.village.choose(texts[VILLAGE])
        blocked = self.hardship.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.hardship.setChecked(bool(texts[HARDSHIP]))
        self.hardship.blockSignals(blocked)
        self._split_field.setVisible(self.session.splits)

    def _make_row(self, person: PersonLine) -> PersonRow:
        row = PersonRow(person, self._today)
        row.edited.connect(self._heed_row)
        row.entered.connect(self._go_on)
        row.dropped.connect(self._drop_person)
        row.reveal_asked.connect(self._ask_number)
        self.rows.append(row)
        self._list.addWidget(row)
        return row

    def _ask_number(self, field: str) -> None:
        self.reveal_asked.emit(self.sender(), field)

    def _remove(self, row: PersonRow) -> None:
        self._list.removeWidget(row)
        row.hide()
        row.setParent(None)
        row.deleteLater()

    def _number(self) -> None:
        """Name the rows by their place, and let Tab go on in reading order."""
        chain: list[QWidget] = [
            self.lines[CODE], self.village, self.lines[ADDRESS], self.poverty, self.hardship,
            self.lines[NOTE], self.lines[SPLIT_CODE],
        ]  # fmt: skip
        for at, row in enumerate(self.rows, 1):
            row.name_fields(at)
            row.drop.setVisible(row.line.record is None and len(self.rows) > 1)
            chain += row.chain()
        chain.append(self.add)
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    def enter(self) -> None:
        """Put the focus where typing begins: at the name of the first person who has none."""
        empty = (row for row in self.rows if not row.line.name)
        row = next(empty, self.rows[0] if self.rows else None)
        if row is not None:
            row.enter()
        else:
            self.lines[CODE].setFocus(Qt.FocusReason.OtherFocusReason)

    def enter_at(self, person_id: bytes | None, field: str) -> None:
        """Put the focus on a field of the household, or of one of its people; where typing begins otherwise.

        A relation that is the household's to mend is that of a second head.
        """
        own = {VILLAGE: self.village, POVERTY: self.poverty, **self.lines}
        if person_id is None and field in own:
            own[field].setFocus(Qt.FocusReason.OtherFocusReason)
            return
        row = next((row for row in self.rows if self._is_meant(row.line, person_id, field)), None)
        if row is not None:
            row.enter(PRESENCE if field == "joined" else field if field in row.fields else NAME)
        else:
            self.enter()

    def _is_meant(self, person: PersonLine, person_id: bytes | None, field: str) -> bool:
        if person_id is not None:
            return person.record is not None and person.record.person_id == person_id
        second = is_head_word(person.relation) and person is not self.session.head
        return field == RELATION and second

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        """The rarer fields are open at the person who is being written."""
        if now is None or not self.isAncestorOf(now):
            return
        current = next((row for row in self.rows if row.isAncestorOf(now)), None)
        if current is not None:
            for row in self.rows:
                row.open_under(on=row is current)

    # Problems and doubts

    def show_problems(self, problems: Sequence[Remark]) -> None:
        """Say each problem at its place; none takes all of them away."""
        for row in self.rows:
            row.show_problems({one.field: one.words for one in problems if one.line is row.line})
        said = [one.words for one in problems if one.field == PEOPLE]
        self._people_wrong.setText(" ".join(said))
        self._people_wrong.setVisible(bool(said))

    def go_to(self, problem: Remark) -> None:
        """Put the focus where a problem is put right."""
        row = next((row for row in self.rows if row.line is problem.line), None)
        if row is not None:
            row.enter(problem.field)
        else:
            self.enter()

    def _show_doubts(self) -> None:
        doubts = self.session.doubts()
        for row in self.rows:
            row.show_doubts([one.words for one in doubts if one.line is row.line])
        own = [one.words for one in doubts if one.line is None]
        if self._code_is_taken:
            own.append(_("Another household of the village has this code."))
        if self.session.record is not None and VILLAGE in self.session.home.touched:
            own.append(_("The household moves with its people and everything that was done with them."))
        self._notice.say("\n".join(own))

    # What is typed

    def _changed(self) -> None:
        self._show_doubts()
        self.edited.emit()

    def _type(self, text: str) -> None:
        self.session.home.texts[self.sender().objectName()] = text
        self._changed()

    def _tick_hardship(self, on: bool) -> None:  # noqa: FBT001 - Qt's own signal
        self.session.home.texts[HARDSHIP] = "1" if on else ""
        self._changed()

    def _choose_poverty(self) -> None:
        self.session.home.texts[POVERTY] = str(self.poverty.currentData())
        self._changed()

    def _choose_village(self) -> None:
        self.session.move_to(bytes.fromhex(str(self.village.currentData())))
        self._show_home()
        self._ask_code()
        # Who is of the same village is somebody else now.
        self._asked = [row for row in self.rows if row.line.record is None and row.line.name]
        self._ask()
        self._changed()

    def _heed_row(self, field: str) -> None:
        row = self.sender()
        if not isinstance(row, PersonRow):
            return
        if field == RELATION and is_head_word(row.line.relation) and self.session.head is not row.line:
            self.session.choose_head(row.line)
            for other in self.rows:
                if other is not row:
                    other.show_line()
        elif field == PRESENCE:
            self._split_field.setVisible(self.session.splits)
        if field in _ASKED:
            self._asked = [*(one for one in self._asked if one is not row), row]
            self._timer.start()
        self._changed()

    # People come and go

    def _add_person(self) -> None:
        row = self._make_row(self.session.add_person())
        self._number()
        row.show()
        row.enter()

    def _go_on(self) -> None:
        """Enter: on to the next person, a new one after the last."""
        at = self.rows.index(self.sender()) + 1 if self.sender() in self.rows else 0  # type: ignore[arg-type]
        if at < len(self.rows):
            self.rows[at].enter()
        elif not self.rows or not self.rows[-1].line.is_empty:
            self._add_person()

    def _drop_person(self) -> None:
        row = self.sender()
        if not isinstance(row, PersonRow) or len(self.rows) == 1:
            return
        at = self.rows.index(row)
        self.session.drop_person(row.line)
        self.rows.remove(row)
        self._asked = [one for one in self._asked if one is not row]
        self.rows[max(0, at - 1)].enter()
        self._remove(row)
        self._number()
        self._changed()

    # Who and what is on record already

    def _ask(self) -> None:
        asked, self._asked = self._asked, []
        for row in asked:
            query = self.session.query(row.line)
            self._reads.run(partial(self._lookalikes, query), partial(self._answer, row, query), owner=row)

    def _answer(self, row: PersonRow, query: PersonQuery, found: Sequence[Lookalike]) -> None:
        if row in self.rows and query == self.session.query(row.line):
            row.show_lookalikes(found)

    def _ask_code(self) -> None:
        code = self.session.home.texts[CODE].strip()
        record = self.session.record
        but = record.household_id if record is not None else None
        ask = partial(self._taken, self.session.village_id, code, but)
        self._reads.run(ask, partial(self._answer_code, code), owner=self)

    def _answer_code(self, code: str, taken: bool) -> None:  # noqa: FBT001 - an answer
        if code == self.session.home.texts[CODE].strip():
            self._code_is_taken = taken and bool(code)
            self._show_doubts()
