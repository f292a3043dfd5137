"""One visit from an old spreadsheet to the area, through the real windows and actions.

Everything happens in a throw-away demo (`ui.demo`); `walk` says what it did, a line a step, and leaves a
picture of each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from tongcds import paths
from tongcds.actions import Core, opening, overview, register, syncing, today, visits
from tongcds.domain.text import fold
from tongcds.domain.views import (
    Figure,
    HouseholdDetail,
    HouseholdFilter,
    OverviewView,
    PersonRow,
    Role,
)
from tongcds.i18n import _, format_number, format_percent
from ui import stage
from ui.demo import PASSPHRASE, Afternoon, Demo
from ui.screens.households import HouseholdsScreen
from ui.screens.import_register import ImportScreen
from ui.screens.opening import OpeningScreen
from ui.shell.badge import sync_badge
from ui.stage import Hands, Stage
from ui.tasks import InlineExecutor, Tasks

SAMPLE: Final = paths.resources_folder() / "sample" / "ho-dan-sach.xlsx"
FIGURE: Final = "XHS09"
_FACT: Final = "account"
_GIVEN: Final = (("PY01", "1"), ("SE01", "2"))
"""Services of the visit, each with the key of its result: did it alone, did it together."""

_OF_AGE: Final = 18
_MOST_NUMBERS: Final = 9
_LARGE: Final = 150


@dataclass(slots=True)
class _Album:
    """Numbered pictures in one folder."""

    folder: Path
    count: int = 0

    def add(self, place: Stage, name: str) -> None:
        self.keep(place.shell, name)

    def keep(self, window: QWidget, name: str) -> None:
        self.count += 1
        stage.take(window, self.folder / f"{self.count:02d}-{name}.png")


@dataclass(slots=True)
class Tour:
    """What the steps share. `say` gets each line as soon as it is true."""

    demo: Demo
    clock: Afternoon
    album: _Album
    say: Callable[[str], None]

    def walk(self) -> None:
        """All steps, in order."""
        team = self._enrolment()
        with Stage(team, self.demo.settings(Role.TEAM)) as at_team:
            self._first_day(at_team)
            commune = self.demo.enrol(Role.COMMUNE)
            with Stage(commune, self.demo.settings(Role.COMMUNE)) as at_commune:
                self._spreadsheet(at_commune)
                before = _figure(overview.overview(commune))
                self.demo.server.stop()
                self.clock.pass_minutes(15)
                self._visit(at_team)
                self.clock.pass_minutes(13)
                self.demo.server.begin()
                self.demo.server.wait()
                self._network(at_team)
                self.clock.pass_minutes(2)
                self._commune(at_commune, before)
        area = self.demo.enrol(Role.AREA)
        with Stage(area, self.demo.settings(Role.AREA)) as at_area:
            self._area(at_area)

    def _enrolment(self) -> Core:
        """Join the team with a typed invitation, as on the first day of a new computer."""
        self.demo.server.wait()
        guest = self.demo.server.guests[Role.TEAM]
        opened: list[Core] = []
        screen = OpeningScreen(
            person="",
            exists=False,
            unlock=partial(opening.open_vault, self.demo.profile(Role.TEAM), clock=self.clock),
            create=partial(opening.create_vault, self.demo.profile(Role.TEAM), clock=self.clock),
            is_enrolled=opening.is_enrolled,
            read_file=opening.read_invitation,
            read_code=opening.invitation_of_code,
            enrol=opening.enrol_device,
            tasks=Tasks(InlineExecutor()),
        )
        screen.opened.connect(opened.append)
        screen.resize(*stage.SIZE)
        screen.show()
        hands = Hands(screen)
        hands.type(guest.code)
        hands.press(Qt.Key.Key_Return)
        hands.type(self.demo.server.url)
        self.album.keep(screen, "invitation")
        hands.press(Qt.Key.Key_Return)
        for words in (guest.name, PASSPHRASE, PASSPHRASE):
            hands.type(words)
            if words == guest.name or not screen.passphrase.second.hasFocus():
                hands.press(Qt.Key.Key_Return)
        self.album.keep(screen, "passphrase")
        hands.press(Qt.Key.Key_Return)
        screen.close()
        screen.deleteLater()
        syncing.sync_now(opened[0])
        return opened[0]

    def _first_day(self, at: Stage) -> None:
        who, day = at.core.whoami(), today.today(at.core)
        self.album.add(at, "today")
        done = _(
            "{name}, {unit}: enrolled by an invitation, received {households} households, {people} people."
        )
        self.say(
            done.format(
                name=who.person,
                unit=who.unit_name,
                households=format_number(day.households),
                people=format_number(day.people),
            )
        )

    def _spreadsheet(self, at: Stage) -> None:
        self.album.add(at, "commune-before")
        screen = import_screen(at)
        screen.open_file(str(SAMPLE))
        self.album.add(at, "import-preview")
        screen.write()
        imported = syncing.sync_view(at.core).imports[0]
        at.desktop.core.runner.ask()
        at.go("households")
        self.album.add(at, "imported")
        self.say(
            _(
                "{unit}: previewed {file}, then imported {households} households, {people} people and synced."
            ).format(
                unit=at.core.whoami().unit_name,
                file=SAMPLE.name,
                households=format_number(imported.households),
                people=format_number(imported.people),
            )
        )

    def _visit(self, at: Stage) -> None:
        """Log a visit with the keyboard alone while there is no network."""
        at.desktop.core.runner.ask()
        home, helped = _somebody(at.core)
        at.hands.press(Qt.Key.Key_N, ctrl=True)
        at.hands.type(fold(home.head_name))
        at.hands.press(Qt.Key.Key_Return)
        for number in helped:
            at.hands.type(str(number))
        at.hands.press(Qt.Key.Key_Return)
        names = {service.code: service.name for service in visits.services(at.core)}
        for code, result in _GIVEN:
            at.hands.type(fold(names[code]))
            at.hands.type(result)
        self.album.add(at, "log-visit")
        stage.text_size(_LARGE)
        self.album.add(at, "log-visit-large-text")
        stage.text_size(100)
        at.hands.press(Qt.Key.Key_Return, ctrl=True)
        self.album.add(at, "saved-offline")
        self.say(
            _("The network is gone. A visit to {name}: two services for two people, typed.").format(
                name=home.head_name
            )
        )
        self.say(self._badge(at))
        at.desktop.open_household(home.household_id)
        self.album.add(at, "household")

    def _network(self, at: Stage) -> None:
        at.go("sync")
        self.album.add(at, "sync-offline")
        at.desktop.core.runner.ask()
        self.album.add(at, "sync-received")
        at.go("today")
        self.album.add(at, "today-after")
        self.say(_("The network is back."))
        self.say(self._badge(at))

    def _commune(self, at: Stage, before: Figure) -> None:
        at.desktop.core.runner.ask()
        at.go("overview")
        self.album.add(at, "commune-after")
        view = overview.overview(at.core)
        self.say(
            _("{unit} synced. {label}: {before} before, {after} now.").format(
                unit=at.core.whoami().unit_name,
                label=_label(view),
                before=_counted(before),
                after=_counted(_figure(view)),
            )
        )

    def _area(self, at: Stage) -> None:
        self.album.add(at, "area")
        view = overview.overview(at.core)
        share = _figure(view).share
        self.say(
            _("{unit} sees figures of {communes} communes and nobody's name. {label}: {share}.").format(
                unit=at.core.whoami().unit_name,
                communes=format_number(view.units),
                label=_label(view),
                share=_("no data") if share is None else format_percent(share),
            )
        )

    def _badge(self, at: Stage) -> str:
        return _("The badge says: {words}").format(
            words=sync_badge(syncing.status(at.core), self.clock()).words
        )


def walk(folder: Path, say: Callable[[str], None]) -> None:
    """Take the tour in a new demo and leave the pictures in the folder.

    Raises:
        UserError: demo_needs_server.
        UnavailableError: demo_server_failed.
    """
    clock = Afternoon()
    with Demo(clock) as demo:
        album = _Album(folder)
        Tour(demo, clock, album, say).walk()
        say(_("{n} pictures are in {folder}.").format(n=format_number(album.count), folder=folder))


def import_screen(at: Stage) -> ImportScreen:
    """Open the import as its button in the register does."""
    households = at.go("households")
    if isinstance(households, HouseholdsScreen):
        households.import_requested.emit()
    screen = at.shell.findChild(ImportScreen)
    if not isinstance(screen, ImportScreen):
        raise TypeError(type(screen))
    return screen


def _figure(view: OverviewView) -> Figure:
    return next(tile.figure for tile in view.tiles if tile.figure.indicator == FIGURE)


def _label(view: OverviewView) -> str:
    return next(tile.label for tile in view.tiles if tile.figure.indicator == FIGURE)


def _counted(figure: Figure) -> str:
    return f"{format_number(figure.numerator or 0)}/{format_number(figure.denominator or 0)}"


def _somebody(core: Core) -> tuple[HouseholdDetail, list[int]]:
    """A household that its head's name finds, and the numbers of two grown people without an account."""
    for row in register.households(core, HouseholdFilter()).rows:
        found = register.households(core, HouseholdFilter(text=fold(row.head_name))).rows
        home = register.household(core, row.household_id)
        if home is None or found[0].household_id != row.household_id:
            continue
        numbers = [at for at, person in enumerate(home.people, 1) if _needs_account(person)]
        if len(numbers) > 1 and numbers[1] <= _MOST_NUMBERS:
            return home, numbers[:2]
    raise LookupError("nobody in the demo needs an account")


def _needs_account(person: PersonRow) -> bool:
    known = {state.fact: state.value for state in person.facts}
    return (person.age or 0) >= _OF_AGE and not known.get(_FACT)
