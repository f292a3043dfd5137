"""Hộ gia đình: the register as a list that narrows while one types, beside the household that is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QWidget

from tongcds.clock import Clock, business_date
from tongcds.domain.text import highlight
from tongcds.domain.views import (
    HouseholdDetail,
    HouseholdFilter,
    HouseholdList,
    HouseholdRow,
    Revealed,
)
from tongcds.i18n import _, format_number, ngettext
from ui import theme
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.forms.household_filters import HouseholdFilters
from ui.household_words import household_line, household_pill
from ui.screens.household_detail import HouseholdPanel
from ui.tasks import Tasks
from ui.theme import Length, Style, space
from ui.widgets.button import Button
from ui.widgets.cells import RowCell
from ui.widgets.field import SearchField
from ui.widgets.menu_button import MenuButton
from ui.widgets.messages import EmptyState
from ui.widgets.page import Page
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, PageHead, line
from ui.widgets.text import Text

TYPING_MS: Final = 120
_HEEDED: Final = frozenset(
    {
        "household", "person", "visit", "support", "follow_up", "observation", "village", "consent",
        "attachment", "poverty_class",
    }
)  # fmt: skip


class HouseholdsScreen(Page):
    """The register. `log_requested`, `edit_requested` and `consent_requested` carry the id of a household.

    `rounds_requested` and `filters_requested` carry the `HouseholdFilter` of what is listed, for planning a
    round and for keeping it. `seen` carries what was observed; `import_requested` and `add_requested` are the
    first steps.

    Args:
        find: answers the list for a filter; runs off the UI thread.
        first: answers its rows alone, which are shown before `find` has counted; None to wait for it.
        household: the household of an id, None when it is not there any more.
        reveal: the whole phone number of a household; noted, so it is a write.
        reads: for what only reads.
        counts: for `find` where there is `first`.
        writes: for `reveal`.
        changes: tells when to read again.
        clock: decides what today is.
        services: code and name of those that one can filter by.
        can_log: offer to log support.
        can_import: offer to bring in a register.
        can_edit: offer to add and edit households.
    """

    help_topic = "households"

    log_requested = Signal(object)
    edit_requested = Signal(object)
    consent_requested = Signal(object)
    seen = Signal(object)
    print_requested = Signal()
    import_requested = Signal()
    add_requested = Signal()
    doubts_requested = Signal()
    rounds_requested = Signal(object)
    away_requested = Signal()
    filters_requested = Signal(object)
    poor_requested = Signal()

    def __init__(
        self,
        *,
        find: Callable[[HouseholdFilter], HouseholdList],
        first: Callable[[HouseholdFilter], tuple[HouseholdRow, ...]] | None = None,
        household: Callable[[bytes], HouseholdDetail | None],
        reveal: Callable[[bytes], Revealed] | None = None,
        reads: Tasks,
        counts: Tasks | None = None,
        writes: Tasks,
        changes: ChangeBus,
        clock: Clock,
        services: Sequence[tuple[str, str]] = (),
        can_log: bool = True,
        can_import: bool = True,
        can_edit: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._find = find
        self._first = first
        self._household = household
        self._reveal = reveal
        self._reads = reads
        self._counts = counts or reads
        self._writes = writes
        self._clock = clock
        self._can_log = can_log
        self._can_import = can_import
        self._can_edit = can_edit
        self._list: HouseholdList | None = None
        self._services = services
        self._early: tuple[HouseholdRow, ...] | None = None
        self._wanted = b""
        self._sought = b""
        self._unchosen = False
        self._build()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_MS)
        self._timer.timeout.connect(self.reload)
        self.search.textEdited.connect(self._typed)
        self.search.textChanged.connect(self._emptied)
        self.search.stepped_down.connect(self._enter_list)
        self.search.left.connect(self._enter_list)
        self.search.returnPressed.connect(self._enter_list)
        self.rows.picked.connect(self._pick)
        self.rows.opened.connect(self._log_row)
        self.detail.log_requested.connect(self.log_requested)
        self.detail.edit_requested.connect(self.edit_requested)
        self.detail.seen.connect(self.seen)
        self.detail.consent_requested.connect(self.consent_requested)
        self.detail.phone_requested.connect(self._show_phone)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload, _HEEDED)

    def _actions(self) -> list[QWidget]:
        """What stands at the head of the page."""
        self.print = Button(_("Print…"), icon="printer", hint="Ctrl+P")
        self.print.clicked.connect(self.print_requested)
        # What is done once a day or less, in a list of its own.
        self.more = MenuButton(_("More"))
        actions: list[QWidget] = [self.more]
        if self._can_edit:
            self.more.offer(_("Rounds"), self._ask_rounds)
            self.more.offer(_("Who is away"), self.away_requested.emit)
            self.more.offer(_("Poor on a day"), self.poor_requested.emit)
        if self._can_import:
            self.more.offer(_("To look at again"), self.doubts_requested.emit)
        self.more.offer(_("Saved filters… (Ctrl+Shift+F)"), self._ask_filters)
        actions.append(self.print)
        if self._can_import:
            bring = Button(_("Import a register"), icon="file-spreadsheet")
            bring.clicked.connect(self.import_requested)
            actions.append(bring)
        if self._can_edit:
            self.add = Button(_("Add a household"), icon="plus")
            self.add.clicked.connect(self.add_requested)
            # Not the shortcut of the button: that waits for a tenth of a second, and fast hands type on.
            QShortcut(QKeySequence("Ctrl+Shift+N"), self).activated.connect(self.add_requested)
            actions.append(self.add)
        return actions

    def _build(self) -> None:
        self._head = PageHead(_("Households"), "", self._actions())
        self.filters = HouseholdFilters(self._services)
        self.filters.changed.connect(self.reload)
        QShortcut(QKeySequence("Ctrl+Shift+F"), self).activated.connect(self._ask_filters)
        self.search = SearchField(_("Name, code, without marks…"), keys="Ctrl+F")
        self._model: RowsModel[HouseholdRow] = RowsModel([Column("", self._cell, stretch=1)], self)
        self.rows = RowsView(self._model, name=_("Households"), headings=False)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._more = Text("", Style.NOTE, wrap=True)
        self._more.setContentsMargins(space(3), space(2), space(3), space(2))
        self._left = Card(flush=True)
        top = line()
        top.setContentsMargins(space(2.5), space(2.5), space(2.5), space(2.5))
        top.addWidget(self.search)
        self._left.body.addLayout(top)
        self._left.body.addWidget(self.rows, 1)
        self._left.body.addWidget(self._more)
        self.detail = HouseholdPanel(
            can_log=self._can_log,
            can_edit=self._can_edit,
            can_reveal=self._reveal is not None,
            clock=self._clock,
        )
        self._cards = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._cards.setSpacing(space(4))
        self._cards.addWidget(self._left)
        self._cards.addWidget(self.detail, 1)
        self.body.addWidget(self._head)
        self.body.addWidget(self.filters)
        self.body.addLayout(self._cards, 1)
        self.begin_at(self.rows)

    # The list

    def wanted(self) -> HouseholdFilter:
        """What narrows the list now."""
        return self.filters.wanted(self.search.text().strip())

    def use(self, wanted: HouseholdFilter) -> None:
        """Narrow the list to what a filter says."""
        self.search.setText(wanted.text)
        self.filters.use(wanted)
        self.reload()

    def _ask_rounds(self) -> None:
        self.rounds_requested.emit(self.wanted())

    def _ask_filters(self) -> None:
        self.filters_requested.emit(self.wanted())

    def get_ready(self) -> None:
        """Read the first rows before anybody comes here; they are read again when somebody does."""
        if self._first is not None:
            first = partial(self._first, self.wanted())
            self._reads.run(first, self._show_ahead, owner=self, failed=self._failed)

    def _show_ahead(self, rows: tuple[HouseholdRow, ...]) -> None:
        """Rows alone: to open the first household would be written down as somebody's having looked at it."""
        if self._early is None and not self._model.rowCount():
            self._model.set_rows(rows)

    def reload(self) -> None:
        """Read the list again."""
        self._timer.stop()
        self.is_fresh()
        self._early = None
        wanted = self.wanted()
        if self._first is None:
            self._count(wanted)
        else:
            show_first = partial(self._show_first, wanted)
            self._reads.run(partial(self._first, wanted), show_first, owner=self, failed=self._failed)

    def _count(self, wanted: HouseholdFilter) -> None:
        """Read the whole list; not beside its first rows, which would wait for it."""
        show = partial(self._show_if_wanted, wanted)
        self._counts.run(partial(self._find, wanted), show, owner=self, failed=self._failed)

    def _failed(self, problem: Exception) -> None:
        self._list = None
        self.show_problem(words_for(problem))

    def _typed(self) -> None:
        self._timer.start()

    def _emptied(self, words: str) -> None:
        # Esc empties the field without typing.
        if not words:
            self._timer.start()

    def _show_if_wanted(self, wanted: HouseholdFilter, found: HouseholdList) -> None:
        if wanted == self.wanted():
            self.show_list(found)

    def _show_first(self, wanted: HouseholdFilter, rows: tuple[HouseholdRow, ...]) -> None:
        """Rows without counts. None at all may mean an empty register, which only the whole list tells."""
        if wanted != self.wanted():
            return
        if rows:
            self._early = rows
            self.show_content()
            self._show_rows(rows, early=True)
        self._count(wanted)

    def show_list(self, found: HouseholdList) -> None:
        """Draw a list; the household that is chosen stays chosen where it is still in it."""
        self._list = found
        if not found.households:
            self.show_instead(self._first_step())
            return
        self.show_content()
        self._head.set_words(_("Households"), self._about(found))
        self.filters.show_counts(found.filters, found.villages)
        self._more.setText(self._more_words(found))
        self._more.setVisible(bool(self._more.words()))
        early, self._early = self._early, None
        if early and found.rows[: len(early)] == early:
            # Whether the village is named depends on how many there are.
            more = found.rows[len(early) :]
            self._model.add_rows(more)
            self.rows.viewport().update()
            if self._unchosen or self._wanted in {row.household_id for row in more}:
                self._choose_again(found.rows)
        else:
            self._show_rows(found.rows)

    def _show_rows(self, rows: tuple[HouseholdRow, ...], *, early: bool = False) -> None:
        blocked = self.rows.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self._model.set_rows(rows)
        self.rows.blockSignals(blocked)
        # Who was chosen may stand further down than the first rows.
        ids = {row.household_id for row in rows}
        self._unchosen = early and not self._sought and bool(self._wanted) and self._wanted not in ids
        if not self._unchosen:
            self._choose_again(rows)

    def _first_step(self) -> EmptyState:
        words = _(
            "Bring in the register from Excel: the program recognises its columns, and shows first what it "
            "will write."
        )
        first = EmptyState(
            "house",
            _("No households yet"),
            words if self._can_import else _("Households appear here after the next sync."),
            action=_("Import a register") if self._can_import else "",
            action_icon="file-spreadsheet",
            other=_("Add a household") if self._can_edit else "",
            other_icon="plus",
        )
        first.acted.connect(self.import_requested)
        first.acted_otherwise.connect(self.add_requested)
        return first

    @staticmethod
    def _about(found: HouseholdList) -> str:
        if found.served is not None:
            # What the choice of a service leaves, people and households.
            homes = ngettext("{n} household", "{n} households", found.matching)
            people = ngettext("{n} person", "{n} people", found.served)
            return " · ".join(
                (homes.format(n=format_number(found.matching)), people.format(n=format_number(found.served)))
            )
        households = ngettext("{n} household", "{n} households", found.households)
        people = ngettext("{n} person", "{n} people", found.people)
        parts = [
            households.format(n=format_number(found.households)),
            people.format(n=format_number(found.people)),
        ]
        without = {one.code: one.count for one in found.filters}.get("no_smartphone", 0)
        if without:
            words = ngettext(
                "{n} household without a smartphone", "{n} households without a smartphone", without
            )
            parts.append(words.format(n=format_number(without)))
        return " · ".join(parts)

    def _more_words(self, found: HouseholdList) -> str:
        if not found.rows:
            return _("No household fits. Try a part of the name without marks, or take off a filter.")
        if found.matching > len(found.rows):
            words = _("The first {shown} of {all}. Type a name to find the others.")
            return words.format(shown=format_number(len(found.rows)), all=format_number(found.matching))
        return ""

    def _cell(self, row: HouseholdRow) -> RowCell:
        pill, tone = household_pill(row)
        several = self._list is not None and len(self._list.villages) > 1
        second = household_line(row, business_date(self._clock), with_village=several)
        if row.matched_person and row.matched_person != row.head_name:
            second = f"{row.matched_person} · {second}"
        marks = highlight(self.search.text(), row.head_name)
        return RowCell(row.head_name, second, pill=pill, tone=tone, marks=marks)

    # The chosen household

    def open_household(self, household_id: bytes) -> None:
        """Show a household whatever the list is narrowed to."""
        self._wanted = household_id
        self._sought = household_id
        self.filters.use(HouseholdFilter())
        self.search.clear()
        self.reload()

    def _choose_again(self, rows: tuple[HouseholdRow, ...]) -> None:
        ids = [row.household_id for row in rows]
        self._unchosen = False
        # One that was asked for by name is shown even where the list, at most 200 rows, does not reach, and
        # however often that is read, until somebody chooses another one or narrows the list.
        if self.wanted() != HouseholdFilter():
            self._sought = b""
        chosen = self._sought or (self._wanted if self._wanted in ids else next(iter(ids), b""))
        self.detail.setVisible(bool(chosen))
        blocked = self.rows.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        if chosen in ids:
            self.rows.choose(ids.index(chosen))
        else:
            # A row that is another household's than the one that is shown would be believed.
            self.rows.setCurrentIndex(QModelIndex())
            self.rows.clearSelection()
        self.rows.blockSignals(blocked)
        if chosen:
            self._open(chosen)

    def _pick(self, row: HouseholdRow) -> None:
        self._sought = b""
        self._open(row.household_id)

    def _open(self, household_id: bytes) -> None:
        self._wanted = household_id
        show = partial(self._show_household, household_id)
        self._reads.run(partial(self._household, household_id), show, owner=self, failed=self._failed)

    def _show_household(self, household_id: bytes, detail: HouseholdDetail | None) -> None:
        if household_id == self._wanted and detail is not None:
            self.detail.show_household(detail)

    def _enter_list(self) -> None:
        self.rows.setFocus(Qt.FocusReason.TabFocusReason)

    def _log_row(self, row: HouseholdRow) -> None:
        if self._can_log:
            self.log_requested.emit(row.household_id)

    def _show_phone(self, household_id: bytes) -> None:
        if self._reveal is not None:
            show = partial(self.detail.show_phone, household_id)
            self._writes.run(partial(self._reveal, household_id), show, owner=self)

    # Room

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        look = theme.current()
        wide = self.width() >= look.scaled(Length.FORM_WIDE)
        beside = self.width() >= look.scaled(Length.FORM_MEDIUM)
        direction = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if self._cards.direction() != direction:
            self._cards.setDirection(direction)
        side = look.scaled(Length.LIST_SIDE if wide else Length.FORM_SIDE_SMALL)
        self._left.setMinimumWidth(side if beside else 0)
        self._left.setMaximumWidth(side if beside else self.width())
        self._left.setMinimumHeight(0 if beside else look.scaled(Length.LIST_LOW))
