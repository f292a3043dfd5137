"""Consent purpose by purpose, requests with their due days, erasure that keeps the figures, and retention."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.pictures import jpeg
from tests.surroundings import FakeClock
from tests.unit.actions.conftest import MEMBER, VILLAGE, Home
from tongcds.actions import Core, attachments, audit, households, privacy, register
from tongcds.actions import today as day_view
from tongcds.domain.privacy import (
    consent_line,
    due_days,
    is_working_day,
    load_purposes,
    load_request_kinds,
    load_retention,
    sensitive_without_consent,
    working_days_after,
)
from tongcds.domain.views import ConsentAnswer, HouseholdDetail, HouseholdFilter, NewRequest, Seen
from tongcds.errors import UserError
from tongcds.records import all_types
from tongcds.reports import figures
from tongcds.storage import backups

TODAY = date(2026, 11, 23)


def answer(home: Home, **purposes: bool | None) -> ConsentAnswer:
    return ConsentAnswer(home.household, "household", home.household, purposes, "spoken", TODAY)


def request(kind: str = "delete", **more: object) -> NewRequest:
    given = {"kind": kind, "who": "Hà Thị Xuân", "received_on": TODAY, "village_id": VILLAGE} | more
    return NewRequest(**given)  # type: ignore[arg-type]


# ---- consent


def test_nobody_agreed_to_anything_until_they_said_so(team: Core, home: Home) -> None:
    states = privacy.consents(team, home.household)
    assert [state.given for state in states] == [()] * 4
    assert register.households(team, HouseholdFilter(needs=("consent_not_asked",))).matching == 1


def test_each_purpose_is_answered_by_itself_and_the_latest_answer_counts(team: Core, home: Home) -> None:
    privacy.keep_consent(team, answer(home, support=True, figures=True, contact=False))
    state = privacy.consents(team, home.household)[0]
    assert (state.given, state.declined, state.text_version) == (("support", "figures"), ("contact",), "1")
    assert consent_line(state) == "Đã đồng ý 2/4 mục đích, 23/11/2026"
    privacy.keep_consent(team, answer(home, support=True))
    assert privacy.consents(team, home.household)[0].given == ("support",)
    assert not register.households(team, HouseholdFilter(needs=("consent_not_asked",))).rows


def test_a_person_answers_for_themselves(team: Core, home: Home) -> None:
    who = home.people[2]
    privacy.keep_consent(
        team,
        ConsentAnswer(home.household, "person", who, {"support": True}, "paper", TODAY, evidence="12/GDY"),
    )
    states = {state.subject_id: state for state in privacy.consents(team, home.household)}
    assert states[who].evidence == "12/GDY"
    assert states[home.household].on is None


def test_taking_consent_back_is_kept_and_can_itself_be_taken_back(team: Core, home: Home) -> None:
    privacy.keep_consent(team, answer(home, support=True))
    consent_id = privacy.consents(team, home.household)[0].consent_id
    assert consent_id is not None
    undo, _changes = privacy.withdraw_consent(team, consent_id, "paper")
    assert consent_line(privacy.consents(team, home.household)[0]) == "Đã rút đồng ý, 23/11/2026"
    households.undo_edit(team, undo)
    assert privacy.consents(team, home.household)[0].withdrawn_on is None


def test_a_consent_that_has_run_out_counts_as_none_and_is_to_be_renewed(
    team: Core, home: Home, clock: FakeClock
) -> None:
    with team.vault.change(MEMBER) as change:
        change.writer.update("household", home.household, poverty="poor")
    until = date(2027, 1, 31)
    privacy.keep_consent(team, replace(answer(home, support=True, sensitive=True), expires_on=until))
    not_asked = HouseholdFilter(needs=("consent_not_asked",))
    assert not privacy.consents_to_renew(team)
    clock.set(datetime(2027, 1, 31, 5, tzinfo=UTC))
    (soon,) = privacy.consents_to_renew(team)
    assert (soon.expires_on, soon.expired) == (until, False)
    state = privacy.consents(team, home.household)[0]
    assert (state.agreed, state.expired) == (("support", "sensitive"), False)
    assert not register.households(team, not_asked).rows
    assert _detail(team, home).unconsented == ()
    clock.set(datetime(2027, 2, 1, 5, tzinfo=UTC))
    state = privacy.consents(team, home.household)[0]
    assert (state.agreed, state.expired) == ((), True)
    assert consent_line(state) == "Đồng ý đã hết hạn 31/01/2027, cần hỏi lại"
    assert register.households(team, not_asked).matching == 1
    assert _detail(team, home).unconsented == ("poverty",)
    assert [one.expired for one in privacy.consents_to_renew(team)] == [True]
    privacy.keep_consent(team, replace(answer(home, support=True), on=team.today))
    assert not privacy.consents_to_renew(team)
    assert privacy.consents(team, home.household)[0].expires_on == date(2032, 2, 1)


def test_nobody_who_left_or_took_it_back_is_asked_again(team: Core, home: Home, clock: FakeClock) -> None:
    privacy.keep_consent(team, replace(answer(home, support=True), expires_on=TODAY))
    clock.advance(days=1)
    (waiting,) = privacy.consents_to_renew(team)
    assert waiting.household_id == home.household
    consent_id = privacy.consents(team, home.household)[0].consent_id
    assert consent_id is not None
    undo, _changes = privacy.withdraw_consent(team, consent_id, "paper")
    assert not privacy.consents_to_renew(team)
    households.undo_edit(team, undo)
    with team.vault.change(MEMBER) as change:
        change.writer.update("household", home.household, left_on="2026-11-23")
    assert not privacy.consents_to_renew(team)


def _detail(core: Core, home: Home) -> HouseholdDetail:
    detail = register.household(core, home.household)
    assert detail is not None
    return detail


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"purposes": {}}, "nothing_selected"),
        ({"purposes": {"support": None}}, "nothing_selected"),
        ({"purposes": {"sell": True}}, "purpose_unknown"),
        ({"way": "telepathy"}, "way_unknown"),
        ({"on": date(2026, 11, 24)}, "date_in_future"),
        ({"subject": "person", "subject_id": b"x" * 16}, "person_unknown"),
    ],
)
def test_what_is_no_answer_is_refused(team: Core, home: Home, wrong: dict[str, object], code: str) -> None:
    given = {
        "household_id": home.household, "subject": "household", "subject_id": home.household,
        "purposes": {"support": True}, "way": "spoken", "on": TODAY,
    }  # fmt: skip
    with pytest.raises(UserError, match=code):
        privacy.keep_consent(team, ConsentAnswer(**(given | wrong)))  # type: ignore[arg-type]


def test_sensitive_data_without_a_consent_of_their_own_are_named_and_not_refused(
    team: Core, home: Home
) -> None:
    with team.vault.change(MEMBER) as change:
        change.writer.update("household", home.household, poverty="poor")
    privacy.keep_consent(team, answer(home, support=True))
    detail = register.household(team, home.household)
    assert detail is not None
    assert detail.unconsented == ("poverty",)
    privacy.keep_consent(team, answer(home, sensitive=True))
    detail = register.household(team, home.household)
    assert detail is not None
    assert detail.unconsented == ()


def test_every_sensitive_kind_belongs_to_a_purpose() -> None:
    assert sensitive_without_consent((), ("ethnicity", "poverty", "hardship")) == (
        "ethnicity", "poverty", "hardship",
    )  # fmt: skip
    assert sensitive_without_consent(("sensitive",), ("ethnicity",)) == ()
    assert set(load_purposes()) == {"support", "figures", "contact", "sensitive"}


# ---- requests


@pytest.mark.parametrize(
    ("received", "reply"),
    [
        (date(2026, 11, 23), date(2026, 11, 25)),  # Monday
        (date(2026, 11, 26), date(2026, 11, 30)),  # Thursday, over a weekend
        (date(2026, 4, 29), date(2026, 5, 5)),  # over two holidays and a weekend
        (date(2026, 12, 31), date(2027, 1, 5)),  # over New Year
    ],
)
def test_two_working_days_leave_out_weekends_and_holidays(received: date, reply: date) -> None:
    assert working_days_after(received, 2) == reply
    assert is_working_day(reply)


@pytest.mark.parametrize(("kind", "days"), [("view", 10), ("withdraw", 15), ("delete", 20)])
def test_due_days_follow_from_the_kind(kind: str, days: int) -> None:
    _reply, due = due_days(load_request_kinds()[kind], TODAY)
    assert (due - TODAY).days == days


def days_left(core: Core) -> list[int | None]:
    """Of the requests that Today reminds of; it reminds of reports too."""
    return [one.days_left for one in day_view.today(core).reminders if one.kind == "request"]


def test_a_request_goes_its_way_and_is_reminded_of(team: Core, clock: FakeClock) -> None:
    request_id, _undo, _changes = privacy.add_request(team, request("withdraw"))
    assert days_left(team) == [2]
    privacy.reply_request(team, request_id)
    assert not days_left(team)
    clock.advance(days=13)
    assert days_left(team) == [2]
    privacy.extend_request(team, request_id)
    assert not days_left(team)
    with pytest.raises(UserError, match="extension_not_possible"):
        privacy.extend_request(team, request_id)
    clock.advance(days=20)
    assert days_left(team) == [-3]
    privacy.close_request(team, request_id, "done", "Đã rút")
    assert not days_left(team)
    (row,) = privacy.requests(team)
    assert (row.state, row.done_on, row.days_left) == ("done", date(2026, 12, 26), None)


def test_a_deletion_is_not_put_off_and_a_refusal_needs_a_reason(team: Core) -> None:
    request_id, _undo, _changes = privacy.add_request(team, request("delete"))
    with pytest.raises(UserError, match="extension_not_possible"):
        privacy.extend_request(team, request_id)
    with pytest.raises(UserError, match="answer_missing"):
        privacy.close_request(team, request_id, "declined", " ")


def test_too_much_looked_at_is_told_to_the_commune_only(team: Core, commune: Core) -> None:
    for core in (team, commune):
        for number in range(201):
            core.saw(number.to_bytes(16, "big"))
        audit.keep_views(core)
    assert not privacy.reminders(team)
    assert [reminder.kind for reminder in privacy.reminders(commune)] == ["bulk"]


# ---- erasure and retention


def test_figures_of_past_days_stay_and_the_person_counts_no_more(
    team: Core, home: Home, clock: FakeClock
) -> None:
    seen = Seen("person", home.people[2], "smartphone", value=True, held_on=TODAY, how="seen")
    households.record_facts(team, [seen])
    before = _figure(team, TODAY)
    clock.advance(days=2)
    privacy.erase(team, "person", home.people[2])
    assert _figure(team, TODAY) == before == (1, 3)
    assert _figure(team, team.today) == (None, 2)


def _figure(core: Core, on: date) -> tuple[int | None, int | None]:
    with core.vault.read() as connection:
        count = figures.stock(connection, ["XHS02"], [VILLAGE], on)[VILLAGE, "XHS02"]
    return count.numerator, count.denominator


def test_a_head_is_not_erased_while_others_live_there(team: Core, home: Home) -> None:
    with pytest.raises(UserError, match="head_needed"):
        privacy.erase(team, "person", home.people[0])


def test_the_last_person_takes_the_household_along(team: Core, home: Home) -> None:
    for person in (home.people[2], home.people[1], home.people[0]):
        privacy.erase(team, "person", person)
    assert register.household(team, home.household) is None
    with pytest.raises(UserError, match="household_unknown"):
        privacy.erase(team, "household", home.household)


def test_an_erasure_answers_the_request_for_it_which_stays_in_the_register_without_a_name(
    team: Core, home: Home
) -> None:
    for kind in ("delete", "view"):
        privacy.add_request(team, request(kind, household_id=home.household, detail="Tôi muốn"))
    privacy.erase(team, "household", home.household)
    rows = {row.kind: row for row in privacy.requests(team)}
    assert (rows["delete"].state, rows["delete"].done_on, rows["delete"].replied_on) == ("done", TODAY, TODAY)
    assert (rows["delete"].who, rows["delete"].detail, rows["delete"].due_on) == ("", "", date(2026, 12, 13))
    assert rows["view"].state == "open"


def test_a_person_whose_time_is_over_takes_what_was_about_them_alone_along(
    team: Core, home: Home, clock: FakeClock, tmp_path: Path
) -> None:
    who = home.people[2]
    (tmp_path / "a.jpg").write_bytes(jpeg(2000))
    attachments.attach(team, ("person", who), tmp_path / "a.jpg")
    privacy.keep_consent(
        team, ConsentAnswer(home.household, "person", who, {"support": True}, "paper", TODAY, place="Nhà Mai")
    )
    with team.vault.change(MEMBER) as change:
        change.writer.update("person", who, left_on="2026-11-23")
    clock.set(datetime(2028, 11, 24, 5, tzinfo=UTC))
    (due,) = privacy.over_their_time(team)
    done, _changes = privacy.erase_over_their_time(team, (due,))
    assert done.records == 3
    with team.vault.read() as connection:
        left = connection.exec_driver_sql(
            "SELECT place FROM consent UNION ALL SELECT name FROM attachment"
            " UNION ALL SELECT full_name FROM person WHERE left_on IS NOT NULL"
        ).scalars()
        assert list(left) == [None, None, None]


def test_an_undo_does_not_bring_erased_words_back(team: Core, home: Home) -> None:
    undo, _changes = privacy.keep_consent(team, answer(home, support=True))
    privacy.erase(team, "household", home.household)
    households.undo_edit(team, undo)
    assert register.household(team, home.household) is None


def test_what_is_over_its_time_is_proposed_and_erased_when_confirmed(
    team: Core, home: Home, clock: FakeClock
) -> None:
    with team.vault.change(MEMBER) as change:
        change.writer.update("person", home.people[2], left_on="2026-11-23", left_why="died")
    clock.advance(days=729)
    assert not privacy.over_their_time(team)
    clock.advance(days=10)
    due = privacy.over_their_time(team)
    assert [(row.kind, row.title) for row in due] == [("person", "Lò Thị Mai")]
    privacy.erase_over_their_time(team, due)
    assert not privacy.over_their_time(team)


def test_consents_that_ended_and_old_photos_are_over_their_time_too(
    team: Core, home: Home, clock: FakeClock, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(2000))
    photo, _changes = attachments.attach(
        team, ("household", home.household), tmp_path / "a.jpg", taken_on=TODAY
    )
    privacy.keep_consent(team, replace(answer(home, support=True), expires_on=date(2026, 12, 31)))
    consent_id = privacy.consents(team, home.household)[0].consent_id
    clock.set(datetime(2029, 12, 30, 5, tzinfo=UTC))
    assert not privacy.over_their_time(team)
    clock.set(datetime(2030, 1, 2, 5, tzinfo=UTC))
    (due,) = privacy.over_their_time(team)
    assert (due.kind, due.record_id, due.since) == ("consent", consent_id, date(2026, 12, 31))
    assert "HN-0087" in due.title
    privacy.erase_over_their_time(team, (due,))
    assert not privacy.over_their_time(team)
    assert privacy.consents(team, home.household)[0].consent_id is None
    clock.set(datetime(2031, 11, 24, 5, tzinfo=UTC))
    (due,) = privacy.over_their_time(team)
    assert (due.kind, due.record_id) == ("attachment", photo)
    privacy.erase_over_their_time(team, (due,))
    assert not privacy.over_their_time(team)
    assert attachments.of_household(team, home.household) == ()


def test_a_photo_of_which_nobody_knows_the_day_counts_from_the_day_it_was_attached(
    team: Core, home: Home, clock: FakeClock, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(2000))
    photo, _changes = attachments.attach(team, ("household", home.household), tmp_path / "a.jpg")
    clock.set(datetime(2031, 11, 22, 5, tzinfo=UTC))
    assert not privacy.over_their_time(team)
    clock.set(datetime(2031, 11, 23, 5, tzinfo=UTC))
    (due,) = privacy.over_their_time(team)
    assert (due.kind, due.record_id, due.since) == ("attachment", photo, TODAY)
    privacy.erase_over_their_time(team, (due,))
    assert attachments.of_household(team, home.household) == ()


WITH_THEIR_HOUSEHOLD = {"visit", "follow_up", "round_stop", "settled", "conflict", "earlier", "poverty_class"}
"""Erased with the household or person that they are about, and not before: today's help rests on them."""

