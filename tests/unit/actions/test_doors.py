"""Whatever leaves the vault is in the access log, in the name of whoever did it: each door walked through.

That there is no door beside these is `tests/meta/test_doors.py`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from tests.pictures import jpeg
from tests.unit.actions.conftest import MEMBER, VILLAGE, Home, agree
from tongcds import cli
from tongcds.actions import (
    Core,
    attachments,
    audit,
    exports,
    households,
    logbook,
    printing,
    register,
    rescue,
    rounds,
)
from tongcds.documents import Written
from tongcds.domain.views import HouseholdFilter, LogFilter, RoundPlan


@dataclass(frozen=True)
class Place:
    """A team's vault with a household, a photo and a round in it, and a folder elsewhere."""

    core: Core
    home: Home
    photo: bytes
    round_id: bytes
    folder: Path


@pytest.fixture
def place(team: Core, home: Home, tmp_path: Path) -> Place:
    with team.vault.change(MEMBER) as change:
        change.writer.update("person", home.people[0], phone="0981234521", id_number="014178000321")
        change.writer.create("member", unit_id=VILLAGE, full_name="Lò Văn Ún", phone="0980004521")
        visit = change.writer.create(
            "visit", village_id=VILLAGE, household_id=home.household, on="2026-11-03", by_id=MEMBER
        )
        change.writer.create(
            "support", village_id=VILLAGE, visit_id=visit, service="DVC-03", person_ids=home.people[0],
            result="together",
        )  # fmt: skip
    (tmp_path / "a.jpg").write_bytes(jpeg(2000))
    photo, _changes = attachments.attach(team, ("household", home.household), tmp_path / "a.jpg")
    made, _undo, _changes = rounds.plan(
        team, RoundPlan("Đợt 1", date(2026, 11, 24), date(2026, 11, 25), (home.household,))
    )
    folder = tmp_path / "stick"
    folder.mkdir()
    agree(team, home)
    return Place(team, home, photo, made[0], folder)


def command(*words: str) -> Callable[[Place], object]:
    def run(at: Place) -> object:
        options = cli._parser().parse_args([*words, "--json"])
        options.draw = lambda _paper: Written(b"%PDF-")
        return options.command(options, at.core)

    return run


NOVEMBER = LogFilter(since=date(2026, 11, 1), until=date(2026, 11, 30))
EVERYBODY = HouseholdFilter()
PAPERS: dict[str, Callable[[Place], printing.Printout]] = {
    "B02": lambda at: printing.sheets(at.core, [at.home.household]),
    "B07": lambda at: printing.without_smartphone(at.core, EVERYBODY),
    "B11": lambda at: printing.on_marketplaces(at.core, EVERYBODY),
    "B01": lambda at: printing.activities(at.core, NOVEMBER),
    "B14": lambda at: printing.members(at.core),
    "ROUND": lambda at: printing.round_list(at.core, at.round_id),
}

WALKS: dict[str, tuple[Callable[[Place], object], tuple[str, ...]]] = {
    "the register": (lambda at: exports.export_register(at.core), (audit.EXPORT,)),
    "the register by command": (command("export-register", "--numbers"), (audit.EXPORT,)),
    "the support log": (lambda at: logbook.export_log(at.core, LogFilter()), (audit.EXPORT,)),
    "the support log by command": (command("supports", "--file"), (audit.EXPORT,)),
    "a photo": (lambda at: attachments.export(at.core, at.photo), (audit.EXPORT,)),
    "a phone": (lambda at: register.reveal_phone(at.core, at.home.household), (audit.REVEAL,)),
    "a personal number": (
        lambda at: register.reveal(at.core, at.home.people[0], "id_number"), (audit.REVEAL,),
    ),
    "numbers by command": (command("household", "HN-0087", "--reveal"), (audit.REVEAL, audit.REVEAL)),
    "a sheet with phones": (
        lambda at: printing.sheets(at.core, [at.home.household], numbers=True), (audit.REVEAL,),
    ),
    "members with phones": (lambda at: printing.members(at.core, numbers=True), (audit.REVEAL,)),
    "a backup": (lambda at: rescue.backup_to(at.core, at.folder), (audit.BACKUP,)),
    "a paper by command": (command("print", "sheet", "HN-0087"), (audit.EXPORT,)),
}  # fmt: skip
WALKS |= {
    f"{form} as a file": (lambda at, make=make: printing.save(at.core, make(at), b"%PDF-"), (audit.EXPORT,))  # type: ignore[misc]
    for form, make in PAPERS.items()
}
WALKS |= {
    f"{form} on a printer": (lambda at, make=make: printing.printed(at.core, make(at)), (audit.PRINT,))  # type: ignore[misc]
    for form, make in PAPERS.items()
}


def noted(core: Core) -> list[tuple[str, str]]:
    return [(line.kind, line.person) for line in reversed(audit.access_log(core).lines)]


@pytest.mark.parametrize("walk", WALKS)
def test_every_door_is_noted(place: Place, walk: str, capsys: pytest.CaptureFixture[str]) -> None:
    go, kinds = WALKS[walk]
    before = len(noted(place.core))
    go(place)
    capsys.readouterr()
    assert noted(place.core)[before:] == [(kind, "Lò Thị Ngân") for kind in kinds]
    with place.core.vault.read() as connection:
        told = connection.exec_driver_sql("SELECT kind FROM audit ORDER BY sequence").scalars().all()
    assert tuple(told[-len(kinds) :]) == kinds, "the commune hears of it too"


def test_every_paper_is_walked_through() -> None:
    makers = {
        name for name, one in vars(printing).items()
        if not name.startswith("_") and getattr(one, "__annotations__", {}).get("return") == "Printout"
    }  # fmt: skip
    walked = {name for make in PAPERS.values() for name in make.__code__.co_names}
    assert makers - walked == {"empty_sheet"}, "an empty sheet is about nobody; walk through the others above"


@pytest.mark.parametrize("look", ["a household opened", "a household to be edited", "a sheet on the screen"])
def test_looking_is_noted_too(place: Place, look: str) -> None:
    go: dict[str, Callable[[], object]] = {
        "a household opened": lambda: register.household(place.core, place.home.household),
        "a household to be edited": lambda: households.start(place.core, place.home.household),
        "a sheet on the screen": lambda: printing.sheets(place.core, [place.home.household]),
    }
    go[look]()
    audit.keep_views(place.core)
    assert noted(place.core)[-1][0] == "open"


def test_a_door_that_forgot_would_be_found(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same walk with a program that writes nothing down."""
    monkeypatch.setattr(audit, "record", lambda *_args, **_kwargs: None)
    with pytest.raises(AssertionError):
        test_every_door_is_noted(place, "the support log", _Silent())  # type: ignore[arg-type]


class _Silent:
    @staticmethod
    def readouterr() -> None:
        """Nothing was said."""
