"""Tổng hợp in full: one indicator of a unit over a period, by unit below, over months and by groups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from tongcds.domain.views import BoardRow, BoardView, CloseView
from tongcds.i18n import _, format_number, ngettext
from ui import words
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.forms.board_drawn import ChartCard
from ui.forms.board_figure import FigureCard
from ui.forms.board_parts import Asked, PeriodBar
from ui.forms.board_units import UnitsCard
from ui.tasks import Tasks
from ui.widgets.button import Button
from ui.widgets.page import Page
from ui.widgets.surface import PageHead, SideBySide, column


class BoardScreen(Page):
    """`left` is Esc. `saved` carries a `QImage` that wants to become a file, and what it should be called.

    `said` is a sentence for the message bar, `targets_requested` wants the targets.
    `listed` carries an `Asked` whose records are wanted, `compared` one to be held against the server's.
    `paired` carries an `Asked` and the unit to put beside it at first.

    Args:
        bar: chooses what is shown; it belongs to this screen from now on.
        load: answers a `BoardView`; runs off the UI thread, as does `look`.
        look: answers a `CloseView`.
    """

    help_topic = "board"

    left = Signal()
    saved = Signal(object, str)
    said = Signal(str)
    targets_requested = Signal()
    listed = Signal(object)
    compared = Signal(object)
    paired = Signal(object, object)

    def __init__(
        self,
        bar: PeriodBar,
        load: Callable[[Asked], BoardView],
        look: Callable[[Asked], CloseView],
        tasks: Tasks,
        changes: ChangeBus,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load, self._look, self._tasks = load, look, tasks
        self._view: BoardView | None = None
        self._close: CloseView | None = None
        self.bar = bar
        self.bar.asked.connect(self._ask)
        self.units = UnitsCard()
        self.units.opened.connect(self._open)
        self.units.compared.connect(self._compare_row)
        self.units.reordered.connect(self._show_chart)
        self.units.era_chosen.connect(self._choose_era)
        self.figure = FigureCard()
        self.figure.compared.connect(self._compare)
        self.drawn = ChartCard()
        self.drawn.chosen.connect(self._show_chart)
        self.drawn.saved.connect(self.saved)
        self.drawn.said.connect(self.said)
        self.body.addWidget(self._make_head())
        self.body.addWidget(self.bar)
        cards = SideBySide()
        cards.add(self.units, 1)
        right = column(gap=4)
        right.addWidget(self.figure)
        right.addWidget(self.drawn, 1)
        cards.add(right, 1)
        self.body.addWidget(cards, 1)
        for keys, act in (
            ("Escape", self.left.emit),
            ("Backspace", self.go_up),
            ("Ctrl+H", self._list),
            ("Ctrl+D", self._compare),
            ("Ctrl+U", self._pair),
            ("Ctrl+Shift+D", self.units.compare_row),
            ("Ctrl+S", self.drawn.save_chart),
            ("Ctrl+C", self.drawn.copy_chart),
            ("Alt+Left", self.bar.go_back),
            ("Alt+Right", self.bar.go_on),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        self.begin_at(self.bar.indicator)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload)

    def _make_head(self) -> QWidget:
        leave = Button(_("Close"), hint="Escape")
        leave.clicked.connect(self.left)
        self.up = Button(_("One level up"), icon="arrow-left", hint="Backspace")
        self.up.clicked.connect(self.go_up)
        self.records = Button(_("Records behind it"), icon="book-open", hint="Ctrl+H")
        self.records.clicked.connect(self._list)
        pair = Button(_("Two units"), hint="Ctrl+U")
        pair.clicked.connect(self._pair)
        aims = Button(_("Targets"), icon="clipboard-check")
        aims.clicked.connect(self.targets_requested)
        self._head = PageHead("", "", [leave, self.up, pair, aims, self.records])
        return self._head

    # Reading

    def _ask(self, _asked: Asked) -> None:
        self.reload()

    def reload(self) -> None:
        """Count, or read, again: first the figures, then what takes twelve months."""
        self.is_fresh()
        asked = self.bar.now()

        # Whoever goes through the indicators with the arrow keys waits for the last of them only.
        def load() -> tuple[Asked, BoardView | None]:
            return asked, self._load(asked) if asked == self.bar.now() else None

        def look() -> tuple[Asked, CloseView | None]:
            return asked, self._look(asked) if asked == self.bar.now() else None

        self._close = None
        self._tasks.run(load, self._loaded, owner=self, failed=self._failed)
        self._tasks.run(look, self._looked, owner=self, failed=self._failed)

    def _failed(self, problem: Exception) -> None:
        self._view = None
        self.show_problem(words_for(problem))

    def _loaded(self, answer: tuple[Asked, BoardView | None]) -> None:
        asked, view = answer
        if view is not None and asked == self.bar.now():
            self.show_view(view)

    def _looked(self, answer: tuple[Asked, CloseView | None]) -> None:
        asked, close = answer
        if close is not None and asked == self.bar.now():
            self._close = close
            self._show_chart()

    # Showing

    def show_view(self, view: BoardView) -> None:
        """Draw the figures; a keyboard that was in the table stays there, at the unit one came up from."""
        before = self._view.unit_id if self._view is not None and self._view.unit_id != view.unit_id else None
        held = self.units.holds_focus()
        self._view = view
        self.show_content()
        way = " / ".join(name for _id, name in view.path)
        title = _("Overview of {unit}").format(unit=words.in_a_sentence(way))
        self._head.set_words(title, _about(view))
        self.up.setVisible(len(view.path) > 1)
        self.records.setVisible(view.holds_records)
        self.figure.show_view(view)
        self.units.show_view(view)
        if held and (before is not None or not self.units.holds_focus()):
            self._focus_units(before)
        self._show_chart()

    def _focus_units(self, unit_id: bytes | None) -> None:
        if not self.units.focus_table(unit_id):
            self.bar.indicator.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_chart(self) -> None:
        if self._view is not None:
            self.drawn.show_view(self._view, self._close, self.units.ordered())

    # What is done

    def _open(self, row: BoardRow) -> None:
        self.bar.ask(unit_id=row.unit_id, old_communes=False)

    def go_up(self) -> None:
        """Show the unit above, down to the own one."""
        if self._view is not None and len(self._view.path) > 1:
            self.bar.ask(unit_id=self._view.path[-2][0], old_communes=False)

    def _choose_era(self, old: bool) -> None:  # noqa: FBT001 - what the signal carries
        self.bar.ask(old_communes=old)

    def _list(self) -> None:
        if self.records.isVisible():
            self.listed.emit(self.bar.now())

    def _compare(self) -> None:
        if self.figure.compare.isVisible():
            self.compared.emit(self.bar.now())

    def _pair(self) -> None:
        if self._view is not None:
            asked = self.bar.now()
            first = self._view.rows[0].unit_id if self._view.row_kind in {"village", "commune"} else None
            self.paired.emit(replace(asked, unit_id=self._view.unit_id), first)

    def _compare_row(self, row: BoardRow) -> None:
        self.compared.emit(replace(self.bar.now(), unit_id=row.unit_id))


def _about(view: BoardView) -> str:
    if view.row_kind == "commune":
        units = ngettext("{n} commune", "{n} communes", len(view.rows))
    elif view.row_kind == "village":
        units = ngettext("{n} village", "{n} villages", len(view.rows))
    else:
        units = ""
    against = _("compared with {period}").format(period=view.against) if view.against else ""
    return " · ".join(filter(None, (view.period, units.format(n=format_number(len(view.rows))), against)))
