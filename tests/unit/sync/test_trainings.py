"""Two laptops take the list of one session offline: nobody is lost, nobody stands there twice.

The session of the commune reaches its teams; tasks of whoever could not do it arrive at the teams of two
villages, and what a team did about one comes back.
"""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from tests.unit.server.conftest import AREA, COMMUNE, OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE
from tests.unit.sync.desks import server_rows, sync_all, synced
from tongcds.actions import (
    assessing,
    attendance,
    follow_ups,
    returned,
    training_figures,
    trainings,
    visits,
)
from tongcds.domain.training import Ability, Phase, State
from tongcds.domain.views import Result, SupportEntry, VisitEntry
from tongcds.domain.views.training import Guest, Ratings, Shown, TrainingPlan
from tongcds.storage.presence import known_facts

SKILLS = ("K6.1", "K6.2", "K6.4")
HOMES, GUESTS = 30, 30


def people(desk, count, village):
    """Households of one, as many, with marked names."""
    made = []
    with desk.writing() as writer:
        for at in range(count):
            household = writer.reserve()
            person = writer.create(
                "person",
                village_id=village,
                household_id=household,
                full_name=f"Lò Thị Hặc {at}",
                birth="1952",
            )
            writer.create(
                "household", reserved=household, village_id=village, code=f"HN-{at}", head_id=person
            )
            made.append((household, person))
    return made


def plan(desk, *villages):
    wanted = TrainingPlan(desk.core.today, 8 * 60, "Nhà văn hoá xã", course="older/1", villages=villages)
    made, _undo, _changes = trainings.plan(desk.core, wanted)
    return made


def seen(desk, training):
    """Everything that a session shows, in a form that two computers can be held against each other by."""
    view = trainings.open_one(desk.core, training)
    return (
        [(one.subject_id, one.name, one.invited, one.here, dict(one.checks)) for one in view.people],
        view.shares,
        view.tasks,
        view.ratings,
    )


@pytest.fixture
def first(small_world, desks):
    return synced(desks, small_world, COMMUNE, "Cà Thị Hương")


@pytest.fixture
def second(small_world, desks):
    return synced(desks, small_world, COMMUNE, "Lường Văn Toàn")


