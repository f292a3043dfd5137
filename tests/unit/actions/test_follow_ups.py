"""A promise as a task: put off, done without a visit, called off, and each of them taken back."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.unit.actions.conftest import Core, Home
from tongcds import cli
from tongcds.actions import follow_ups, visits
from tongcds.actions.journal import take_back
from tongcds.domain.views import Result, SupportEntry, VisitEntry
from tongcds.errors import UserError
from tongcds.records import record_type

FOLLOW_UP = record_type("follow_up").table


@pytest.fixture
def task(team: Core, home: Home) -> bytes:
    """Somebody promised to come back today."""
    support = SupportEntry("PY01", home.people[:1], Result.COME_BACK)
    visits.save_visit(team, VisitEntry(home.household, team.today, (support,), follow_up_on=team.today))
    (row,) = follow_ups.tasks(team).rows
    return row.follow_up_id


def stored(core: Core) -> tuple[str, str, str | None]:
    with core.vault.read() as connection:
        row = connection.execute(FOLLOW_UP.select()).one()
    return row.state, row.due_on, row.done_on


def test_a_task_is_put_off_done_or_called_off_and_each_is_taken_back(team: Core, task: bytes) -> None:
    day, before = team.today.isoformat(), stored(team)
    assert before == ("open", day, None)
    later = team.today + timedelta(days=9)
    for act, after in (
        (lambda: follow_ups.put_off(team, task, later), ("open", later.isoformat(), None)),
        (lambda: follow_ups.finish(team, task), ("done", day, day)),
        (lambda: follow_ups.call_off(team, task), ("cancelled", day, None)),
    ):
        undo, changes = act()
        assert changes.kinds == {"follow_up"}
        assert stored(team) == after
        take_back(team, undo)
        assert stored(team) == before


def test_a_task_that_was_put_off_stands_in_its_new_span(team: Core, task: bytes) -> None:
    follow_ups.put_off(team, task, team.today + timedelta(days=30))
    todo = follow_ups.tasks(team)
    assert (todo.today, todo.week, todo.total) == (0, 0, 1)


def test_what_is_over_and_days_that_are_past_are_refused(team: Core, task: bytes) -> None:
    with pytest.raises(UserError) as past:
        follow_ups.put_off(team, task, team.today - timedelta(days=1))
    follow_ups.finish(team, task)
    with pytest.raises(UserError) as over:
        follow_ups.call_off(team, task)
    assert (past.value.code, over.value.code) == ("due_in_past", "follow_up_unknown")


def test_the_commands_list_tasks_and_change_one(
    team: Core, task: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    def ran(*words: str) -> dict[str, object]:
        options = cli._parser().parse_args([*words, "--json"])
        assert options.command(options, team) == 0
        return json.loads(capsys.readouterr().out)

    (row,) = ran("tasks")["rows"]
    assert (row["follow_up_id"], row["days_left"]) == (task.hex(), 0)
    later = (team.today + timedelta(days=2)).isoformat()
    ran("task", task.hex()[:10], "--to", later)
    assert stored(team)[1] == later
    ran("task", task.hex(), "--done")
    assert stored(team)[0] == "done"
    with pytest.raises(UserError):
        ran("task", task.hex(), "--call-off")


def test_a_promise_to_two_is_kept_when_both_were_helped(team: Core, home: Home) -> None:
    xuan, un, _mai = home.people
    promise = SupportEntry("PY01", (xuan, un), Result.COME_BACK)
    visits.save_visit(team, VisitEntry(home.household, team.today, (promise,), follow_up_on=team.today))
    both = follow_ups.tasks(team).total
    done = SupportEntry("PY01", (xuan,), Result.ALONE)
    again = SupportEntry("PY01", (un,), Result.DECLINED)
    visits.save_visit(team, VisitEntry(home.household, team.today, (done, again)))
    assert (both, follow_ups.tasks(team).total) == (1, 1)
    visits.save_visit(
        team, VisitEntry(home.household, team.today, (done, SupportEntry("PY01", (un,), Result.TOGETHER)))
    )
    assert follow_ups.tasks(team).total == 0
