"""What the laptop keeps for itself."""

from __future__ import annotations

import pytest

from tests.unit.storage.homes import AUTHOR, COMMUNE
from tongcds.protocol.messages import Credentials, ScopeEntry
from tongcds.storage import local
from tongcds.storage.local import Enrolment, Exchange, ImportBatch, SavedDraft
from tongcds.storage.vault import Vault

WHO, OTHER = bytes(16), bytes([1]) * 16


def enrolment(**changes: object) -> Enrolment:
    credentials = Credentials(
        device=11,
        member_id=AUTHOR,
        member_name="Lò Thị Ngân",
        role="team",
        unit_id=COMMUNE,
        unit_name="bản Nà Ngà",
        commune_name="xã Chiềng Mung",
        province_name="tỉnh Sơn La",
        server_name="máy chủ tỉnh Sơn La",
        server_key=bytes(32),
        epoch=1,
        scope=1,
        entries=[ScopeEntry(COMMUNE, "write")],
    )
    values = {
        "server_url": "https://tongcds.example.vn",
        "signing_seed": bytes(range(32)),
        "credentials": credentials,
        "counter": 0,
        "epoch": 1,
        "scope": 1,
        "entries": tuple(credentials.entries),
    }
    return Enrolment(**values | changes)  # type: ignore[arg-type]


def test_an_enrolment_comes_back_as_it_was_kept_and_a_new_one_takes_its_place(vault: Vault):
    with vault.write() as connection:
        assert local.load_enrolment(connection) is None
        local.save_enrolment(connection, enrolment(server_url="https://old.example.vn"))
        local.save_enrolment(connection, enrolment())
    with vault.read() as connection:
        assert local.load_enrolment(connection) == enrolment()


def test_an_enrolment_does_not_print_its_seed():
    assert repr(bytes(range(32))) not in repr(enrolment())


def test_requests_are_numbered_from_one_and_a_number_is_never_given_twice(vault: Vault):
    with vault.write() as connection:
        with pytest.raises(LookupError):
            local.next_request(connection)
        local.save_enrolment(connection, enrolment())
        assert [local.next_request(connection) for _ in range(3)] == [1, 2, 3]
    with vault.write() as connection:
        assert local.next_request(connection) == 4


def test_the_scope_that_the_server_told_last_is_kept(vault: Vault):
    wider = (ScopeEntry(COMMUNE, "write"), ScopeEntry(AUTHOR, "figures"))
    with vault.write() as connection:
        local.save_enrolment(connection, enrolment())
        local.put_scope(connection, epoch=2, scope=7, entries=wider)
        assert local.load_enrolment(connection) == enrolment(epoch=2, scope=7, entries=wider)


def test_a_form_has_one_draft_the_last_one(vault: Vault):
    first = SavedDraft(
        "visit", 1_795_000_000_000, {"note": "đang gõ", "people": [b"\1", b"\2"], "minutes": 20}
    )
    with vault.write() as connection:
        local.save_draft(connection, WHO, SavedDraft("visit", 1, {}))
        local.save_draft(connection, WHO, first)
        local.save_draft(connection, WHO, SavedDraft("survey", 5, {}))
    with vault.read() as connection:
        assert local.load_draft(connection, WHO, "visit") == first
        assert [draft.form for draft in local.load_drafts(connection, WHO)] == ["visit", "survey"]
    with vault.write() as connection:
        assert local.drop_draft(connection, WHO, "visit")
        assert not local.drop_draft(connection, WHO, "visit")
        assert local.load_draft(connection, WHO, "visit") is None


def test_nobody_is_given_another_person_s_draft(vault: Vault):
    with vault.write() as connection:
        local.save_draft(connection, WHO, SavedDraft("visit", 1, {"note": "của tôi"}))
        assert local.load_draft(connection, OTHER, "visit") is None
        assert local.load_drafts(connection, OTHER) == ()
        local.save_draft(connection, OTHER, SavedDraft("visit", 2, {"note": "của bạn"}))
        assert local.drop_draft(connection, OTHER, "visit")
        kept = local.load_draft(connection, WHO, "visit")
    assert kept is not None
    assert kept.content == {"note": "của tôi"}


def test_the_history_of_exchanges_begins_with_the_last(vault: Vault):
    past = [
        Exchange(at, "network", sent, 0, "done", watermark=mark)
        for at, sent, mark in ((10, 3, 3), (30, 4, 9), (20, 2, 5))
    ]
    with vault.write() as connection:
        for exchange in past:
            local.add_exchange(connection, exchange)
        assert local.load_exchanges(connection, 2) == (past[1], past[2])
        assert [local.received_at(connection, n) for n in (1, 3, 4, 5, 6, 9, 10)] == [
            10,
            10,
            20,
            20,
            30,
            30,
            None,
        ]


def test_an_import_keeps_all_that_taking_it_back_needs(vault: Vault):
    batch = ImportBatch(
        id=b"i" * 16,
        at=1_795_000_000_000,
        file_name="ho-dan-sach.xlsx",
        households=2,
        people=5,
        created={"household": [b"h" * 16], "person": [b"p" * 16, b"q" * 16]},
        changed={
            "person": {b"r" * 16: {"phone": None, "full_name": "Hà Thị Xuân", "household_id": b"h" * 16}}
        },
        first_n=4,
        last_n=9,
    )
    with vault.write() as connection:
        local.save_import(connection, batch)
        assert local.load_import(connection, batch.id) == batch
        assert local.load_import(connection, b"x" * 16) is None
        local.mark_import_undone(connection, batch.id, 1_795_000_001_000)
        (row,) = local.load_imports(connection)
    assert (row.file_name, row.households, row.people) == ("ho-dan-sach.xlsx", 2, 5)
    assert row.undone_at is not None
    assert (row.undone_at - row.at).total_seconds() == 1


def test_a_note_is_kept_changed_and_forgotten(vault: Vault):
    with vault.write() as connection:
        assert local.get_note(connection, "seen") == ""
        local.put_note(connection, "seen", "a")
        local.put_note(connection, "seen", "b")
        assert local.get_note(connection, "seen") == "b"
        local.put_note(connection, "seen", "")
        assert local.get_note(connection, "seen") == ""