SAY_NOTHING_ALONE = {"observation", "support", "duplicate", "skill_check"}
"""Without the person whom they name by an id they are counts."""

OF_THE_STAFF = {"member", "laptop", "round", "announcement", "quota"}
"""About those who work here and their work, and known to all of them."""

PAPERS_OF_AN_OFFICE = {"report_content", "commendation_person"}
"""What a team told or proposed to its commune: kept as its papers are, and read in the commune alone."""

ENDS_BY_ITSELF = {"quarantined"}
"""What it said is emptied once somebody decided."""


def test_every_kind_of_record_about_people_has_its_time_or_a_reason() -> None:
    timed = load_retention().keys()
    rest = (WITH_THEIR_HOUSEHOLD, SAY_NOTHING_ALONE, OF_THE_STAFF, PAPERS_OF_AN_OFFICE, ENDS_BY_ITSELF)
    about_people = {record.name for record in all_types() if record.about_people}
    assert about_people == timed | set().union(*rest)
    assert sum(map(len, rest)) + len(timed) == len(about_people)
    assert all(rule.months > 0 and rule.source for rule in load_retention().values())


def test_backups_older_than_thirty_days_go(team: Core, clock: FakeClock) -> None:
    team.vault.backup(backups.REGULAR)
    clock.advance(days=29)
    team.vault.backup(backups.REGULAR)
    folder = team.vault.folder / backups.FOLDER
    assert len(list(folder.iterdir())) == 2
    clock.advance(days=2)
    team.vault.backup(backups.REGULAR)
    assert len(list(folder.iterdir())) == 2
    clock.advance(days=90)
    team.vault.backup(backups.REGULAR)
    assert len(list(folder.iterdir())) == 1
