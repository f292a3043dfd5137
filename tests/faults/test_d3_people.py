"""D3: two people, one account of the computer: neither comes into the other's session, drafts or export list.

Whoever may open the vault could read its files with a program of their own, so what counts here is what this
program shows, lets do, and writes under whose name.
"""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.surroundings import FakeClock
from tests.unit.actions.conftest import PASSPHRASE, Home, enrolled, home
from tongcds import cli
from tongcds.actions import Core, audit, exports, opening, people, visits
from tongcds.actions.sessions import Pins
from tongcds.domain.views import Result, Role, SupportEntry, VisitEntry
from tongcds.errors import UserError
from tongcds.records import record_type
from tongcds.storage import local

__all__ = ["home"]
LEAD, SECOND = "Lò Thị Ngân", "Lò Văn Ún"
WORDS = {LEAD: PASSPHRASE, SECOND: "bảy cái gùi mới đan"}
PINS = {LEAD: "482913", SECOND: "739164"}
FORMS = ("visit", "household", "paper")
VISIT = record_type("visit").table


@pytest.fixture
def team(profile: Path, clock: FakeClock):
    core = enrolled(opening.vault_folder(profile), Role.TEAM, clock)
    yield core
    core.close()


@dataclass
class Desk:
    """One computer, and who sits at it."""

    profile: Path
    clock: FakeClock
    home: Home
    pins: Pins
    core: Core

    def sit_down(self, name: str) -> Core:
        """The one who was here locks, the other opens with their own passphrase."""
        self.core.close()
        self.core = opening.open_vault(self.profile, WORDS[name], self.clock)
        return self.core

    def command(self, name: str, *words: str, monkeypatch: pytest.MonkeyPatch) -> dict:
        """What a command answers to somebody; the window is closed meanwhile."""
        self.core.close()
        monkeypatch.setenv(cli.PASSPHRASE_VARIABLE, WORDS[name])
        said = io.StringIO()
        with redirect_stdout(said):
            cli.main([*words, "--profile", str(self.profile), "--json"], clock=self.clock)
        return json.loads(said.getvalue())


@pytest.fixture
def desk(team: Core, home: Home, profile: Path, clock: FakeClock):
    """Both have worked: a draft of each form, a visit, an exported file, a PIN; the second sits there now."""
    code = people.invite_person(team, SECOND)[0].code
    team.close()
    made = Desk(profile, clock, home, Pins(), people.accept(profile, code, WORDS[SECOND], clock))
    for name in (LEAD, SECOND):
        core = made.sit_down(name)
        made.pins.set(core, PINS[name])
        supports = (SupportEntry("PY03", home.people[:1], Result.ALONE),)
        visits.save_visit(core, VisitEntry(home.household, core.today, supports, note=f"của {name}"))
        for form in FORMS:
            visits.save_draft(core, form, {"note": f"của {name}"})
        exports.export_register(core, ground="duty")
    yield made
    made.core.close()


def not_their_own(core: Core, other: str) -> list[str]:
    """What of the other one is shown to whoever is here, or was written under the wrong name."""
    found = [form for form in FORMS if other in str(visits.load_draft(core, form))]
    who = core.author()
    with core.vault.read() as connection:
        found += [draft.form for draft in local.load_drafts(connection, who) if other in str(draft)]
        member = record_type("member").table
        named = dict(
            connection.execute(member.select().with_only_columns(member.c.id, member.c.full_name)).all()
        )
        for row in connection.execute(VISIT.select()):
            if {named[row.author], named[row.by_id]} != {str(row.note).removeprefix("của ")}:
                found.append(f"visit {row.note} by {named[row.author]}")
    if len(exports.listed(core)) != 1:
        found.append("exports")
    exported = [line.person for line in audit.access_log(core).lines if line.kind == audit.EXPORT]
    if sorted(exported) != sorted(WORDS):
        found.append(f"exported by {exported}")
    return found


@pytest.mark.parametrize(("here", "other"), [(LEAD, SECOND), (SECOND, LEAD)])
def test_each_finds_their_own_and_nothing_of_the_other(desk, here, other):
    core = desk.sit_down(here)
    assert core.whoami().person == here
    assert [visits.load_draft(core, form).content for form in FORMS] == [{"note": f"của {here}"}] * len(FORMS)
    assert not_their_own(core, other) == []


def test_a_program_that_forgot_who_is_here_would_be_noticed(desk, monkeypatch):
    """The control: everybody is the one for whom the computer was enrolled."""
    monkeypatch.setattr(Core, "author", lambda self: self.credentials().member_id)
    core = desk.sit_down(SECOND)
    supports = (SupportEntry("PY03", desk.home.people[:1], Result.ALONE),)
    visits.save_visit(core, VisitEntry(desk.home.household, core.today, supports, note=f"của {SECOND}"))
    exports.export_register(core, ground="duty")
    found = not_their_own(core, LEAD)
    assert {"household", "exports"} < set(found)
    assert any(one.startswith("visit của") for one in found)
    assert any(one.startswith("exported by") for one in found)


def test_the_others_export_can_neither_be_seen_nor_deleted(desk, monkeypatch):
    (theirs,) = exports.listed(desk.sit_down(LEAD))
    with pytest.raises(UserError, match="export_unknown"):
        exports.delete(desk.sit_down(SECOND), theirs.export_id)
    seen = desk.command(SECOND, "exports", monkeypatch=monkeypatch)["exports"]
    assert [one["export_id"] for one in seen] != [theirs.export_id]
    assert Path(theirs.folder, theirs.name).is_file()


def test_nobody_opens_the_others_session(desk):
    core = desk.sit_down(SECOND)
    slots = {one.name: one.slot_id for one in people.people(core)}
    core.close()
    with pytest.raises(UserError, match="pin_wrong"):
        desk.pins.open(desk.profile, slots[LEAD], PINS[SECOND], desk.clock)
    core = desk.sit_down(SECOND)
    for asked in (
        lambda: people.change_passphrase(core, WORDS[LEAD], "chín con voi già rồi"),
        lambda: people.change_passphrase(core, WORDS[SECOND], WORDS[LEAD]),
        lambda: people.remove_person(core, slots[LEAD]),
        lambda: people.invite_person(core, "Hà Thị Xuân"),
    ):
        with pytest.raises(UserError) as refused:
            asked()
        assert refused.value.code in {"passphrase_wrong", "passphrase_taken", "only_lead"}
    core.close()
    desk.core = desk.pins.open(desk.profile, slots[SECOND], PINS[SECOND], desk.clock)
    assert not_their_own(desk.core, LEAD) == []


def test_a_draft_that_was_kept_behind_the_lock_is_there_for_its_own_person_alone(desk):
    for _ in range(3):
        for here, other in ((LEAD, SECOND), (SECOND, LEAD)):
            core = desk.sit_down(here)
            visits.drop_draft(core, "visit")
            assert visits.load_draft(core, "visit") is None
            assert visits.load_draft(desk.sit_down(other), "visit") is not None
            visits.save_draft(desk.sit_down(here), "visit", {"note": f"của {here}"})
