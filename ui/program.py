"""The desktop program from its start to its end: log, language, opening the vault, the window, closing.

What connects an open vault to the screens is `ui.desktop`.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6 import QtWidgets
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from tongcds import log, memory, paths
from tongcds.actions import doorstep, place
from tongcds.clock import Clock, system_clock
from tongcds.errors import TongcdsError, UnavailableError, UserError
from tongcds.i18n import _, format_number, set_language
from tongcds.settings import LANGUAGE, LOCK_AFTER, Settings
from ui import app as dressing
from ui.errors import Excepthook, words_for
from ui.idle import Idle
from ui.later import Later
from ui.power import Power
from ui.screens.opening import OpeningScreen
from ui.tasks import Tasks
from ui.theme import Length
from ui.turns import next_turn

if TYPE_CHECKING:
    from tongcds.actions import (
        Core,
        filters,
        lease,
        opening,
        people,
        recovery,
        rescue,
        salvage,
        sessions,
        syncing,
    )
    from tongcds.domain import units
    from ui.desktop import Desktop
else:
    # All that works on an open vault: two thirds of the program, which `_desktop` loads on another thread
    # while the first picture is there and somebody types.
    filters, lease, opening, people, recovery, rescue, salvage, sessions, syncing = (
        Later(f"tongcds.actions.{name}")
        for name in (
            "filters",
            "lease",
            "opening",
            "people",
            "recovery",
            "rescue",
            "salvage",
            "sessions",
            "syncing",
        )
    )

    units = Later("tongcds.domain.units")

log_ = logging.getLogger(__name__)


class Program(QObject):
    """Shows the opening screen, then the window of the vault that was opened.

    Args:
        profile: the folder of vault and settings.
        settings: of that profile.
        clock: the present moment.
        executor: where the opening's work runs; tests hand in one that runs at once.
    """

    def __init__(
        self, profile: Path, settings: Settings, clock: Clock, *, executor: Executor | None = None
    ) -> None:
        super().__init__()
        self._profile = profile
        self._settings = settings
        self._clock = clock
        self.desktop: Desktop | None = None
        self._ways = _Ways(profile, clock)
        self._idle: Idle | None = None
        self._left: tuple[bytes, str] = (b"", "")
        self._power = Power(self)
        self._power.sleeps.connect(self.lock)
        self._tasks = Tasks(executor or ThreadPoolExecutor(1, "opening"), self)
        self._loading = Tasks(executor or ThreadPoolExecutor(1, "loading"), self)
        self._coming: Core | Desktop | None = None
        try:
            # A vault that was being destroyed when the program ended.
            doorstep.finish_retirement(profile)
        except TongcdsError as problem:
            log_.warning("a vault was not destroyed yet", extra={"code": problem.code})
        self.opening: OpeningScreen[Core, opening.Invitation] | None = self._make_opening()

    def _make_opening(self) -> OpeningScreen[Core, opening.Invitation]:
        screen: OpeningScreen[Core, opening.Invitation] = OpeningScreen(
            person="",
            exists=doorstep.vault_exists(self._profile),
            unlock=self._unlock,
            create=self._create,
            is_enrolled=self._ways.is_enrolled,
            read_file=self._ways.read_file,
            read_code=self._ways.read_code,
            enrol=self._ways.enrol,
            tasks=self._tasks,
            rescue=_Rescue(self._profile, self._clock),
            ways=self._ways,
            warning=place.vault_warning(self._profile),
        )
        screen.opened.connect(self._open)
        return screen

    def show(self) -> None:
        """Show the opening screen."""
        if self.opening is not None:
            self.opening.resize(*Length.WINDOW)
            self.opening.show()
        # While somebody types the passphrase, and while it is stretched.
        self._loading.run(_desktop, lambda _made: None, owner=self)

    def lock(self) -> None:
        """Take the window away, close the vault and forget its key; what was being typed is kept."""
        desktop = self.desktop
        if desktop is None:
            return
        self._left = (desktop.core.session.slot_id, desktop.shell.place)
        self._take_away(desktop)
        log_.info("the window was locked")

    def _retire(self) -> None:
        """Take the window away and destroy the vault, as was decided."""
        desktop = self.desktop
        if desktop is None:
            return
        self._left = (b"", "")
        self._ways.forget_pins()
        self._take_away(desktop)

    def _take_away(self, desktop: Desktop) -> None:
        """Show the opening screen in the window's place, and close the vault on another thread."""

        def finish() -> None:
            desktop.finish()
            doorstep.finish_retirement(self._profile)

        self._stop_watching()
        self.desktop = None
        shown = desktop.shell.geometry()
        self.opening = self._make_opening()
        self.opening.setGeometry(shown)
        self.opening.show()
        desktop.leave()
        # On the thread that opens: whoever comes back at once waits until it is closed.
        self._tasks.run(
            finish,
            lambda _nothing: desktop.deleteLater(),
            owner=self,
            failed=partial(self._not_finished, desktop),
        )

    def _not_finished(self, desktop: Desktop, problem: Exception) -> None:
        desktop.deleteLater()
        if self.opening is not None:
            self.opening.invitation.refuse(words_for(problem))

    def _stop_watching(self) -> None:
        if self._idle is not None:
            self._idle.close()
            self._idle.deleteLater()
            self._idle = None

    def close(self) -> None:
        """Close whatever is open; everything saved stays."""
        self._stop_watching()
        self._power.close()
        self._loading.close()
        if self._coming is not None:
            self._coming.close()
            self._coming = None
        if self.desktop is not None:
            self.desktop.close()
            self.desktop = None
        self._tasks.close()
        if self.opening is not None:
            # The vault of whoever stopped at a step between passphrase and window.
            held = self.opening.give_up()
            if held is not None:
                held.close()
            self.opening.close()
            self.opening.deleteLater()
            self.opening = None

    def _unlock(self, passphrase: str) -> Core:
        return opening.open_vault(self._profile, passphrase, self._clock, at_once=not self._ways.doubted)

    def _create(self, passphrase: str, person: str) -> Core:
        return opening.create_vault(self._profile, passphrase, person, self._clock)

    def _open(self, core: Core) -> None:
        """Show the window as soon as it is loaded; until then the opening screen stays."""
        self._coming = core
        # Not on this thread, which would stand still until the other one has loaded everything.
        self._loading.run(partial(_first_words, core), partial(self._show, core), owner=self)

    def _show(self, core: Core, words: str) -> None:
        desktop = _desktop()(core, self._settings, pins=self._ways.pins())
        desktop.lock_requested.connect(self.lock)
        desktop.retiring.done.connect(self._retire)
        self._coming = desktop
        slot_id, left = self._left
        place = left if slot_id == core.session.slot_id else ""
        # Three turns of the event loop, none of which is felt: the window, its screen, both shown.
        next_turn(desktop, partial(self._make_first, desktop, place, words))

    def _make_first(self, desktop: Desktop, place: str, words: str) -> None:
        if desktop is self._coming:
            desktop.make_first(place)
            next_turn(desktop, partial(self._let_in, desktop, place, words))

    def _let_in(self, desktop: Desktop, place: str, words: str) -> None:
        if desktop is not self._coming:
            return
        self._coming, self.desktop = None, desktop
        desktop.show(place)
        self._idle = Idle(lambda: self._settings.get(LOCK_AFTER), parent=self)
        self._idle.due.connect(self.lock)
        if words:
            desktop.shell.say(words, stays=True)
        if self.opening is not None:
            self.opening.close()
            self.opening.deleteLater()
            self.opening = None
        self._tasks.run(
            partial(self._ways.proven, desktop.core),
            partial(self._sound, desktop, words),
            owner=desktop,
            failed=partial(self._unsound, desktop),
        )

    def _sound(self, desktop: Desktop, said: str, words: str) -> None:
        """All of the vault was looked at; what came back from its journal is not on the screens yet."""
        if words and words != said and desktop is self.desktop:
            desktop.rebuild()
            desktop.shell.say(words, stays=True)

    def _unsound(self, desktop: Desktop, problem: Exception) -> None:
        """The vault that is shown may be damaged: nothing was written, and opening it again puts it right.

        So it is where looking ended in a mistake of ours, which the error window shows: nothing can be saved.
        """
        code = problem.code if isinstance(problem, TongcdsError) else ""
        log_.warning("the vault that was opened is not sound", extra={"code": code})
        if desktop is not self.desktop:
            return
        self._left = (desktop.core.session.slot_id, desktop.shell.place)
        self._take_away(desktop)
        if self.opening is not None:
            self.opening.ask_again(words_for(UnavailableError("vault_doubted")))


