"""Privacy from the command line: masked numbers, consent, requests, erasure, exports, the access log."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.actions.conftest import MEMBER, Home
from tongcds import cli
from tongcds.actions import Core, audit, register
from tongcds.errors import UserError

Run = Callable[..., tuple[int, dict[str, object]]]


@pytest.fixture
def run(team: Core, home: Home, capsys: pytest.CaptureFixture[str]) -> Run:
    with team.vault.change(MEMBER) as change:
        change.writer.update("person", home.people[0], phone="0981234521", id_number="014178000321")

    def do(*words: str) -> tuple[int, dict[str, object]]:
        options = cli._parser().parse_args([*words, "--json"])
        code = options.command(options, team)
        audit.keep_views(team)
        return code, json.loads(capsys.readouterr().out)

    return do


def kinds(core: Core) -> list[str]:
    return [line.kind for line in reversed(audit.access_log(core).lines)]


def test_numbers_are_masked_unless_asked_for_and_asking_is_noted(team: Core, run: Run) -> None:
    _code, answer = run("household", "HN-0087")
    assert "0981234521" not in json.dumps(answer)
    assert answer["people"][0]["id_number"] == "014•••••••21"  # type: ignore[index]
    assert kinds(team) == ["open"]
    _code, answer = run("household", "HN-0087", "--reveal")
    assert answer["people"][0]["phone"] == "0981234521"  # type: ignore[index]
    assert kinds(team) == ["open", "reveal", "reveal"]


def test_consent_is_kept_and_taken_back(run: Run) -> None:
    words = ("consent", "HN-0087", "--purpose", "support=yes", "--purpose", "contact=no", "--way", "paper")
    _code, answer = run(*words, "--evidence", "12/GDY")
    first = answer["consents"][0]  # type: ignore[index]
    assert (first["given"], first["declined"], first["evidence"]) == (["support"], ["contact"], "12/GDY")
    _code, answer = run("consent", "HN-0087", "--withdraw")
    assert answer["consents"][0]["withdrawn_on"] == "2026-11-23"  # type: ignore[index]
    with pytest.raises(UserError, match="field_unknown"):
        run("consent", "HN-0087", "--purpose", "support=perhaps")


def test_a_request_goes_its_way(run: Run) -> None:
    _code, row = run("request-add", "object", "--who", "Lò Văn Ún", "--household", "HN-0087")
    assert (row["reply_by"], row["due_on"]) == ("2026-11-25", "2026-12-08")
    request_id = str(row["request_id"])
    assert run("request", request_id, "reply")[1]["replied_on"] == "2026-11-23"
    assert run("request", request_id, "extend")[1]["extended_to"] == "2026-12-23"
    assert run("request", request_id, "done", "--answer", "Đã ngừng")[1]["state"] == "done"
    assert run("requests", "--open")[1] == {"requests": []}
    with pytest.raises(UserError, match="request_unknown"):
        run("request", "xyz", "reply")


def test_an_erasure_needs_a_yes(team: Core, run: Run, home: Home) -> None:
    code, answer = run("erase", "HN-0087", "--person", "mai")
    assert (code, answer["records"]) == (cli.LOOK, 0)
    code, answer = run("erase", "HN-0087", "--person", "mai", "--yes")
    assert (code, answer["records"]) == (cli.DONE, 1)
    with pytest.raises(UserError, match="person_unclear"):
        run("erase", "HN-0087", "--person", "mai", "--yes")
    run("erase", "HN-0087", "--yes")
    assert register.household(team, home.household) is None
    assert kinds(team).count("erase") == 2


def test_exports_are_listed_and_deleted(run: Run) -> None:
    _code, without = run("export-register")
    assert without["people"] == 0  # nobody was asked yet
    assert run("exports", "--delete", "1")[1] == {"exports": []}
    _code, made = run("export-register", "--ground", "duty")
    assert made["people"] == 3
    _code, answer = run("exports")
    (row,) = answer["exports"]  # type: ignore[misc]
    assert row["there"]
    assert run("exports", "--delete", str(row["export_id"]))[1] == {"exports": []}
    assert not Path(str(made["file"])).exists()


def test_the_access_log_says_whether_it_is_whole(team: Core, run: Run) -> None:
    run("household", "HN-0087", "--reveal")
    assert run("audit", "verify")[1]["whole"] is True
    with team.vault.write() as connection:
        connection.exec_driver_sql("UPDATE audit_line SET detail = 'note' WHERE sequence = 2")
    code, answer = run("audit", "verify")
    assert (code, answer["whole"]) == (cli.LOOK, False)
    assert run("retention")[1] == {"records": []}
