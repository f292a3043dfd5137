"""The access log: what is noted, what is told, and that nobody changes it unseen."""

from __future__ import annotations

import json
from random import Random

import pytest
from sqlalchemy import Connection, delete, select, text, update

from tests.surroundings import FakeClock
from tests.unit.actions.conftest import MEMBER, VILLAGE, Home
from tongcds.actions import Core, audit, households, register
from tongcds.domain.privacy import log_kept_from
from tongcds.domain.views import Seen
from tongcds.records import record_type
from tongcds.replica.tables import OWN
from tongcds.storage import audit as lines
from tongcds.storage import local
from tongcds.storage.audit import LINE


def codes(core: Core) -> set[str]:
    return {finding.code for finding in audit.access_log(core).findings}


def said(core: Core) -> list[str]:
    return [line.kind for line in reversed(audit.access_log(core).lines)]


@pytest.fixture
def busy(team: Core, home: Home) -> Core:
    """A log of some lines, two of them anchored."""
    with team.vault.change(MEMBER) as change:
        change.writer.update("person", home.people[0], phone="0981234521", id_number="014178000321")
    for _time in range(3):
        register.household(team, home.household)
    audit.keep_views(team)
    assert register.reveal(team, home.people[0], "phone").number == "0981234521"
    assert register.reveal(team, home.people[0], "id_number").number == "014178000321"
    audit.note(team, audit.EXPORT, count=3)
    return team


def test_opening_counts_once_and_each_number_shown_has_its_line(busy: Core) -> None:
    assert said(busy) == ["open", "reveal", "reveal", "export"]
    first = audit.access_log(busy).lines[-1]
    assert (first.person, first.about) == ("Lò Thị Ngân", "HN-0087 · Hà Thị Xuân")
    assert not codes(busy)


def test_numbers_that_nobody_has_are_not_noted(team: Core, home: Home) -> None:
    assert register.reveal(team, home.people[1], "phone").number == ""
    assert not said(team)


def test_no_line_holds_a_name_or_a_number(busy: Core) -> None:
    with busy.vault.read() as connection:
        held = "".join(str(tuple(row)) for row in connection.execute(select(LINE)))
        held += "".join(str(tuple(row)) for row in connection.execute(select(record_type("audit").table)))
    assert "0981234521" not in held
    assert "Xuân" not in held


def many(core: Core, count: int) -> None:
    """A log of so many lines, every tenth of them anchored."""
    with core.vault.change(MEMBER) as change:
        for number in range(count):
            if number % 10:
                line = lines.Line(number, "2026-11-23", MEMBER, lines.OPEN, number.to_bytes(16, "big"))
                lines.append(change.connection, line)
            else:
                audit.record(core, change, audit.EXPORT, count=number)


LINES = 10_000
TAMPERINGS = ("edit", "delete", "reorder", "truncate", "renumber")


def tamper(connection: Connection, how: str, at: int, last: int) -> None:
    here = LINE.c.sequence == at
    match how:
        case "edit":
            connection.execute(update(LINE).where(here).values(amount=LINE.c.amount + 1))
        case "delete":
            connection.execute(delete(LINE).where(here))
        case "truncate":
            connection.execute(delete(LINE).where(LINE.c.sequence >= at))
        case "renumber":
            connection.execute(delete(LINE).where(here))
            connection.execute(update(LINE).where(LINE.c.sequence > at).values(sequence=LINE.c.sequence - 1))
        case "reorder":
            other = at + 1 if at < last else at - 1
            for old, new in ((at, -1), (other, at), (-1, other)):
                connection.execute(update(LINE).where(LINE.c.sequence == old).values(sequence=new))


def test_whatever_is_done_to_any_of_10_000_lines_is_found(team: Core) -> None:
    """A truncation is found from the last anchor down."""
    many(team, LINES + 1)
    assert not codes(team)
    random = Random(LINES)
    for how in TAMPERINGS:
        for at in (1, LINES, *random.sample(range(2, LINES), 5)):
            assert found_after(team, how, at), (how, at)
    assert not codes(team)


def found_after(core: Core, how: str, at: int) -> list[lines.Finding]:
    """What the check finds after a tampering, which is then undone."""
    known = core.credentials()
    with core.vault.write() as connection:
        undone = connection.begin_nested()
        tamper(connection, how, at, LINES + 1)
        found = lines.verify(
            connection, device=known.device, first=1, server_key=known.server_key, kept_from="2023-11-23"
        )
        undone.rollback()
    return found


def test_a_chain_made_anew_by_whoever_owns_the_vault_does_not_fit_the_anchors(team: Core) -> None:
    many(team, 50)
    with team.vault.write() as connection:
        rows = connection.execute(select(LINE).order_by(LINE.c.sequence)).all()
        connection.execute(delete(LINE))
        place = lines.Place(rows[0].log, 0, bytes(32))
        for row in rows:
            if row.sequence == 25:
                continue
            line = lines.Line(row.at, row.on, row.who, row.kind, row.subject_id, row.amount, row.detail)
            place = lines._put(connection, place, line)
    assert "anchor_changed" in codes(team)


def test_anchors_changed_along_with_the_chain_do_not_fit_the_own_writes(busy: Core) -> None:
    table = record_type("audit").table
    with busy.vault.write() as connection:
        connection.execute(update(table).values(head=b"x" * 16))
    assert "anchor_changed" in codes(busy)


