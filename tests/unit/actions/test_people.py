"""Several people at one computer: each under their own name, none in another's drafts."""

from __future__ import annotations

import pytest

from tests.unit.actions.conftest import MEMBER, PASSPHRASE, Home
from tongcds.actions import Core, people, visits
from tongcds.domain.views import Result, SupportEntry, VisitEntry
from tongcds.errors import UserError
from tongcds.records import record_type

SECOND = "bảy cái gùi mới đan"
THIRD = "năm con gà trống choai"


@pytest.fixture
def both(team: Core) -> Core:
    """The team's computer with a second person, who sits at it now."""
    code = people.invite_person(team, "Lò Văn Ún")[0].code
    welcome(team, code, SECOND)
    return team


def sit_down(core: Core, passphrase: str) -> None:
    """Another person takes over; the program does it by closing the vault and opening it again."""
    core.session = core.vault.slots.open(passphrase, now=core.now)


def welcome(core: Core, code: str, passphrase: str) -> None:
    """An invited person begins; as `people.accept`, with the vault left open."""
    invited = core.vault.slots.open(code, now=core.now)
    assert invited.kind == "invited"
    core.session = core.vault.slots.set_passphrase(invited, passphrase)


def authors_of(core: Core, name: str) -> set[bytes]:
    with core.vault.read() as connection:
        return {row.author for row in connection.execute(record_type(name).table.select())}


def names(core: Core) -> list[tuple[str, bool, bool, bool]]:
    return [(p.name, p.here, p.leads, p.invited) for p in people.people(core)]


def test_the_lead_lets_somebody_in_without_a_network(team: Core):
    made, changes = people.invite_person(team, " Lò Văn  Ún ")
    assert (made.name, made.days, len(made.code.split())) == ("Lò Văn Ún", 7, 8)
    assert changes.kinds == {"member"}
    assert names(team) == [("Lò Thị Ngân", True, True, False), ("Lò Văn Ún", False, False, True)]
    welcome(team, made.code, SECOND)
    assert names(team) == [("Lò Thị Ngân", False, True, False), ("Lò Văn Ún", True, False, False)]
    assert team.whoami().person == "Lò Văn Ún"
    assert not team.whoami().leads
    with pytest.raises(UserError, match="passphrase_wrong"):
        welcome(team, made.code, THIRD)


def test_each_act_bears_the_name_of_who_is_here(both: Core, home: Home):
    entry = VisitEntry(
        home.household, both.today, supports=(SupportEntry("PY03", home.people[:1], Result.ALONE),)
    )
    second = both.author()
    assert second != MEMBER
    visits.save_visit(both, entry)
    assert authors_of(both, "visit") == {second}
    sit_down(both, PASSPHRASE)
    assert both.author() == MEMBER
    visits.save_visit(both, entry)
    assert authors_of(both, "visit") == {second, MEMBER}
    with both.vault.read() as connection:
        visit = record_type("visit").table
        assert {row.by_id for row in connection.execute(visit.select())} == {second, MEMBER}


def test_nobody_is_shown_another_person_s_draft(both: Core):
    visits.save_draft(both, "visit", {"note": "của Ún"})
    sit_down(both, PASSPHRASE)
    assert visits.load_draft(both, "visit") is None
    visits.save_draft(both, "visit", {"note": "của Ngân"})
    visits.drop_draft(both, "visit")
    sit_down(both, SECOND)
    kept = visits.load_draft(both, "visit")
    assert kept is not None
    assert kept.content == {"note": "của Ún"}


def test_only_the_lead_lets_in_and_takes_away(both: Core):
    lead = people.people(both)[0]
    with pytest.raises(UserError, match="only_lead"):
        people.invite_person(both, "Hà Thị Xuân")
    with pytest.raises(UserError, match="only_lead"):
        people.remove_person(both, lead.slot_id)
    sit_down(both, PASSPHRASE)
    people.remove_person(both, people.people(both)[1].slot_id)
    with pytest.raises(UserError, match="passphrase_wrong"):
        sit_down(both, SECOND)
    with pytest.raises(UserError, match="last_person"):
        people.remove_person(both, lead.slot_id)


def test_a_member_who_is_known_is_not_made_twice(team: Core):
    people.invite_person(team, "Lò Văn Ún")
    people.invite_person(team, "Lò Văn Ún")
    with team.vault.read() as connection:
        member = record_type("member").table
        found = connection.execute(member.select().where(member.c.full_name == "Lò Văn Ún")).all()
    assert len(found) == 1
    with pytest.raises(UserError, match="name_missing"):
        people.invite_person(team, "  ")


def test_a_passphrase_is_changed_by_whoever_knows_the_old_one(both: Core):
    with pytest.raises(UserError, match="passphrase_wrong"):
        people.change_passphrase(both, PASSPHRASE, THIRD)
    people.change_passphrase(both, SECOND, THIRD)
    with pytest.raises(UserError, match="passphrase_wrong"):
        sit_down(both, SECOND)
    sit_down(both, THIRD)
    assert both.whoami().person == "Lò Văn Ún"


def test_a_way_in_that_was_taken_away_opens_no_backup_on_this_computer_either(both: Core):
    sit_down(both, PASSPHRASE)
    both.vault.backup("regular")
    kept = [path.read_bytes() for path in both.vault.folder.glob("backups/*/keys.tcds")]
    people.remove_person(both, people.people(both)[1].slot_id)
    renewed = [path.read_bytes() for path in both.vault.folder.glob("backups/*/keys.tcds")]
    assert renewed == [(both.vault.folder / "keys-1.tcds").read_bytes()] * len(kept)
    assert renewed != kept


def test_what_changes_about_keys_is_in_the_log_of_access(both: Core):
    sit_down(both, PASSPHRASE)
    people.remove_person(both, people.people(both)[1].slot_id)
    people.change_passphrase(both, PASSPHRASE, THIRD)
    with both.vault.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT detail FROM audit_line WHERE kind = 'keys' ORDER BY sequence"
        )
        said = [row.detail for row in rows]
    assert said == ["invited", "removed", "passphrase"]
