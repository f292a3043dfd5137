"""People leave, come back and join other households; figures of past days stay right, all of it undoes."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from tests.unit.actions.conftest import MEMBER, VILLAGE
from tests.unit.actions.test_households import everything, second_village
from tongcds import cli
from tongcds.actions import households, movements, observations, quality, register
from tongcds.actions.journal import take_back
from tongcds.domain.views import (
    Departure,
    FieldChange,
    HouseholdChange,
    Joining,
    Movement,
    PersonChange,
    Seen,
)
from tongcds.errors import UserError
from tongcds.storage import register as stored

__all__ = ["second_village"]


@pytest.fixture
def core(team):
    return team


@pytest.fixture
def family(core, home):
    """The household of three with relations: Xuân is the head, Ún her husband, Mai their daughter."""
    with core.vault.change(MEMBER) as change:
        for person, relation, sex in zip(
            home.people, ("chủ hộ", "chồng", "con gái"), ("female", "male", "female"), strict=True
        ):
            change.writer.load("person", [person])
            change.writer.update("person", person, relation=relation, sex=sex)
    return home


@pytest.fixture
def other(core):
    with core.vault.change(MEMBER) as change:
        made = change.writer.reserve()
        head = change.writer.create(
            "person", village_id=VILLAGE, household_id=made, full_name="Lò Văn Pản", birth="1960"
        )
        change.writer.create("household", reserved=made, village_id=VILLAGE, code="HN-0088", head_id=head)
    return made


def people(core, household):
    return {one.full_name: one for one in register.household(core, household).people}


def there(core, on):
    with core.vault.read() as connection:
        return stored.totals(connection, on).people


def refused(code):
    return pytest.raises(UserError, match=code)


def test_whoever_works_away_still_counts_and_is_on_the_list(core, family):
    mai, back = family.people[2], core.today + timedelta(days=40)
    undo, _ = movements.leave(core, Movement(mai, "works_away", core.today, back))
    shown = people(core, family.household)["Lò Thị Mai"]
    assert (shown.away_why, shown.back_by) == ("works_away", back)
    assert there(core, core.today) == 3
    (row,) = movements.away(core)
    assert (row.person_id, row.why, row.since, row.back_by, row.late, row.left) == (
        mai, "works_away", core.today, back, 0, False,
    )  # fmt: skip
    take_back(core, undo)
    assert movements.away(core) == ()


def test_who_is_overdue_comes_first(core, family):
    day = core.today - timedelta(days=30)
    movements.leave(core, Movement(family.people[1], "army", day, core.today + timedelta(days=1)))
    movements.leave(core, Movement(family.people[2], "studies", day, core.today - timedelta(days=4)))
    assert [(row.why, row.late) for row in movements.away(core)] == [("studies", 4), ("army", 0)]


def test_coming_back_from_a_time_away_ends_it(core, family):
    movements.leave(core, Movement(family.people[2], "army", core.today))
    movements.come_back(core, family.people[2], core.today)
    assert people(core, family.household)["Lò Thị Mai"].away_why == ""
    assert movements.away(core) == ()


def test_who_left_and_came_back_does_not_count_between(core, family):
    mai, today = family.people[2], core.today
    left, back = today - timedelta(days=60), today - timedelta(days=10)
    movements.leave(core, Movement(mai, "married_out", left))
    assert there(core, today) == 2
    (row,) = movements.away(core)
    assert (row.left, row.why, row.since) == (True, "married_out", left)
    undo, _ = movements.come_back(core, mai, back)
    assert [there(core, on) for on in (left - timedelta(days=1), left, back - timedelta(days=1), back)] == [
        3, 2, 2, 3,
    ]  # fmt: skip
    take_back(core, undo)
    assert there(core, today) == 2


def test_who_died_is_on_no_list(core, family):
    movements.leave(core, Movement(family.people[2], "died", core.today))
    assert movements.away(core) == ()
    assert there(core, core.today) == 2


def test_a_mistake_takes_somebody_out_of_past_days_too(core, family):
    undo, _ = movements.leave(core, Movement(family.people[2], "error", core.today))
    assert there(core, core.today - timedelta(days=5)) == 2
    assert movements.away(core) == ()
    take_back(core, undo)
    assert there(core, core.today) == 3


def test_when_the_head_dies_a_new_one_is_asked_for_and_the_others_are_related_to_her(core, family):
    xuan, un, mai = family.people
    with refused("head_needed"):
        movements.leave(core, Movement(xuan, "died", core.today))
    assert there(core, core.today) == 3
    undo, _ = movements.leave(core, Movement(xuan, "died", core.today, new_head=un))
    shown = people(core, family.household)
    assert shown["Lò Văn Ún"].is_head
    assert {name: one.relation for name, one in shown.items()} == {
        "Lò Văn Ún": "chủ hộ", "Lò Thị Mai": "con gái",
    }  # fmt: skip
    take_back(core, undo)
    assert {name: one.relation for name, one in people(core, family.household).items()} == {
        "Hà Thị Xuân": "chủ hộ", "Lò Văn Ún": "chồng", "Lò Thị Mai": "con gái",
    }  # fmt: skip
    movements.leave(core, Movement(xuan, "moved", core.today, new_head=mai))
    assert people(core, family.household)["Lò Văn Ún"].relation == "bố"


def test_a_head_who_is_away_for_a_time_stays_the_head(core, family):
    movements.leave(core, Movement(family.people[0], "works_away", core.today))
    assert people(core, family.household)["Hà Thị Xuân"].is_head


def test_what_does_not_follow_is_unknown_and_to_be_looked_at(core, family):
    with core.vault.change(MEMBER) as change:
        change.writer.load("person", [family.people[1]])
        change.writer.update("person", family.people[1], relation="con rể")
    movements.leave(core, Movement(family.people[0], "died", core.today, new_head=family.people[2]))
    assert people(core, family.household)["Lò Văn Ún"].relation == "chưa rõ"
    quality.check_all(core)
    assert [(row.rule, row.person) for row in quality.doubts(core).rows] == [
        ("relation_unknown", "Lò Văn Ún"),
    ]


def test_a_household_that_the_last_one_left_comes_back_with_them(core, other):
    (only,) = register.household(core, other).people
    movements.leave(core, Movement(only.person_id, "moved", core.today))
    assert there(core, core.today) == 0
    movements.come_back(core, only.person_id, core.today)
    assert there(core, core.today) == 1


def test_who_joins_another_household_takes_the_history_along(core, family, other):
    mai = family.people[2]
    seen = Seen("person", mai, "smartphone", True, core.today, "seen")
    households.record_facts(core, [seen])
    before = everything(core)
    undo, _ = movements.join(core, Joining(mai, other, "con dâu"))
    shown = people(core, other)["Lò Thị Mai"]
    assert (shown.relation, shown.is_head) == ("con dâu", False)
    assert [one.fact for one in observations.observations(core, other)] == ["smartphone"]
    assert "Lò Thị Mai" not in people(core, family.household)
    take_back(core, undo)
    assert everything(core) == before


def test_into_another_village_everything_about_the_person_goes(core, family, second_village):
    with core.vault.change(MEMBER) as change:
        far = change.writer.reserve()
        head = change.writer.create(
            "person", village_id=second_village, household_id=far, full_name="Lò Văn Xa", birth="1960"
        )
        change.writer.create("household", reserved=far, village_id=second_village, code="X-1", head_id=head)
    households.record_facts(core, [Seen("person", family.people[2], "account", True, core.today, "told")])
    movements.join(core, Joining(family.people[2], far))
    (row,) = everything(core)["observation"]
    assert (row["village_id"], row["area"]) == (second_village, second_village)
    assert people(core, far)["Lò Thị Mai"].relation == "chưa rõ"


def test_what_cannot_be_is_refused_and_changes_nothing(core, family, other):
    mai, today = family.people[2], core.today
    before = everything(core)
    for code, work in (
        ("reason_unknown", lambda: movements.leave(core, Movement(mai, "fled", today))),
        ("date_in_future", lambda: movements.leave(core, Movement(mai, "moved", today + timedelta(days=1)))),
        ("return_before_leaving", lambda: movements.leave(core, Movement(mai, "army", today, today))),
        ("person_unknown", lambda: movements.leave(core, Movement(b"?" * 16, "moved", today))),
        ("head_needed", lambda: movements.join(core, Joining(family.people[0], other))),
        ("head_needed", lambda: movements.leave(
            core, Movement(family.people[0], "moved", today, new_head=b"?" * 16))),
        ("household_unknown", lambda: movements.join(core, Joining(mai, b"?" * 16))),
        ("same_household", lambda: movements.join(core, Joining(mai, family.household))),
        ("person_not_away", lambda: movements.come_back(core, mai, today)),
        ("date_in_future", lambda: movements.come_back(core, mai, today + timedelta(days=1))),
    ):  # fmt: skip
        with refused(code):
            work()
    assert everything(core) == before
    movements.leave(core, Movement(mai, "army", today))
    with refused("return_before_leaving"):
        movements.come_back(core, mai, today - timedelta(days=1))


def test_the_form_s_save_relates_the_others_to_a_new_head_too(core, family):
    xuan, un, _mai = family.people
    change = HouseholdChange(
        family.household,
        VILLAGE,
        people=(PersonChange(xuan, leaves=Departure(core.today, "died")), PersonChange(un)),
        head=1,
    )
    households.save_household(core, change)
    assert people(core, family.household)["Lò Thị Mai"].relation == "con gái"
    assert people(core, family.household)["Lò Văn Ún"].relation == "chủ hộ"


def test_a_relation_that_was_said_stays(core, family):
    _xuan, un, mai = family.people
    said = PersonChange(mai, (FieldChange("relation", "con gái", "con riêng của vợ"),))
    households.save_household(
        core, HouseholdChange(family.household, VILLAGE, people=(PersonChange(un), said), head=0)
    )
    shown = people(core, family.household)
    assert (shown["Lò Thị Mai"].relation, shown["Hà Thị Xuân"].relation) == ("con riêng của vợ", "vợ")


def test_who_splits_off_is_related_to_the_head_of_the_new_household(core, family):
    _xuan, un, mai = family.people
    going = (PersonChange(un, splits=True), PersonChange(mai, splits=True))
    saved, _ = households.save_household(
        core, HouseholdChange(family.household, VILLAGE, people=going, split_head=1)
    )
    assert {name: one.relation for name, one in people(core, saved.split_id).items()} == {
        "Lò Thị Mai": "chủ hộ", "Lò Văn Ún": "bố",
    }  # fmt: skip


def test_the_commands_do_the_same(core, family, other, capsys):
    def ran(*words):
        options = cli._parser().parse_args([*words, "--json"])
        assert options.command(options, core) == 0
        return json.loads(capsys.readouterr().out)

    ran("person-leave", "HN-0087", "mai", "--why", "studies", "--on", "2026-01-05", "--back-by", "2026-06-30")
    (row,) = ran("away")["away"]
    assert (row["full_name"], row["why"], row["back_by"]) == ("Lò Thị Mai", "studies", "2026-06-30")
    ran("person-return", "HN-0087", "mai", "--on", "2026-07-01")
    assert ran("away", "--household", "HN-0087")["away"] == []
    ran("person-leave", "HN-0087", "xuan", "--why", "died", "--head", "ún")
    ran("person-join", "HN-0087", "ún", "--to", "HN-0088", "--relation", "em trai", "--head", "mai")
    assert set(people(core, other)) == {"Lò Văn Pản", "Lò Văn Ún"}
    ran("person-leave", "HN-0087", "mai", "--why", "moved")
    ran("person-return", "HN-0087", "mai", "--on", core.today.isoformat())
    assert set(people(core, family.household)) == {"Lò Thị Mai"}
    with refused("person_unclear"):
        options = cli._parser().parse_args(["person-leave", "HN-0087", "x", "--why", "moved"])
        options.command(options, core)
    assert date.fromisoformat(row["since"]) == date(2026, 1, 5)
