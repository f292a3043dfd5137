"""Doubtful records: found after a write, settled with a note, back when their values are others."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.surroundings import FakeClock
from tests.unit.actions.conftest import MEMBER, VILLAGE, Home
from tongcds import cli
from tongcds.actions import Core, households, privacy, quality
from tongcds.domain.views import DoubtRow, FieldChange, HouseholdChange, PersonChange
from tongcds.errors import UserError
from tongcds.storage import quality as stored


def change(core: Core, kind: str, record_id: bytes, **values: object) -> None:
    with core.vault.change(MEMBER) as written:
        written.writer.update(kind, record_id, **values)


def seen(core: Core, person: bytes, fact: str, value: int = 1, on: str = "2026-11-01") -> None:
    with core.vault.change(MEMBER) as written:
        written.writer.create(
            "observation", village_id=VILLAGE, subject="person", subject_id=person, fact=fact, value=value,
            held_on=on, how="seen",
        )  # fmt: skip


def found(core: Core) -> list[tuple[str, bytes]]:
    quality.check_all(core)
    return [(row.rule, row.subject_id) for row in quality.doubts(core).rows]


def only(core: Core) -> DoubtRow:
    quality.check_all(core)
    (row,) = quality.doubts(core).rows
    return row


def test_a_household_without_doubts_is_not_in_the_list(team: Core, home: Home) -> None:
    assert found(team) == []
    assert not quality.doubts(team).waiting


OF_A_PERSON: list[tuple[str, dict[str, object]]] = [
    ("relation_sex", {"relation": "con gái", "sex": "male", "birth": "2004"}),
    ("relation_age", {"relation": "con", "birth": "1970"}),
    ("birth_future", {"birth": "2031"}),
    ("age_unlikely", {"birth": "1890"}),
    ("id_zero_lost", {"id_number": "14204001221"}),
    ("id_form", {"id_number": "0142040012"}),
    ("id_place", {"id_number": "999204001221"}),
    ("id_sex", {"id_number": "014204001221", "sex": "female"}),
    ("id_birth", {"id_number": "014205001221", "sex": "male"}),
    ("phone_form", {"phone": "12345"}),
    ("phone_old", {"phone": "01681234567"}),
    ("phone_landline", {"phone": "02123852123"}),
    ("joined_before_birth", {"joined_on": "2003-12-31"}),
    ("joined_future", {"joined_on": "2027-01-01"}),
    ("birth_impossible", {"birth": "2004-02-30"}),
]


@pytest.mark.parametrize(("rule", "values"), OF_A_PERSON)
def test_each_rule_about_a_person_finds_its_doubt_and_lets_go_of_it(
    team: Core, home: Home, rule: str, values: dict[str, object]
) -> None:
    mai = home.people[2]
    change(team, "person", mai, **values)
    assert found(team) == [(rule, mai)]
    change(team, "person", mai, **dict.fromkeys(values) | {"birth": "2004"})
    assert found(team) == []


@pytest.mark.parametrize(("rule", "values"), OF_A_PERSON)
def test_each_doubt_can_be_settled(team: Core, home: Home, rule: str, values: dict[str, object]) -> None:
    change(team, "person", home.people[2], **values)
    quality.settle_doubt(team, only(team), "Đã xem giấy tờ.")
    assert found(team) == []


@pytest.mark.parametrize(("rule", "values"), OF_A_PERSON)
def test_a_doubt_keeps_nobody_from_saving_and_the_form_shows_whom_it_is_about(
    team: Core, home: Home, rule: str, values: dict[str, object]
) -> None:
    change(team, "person", home.people[2], **values)
    record = households.start(team, home.household).record
    assert record is not None
    assert home.people[2] in {one.person_id for one in record.people}
    phone = PersonChange(home.people[2], (FieldChange("note", "", "đã hỏi"),))
    households.save_household(team, HouseholdChange(home.household, VILLAGE, people=(phone,)))


def test_what_was_observed_in_the_future_is_doubted(team: Core, home: Home) -> None:
    seen(team, home.people[0], "internet", on="2027-03-01")
    assert found(team) == [("seen_future", home.people[0])]
    quality.settle_doubt(team, only(team), "Máy sai ngày.")
    assert found(team) == []


def long_list(team: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five doubts, two on a page: every one is on a page once, and the counts are over all."""
    monkeypatch.setattr(quality, "PAGE", 2)
    with team.vault.change(MEMBER) as written:
        for number in range(5):
            home = written.writer.reserve()
            head = written.writer.create(
                "person", village_id=VILLAGE, household_id=home, full_name="Lò Văn Pản", phone=f"12{number}"
            )
            written.writer.create(
                "household", reserved=home, village_id=VILLAGE, code=f"HN-1{number}", head_id=head
            )
    quality.check_all(team)
    pages = [quality.doubts(team, "phone_form", first) for first in (0, 2, 4)]
    assert [(page.first, page.matching, len(page.rows)) for page in pages] == [
        (0, 5, 2),
        (2, 5, 2),
        (4, 5, 1),
    ]
    assert len({row.subject_id for page in pages for row in page.rows}) == 5
    assert quality.doubts(team, "phone_form", 99).first == 4
    (last,) = pages[2].rows
    assert quality.doubts_of(team, last.household_id, "phone_form") == (last,)


