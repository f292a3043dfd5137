"""Người trùng: records that may be one person, side by side; one key says what they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QWidget

from tongcds.domain.views import Tone
from tongcds.domain.views.duplicates import Compared, Pair
from tongcds.i18n import N_, _, format_number, ngettext
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.tasks import Tasks
from ui.widgets.button import Button, Kind
from ui.widgets.cells import PillCell, RowCell, TextCell
from ui.widgets.field import Choice
from ui.widgets.messages import EmptyState
from ui.widgets.page import Page
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, PageHead, SideBySide

_HEEDED: Final = frozenset({"duplicate", "person", "household", "exchange"})
WHY: Final = {
    "id_number": N_("the same personal number"),
    "name": N_("the same name and year of birth"),
    "phone": N_("the same phone and given name"),
}
_VERDICTS: Final = {"one": N_("one person"), "two": N_("two people")}


@dataclass(frozen=True, slots=True)
class PairShown:
    """A pair and its fields side by side."""

    pair: Pair
    fields: tuple[Compared, ...]


class DuplicatesScreen(Page):
    """Likely pairs, or settled ones. `left` is Esc; `united`, `parted` and `taken_back` carry a `Pair`.

    Args:
        load: answers the pairs, settled ones where it is given True; runs off the UI thread.
    """

    help_topic = "duplicates"

    left = Signal()
    united = Signal(object)
    parted = Signal(object)
    taken_back = Signal(object)

    def __init__(
        self,
        load: Callable[[bool], tuple[PairShown, ...]],
        tasks: Tasks,
        changes: ChangeBus,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._tasks = tasks
        self._build()
        QShortcut(QKeySequence("Escape"), self).activated.connect(self.left)
        for keys, slot in (("1", self._unite), ("2", self._part), ("0", self._take_back)):
            shortcut = QShortcut(QKeySequence(keys), self.pairs)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(slot)
        self.begin_at(self.pairs)
        self.retried.connect(self.reload)
        changes.changed.connect(self._heed)

    def _build(self) -> None:
        leave = Button(_("Close"), hint="Escape")
        leave.clicked.connect(self.left)
        self.back = Button(_("Take back"), icon="undo-2", hint="0")
        self.back.clicked.connect(self._take_back)
        self.part = Button(_("Not the same person"), icon="x", hint="2")
        self.part.clicked.connect(self._part)
        self.unite = Button(_("One person"), icon="check", hint="1", kind=Kind.PRIMARY)
        self.unite.clicked.connect(self._unite)
        self._head = PageHead(_("Duplicates"), "", [leave, self.back, self.part, self.unite])
        self.which = Choice([(_("To be settled"), False), (_("Settled"), True)])
        self.which.setAccessibleName(_("Which pairs"))
        self.which.currentIndexChanged.connect(self.reload)
        self._pairs: RowsModel[PairShown] = RowsModel([Column("", _pair_cell, stretch=1)], self)
        self.pairs = RowsView(self._pairs, name=_("Duplicates"), headings=False)
        self.pairs.picked.connect(self._pick)
        side = Card(flush=True)
        side.body.addWidget(self.pairs, 1)
        self._fields: RowsModel[Compared] = RowsModel(
            [
                Column(_("Field"), lambda row: TextCell(_capital(row.name), muted=True)),
                Column(_("First record"), lambda row: _value(row.first, row), stretch=1),
                Column(_("Second record"), lambda row: _value(row.second, row), stretch=1),
                Column("", lambda row: PillCell(_("differs") if row.differs else "", Tone.WARN)),
            ],
            self,
        )
        self.fields = RowsView(self._fields, name=_("The two records"), pick=False)
        table = Card(flush=True)
        table.body.addWidget(self.fields, 1)
        self._cards = SideBySide()
        self._cards.add(side, 2)
        self._cards.add(table, 4)
        self._nothing = EmptyState(
            "circle-check", _("No duplicates"), _("Records that may be one person appear here.")
        )
        self.body.addWidget(self._head)
        self.body.addWidget(self.which)
        self.body.addWidget(self._cards, 1)
        self.body.addWidget(self._nothing, 1)

    def reload(self) -> None:
        """Read the list again."""
        settled = bool(self.which.currentData())
        show = partial(self._show_if_wanted, settled)
        self._tasks.run(partial(self._load, settled), show, owner=self, failed=self._failed)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.reload()

    def _heed(self, kinds: frozenset[str]) -> None:
        if kinds & _HEEDED and self.isVisible():
            self.reload()

    def _failed(self, problem: Exception) -> None:
        self.show_problem(words_for(problem))

    def _show_if_wanted(self, settled: bool, found: tuple[PairShown, ...]) -> None:  # noqa: FBT001 - a slot
        if settled == bool(self.which.currentData()):
            self.show_list(found)

    def show_list(self, found: tuple[PairShown, ...]) -> None:
        """Draw the list; the row at the same place stays chosen."""
        self.show_content()
        settled = bool(self.which.currentData())
        words = ngettext("{n} pair", "{n} pairs", len(found)).format(n=format_number(len(found)))
        said = _("Nothing is lost: both records stay, and each answer can be taken back.")
        self._head.set_words(_("Duplicates"), f"{words} · {said}")
        at = max(self.pairs.currentIndex().row(), 0)
        blocked = QSignalBlocker(self.pairs)
        self._pairs.set_rows(found)
        if found:
            self.pairs.choose(min(at, len(found) - 1))
        blocked.unblock()
        self._cards.setVisible(bool(found))
        self._nothing.setVisible(not found)
        self.back.setVisible(settled and bool(found))
        for button in (self.part, self.unite):
            button.setVisible(not settled and bool(found))
        row = self.pairs.current_row()
        self._fields.set_rows(row.fields if isinstance(row, PairShown) else ())

    def _pick(self, row: PairShown) -> None:
        self._fields.set_rows(row.fields)

    def _tell(self, signal: object, *, settled: bool) -> None:
        row = self.pairs.current_row()
        if isinstance(row, PairShown) and settled == bool(self.which.currentData()):
            signal.emit(row.pair)  # type: ignore[attr-defined]  # a bound signal

    def _unite(self) -> None:
        self._tell(self.united, settled=False)

    def _part(self) -> None:
        self._tell(self.parted, settled=False)

    def _take_back(self) -> None:
        self._tell(self.taken_back, settled=True)


def _pair_cell(row: PairShown) -> RowCell:
    first, second = row.pair.first, row.pair.second
    names = dict.fromkeys(side.values.get("full_name", "") for side in (first, second))
    why = _(WHY[row.pair.why]) if row.pair.why in WHY else ""
    verdict = _(_VERDICTS[row.pair.verdict]) if row.pair.verdict in _VERDICTS else ""
    codes = " – ".join(filter(None, (first.code, second.code)))
    return RowCell(" / ".join(filter(None, names)), " · ".join(filter(None, (codes, why or verdict))))


def _value(words: str, row: Compared) -> TextCell:
    return TextCell(words or "—", strong=row.differs)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
