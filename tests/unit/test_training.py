"""Courses and proofs as data, hurried times, and which sessions clash."""

from __future__ import annotations

from datetime import date

import pytest

from tongcds.domain.catalogue import load_skills
from tongcds.domain.training import (
    Ability,
    Clash,
    Phase,
    Slot,
    clashes,
    course_lines,
    courses_in_force,
    facts_proved,
    guest_id,
    load_courses,
    proof_lines,
    read_time,
    share,
    skill_name,
    skill_words,
    split_year,
    time_words,
)

DAY = date(2026, 11, 25)
ONE, OTHER = b"1" * 16, b"2" * 16


def slot(training: bytes = OTHER, **other: object) -> Slot:
    values = {
        "training_id": training,
        "on": DAY,
        "starts": 19 * 60,
        "minutes": 90,
        "place": "Nhà văn hoá bản",
        "trainers": ("Lò Thị Ngân",),
    }
    return Slot(**{**values, **other})


def test_the_tables_that_ship_are_whole_and_a_course_takes_as_long_as_its_skills():
    assert (course_lines().problems, proof_lines().problems) == ((), ())
    older = load_courses()["older/1"]
    assert older.minutes == sum(load_skills()[code].minutes for code in ("K6.1", "K6.2", "K6.4"))
    assert older in courses_in_force(DAY)


def test_a_course_in_another_version_stays_beside_the_one_that_ended(tmp_path):
    head = "code,name_vi,name_en,audience,skills,basis,valid_from,valid_to,notes\n"
    (tmp_path / "courses.csv").write_text(
        head
        + "older/1,Cũ,Old,citizens,K6.1,own,,2026-11-24,\n"
        + "older/2,Mới,New,citizens,K6.1;K6.2,own,2026-11-25,,\n"
        + "broken/1,Sai,Wrong,citizens,K99,own,,,\n",
        encoding="utf-8",
    )
    lines = course_lines(tmp_path)
    assert [(course.code, course.in_force(DAY)) for course in lines.rows] == [
        ("older/1", False),
        ("older/2", True),
    ]
    assert [(problem.code, problem.params["line"]) for problem in lines.problems] == [
        ("table_reference_unknown", 4)
    ]


def test_only_what_somebody_can_do_proves_something():
    assert facts_proved("K3.1", Ability.HELPED) == ("skills_trained", "vneid2")
    assert facts_proved("K3.1", Ability.CANNOT) == ()
    assert facts_proved("T1", Ability.ALONE) == ()


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("19:30", 1170),
        ("19h30", 1170),
        ("19h", 1140),
        ("7", 420),
        ("24:00", None),
        ("7:75", None),
        ("x", None),
    ],
)
def test_a_time_is_read_as_a_hurried_hand_types_it(typed, minutes):
    assert read_time(typed) == minutes


def test_a_year_behind_a_name_is_one_and_a_number_alone_is_none():
    assert split_year("lo thi hac  1952") == ("lo thi hac", 1952)
    assert split_year("1952") == ("1952", None)
    assert split_year("hac 0981") == ("hac 0981", None)


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (slot(), (Clash(OTHER, place=True, trainers=("Lò Thị Ngân",)),)),
        (slot(place="nha van hoa ban", trainers=()), (Clash(OTHER, place=True, trainers=()),)),
        (slot(place="Trường", trainers=("lo thi ngan", "X")), (Clash(OTHER, False, ("Lò Thị Ngân",)),)),
        (slot(place="Trường", trainers=("X",)), ()),
        (slot(starts=19 * 60 + 90), ()),
        (slot(starts=19 * 60 + 89), (Clash(OTHER, place=True, trainers=("Lò Thị Ngân",)),)),
        (slot(on=date(2026, 11, 26)), ()),
        (slot(ONE), ()),
    ],
)
def test_sessions_clash_by_place_or_trainer_while_both_go_on(other, found):
    assert clashes(slot(ONE), [other]) == found


def test_a_guest_is_one_person_whatever_marks_were_typed():
    known = guest_id(ONE, "Lò Thị Hặc", 1952, "Bản Nà Ngà")
    assert guest_id(ONE, "LO THI HAC", 1952, "ban na nga") == known
    others = {
        guest_id(OTHER, "Lò Thị Hặc", 1952, "Bản Nà Ngà"),
        guest_id(ONE, "Lò Thị Hặc", 1953, "Bản Nà Ngà"),
        guest_id(ONE, "Lò Thị Hặc", 1952, "Nà Hạ"),
        guest_id(ONE, "Lò Thị Hặc (2)", 1952, "Bản Nà Ngà"),
    }
    assert len(others) == 4
    assert known not in others


def test_only_whoever_was_looked_at_counts():
    seen = [(Phase.BEFORE, Ability.CANNOT), (Phase.AFTER, Ability.ALONE), (Phase.AFTER, Ability.HELPED)]
    counted = share("K6.1", [*seen, (Phase.LATER, Ability.ALONE)])
    assert (counted.before, counted.asked_before, counted.after, counted.asked_after) == (0, 1, 1, 2)


def test_a_part_of_nobody_is_none_and_not_nought():
    seen = share("K6.1", [(Phase.AFTER, Ability.ALONE), (Phase.AFTER, Ability.CANNOT)])
    assert (seen.part_before, seen.part_after) == (None, 0.5)
    assert share("K6.1", [(Phase.BEFORE, Ability.CANNOT)]).part_before == 0.0


def test_a_skill_that_the_catalogue_lacks_is_called_by_its_code():
    known = load_skills()["K6.1"]
    assert skill_name("K6.1") in {known.name_vi, known.name_en}
    assert skill_words("K6.1") == f"K6.1 {skill_name('K6.1')}"
    assert (skill_name("K99"), skill_words("K99")) == ("K99", "K99")


def test_a_session_may_end_after_midnight():
    assert (time_words(19 * 60 + 30), time_words(25 * 60 + 5)) == ("19:30", "01:05")
