"""Sessions on one computer: planning, ticking, checks that move figures, tasks, slips, paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.unit.actions.conftest import VILLAGE, Core, Home
from tongcds.actions import (
    assessing,
    attendance,
    duplicates,
    follow_ups,
    guidance,
    privacy,
    register,
    training_figures,
    training_news,
    trainings,
    visits,
)
from tongcds.actions.journal import take_back
from tongcds.domain import record_code
from tongcds.domain.training import Ability, Audience, Phase, State
from tongcds.domain.views import HouseholdFilter, Result, SupportEntry, VisitEntry
from tongcds.domain.views.training import Guest, Ratings, Shown, TrainingPlan
from tongcds.errors import UserError
from tongcds.storage.presence import known_facts

EVENING = 19 * 60 + 30
XUAN, UN, MAI = 0, 1, 2


def planned(core: Core, **changed: object) -> bytes:
    made, _undo, _changes = trainings.plan(core, plan(core, **changed))
    return made


def plan(core: Core, **changed: object) -> TrainingPlan:
    wanted = TrainingPlan(core.today, EVENING, "Nhà văn hoá bản", course="older/1", trainers=("Lò Thị Ngân",))
    return replace(wanted, **changed)


def showed(who: bytes, ability: Ability, skill: str = "K6.1", phase: Phase = Phase.AFTER) -> Shown:
    return Shown(who, skill, phase, ability)


def here(core: Core, training: bytes) -> list[str]:
    return [one.name for one in trainings.open_one(core, training).people if one.here]


def known(core: Core, who: bytes) -> set[str]:
    with core.vault.read() as connection:
        found = known_facts(connection, [who], core.today).get(who, {})
    return {fact for fact, said in found.items() if said.value}


def test_what_a_plan_leaves_open_is_the_courses(team: Core) -> None:
    row = trainings.the_row(team, planned(team, villages=(VILLAGE,)))
    assert (row.title, row.minutes, row.skills, row.audience) == (
        "An toàn trên mạng cho người cao tuổi", 135, ("K6.1", "K6.2", "K6.4"), Audience.CITIZENS,
    )  # fmt: skip
    assert (row.state, row.mine, row.village_names, row.clashes) == (State.PLANNED, True, ("Bản Nà Ngà",), ())
    own = trainings.the_row(team, planned(team, course="", skills=("K4.2",), title=" Quét  QR ", minutes=30))
    assert (own.title, own.minutes, own.skills) == ("Quét QR", 30, ("K4.2",))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"course": "none/1"}, "training_course_unknown"),
        ({"skills": ("K99",)}, "training_skill_unknown"),
        ({"course": ""}, "training_nothing_taught"),
        ({"place": "  "}, "training_place_missing"),
        ({"starts": 24 * 60}, "training_time_wrong"),
        ({"minutes": 0}, "training_time_wrong"),
        ({"capacity": 0}, "training_capacity_wrong"),
        ({"note": "a" * 1001}, "text_too_long"),
        ({"villages": (bytes(16),)}, "village_unknown"),
    ],
)
def test_a_plan_that_is_not_whole_is_refused_and_nothing_written(team: Core, changed, code: str) -> None:
    with pytest.raises(UserError, match=code):
        planned(team, **changed)
    assert trainings.view(team).rows == ()


def test_a_clash_is_said_before_it_is_planned_and_in_the_list_and_stops_nobody(team: Core) -> None:
    first = planned(team)
    wanted = plan(team, starts=EVENING + 60, place="nha van hoa ban", trainers=())
    ((row, clash),) = trainings.would_clash(team, wanted)
    assert (row.training_id, clash.place, clash.trainers) == (first, True, ())
    second, undo, _changes = trainings.plan(team, wanted)
    assert all(row.clashes for row in trainings.view(team).rows)
    trainings.cancel(team, first, "Mưa lũ")
    assert not any(row.clashes for row in trainings.view(team).rows)
    take_back(team, undo)
    assert second not in {row.training_id for row in trainings.view(team).rows}


def test_it_is_postponed_with_a_reason_called_off_and_put_on_a_day_again(team: Core) -> None:
    training, first = planned(team), team.today
    trainings.postpone(team, training, first + timedelta(days=2), 8 * 60, "Mất điện")
    trainings.postpone(team, training, first + timedelta(days=3))
    row = trainings.the_row(team, training)
    assert (row.on, row.starts, row.moved_from) == (first + timedelta(days=3), 8 * 60, first)
    trainings.cancel(team, training, "Mưa lũ")
    assert trainings.the_row(team, training).reason == "Mưa lũ"
    with pytest.raises(UserError, match="training_cancelled"):
        attendance.guest(team, training, Guest("Vì Thị Xôm"))
    trainings.postpone(team, training, first)
    row = trainings.the_row(team, training)
    assert (row.state, row.moved_from) == (State.PLANNED, None)
    for wrong, act in (
        ("training_day_over", lambda: trainings.postpone(team, training, first - timedelta(days=1))),
        ("training_reason_missing", lambda: trainings.cancel(team, training, " ")),
        ("training_unknown", lambda: trainings.postpone(team, bytes(16), first)),
        ("training_repeat_wrong", lambda: trainings.repeat(team, training, every=0, times=1)),
    ):
        with pytest.raises(UserError, match=wrong):
            act()


def test_it_is_repeated_every_week_as_it_was_planned(team: Core) -> None:
    training = planned(team, capacity=40)
    made, undo, _changes = trainings.repeat(team, training, every=7, times=3)
    rows = {row.training_id: row for row in trainings.view(team).rows}
    assert [rows[one].on - team.today for one in made] == [timedelta(days=7 * at) for at in (1, 2, 3)]
    assert {rows[one].capacity for one in made} == {40}
    take_back(team, undo)
    assert [row.training_id for row in trainings.view(team).rows] == [training]


def test_the_next_session_stands_on_top_and_what_was_stands_below(team: Core) -> None:
    days = {planned(team, on=team.today + timedelta(days=shift)): shift for shift in (-3, 5, 0, -1)}
    assert [days[row.training_id] for row in trainings.view(team).rows] == [0, 5, -1, -3]


def test_a_commune_tells_the_teams_of_the_villages_and_a_team_does_not(commune: Core, team: Core) -> None:
    training = planned(commune, villages=(VILLAGE,))
    training_news.announce(commune, training)
    trainings.cancel(commune, training, "Mưa lũ")
    training_news.announce(commune, training)
    said = {row.says.title: row for row in guidance.view(commune).announcements}
    called_off = said["Hủy buổi tập huấn: An toàn trên mạng cho người cao tuổi"]
    assert called_off.village == "Bản Nà Ngà"
    assert "Mưa lũ" in called_off.says.text
    assert "Nhà văn hoá bản" in said["Tập huấn: An toàn trên mạng cho người cao tuổi"].says.text
    with pytest.raises(UserError, match="not_a_commune"):
        training_news.announce(team, planned(team))


def test_a_session_of_another_unit_is_read_and_its_list_taken_but_not_changed(team: Core, home: Home) -> None:
    with team.vault.change(team.author()) as change:
        training = change.writer.create(
            "training", unit_id=bytes(16), title="Của xã", on=team.today.isoformat(), starts_at=480,
            minutes=60, skills="K6.1", state="planned",
        )  # fmt: skip
    attendance.come(team, training, home.people[:1])
    assert here(team, training) == ["Hà Thị Xuân"]
    for act in (
        lambda: trainings.cancel(team, training, "a"),
        lambda: trainings.postpone(team, training, team.today),
        lambda: trainings.replan(team, training, plan(team)),
    ):
        with pytest.raises(UserError, match="training_not_yours"):
            act()


def test_people_are_found_without_marks_by_part_of_a_name_and_year_and_ticked(team: Core, home: Home) -> None:
    training = planned(team)
    assert [one.name for one in attendance.candidates(team, training, "lo")] == ["Lò Thị Mai", "Lò Văn Ún"]
    (mai,) = attendance.candidates(team, training, "lo 2004")
    assert (mai.subject_id, mai.birth_year, mai.village, mai.here) == (
        home.people[MAI], 2004, "Bản Nà Ngà", False,
    )  # fmt: skip
    attendance.come(team, training, [mai.subject_id])
    (mai,) = attendance.candidates(team, training, "mai")
    assert mai.here
    assert attendance.candidates(team, training, "  ") == ()


def test_a_code_means_one_person_or_those_of_a_household(team: Core, home: Home) -> None:
    training = planned(team)
    xuan, un, mai = home.people
    guest, _undo, _changes = attendance.guest(team, training, Guest("Vì Thị Xôm", 1949, "Bản khác"))

    def found(typed: str) -> list[bytes]:
        return [one.subject_id for one in attendance.candidates(team, training, typed)]

    assert found(record_code.scanned_person(mai).lower()) == [mai]
    assert found(record_code.scanned_person(guest)) == [guest]
    pasted = [f"Quét: {record_code.scanned_person(one)} lúc 19:31" for one in (un, bytes(16), xuan, un)]
    assert found("\n".join(pasted)) == [un, xuan]
    for code in (record_code.scanned, record_code.short):
        assert set(found(code(home.household))) == {xuan, un, mai}
    for nothing in (
        record_code.scanned_person(bytes(16)),
        record_code.scanned(bytes(16)),
        record_code.scanned_person(mai)[:-1],
        record_code.scanned_person(mai)[:-2] + "00",
        record_code.scanned_round(home.household),
    ):
        assert found(nothing) == [], nothing


def test_a_code_of_a_record_that_another_stands_for_means_the_other(team: Core, home: Home) -> None:
    training = planned(team)
    xuan, un, _mai = home.people
    duplicates.merge(team, xuan, un)
    found = attendance.candidates(team, training, record_code.scanned_person(un))
    assert [one.subject_id for one in found] == [xuan]


def test_who_was_invited_and_is_unticked_stays_on_the_list(team: Core, home: Home) -> None:
    training = planned(team)
    attendance.invite(team, training, home.people[:2])
    undo, _changes = attendance.come(team, training, home.people)
    row = trainings.the_row(team, training)
    assert (row.invited, row.here) == (2, 3)
    take_back(team, undo)
    assert trainings.the_row(team, training).here == 0
    attendance.come(team, training, home.people)
    attendance.not_here(team, training, [home.people[XUAN], home.people[MAI]])
    listed = {one.name: (one.invited, one.here) for one in trainings.open_one(team, training).people}
    assert listed == {"Hà Thị Xuân": (True, False), "Lò Văn Ún": (True, True)}
    attendance.come(team, training, [home.people[XUAN]])
    attendance.call_off(team, training, [home.people[UN]])
    assert [one.name for one in trainings.open_one(team, training).people] == ["Hà Thị Xuân"]
    with pytest.raises(UserError, match="person_unknown"):
        attendance.come(team, training, [bytes(16)])


def test_people_are_invited_by_a_filter_and_an_age(team: Core, home: Home) -> None:
    training = planned(team)
    assert set(attendance.invitable(team, training, HouseholdFilter(), 48)) == {
        home.people[XUAN], home.people[UN],
    }  # fmt: skip
    attendance.invite(team, training, [home.people[UN]])
    assert set(attendance.invitable(team, training, HouseholdFilter(text="HN-0087"))) == {
        home.people[XUAN], home.people[MAI],
    }  # fmt: skip


def test_a_guest_is_written_down_once_and_a_second_of_that_name_when_said_so(team: Core) -> None:
    training = planned(team)
    guest = Guest("Vì Thị Xôm", 1949, "Bản khác")
    subject, _undo, _changes = attendance.guest(team, training, guest)
    with pytest.raises(UserError, match="guest_is_here"):
        attendance.guest(team, training, Guest("vi thi xom", 1949, "ban khac"))
    attendance.guest(team, training, guest, another=True)
    people = trainings.open_one(team, training).people
    assert [(one.name, one.birth_year, one.village, one.guest) for one in people] == [
        ("Vì Thị Xôm", 1949, "Bản khác", True),
        ("Vì Thị Xôm (2)", 1949, "Bản khác", True),
    ]
    attendance.not_here(team, training, [subject])
    assert [one.name for one in attendance.candidates(team, training, "xom 1949")] == ["Vì Thị Xôm (2)"]
    attendance.guest(team, training, guest)
    assert len(here(team, training)) == 2
    for wrong, who in (
        ("name_missing", Guest(" ")),
        ("guest_year_wrong", Guest("A", 1850)),
        ("guest_year_wrong", Guest("A", 2030)),
    ):
        with pytest.raises(UserError, match=wrong):
            attendance.guest(team, training, who)


def test_what_somebody_shows_moves_the_register_and_a_correction_takes_it_back(
    team: Core, home: Home
) -> None:
    training, who = planned(team), home.people[XUAN]
    attendance.come(team, training, [who])
    assessing.assess(team, training, [showed(who, Ability.ALONE, phase=Phase.BEFORE)])
    assert known(team, who) == set()
    assessing.assess(team, training, [showed(who, Ability.HELPED)])
    assert known(team, who) == {"skills_trained", "safety_trained"}
    undo, _changes = assessing.assess(team, training, [showed(who, Ability.CANNOT)])
    assert known(team, who) == set()
    take_back(team, undo)
    assert known(team, who) == {"skills_trained", "safety_trained"}
    (share, *_others) = trainings.open_one(team, training).shares
    assert (share.skill, share.before, share.asked_before, share.after, share.asked_after) == (
        "K6.1", 1, 1, 0, 1,
    )  # fmt: skip


def test_what_is_not_taught_or_who_is_not_on_the_list_is_refused_for_all(team: Core, home: Home) -> None:
    training = planned(team)
    attendance.come(team, training, [home.people[XUAN]])
    good = showed(home.people[XUAN], Ability.ALONE)
    for wrong, seen in (
        ("training_skill_unknown", showed(home.people[XUAN], Ability.ALONE, "K1.1")),
        ("training_not_on_list", showed(home.people[UN], Ability.ALONE)),
    ):
        with pytest.raises(UserError, match=wrong):
            assessing.assess(team, training, [good, seen])
    with pytest.raises(UserError, match="date_in_future"):
        assessing.assess(team, training, [good], team.today + timedelta(days=1))
    assert known(team, home.people[XUAN]) == set()


def test_whoever_could_not_becomes_a_task_once_and_the_trainer_sees_who_was_visited(
    team: Core, home: Home
) -> None:
    training, (xuan, un, _mai) = planned(team), home.people
    attendance.come(team, training, [xuan, un])
    guest, _undo, _changes = attendance.guest(team, training, Guest("Vì Thị Xôm"))
    seen = [showed(who, Ability.CANNOT) for who in (xuan, un, guest)]
    assessing.assess(team, training, [*seen, showed(xuan, Ability.HELPED, "K6.2")])
    opened = trainings.open_one(team, training)
    assert (opened.to_visit, opened.guests_to_visit) == (2, 1)
    due = team.today + timedelta(days=14)
    made, _undo, _changes = assessing.finish(team, training, due)
    again, _undo, _changes = assessing.finish(team, training, due)
    assert (made, again, trainings.the_row(team, training).state) == (2, 0, State.HELD)
    tasks = follow_ups.tasks(team).rows
    assert {task.title for task in tasks} == {
        "Hà Thị Xuân — Nhận diện lừa đảo trực tuyến",
        "Lò Văn Ún — Nhận diện lừa đảo trực tuyến",
    }
    assert {task.due for task in tasks} == {due}
    visit = VisitEntry(home.household, team.today, (SupportEntry("SE01", (xuan,), Result.ALONE),))
    visits.save_visit(team, visit)
    assert [task.title[:6] for task in follow_ups.tasks(team).rows] == ["Lò Văn"]
    assessing.assess(team, training, [showed(un, Ability.HELPED, phase=Phase.LATER)])
    followed = {task.name: (task.visited_on, task.can) for task in trainings.open_one(team, training).tasks}
    assert followed == {"Hà Thị Xuân": (team.today, Ability.ALONE), "Lò Văn Ún": (None, Ability.HELPED)}


def test_slips_add_up_and_can_be_taken_back(team: Core) -> None:
    training = planned(team)
    assessing.rate(team, training, Ratings(20, 3, 1))
    undo, _changes = assessing.rate(team, training, Ratings(1, 0, 0))
    assert trainings.open_one(team, training).ratings == Ratings(21, 3, 1)
    take_back(team, undo)
    assert trainings.open_one(team, training).ratings == Ratings(20, 3, 1)
    for wrong in (Ratings(), Ratings(-1, 2, 0), Ratings(2001, 0, 0)):
        with pytest.raises(UserError, match="training_slips_wrong"):
            assessing.rate(team, training, wrong)


def test_an_erased_person_leaves_the_list_and_a_guest_after_three_years(
    team: Core, home: Home, clock
) -> None:
    training = planned(team)
    attendance.come(team, training, home.people[:1])
    attendance.guest(team, training, Guest("Vì Thị Xôm", 1949))
    clock.advance(days=3 * 366)
    (due,) = [row for row in privacy.over_their_time(team) if row.title == "Vì Thị Xôm"]
    assert due.kind == "attendance"
    privacy.erase_over_their_time(team, (due,))
    assert [one.name for one in trainings.open_one(team, training).people] == ["Hà Thị Xuân"]


def test_the_register_of_another_day_is_left_alone_by_a_session_ahead(team: Core, home: Home) -> None:
    """Ticks may be made ahead of the day; what somebody shows is never noted for a day to come."""
    training = planned(team, on=team.today + timedelta(days=7))
    attendance.come(team, training, home.people[:1])
    assessing.assess(team, training, [showed(home.people[XUAN], Ability.ALONE)])
    with team.vault.read() as connection:
        facts = known_facts(connection, home.people[:1], team.today)
    assert facts[home.people[XUAN]]["safety_trained"].held_on == date(2026, 11, 23)
    assert register.household(team, home.household) is not None


def test_figures_count_a_person_once_a_village_whole_and_the_weakest_skill_first(
    team: Core, home: Home
) -> None:
    (xuan, un, mai), first = home.people, team.today - timedelta(days=7)
    for day in (team.today, team.today - timedelta(days=1), team.today - timedelta(days=8)):
        training = planned(team, on=day, minutes=90, trainers=("Lò Thị Ngân", "Cầm Văn Tuấn"))
        attendance.come(team, training, [xuan, un])
        attendance.guest(team, training, Guest("Vì Thị Xôm"))
        assessing.assess(
            team,
            training,
            [
                showed(xuan, Ability.CANNOT),
                showed(xuan, Ability.ALONE),
                showed(un, Ability.CANNOT),
                showed(un, Ability.ALONE, "K6.2"),
            ],
        )
    attendance.come(team, planned(team, trainers=("Lò Thị Ngân",)), [mai])
    trainings.cancel(team, planned(team), "Mưa")
    planned(team, on=team.today + timedelta(days=1))
    found = training_figures.figures(team, first, team.today)
    assert (found.sessions, found.minutes, found.there) == (3, 90 + 90 + 135, 7)
    # A guest belongs to one session, since nobody knows who they are.
    assert (found.people, found.guests) == (5, 2)
    assert [(one.village, one.people, one.guests, one.lives) for one in found.villages] == [
        ("Bản Nà Ngà", 3, 2, 3)
    ]
    weakest = [(one.skill, one.after, one.asked_after) for one in found.skills]
    assert weakest == [("K6.1", 2, 4), ("K6.2", 2, 2)]
    assert [(one.name, one.sessions, one.minutes, one.there) for one in found.trainers] == [
        ("Lò Thị Ngân", 3, 315, 7),
        ("Cầm Văn Tuấn", 2, 180, 6),
    ]
    with pytest.raises(UserError, match="period_invalid"):
        training_figures.figures(team, team.today, first)
