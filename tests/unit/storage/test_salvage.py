"""What is left of a vault that is damaged: all that sound pages and the journal hold, and not a word more."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from tests.faults.scenes import quickly
from tests.unit.storage.homes import (
    AUTHOR,
    PASSPHRASE,
    Ticking,
    abandon,
    contents,
    enrol,
    home,
    village,
    visit,
)
from tongcds.errors import UserError
from tongcds.protocol.messages import State, Version
from tongcds.records import Value, record_type
from tongcds.replica import adopt, load_identity
from tongcds.replica.replay import logged
from tongcds.storage import journal, keyslots, lease, readable, repair, salvage
from tongcds.storage.salvage import KINDS, Salvage, Source
from tongcds.storage.vault import FILE_NAME, Vault

Truth = dict[str, dict[bytes, Mapping[str, Value]]]
PAGE = 4096
OTHER = 99


@dataclass(frozen=True)
class Kept:
    """A closed vault, and the records that are in it and not removed."""

    folder: Path
    truth: Truth
    homes: tuple[bytes, ...]
    village: bytes
    needed: frozenset[int] = frozenset()
    """Pages without which no table is found: those that hold the list of them."""
    roots: frozenset[int] = frozenset()
    """Pages without which some table is not found: the first of each table and index."""

    def copy(self, to: Path) -> Kept:
        shutil.copytree(self.folder, to)
        return replace(self, folder=to)


@pytest.fixture(autouse=True)
def _quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyslots, "_passphrase_key", quickly)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A village of 250 households, each with people, visits and what was done; some were removed."""
    folder = tmp_path_factory.mktemp("whole") / "vault"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyslots, "_passphrase_key", quickly)
        now = Ticking()
        vault = Vault.create(folder, PASSPHRASE, person="Lò Thị Ngân", now=now)
        enrol(vault, now)
        with vault.change(AUTHOR) as change:
            place = village(change.writer)
            homes = []
            for i in range(250):
                # A long note lies on pages of its own.
                one = home(
                    change.writer, place, f"HN-{i:04}", f"Hà Thị {i}", f"Lò Văn {i}", note="ở " * (i * 9)
                )
                visit(
                    change.writer, one, "2026-11-03",
                    {"service": "DVC-03", "person_ids": one.people[0], "result": "together"},
                )  # fmt: skip
                homes.append(one.id)
        with vault.change(AUTHOR) as change:
            for household in homes[::25]:
                change.writer.remove("household", household)
        truth = truth_of(vault)
        vault.close()
        key = key_of(folder, repair.DATABASE_PURPOSE)
        path = folder / FILE_NAME
        yield Kept(folder, truth, tuple(homes), place, frozenset(needed(path, key)), roots(path, key))


