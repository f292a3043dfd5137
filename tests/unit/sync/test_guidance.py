"""What a commune says and asks for reaches its own teams through the server, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.server.conftest import AREA, COMMUNE, OTHER_COMMUNE, OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE
from tests.unit.sync.desks import server_rows
from tongcds.actions import guidance
from tongcds.domain.views import AnnouncementText, QuotaTerms, Standing


def says(desk, words):
    return AnnouncementText("", words, desk.core.today, desk.core.today + timedelta(days=7))


def visits_wanted(desk, amount):
    return QuotaTerms("visits", "", amount, desk.core.today, desk.core.today + timedelta(days=30))


def heard(desk):
    desk.sync()
    return sorted(row.says.text for row in guidance.view(desk.core).announcements)


@pytest.fixture
def office(world, desks):
    made = desks(world, COMMUNE, "Cà Thị Hương")
    made.sync()
    return made


def test_an_announcement_reaches_all_teams_of_the_commune_or_one_village_and_nobody_else(
    world, desks, office
):
    team, second = desks(world, VILLAGE), desks(world, SECOND_VILLAGE, "Lò Văn Ún")
    others = [desks(world, OTHER_VILLAGE, "Hà Thị Xuân"), desks(world, OTHER_COMMUNE, "Cà Văn Tuấn")]
    above = [desks(world, AREA, "Quàng Văn Hải"), desks(world, "14", "Hoàng Thu Hà")]
    guidance.announce(office.core, says(office, "Cả xã"))
    guidance.announce(office.core, says(office, "Riêng bản"), (world.unit(VILLAGE),))
    office.sync()
    assert heard(team) == ["Cả xã", "Riêng bản"]
    assert heard(second) == ["Cả xã"]
    assert [heard(desk) for desk in others + above] == [[], [], [], []]
    (row,) = [row for row in guidance.view(office.core).announcements if row.says.text == "Cả xã"]
    assert row.standing is Standing.RECEIVED
    guidance.take_down(office.core, row.announcement_id)
    office.sync()
    assert heard(second) == []


def test_a_quota_is_given_to_each_team_and_its_progress_is_the_same_on_both_sides(world, desks, office):
    team = desks(world, VILLAGE)
    made, _undo, _changes = guidance.give(office.core, visits_wanted(office, 4))
    assert len(made) == 2
    office.sync()
    team.sync()
    home = team.create()
    team.create("visit", household_id=home, on=team.core.today.isoformat())
    (mine,) = guidance.view(team.core).quotas
    assert (mine.done, mine.terms.amount) == (1, 4)
    team.sync()
    office.sync()
    both = {row.village_id: row.done for row in guidance.view(office.core).quotas}
    assert both == {world.unit(VILLAGE): 1, world.unit(SECOND_VILLAGE): 0}


def test_what_a_team_writes_of_either_kind_is_set_aside_and_stands_nowhere(world, desks, office):
    team = desks(world, VILLAGE)
    team.sync()
    with team.writing() as writer:
        forged = writer.create("quota", unit_id=team.unit, kind="visits", amount=1)
        said = writer.create("announcement", unit_id=team.unit, text="Tự viết")
    team.sync()
    assert forged not in server_rows(world, "quota")
    assert said not in server_rows(world, "announcement")
    office.sync()
    assert guidance.view(office.core).quotas == ()
    assert {row["code"] for row in server_rows(world, "quarantined").values()} == {"not_allowed"}
