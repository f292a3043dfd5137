"""Ticking people off by typing or scanning: a part of a name without marks, Enter, and the next one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain import record_code
from tongcds.domain.text import highlight
from tongcds.domain.training import is_whole, split_year
from tongcds.domain.views import Tone
from tongcds.domain.views.training import Candidate
from tongcds.i18n import _, format_number, ngettext
from ui.tasks import Tasks
from ui.theme import Style
from ui.widgets.cells import RowCell
from ui.widgets.found import FindField, FoundRows
from ui.widgets.surface import column
from ui.widgets.text import Text

TYPING_MS: Final = 120
ROWS_SHOWN: Final = 4


class AttendeePicker(QWidget):
    """A field with its hits under it. `chosen` carries a `Candidate`, `unknown` what nobody was found for.

    The code of a person ticks as soon as it is whole, with Enter behind it or without; several pasted at once
    are `scanned` together, a tuple of candidates. That of a household shows who lives there.

    The field is empty again right after Enter, so that one types on. Where the answer was still on its way,
    Enter means the only one whom it finds, or who is called so; of several it is said, and nobody is chosen.

    Args:
        find: answers whom typing finds; runs off the UI thread.
    """

    chosen = Signal(object)
    scanned = Signal(object)
    unknown = Signal(str)
    left = Signal()

    def __init__(
        self, find: Callable[[str], Sequence[Candidate]], tasks: Tasks, *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._find = find
        self._tasks = tasks
        self._answered = ""
        self.field = FindField(_("Type a name, Enter ticks it; or scan a code"))
        self.hits: FoundRows[Candidate] = FoundRows(self._cell, name=_("People found"), most=ROWS_SHOWN)
        self.told = Text("", Style.NOTE, wrap=True)
        self.told.hide()
        box = column(self, gap=1)
        box.addWidget(self.field)
        box.addWidget(self.told)
        box.addWidget(self.hits)
        self.setFocusProxy(self.field)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_MS)
        self._timer.timeout.connect(self._ask)
        self.field.textChanged.connect(self._typed)
        self.field.moved.connect(self.hits.move_by)
        self.field.entered.connect(self._enter)
        self.field.left.connect(self.left)
        self.hits.highlighted.connect(self._describe)
        self.hits.clicked.connect(self._click)

    def shown(self) -> list[Candidate]:
        """The people that stand under the field."""
        return self.hits.rows()

    def say(self, words: str) -> None:
        """Say something under the field until the next key."""
        self.told.setText(words)
        self.told.setVisible(bool(words))

    def _cell(self, one: Candidate) -> RowCell:
        beside = " · ".join(filter(None, (str(one.birth_year or ""), one.village, one.beside)))
        marks = highlight(split_year(self.field.text())[0], one.name)
        pill, tone = (_("there"), Tone.GOOD) if one.here else ("", Tone.QUIET)
        return RowCell(one.name, beside, pill=pill, tone=tone, marks=marks)

    def _typed(self, words: str) -> None:
        if record_code.read_people(words):
            self._scan(words)
            return
        self.say("")
        if words.strip() and not record_code.is_scan(words):
            self._timer.start()
        else:
            self._timer.stop()
            self.hits.show_rows([])

    def _scan(self, words: str) -> None:
        self._empty()
        self._tasks.run(partial(self._find, words), self._take_scanned, owner=self)

    def _take_scanned(self, found: Sequence[Candidate]) -> None:
        absent = tuple(one for one in found if not one.here)
        if not found:
            self.say(_("This computer does not know whose code this is. Type the name instead."))
        elif not absent and len(found) == 1:
            self.say(_("{name} is ticked already.").format(name=found[0].name))
        elif len(found) == 1:
            self.chosen.emit(found[0])
            self.say(_("Ticked: {name}").format(name=_called(found[0])))
        else:
            if absent:
                self.scanned.emit(absent)
            words = ngettext("{n} person was ticked.", "{n} people were ticked.", len(absent))
            self.say(words.format(n=format_number(len(absent))))

    def _open_home(self, wanted: str) -> None:
        """Show who lives in a household; of one who lives alone there is nothing to choose."""
        self._empty()

        def show(found: Sequence[Candidate]) -> None:
            if len(found) == 1:
                self._take_scanned(found)
            elif not found:
                self._misread()
            elif not self.field.text():
                self.field.setText(wanted)
                # Whatever is typed or scanned next stands in its place.
                self.field.selectAll()
                self._timer.stop()
                self._answered = wanted
                self.hits.show_rows(found)
                self.say(_("Choose who of this household is here: Down, then Enter."))

        self._tasks.run(partial(self._find, wanted), show, owner=self)

    def _misread(self) -> None:
        self.say(_("This code names nobody who is known here. Scan it once more, or type the name."))

    def _ask(self) -> None:
        self._timer.stop()
        wanted = self.field.text()
        self._tasks.run(partial(self._find, wanted), partial(self._show, wanted), owner=self)

    def _show(self, wanted: str, found: Sequence[Candidate]) -> None:
        if wanted != self.field.text():
            return
        self._answered = wanted
        self.hits.show_rows(found)
        if not found:
            words = _("Nobody found for “{words}”. Enter writes a guest down.")
            self.say(words.format(words=wanted.strip()))

    def _describe(self, one: Candidate) -> None:
        self.field.setAccessibleDescription(self._cell(one).words)

    def _enter(self) -> None:
        wanted = self.field.text()
        if not wanted.strip():
            return
        meant = self.hits.current()
        if self._answered == wanted and meant is not None:
            self._choose(meant)
        elif self._answered == wanted:
            self._empty()
            self.unknown.emit(wanted.strip())
        elif record_code.read(wanted) is not None:
            self._open_home(wanted)
        elif record_code.is_scan(wanted):
            self._empty()
            self._misread()
        else:
            # One types on meanwhile.
            self._empty()
            found = partial(self._late, wanted.strip())
            self._tasks.run(partial(self._find, wanted), found, owner=self)

    def _late(self, wanted: str, found: Sequence[Candidate]) -> None:
        meant = [one for one in found if is_whole(wanted, one.name)] or found
        if len(meant) == 1:
            self._choose(meant[0])
        elif not found:
            self.unknown.emit(wanted)
        else:
            words = _("{n} people match “{words}”: nobody was ticked. Type more of the name, or the year.")
            self.say(words.format(n=format_number(len(found)), words=wanted))

    def _click(self, one: Candidate) -> None:
        self._choose(one)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self, one: Candidate) -> None:
        if self._answered == self.field.text():
            self._empty()
        if one.here:
            self.say(_("{name} is ticked already.").format(name=one.name))
        else:
            self.chosen.emit(one)

    def _empty(self) -> None:
        self._answered = ""
        self.field.clear()
        self.field.setAccessibleDescription("")


def _called(one: Candidate) -> str:
    return " · ".join(filter(None, (one.name, str(one.birth_year or ""), one.village)))
