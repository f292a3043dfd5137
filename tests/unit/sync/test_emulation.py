"""Campaigns on their way: set above, scored below offline by several at once, appraised, published to all."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.unit.server.conftest import AREA, COMMUNE, SECOND_VILLAGE, VILLAGE
from tests.unit.sync.test_reporting import codes, sync_all, synced
from tongcds.actions import campaigns, commendations, score_sheets, scoring
from tongcds.domain.commendations import CommendationText, Sort, Votes
from tongcds.domain.emulation import read_criteria
from tongcds.domain.reporting import State, Word
from tongcds.domain.views.emulation import CampaignText
from tongcds.errors import UserError

CRITERIA = "Hỗ trợ tại hộ; 50; XHS01\nBáo cáo đúng hạn; 30\nSáng kiến; 20"


@pytest.fixture
def team(small_world, desks):
    return synced(desks, small_world, VILLAGE, "Lò Thị Ngân")


@pytest.fixture
def other_team(small_world, desks):
    return synced(desks, small_world, SECOND_VILLAGE, "Hà Văn Pản")


@pytest.fixture
def office(small_world, desks):
    return synced(desks, small_world, COMMUNE, "Cà Thị Hương")


def text(desk, criteria=CRITERIA, **more) -> CampaignText:
    today = desk.core.today
    return replace(
        CampaignText(
            "Chung tay chuyển đổi số",
            read_criteria(criteria),
            today - timedelta(days=60),
            today + timedelta(days=30),
            today + timedelta(days=10),
        ),
        **more,
    )


def launched(desk, *others, units=(), **more):
    made = campaigns.launch(desk.core, text(desk, **more), units)[0]
    sync_all(desk, *others)
    return made


def score_all(desk, campaign, *points, evidence="Sổ nhật ký"):
    for code, point in zip("123", points, strict=True):
        scoring.score(desk.core, campaign, code, Decimal(point), evidence)


def handed(desk, campaign, *points):
    score_all(desk, campaign, *points)
    return scoring.hand_up(desk.core, campaign)[0]


def refused(code, act, *arguments, **named):
    with pytest.raises(UserError) as wrong:
        act(*arguments, **named)
    assert wrong.value.code == code


def test_from_a_campaign_to_a_published_place_that_every_team_reads(team, other_team, office):
    campaign = launched(office, team, other_team)
    (row,) = campaigns.view(team.core).rows
    assert (row.takes_part, row.mine, row.owed) == (True, False, True)
    first, second = handed(team, campaign, "40", "30", "10"), handed(other_team, campaign, "50", "25", "20")
    sync_all(team, other_team, office)
    (row,) = campaigns.view(office.core).rows
    assert (row.handed, row.units, row.to_decide) == (2, 2, 2)
    scoring.appraise(office.core, second, "1", Decimal(30), "Chưa đủ nhật ký")
    for sheet in (first, second):
        scoring.agree(office.core, sheet)
        scoring.decide(office.core, sheet, Word.ACCEPTED)
    scoring.publish(office.core, campaign)
    sync_all(office, team, other_team)
    for desk in (team, other_team, office):
        result = score_sheets.ranking(desk.core, campaign).result
        assert [(one.place, one.own, one.final) for one in result.content.rows] == [(1, 80, 80), (2, 95, 75)]
    assert [campaigns.view(desk.core).rows[0].place for desk in (team, other_team)] == [1, 2]
    # The evidence and the appraisal of another village stay there.
    refused("sheet_unknown", score_sheets.sheet, other_team.core, first)
    own = score_sheets.own_sheet(other_team.core, campaign)
    assert own.lines[0].appraised.text == "Chưa đủ nhật ký"


def test_a_returned_sheet_says_why_and_what_was_appraised_stays_for_the_same_score(team, office):
    campaign = launched(office, team)
    first = handed(team, campaign, "40", "30", "10")
    sync_all(team, office)
    scoring.appraise(office.core, first, "2", Decimal(20), "Hai tháng chậm")
    scoring.decide(office.core, first, Word.RETURNED, "Nêu rõ sáng kiến")
    sync_all(office, team)
    view = score_sheets.own_sheet(team.core, campaign)
    assert (view.state, view.reason, view.may_score) == (State.RETURNED, "Nêu rõ sáng kiến", True)
    assert campaigns.view(team.core).rows[0].owed
    scoring.score(team.core, campaign, "3", Decimal(5), "Mã QR ở nhà văn hóa")
    second = scoring.hand_up(team.core, campaign)[0]
    sync_all(team, office)
    scoring.agree(office.core, second)
    scoring.decide(office.core, second, Word.ACCEPTED)
    sync_all(office, team)
    view = score_sheets.own_sheet(team.core, campaign)
    assert ([line.appraised.points for line in view.lines], view.final) == ([40, 20, 5], 65)
    # What went up first is as it was.
    old = score_sheets.sheet(office.core, first)
    assert (old.own, [line.own.text for line in old.lines]) == (80, ["Sổ nhật ký"] * 3)


def test_two_members_who_score_at_once_are_both_heard_and_settle_it(small_world, desks, team, office):
    other = synced(desks, small_world, VILLAGE, "Hà Văn Pản")
    campaign = launched(office, team, other)
    score_all(team, campaign, "40", "30", "10")
    scoring.score(other.core, campaign, "1", Decimal(45), "Ảnh")
    scoring.score(other.core, campaign, "2", Decimal(30), "Sổ nhật ký")
    sync_all(team, other)
    for desk in (team, other):
        lines = score_sheets.own_sheet(desk.core, campaign).lines
        assert [line.own.contrary for line in lines] == [True, False, False]
        assert {one.points for one in lines[0].own.words} == {40, 45}
        refused("scores_contrary", scoring.hand_up, desk.core, campaign)
    scoring.score(other.core, campaign, "1", Decimal(42), "Sổ và ảnh")
    sync_all(other, team)
    assert score_sheets.own_sheet(team.core, campaign).own == 82


def test_two_officers_who_appraise_at_once_settle_it_before_they_decide(small_world, desks, team, office):
    other = synced(desks, small_world, COMMUNE, "Lường Văn Toàn")
    campaign = launched(office, team, other)
    sheet = handed(team, campaign, "40", "30", "10")
    sync_all(team, office, other)
    scoring.appraise(office.core, sheet, "1", Decimal(35), "Thiếu sổ")
    scoring.appraise(other.core, sheet, "1", Decimal(30), "Thiếu ảnh")
    scoring.agree(other.core, sheet)
    sync_all(office, other)
    refused("scores_contrary", scoring.decide, office.core, sheet, Word.ACCEPTED)
    scoring.appraise(office.core, sheet, "1", Decimal(32), "Thống nhất")
    scoring.decide(office.core, sheet, Word.ACCEPTED)
    scoring.decide(other.core, sheet, Word.RETURNED, "Bổ sung")
    sync_all(office, other, team)
    for desk in (office, other, team):
        assert score_sheets.sheet(desk.core, sheet).state is State.CONTRARY
    scoring.decide(other.core, sheet, Word.ACCEPTED)
    sync_all(other, office, team)
    assert score_sheets.sheet(team.core, sheet).final == 72


def test_what_is_decided_takes_no_more_scores_at_the_server_either(small_world, desks, team, office):
    """The negative control: an appraisal from before that arrives late is set aside, and its author hears."""
    late = synced(desks, small_world, COMMUNE, "Lường Văn Toàn")
    campaign = launched(office, team, late)
    sheet = handed(team, campaign, "40", "30", "10")
    sync_all(team, office, late)
    scoring.agree(office.core, sheet)
    scoring.decide(office.core, sheet, Word.ACCEPTED)
    refused("sheet_decided", scoring.appraise, office.core, sheet, "1", Decimal(1), "x")
    office.sync()
    scoring.appraise(late.core, sheet, "1", Decimal(0), "Chưa thấy")
    sync_all(late, office, team)
    assert codes(late) == {"sheet_decided"}
    assert score_sheets.sheet(team.core, sheet).final == 80
    refused("sheet_decided", scoring.withdraw_sheet, team.core, sheet)


def test_nobody_scores_for_another_unit(small_world, desks, team, other_team, office):
    """The negative control: written past the action, the server sets it aside."""
    campaign = launched(office, team, other_team)
    sheet = handed(team, campaign, "40", "30", "10")
    sync_all(team, office, other_team)
    area = synced(desks, small_world, AREA, "Quàng Văn Hải")
    with team.writing() as writer:
        said = {"campaign_id": campaign, "criterion": "1", "points": "50"}
        writer.create("campaign_score", unit_id=team.unit, sheet_id=sheet, from_id=office.unit, **said)
        writer.create("campaign", unit_id=team.unit, title="Của tổ")
    with area.writing() as writer:
        writer.create("campaign_score", unit_id=team.unit, sheet_id=sheet, from_id=area.unit, **said)
        writer.create("campaign_result", unit_id=office.unit, campaign_id=campaign)
    with office.writing() as writer:
        # Not even the commune, which writes in the village otherwise, scores in the team's name.
        writer.create("campaign_score", unit_id=team.unit, from_id=team.unit, **said)
    sync_all(team, area, office)
    assert codes(team) == codes(area) == codes(office) == {"not_allowed"}


def test_a_new_version_makes_the_sheets_due_again_and_keeps_the_scores(team, office):
    campaign = launched(office, team)
    handed(team, campaign, "40", "30", "10")
    sync_all(team, office)
    changed = text(office, "Hỗ trợ tại hộ; 50; XHS01\nSáng kiến; 5\nBáo cáo đúng hạn; 45")
    campaigns.correct(office.core, campaign, changed)
    sync_all(office, team)
    (row,) = campaigns.view(team.core).rows
    assert (row.version, row.owed, row.twice) == (2, True, False)
    view = score_sheets.own_sheet(team.core, campaign)
    assert [(line.criterion.code, line.own.points) for line in view.lines] == [
        ("1", 40),
        ("3", 10),
        ("2", 30),
    ]
    # Ten points of five cannot be handed up.
    refused("points_outside", scoring.hand_up, team.core, campaign)
    scoring.score(team.core, campaign, "3", Decimal(5))
    scoring.hand_up(team.core, campaign)
    sync_all(team, office)
    (unit,) = [one for one in score_sheets.ranking(office.core, campaign).rows if one.sheet_id]
    assert (unit.own, unit.earlier) == (75, False)


def test_two_results_published_at_once_are_shown_until_one_stands_in_for_both(
    small_world, desks, team, other_team, office
):
    other = synced(desks, small_world, COMMUNE, "Lường Văn Toàn")
    campaign = launched(office, team, other_team, other)
    first = handed(team, campaign, "40", "30", "10")
    second = handed(other_team, campaign, "10", "10", "10")
    sync_all(team, other_team, office, other)
    refused("result_empty", scoring.publish, office.core, campaign)
    for desk, sheet in ((office, first), (other, second)):
        scoring.agree(desk.core, sheet)
        scoring.decide(desk.core, sheet, Word.ACCEPTED)
        scoring.publish(desk.core, campaign)
    sync_all(office, other, team)
    assert score_sheets.ranking(team.core, campaign).result.twice
    scoring.publish(office.core, campaign)
    sync_all(office, team)
    result = score_sheets.ranking(team.core, campaign).result
    assert (result.twice, len(result.content.rows)) == (False, 2)
    refused("campaign_published", campaigns.withdraw, office.core, campaign)


def test_only_those_who_were_asked_take_part_and_a_withdrawn_one_is_gone(team, other_team, office):
    campaign = launched(office, team, other_team, units=(other_team.unit,))
    assert campaigns.view(team.core).rows == ()
    assert len(campaigns.view(other_team.core).rows) == 1
    assert [row.unit_id for row in score_sheets.ranking(office.core, campaign).rows] == [other_team.unit]
    campaigns.withdraw(office.core, campaign)
    sync_all(office, other_team)
    assert campaigns.view(other_team.core).rows == ()


def test_areas_and_the_province_set_campaigns_for_communes(small_world, desks, team, office):
    area = synced(desks, small_world, AREA, "Quàng Văn Hải")
    province = synced(desks, small_world, "14", "Hoàng Thu Hà")
    both = [launched(desk, office, team) for desk in (area, province)]
    assert {row.campaign_id for row in campaigns.view(office.core).rows if row.takes_part} == set(both)
    assert campaigns.view(team.core).rows == ()
    for campaign, desk in zip(both, (area, province), strict=True):
        sheet = handed(office, campaign, "50", "30", "20")
        sync_all(office, desk)
        scoring.agree(desk.core, sheet)
        scoring.decide(desk.core, sheet, Word.ACCEPTED)
        scoring.publish(desk.core, campaign)
        sync_all(desk, office)
        assert score_sheets.ranking(office.core, campaign).result.content.rows[0].final == 100


def test_a_figure_stands_beside_the_score_and_small_ones_are_hidden_from_above(team, office):
    with team.writing() as writer:
        homes = [writer.create("household", village_id=team.unit, code=f"HN-{n}") for n in range(12)]
        for home in homes[:8]:
            writer.create(
                "observation", village_id=team.unit, subject="household", subject_id=home,
                fact="smartphone_household", value=1, held_on=team.core.today.isoformat(), how="seen",
            )  # fmt: skip
    campaign = launched(office, team)
    shown = score_sheets.own_sheet(team.core, campaign).lines[0].figure
    assert shown
    sheet = handed(team, campaign, "40", "30", "10")
    sync_all(team, office)
    assert score_sheets.sheet(office.core, sheet).lines[0].figure == shown


def test_scores_given_on_two_laptops_in_any_order_are_the_same_everywhere(small_world, desks, team, office):
    seed = random.randrange(2**32)
    print("seed", seed)  # noqa: T201
    drawn = random.Random(seed)
    other = synced(desks, small_world, VILLAGE, "Hà Văn Pản")
    campaign = launched(office, team, other)
    said: dict[str, set[int]] = {code: set() for code in "123"}
    for _turn in range(12):
        desk, code, points = drawn.choice([team, other]), drawn.choice("123"), drawn.randrange(20)
        scoring.score(desk.core, campaign, code, Decimal(points))
        said[code].add(points)
        if drawn.random() < 0.3:
            drawn.choice([team, other]).sync()
    sync_all(team, other, office)
    seen = [
        {line.criterion.code: {one.points for one in line.own.words}
         for line in score_sheets.own_sheet(desk.core, campaign).lines}
        for desk in (team, other)
    ]  # fmt: skip
    assert seen[0] == seen[1]
    for code, points in said.items():
        assert seen[0][code] <= points
        assert bool(seen[0][code]) == bool(points)


COLLECTIVE = CommendationText(
    Sort.COLLECTIVE, "commune_merit", "Tổ công nghệ số bản Nà Ngà", "Giúp 120 hộ", votes=Votes(9, 11)
)
PERSON = CommendationText(
    Sort.PERSON, "province_merit", "Lò Văn Ún", "Đi 300 buổi", "Tổ trưởng", "male", agreed=True
)


def row(desk, found):
    return next(one for one in commendations.view(desk.core) if one.commendation_id == found)


def test_a_person_is_named_in_the_commune_and_nowhere_above(small_world, desks, team, office):
    person, _undo, _changes = commendations.propose(team.core, PERSON)
    group, _undo, _changes = commendations.propose(team.core, COLLECTIVE)
    sync_all(team, office)
    assert row(office, person).says == PERSON
    area = synced(desks, small_world, AREA, "Quàng Văn Hải")
    above = row(area, person)
    assert (above.known, above.says.name, above.says.merits, above.says.post) == (False, "", "", "")
    assert above.says.sort is Sort.PERSON
    assert row(area, group).says == COLLECTIVE
    assert commendations.waiting(office.core) == 2


def test_a_proposal_returns_with_a_reason_and_its_next_version_is_listed(team, office):
    first, _undo, _changes = commendations.propose(team.core, COLLECTIVE)
    sync_all(team, office)
    commendations.decide(office.core, first, Word.RETURNED, "Thiếu biên bản")
    sync_all(office, team)
    again = replace(COLLECTIVE, votes=Votes(10, 11))
    second, _undo, _changes = commendations.propose(
        team.core, again, voted_on=team.core.today, corrects=first
    )
    sync_all(team, office)
    assert row(office, first).corrected
    assert commendations.listed(office.core) == ()
    commendations.decide(office.core, second, Word.ACCEPTED)
    sync_all(office, team)
    assert [one.says.votes for one in commendations.listed(office.core)] == [Votes(10, 11)]
    assert row(team, second).state is State.ACCEPTED
    refused("commendation_closed", commendations.withdraw, team.core, second)


def test_two_who_decide_on_a_proposal_at_once_are_both_heard(small_world, desks, team, office):
    other = synced(desks, small_world, COMMUNE, "Lường Văn Toàn")
    found, _undo, _changes = commendations.propose(team.core, COLLECTIVE)
    sync_all(team, office, other)
    commendations.decide(office.core, found, Word.ACCEPTED)
    commendations.decide(other.core, found, Word.REFUSED, "Chưa đủ phiếu")
    sync_all(office, other, team)
    assert {row(desk, found).state for desk in (office, other, team)} == {State.CONTRARY}


def test_a_mistake_is_named_and_nothing_kept(team, office):
    today = office.core.today
    campaign = launched(office, team)
    for code, act in {
        "campaign_untitled": lambda: campaigns.launch(office.core, text(office, title=" ")),
        "campaign_without_criteria": lambda: campaigns.launch(office.core, text(office, "")),
        "criterion_twice": lambda: campaigns.launch(office.core, text(office, "A; 5\nA; 6")),
        "criterion_points": lambda: campaigns.launch(office.core, text(office, "A; 0")),
        "indicator_not_counted": lambda: campaigns.launch(office.core, text(office, "A; 5; EXT06")),
        "days_reversed": lambda: campaigns.launch(office.core, text(office, last=today - timedelta(days=90))),
        "campaign_due_before_start": lambda: campaigns.launch(
            office.core, text(office, due_on=today - timedelta(days=61))
        ),
        "board_unit_unknown": lambda: campaigns.launch(office.core, text(office), [bytes(16)]),
        "campaign_not_yours": lambda: campaigns.launch(team.core, text(team)),
        "campaign_unknown": lambda: scoring.score(team.core, bytes(16), "1", Decimal(1)),
        "criterion_unknown": lambda: scoring.score(team.core, campaign, "9", Decimal(1)),
        "points_outside": lambda: scoring.score(team.core, campaign, "3", Decimal("20.01")),
        "criteria_missing": lambda: scoring.hand_up(team.core, campaign),
        "campaign_not_about_you": lambda: scoring.score(office.core, campaign, "1", Decimal(1)),
        "award_unknown": lambda: commendations.propose(team.core, replace(COLLECTIVE, award="x")),
        "commendation_unnamed": lambda: commendations.propose(team.core, replace(COLLECTIVE, name=" ")),
        "commendation_merits_missing": lambda: commendations.propose(team.core, replace(PERSON, merits="")),
        "votes_outside": lambda: commendations.propose(team.core, replace(PERSON, votes=Votes(3, 2))),
        "voted_later": lambda: commendations.propose(
            team.core, PERSON, voted_on=today + timedelta(days=1)
        ),
    }.items():  # fmt: skip
        refused(code, act)
    assert len(campaigns.view(office.core).rows) == 1
    assert commendations.view(team.core) == ()
