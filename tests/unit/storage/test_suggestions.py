"""Which households are suggested, why, and that it is the same every time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.storage.homes import (
    AUTHOR,
    PASSPHRASE,
    TODAY,
    Ticking,
    enrol,
    home,
    observe,
    promise,
    village,
    visit,
)
from tongcds.domain.needs import Shortfall, load_reasons
from tongcds.storage.filters import FILTERS
from tongcds.storage.merged import MERGED
from tongcds.storage.suggestions import suggestions
from tongcds.storage.vault import Vault

NO_PHONE = {
    reason.name(one) for reason in load_reasons() if reason.code == "no_smartphone" for one in ("vi", "en")
}


@pytest.fixture
def lived_in(tmp_path: Path):
    now = Ticking()
    made = Vault.create(tmp_path / "vault", PASSPHRASE, person="Ngân", now=now)
    enrol(made, now)
    yield made
    made.close()


def test_every_reason_is_a_filter_and_weighs_something():
    assert {reason.code for reason in load_reasons()} <= set(FILTERS)
    assert all(reason.weight > 0 for reason in load_reasons())


def test_the_weightiest_comes_first_with_its_reasons_and_what_is_promised_is_left_out(lived_in):
    with lived_in.change(AUTHOR) as change:
        writer = change.writer
        where = village(writer)
        poor = home(writer, where, "HN-1", "Vì Văn Sơn", poverty="poor")
        plain = home(writer, where, "HN-2", "Lò Văn Kẻo")
        helped = home(writer, where, "HN-3", "Cà Thị Hương")
        promised = home(writer, where, "HN-4", "Hà Thị Xuân", poverty="poor")
        visit(writer, helped, TODAY.isoformat(), {"service": "IN03", "result": "alone"})
        observe(writer, helped.id, "household_smartphone", True, TODAY.isoformat(), village_id=where)
        promise(writer, promised, TODAY.isoformat())
    with lived_in.read() as connection:
        found = suggestions(connection, TODAY, 10)
        again = suggestions(connection, TODAY, 10)
    assert found == again
    assert [row.household_id for row in found] == [poor.id, plain.id]
    assert found[0].weight == found[1].weight + next(r.weight for r in load_reasons() if r.code == "poor")
    assert len(found[0].why) == len(found[1].why) + 1


def test_of_equals_the_one_visited_longest_ago_comes_first_and_a_withdrawn_visit_is_none(lived_in):
    with lived_in.change(AUTHOR) as change:
        writer = change.writer
        where = village(writer)
        lately = home(writer, where, "HN-1", "Vì Văn Sơn")
        long_ago = home(writer, where, "HN-2", "Lò Văn Kẻo")
        never = home(writer, where, "HN-3", "Cà Thị Hương")
        visit(writer, lately, "2026-11-20")
        visit(writer, long_ago, "2026-02-01")
        visit(writer, never, "2026-11-22", withdrawn_why="twice")
    with lived_in.read() as connection:
        found = suggestions(connection, TODAY, 10)
    assert [row.household_id for row in found] == [never.id, long_ago.id, lately.id]
    assert found[0].last_visit is None


def test_what_a_merged_record_knew_counts_for_its_survivor_and_for_nobody_else(lived_in):
    with lived_in.change(AUTHOR) as change:
        writer = change.writer
        where = village(writer)
        survivor = home(writer, where, "HN-1", "Vì Văn Sơn")
        gone = home(writer, where, "HN-2", "Vì Văn Sơn")
        other = home(writer, where, "HN-3", "Lò Văn Kẻo")
        observe(writer, gone.people[0], "smartphone", True, TODAY.isoformat(), village_id=where)
        writer.flush()
        change.connection.execute(MERGED.insert().values(id=gone.people[0], survivor=survivor.people[0]))
    with lived_in.read() as connection:
        without = {one.household_id for one in suggestions(connection, TODAY, 10) if NO_PHONE & set(one.why)}
    assert survivor.id not in without
    assert other.id in without


def test_the_target_that_the_village_is_furthest_from_decides_and_is_said(lived_in):
    with lived_in.change(AUTHOR) as change:
        writer = change.writer
        where = village(writer)
        no_phone = home(writer, where, "HN-1", {"full_name": "Vì Văn Sơn", "birth": "2019"})
        no_account = home(writer, where, "HN-2", {"full_name": "Lò Văn Kẻo", "birth": "1990"})
        observe(writer, no_account.id, "household_smartphone", True, TODAY.isoformat(), village_id=where)
        observe(writer, no_account.people[0], "vneid2", True, TODAY.isoformat(), village_id=where)
    near, far = Shortfall(0.9, 0.96), Shortfall(0.25, 0.8)
    with lived_in.read() as connection:
        plain = suggestions(connection, TODAY, 2)
        weighed = suggestions(connection, TODAY, 2, {where: {"no_smartphone": near, "no_account_15": far}})
    assert [row.household_id for row in plain] == [no_phone.id, no_account.id]
    assert [row.household_id for row in weighed] == [no_account.id, no_phone.id]
    assert weighed[0].weight == plain[1].weight + far.weight
    assert weighed[0].furthest == "mục tiêu bản còn xa nhất: 25,0% trên 80,0%"
    assert weighed[1].furthest == ""
    assert weighed[1].weight == plain[0].weight + near.weight
