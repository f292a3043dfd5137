"""Announcements and quotas: the commune's office writes them, a team reads them and its log counts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.unit.actions.conftest import COMMUNE, VILLAGE, Core, Home
from tongcds import cli
from tongcds.actions import guidance, logbook, visits
from tongcds.actions.journal import take_back
from tongcds.domain.catalogue import load_indicators, load_services
from tongcds.domain.quotas import QuotaKind, measures
from tongcds.domain.views import (
    AnnouncementText,
    QuotaTerms,
    Result,
    SupportEntry,
    VisitEntry,
    Withdrawal,
)
from tongcds.errors import UserError


def text(core: Core, words: str = "Ngày 27/11 ra quân tại chợ phiên.", **changed: object) -> AnnouncementText:
    says = AnnouncementText("Ra quân", words, core.today, core.today + timedelta(days=3))
    return replace(says, **changed)


def terms(core: Core, kind: str = "service", code: str = "PY01", **changed: object) -> QuotaTerms:
    first = core.today - timedelta(days=10)
    return replace(QuotaTerms(kind, code, 5, first, core.today + timedelta(days=10)), **changed)


def log(core: Core, home: Home, *supports: SupportEntry, days_ago: int = 0) -> bytes:
    on = core.today - timedelta(days=days_ago)
    return visits.save_visit(core, VisitEntry(home.household, on, supports))[0]


def given(core: Core, what: QuotaTerms) -> None:
    """A quota, as a page brings it: a team may not write one itself."""
    with core.vault.change(core.author()) as change:
        change.writer.create(
            "quota",
            unit_id=VILLAGE,
            kind=what.kind,
            code=what.code or None,
            amount=what.amount,
            since=what.since.isoformat(),
            until=what.until.isoformat(),
        )


def done(core: Core) -> list[int]:
    return [row.done for row in guidance.view(core).quotas]


def test_an_announcement_is_for_the_whole_commune_or_for_villages(commune: Core) -> None:
    guidance.announce(commune, text(commune))
    guidance.announce(commune, text(commune, "Chỉ bản Nà Ngà"), (VILLAGE,))
    rows = {row.says.text: row.village for row in guidance.view(commune).announcements}
    assert rows == {"Ngày 27/11 ra quân tại chợ phiên.": "", "Chỉ bản Nà Ngà": "Bản Nà Ngà"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"text": " \n "}, "announcement_empty"),
        ({"text": "a" * 2001}, "announcement_too_long"),
        ({"title": "a" * 121}, "announcement_too_long"),
        ({"valid_to": date(2020, 1, 1)}, "days_reversed"),
    ],
)
def test_an_announcement_that_says_nothing_too_much_or_is_over_before_it_begins_is_refused(
    commune: Core, changed: dict[str, object], code: str
) -> None:
    with pytest.raises(UserError) as refused:
        guidance.announce(commune, text(commune, **changed))
    assert refused.value.code == code


def test_a_team_writes_neither(team: Core) -> None:
    for act in (
        lambda: guidance.announce(team, text(team)),
        lambda: guidance.rewrite(team, VILLAGE, text(team)),
        lambda: guidance.take_down(team, VILLAGE),
        lambda: guidance.give(team, terms(team)),
        lambda: guidance.change_quota(team, VILLAGE, terms(team)),
        lambda: guidance.withdraw_quota(team, VILLAGE),
    ):
        with pytest.raises(UserError) as refused:
            act()
        assert refused.value.code == "not_a_commune"


def test_what_was_read_is_gone_from_today_until_it_says_something_else(team: Core) -> None:
    with team.vault.change(team.author()) as change:
        values = {"valid_from": team.today.isoformat(), "valid_to": team.today.isoformat()}
        said = change.writer.create("announcement", unit_id=COMMUNE, text="Họp lúc 19:30", **values)
        change.writer.create(
            "announcement", unit_id=COMMUNE, text="Xong rồi", valid_from="2025-01-01", valid_to="2025-01-31"
        )
    unread, _quotas = guidance.of_today(team)
    assert [row.says.text for row in unread] == ["Họp lúc 19:30"]
    guidance.mark_read(team, said)
    assert guidance.of_today(team)[0] == ()
    assert [row.is_read for row in guidance.view(team).announcements] == [True, False]
    guidance.mark_read(team, said, read=False)
    assert len(guidance.of_today(team)[0]) == 1
    guidance.mark_read(team, said)
    with team.vault.change(team.author()) as change:
        change.writer.load("announcement", [said])
        change.writer.update("announcement", said, text="Họp lúc 20:00")
    assert [row.says.text for row in guidance.of_today(team)[0]] == ["Họp lúc 20:00"]


def test_what_was_written_changes_goes_and_comes_back(commune: Core) -> None:
    (said,), undo, _changes = guidance.announce(commune, text(commune))
    changed, _kinds = guidance.rewrite(commune, said, text(commune, "Dời sang thứ Bảy"))
    assert [row.says.text for row in guidance.view(commune).announcements] == ["Dời sang thứ Bảy"]
    take_back(commune, changed)
    gone, _kinds = guidance.take_down(commune, said)
    assert guidance.view(commune).announcements == ()
    take_back(commune, gone)
    assert len(guidance.view(commune).announcements) == 1
    take_back(commune, undo)
    assert guidance.view(commune).announcements == ()
    with pytest.raises(UserError) as unknown:
        guidance.rewrite(commune, said, text(commune))
    assert unknown.value.code == "announcement_unknown"


def test_each_person_counts_once_and_only_what_was_done_in_time(team: Core, home: Home) -> None:
    given(team, terms(team))
    first, second, third = home.people
    log(team, home, SupportEntry("PY01", (first, second), Result.TOGETHER))
    log(team, home, SupportEntry("PY01", (first,), Result.ALONE))
    log(team, home, SupportEntry("PY01", (third,), Result.COME_BACK))
    log(team, home, SupportEntry("PY02", (third,), Result.ALONE))
    log(team, home, SupportEntry("PY01", (third,), Result.ALONE), days_ago=11)
    assert done(team) == [2]
    late = log(team, home, SupportEntry("PY01", (third,), Result.ALONE), days_ago=10)
    assert done(team) == [3]
    logbook.withdraw(team, late, Withdrawal.MISTAKE)
    assert done(team) == [2]


def test_two_records_of_one_person_count_once(team: Core, home: Home) -> None:
    given(team, terms(team))
    first, second, _third = home.people
    log(team, home, SupportEntry("PY01", (first, second), Result.TOGETHER))
    assert done(team) == [2]
    low, high = sorted((first, second))
    with team.vault.change(team.author()) as change:
        change.writer.create(
            "duplicate",
            village_id=VILLAGE,
            subject="person",
            first_id=low,
            second_id=high,
            verdict="one",
            shown_id=first,
        )
    assert done(team) == [1]


def test_a_target_counts_every_service_that_moves_it_and_visits_count_households(
    team: Core, home: Home
) -> None:
    for kind, code in (("indicator", "XHS09"), ("indicator", "XHS01"), ("group", "PY"), ("visits", "")):
        given(team, terms(team, kind, code, until=team.today + timedelta(days=len(code) + len(kind))))
    log(team, home, SupportEntry("PY01", home.people[:2], Result.ALONE))
    log(team, home, SupportEntry("SE01", home.people[2:], Result.DECLINED))
    counted = {(row.terms.kind, row.terms.code): row.done for row in guidance.view(team).quotas}
    assert counted == {
        ("indicator", "XHS09"): 2,
        ("indicator", "XHS01"): 0,
        ("group", "PY"): 2,
        ("visits", ""): 1,
    }


def test_a_household_service_of_a_target_counts_the_household_once(team: Core, home: Home) -> None:
    making = measures()["indicator", "XHS01"].services
    assert making is not None
    given(team, terms(team, "indicator", "XHS01"))
    for code in sorted(making):
        log(team, home, SupportEntry(code, home.people[:2], Result.ALONE))
    assert done(team) == [1]


def test_there_is_a_measure_for_every_service_and_every_target_that_a_service_moves() -> None:
    kinds = {kind: {code for one, code in measures() if one == kind} for kind in QuotaKind}
    assert kinds[QuotaKind.SERVICE] == set(load_services())
    assert kinds[QuotaKind.VISITS] == {""}
    assert {"XHS01", "XHS09", "XHS12"} <= kinds[QuotaKind.INDICATOR] <= set(load_indicators())
    for measure in measures().values():
        for language in ("vi", "en"):
            assert measure.name(language) or measure.kind is QuotaKind.VISITS


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"amount": 0}, "quota_amount_invalid"),
        ({"amount": 1_000_001}, "quota_amount_invalid"),
        ({"code": "ZZ99"}, "quota_measure_unknown"),
        ({"kind": "poems"}, "quota_measure_unknown"),
    ],
)
def test_a_quota_that_cannot_be_is_refused(commune: Core, changed: dict[str, object], code: str) -> None:
    with pytest.raises(UserError) as refused:
        guidance.give(commune, terms(commune, **changed))
    assert refused.value.code == code


def test_a_quota_of_a_newer_version_hides_no_other(team: Core) -> None:
    given(team, terms(team, "poems", "X"))
    given(team, terms(team))
    assert [row.terms.code for row in guidance.view(team).quotas] == ["PY01"]


def test_the_commands_write_read_and_withdraw(commune: Core, capsys: pytest.CaptureFixture[str]) -> None:
    def ran(*words: str) -> dict[str, list[dict[str, object]]]:
        options = cli._parser().parse_args([*words, "--json"])
        assert options.command(options, commune) == 0
        return json.loads(capsys.readouterr().out)

    (said,) = ran("announce", "Họp tối nay", "--title", "Họp", "--village", "na nga")["announcements"]
    (row,) = ran("announcements", "--unread")["announcements"]
    assert (row["announcement_id"], row["village"], row["says"]["title"]) == (said, "Bản Nà Ngà", "Họp")
    (row,) = ran("announcement", said[:8], "--read", "--text", "Họp tối mai")["announcements"]
    assert (row["is_read"], row["says"]["text"]) == (True, "Họp tối mai")
    assert ran("announcements", "--unread")["announcements"] == []
    assert ran("announcement", said, "--take-down")["announcements"] == []
    assert {"kind": "visits", "code": "", "name": ""} in ran("quota-measures")["measures"]
    days = ("--from", commune.today.isoformat(), "--to", commune.today.isoformat())
    (quota,) = ran("quota-give", "visits", "--amount", "20", *days)["quotas"]
    (row,) = ran("quota", quota[:8], "--amount", "30", "--note", "đợt cuối năm")["quotas"]
    assert (row["terms"]["amount"], row["terms"]["note"], row["done"]) == (30, "đợt cuối năm", 0)
    assert ran("quotas")["quotas"] == [row]
    assert ran("quota", quota, "--withdraw")["quotas"] == []
    for words, code in (
        (("announce", "x", "--village", "nowhere"), "village_unknown"),
        (("announcement", "ffff", "--read"), "announcement_unknown"),
        (("quota", quota, "--withdraw"), "quota_unknown"),
    ):
        with pytest.raises(UserError) as refused:
            ran(*words)
        assert refused.value.code == code
