"""Difficulties on one computer: telling, telling anew, mistakes that are named, and the command line."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from tests.unit.actions.conftest import COMMUNE, VILLAGE, Core
from tongcds import cli
from tongcds.actions import difficulties
from tongcds.actions.journal import take_back
from tongcds.domain.difficulties import Stage, load_kinds
from tongcds.domain.periods import month_of
from tongcds.domain.views.difficulties import DifficultyText

WEAK = DifficultyText("signal", "  Sóng yếu\nở đầu bản ")


def test_it_is_told_told_anew_and_taken_back(team: Core):
    told, undo, _changes = difficulties.tell(team, WEAK)
    (row,) = difficulties.view(team).rows
    assert (row.says.text, row.kind, row.stage, row.mine) == (
        "Sóng yếu\nở đầu bản",
        load_kinds()["signal"].name_vi,
        Stage.OPEN,
        True,
    )
    difficulties.rewrite(team, told, DifficultyText("power", "Mất điện"))
    assert difficulties.view(team).rows[0].says.text == "Mất điện"
    take_back(team, undo)
    assert difficulties.view(team).rows == ()


def test_settled_ones_stand_last_and_can_be_opened_again(team: Core):
    first, _undo, _changes = difficulties.tell(team, WEAK)
    difficulties.close(team, first)
    second, _undo, _changes = difficulties.tell(team, DifficultyText("other", "Thiếu người"))
    assert [row.difficulty_id for row in difficulties.view(team).rows] == [second, first]
    difficulties.reopen(team, first, "Lại mất sóng")
    assert {row.stage for row in difficulties.view(team).rows} == {Stage.OPEN}


def test_joining_and_parting_leave_what_was_said_of_it_as_it_is(team: Core):
    told, _undo, _changes = difficulties.tell(team, WEAK)
    other, _undo, _changes = difficulties.tell(team, DifficultyText("signal", "Mất sóng"))
    stages = []
    for act in (
        lambda: difficulties.pass_on(team, told, team.today),
        lambda: difficulties.join(team, told, other),
        lambda: difficulties.close(team, told),
        lambda: difficulties.part(team, told),
        lambda: difficulties.reopen(team, told),
    ):
        act()
        stages.append(next(row.stage for row in difficulties.view(team).rows if row.difficulty_id == told))
    assert stages == [Stage.ASKED, Stage.ASKED, Stage.CLOSED, Stage.CLOSED, Stage.ASKED]


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda core: difficulties.tell(core, DifficultyText("none", "a")), "difficulty_kind_unknown"),
        (lambda core: difficulties.tell(core, DifficultyText("other", " \n")), "difficulty_empty"),
        (lambda core: difficulties.tell(core, DifficultyText("other", "a" * 2001)), "text_too_long"),
        (lambda core: difficulties.answer(core, VILLAGE, " "), "difficulty_answer_missing"),
        (lambda core: difficulties.answer(core, VILLAGE, "a"), "difficulty_unknown"),
        (lambda core: difficulties.join(core, VILLAGE, VILLAGE), "difficulty_unknown"),
        (
            lambda core: difficulties.pass_on(core, VILLAGE, core.today - timedelta(days=1)),
            "difficulty_day_over",
        ),
    ],
)
def test_a_mistake_is_named_and_changes_nothing(team: Core, act, code):
    with pytest.raises(Exception, match=code):
        act(team)
    assert difficulties.view(team).rows == ()


def test_one_of_another_unit_is_only_read(commune: Core):
    with commune.vault.change(commune.author()) as change:
        told = change.writer.create(
            "difficulty", unit_id=VILLAGE, unit="Bản Nà Ngà", kind="x", text="Sóng yếu"
        )
    assert difficulties.view(commune).rows[0].kind == "x"
    for act in (
        lambda: difficulties.rewrite(commune, told, WEAK),
        lambda: difficulties.close(commune, told),
        lambda: difficulties.answer(commune, told, "a"),
    ):
        with pytest.raises(Exception, match="difficulty_not_yours"):
            act()


def test_a_difficulty_lives_on_the_command_line(team: Core, capsys: pytest.CaptureFixture[str]):
    def run(*arguments: str):
        options = cli._parser().parse_args([*arguments, "--json"])
        assert options.command(options, team) == cli.DONE
        return json.loads(capsys.readouterr().out)

    made = run("difficulty-tell", "Sóng yếu", "--kind", "signal", "--proposal", "Thêm trạm")
    beginning = made["difficulty_id"][:14]
    assert run("difficulty", beginning, "--pass-on")["stage"] == "asked"
    assert run("difficulty", beginning, "--settle")["stage"] == "closed"
    assert len(run("difficulties")["rows"]) == 1


def _tell_on(core: Core, day: date, unit_id: bytes = VILLAGE, **more: str) -> bytes:
    values = {"unit": "Bản Nà Ngà", "kind": "signal", "text": "Sóng yếu", **more}
    with core.vault.change(core.author()) as change:
        return change.writer.create("difficulty", unit_id=unit_id, on=day.isoformat(), **values)


def _settle_on(core: Core, told: bytes, day: date) -> None:
    with core.vault.change(core.author()) as change:
        change.writer.create(
            "difficulty_step", unit_id=VILLAGE, subject_id=told, word="closed", on=day.isoformat()
        )


def test_a_period_has_what_was_told_by_its_end_and_not_settled_before_it(commune: Core):
    june = month_of(date(2026, 6, 1))
    kept = _tell_on(commune, date(2026, 5, 3))
    _settle_on(commune, kept, date(2026, 7, 2))
    over = _tell_on(commune, date(2026, 5, 4))
    _settle_on(commune, over, date(2026, 5, 31))
    within = _tell_on(commune, date(2026, 6, 30))
    _settle_on(commune, within, date(2026, 6, 30))
    later = _tell_on(commune, date(2026, 7, 1))
    found = {row.difficulty_id: row.stage for row in difficulties.of_period(commune, june).rows}
    # It was settled in July, which at the end of June nobody knew.
    assert found == {kept: Stage.OPEN, within: Stage.CLOSED}
    july = difficulties.of_period(commune, month_of(date(2026, 7, 1))).rows
    assert {row.difficulty_id for row in july} == {kept, later}


def test_a_period_can_be_asked_of_one_unit_below(commune: Core):
    own = _tell_on(commune, date(2026, 6, 2), COMMUNE, unit="Xã Chiềng Mung")
    village = _tell_on(commune, date(2026, 6, 3))
    june = month_of(date(2026, 6, 1))
    assert [row.difficulty_id for row in difficulties.of_period(commune, june).rows] == [own, village]
    assert [row.difficulty_id for row in difficulties.of_period(commune, june, VILLAGE).rows] == [village]
    assert difficulties.units_below(commune) == ((VILLAGE, "Bản Nà Ngà"),)
    with pytest.raises(Exception, match="board_unit_unknown"):
        difficulties.of_period(commune, june, bytes(16))
