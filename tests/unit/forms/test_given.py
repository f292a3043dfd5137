"""A service that ended otherwise for one person than for another is written down person by person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.forms.test_visit import (
    ACCOUNT,
    BILLS,
    HOME,
    MAI,
    SCAMS,
    SERVICES,
    TODAY,
    UN,
    XUAN,
    household,
    person,
    visit,
)
from tongcds.domain.views import Result, SupportEntry
from tongcds.forms.visit import Place, VisitSession, drafted

__all__ = ["visit"]

NEIGHBOUR = person(4, "Quàng Văn Inh")


def lines(session):
    return [(one.service.code, [p.full_name for p in one.people], one.result) for one in session.chosen()]


@pytest.fixture
def apart(visit):
    """Xuân opened an account alone, Mai is to come back for it."""
    visit.set_apart("PY01")
    visit.answer(visit.chosen()[1].key, Result.COME_BACK)
    return visit


def test_each_person_has_a_line_and_a_result_of_their_own(apart):
    assert lines(apart) == [
        ("PY01", [XUAN.full_name], Result.ALONE),
        ("PY01", [MAI.full_name], Result.COME_BACK),
        ("SE01", [XUAN.full_name, MAI.full_name], Result.TOGETHER),
    ]
    assert apart.entry().supports == (
        SupportEntry("PY01", (XUAN.person_id,), Result.ALONE),
        SupportEntry("PY01", (MAI.person_id,), Result.COME_BACK),
        SupportEntry("SE01", (XUAN.person_id, MAI.person_id), Result.TOGETHER),
    )


def test_those_with_the_same_result_are_one_support_again(apart):
    apart.answer(apart.chosen()[1].key, Result.ALONE)
    both = (XUAN.person_id, MAI.person_id)
    assert apart.entry().supports[0] == SupportEntry("PY01", both, Result.ALONE)


def test_one_result_for_all_again_has_to_be_given_where_they_differed(apart):
    apart.set_apart("PY01")
    assert [line[2] for line in lines(apart)] == [None, Result.TOGETHER]
    assert [problem.place for problem in apart.problems()] == [Place.SUPPORTS]


def test_a_line_is_taken_out_and_somebody_is_put_in(apart):
    apart.drop(apart.chosen()[1].key)
    assert lines(apart)[0] == ("PY01", [XUAN.full_name], Result.ALONE)
    apart.tick(UN.person_id, on=True)
    apart.narrow("PY01", UN.person_id)
    assert lines(apart)[:2] == [
        ("PY01", [XUAN.full_name], Result.ALONE), ("PY01", [UN.full_name], Result.ALONE),
    ]  # fmt: skip


def test_whoever_was_not_helped_after_all_loses_the_line(apart):
    apart.tick(MAI.person_id, on=False)
    assert apart.entry().supports[0] == SupportEntry("PY01", (XUAN.person_id,), Result.ALONE)
    assert len(apart.entry().supports) == 2


def test_a_missing_result_names_the_person(visit):
    visit.choose(BILLS)
    visit.drop("PY04")
    session = VisitSession(TODAY)
    session.choose_household(HOME)
    for who in (XUAN, MAI):
        session.tick(who.person_id, on=True)
    session.choose(ACCOUNT)
    session.set_apart("PY01")
    session.answer(session.chosen()[0].key, Result.ALONE)
    (problem,) = session.problems()
    assert MAI.full_name in problem.words
    assert problem.service == session.chosen()[1].key


def test_a_service_for_one_person_has_nobody_to_set_apart(visit):
    visit.tick(MAI.person_id, on=False)
    visit.set_apart("PY01")
    assert [one.is_apart for one in visit.chosen()] == [False, False]


def test_a_session_for_two_households_has_a_result_for_each_of_its_people(visit):
    visit.take_along()
    visit.choose_household(household(NEIGHBOUR, n=8))
    visit.set_apart("PY01")
    for one, result in zip(visit.chosen(), (Result.ALONE, Result.TOGETHER, Result.COME_BACK), strict=False):
        visit.answer(one.key, result)
    first, second = visit.entries()
    assert first.supports[:2] == (
        SupportEntry("PY01", (XUAN.person_id,), Result.ALONE),
        SupportEntry("PY01", (MAI.person_id,), Result.TOGETHER),
    )
    assert second.supports[0] == SupportEntry("PY01", (NEIGHBOUR.person_id,), Result.COME_BACK)


def test_a_draft_brings_every_result_back(apart):
    again = VisitSession(TODAY)
    again.restore(apart.content(), HOME, SERVICES)
    assert lines(again) == lines(apart)
    assert again.entry() == apart.entry()


def test_a_visit_with_several_results_is_corrected_as_it_was_saved(apart):
    again = VisitSession(TODAY)
    again.restore(drafted(apart.entry()), HOME, SERVICES)
    assert again.entry() == replace(apart.entry(), by_id=None)


def test_a_draft_that_makes_no_sense_apart_is_one_line(apart):
    content = apart.content()
    content["supports"] = [{"service": "PY01", "result": "alone", "apart": True, "own": {"x": "y"}}]
    again = VisitSession(TODAY)
    again.restore(content, HOME, SERVICES)
    assert lines(again) == [("PY01", [XUAN.full_name, MAI.full_name], Result.ALONE)]


def test_choosing_a_result_for_all_ends_the_lines_apart(apart):
    apart.choose(ACCOUNT, Result.DECLINED)
    assert lines(apart)[0] == ("PY01", [XUAN.full_name, MAI.full_name], Result.DECLINED)
    assert apart.has_chosen(SCAMS.code)
