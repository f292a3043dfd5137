"""A visit is logged as it was, and what is missing is said in a sentence."""

from __future__ import annotations

import json
from datetime import date

import pytest

from tongcds import i18n
from tongcds.domain.views import (
    HouseholdDetail,
    PersonRow,
    Result,
    ServiceChoice,
    Standing,
    SupportEntry,
    VisitEntry,
)
from tongcds.errors import UserError
from tongcds.forms.visit import Place, VisitSession, drafted, drafted_household

TODAY = date(2026, 11, 23)
ACCOUNT = ServiceChoice("PY01", "Mở tài khoản thanh toán", "PY", "Thanh toán số", "person", 1)
SCAMS = ServiceChoice("SE01", "Nhận biết lừa đảo trực tuyến", "SE", "An toàn trên mạng", "person", 10)
BILLS = ServiceChoice("PY04", "Trả tiền điện, nước trên máy", "PY", "Thanh toán số", "household", 3)
SERVICES = (ACCOUNT, SCAMS, BILLS)


def person(n, name):
    return PersonRow(bytes([n]) * 16, name, 1980, 46, "con", n == 1, None, "", ())


XUAN, UN, MAI = person(1, "Hà Thị Xuân"), person(2, "Lò Văn Ún"), person(3, "Lò Thị Mai")


def household(*people, n=9):
    return HouseholdDetail(
        bytes([n]) * 16, "HN-0087", people[0].full_name, "bản Nà Ngà", "xã Chiềng Mung", "", "", False, None,
        Standing.RECEIVED, (), people, (), (),
    )  # fmt: skip


HOME = household(XUAN, UN, MAI)


@pytest.fixture
def visit():
    session = VisitSession(TODAY)
    session.choose_household(HOME)
    session.tick(XUAN.person_id, on=True)
    session.tick(MAI.person_id, on=True)
    session.choose(ACCOUNT, Result.ALONE)
    session.choose(SCAMS, Result.TOGETHER)
    return session


def places(session):
    return [problem.place for problem in session.problems()]


def names(session):
    return {chosen.service.code: [one.full_name for one in chosen.people] for chosen in session.chosen()}


def test_a_typical_visit_is_handed_over_whole(visit):
    visit.minutes_words = "25"
    visit.note = "  Chị Xuân đã tự quét QR. \n\n"
    visit.follow_up_words = "+7"
    visit.narrow("PY01", MAI.person_id)
    assert visit.entry() == VisitEntry(
        HOME.household_id,
        TODAY,
        (
            SupportEntry("PY01", (XUAN.person_id,), Result.ALONE),
            SupportEntry("SE01", (XUAN.person_id, MAI.person_id), Result.TOGETHER),
        ),
        minutes=25,
        note="Chị Xuân đã tự quét QR.",
        follow_up_on=date(2026, 11, 30),
    )


def test_an_empty_form_says_what_comes_first_and_hands_nothing_over():
    session = VisitSession(TODAY)
    assert places(session) == [Place.HOUSEHOLD, Place.SERVICES]
    with pytest.raises(UserError):
        session.entry()


def test_every_problem_is_a_vietnamese_sentence():
    session = VisitSession(TODAY)
    session.choose(ACCOUNT)
    session.day_words, session.minutes_words, session.follow_up_words = "mai", "lâu", "?"
    said = [problem.words for problem in session.problems()]
    assert len(said) == 5
    i18n.set_language("en")
    english = [problem.words for problem in session.problems()]
    assert all(vietnamese != source for vietnamese, source in zip(said, english, strict=True))


def test_a_result_has_to_be_given_for_each_service(visit):
    visit.choose(BILLS)
    problem = visit.problems()[0]
    assert (problem.place, problem.service) == (Place.SUPPORTS, "PY04")
    assert BILLS.name in problem.words
    visit.answer("PY04", Result.DECLINED)
    assert visit.problems() == ()


def test_nobody_ticked_is_wrong_for_a_person_but_not_for_the_household():
    session = VisitSession(TODAY)
    session.choose_household(HOME)
    session.choose(BILLS, Result.ALONE)
    assert session.problems() == ()
    assert session.entry().supports == (SupportEntry("PY04", (), Result.ALONE),)
    session.choose(ACCOUNT, Result.ALONE)
    assert places(session) == [Place.PEOPLE]


def test_the_only_person_of_a_household_is_ticked_already():
    session = VisitSession(TODAY)
    session.choose_household(household(XUAN))
    assert session.has_helped(XUAN.person_id)


def test_another_household_starts_with_nobody_but_keeps_what_was_done(visit):
    visit.choose_household(household(UN, MAI, n=8))
    assert visit.helped == ()
    assert list(names(visit)) == ["PY01", "SE01"]


def test_the_same_household_read_again_keeps_who_is_still_there(visit):
    visit.choose_household(household(XUAN, UN))
    assert visit.helped == (XUAN,)


def test_whoever_joins_later_is_counted_where_nobody_was_left_out(visit):
    visit.narrow("PY01", MAI.person_id)
    visit.tick(UN.person_id, on=True)
    assert names(visit) == {
        "PY01": ["Hà Thị Xuân"],
        "SE01": ["Hà Thị Xuân", "Lò Văn Ún", "Lò Thị Mai"],
    }


def test_leaving_somebody_out_can_be_taken_back(visit):
    visit.narrow("PY01", MAI.person_id)
    visit.narrow("PY01", MAI.person_id)
    visit.tick(UN.person_id, on=True)
    assert len(names(visit)["PY01"]) == 3