def _desktop() -> type[Desktop]:
    """What shows an open vault: half of the program, so the passphrase is asked for before it is loaded."""
    if "ui.desktop" not in sys.modules:
        with memory.looking_later():
            import_module("ui.desktop")
            _prepare()
        memory.keep_for_good()
    from ui.desktop import Desktop  # noqa: PLC0415 - see above

    return Desktop


def _prepare() -> None:
    """What is slow the first time it is asked for: here no window waits for it."""
    # How this language writes numbers is read for the first of them.
    format_number(0)
    filters.services()
    # Whose targets hold for a unit: the units of the whole country are read, and an id is made for each.
    units.load_units().by_id(b"")
    # The binding makes a class when somebody names it, and those of all widgets, with their enumerations,
    # when the first widget comes out of Qt.
    for name in dir(QtWidgets):
        getattr(QtWidgets, name)


def _first_words(core: Core) -> str:
    """What is to be said first in the window of a vault; with it, the window is loaded."""
    _desktop()
    if words := rescue.recovery_words(rescue.recovered(core)):
        return words
    if opening.is_registered(core):
        return ""
    return _(
        "This computer works without a network. The province hears of it at the first sync, "
        "or through the first file on a USB stick; everything you write is kept until then."
    )


class _Ways:
    """The ways into this profile's vault for those who do not type their passphrase."""

    def __init__(self, profile: Path, clock: Clock) -> None:
        self._profile = profile
        self._clock = clock
        self._pins: sessions.Pins | None = None
        self._recovering: recovery.Recovering | None = None
        self.doubted = False
        """Whether the vault was found damaged: then it is opened only after all of it was looked at."""

    def proven(self, core: Core) -> str:
        """What is to be said once all of a vault that was opened was looked at.

        Raises:
            UnavailableError: as `opening.prove`.
        """
        try:
            opening.prove(core)
        except Exception:
            # On this thread, which opens next for whoever locked the window meanwhile.
            self.doubted = True
            raise
        return rescue.recovery_words(rescue.recovered(core))

    def pins(self) -> sessions.Pins:
        """Of this program; nobody has one before the first window."""
        self._pins = self._pins or sessions.Pins()
        return self._pins

    def forget_pins(self) -> None:
        self.pins().forget_all()

    def people_with_pin(self) -> tuple[tuple[bytes, str], ...]:
        return () if self._pins is None else self._pins.people()

    def open_with_pin(self, slot_id: bytes, pin: str) -> Core:
        return self.pins().open(self._profile, slot_id, pin, self._clock)

    def is_enrolled(self, vault: Core) -> bool:
        return opening.is_enrolled(vault)

    def read_file(self, path: Path) -> opening.Invitation:
        return opening.read_invitation(path)

    def read_code(self, text: str, url: str) -> opening.Invitation:
        return opening.invitation_of_code(text, url)

    def enrol(self, vault: Core, invitation: opening.Invitation) -> object:
        return opening.enrol_device(vault, invitation)

    def accept(self, code: str, passphrase: str) -> Core:
        return people.accept(self._profile, code, passphrase, self._clock)

    def lease(self, vault: Core) -> lease.LeaseView:
        return lease.at_start(vault)

    def sync(self, vault: Core) -> object:
        return syncing.sync_now(vault)

    def enter_lease_code(self, vault: Core, words: str) -> None:
        lease.enter_code(vault, words)

    def take_answer(self, vault: Core, path: Path) -> object:
        return syncing.take_bundle(vault, path)

    def export(self, vault: Core, folder: Path) -> object:
        return syncing.export_bundle(vault, folder)

    def recovery_help(self) -> recovery.RecoveryHelp:
        return recovery.recovery_help(self._profile)

    def check_code(self, words: str) -> tuple[tuple[bytes, str], ...]:
        self._recovering = recovery.check_code(self._profile, words, self._clock)
        return self._recovering.people

    def recover(self, slot_id: bytes, passphrase: str) -> Core:
        if self._recovering is None:
            raise UserError("code_wrong")
        core = recovery.recover(self._profile, self._recovering, slot_id, passphrase, self._clock)
        self._recovering = None
        return core