def test_own_writes_changed_along_do_not_fit_their_chain(busy: Core) -> None:
    with busy.vault.write() as connection:
        last = connection.execute(select(OWN).order_by(OWN.c.n.desc()).limit(1)).one()
        connection.execute(
            update(OWN).where(OWN.c.n == last.n).values(body=last.body.replace(b"export", b"reveal"))
        )
    assert "write_changed" in codes(busy)


def test_a_forged_receipt_is_found(busy: Core) -> None:
    with busy.vault.write() as connection:
        lines.keep_receipt(connection, (7, 1, bytes(32), 1, 1), bytes(64))
    assert codes(busy) == {"receipt_wrong"}


def test_a_vault_put_back_from_a_copy_begins_a_new_chain_and_says_so(busy: Core) -> None:
    with busy.vault.write() as connection:
        connection.execute(text("DELETE FROM audit_line WHERE sequence > 1"))
    audit.note(busy, audit.EXPORT)
    assert said(busy).count("restart") == 1
    assert codes(busy) == {"restarted"}


def test_reading_more_than_200_households_in_a_day_is_told_once(team: Core) -> None:
    for number in range(200):
        team.saw(number.to_bytes(16, "big"))
    assert not audit.keep_views(team).kinds
    for number in range(150, 205):
        team.saw(number.to_bytes(16, "big"))
    audit.keep_views(team)
    team.saw((999).to_bytes(16, "big"))
    audit.keep_views(team)
    with team.vault.read() as connection:
        (alarm,) = audit.alarms(connection, team.today)
    assert (alarm.kind, alarm.title, alarm.count) == ("bulk", "Lò Thị Ngân", 201)


def test_an_alarm_names_who_looked_and_not_who_sits_there_next(team: Core) -> None:
    with team.vault.change(MEMBER) as change:
        other = change.writer.create("member", unit_id=VILLAGE, full_name="Lò Văn Ún")
    now = team.now()
    team._views.extend((other, number.to_bytes(16, "big"), now) for number in range(201))
    audit.keep_views(team)
    with team.vault.read() as connection:
        (alarm,) = audit.alarms(connection, team.today)
    assert alarm.title == "Lò Văn Ún"


def test_a_past_day_is_summed_up_once(team: Core, clock: FakeClock) -> None:
    for number in range(7):
        team.saw(number.to_bytes(16, "big"))
    audit.keep_views(team)
    clock.advance(days=1)
    for _time in range(2):
        team.saw(b"n" * 16)
        audit.keep_views(team)
    table = record_type("audit").table
    with team.vault.read() as connection:
        sums = connection.execute(select(table.c.on, table.c.households).where(table.c.kind == "day")).all()
    assert [tuple(row) for row in sums] == [("2026-11-23", 7)]


def test_taking_back_is_noted(team: Core, home: Home) -> None:
    seen = Seen("person", home.people[0], "smartphone", value=True, held_on=team.today, how="seen")
    undo, _changes = households.record_facts(team, [seen])
    households.undo_edit(team, undo)
    assert said(team) == ["undo"]


# ---- the time of the log itself


def kept(core: Core) -> list[int]:
    with core.vault.read() as connection:
        return list(connection.execute(select(LINE.c.sequence).order_by(LINE.c.sequence)).scalars())


def aged(core: Core, clock: FakeClock, count: int = 5) -> None:
    """So many anchored lines, one each half year."""
    for _time in range(count):
        audit.note(core, audit.EXPORT, count=1)
        clock.advance(days=183)


def let_go(core: Core) -> int:
    with core.vault.write() as connection:
        return lines.let_go(connection, log_kept_from(core.today).isoformat())


def test_lines_go_after_their_time_and_the_rest_still_holds(team: Core, clock: FakeClock) -> None:
    aged(team, clock, 8)
    assert not codes(team)
    assert let_go(team) == 3
    assert kept(team) == [4, 5, 6, 7, 8]
    assert not codes(team)
    assert let_go(team) == 0
    audit.note(team, audit.EXPORT)
    clock.advance(days=183)
    assert let_go(team) == 1
    assert not codes(team)


def test_a_line_changed_after_the_beginning_is_found_all_the_same(team: Core, clock: FakeClock) -> None:
    aged(team, clock, 8)
    let_go(team)
    with team.vault.write() as connection:
        connection.execute(update(LINE).where(LINE.c.sequence == 4).values(amount=9))
    assert "changed" in codes(team)


def test_the_last_line_stays_however_old_it_is(team: Core, clock: FakeClock) -> None:
    aged(team, clock, 2)
    clock.advance(days=2000)
    assert let_go(team) == 1
    audit.note(team, audit.EXPORT)
    assert kept(team) == [2, 3]
    assert not codes(team)


def test_whoever_lets_lines_go_before_their_time_is_found(team: Core, clock: FakeClock) -> None:
    aged(team, clock, 4)
    with team.vault.write() as connection:
        assert lines.let_go(connection, team.today.isoformat()) == 3
    assert codes(team) == {"cut"}


def test_what_was_done_just_before_the_lines_went_is_told_by_its_records(
    team: Core, clock: FakeClock
) -> None:
    """A beginning that somebody made up, with the oldest day that verify allows, does not hide a record."""
    aged(team, clock, 4)
    with team.vault.write() as connection:
        lines.let_go(connection, team.today.isoformat())
        note = json.loads(local.get_note(connection, "access log begins"))
        allowed = {log: [after, head, "2000-01-01"] for log, (after, head, _before) in note.items()}
        local.put_note(connection, "access log begins", json.dumps(allowed))
    assert codes(team) == {"cut"}
