"""What can be previewed, by name. A new screen adds a line here, and with it gets its snapshots."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from tongcds.actions import filters
from tongcds.domain.views import Draft, Revealed, Role
from tongcds.errors import UnavailableError
from tongcds.settings import Settings
from ui.changes import ChangeBus
from ui.preview import (
    board,
    difficulties,
    doubts,
    duplicates,
    editing,
    emulation,
    guidance,
    logbook,
    privacy,
    register,
    reporting,
    rounds,
    samples,
    targets,
    trainings,
    village,
)
from ui.reporting import first_page
from ui.screens.board import BoardScreen
from ui.screens.campaign import CampaignScreen
from ui.screens.difficulties import DifficultiesScreen
from ui.screens.doubts import DoubtsScreen
from ui.screens.duplicates import DuplicatesScreen
from ui.screens.emulation import EmulationScreen
from ui.screens.guidance import GuidanceScreen
from ui.screens.household_form import HouseholdFormScreen
from ui.screens.households import HouseholdsScreen
from ui.screens.import_register import ImportScreen
from ui.screens.log_visit import LogVisitScreen
from ui.screens.logbook import LogbookScreen
from ui.screens.overview import OverviewScreen
from ui.screens.paper_entry import PaperEntryScreen
from ui.screens.privacy import PrivacyScreen
from ui.screens.report import ReportScreen, ReportShown
from ui.screens.reports import ReportsScreen
from ui.screens.rounds import RoundsScreen
from ui.screens.score_sheet import ScoreSheetScreen
from ui.screens.settings import About, SettingsScreen
from ui.screens.sync import SyncScreen
from ui.screens.targets import TargetsScreen
from ui.screens.tasks import TasksRead, TasksScreen
from ui.screens.today import TodayScreen
from ui.screens.training import TrainingScreen
from ui.screens.trainings import TrainingsScreen
from ui.shell import Shell
from ui.tasks import InlineExecutor, Tasks

_TURNS: Final = 6
KINDS: Final = ("typical", "empty", "error")


def tasks() -> Tasks:
    """Tasks that do their work at once."""
    return Tasks(InlineExecutor())


def _fail(*_given: object) -> object:
    raise UnavailableError("vault_damaged")


def _today(kind: str) -> QWidget:
    load = partial(samples.today_view, kind) if kind != "error" else _fail
    typical = kind == "typical"
    suggest, guide = (village.suggestions, guidance.of_today) if typical else (None, None)
    return TodayScreen(load, tasks(), ChangeBus(), suggest=suggest, guide=guide)  # type: ignore[arg-type]  # it never answers


def _guidance(kind: str, *, may_write: bool = True) -> QWidget:
    load = _fail if kind == "error" else partial(guidance.view, kind, may_write=may_write)
    return GuidanceScreen(load, tasks(), ChangeBus(), is_place=may_write)  # type: ignore[arg-type]  # as above


def _tasks(kind: str) -> QWidget:
    def load() -> TasksRead:
        shown = samples.today_view(kind)
        return shown.todo, shown.todo_total

    return TasksScreen(_fail if kind == "error" else load, tasks(), ChangeBus())  # type: ignore[arg-type]  # as above


def _sync(kind: str) -> QWidget:
    load = _fail if kind == "error" else partial(samples.sync_view, kind)
    return SyncScreen(load, tasks(), ChangeBus(), lambda: samples.NOW)  # type: ignore[arg-type]  # as above


def _sync_commune(kind: str) -> QWidget:
    return _sync({"typical": "commune"}.get(kind, kind))


def _overview(kind: str) -> QWidget:
    load = _fail if kind == "error" else partial(samples.overview_view, kind)
    return OverviewScreen(load, tasks(), ChangeBus(), lambda: samples.NOW)  # type: ignore[arg-type]  # as above


def _overview_commune(kind: str) -> QWidget:
    return _overview({"typical": "commune", "empty": "empty-commune"}.get(kind, kind))


def _board(kind: str) -> QWidget:
    load = _fail if kind == "error" else partial(board.view, kind=kind)
    look = _fail if kind == "error" else partial(board.close, kind=kind)
    return BoardScreen(board.bar(), load, look, tasks(), ChangeBus())  # type: ignore[arg-type]  # as above


def _targets(kind: str) -> QWidget:
    load = _fail if kind == "error" else partial(targets.view, kind)
    return TargetsScreen(load, tasks(), ChangeBus())  # type: ignore[arg-type]  # as above


def _emulation(kind: str, *, mine: bool = True) -> QWidget:
    load = _fail if kind == "error" else partial(emulation.view, kind, mine=mine)
    return EmulationScreen(load, tasks(), ChangeBus())  # type: ignore[arg-type]  # as above


def _score_sheet(kind: str) -> QWidget:
    load = _fail if kind == "error" else partial(emulation.sheet, kind)
    return ScoreSheetScreen(load, tasks(), ChangeBus())  # type: ignore[arg-type]  # as above


def _campaign(kind: str) -> QWidget:
    load = _fail if kind == "error" else partial(emulation.ranking, kind)
    return CampaignScreen(load, tasks(), ChangeBus())  # type: ignore[arg-type]  # as above


def _difficulties(kind: str) -> QWidget:
    load = _fail if kind == "error" else partial(difficulties.view, kind)
    return DifficultiesScreen(load, tasks(), ChangeBus())  # type: ignore[arg-type]  # as above


def _reports(kind: str, *, role: Role = Role.TEAM) -> QWidget:
    load = _fail if kind == "error" else partial(reporting.cycle, kind, role)
    return ReportsScreen(load, reporting.look, tasks(), ChangeBus())  # type: ignore[arg-type]  # as above


def _report(kind: str, make: Callable[[str], ReportShown] = reporting.shown) -> QWidget:
    load = _fail if kind == "error" else partial(make, kind)
    return ReportScreen(
        load,  # type: ignore[arg-type]  # as above
        first_page,
        counts=tasks(),
        files=tasks(),
        changes=ChangeBus(),
    )


def _settings(_kind: str) -> QWidget:
    folder = Path(tempfile.mkdtemp(prefix="tongcds-preview-"))
    about = About(version="0.1.0", data_folder="C:\\Users\\Ngan\\AppData\\Local\\TongCDS")
    return SettingsScreen(Settings(folder), samples.whoami(), about)


def _households(kind: str) -> QWidget:
    find = {"empty": village.nothing_listed, "error": _fail}.get(kind, village.listed)
    return HouseholdsScreen(
        find=find,  # type: ignore[arg-type]  # as above
        household=village.household,
        reveal=_phone,
        reads=tasks(),
        writes=tasks(),
        changes=ChangeBus(),
        clock=lambda: samples.NOW,
        services=filters.services(),
    )


def _phone(_household_id: bytes) -> Revealed:
    return Revealed("0981234521")


def _draft() -> Draft:
    """A visit half written: the household, two of its people, three services."""
    home = "HN-0087"
    supports = [("PY03", "alone"), ("PY04", "together"), ("SE01", "")]
    content: dict[str, object] = {
        "household": village.identity(home).hex(),
        "helped": [village.identity(f"{home}/{at}").hex() for at in (0, 2)],
        "supports": [{"service": code, "result": how, "only": None} for code, how in supports],
        "day": "23/11/2026",
        "minutes": "25",
        "follow_up": "+7",
        "note": "Chị Xuân đã tự quét QR trả tiền ở chợ phiên.",
    }
    return Draft("visit", samples.NOW, content)


def _nothing(*_given: object) -> None:
    """Keeps nothing and finds nothing."""


def _log(kind: str) -> QWidget:
    return LogVisitScreen(
        find=village.find,
        household=village.household,
        services=_fail if kind == "error" else village.services,  # type: ignore[arg-type]  # as above
        save=_nothing,
        save_group=_nothing,
        last=_nothing,
        save_draft=_nothing,
        load_draft=_draft if kind == "typical" else _nothing,
        drop_draft=_nothing,
        reads=tasks(),
        writes=tasks(),
        clock=lambda: samples.NOW,
    )


def _logbook(kind: str) -> QWidget:
    sums = {"empty": logbook.nothing, "error": _fail}.get(kind, logbook.sums)
    return LogbookScreen(
        page=logbook.page,
        sums=sums,  # type: ignore[arg-type]  # as above
        reads=tasks(),
        changes=ChangeBus(),
        clock=lambda: samples.NOW,
    )


def _household_form(kind: str) -> QWidget:
    lookalikes = {"typical": (editing.LOOKALIKE,)}.get(kind, ())
    return HouseholdFormScreen(
        village.identity("HN-0087") if kind == "typical" else None,
        load=_fail if kind == "error" else editing.start,  # type: ignore[arg-type]  # as above
        lookalikes=lambda _query: lookalikes,
        taken=lambda _village, _code, _but: False,
        reveal=lambda _person, _field: Revealed("0981234521"),
        save=_nothing,
        save_draft=_nothing,
        load_draft=editing.draft if kind == "typical" else _nothing,
        drop_draft=_nothing,
        reads=tasks(),
        writes=tasks(),
        clock=lambda: samples.NOW,
    )


def _import(kind: str) -> QWidget:
    screen = ImportScreen(
        prepare=register.prepare, apply=_nothing, peek=register.peek, tasks=tasks(), clock=lambda: samples.NOW
    )
    if kind != "empty":
        screen.open_file("ho-dan-2025.xlsx" if kind == "typical" else "broken.xlsx")
    return screen


def _privacy(kind: str) -> QWidget:
    load = _fail if kind == "error" else partial(privacy.view, kind)
    return PrivacyScreen(load, tasks(), ChangeBus())  # type: ignore[arg-type]  # as above


def _rounds(kind: str) -> QWidget:
    load = _fail if kind == "error" else lambda _round: rounds.shown(kind)
    return RoundsScreen(load, tasks(), ChangeBus())  # type: ignore[arg-type]  # as above


def _trainings(kind: str) -> QWidget:
    load = _fail if kind == "error" else partial(trainings.view, kind)
    return TrainingsScreen(load, tasks(), ChangeBus())  # type: ignore[arg-type]  # as above


def _trainings_month(kind: str) -> QWidget:
    screen = TrainingsScreen(partial(trainings.view, kind), tasks(), ChangeBus())
    screen.turn_over()
    return screen


def _training(kind: str) -> QWidget:
    load = _fail if kind == "error" else partial(trainings.opened, kind)
    return TrainingScreen(load, trainings.find, tasks(), ChangeBus())  # type: ignore[arg-type]  # as above


def _paper_entry(kind: str) -> QWidget:
    load = _fail if kind == "error" else lambda _round: rounds.start(kind)
    return PaperEntryScreen(
        None,
        load=load,  # type: ignore[arg-type]  # as above
        named=_nothing,  # type: ignore[arg-type]  # as above
        doubts=lambda _entry: (),
        save=_nothing,  # type: ignore[arg-type]  # as above
        take_back=_nothing,  # type: ignore[arg-type]  # as above
        save_draft=_nothing,
        reads=tasks(),
        writes=tasks(),
        clock=lambda: samples.NOW,
    )


def _duplicates(kind: str) -> QWidget:
    load = _fail if kind == "error" else lambda settled: duplicates.shown(kind, settled=settled)
    return DuplicatesScreen(load, tasks(), ChangeBus())  # type: ignore[arg-type]  # as above


def _doubts(kind: str) -> QWidget:
    load = _fail if kind == "error" else partial(doubts.shown, kind)
    return DoubtsScreen(load, tasks(), ChangeBus())  # type: ignore[arg-type]  # as above


SCREENS: Final[dict[str, tuple[Role, str, Callable[[str], QWidget]]]] = {
    "today": (Role.TEAM, "today", _today),
    "tasks": (Role.TEAM, "today", _tasks),
    "guidance": (Role.COMMUNE, "guidance", _guidance),
    "guidance-team": (Role.TEAM, "today", partial(_guidance, may_write=False)),
    "households": (Role.TEAM, "households", _households),
    "household-form": (Role.TEAM, "households", _household_form),
    "doubts": (Role.TEAM, "households", _doubts),
    "rounds": (Role.TEAM, "households", _rounds),
    "paper-entry": (Role.TEAM, "households", _paper_entry),
    "duplicates": (Role.TEAM, "households", _duplicates),
    "import": (Role.TEAM, "households", _import),
    "log": (Role.TEAM, "log", _log),
    "logbook": (Role.TEAM, "log", _logbook),
    "trainings": (Role.COMMUNE, "training", _trainings),
    "trainings-month": (Role.COMMUNE, "training", _trainings_month),
    "training": (Role.TEAM, "training", _training),
    "difficulties": (Role.COMMUNE, "difficulties", _difficulties),
    "reports": (Role.TEAM, "reports", _reports),
    "reports-commune": (Role.COMMUNE, "reports", partial(_reports, role=Role.COMMUNE)),
    "report": (Role.TEAM, "reports", _report),
    "comparison": (Role.COMMUNE, "reports", partial(_report, make=reporting.compared)),
    "emulation": (Role.COMMUNE, "reports", _emulation),
    "emulation-team": (Role.TEAM, "reports", partial(_emulation, mine=False)),
    "score-sheet": (Role.COMMUNE, "reports", _score_sheet),
    "campaign": (Role.COMMUNE, "reports", _campaign),
    "sync": (Role.TEAM, "sync", _sync),
    "sync-commune": (Role.COMMUNE, "sync", _sync_commune),
    "settings": (Role.TEAM, "settings", _settings),
    "privacy": (Role.TEAM, "settings", _privacy),
    "board-commune": (Role.COMMUNE, "overview", _board),
    "targets": (Role.COMMUNE, "overview", _targets),
    "overview-area": (Role.AREA, "overview", _overview),
    "overview-commune": (Role.COMMUNE, "overview", _overview_commune),
}
"""Name, role it is shown to, place of the rail that is lit, and what makes it for a kind of sample."""


def settle() -> None:
    """Let queued layouts and shows happen, without an event loop."""
    for _turn in range(_TURNS):
        QCoreApplication.sendPostedEvents()


def in_shell(name: str, kind: str = "typical") -> Shell:
    """A screen of that name inside the window of its role, as a person would see it."""
    role, place, make = SCREENS[name]
    # The other places are never shown here, so they may be anything.
    others: dict[str, Callable[[], QWidget]] = dict.fromkeys(
        (
            "overview",
            "today",
            "households",
            "log",
            "training",
            "guidance",
            "difficulties",
            "reports",
            "sync",
            "settings",
        ),
        QWidget,
    )
    shell = Shell(
        samples.whoami(role),
        {**others, place: partial(make, kind)},
        find=samples.search if role in {Role.TEAM, Role.COMMUNE} else None,
        tasks=tasks(),
    )
    status = kind if kind in samples.STATUSES else "typical"
    shell.show_status(samples.sync_status("received" if role is not Role.TEAM else status), samples.NOW)
    shell.set_count("today", 3 if kind == "typical" else 0)
    shell.show_place(place)
    # As in the program, where the rail would have it otherwise.
    shell.screen_of(place).setFocus()
    return shell
