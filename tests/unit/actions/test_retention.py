"""Who is asked again after 30 and 90 days, and what figures make of the answers."""

from __future__ import annotations

from datetime import date

import pytest

from tests.surroundings import FakeClock
from tests.unit.actions.conftest import Core, Home
from tests.unit.actions.test_trainings import MAI, UN, XUAN, known, planned, showed
from tongcds.actions import assessing, attendance, training_figures, trainings
from tongcds.domain.training import Ability, Phase, asked_after
from tongcds.domain.views.training import Guest, Kept


@pytest.mark.parametrize(
    ("day", "after"),
    [("2026-12-07", None), ("2026-12-08", 30), ("2027-01-21", 30), ("2027-01-22", 90), ("2027-05-22", 90),
     ("2027-05-23", None)],
)  # fmt: skip
def test_an_answer_belongs_to_the_nearer_of_both_times(day: str, after: int | None) -> None:
    assert asked_after(date(2026, 11, 23), date.fromisoformat(day)) == after


def asked(core: Core) -> list[tuple[bytes, int]]:
    return [(one.subject_id, one.after) for one in training_figures.to_ask(core)]


def test_whoever_was_taught_is_asked_after_30_days_and_again_after_90(
    team: Core, home: Home, clock: FakeClock
) -> None:
    training = planned(team, course="", skills=("K6.1",))
    xuan, un, mai = (home.people[at] for at in (XUAN, UN, MAI))
    attendance.come(team, training, [xuan, un])
    attendance.invite(team, training, [mai])
    attendance.guest(team, training, Guest("Vì Thị Xôm", 1949))
    assessing.assess(team, training, [showed(xuan, Ability.ALONE), showed(un, Ability.CANNOT)])
    clock.advance(days=29)
    assert asked(team) == []
    clock.advance(days=1)
    assert sorted(asked(team)) == sorted([(xuan, 30), (un, 30)]), "who was there, and is of a register"
    assert {one.at_end for one in training_figures.to_ask(team)} == {Ability.ALONE, Ability.CANNOT}
    assessing.assess(team, training, [showed(xuan, Ability.ALONE, phase=Phase.LATER)])
    assert asked(team) == [(un, 30)]
    clock.advance(days=60)
    assert sorted(asked(team)) == sorted([(xuan, 90), (un, 90)]), "once more, and never for what is over"
    assessing.assess(team, training, [showed(xuan, Ability.CANNOT, phase=Phase.LATER)])
    assessing.assess(team, training, [showed(un, Ability.ALONE, phase=Phase.LATER)])
    assert asked(team) == []
    first, last = date(2026, 1, 1), team.today
    assert training_figures.figures(team, first, last).kept == (
        Kept("K6.1", 30, alone=1, asked=1, taught=2),
        Kept("K6.1", 90, alone=1, asked=2, taught=2),
    )
    (listed,) = [one for one in trainings.open_one(team, training).people if one.subject_id == xuan]
    assert listed.checks["K6.1", Phase.LATER] is Ability.CANNOT


def test_the_same_answer_at_both_times_is_two_answers_and_a_slip_corrects_its_own_time_alone(
    team: Core, home: Home, clock: FakeClock
) -> None:
    training, xuan = planned(team, course="", skills=("K6.1",)), home.people[XUAN]
    attendance.come(team, training, [xuan])
    clock.advance(days=30)
    assessing.assess(team, training, [showed(xuan, Ability.ALONE, phase=Phase.LATER)])
    clock.advance(days=60)
    assessing.assess(team, training, [showed(xuan, Ability.ALONE, phase=Phase.LATER)])
    assert asked(team) == []
    assert "safety_trained" in known(team, xuan)
    assessing.assess(team, training, [showed(xuan, Ability.CANNOT, phase=Phase.LATER)])
    assert "safety_trained" in known(team, xuan), "what was seen after a month stays"
    kept = training_figures.figures(team, date(2026, 1, 1), team.today).kept
    assert [(one.after, one.alone, one.asked) for one in kept] == [(30, 1, 1), (90, 0, 1)]