def test_a_long_list_is_turned_page_by_page(team: Core, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    long_list(team, monkeypatch)


def test_pages_that_begin_at_the_first_row_again_are_noticed(
    team: Core, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control.
    doubtful = stored.doubtful
    monkeypatch.setattr(
        stored, "doubtful", lambda c, most, rule="", after=0, **more: doubtful(c, most, rule, **more)
    )
    with pytest.raises(AssertionError):
        long_list(team, monkeypatch)


def test_observations_that_contradict_each_other_or_an_age_are_doubted(team: Core, home: Home) -> None:
    xuan, un, mai = home.people
    seen(team, xuan, "phone_2g")
    seen(team, xuan, "smartphone")
    seen(team, un, "online_service")
    seen(team, un, "internet", 0)
    change(team, "person", mai, birth="2015")
    seen(team, mai, "account")
    assert set(found(team)) == {("two_phones", xuan), ("service_offline", un), ("account_child", mai)}
    seen(team, xuan, "phone_2g", 0, on="2026-11-20")
    assert set(found(team)) == {("service_offline", un), ("account_child", mai)}


def test_what_is_wrong_with_a_household_is_found(team: Core, home: Home) -> None:
    change(team, "household", home.household, head_id=None)
    assert found(team) == [("head_missing", home.household)]
    for person in home.people:
        change(team, "person", person, left_on="2026-11-01", left_why="moved")
    assert found(team) == [("no_people", home.household)]


def test_sharing_a_number_is_doubted_on_both_sides_and_mended_on_one(team: Core, home: Home) -> None:
    with team.vault.change(MEMBER) as written:
        other = written.writer.reserve()
        twin = written.writer.create(
            "person", village_id=VILLAGE, household_id=other, full_name="Lò Thị Mai", birth="2004",
            id_number="014304001221", sex="female",
        )  # fmt: skip
        written.writer.create("household", reserved=other, village_id=VILLAGE, code="HN-0090", head_id=twin)
    assert found(team) == []
    change(team, "person", home.people[2], id_number="014304001221")
    assert set(found(team)) == {("id_twice", home.people[2]), ("id_twice", twin)}
    change(team, "person", home.people[2], id_number=None)
    assert found(team) == []


def test_what_is_right_as_it_stands_comes_up_again_with_other_values(team: Core, home: Home) -> None:
    mai = home.people[2]
    change(team, "person", mai, relation="con", birth="1970")
    row = only(team)
    with pytest.raises(UserError, match="note_missing"):
        quality.settle_doubt(team, row, "  ")
    quality.settle_doubt(team, row, "Con riêng của chồng, nhận nuôi.")
    assert found(team) == []
    change(team, "person", mai, birth="1969")
    assert found(team) == [("relation_age", mai)]
    with pytest.raises(UserError, match="doubt_unknown"):
        quality.settle_doubt(team, row, "Vẫn vậy.")


def test_nothing_is_kept_of_somebody_who_was_erased(team: Core, home: Home) -> None:
    mai = home.people[2]
    change(team, "person", mai, phone="12345")
    quality.settle_doubt(team, only(team), "Số nội bộ.")
    privacy.erase(team, "person", mai)
    assert found(team) == []
    with team.vault.read() as connection:
        kept = connection.exec_driver_sql("SELECT note, said FROM settled").all()
    assert kept == [(None, None)]


def test_everything_is_looked_at_again_in_another_month(team: Core, home: Home, clock: FakeClock) -> None:
    change(team, "person", home.people[2], birth="2012-12-15")
    seen(team, home.people[2], "account")
    assert found(team) == [("account_child", home.people[2])]
    clock.advance(days=40)
    assert quality.doubts(team).waiting
    assert found(team) == []


def first_fill(team: Core, home: Home) -> list[bytes]:
    """A person who is doubtful among more than are noted one by one, before anything was looked at."""
    people = [home.people[2], *(number.to_bytes(16, "big") for number in range(stored._SLICE))]
    with team.vault.write() as connection:
        stored.note(connection, {"person": people})
        return list(connection.execute(stored.TOUCHED.select()).scalars())


def test_a_first_fill_is_looked_at_whole_and_not_noted_one_by_one(team: Core, home: Home) -> None:
    change(team, "person", home.people[2], birth="1890")
    with team.vault.write() as connection:
        connection.execute(stored.TOUCHED.delete())
    assert first_fill(team, home) == []
    assert found(team) == [("age_unlikely", home.people[2])]


def test_what_comes_after_the_first_look_is_noted(team: Core, home: Home) -> None:
    """The control."""
    assert found(team) == []
    assert home.household in first_fill(team, home)


def test_commands_list_doubts_and_settle_one(
    team: Core, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*words: str) -> tuple[int, dict[str, object]]:
        options = cli._parser().parse_args([*words, "--json"])
        command: Callable[..., int] = options.command
        return command(options, team), json.loads(capsys.readouterr().out)

    assert run("doubts")[0] == cli.DONE
    change(team, "person", home.people[2], birth="1890")
    code, answer = run("doubts", "--rule", "age_unlikely")
    assert (code, [row["person"] for row in answer["rows"]]) == (cli.LOOK, ["Lò Thị Mai"])
    with pytest.raises(UserError, match="doubt_unclear"):
        run("doubt-settle", "HN-0087", "--rule", "age_unlikely", "--person", "Xuân", "--note", "Đúng.")
    run("doubt-settle", "HN-0087", "--rule", "age_unlikely", "--person", "mai", "--note", "Đã xem giấy.")
    assert run("doubts")[0] == cli.DONE
    with pytest.raises(UserError, match="rule_unknown"):
        run("doubts", "--rule", "no_rule")
