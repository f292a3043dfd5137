"""Wires one open vault to the window: which action each screen calls, on which thread, and who is told.

Screens know neither the vault nor each other; everything that connects them is here. Opening a vault is
`ui.program`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from time import monotonic

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

import tongcds
from tongcds.actions import (
    Changes,
    Core,
    audit,
    lease,
    overview,
    register,
    rescue,
    syncing,
    today,
    visits,
)
from tongcds.actions.sessions import Pins
from tongcds.domain.views import (
    Draft,
    HouseholdDetail,
    HouseholdFilter,
    HouseholdRow,
    Role,
    SearchHit,
    SyncStatus,
)
from tongcds.errors import TongcdsError
from tongcds.i18n import _, set_language
from tongcds.settings import ASK_WHEN_METERED, LANGUAGE, Setting, Settings
from ui import app as dressing
from ui.attaching import Attaching
from ui.changes import ChangeBus
from ui.desk import Desk
from ui.doubting import Doubting
from ui.editing import Editing
from ui.errors import words_for
from ui.exchanging import Exchanging
from ui.forms.help_window import HelpWindow
from ui.importing import Importing
from ui.keys import Keys
from ui.link import Link
from ui.logbook import Logbook
from ui.printing import Printing
from ui.privacy import Privacy
from ui.rounds import Rounds
from ui.screens.household_form import HouseholdFormScreen
from ui.screens.households import HouseholdsScreen
from ui.screens.log_visit import LogVisitScreen, SavedVisit
from ui.screens.overview import OverviewScreen
from ui.screens.settings import About, SettingsScreen
from ui.screens.sync import SyncScreen
from ui.screens.today import TodayScreen
from ui.shell import Shell
from ui.sticks import Sticks
from ui.tasks import Tasks

_TICK_MS = 5_000
_LEASE_SECONDS = 60
_FIRST_EXCHANGE_MS = 1_500
_DRAFT = "visit"
_FOUND = 8

# What can be taken back from the message bar: how to do it, and what to say then.
Undo = tuple[Callable[[], Changes], str]


class Desktop(QObject):
    """The window of one open vault, and everything that runs for it; `close` ends it all.

    Args:
        core: an open, enrolled vault.
        settings: of this profile.
        writes, reads, files, net: where work runs; one thread each, so that reading a long file never makes
            a search or a save wait and none waits for the network. Tests hand in executors of their own.
        automatic: exchange by itself when something was saved or the server is back.
        pins: of this program; without them the window cannot be locked.

    `lock_requested` is sent when somebody wants to lock the window.
    """

    _exchanged = Signal(object)
    ended = Signal()
    lock_requested = Signal()

    def __init__(
        self,
        core: Core,
        settings: Settings,
        *,
        writes: Executor | None = None,
        reads: Executor | None = None,
        files: Executor | None = None,
        net: Executor | None = None,
        automatic: bool = True,
        pins: Pins | None = None,
    ) -> None:
        super().__init__()
        self.core = core
        self._settings = settings
        self.writes = Tasks(writes or ThreadPoolExecutor(1, "writes"), self)
        self.reads = Tasks(reads or ThreadPoolExecutor(1, "reads"), self)
        self.files = Tasks(files or ThreadPoolExecutor(1, "files"), self)
        self._net = net or ThreadPoolExecutor(1, "net")
        self.changes = ChangeBus(self)
        self.who = core.whoami()
        desk = Desk(
            core,
            self.who,
            window=lambda: self.shell,
            reads=self.reads,
            writes=self.writes,
            files=self.files,
            changes=self.changes,
            changed=self._changed,
            show=self.open_household,
        )
        self.editing = Editing(desk, self)
        self.importing = Importing(desk, self)
        self.sticks = Sticks(desk, self)
        self.attaching = Attaching(desk, self)
        self.privacy = Privacy(desk, self)
        self.printing = Printing(desk, self._narrowed, self)
        self.rounds = Rounds(desk, self.log_household, self.printing.round_list, self)
        self.logbook = Logbook(desk, self._find_households, self.printing.activities, self)
        self.doubting = Doubting(desk, self)
        self.doubting.mend_requested.connect(self.editing.edit)
        self.link = Link(self)
        self.runner = core.make_runner(self._net.submit, self._exchanged.emit, self._asks_first)
        self.link.reachable.connect(self._reachable)
        self.exchanging = Exchanging(desk, settings=settings, sticks=self.sticks, parent=self)
        self._exchanged.connect(self._after_exchange)
        self._may_lock = pins is not None
        self.keys = Keys(
            core, pins, leads=self.who.leads, writes=self.writes, changed=self._changed, parent=self
        )
        self.shell = self._make_shell()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.runner.tick)
        self._timer.timeout.connect(self._back_up)
        self._timer.timeout.connect(self._keep_views)
        self._counted = monotonic()
        self._timer.timeout.connect(self._use_lease)
        self._automatic = automatic
        if automatic:
            self._timer.start()
            QTimer.singleShot(_FIRST_EXCHANGE_MS, self, self.runner.saved)

    def show(self, place: str = "") -> None:
        """Show the window at this place, or at the first one of the role."""
        first = place or self.shell.places[0].key
        self.shell.show_place(first)
        self.refresh_status()
        self.shell.fit_screen()
        # Qt would give the focus to the rail, whose ring says nothing to somebody who only looks.
        self.shell.screen_of(first).setFocus()

    def close(self) -> None:
        """Stop exchanging, finish what is being written, close the vault."""
        self.leave()
        self.finish()

    def leave(self) -> None:
        """Take the window away, keep what is being typed, end the exchange; `finish` does the rest."""
        self._timer.stop()
        self.runner.pause()
        for log_screen in self.shell.findChildren(LogVisitScreen):
            log_screen.keep_draft()
        for form in self.shell.findChildren(HouseholdFormScreen):
            form.keep_draft()
        self.shell.close()
        self.shell.deleteLater()

    def finish(self) -> None:
        """Wait for what is being sent and written, then close the vault; any thread may do that."""
        self._net.shutdown(wait=True, cancel_futures=True)
        self.attaching.close()
        self.files.close()
        self.writes.finish()
        self.reads.close()
        with contextlib.suppress(TongcdsError):
            audit.keep_views(self.core)
        self.core.close()

    def refresh_status(self) -> None:
        """Ask how the exchange stands, and show it."""
        self.reads.run(partial(syncing.status, self.core), self._show_status, owner=self.shell)

    def do(self, work: Callable[[], Changes], *, said: str = "", undo: Undo | None = None) -> None:
        """Run a mutating action, then tell every screen, the badge and the person."""

        def done(changes: Changes) -> None:
            self._changed(changes)
            self.shell.say(said, undo=undo)

        self.writes.run(work, done, owner=self.shell, failed=self._failed)

    def _places(self) -> dict[str, Callable[[], QWidget]]:
        places: dict[str, Callable[[], QWidget]] = {
            "sync": self.exchanging.screen,
            "settings": self._settings_screen,
        }
        if self.who.role in {Role.TEAM, Role.COMMUNE}:
            places |= {"today": self._today, "households": self._households, "log": self._log}
        if self.who.role in {Role.COMMUNE, Role.AREA, Role.PROVINCE}:
            places["overview"] = self._overview
        return places

    def _make_shell(self) -> Shell:
        # Area and province hold no people, so there is nothing to search.
        searches = self.who.role in {Role.TEAM, Role.COMMUNE}
        find = partial(register.search, self.core) if searches else None
        shell = Shell(self.who, self._places(), find=find, tasks=self.reads)
        shell.hit_opened.connect(self._open_hit)
        shell.log_requested.connect(self._log_somebody)
        shell.undo_requested.connect(self._undo)
        shell.lock_requested.connect(self._lock)
        shell.help_requested.connect(self._help)
        self.printing.listen(shell)
        return shell

    def _help(self, topic: str) -> None:
        """Show a topic beside the work; a help window that is open already turns to it."""
        open_already = self.shell.findChild(HelpWindow)
        window = open_already or HelpWindow(self.shell)
        window.show_topic(topic)
        window.show()
        window.activateWindow()

    def _lock(self) -> None:
        if self._may_lock:
            self.lock_requested.emit()
        else:
            self.shell.say(_("This is a demo: nobody has its passphrase, so it is not locked."))

    # The screens, each with what it needs and no more.

    def _today(self) -> QWidget:
        core, load = self.core, partial(today.work, self.core)
        count, suggest = partial(today.tiles, core), partial(today.suggestions, core)
        screen = TodayScreen(load, self.reads, self.changes, count=count, suggest=suggest)
        screen.opened.connect(self.open_household)
        screen.privacy_requested.connect(self.privacy.open)
        screen.log_requested.connect(self._log_somebody)
        screen.import_requested.connect(self.importing.open)
        return screen

    def _households(self) -> QWidget:
        screen = HouseholdsScreen(
            find=partial(register.households, self.core),
            household=partial(register.household, self.core),
            reveal=partial(register.reveal_phone, self.core),
            reads=self.reads,
            writes=self.writes,
            changes=self.changes,
            clock=self.core.clock,
        )
        screen.log_requested.connect(self.log_household)
        screen.import_requested.connect(self.importing.open)
        screen.rounds_requested.connect(self.rounds.open)
        screen.add_requested.connect(self.editing.add)
        screen.edit_requested.connect(self.editing.edit)
        screen.consent_requested.connect(self.privacy.ask_consent)
        screen.print_requested.connect(self.printing.choose)
        screen.detail.print_requested.connect(self.printing.sheet)
        screen.seen.connect(self.editing.record)
        screen.detail.history_requested.connect(self.editing.history)
        screen.doubts_requested.connect(self.doubting.open)
        self.attaching.serve(screen.detail)
        return screen

    def _log(self) -> QWidget:
        screen = LogVisitScreen(
            find=self._find_households,
            household=partial(register.household, self.core),
            services=partial(visits.services, self.core),
            save=partial(visits.save_visit, self.core),
            save_draft=partial(visits.save_draft, self.core, _DRAFT),
            load_draft=self._load_draft,
            drop_draft=partial(visits.drop_draft, self.core, _DRAFT),
            reads=self.reads,
            writes=self.writes,
            clock=self.core.clock,
        )
        screen.saved.connect(self._visit_saved)
        screen.left.connect(self._leave_log)
        screen.logbook_requested.connect(self.logbook.open)
        return screen

    def _overview(self) -> QWidget:
        return OverviewScreen(
            partial(overview.overview, self.core), self.reads, self.changes, self.core.clock
        )

    def _settings_screen(self) -> QWidget:
        about = About(tongcds.__version__, str(self.core.vault.folder))
        screen = SettingsScreen(self._settings, self.who, about, can_back_up=True, cards=self.keys.cards())
        screen.changed.connect(self._redress)
        screen.backup_requested.connect(self.sticks.back_up)
        screen.privacy_requested.connect(self.privacy.open)
        return screen

    # What the screens ask for.

    def open_household(self, household_id: bytes) -> None:
        """Go to the register with this household open."""
        self.shell.show_place("households")
        screen = self.shell.screen_of("households")
        if isinstance(screen, HouseholdsScreen):
            screen.open_household(household_id)

    def log_household(self, household_id: bytes) -> None:
        """Go to the log with this household chosen."""
        self.shell.show_place("log")
        screen = self.shell.screen_of("log")
        if isinstance(screen, LogVisitScreen):
            screen.start(household_id)

    def _log_somebody(self) -> None:
        self.shell.show_place("log")
        screen = self.shell.screen_of("log")
        if isinstance(screen, LogVisitScreen):
            screen.start()

    def _leave_log(self) -> None:
        self.shell.show_place(self.shell.places[0].key)

    def _open_hit(self, hit: SearchHit) -> None:
        self.open_household(hit.household_id)

    def _visit_saved(self, saved: SavedVisit) -> None:
        match saved.answer:
            case (bytes() as visit_id, Changes() as changes):
                self._changed(changes)
                undo: Undo = (partial(visits.undo_visit, self.core, visit_id), _("The visit was taken back."))
                self.shell.say(saved.words, undo=undo)
            case _:
                raise TypeError(type(saved.answer))
        if not saved.again:
            self._leave_log()

    def _undo(self, undo: Undo) -> None:
        work, words = undo
        self.do(work, said=words)

    def _redress(self, setting: Setting[str] | Setting[int]) -> None:
        running = QApplication.instance()
        if not isinstance(running, QApplication):
            return
        if setting is LANGUAGE:
            set_language(self._settings.get(LANGUAGE))
            dressing.speak(running)
            self.rebuild()
        else:
            dressing.dress(running, self._settings)

    def rebuild(self) -> None:
        """The same window in another language: words are read when a widget is made, so all are made anew."""
        old, place = self.shell, self.shell.place
        self.shell = self._make_shell()
        self.shell.setGeometry(old.geometry())
        self.shell.show_place(place)
        self.refresh_status()
        self.shell.setVisible(old.isVisible())
        old.close()
        old.deleteLater()

    def _narrowed(self) -> tuple[HouseholdFilter, HouseholdDetail | None] | None:
        """What of the register is on the screen, to be printed."""
        screen = self.shell.screen_of("households") if self.shell.place == "households" else None
        if not isinstance(screen, HouseholdsScreen):
            return None
        return screen.wanted(), screen.detail.household() if screen.detail.isVisible() else None

    # Reading for the screens.

    def _find_households(self, text: str) -> tuple[HouseholdRow, ...]:
        return register.households(self.core, HouseholdFilter(text=text)).rows[:_FOUND]

    def _load_draft(self) -> Draft | None:
        return visits.load_draft(self.core, _DRAFT)

    def _back_up(self) -> None:
        due = partial(rescue.backup_if_due, self.core)
        self.writes.run(due, lambda _made: None, owner=self.shell, failed=self._failed)

    def _use_lease(self) -> None:
        """Count the minutes; a lease that is over locks the window."""
        now = monotonic()
        if now - self._counted >= _LEASE_SECONDS:
            ran, self._counted = int((now - self._counted) * 1000), now
            use = partial(lease.tick, self.core, ran)
            self.writes.run(use, self._heed_lease, owner=self.shell, failed=self._failed)

    def _heed_lease(self, over: bool) -> None:  # noqa: FBT001 - the answer of an action
        if over and self._may_lock:
            self.lock_requested.emit()

    def _keep_views(self) -> None:
        keep = partial(audit.keep_views, self.core)
        self.writes.run(keep, self._changed, owner=self.shell, failed=self._failed)

    # Telling everybody.

    def _changed(self, changes: Changes) -> None:
        self.changes.tell(changes.kinds)
        self.refresh_status()
        if self._automatic and changes.kinds:
            self.runner.saved()

    def _asks_first(self) -> bool:
        """Whether the link is paid by volume and the person wants to be asked; any thread may ask."""
        return self.link.metered and self._settings.get(ASK_WHEN_METERED)

    def _reachable(self) -> None:
        if self._automatic:
            self.runner.reachable()

    def _failed(self, problem: Exception) -> None:
        self.shell.say(words_for(problem), stays=True)

    def _after_exchange(self, touched: frozenset[str]) -> None:
        self.refresh_status()
        if self.runner.state.problem == "device_revoked":
            self._heed_lease(over=True)
            return
        kinds = touched - {"sync"}
        if kinds or not self.runner.state.running:
            self.changes.tell(kinds | {"exchange"})

    def _show_status(self, status: SyncStatus) -> None:
        self.shell.show_status(status, self.core.clock())
        self.shell.set_count("sync", status.needs_you)
        screen = self.shell.screen_of("sync") if self.shell.place == "sync" else None
        if isinstance(screen, SyncScreen):
            screen.show_status(status)
