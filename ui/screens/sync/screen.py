"""Đồng bộ: how the exchange stands, places that two machines changed, what came back, and what went when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from tongcds.actions.syncing import remembered_words
from tongcds.clock import Clock
from tongcds.domain.views import (
    ConflictRow,
    QuarantinedRow,
    ReturnedRow,
    SyncPhase,
    SyncStatus,
    SyncView,
    Tone,
)
from tongcds.i18n import _, format_datetime
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.screens.sync import parts, state
from ui.screens.sync.aside import QuarantinedPart, ReturnedPart
from ui.screens.sync.lists import HeardList, WaitingList
from ui.tasks import Tasks
from ui.theme import Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.choices import Answer, ChoicePills
from ui.widgets.messages import EmptyState, ProgressStrip
from ui.widgets.page import Page
from ui.widgets.pill import Pill
from ui.widgets.rows import RowsModel, RowsView
from ui.widgets.surface import Card, PageHead, ScrollColumn, SideBySide, clear, column, line
from ui.widgets.text import Text


def _to_look_at(view: SyncView) -> tuple[tuple[object, ...], ...]:
    """What a person has to decide."""
    return view.conflicts, view.returned, view.quarantined


_Row = ConflictRow | ReturnedRow | QuarantinedRow
_Part = parts.ConflictPart | ReturnedPart | QuarantinedPart

_PLACES, _WAITING, _HEARD = "places", "waiting", "heard"


class SyncScreen(Page):
    """Shows a `SyncView`. The status may also be brought alone, by `show_status`, while an exchange runs.

    `sync_requested`, `pause_requested` (until somebody goes on), `cancel_requested` (this exchange alone);
    `version_chosen` carries (conflict id, the side's index), `value_written` (conflict id, the words of a
    third value); `withdrawn` the number of an own change that came back, `mended` (its number, what was typed
    by field); `accepted` and `refused` the id of what an officer decided; `import_undone` an import's id,
    `household_opened` that of a household; `export_requested` and `usb_requested` exist where `usb` is true.

    Args:
        load: answers the view; runs off the UI thread.
        usb: offer to carry changes on a stick.
        price: what a megabyte costs on a metered link, in đồng; 0 where nobody knows.
    """

    help_topic = "sync"

    sync_requested = Signal()
    pause_requested = Signal()
    cancel_requested = Signal()
    export_requested = Signal()
    usb_requested = Signal()
    version_chosen = Signal(object, int)
    value_written = Signal(object, str)
    household_opened = Signal(object)
    withdrawn = Signal(int)
    mended = Signal(int, object)
    accepted = Signal(object)
    refused = Signal(object)
    import_undone = Signal(object)

    def __init__(
        self,
        load: Callable[[], SyncView],
        tasks: Tasks,
        changes: ChangeBus,
        clock: Clock,
        *,
        usb: bool = False,
        price: Callable[[], int] = lambda: 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._tasks = tasks
        self._clock = clock
        self._price = price
        self._view: SyncView | None = None
        self._running = False
        self._now = Button(_("Sync now"), icon="refresh-cw", kind=Kind.PRIMARY)
        self._cancel = Button(_("Stop this exchange"), icon="x")
        self._head = PageHead(_("Sync"), "", [*self._usb_buttons(offered=usb), *self._exchange_buttons()])
        self._strip = ProgressStrip("refresh-cw")
        self._strip.pressed.connect(self._press_strip)
        self._places = Card()
        self._calm = Pill(_("Nothing is lost"), Tone.QUIET)
        self._places.head.addWidget(self._calm)
        self._place_rows = ScrollColumn(gap=3)
        self._place_rows.body.setContentsMargins(0, space(2), 0, 0)
        self._places.body.addWidget(self._place_rows)
        self._history = Card(_("History"), flush=True)
        self._table = RowsModel(parts.history_columns(), self)
        self._history_view = RowsView(self._table, name=_("History"), pick=False)
        self._history.body.addWidget(self._history_view)
        self._no_history = EmptyState(
            "history",
            _("No exchange yet"),
            _("Each exchange with the province appears here: when, how, and how much went each way."),
        )
        self._history.body.addWidget(self._no_history)
        self._imports = Card(_("Imports"))
        self.body.addWidget(self._head)
        self.body.addWidget(self._strip)
        self._remembered = Text("", Style.NOTE, wrap=True)
        self._remembered.hide()
        self.body.addWidget(self._remembered)
        self._waiting = WaitingList(clock)
        self._waiting.opened.connect(self.household_opened)
        self._heard = HeardList(clock)
        self._which = QWidget()
        self._which_row = line(self._which)
        self._shown: object = _PLACES
        self._shown_places: dict[_Row, _Part] = {}
        left = column(gap=3)
        left.addWidget(self._which)
        for part in (self._places, self._waiting, self._heard):
            left.addWidget(part, 1)
        right = column(gap=4)
        right.addWidget(self._history, 1)
        right.addWidget(self._imports)
        cards = SideBySide()
        cards.add(left, 6)
        cards.add(right, 5)
        self.body.addWidget(cards, 1)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload)
        changes.looked.connect(self.read_again)

    def _usb_buttons(self, *, offered: bool) -> list[Button]:
        if not offered:
            return []
        out = Button(_("Export to USB"), icon="usb")
        out.clicked.connect(self.export_requested)
        back = Button(_("Import from USB"), icon="hard-drive-download")
        back.clicked.connect(self.usb_requested)
        return [out, back]

    def _exchange_buttons(self) -> list[Button]:
        self._now.clicked.connect(self.sync_requested)
        self._cancel.clicked.connect(self.cancel_requested)
        self._cancel.hide()
        return [self._cancel, self._now]

    def reload(self) -> None:
        """Read everything again."""
        self.is_fresh()
        self._tasks.run(self._load, self.show_view, owner=self, failed=self._failed)

    def _failed(self, problem: Exception) -> None:
        self._view = None
        self.show_problem(words_for(problem))

    def show_status(self, status: SyncStatus) -> None:
        """Bring the strip up to date without touching the rest; for every step of an exchange."""
        if self._view is None:
            return
        self._view = replace(self._view, status=status)
        progress = state.progress(status, self._view.waiting_by_type, self._clock(), price=self._price())
        self._running = status.phase in {SyncPhase.SENDING, SyncPhase.RECEIVING}
        had_focus = self.focusWidget() is self._cancel
        self._cancel.setVisible(self._running)
        self._now.setEnabled(not self._running and status.phase is not SyncPhase.NEEDS_UPDATE)
        if had_focus and not self._running:
            self._now.setFocus()
        self._strip.show_progress(
            progress.words, progress.detail, progress.share, progress.action, icon=progress.icon,
            tone=progress.tone,
        )  # fmt: skip

    def _press_strip(self) -> None:
        (self.pause_requested if self._running else self.sync_requested).emit()

    def show_view(self, view: SyncView) -> None:
        """Draw the view, unless it is the one that is shown."""
        if view == self._view:
            return
        before, self._view = self._view, view
        self.show_content()
        last = view.status.received_at
        told = (
            _("last exchange: {time}").format(time=format_datetime(last)) if last else _("never synced yet")
        )
        self._head.set_words(_("Sync"), " · ".join(part for part in (view.server_name, told) if part))
        self.show_status(view.status)
        if before is None or _to_look_at(before) != _to_look_at(view):
            self._show_places(view)
        self._remembered.setText("\n".join(remembered_words(row) for row in view.remembered))
        self._remembered.setVisible(bool(view.remembered))
        self._show_lists(view)
        self._table.set_rows(view.history)
        self._history_view.setVisible(bool(view.history))
        self._no_history.setVisible(not view.history)
        self._show_imports(view)

    def _show_lists(self, view: SyncView) -> None:
        self._waiting.show_rows(view.waiting, view.status.waiting)
        self._heard.show_rows(view.heard or ())
        places = Answer(_PLACES, _("To look at"), None)
        waiting = Answer(_WAITING, _("Waiting to be sent"), None)
        heard = Answer(_HEARD, _("Not heard of"), None)
        # Where there is something else to see, an empty place teaches nothing.
        answers = [
            answer
            for answer, there in (
                (places, any(_to_look_at(view))),
                (waiting, view.waiting),
                (heard, view.heard is not None),
            )
            if there
        ] or [places]
        clear(self._which_row)
        self._which.setVisible(len(answers) > 1)
        if self._shown not in {answer.value for answer in answers}:
            self._shown = answers[0].value
        pills = ChoicePills(_("What to see"), answers, self._shown, large=True)
        pills.changed.connect(self._choose)
        self._which_row.addWidget(pills)
        self._which_row.addStretch(1)
        self._choose(self._shown)

    def _choose(self, shown: object) -> None:
        self._shown = shown
        for name, part in ((_PLACES, self._places), (_WAITING, self._waiting), (_HEARD, self._heard)):
            part.setVisible(name == shown)

    def show_mending_error(self, n: int, sentence: str) -> None:
        """Say at a change that came back why what was typed cannot be kept."""
        for part in self.findChildren(ReturnedPart):
            if part.n == n:
                part.show_error(sentence)
                self._see(part)

    def show_value_error(self, conflict_id: bytes, sentence: str) -> None:
        """Say at a conflict why a third value cannot be kept."""
        for part in self.findChildren(parts.ConflictPart):
            if part.conflict_id == conflict_id:
                part.show_error(sentence)
                self._see(part)

    def _show_places(self, view: SyncView) -> None:
        box = self._place_rows.body
        self._places.set_head(state.places_head(view))
        self._calm.setVisible(bool(view.conflicts))
        rows: tuple[_Row, ...] = (*view.quarantined, *view.returned, *view.conflicts)
        at, held = self._held_place()
        # What is as before stays, with what somebody types there.
        kept = {row: part for row, part in self._shown_places.items() if row in rows}
        for part in kept.values():
            box.removeWidget(part)
        clear(box)
        self._shown_places = {row: kept.get(row) or self._place(row) for row in rows}
        for part in self._shown_places.values():
            box.addWidget(part)
        if rows:
            box.addStretch(1)
        else:
            box.addWidget(parts.no_conflicts())
        if held is not None and held not in rows:
            self._focus_place(at)

    def _place(self, row: _Row) -> _Part:
        match row:
            case QuarantinedRow():
                asked = QuarantinedPart(row)
                asked.accepted.connect(self.accepted)
                asked.refused.connect(self.refused)
                return asked
            case ReturnedRow():
                back = ReturnedPart(row)
                back.withdrawn.connect(self.withdrawn)
                back.mended.connect(self.mended)
                return back
            case ConflictRow():
                part = parts.ConflictPart(row)
                part.chosen.connect(self.version_chosen)
                part.written.connect(self.value_written)
                return part

    def _held_place(self) -> tuple[int, _Row | None]:
        """The place that has the keyboard, and how many stand before it."""
        focus = self.window().focusWidget()
        for at, (row, part) in enumerate(self._shown_places.items()):
            if part.isAncestorOf(focus):
                return at, row
        return 0, None

    def _focus_place(self, at: int) -> None:
        """Give the keyboard to what stands now where something was decided; Qt would give it to the rail."""
        shown = list(self._shown_places.values())
        if not shown:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        part = shown[min(at, len(shown) - 1)]
        for button in part.findChildren(Button):
            if button.isVisibleTo(part):
                button.setFocus(Qt.FocusReason.OtherFocusReason)
                break
        self._see(part)

    def _see(self, part: QWidget) -> None:
        """Scroll to a place, once it is as high as it will be."""
        QTimer.singleShot(0, part, lambda: self._place_rows.ensureWidgetVisible(part))

    def _show_imports(self, view: SyncView) -> None:
        clear(self._imports.body)
        self._imports.setVisible(bool(view.imports))
        for row in view.imports:
            part = parts.ImportPart(row)
            if part.undo is not None:
                part.undo.setProperty("import_id", row.import_id)
                part.undo.clicked.connect(self._undo_import)
            self._imports.body.addWidget(part)

    def _undo_import(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.import_undone.emit(bytes(sender.property("import_id")))
