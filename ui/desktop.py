"""Wires one open vault to the window: which action each screen calls, on which thread, and who is told.

Screens know neither the vault nor each other; everything that connects them is here. Opening a vault is
`ui.program`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget

import tongcds
from tongcds.actions import (
    Changes,
    Core,
    audit,
    filters,
    indicators,
    place,
    register,
    syncing,
)
from tongcds.actions.sessions import Pins
from tongcds.domain.views import (
    HouseholdDetail,
    HouseholdFilter,
    Role,
    SearchHit,
    SyncStatus,
)
from tongcds.errors import TongcdsError
from tongcds.i18n import _, set_language
from tongcds.settings import LANGUAGE, Setting, Settings
from ui import app as dressing
from ui.attaching import Attaching
from ui.background import Background
from ui.changes import ChangeBus
from ui.desk import Desk
from ui.difficulties import Difficulties
from ui.doubting import Doubting
from ui.editing import Editing
from ui.emulation import Emulation
from ui.errors import words_for
from ui.exchanging import Exchanging
from ui.filtering import Filtering
from ui.forms.help_window import HelpWindow
from ui.importing import Importing
from ui.keys import Keys
from ui.logbook import Logbook
from ui.movements import Movements
from ui.overview import Overview
from ui.poverty import Poverty
from ui.printing import Printing
from ui.privacy import Privacy
from ui.reporting import Reporting
from ui.retiring import Retiring
from ui.rounds import Rounds
from ui.screens.household_form import HouseholdFormScreen
from ui.screens.households import HouseholdsScreen
from ui.screens.log_visit import LogVisitScreen
from ui.screens.report import ReportScreen
from ui.screens.settings import About, SettingsScreen
from ui.screens.sync import SyncScreen
from ui.shell import Shell
from ui.sticks import Sticks
from ui.tasks import Tasks
from ui.today import Today
from ui.trainings import Trainings
from ui.visiting import Visiting

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
        automatic: exchange by itself, once it is shown, when something was saved or the server is back; make
            the screens of other places ahead.
        pins: of this program; without them the window cannot be locked.

    `lock_requested` is sent when somebody wants to lock the window.
    """

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
        # What is counted over everything takes a second, and nobody who looks something up waits for it.
        self.counts = Tasks(reads or ThreadPoolExecutor(1, "counts"), self)
        self.files = Tasks(files or ThreadPoolExecutor(1, "files"), self)
        self._net = net or ThreadPoolExecutor(1, "net")
        self.changes = ChangeBus(self)
        self.who = core.whoami()
        desk = Desk(
            core,
            settings,
            self.who,
            window=lambda: self.shell,
            reads=self.reads,
            counts=self.counts,
            writes=self.writes,
            files=self.files,
            net=Tasks(self._net, self),
            changes=self.changes,
            changed=self._changed,
            show=self.open_household,
        )
        self.editing = Editing(desk, self)
        self.movements = Movements(desk, self)
        self.poverty = Poverty(desk, self)
        self.importing = Importing(desk, self)
        self.sticks = Sticks(desk, self)
        self.attaching = Attaching(desk, self)
        self.privacy = Privacy(desk, self)
        self.retiring = Retiring(desk, self)
        self.printing = Printing(desk, self._narrowed, self)
        self.visiting = Visiting(desk, self)
        self.rounds = Rounds(desk, self.visiting.start, self.printing.round_list, self)
        self.filtering = Filtering(desk, self._narrow, self)
        self.logbook = Logbook(desk, self.visiting.find_households, self.printing.activities, self)
        self.logbook.log_requested.connect(self.visiting.start)
        self.today = Today(desk, self)
        self.overview = Overview(desk, self.printing.choose, self)
        self.reporting = Reporting(desk, self.printing.report, self)
        self.reporting.proposals_requested.connect(self.overview.targets.list_proposals)
        self.emulation = Emulation(desk, self.printing.show, self)
        self.reporting.emulation_wanted.connect(self.emulation.open)
        self.difficulties = Difficulties(desk, self.printing.obstacles, self)
        self.trainings = Trainings(desk, self.printing.show, self)
        self.doubting = Doubting(desk, self)
        self.doubting.mend_requested.connect(self.editing.mend)
        self.background = Background(desk, settings, self._net, parent=self)
        self.background.exchanged.connect(self._after_exchange)
        self.background.lease_over.connect(self._lock_if_possible)
        self.exchanging = Exchanging(desk, settings=settings, sticks=self.sticks, parent=self)
        self._may_lock = pins is not None
        self.keys = Keys(
            core, pins, leads=self.who.leads, writes=self.writes, changed=self._changed, parent=self
        )
        self.shell = self._make_shell()
        self._automatic = automatic

    def make_first(self, place: str = "") -> str:
        """Make the screen of this place, or the first one of the role, for `show`; answers which."""
        first = place or self.shell.places[0].key
        self.shell.screen_of(first)
        return first

    def show(self, place: str = "") -> None:
        """Show the window at this place, or at the first one of the role."""
        first = self.make_first(place)
        self.shell.show_place(first)
        self.refresh_status()
        if self.who.role is not Role.TRAINER:
            self.reporting.count()
        self.shell.fit_screen()
        # Qt would give the focus to the rail, whose ring says nothing to somebody who only looks.
        self.shell.screen_of(first).setFocus()
        if self._automatic:
            self.background.start()
            # Behind what the first screen reads: until that is drawn nothing else is made.
            self.reads.run(lambda: None, lambda _nothing: self.shell.make_ahead(), owner=self.shell)

    def close(self) -> None:
        """Stop exchanging, finish what is being written, close the vault."""
        self.leave()
        self.finish()

    def leave(self) -> None:
        """Take the window away, keep what is being typed, end the exchange; `finish` does the rest."""
        self.background.stop()
        for log_screen in self.shell.findChildren(LogVisitScreen):
            log_screen.keep_draft()
        for report in self.shell.findChildren(ReportScreen):
            report.keep_draft()
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
        self.counts.close()
        try:
            with contextlib.suppress(TongcdsError):
                audit.keep_views(self.core)
        finally:
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
            "training": self.trainings.screen,
        }
        if self.who.role in {Role.TEAM, Role.COMMUNE}:
            places |= {"today": self._today, "households": self._households, "log": self.logbook.screen}
        if self.who.role in {Role.COMMUNE, Role.AREA, Role.PROVINCE}:
            places["overview"] = self.overview.screen
        if self.who.role is not Role.TRAINER:
            places |= {"reports": self.reporting.screen, "difficulties": self.difficulties.screen}
        if self.who.role is Role.COMMUNE:
            places["guidance"] = self.today.guidance.screen
        return places

    def _make_shell(self) -> Shell:
        # Area and province hold no people, a trainer those of a session only: there is nothing to search.
        searches = self.who.role in {Role.TEAM, Role.COMMUNE}
        find = partial(register.search, self.core) if searches else None
        shell = Shell(self.who, self._places(), find=find, tasks=self.reads)
        shell.hit_opened.connect(self._open_hit)
        shell.log_requested.connect(self.visiting.start)
        shell.undo_requested.connect(self._undo)
        shell.lock_requested.connect(self._lock)
        shell.help_requested.connect(self._help)
        self.printing.listen(shell)
        return shell

    def _help(self, topic: str) -> None:
        """Show a topic beside the work; a help window that is open already turns to it."""
        # Over a dialog that is modal it has to belong to that.
        over = QApplication.activeModalWidget() or self.shell
        direct = Qt.FindChildOption.FindDirectChildrenOnly
        window = over.findChild(HelpWindow, options=direct) or HelpWindow(over)
        window.show_topic(topic)
        window.show()
        window.activateWindow()

    def _lock_if_possible(self) -> None:
        if self._may_lock:
            self.lock_requested.emit()

    def _lock(self) -> None:
        if self._may_lock:
            self.lock_requested.emit()
        else:
            self.shell.say(_("This is a demo: nobody has its passphrase, so it is not locked."))

    # The screens, each with what it needs and no more.

    def _today(self) -> QWidget:
        screen = self.today.screen()
        screen.privacy_requested.connect(self.privacy.open)
        screen.log_requested.connect(self.visiting.start)
        screen.import_requested.connect(self.importing.open)
        screen.place_requested.connect(self.shell.show_place)
        return screen

    def _households(self) -> QWidget:
        screen = HouseholdsScreen(
            find=partial(register.households, self.core),
            first=partial(register.first_households, self.core),
            household=partial(register.household, self.core),
            reveal=partial(register.reveal_phone, self.core),
            reads=self.reads,
            counts=self.counts,
            writes=self.writes,
            changes=self.changes,
            clock=self.core.clock,
            services=filters.services(),
        )
        screen.filters_requested.connect(self.filtering.open)
        screen.log_requested.connect(self.visiting.start)
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
        screen.away_requested.connect(self.movements.list_away)
        screen.detail.movement_requested.connect(self.movements.open)
        screen.detail.poverty_requested.connect(self.poverty.open)
        screen.poor_requested.connect(self.poverty.list_poor)
        self.attaching.serve(screen.detail)
        return screen

    def _settings_screen(self) -> QWidget:
        folder = self.core.vault.folder
        told = (place.vault_warning(folder.parent), *indicators.table_problems())
        about = About(tongcds.__version__, str(folder), "\n".join(filter(None, told)))
        screen = SettingsScreen(
            self._settings,
            self.who,
            about,
            can_back_up=True,
            can_retire=self._may_lock,
            cards=self.keys.cards(),
        )
        screen.changed.connect(self._redress)
        screen.backup_requested.connect(self.sticks.back_up)
        screen.retire_requested.connect(self.retiring.open)
        screen.privacy_requested.connect(self.privacy.open)
        screen.members_requested.connect(self.printing.members)
        return screen

    # What the screens ask for.

    def open_household(self, household_id: bytes) -> None:
        """Go to the register with this household open."""
        self.shell.show_place("households")
        screen = self.shell.screen_of("households")
        if isinstance(screen, HouseholdsScreen):
            screen.open_household(household_id)

    def _open_hit(self, hit: SearchHit) -> None:
        if hit.service:
            self._narrow(HouseholdFilter(supported=hit.service))
        else:
            self.open_household(hit.household_id)

    def _narrow(self, wanted: HouseholdFilter) -> None:
        self.shell.show_place("households")
        screen = self.shell.screen_of("households")
        if isinstance(screen, HouseholdsScreen):
            screen.use(wanted)

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
        """The same window anew: words are read when a widget is made, and records when a screen is."""
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

    # Telling everybody.

    def _changed(self, changes: Changes) -> None:
        self.changes.tell(changes.kinds)
        self.refresh_status()
        if changes.kinds:
            self.background.saved()

    def _failed(self, problem: Exception) -> None:
        self.shell.say(words_for(problem), stays=True)

    def _after_exchange(self, touched: frozenset[str]) -> None:
        self.refresh_status()
        state = self.core.runner.state
        if state.problem == "device_revoked":
            self._lock_if_possible()
            return
        kinds = touched - {"sync"}
        self.changes.tell(kinds)
        if not (kinds or state.running):
            self.changes.looked.emit()

    def _show_status(self, status: SyncStatus) -> None:
        self.shell.show_status(status, self.core.clock())
        self.shell.set_count("sync", status.needs_you)
        screen = self.shell.screen_of("sync") if self.shell.place == "sync" else None
        if isinstance(screen, SyncScreen):
            screen.show_status(status)
