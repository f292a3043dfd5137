"""The register edited from the command line: what is answered, what is refused, and with which exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.actions.conftest import Home
from tongcds import cli
from tongcds.actions import Core, audit, households, register, visits
from tongcds.domain.views import HouseholdFilter
from tongcds.errors import UserError

Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def run(team: Core, capsys: pytest.CaptureFixture[str]) -> Run:
    def do(*words: str) -> tuple[int, dict[str, Any]]:
        options = cli._parser().parse_args([*words, "--json"])
        code = options.command(options, team)
        return code, json.loads(capsys.readouterr().out)

    return do


def listed(core: Core) -> dict[str, tuple[str, int]]:
    rows = register.households(core, HouseholdFilter()).rows
    return {row.code: (row.head_name, row.people) for row in rows}


def test_a_household_is_added(team: Core, run: Run) -> None:
    code, answer = run(
        "household-add", "--set", "poverty=poor", "--set", "hardship=1",
        "--person", "full_name=vì văn sơn,birth=1990,sex=nam",
        "--person", "full_name=Lường Thị Mến,relation=vợ",
    )  # fmt: skip
    assert code == cli.DONE
    assert listed(team) == {"HN-0001": ("Vì Văn Sơn", 2)}
    record = households.start(team, bytes.fromhex(str(answer["household"]))).record
    assert record is not None
    assert (record.poverty, record.hardship, record.people[0].sex) == ("poor", True, "male")


def test_who_is_on_record_and_what_is_doubtful_is_said_and_saved(run: Run, home: Home) -> None:
    code, answer = run("household-add", "--person", "full_name=Ha Thi Xuan,birth=78,phone=123")
    assert code == cli.LOOK
    assert answer["alike"] == [
        {"name": "Ha Thi Xuan", "like": "Hà Thị Xuân", "code": "HN-0087", "why": "name"}
    ]
    doubts = answer["doubts"]
    assert isinstance(doubts, list)
    assert len(doubts) == 2


def test_a_household_is_changed_and_split_and_somebody_leaves(team: Core, run: Run, home: Home) -> None:
    code, answer = run(
        "household-edit", "HN-0087", "--set", "address=Nhóm 2", "--leaves", "un=died@2026-11-01",
        "--change", "xuan:birth=1979,phone=0981234521", "--split", "mai", "--split-code", "HN-0200",
        "--person", "full_name=Lò Văn Tú",
    )  # fmt: skip
    assert code == cli.DONE
    assert answer["split"]
    assert listed(team) == {"HN-0087": ("Hà Thị Xuân", 2), "HN-0200": ("Lò Thị Mai", 1)}
    record = households.start(team, home.household).record
    assert record is not None
    assert (record.address, record.people[0].birth, record.people[0].phone) == (
        "Nhóm 2", "1979", "0981234521",
    )  # fmt: skip


def test_the_head_is_changed(team: Core, run: Run, home: Home) -> None:
    assert run("household-edit", "HN-0087", "--head", "un")[0] == cli.DONE
    assert listed(team)["HN-0087"][0] == "Lò Văn Ún"


def test_what_was_seen_is_kept(team: Core, run: Run, home: Home) -> None:
    facts = ("--fact", "smartphone=yes", "--fact", "account=no")
    code, answer = run("observe", "HN-0087", *facts, "--person", "mai", "--how", "told", "--on", "2026-03-12")
    assert (code, answer) == (cli.DONE, {"saved": 2, "doubts": []})
    run("observe", "HN-0087", "--fact", "fibre=no")
    mai = next(one for one in visits.people(team, home.household) if one.full_name == "Lò Thị Mai")
    known = {fact.fact: fact.value for fact in mai.facts}
    assert (known["smartphone"], known["account"]) == (True, False)


def test_a_wrong_observation_is_withdrawn_and_the_reason_stays(team: Core, run: Run, home: Home) -> None:
    run("observe", "HN-0087", "--fact", "smartphone=yes", "--person", "mai", "--on", "2026-03-12")
    run("observe", "HN-0087", "--fact", "smartphone=no", "--person", "mai", "--how", "told")
    run("observe", "HN-0087", "--fact", "fibre=yes")
    _code, answer = run("observations", "HN-0087", "--person", "mai")
    assert [(one["whom"], one["value"], one["how"]) for one in answer["observations"]] == [
        ("Lò Thị Mai", False, "told"), ("Lò Thị Mai", True, "seen"),
    ]  # fmt: skip
    wrong = answer["observations"][0]["observation_id"]
    with pytest.raises(UserError, match="mistake_unknown"):
        run("observe-withdraw", wrong, "--why", "bored")
    assert run("observe-withdraw", wrong, "--why", "wrong_person")[0] == cli.DONE
    with pytest.raises(UserError, match="observation_unknown"):
        run("observe-withdraw", wrong, "--why", "twice")
    mai = next(one for one in visits.people(team, home.household) if one.full_name == "Lò Thị Mai")
    assert {fact.fact: fact.value for fact in mai.facts}["smartphone"] is True
    assert len(run("observations", "HN-0087")[1]["observations"]) == 2
    line = next(one for one in audit.access_log(team).lines if one.detail)
    assert (line.kind, line.about, line.detail) == ("undo", "Lò Thị Mai", "wrong_person")


def test_what_follows_from_a_support_goes_with_its_visit(team: Core, run: Run, home: Home) -> None:
    run("log", "--household", "HN-0087", "--service", "PY01=alone", "--person", "mai")
    (seen, *_rest) = run("observations", "HN-0087")[1]["observations"]
    assert (seen["how"], seen["of_visit"]) == ("done_with_us", True)
    with pytest.raises(UserError, match="observation_of_visit"):
        run("observe-withdraw", seen["observation_id"], "--why", "not_so")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("household-add",), "form_incomplete"),
        (("household-add", "--set", "colour=red"), "field_unknown"),
        (("household-add", "--set", "poverty=rich"), "field_unknown"),
        (("household-add", "--person", "Hà Thị Xuân"), "field_unknown"),
        (("household-add", "--person", "full_name=A,sex=x"), "field_unknown"),
        (("household-add", "--village", "Nơi khác", "--person", "full_name=A"), "village_unknown"),
        (("household-edit", "nobody"), "household_unclear"),
        (("household-edit", "HN-0087", "--change", "lo:birth=1990"), "person_unclear"),
        (("household-edit", "HN-0087", "--leaves", "mai=bored"), "reason_unknown"),
        (("household-edit", "HN-0087", "--leaves", "mai=died@x"), "date_invalid"),
        (("household-edit", "HN-0087", "--leaves", "xuan=died"), "form_incomplete"),
        (("observe", "HN-0087", "--fact", "nope=yes"), "fact_unknown"),
        (("observe", "HN-0087", "--fact", "fibre=maybe"), "field_unknown"),
        (("observe", "HN-0087", "--fact", "fibre=yes", "--how", "guessed"), "how_unknown"),
        (("observe", "HN-0087", "--fact", "fibre=yes", "--on", "2999-01-01"), "date_in_future"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    team: Core, run: Run, home: Home, words: tuple[str, ...], code: str
) -> None:
    before = listed(team)
    with pytest.raises(UserError) as refused:
        run(*words)
    assert refused.value.code == code
    assert listed(team) == before


def test_filters_are_combined_and_kept_under_a_name(run: Run, home: Home) -> None:
    assert run("households", "--filter", "never_visited")[1]["matching"] == 1
    assert run("households", "--filter", "never_visited", "--filter", "poor")[1]["matching"] == 0
    _code, answer = run(
        "filters", "--save", "Cần đi", "--filter", "never_visited", "--filter", "no_smartphone"
    )
    assert answer["saved"]["Cần đi"]["needs"] == ["never_visited", "no_smartphone"]  # type: ignore[index]
    assert answer["counts"] == {"Cần đi": 1}
    assert answer["filters"]["never_visited"] == 1  # type: ignore[index]
    assert run("households", "--saved", "Cần đi")[1]["matching"] == 1
    assert run("households", "--saved", "Cần đi", "--filter", "poor")[1]["matching"] == 0
    assert run("filters", "--drop", "Cần đi")[1]["saved"] == {}


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (("households", "--filter", "rich"), "filter_unknown"),
        (("households", "--saved", "x"), "saved_filter_unknown"),
        (("filters", "--drop", "x"), "saved_filter_unknown"),
        (("filters", "--save", "x"), "filter_empty"),
        (("households", "--supported", "ZZ99"), "service_unknown"),
        (("households", "--not-supported", "ZZ99"), "service_unknown"),
        (("households", "--village", "Nơi khác"), "village_unclear"),
        (("filters", "--save", "x", "--filter", "rich"), "filter_unknown"),
    ],
)
def test_a_filter_that_is_not_there_is_refused(run: Run, words: tuple[str, ...], refusal: str) -> None:
    with pytest.raises(UserError) as refused:
        run(*words)
    assert refused.value.code == refusal