def test_two_laptops_take_the_list_of_sixty_offline_and_agree(first, second, small_world, desks):
    """Half of the people are of registers, some ticked at both doors; half are guests, some at both too."""
    teams = [
        synced(desks, small_world, VILLAGE, "Lò Thị Ngân"),
        synced(desks, small_world, SECOND_VILLAGE, "Lò Văn Ún"),
    ]
    registered = [one for team in teams for one in people(team, HOMES // 2, team.unit)]
    sync_all(*teams, first)
    training = plan(first, *(team.unit for team in teams))
    sync_all(first, second)
    guests = [Guest(f"Vì Thị Xôm {at}", 1949, "Bản Nà Ngà") for at in range(GUESTS)]
    ids = [person for _household, person in registered]
    for desk, mine in ((first, slice(0, 20)), (second, slice(10, 30))):
        attendance.come(desk.core, training, ids[mine])
        at_door = [attendance.guest(desk.core, training, who)[0] for who in guests[mine]]
        here = [*ids[mine], *at_door]
        checks = [
            Shown(who, skill, phase, Ability.CANNOT if at % 5 == 0 else Ability.ALONE)
            for at, who in enumerate(here)
            for skill in SKILLS
            for phase in (Phase.BEFORE, Phase.AFTER)
        ]
        assessing.assess(desk.core, training, checks)
        assessing.rate(desk.core, training, Ratings(10, 2, 1))
        assessing.finish(desk.core, training, desk.core.today + timedelta(days=14))
    before = {
        one.subject_id for desk in (first, second) for one in trainings.open_one(desk.core, training).people
    }
    sync_all(first, second)
    assert seen(first, training) == seen(second, training)
    shown = trainings.open_one(first.core, training)
    assert len(shown.people) == len(before) == HOMES + GUESTS
    assert all(one.here for one in shown.people)
    assert shown.row.state is State.HELD
    assert shown.ratings == Ratings(20, 4, 2)
    assert [share.asked_after for share in shown.shares] == [60, 60, 60]
    assert len({(task.subject_id, task.skill) for task in shown.tasks}) == len(shown.tasks)
    assert not any(
        row["subject_type"] in {"attendance", "skill_check"}
        for row in server_rows(small_world, "conflict").values()
    )
    sync_all(*teams)
    for team in teams:
        todo = [row for row in follow_ups.tasks(team.core).rows if "—" in row.title]
        mine = {
            (task.name, task.skill)
            for task in shown.tasks
            if task.subject_id in set(ids) and _lives(team, task)
        }
        assert len(todo) == len(mine) > 0
    assert {task.subject_id for task in shown.tasks} <= set(ids)


def _lives(team, task):
    return task.subject_id in team.rows("person")


def test_a_task_that_two_laptops_made_is_one_and_is_done_for_both(first, second, small_world, desks):
    team = synced(desks, small_world, VILLAGE, "Lò Thị Ngân")
    ((household, person),) = people(team, 1, team.unit)
    sync_all(team, first)
    training = plan(first, team.unit)
    sync_all(first, second)
    for desk in (first, second):
        attendance.come(desk.core, training, [person])
        assessing.assess(desk.core, training, [Shown(person, "K6.1", Phase.AFTER, Ability.CANNOT)])
        made, _undo, _changes = assessing.finish(desk.core, training, desk.core.today)
        assert made == 1
    first.sync()
    team.sync()
    (task,) = follow_ups.tasks(team.core).rows
    follow_ups.finish(team.core, task.follow_up_id)
    sync_all(team, second, team)
    assert len(server_rows(small_world, "follow_up")) == 2
    assert follow_ups.tasks(team.core).total == 0
    sync_all(first)
    (followed,) = trainings.open_one(first.core, training).tasks
    assert followed.visited_on == team.core.today
    assert household in team.rows("household")


def test_a_visit_of_the_team_comes_back_to_the_trainer_and_moves_the_register(first, small_world, desks):
    team = synced(desks, small_world, VILLAGE, "Lò Thị Ngân")
    ((household, person),) = people(team, 1, team.unit)
    sync_all(team, first)
    training = plan(first, team.unit)
    attendance.come(first.core, training, [person])
    assessing.assess(
        first.core,
        training,
        [
            Shown(person, "K6.1", Phase.AFTER, Ability.CANNOT),
            Shown(person, "K6.2", Phase.AFTER, Ability.ALONE),
        ],
    )
    assessing.finish(first.core, training, first.core.today)
    sync_all(first, team)
    with team.core.vault.read() as connection:
        known = known_facts(connection, [person], team.core.today)[person]
    assert known["safety_trained"].value
    visit = VisitEntry(household, team.core.today, (SupportEntry("SE01", (person,), Result.TOGETHER),))
    visits.save_visit(team.core, visit)
    sync_all(team, first)
    (task,) = trainings.open_one(first.core, training).tasks
    assert (task.visited_on, task.can) == (team.core.today, Ability.HELPED)


def test_who_unticks_has_not_seen_a_tick_of_another_laptop_which_stays(first, second, small_world, desks):
    team = synced(desks, small_world, VILLAGE, "Lò Thị Ngân")
    persons = [person for _household, person in people(team, 2, team.unit)]
    sync_all(team, first)
    training = plan(first, team.unit)
    attendance.invite(first.core, training, persons)
    attendance.come(first.core, training, persons)
    sync_all(first, second)
    attendance.not_here(first.core, training, persons)
    attendance.not_here(second.core, training, persons[:1])
    attendance.come(second.core, training, persons[:1])
    sync_all(first, second)
    assert seen(first, training) == seen(second, training)
    listed = {
        one.subject_id: (one.invited, one.here) for one in trainings.open_one(first.core, training).people
    }
    assert listed == {persons[0]: (True, True), persons[1]: (True, False)}
    assert server_rows(small_world, "conflict") == {}


def test_ticks_of_any_order_on_two_laptops_end_the_same_on_both(first, second, small_world, desks):
    team = synced(desks, small_world, VILLAGE, "Lò Thị Ngân")
    persons = [person for _household, person in people(team, 5, team.unit)]
    sync_all(team, first)
    training = plan(first, team.unit)
    sync_all(first, second)
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # noqa: T201 - pytest shows it when the test fails
    draw = random.Random(seed)
    acts = (attendance.come, attendance.come, attendance.not_here, attendance.invite, attendance.call_off)
    for _turn in range(6):
        for desk in (first, second):
            for _act in range(4):
                draw.choice(acts)(desk.core, training, draw.sample(persons, draw.randint(1, 5)))
        if draw.random() < 0.5:
            sync_all(first, second)
    sync_all(first, second)
    assert seen(first, training) == seen(second, training)
    assert server_rows(small_world, "conflict") == {}


def test_a_team_sees_its_own_people_of_a_session_of_the_commune_and_others_see_nobody(
    first, small_world, desks
):
    team = synced(desks, small_world, VILLAGE, "Lò Thị Ngân")
    neighbours = synced(desks, small_world, SECOND_VILLAGE, "Lò Văn Ún")
    strangers = synced(desks, small_world, OTHER_VILLAGE, "Hà Thị Xuân")
    area = synced(desks, small_world, AREA, "Quàng Văn Hải")
    mine, theirs = (people(desk, 1, desk.unit)[0][1] for desk in (team, neighbours))
    sync_all(team, neighbours, first)
    training = plan(first, team.unit, neighbours.unit)
    attendance.come(first.core, training, [mine, theirs])
    sync_all(first, team, neighbours, strangers, area)
    assert [one.subject_id for one in trainings.open_one(team.core, training).people] == [mine]
    assert [one.subject_id for one in trainings.open_one(neighbours.core, training).people] == [theirs]
    assert trainings.view(strangers.core).rows == ()
    assert trainings.open_one(area.core, training).people == ()
    assert (area.rows("attendance"), area.rows("skill_check")) == ({}, {})
    assert trainings.view(area.core).rows[0].title == trainings.view(first.core).rows[0].title


def test_nobody_changes_a_session_of_another_unit_past_the_actions(first, small_world, desks):
    """The negative control: what a team writes of the commune's session is set aside by the server."""
    team = synced(desks, small_world, VILLAGE, "Lò Thị Ngân")
    training = plan(first, team.unit)
    sync_all(first, team)
    team.update(training, "training", place="Chỗ khác")
    sync_all(team, first)
    assert trainings.the_row(first.core, training).place == "Nhà văn hoá xã"
    assert {row.code for row in returned.returned(team.core)} == {"not_allowed"}


def test_whom_to_ask_again_is_the_same_on_all_laptops_and_an_answer_of_one_is_an_answer_for_all(
    first, second, small_world, desks, clock
):
    team = synced(desks, small_world, VILLAGE, "Lò Thị Ngân")
    persons = [person for _household, person in people(team, 2, team.unit)]
    sync_all(team, first)
    training = plan(first, team.unit)
    attendance.come(first.core, training, persons)
    sync_all(first, second, team)
    clock.advance(days=30)

    def asked(desk):
        return [(one.subject_id, one.skill) for one in training_figures.to_ask(desk.core)]

    assert asked(first) == asked(second) == asked(team)
    assert len(asked(team)) == len(persons) * len(SKILLS)
    shown = [Shown(persons[0], skill, Phase.LATER, Ability.ALONE) for skill in SKILLS]
    assessing.assess(team.core, training, shown)
    assessing.assess(second.core, training, shown[:1])
    sync_all(team, second, first, team)
    for desk in (first, second, team):
        assert {who for who, _skill in asked(desk)} == {persons[1]}
    day = first.core.today
    kept = training_figures.figures(first.core, day - timedelta(days=60), day).kept
    assert {(one.after, one.alone, one.asked, one.taught) for one in kept} == {(30, 1, 1, 2)}
