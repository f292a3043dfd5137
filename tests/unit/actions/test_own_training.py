"""Members of teams and offices learn themselves: invited, ticked, looked at, and what each still lacks."""

from __future__ import annotations

from tests.unit.actions.conftest import COMMUNE, MEMBER, VILLAGE, Core, Home
from tests.unit.actions.test_trainings import here, planned, showed
from tongcds.actions import assessing, attendance, follow_ups, training_figures, trainings
from tongcds.domain.training import Ability, Audience
from tongcds.domain.views.training import MemberSkills

TEAM_SKILLS = ("T1", "T2", "T3", "T4", "T5", "T6")


def member(core: Core, name: str, unit: bytes = VILLAGE, **fields: object) -> bytes:
    with core.vault.change(core.author()) as change:
        return change.writer.create("member", unit_id=unit, full_name=name, birth_year=1990, **fields)


def skills_of(core: Core) -> dict[str, MemberSkills]:
    day = core.today
    return {one.name: one for one in training_figures.figures(core, day, day).members}


def test_members_of_teams_are_invited_taught_and_lack_what_they_cannot_do(commune: Core, home: Home) -> None:
    ngan = member(commune, "Lò Thị Bích")
    member(commune, "Cầm Văn Ín")
    member(commune, "Quàng Văn Hải", left_on="2026-11-01")
    training = planned(commune, course="team/1")
    assert len(attendance.members_to_invite(commune, training)) == 2, "whoever left is not asked"
    attendance.invite(commune, training, attendance.members_to_invite(commune, training))
    assert attendance.members_to_invite(commune, training) == ()
    (found,) = attendance.candidates(commune, training, "bich 1990")
    assert (found.subject_id, found.village) == (ngan, "Bản Nà Ngà")
    attendance.come(commune, training, [ngan])
    attendance.come(commune, training, [ngan])
    (listed,) = [one for one in trainings.open_one(commune, training).people if one.here]
    assert (listed.member, listed.name, listed.birth_year, listed.village_id) == (
        True, "Lò Thị Bích", 1990, VILLAGE,
    )  # fmt: skip
    seen = [
        showed(ngan, Ability.ALONE, "T1"),
        showed(ngan, Ability.HELPED, "T2"),
        showed(ngan, Ability.CANNOT, "T3"),
    ]
    assessing.assess(commune, training, seen)
    made, _undo, _changes = assessing.finish(commune, training, commune.today)
    view = trainings.open_one(commune, training)
    assert (made, view.to_visit, view.guests_to_visit) == (0, 0, 0), "nobody goes to a member's house"
    assert follow_ups.tasks(commune).total == 0
    skills = skills_of(commune)
    assert (skills["Lò Thị Bích"].sessions, skills["Lò Thị Bích"].can, skills["Lò Thị Bích"].lacks) == (
        1, ("T1", "T2"), ("T3", "T4", "T5", "T6"),
    )  # fmt: skip
    assert skills["Cầm Văn Ín"].lacks == TEAM_SKILLS
    assert "Quàng Văn Hải" not in skills
    figures = training_figures.figures(commune, commune.today, commune.today)
    assert (figures.trained, len(figures.members), figures.guests) == (1, 3, 0)
    assert [(one.people, one.guests) for one in figures.villages] == [(0, 0)], "no village was reached by it"


def test_a_session_for_officials_is_for_the_office_and_one_for_citizens_finds_no_member(
    commune: Core, home: Home
) -> None:
    member(commune, "Lò Thị Bích")
    officials = planned(commune, course="", skills=("C1",), audience=Audience.OFFICIALS)
    assert attendance.members_to_invite(commune, officials) == (MEMBER,)
    attendance.come(commune, officials, [MEMBER])
    assert here(commune, officials) == ["Lò Thị Ngân"]
    assessing.assess(commune, officials, [showed(MEMBER, Ability.ALONE, "C1")])
    office = next(one for one in skills_of(commune).values() if one.member_id == MEMBER)
    assert (office.can, office.lacks) == (("C1",), ("C2",))
    citizens = planned(commune)
    assert attendance.candidates(commune, citizens, "bich") == ()
    assert COMMUNE != VILLAGE
