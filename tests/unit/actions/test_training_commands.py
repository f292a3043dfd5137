"""Training sessions by command: planned, their list taken, skills noted, ended, counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.actions.conftest import Core, Home
from tongcds import cli
from tongcds.errors import UserError

EVENING = 19 * 60 + 30
Run = Callable[..., Any]
"""Runs a command for a team and answers what it says as JSON."""


@pytest.fixture
def run(team: Core, capsys: pytest.CaptureFixture[str]) -> Run:
    def make(*arguments: str) -> Any:
        options = cli._parser().parse_args([*arguments, "--json"])
        assert options.command(options, team) == cli.DONE
        return json.loads(capsys.readouterr().out)

    return make


def test_everything_is_on_the_command_line(run: Run, home: Home) -> None:
    assert any(course["code"] == "older/1" for course in run("courses")["courses"])
    made = run("training-plan", "--course", "older/1", "--on", "2026-11-23", "--at", "19h30",
               "--place", "Nhà văn hoá", "--trainer", "Lò Thị Ngân", "--for", "na nga")  # fmt: skip
    training = made["training_id"]
    run("training-plan", "--change", training, "--place", "Trường học")
    (row,) = run("trainings")["rows"]
    assert (row["place"], row["starts"], row["village_names"]) == ("Trường học", EVENING, ["Bản Nà Ngà"])
    run("attend", training, "--invite", "--aged", "40")
    run("attend", training, "xuan 1978", "lo van un")
    run("attend", training, "--guest", "Vì Thị Xôm", "--born", "1949", "--home", "Nà Hạ")
    run("attend", training, "un", "--not-here")
    run("assess", training, "K6.1", "cannot", "--phase", "before")
    run("assess", training, "K6.1", "cannot", "xuan")
    view = run("assess", training, "K6.1", "alone")
    checks = {who["name"]: len(who["checks"]) for who in view["people"] if who["here"]}
    assert checks == {"Hà Thị Xuân": 2, "Vì Thị Xôm": 2}
    ended = run("training", training, "--finish")
    assert (ended["to_visit"], [task["name"] for task in ended["tasks"]]) == (0, ["Hà Thị Xuân"])
    assert run("training", training, "--good", "20", "--poor", "1")["ratings"]["good"] == 20
    assert run("training-figures")["sessions"] == 1
    assert run("training", training, "--postpone", "2026-11-25")["row"]["moved_from"] == "2026-11-23"
    assert run("training", training, "--call-off", "--reason", "Mưa")["row"]["state"] == "cancelled"
    with pytest.raises(UserError, match="training_person_unclear"):
        run("attend", training, "lo")


def test_whom_a_session_is_for_stays_when_the_command_changes_something_else(run: Run) -> None:
    planned = ("training-plan", "--skill", "K4.2", "--on", "2026-11-23", "--at", "8h", "--place", "Xã")
    assert run(*planned)["audience"] == "citizens"
    made = run(*planned, "--audience", "officials")
    changed = run("training-plan", "--change", made["training_id"], "--place", "Trường học")
    assert (changed["place"], changed["audience"]) == ("Trường học", "officials")
