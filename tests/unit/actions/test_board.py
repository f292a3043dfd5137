"""Tổng hợp in full: any unit and period, what is not known is not 0, and both eras of communes."""

from __future__ import annotations

import json
from datetime import date

import pytest

from tests.unit.actions.conftest import COMMUNE, MEMBER, VILLAGE, Core
from tongcds import cli
from tongcds.actions import board
from tongcds.domain.periods import Period, after, before, month_of, nine_months_of, quarter_of, year_before
from tongcds.domain.views import Why
from tongcds.errors import UserError, sentence

NOVEMBER = month_of(date(2026, 11, 23))
OLD_COMMUNE = "04111"


def person(
    core: Core, account: int | None, on: str = "2026-11-02", sex: str = "female", birth: str = "1980"
) -> None:
    with core.vault.change(MEMBER) as change:
        writer = change.writer
        home = writer.create("household", village_id=VILLAGE, poverty="poor")
        made = writer.create("person", village_id=VILLAGE, household_id=home, birth=birth, sex=sex)
        if account is not None:
            writer.create(
                "observation",
                village_id=VILLAGE,
                subject="person",
                subject_id=made,
                fact="account",
                value=account,
                held_on=on,
            )


def village(core: Core, name: str, **fields: object) -> None:
    with core.vault.change(MEMBER) as change:
        change.writer.create("village", commune_id=COMMUNE, name=name, **fields)


def figure(view, at: int = 0):
    return view.rows[at].figures[0]


def test_a_commune_sees_each_village_and_the_whole(commune: Core) -> None:
    person(commune, 1)
    person(commune, 0)
    view = board.board(commune, ["XHS09"], NOVEMBER)
    assert [(row.name, row.opens) for row in view.rows] == [("Bản Nà Ngà", True)]
    found = figure(view)
    assert (found.numerator, found.denominator, found.value, found.why) == (1, 2, 0.5, Why.KNOWN)
    assert found.fingerprint == view.whole.figures[0].fingerprint != ""
    assert found.definition.startswith("1:people")


def test_where_nobody_looked_there_is_no_figure_and_no_0(commune: Core) -> None:
    person(commune, None)
    found = figure(board.board(commune, ["XHS09"], NOVEMBER))
    assert (found.value, found.why) == (None, Why.NOBODY_LOOKED)


def test_two_periods_stand_side_by_side(commune: Core) -> None:
    person(commune, 1, "2026-10-05")
    person(commune, 1, "2026-11-05")
    view = board.board(commune, ["XHS09"], NOVEMBER, before(NOVEMBER))
    assert (figure(view).numerator, view.rows[0].against[0].numerator) == (2, 1)
    assert (view.period, view.against) == ("Tháng 11/2026", "Tháng 10/2026")


def test_what_is_below_opens_and_what_is_not_below_does_not(commune: Core) -> None:
    view = board.board(commune, ["XHS09"], NOVEMBER, unit_id=VILLAGE)
    assert [name for _id, name in view.path] == ["Xã Chiềng Mung", "Bản Nà Ngà"]
    assert view.rows == ()
    with pytest.raises(UserError, match="board_unit_unknown"):
        board.board(commune, ["XHS09"], NOVEMBER, unit_id=b"x" * 16)


def test_a_team_sees_its_village_alone(team: Core) -> None:
    view = board.board(team, ["XHS09"], NOVEMBER)
    assert (view.row_kind, view.rows, view.whole.name) == ("", (), "Bản Nà Ngà")
    with pytest.raises(UserError, match="board_unit_unknown"):
        board.board(team, ["XHS09"], NOVEMBER, unit_id=COMMUNE)


def test_a_village_that_ended_is_no_row_after_its_last_day(commune: Core) -> None:
    village(commune, "Bản Cũ", valid_to="2026-06-30")
    names = [row.name for row in board.board(commune, ["XHS09"], NOVEMBER).rows]
    assert names == ["Bản Nà Ngà"]
    in_june = board.board(commune, ["XHS09"], month_of(date(2026, 6, 15)))
    assert [row.name for row in in_june.rows] == ["Bản Cũ", "Bản Nà Ngà"]


def test_villages_are_put_together_by_their_old_commune_or_it_says_why_that_is_not_whole(
    commune: Core,
) -> None:
    person(commune, 1)
    view = board.board(commune, ["XHS09"], NOVEMBER, old_communes=True)
    assert [row.name for row in view.rows] == ["Xã cũ chưa rõ"]
    assert "1" in view.notes[0]
    with commune.vault.change(MEMBER) as change:
        change.writer.load("village", [VILLAGE])
        change.writer.update("village", VILLAGE, old_commune_code=OLD_COMMUNE)
    whole = board.board(commune, ["XHS09"], NOVEMBER, old_communes=True)
    assert [(row.name, row.figures[0].numerator) for row in whole.rows] == [("Xã Mường Bằng", 1)]
    assert len(whole.notes) == 1
    assert whole.notes != view.notes


def test_a_village_has_no_old_communes_below_it(team: Core) -> None:
    with pytest.raises(UserError, match="board_no_old_communes"):
        board.board(team, ["XHS09"], NOVEMBER, old_communes=True)


def test_a_period_before_july_2025_says_that_it_is_recalculated(commune: Core) -> None:
    assert board.board(commune, ["XHS09"], month_of(date(2025, 3, 1))).notes
    assert board.board(commune, ["XHS09"], NOVEMBER).notes == ()


