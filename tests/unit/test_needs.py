"""Needs are facts that other facts meet; unlikely answers are pointed at and never refused."""

from __future__ import annotations

import json
from datetime import date

import pytest

from tests.unit.actions.conftest import Home, core_of, home, team
from tongcds import cli
from tongcds.actions import households, register
from tongcds.domain.facts import is_need, load_facts, open_needs
from tongcds.domain.quality import Member, doubts_about_facts
from tongcds.domain.views import HouseholdFilter, Seen
from tongcds.papers.paper import Paragraph
from tongcds.papers.survey import sheets

__all__ = ["core_of", "home", "team"]

TODAY = date(2026, 11, 23)


def test_a_need_is_open_until_the_thing_is_there():
    assert [need.code for need in open_needs({"need_account": True})] == ["need_account"]
    assert [need.code for need in open_needs({"need_account": True, "account": False})] == ["need_account"]
    assert open_needs({"need_account": True, "account": True}) == ()
    assert open_needs({"need_account": False}) == ()


def test_every_need_is_met_by_a_fact_of_the_same_subject():
    needs = [fact for fact in load_facts().values() if fact.is_need]
    assert len(needs) == 11
    for need in needs:
        met_by = load_facts()[need.met_by]
        assert (met_by.subject, met_by.is_need) == (need.subject, False)
    assert is_need("need_phone")
    assert not is_need("account")
    assert not is_need("of a newer program")


def said(core, subject, subject_id, fact, value=True):
    households.record_facts(core, [Seen(subject, subject_id, fact, value, core.today, "told")])


def listed(core, *codes):
    return len(register.households(core, HouseholdFilter(needs=codes)).rows)


def test_the_list_is_narrowed_to_who_needs_something(team, home: Home):
    assert (listed(team, "need"), listed(team, "need_account"), listed(team, "need_fibre")) == (0, 0, 0)
    said(team, "person", home.people[1], "need_account")
    assert (listed(team, "need"), listed(team, "need_account"), listed(team, "need_fibre")) == (1, 1, 0)
    said(team, "person", home.people[1], "account")
    assert (listed(team, "need"), listed(team, "need_account")) == (0, 0)
    said(team, "household", home.household, "need_fibre")
    assert (listed(team, "need"), listed(team, "need_fibre")) == (1, 1)


def test_the_survey_sheet_says_what_is_needed(team, home: Home):
    said(team, "person", home.people[2], "need_vneid2")
    paper = sheets(team.whoami(), [register.household(team, home.household)], team.today)
    words = [block.words for block in paper.sheets[0].blocks if isinstance(block, Paragraph)]
    assert "- Lò Thị Mai: Cần kích hoạt VNeID mức 2" in words


@pytest.mark.parametrize(
    ("birth", "phone", "facts", "answered", "rules"),
    [
        ("2014", "", {"vneid2": True}, ["vneid2"], ["vneid_child"]),
        ("2010", "", {"vneid2": True}, ["vneid2"], []),
        ("1980", "", {"account": True, "smartphone": False}, ["account"], ["account_no_phone"]),
        ("1980", "", {"account": True, "smartphone": False}, ["smartphone"], ["account_no_phone"]),
        ("1980", "0981234521", {"account": True, "smartphone": False}, ["account"], []),
        ("1980", "", {"account": True, "smartphone": False, "phone_2g": True}, ["account"], []),
        ("1980", "", {"account": True}, ["account"], []),
        ("1980", "", {"smartphone": True, "phone_2g": True}, ["phone_2g"], ["two_phones"]),
        ("1980", "", {"smartphone": True, "phone_2g": True}, ["account"], []),
        ("1980", "", {"vneid2": True, "smartphone": False}, ["vneid2"], ["vneid_no_smartphone"]),
    ],
)
def test_only_what_was_answered_is_doubted(birth, phone, facts, answered, rules):
    who = Member(b"p" * 16, birth, phone=phone, facts=facts)
    assert [rule.code for rule in doubts_about_facts(who, TODAY, answered)] == rules


def test_the_command_saves_and_tells_what_is_doubtful(team, home: Home, capsys):
    with team.vault.change(team.author()) as change:
        change.writer.load("person", [home.people[2]])
        change.writer.update("person", home.people[2], birth=f"{team.today.year - 9}")
    words = ["observe", "HN-0087", "--person", "mai", "--fact", "vneid2=yes", "--json"]
    options = cli._parser().parse_args(words)
    assert options.command(options, team) == 5
    answer = json.loads(capsys.readouterr().out)
    assert (answer["saved"], len(answer["doubts"])) == (1, 1)
    shown = register.household(team, home.household).people[2]
    assert {fact.fact: fact.value for fact in shown.facts}["vneid2"] is True