class _Rescue:
    """What can be done with this profile's vault when it does not open."""

    def __init__(self, profile: Path, clock: Clock) -> None:
        self._profile = profile
        self._clock = clock

    def phone(self) -> str:
        return recovery.recovery_help(self._profile).phone

    def copy(self, target: Path) -> Path:
        return rescue.copy_everything(self._profile, target, self._clock)

    def restore(self, source: Path, passphrase: str) -> Core:
        return rescue.restore_backup(self._profile, source, passphrase, self._clock)

    def open_from_backup(self, passphrase: str) -> Core:
        return rescue.open_from_backup(self._profile, passphrase, self._clock)

    def about_export(self) -> tuple[str, str, str]:
        return str(paths.exports_folder()), salvage.warning(), place.exports_warning()

    def salvage(self, passphrase: str) -> str:
        return "\n".join(salvage.words(salvage.salvage(self._profile, passphrase, self._clock)))

    def begin_anew(self, passphrase: str) -> Path:
        return rescue.begin_anew(self._profile, passphrase, self._clock)


def main(clock: Clock = system_clock) -> int:
    """Run the program until its last window is closed; answers the exit code."""
    profile = paths.profile_folder()
    settings = Settings(profile)
    ring = log.start(profile / "log")
    set_language(settings.get(LANGUAGE))
    dressing.start(sys.argv[:1], settings)
    hook = Excepthook(_recent(ring))
    hook.install()
    program = Program(profile, settings, clock)
    program.show()
    code = QApplication.exec()
    program.close()
    hook.remove()
    log.stop(ring)
    return code


def _recent(ring: log.Ring) -> Callable[[], str]:
    """The log's last lines for a crash report; personal data never reached them."""
    return partial("\n".join, ring.lines)
