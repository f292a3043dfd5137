"""Supports and promises as the day at a glance needs them."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.storage.homes import AUTHOR, TODAY, Home, home, observe, promise, village, visit
from tongcds.domain.views import Result, Standing
from tongcds.storage import supports
from tongcds.storage.merged import Elsewhere
from tongcds.storage.vault import Vault


@pytest.fixture
def xuan(vault: Vault) -> Home:
    with vault.change(AUTHOR) as change:
        return home(
            change.writer, village(change.writer), "HN-0087", "Hà Thị Xuân", "Lò Văn Thoan", "Hà Thị Mai"
        )


def test_promises_come_by_their_day_with_late_ones_first(vault: Vault, xuan: Home):
    with vault.change(AUTHOR) as change:
        promise(change.writer, xuan, "2026-11-27", person_ids=xuan.people[1])
        promise(change.writer, xuan, "2026-11-21", service="IN03", detail="kéo cáp")
        promise(change.writer, xuan, "2026-11-23", person_ids=b"".join(xuan.people))
        promise(change.writer, xuan, "2026-11-30")
        promise(change.writer, xuan, "2026-11-20", state="done")
        change.writer.remove("follow_up", promise(change.writer, xuan, "2026-11-20"))
    with vault.read() as connection:
        todo = supports.open_follow_ups(connection, TODAY, 3)
        assert supports.follow_ups_of(connection, xuan.id, TODAY, Elsewhere()) == todo.rows
    assert [row.days_left for row in todo.rows] == [-2, 0, 4, 7]
    assert (todo.overdue, todo.today, todo.week, todo.total) == (1, 2, 3, 4)
    assert [row.title.split(" — ")[0] for row in todo.rows] == [
        "Hộ Hà Thị Xuân",
        "Hà Thị Xuân và 2 người khác",
        "Lò Văn Thoan",
        "Hộ Hà Thị Xuân",
    ]
    assert (todo.rows[0].detail, todo.rows[0].service_group, todo.rows[0].household_id) == (
        "kéo cáp",
        "IN",
        xuan.id,
    )


def test_many_old_promises_hide_nothing_that_is_due_today(vault: Vault, xuan: Home):
    with vault.change(AUTHOR) as change:
        for day in range(1, 8):
            promise(change.writer, xuan, f"2026-11-{day:02d}")
        promise(change.writer, xuan, "2026-11-23")
        promise(change.writer, xuan, "2026-12-23")
    with vault.read() as connection:
        todo = supports.open_follow_ups(connection, TODAY, 3)
    assert [row.due.isoformat()[5:] for row in todo.rows] == ["11-01", "11-02", "11-03", "11-23", "12-23"]
    assert (todo.overdue, todo.today, todo.week, todo.total) == (7, 8, 8, 9)


def test_the_week_ends_on_sunday(vault: Vault, xuan: Home):
    with vault.change(AUTHOR) as change:
        promise(change.writer, xuan, "2026-11-29")
        promise(change.writer, xuan, "2026-11-30")
    with vault.read() as connection:
        assert supports.open_follow_ups(connection, date(2026, 11, 29), 9).week == 1
        assert supports.open_follow_ups(connection, date(2026, 11, 30), 9).week == 2


def test_promises_to_a_household_that_left_are_not_shown(vault: Vault, xuan: Home):
    with vault.change(AUTHOR) as change:
        promise(change.writer, xuan, "2026-11-21")
        change.writer.update("household", xuan.id, left_on="2026-11-22")
    with vault.read() as connection:
        todo = supports.open_follow_ups(connection, TODAY, 3)
    assert (todo.rows, todo.today, todo.week) == ((), 0, 0)


def test_the_last_logged_comes_first(vault: Vault, xuan: Home):
    with vault.change(AUTHOR) as change:
        account = {"service": "PY01", "person_ids": xuan.people[0], "result": "alone"}
        visit(change.writer, xuan, "2026-11-20", account, minutes=25)
        visit(change.writer, xuan, "2026-11-02", {"service": "IN03", "result": "declined"})
        gone = visit(change.writer, xuan, "2026-11-22", {"service": "SE01", "result": "together"})
        change.writer.remove("visit", gone)
    with vault.read() as connection:
        cable, account = supports.recent(connection, TODAY, 5)
        assert supports.recent(connection, TODAY, 1) == (cable,)
    assert (cable.result, cable.on, cable.minutes) == (Result.DECLINED, date(2026, 11, 2), None)
    assert cable.title.startswith("Hộ Hà Thị Xuân · ")
    assert (account.result, account.on, account.minutes) == (Result.ALONE, date(2026, 11, 20), 25)
    assert account.title.startswith("Hà Thị Xuân · ")
    assert (account.service_group, account.household_id, account.standing) == (
        "PY",
        xuan.id,
        Standing.WAITING,
    )
    assert account.logged_at < cable.logged_at


def test_the_week_is_counted_from_monday(vault: Vault, xuan: Home):
    with vault.change(AUTHOR) as change:
        other = home(change.writer, xuan.village, "HN-0088", "Cà Văn Thoong")
        support = {"service": "PY01", "result": "alone"}
        visit(change.writer, xuan, "2026-11-22", support)
        visit(change.writer, xuan, "2026-11-23", support, support)
        visit(change.writer, other, "2026-11-24", support)
        visit(change.writer, xuan, "2026-11-24")
        change.writer.remove("visit", visit(change.writer, other, "2026-11-24", support))
    with vault.read() as connection:
        assert supports.week_counts(connection, TODAY) == supports.WeekCounts(2, 1)
        assert supports.week_counts(connection, date(2026, 11, 29)) == supports.WeekCounts(3, 2)
        assert supports.service_counts(connection)["PY01"] == 5


def test_what_a_visit_made_is_known_for_taking_it_back(vault: Vault, xuan: Home):
    with vault.change(AUTHOR) as change:
        kept = promise(change.writer, xuan, "2026-11-20")
        made = visit(change.writer, xuan, "2026-11-23", {"service": "PY01", "result": "alone"})
        seen = observe(
            change.writer, xuan.people[0], "account", value=True, held_on="2026-11-23", visit_id=made
        )
        again = promise(change.writer, xuan, "2026-12-01", visit_id=made, service="IN03")
        change.writer.update("follow_up", kept, state="done", closing_visit_id=made)
    with vault.read() as connection:
        parts = supports.parts_of_visit(connection, made)
        assert supports.open_follow_ups_of(connection, xuan.id) == {again: ("IN03", frozenset())}
    assert parts.made["visit"] == [made]
    assert (parts.made["observation"], parts.made["follow_up"], len(parts.made["support"])) == (
        [seen],
        [again],
        1,
    )
    assert parts.closed == [kept]
    with vault.change(AUTHOR) as change:
        for kind, ids in parts.made.items():
            for record_id in ids:
                change.writer.remove(kind, record_id)
        change.writer.update("follow_up", kept, state="open", closing_visit_id=None)
    with vault.read() as connection:
        assert supports.parts_of_visit(connection, made) == supports.VisitParts({}, [])
        assert supports.open_follow_ups_of(connection, xuan.id) == {kept: ("PY01", frozenset())}


def test_a_service_that_the_catalogue_does_not_know_is_shown_by_its_code(vault: Vault, xuan: Home):
    with vault.change(AUTHOR) as change:
        visit(change.writer, xuan, "2026-11-23", {"service": "ZZ99", "result": "alone"})
    with vault.read() as connection:
        (row,) = supports.recent(connection, TODAY, 5)
    assert row.title.endswith(" · ZZ99")
    assert row.service_group == ""
