"""Trùng lặp: records that may be one person or household, side by side; one key says what they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from tongcds.domain.views import Tone
from tongcds.domain.views.duplicates import Compared, Pair
from tongcds.i18n import N_, _, format_number, ngettext
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.tasks import Tasks
from ui.theme import Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import PillCell, RowCell, TextCell
from ui.widgets.field import Choice
from ui.widgets.messages import EmptyState
from ui.widgets.page import Page
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, PageHead, SideBySide
from ui.widgets.text import Text

_HEEDED: Final = frozenset({"duplicate", "person", "household", "exchange"})
WHY: Final = {
    "id_number": N_("the same personal number"),
    "name": N_("the same name and year of birth"),
    "phone": N_("the same phone and given name"),
    "alike": N_("nearly the same name, the same year of birth"),
    "near": N_("the same name, the year of birth is one off"),
    "name_only": N_("the same name"),
    "people": N_("several people in common"),
    "head": N_("the same head of household"),
    "code": N_("the same code and somebody in common"),
}
_VERDICTS: Final = {
    ("person", "one"): N_("one person"),
    ("person", "two"): N_("two people"),
    ("household", "one"): N_("one household"),
    ("household", "two"): N_("two households"),
}


@dataclass(frozen=True, slots=True)
class PairShown:
    """A pair, its fields side by side, and by field the record whose value is proposed."""

    pair: Pair
    fields: tuple[Compared, ...]
    proposed: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class PairsShown:
    """The first pairs, and how many there are."""

    pairs: tuple[PairShown, ...]
    total: int


@dataclass(frozen=True, slots=True)
class _Line:
    """A field of the chosen pair; `right` is 0 or 1 where it was chosen whose value holds, or None."""

    field: Compared
    right: int | None


class DuplicatesScreen(Page):
    """Likely pairs, or settled ones. `left` is Esc; `united`, `parted` and `taken_back` carry a `Pair`.

    `united` carries by field the record whose value was chosen, too. In the fields, Left and Right choose.

    Args:
        load: answers the pairs, settled ones where it is given True; runs off the UI thread.
    """

    help_topic = "duplicates"

    left = Signal()
    united = Signal(object, object)
    parted = Signal(object)
    taken_back = Signal(object)

    def __init__(
        self,
        load: Callable[[bool], PairsShown],
        tasks: Tasks,
        changes: ChangeBus,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._tasks = tasks
        self._chosen: dict[str, bytes] = {}
        self._build()
        QShortcut(QKeySequence("Escape"), self).activated.connect(self.left)
        everywhere = (("1", self._unite), ("2", self._part), ("0", self._take_back))
        for keys, slot in everywhere:
            self._key(keys, self.pairs, slot)
            self._key(keys, self.fields, slot)
        self._key("Left", self.fields, partial(self._choose, 0))
        self._key("Right", self.fields, partial(self._choose, 1))
        self._key("Space", self.fields, self._choose)
        self.fields.opened.connect(lambda _row: self._choose())
        self.begin_at(self.pairs)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload, _HEEDED)

    @staticmethod
    def _key(keys: str, view: RowsView, slot: Callable[[], None]) -> None:
        shortcut = QShortcut(QKeySequence(keys), view)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(slot)

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
        self._fields: RowsModel[_Line] = RowsModel(
            [
                Column(_("Field"), lambda row: TextCell(_capital(row.field.name), muted=True)),
                Column(_("First record"), partial(_value, 0), stretch=1),
                Column(_("Second record"), partial(_value, 1), stretch=1),
                Column("", _mark),
            ],
            self,
        )
        self.fields = RowsView(self._fields, name=_("The two records"))
        self._how = Text("", Style.NOTE, wrap=True)
        self._how.setContentsMargins(space(4), space(2), space(4), space(2))
        table = Card(flush=True)
        table.body.addWidget(self.fields, 1)
        table.body.addWidget(self._how)
        self._cards = SideBySide()
        self._cards.add(side, 2)
        self._cards.add(table, 4)
        self._nothing = EmptyState(
            "circle-check",
            _("No duplicates"),
            _("Records that may be one person or one household appear here."),
        )
        self.body.addWidget(self._head)
        self.body.addWidget(self.which)
        self.body.addWidget(self._cards, 1)
        self.body.addWidget(self._nothing, 1)

    def reload(self) -> None:
        """Read the list again."""
        self.is_fresh()
        settled = bool(self.which.currentData())
        show = partial(self._show_if_wanted, settled)
        self._tasks.run(partial(self._load, settled), show, owner=self, failed=self._failed)

    def _failed(self, problem: Exception) -> None:
        self.show_problem(words_for(problem))

    def _show_if_wanted(self, settled: bool, found: PairsShown) -> None:  # noqa: FBT001 - a slot
        if settled == bool(self.which.currentData()):
            self.show_list(found)

    def show_list(self, found: PairsShown) -> None:
        """Draw the list; the row at the same place stays chosen."""
        self.show_content()
        settled, pairs = bool(self.which.currentData()), found.pairs
        words = ngettext("{n} pair", "{n} pairs", found.total).format(n=format_number(found.total))
        if found.total > len(pairs):
            words = _("The first {shown} of {all} pairs").format(
                shown=format_number(len(pairs)), all=format_number(found.total)
            )
        said = _("Nothing is lost: both records stay, and each answer can be taken back.")
        self._head.set_words(_("Duplicates"), f"{words} · {said}")
        at = max(self.pairs.currentIndex().row(), 0)
        blocked = QSignalBlocker(self.pairs)
        self._pairs.set_rows(pairs)
        if pairs:
            self.pairs.choose(min(at, len(pairs) - 1))
        blocked.unblock()
        self._cards.setVisible(bool(pairs))
        self._nothing.setVisible(not pairs)
        self.back.setVisible(settled and bool(pairs))
        for button in (self.part, self.unite):
            button.setVisible(not settled and bool(pairs))
        row = self.pairs.current_row()
        if isinstance(row, PairShown):
            self._pick(row)

    def _pick(self, row: PairShown) -> None:
        household = row.pair.subject == "household"
        self.unite.set_words(_("One household") if household else _("One person"))
        self.part.set_words(_("Not the same household") if household else _("Not the same person"))
        self._chosen = dict(row.proposed)
        self._show_fields(row)
        if self._fields.rowCount():
            self.fields.choose(0)
        open_fields = any(field.choosable for field in row.fields)
        words = _("Left and Right choose whose value holds where the two differ; the other one is kept.")
        self._how.setText(words if open_fields else "")
        self._how.setVisible(open_fields)

    def _show_fields(self, row: PairShown) -> None:
        sides = (row.pair.first.record_id, row.pair.second.record_id)
        self._fields.set_rows(
            [
                _Line(field, sides.index(self._chosen[field.field]) if field.choosable else None)
                for field in row.fields
            ]
        )

    def _choose(self, side: int | None = None) -> None:
        """Say whose value of the current field holds: the first's, the second's, or the other one's."""
        row, line = self.pairs.current_row(), self.fields.current_row()
        if not isinstance(row, PairShown) or not isinstance(line, _Line) or line.right is None:
            return
        at = self.fields.currentIndex().row()
        wanted = (row.pair.first, row.pair.second)[1 - line.right if side is None else side]
        self._chosen[line.field.field] = wanted.record_id
        self._show_fields(row)
        self.fields.choose(at)

    def _tell(self, signal: object, *, settled: bool) -> None:
        row = self.pairs.current_row()
        if isinstance(row, PairShown) and settled == bool(self.which.currentData()):
            signal.emit(row.pair)  # type: ignore[attr-defined]  # a bound signal

    def _unite(self) -> None:
        row = self.pairs.current_row()
        if isinstance(row, PairShown) and not self.which.currentData():
            self.united.emit(row.pair, dict(self._chosen))

    def _part(self) -> None:
        self._tell(self.parted, settled=False)

    def _take_back(self) -> None:
        self._tell(self.taken_back, settled=True)


def _pair_cell(row: PairShown) -> RowCell:
    pair = row.pair
    household = pair.subject == "household"
    names = dict.fromkeys(
        side.values.get("head_id" if household else "full_name", "") for side in (pair.first, pair.second)
    )
    why = _(WHY[pair.why]) if pair.why in WHY else ""
    said = (pair.subject, pair.verdict)
    verdict = _(_VERDICTS[said]) if said in _VERDICTS else ""
    codes = " – ".join(filter(None, (pair.first.code, pair.second.code)))
    words = " / ".join(filter(None, names))
    title = _("Household: {names}").format(names=words) if household else words
    return RowCell(title, " · ".join(filter(None, (codes, why or verdict))))


def _value(side: int, row: _Line) -> TextCell:
    words = (row.field.first, row.field.second)[side]
    holds = row.right == side or (row.right is None and row.field.differs)
    return TextCell(words or "—", strong=holds, muted=row.right not in {None, side})


def _mark(row: _Line) -> PillCell:
    if row.right is not None:
        return PillCell(_("first holds") if row.right == 0 else _("second holds"), Tone.INFO)
    return PillCell(_("differs") if row.field.differs else "", Tone.WARN)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