def needed(path: Path, key: bytes) -> Iterator[int]:
    for page in range(path.stat().st_size // PAGE):
        flip(path, page)
        if readable.ask(path, key, lambda _connection: True) is None:
            yield page
        flip(path, page)


def roots(path: Path, key: bytes) -> frozenset[int]:
    def asked(connection: Connection) -> frozenset[int]:
        pages = connection.execute(text("SELECT rootpage FROM sqlite_master WHERE rootpage > 0")).scalars()
        # SQLite counts its pages from one.
        return frozenset(page - 1 for page in pages)

    return readable.ask(path, key, asked) or frozenset()


def flip(path: Path, page: int, at: int = 100) -> None:
    with path.open("r+b") as file:
        file.seek(page * PAGE + at)
        byte = file.read(1)[0]
        file.seek(page * PAGE + at)
        file.write(bytes([byte ^ 4]))


def others(kept: Kept, step: int = 1) -> list[int]:
    """Every so many pages of those that are not needed by all."""
    many = (kept.folder / FILE_NAME).stat().st_size // PAGE
    return [page for page in range(many) if page not in kept.needed][::step]


@pytest.fixture
def kept(original: Kept, tmp_path: Path) -> Kept:
    return original.copy(tmp_path / "vault")


def truth_of(vault: Vault) -> Truth:
    truth: Truth = {}
    with vault.read() as connection:
        for kind in KINDS:
            record = record_type(kind)
            rows = connection.execute(record.table.select().where(record.table.c.deleted == 0)).mappings()
            truth[kind] = {row["id"]: {name: row[name] for name in record.field_names} for row in rows}
    return truth


def files(folder: Path) -> dict[str, bytes]:
    """All but what SQLite makes anew each time that it opens a write-ahead log."""
    return {name: content for name, content in contents(folder).items() if not name.endswith("-shm")}


def read(folder: Path) -> Salvage:
    before = files(folder)
    opened = salvage.unlock(folder, PASSPHRASE, now=Ticking())
    found = salvage.salvage(folder, opened)
    assert files(folder) == before, "not a byte of the damaged files changes"
    return found


def invented(found: Salvage, truth: Truth) -> list[tuple[str, bytes]]:
    """What is told and is not so."""
    return [
        (kind, record_id)
        for kind in KINDS
        for record_id, told in found.told[kind].items()
        if truth[kind].get(record_id) != told.values
    ]


def spoil(path: Path, pages: list[int], at: int = 100) -> None:
    for page in pages:
        flip(path, page, at)


def key_of(folder: Path, purpose: str) -> bytes:
    return salvage.unlock(folder, PASSPHRASE, now=Ticking()).subkey(purpose)


def keep_journal_from(kept: Kept, first: int) -> None:
    """The journal as it is once the server has everything before a write: with what came since."""
    path, key = kept.folder / journal.FILE_NAME, key_of(kept.folder, journal.PURPOSE)
    whole = journal.read(path, key)
    assert whole is not None
    chain = whole.chain_before(first)
    assert chain is not None
    head = journal.Head(whole.head.device, whole.head.prefix, first, chain, first - 1)
    journal.make(path, key, head, whole.writes_from(first))


def bits(kept: Kept, luck: random.Random) -> None:
    pages = others(kept)
    chosen = luck.sample(pages, luck.choice((1, 3, 10, len(pages) // 8)))
    spoil(kept.folder / FILE_NAME, chosen, luck.randrange(PAGE))


def zeros(kept: Kept, luck: random.Random) -> None:
    path = kept.folder / FILE_NAME
    whole, pages = bytearray(path.read_bytes()), others(kept)
    first = luck.randrange(len(pages) - 20)
    for page in pages[first : first + 20]:
        whole[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)
    path.write_bytes(whole)


def cut(kept: Kept, luck: random.Random) -> None:
    path = kept.folder / FILE_NAME
    path.write_bytes(path.read_bytes()[: luck.randrange(PAGE * (max(kept.needed) + 1), path.stat().st_size)])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("harm", [bits, zeros, cut])
def test_what_is_told_is_true_and_what_is_not_is_counted(kept: Kept, harm, seed):
    luck = random.Random(f"{harm.__name__} {seed}")
    harm(kept, luck)
    (kept.folder / journal.FILE_NAME).unlink()
    found = read(kept.folder)
    assert invented(found, kept.truth) == [], f"seed {seed}"
    for kind in KINDS:
        missing = len(kept.truth[kind]) - len(found.told[kind])
        unread = found.unread[kind]
        # Removed ones may be among those that could not be read.
        assert unread is None or missing <= unread <= missing + 10, f"seed {seed}"


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("harm", [bits, zeros, cut])
def test_with_the_whole_journal_nothing_is_lost(kept: Kept, harm, seed):
    harm(kept, random.Random(f"journal {harm.__name__} {seed}"))
    found = read(kept.folder)
    assert invented(found, kept.truth) == [], f"seed {seed}"
    assert {kind: found.told[kind].keys() for kind in KINDS} == {
        kind: kept.truth[kind].keys() for kind in KINDS
    }
    assert all(count in {None, 0} for count in found.unread.values())


def spoil_leaves(kept: Kept) -> None:
    leaves = [page for page in others(kept) if page not in kept.roots]
    spoil(kept.folder / FILE_NAME, leaves[::4])
    (kept.folder / journal.FILE_NAME).unlink()


def test_rows_between_failing_pages_are_found(kept: Kept):
    spoil_leaves(kept)
    found = read(kept.folder)
    assert len(found.told["person"]) > len(kept.truth["person"]) // 2


def test_without_looking_into_gaps_they_would_not_be_found(kept: Kept, monkeypatch: pytest.MonkeyPatch):
    """The control: reading from both ends alone."""
    monkeypatch.setattr(readable._Table, "_fill", lambda *_given: None)
    spoil_leaves(kept)
    found = read(kept.folder)
    assert len(found.told["person"]) < len(kept.truth["person"]) // 2


def test_an_invented_row_would_be_noticed(kept: Kept):
    """The control: one letter is another."""
    found = read(kept.folder)
    some = next(iter(found.told["person"].values()))
    wrong = salvage.Told(some.id, {**some.values, "full_name": "Hà Thị Khác"}, some.source)
    found.told["person"][some.id] = wrong
    assert invented(found, kept.truth) == [("person", some.id)]


@pytest.mark.parametrize(
    "state", ["first page zeroed", "list of tables", "not there", "empty", "something else"]
)
def test_where_the_database_does_not_open_the_journal_is_told(kept: Kept, state: str):
    path = kept.folder / FILE_NAME
    first, rest = path.read_bytes()[:PAGE], path.read_bytes()[PAGE:]
    path.unlink()
    if state == "list of tables":
        path.write_bytes(first + rest)
        spoil(path, [max(kept.needed)])
    elif state != "not there":
        path.write_bytes(
            {"empty": b"", "something else": b"nothing of a vault" * 999}.get(state, bytes(PAGE) + rest)
        )
    found = read(kept.folder)
    assert found.told["person"].keys() == kept.truth["person"].keys()
    assert {one.source for one in found.told["person"].values()} == {Source.JOURNAL}
    assert set(found.unread.values()) == {None}


def test_with_neither_nothing_is_told(kept: Kept):
    (kept.folder / FILE_NAME).write_bytes(b"")
    (kept.folder / journal.FILE_NAME).unlink()
    found = read(kept.folder)
    assert not any(found.told[kind] for kind in KINDS)


def opened(kept: Kept) -> Vault:
    return Vault.open(kept.folder, PASSPHRASE, now=Ticking())


def test_what_the_journal_alone_has_goes_on_top(kept: Kept):
    stale = (kept.folder / FILE_NAME).read_bytes()
    vault = opened(kept)
    with vault.read() as connection:
        first = len(logged(connection, 1)) + 1
    with vault.change(AUTHOR) as change:
        change.writer.update("household", kept.homes[1], address="Khu 2")
        change.writer.remove("household", kept.homes[2])
        fresh = home(change.writer, kept.village, "HN-9999", "Lường Thị Mới")
    truth = truth_of(vault)
    vault.close()
    keep_journal_from(kept, first)
    (kept.folder / FILE_NAME).write_bytes(stale)
    found = read(kept.folder)
    assert invented(found, truth) == []
    assert found.told["household"].keys() == truth["household"].keys()
    from_journal = {i for i, one in found.told["household"].items() if one.source is Source.JOURNAL}
    assert from_journal == {kept.homes[1], fresh.id}


def test_a_change_of_a_record_that_cannot_be_read_is_told_in_part(kept: Kept):
    vault = opened(kept)
    with vault.read() as connection:
        first = len(logged(connection, 1)) + 1
    with vault.change(AUTHOR) as change:
        change.writer.update("household", kept.homes[1], address="Khu 2")
    vault.close()
    keep_journal_from(kept, first)
    (kept.folder / FILE_NAME).unlink()
    found = read(kept.folder)
    told = found.told["household"]
    assert told.keys() == {kept.homes[1]}
    assert told[kept.homes[1]].source is Source.PART
    said = {name: value for name, value in told[kept.homes[1]].values.items() if value not in {None, 0}}
    assert said == {"address": "Khu 2"}


@pytest.mark.parametrize("knows_itself", [True, False])
def test_what_others_changed_later_stands(kept: Kept, monkeypatch: pytest.MonkeyPatch, knows_itself):
    """The journal's older word does not come back over it, nor does a removed household."""
    vault = opened(kept)
    record = record_type("household")
    with vault.write() as connection:
        me = load_identity(connection, now=Ticking())
        assert me is not None
        row = connection.execute(record.table.select().where(record.table.c.id == kept.homes[3])).one()
        values = {name: getattr(row, name) for name in record.field_names} | {"code": "HN-KHÁC"}
        by_other = Version(OTHER, 1, me.clock.tick(), AUTHOR)
        state = State(
            record.number,
            row.id,
            Version(row.device, row.n, row.stamp, row.author),
            values,
            {"code": by_other},
        )
        adopt(connection, me, [state], [], {}, frozenset({kept.village}))
    truth = truth_of(vault)
    assert truth["household"][kept.homes[3]]["code"] == "HN-KHÁC"
    vault.close()
    if not knows_itself:
        monkeypatch.setattr(salvage, "_next_n", lambda _connection: 0)
    found = read(kept.folder)
    assert invented(found, truth) == []
    assert found.told["household"].keys() == truth["household"].keys()


def test_without_that_rule_the_older_word_would_come_back(kept: Kept, monkeypatch: pytest.MonkeyPatch):
    """The control: everything in the journal is taken for newer than the row."""
    monkeypatch.setattr(salvage, "newest", lambda _row: Version(0, 0, 0, b""))
    with pytest.raises(AssertionError):
        test_what_others_changed_later_stands(kept, monkeypatch, knows_itself=False)


def test_what_lies_beside_the_main_file_is_read_too(kept: Kept):
    vault = opened(kept)
    with vault.change(AUTHOR) as change:
        fresh = home(change.writer, kept.village, "HN-9999", "Lường Thị Mới")
    abandon(vault)
    (kept.folder / journal.FILE_NAME).unlink()
    spoil(kept.folder / FILE_NAME, others(kept)[60:61])
    found = read(kept.folder)
    assert fresh.id in found.told["household"]


def test_a_stopped_computer_tells_nothing(kept: Kept):
    vault = opened(kept)
    with vault.write() as connection:
        lease.revoke(connection, 1)
    vault.close()
    spoil(kept.folder / FILE_NAME, others(kept)[60:61])
    with pytest.raises(UserError, match="salvage_stopped"):
        read(kept.folder)


def test_a_row_whose_end_is_on_a_failed_page_is_not_told(kept: Kept):
    spoil_every_page_of_long_notes(kept)
    found = read(kept.folder)
    assert invented(found, kept.truth) == []
    assert found.unread["household"] != 0


def test_without_a_look_at_zeros_it_would_be_told(kept: Kept, monkeypatch: pytest.MonkeyPatch):
    """The control: SQLCipher gives zeros for such a page, and no error."""
    monkeypatch.setattr(readable, "_is_emptied", lambda _value: False)
    spoil_every_page_of_long_notes(kept)
    assert invented(read(kept.folder), kept.truth)


def spoil_every_page_of_long_notes(kept: Kept) -> None:
    spoil(kept.folder / FILE_NAME, others(kept, 9)[5:])
    (kept.folder / journal.FILE_NAME).unlink()