def test_one_indicator_closely_has_twelve_months_units_and_groups(commune: Core) -> None:
    person(commune, 1, "2026-06-05")
    person(commune, 0, "2026-06-05", "male")
    close = board.closely(commune, "XHS09", NOVEMBER)
    assert [point.figure.value for point in close.months[-6:]] == [0.5] * 6
    assert close.months[0].figure.value is None
    assert [name for name, _points in close.by_unit] == ["Bản Nà Ngà"]
    groups = dict(close.groups)
    assert {group.numerator for group in groups["sex"]} == {0, 1}
    assert [(group.numerator, group.denominator) for group in groups["poverty"]] == [(1, 2)]


def test_groups_of_a_running_month_add_up_to_its_figure(commune: Core) -> None:
    person(commune, 1)
    person(commune, 1, birth="2011-11-28")  # Is fifteen five days from today.
    whole = board.board(commune, ["XHS09"], NOVEMBER).whole.figures[0]
    assert whole.denominator == 1
    for _by, groups in board.closely(commune, "XHS09", NOVEMBER).groups:
        assert sum(group.denominator or 0 for group in groups) == 1


def test_groups_stand_in_the_order_of_age_without_those_of_whom_nobody_is_asked(commune: Core) -> None:
    for birth in ("1950", "2010", "2000", "2016", "1970", "2024"):
        person(commune, 1, birth=birth)
    groups = dict(board.closely(commune, "XHS09", NOVEMBER).groups)
    assert [group.name for group in groups["age_band"]] == ["14-17", "18-34", "35-59", "60+"]


def test_an_unknown_indicator_and_one_that_is_typed_in_are_named(commune: Core) -> None:
    with pytest.raises(UserError, match="indicator_unknown"):
        board.board(commune, ["XHS99"])
    with pytest.raises(UserError, match="indicator_not_counted"):
        board.board(commune, ["EXT06"])


def test_every_indicator_that_is_counted_can_be_chosen() -> None:
    assert len(board.choices()) > 30
    assert all(one.pillar and one.short for one in board.choices())


def test_periods_have_one_after_and_one_a_year_ago() -> None:
    assert after(NOVEMBER) == month_of(date(2026, 12, 1))
    assert after(nine_months_of(date(2026, 5, 5))) == nine_months_of(date(2027, 5, 5))
    assert year_before(quarter_of(date(2026, 11, 1))) == quarter_of(date(2025, 11, 1))
    leap = Period(date(2024, 2, 29), date(2024, 3, 1))
    assert year_before(leap) == Period(date(2023, 2, 28), date(2023, 3, 1))
    assert after(leap) == Period(date(2024, 3, 2), date(2024, 3, 3))


def test_the_records_behind_a_figure_are_those_that_it_counts(commune: Core) -> None:
    person(commune, 1)
    person(commune, 1)
    person(commune, 0)
    view = board.records(commune, "XHS09", NOVEMBER)
    seen = figure(board.board(commune, ["XHS09"], NOVEMBER))
    assert (view.records, len(view.rows), view.fingerprint) == (seen.numerator, 2, seen.fingerprint)
    assert all(row.household_id for row in view.rows)
    assert board.records(commune, "XHS09", month_of(date(2026, 10, 1))).rows == ()


def test_the_commands_say_the_same(commune: Core, capsys: pytest.CaptureFixture[str]) -> None:
    person(commune, 1)

    def run(*words: str):
        options = cli._parser().parse_args([*words, "--json"])
        assert options.command(options, commune) == 0
        return json.loads(capsys.readouterr().out)

    seen = run("board", "XHS09", "--compare", "before", "--on", "2026-11-23")
    assert (seen["rows"][0]["figures"][0]["numerator"], seen["against"]) == (1, "Tháng 10/2026")
    assert run("board", "XHS09", "--unit", "bản nà ngà")["rows"] == []
    pair = run("figure-compare", "XHS09", "", "bản nà ngà", "--on", "2026-11-23")
    assert [row["name"] for row in pair["rows"]] == ["Xã Chiềng Mung", "Bản Nà Ngà"]
    assert [row["figures"][0]["numerator"] for row in pair["rows"]] == [1, 1]
    assert len(run("figure-closely", "XHS09")["months"]) == 12
    assert run("figure-records", "XHS09")["records"] == 1


def test_a_unit_that_ended_is_found_in_a_period_in_which_it_stood(
    commune: Core, capsys: pytest.CaptureFixture[str]
) -> None:
    person(commune, 1)
    village(commune, "Bản Mới")
    with commune.vault.change(MEMBER) as change:
        change.writer.update("village", VILLAGE, valid_to="2026-11-10")

    def run(*words: str) -> str:
        options = cli._parser().parse_args(["board", "XHS09", "--unit", "Bản Nà Ngà", *words])
        assert options.command(options, commune) == 0
        return capsys.readouterr().out

    assert "Bản Nà Ngà" in run("--on", "2026-10-15")
    for on, name in (("2026-11-23", "Bản Nà Ngà"), ("2026-10-15", "Bản Nà Tọp")):
        options = cli._parser().parse_args(["board", "XHS09", "--unit", name, "--on", on])
        with pytest.raises(UserError, match="board_unit_not_there") as refused:
            options.command(options, commune)
        assert f"“{name}”" in sentence(refused.value)


def test_a_unit_that_ended_is_called_by_its_name(commune: Core) -> None:
    with commune.vault.change(MEMBER) as change:
        change.writer.update("village", VILLAGE, valid_to="2026-11-10")
    with pytest.raises(UserError, match="board_unit_not_there") as refused:
        board.board(commune, ["XHS09"], NOVEMBER, unit_id=VILLAGE)
    assert refused.value.params["unit"] == "Bản Nà Ngà"