def test_a_service_left_with_nobody_is_wrong(visit):
    visit.narrow("PY01", MAI.person_id)
    visit.tick(XUAN.person_id, on=False)
    assert [(problem.place, problem.service) for problem in visit.problems()] == [(Place.SUPPORTS, "PY01")]


def test_only_those_who_were_helped_can_be_given_a_service(visit):
    visit.narrow("SE01", UN.person_id)
    visit.tick(b"nobody", on=True)
    assert names(visit)["SE01"] == ["Hà Thị Xuân", "Lò Thị Mai"]


def test_a_service_of_the_household_can_be_given_to_one_of_it(visit):
    visit.choose(BILLS, Result.ALONE)
    assert visit.chosen()[-1].for_household
    visit.narrow("PY04", MAI.person_id)
    assert names(visit)["PY04"] == ["Lò Thị Mai"]
    assert not visit.chosen()[-1].for_household


def test_choosing_again_changes_the_result_and_dropping_forgets_it(visit):
    visit.choose(ACCOUNT, Result.COME_BACK)
    visit.choose(ACCOUNT)
    assert visit.chosen()[0].result is Result.COME_BACK
    visit.drop("PY01")
    visit.drop("PY01")
    assert list(names(visit)) == ["SE01"]


@pytest.mark.parametrize("words", ["0", "-5", "721", "25 phút", "2,5", "½"])
def test_minutes_are_a_whole_number(visit, words):
    visit.minutes_words = words
    assert places(visit) == [Place.MINUTES]


@pytest.mark.parametrize(
    ("words", "place"), [("xx", Place.DAY), ("24/11/2026", Place.DAY), ("mai", Place.DAY)]
)
def test_the_day_is_a_day_that_has_come(visit, words, place):
    visit.day_words = words
    assert places(visit) == [place]


def test_the_appointment_is_counted_from_the_visit(visit):
    visit.day_words, visit.follow_up_words = "20/11", "+7"
    assert visit.entry().follow_up_on == date(2026, 11, 27)


@pytest.mark.parametrize("words", ["soon", "hôm nay", "1/11/2026"])
def test_the_appointment_is_after_the_visit(visit, words):
    visit.follow_up_words = words
    assert places(visit) == [Place.FOLLOW_UP]


def test_a_draft_comes_back_as_it_was_typed(visit):
    visit.narrow("PY01", MAI.person_id)
    visit.choose(BILLS)
    visit.day_words, visit.minutes_words, visit.follow_up_words, visit.note = "hôm q", "2", "+", "Chị Xu"
    content = json.loads(json.dumps(visit.content()))
    assert drafted_household(content) == HOME.household_id
    again = VisitSession(TODAY)
    again.restore(content, HOME, SERVICES)
    assert again.content() == content
    assert again.chosen() == visit.chosen()


def test_a_draft_keeps_its_day_when_it_is_opened_on_another(visit):
    content = visit.content()
    tomorrow = VisitSession(date(2026, 11, 24))
    tomorrow.restore(content, HOME, SERVICES)
    assert tomorrow.entry().on == TODAY
    visit.day_words = "hôm qua"
    tomorrow.restore(visit.content(), HOME, SERVICES)
    assert tomorrow.entry().on == date(2026, 11, 22)


def test_a_draft_leaves_out_who_and_what_is_gone(visit):
    content = visit.content()
    again = VisitSession(TODAY)
    again.restore(content, household(XUAN, UN), (SCAMS,))
    assert names(again) == {"SE01": ["Hà Thị Xuân"]}
    again.restore(content, None, SERVICES)
    assert again.helped == ()
    assert places(again)[0] is Place.HOUSEHOLD


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"household": 7, "helped": "x", "supports": [3, {"service": "PY01", "result": "soso"}], "note": None},
        {"household": "zz", "helped": ["zz", 3], "supports": {"service": "PY01"}, "day": ["23"]},
    ],
)
def test_a_strange_draft_is_taken_as_far_as_it_makes_sense(content):
    session = VisitSession(TODAY)
    session.restore(content, HOME, SERVICES)
    assert drafted_household(content) is None
    assert session.helped == ()
    assert all(chosen.result is None for chosen in session.chosen())


def test_only_what_was_filled_in_is_worth_a_draft(visit):
    assert not visit.is_untouched
    fresh = VisitSession(TODAY)
    fresh.choose_household(HOME)
    assert fresh.is_untouched
    fresh.note = "x"
    assert not fresh.is_untouched


@pytest.mark.parametrize(
    ("words", "metres"),
    [("3", 3000), ("2,5", 2500), ("0.4", 400), (" 12,75 ", 12750), ("", None), ("200", 200_000)],
)
def test_the_way_is_typed_in_kilometres(visit, words, metres):
    visit.distance_words = words
    assert visit.problems() == ()
    assert visit.entry().metres == metres


@pytest.mark.parametrize("words", ["far", "-2", "0", "0,0", "201", "1,2345", "3 km?"])
def test_what_is_no_way_is_said(visit, words):
    visit.distance_words = words
    assert places(visit) == [Place.DISTANCE]


def test_a_way_comes_back_from_a_draft_and_to_be_corrected(visit):
    visit.distance_words = "2,5"
    for content in (visit.content(), drafted(visit.entry())):
        again = VisitSession(TODAY)
        again.restore(content, HOME, SERVICES)
        assert again.entry().metres == 2500
