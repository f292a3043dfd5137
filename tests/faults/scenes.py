"""A vault with backups and a journal, what must be in it, and quick passphrases for hundreds of openings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

from nacl.signing import SigningKey
from sqlalchemy import Connection, func, select

from tests.unit.storage.homes import AUTHOR, COMMUNE, PASSPHRASE, Ticking, enrol, home, village
from tongcds.domain.stamps import make_id
from tongcds.errors import UnavailableError
from tongcds.protocol import bundle
from tongcds.protocol.messages import (
    AnswerContent,
    Credentials,
    Receipt,
    ScopeEntry,
    State,
    SyncAnswer,
    Version,
    Write,
    encode,
    receipt_text,
)
from tongcds.records import all_types, record_type
from tongcds.replica import acknowledge, chain_at, load_identity
from tongcds.replica.chain import content_hash, link
from tongcds.replica.own import unpack_body
from tongcds.replica.replay import Logged, logged
from tongcds.replica.tables import AREA, OWN, SELF
from tongcds.storage import backups, journal, keyslots
from tongcds.storage.cipher import PLAIN_HEADER
from tongcds.storage.local import Enrolment, load_enrolment, save_enrolment
from tongcds.storage.vault import Vault

OTHER = 99
WORDS = ("Hà Thị Xuân", "Cà Văn Tới", "Lường Thị Mới", "HN-0001", "Lò Thị Ngân")
"""Some of what is saved in a scene."""

SERVER = SigningKey(bytes(range(32)))


def quickly(text: str, salt: bytes, _memory: int, _passes: int) -> bytes:
    """In place of Argon2id: these tests open a vault hundreds of times and are not about guessing."""
    return blake2b(text.encode(), salt=salt[:16], digest_size=32).digest()


def hurry() -> None:
    """For processes of their own; tests put it back with monkeypatch."""
    keyslots._passphrase_key = quickly


@dataclass(frozen=True)
class Scene:
    """A closed vault, its own writes in full, and how many of them the server has."""

    folder: Path
    writes: list[Logged]
    received: int


def _enrolment() -> Enrolment:
    entries = [ScopeEntry(COMMUNE, "write")]
    known = Credentials(
        device=11, member_id=AUTHOR, member_name="Lò Thị Ngân", role="team", unit_id=COMMUNE, unit_name="",
        commune_name="", province_name="", server_name="", server_key=bytes(SERVER.verify_key), epoch=1,
        scope=1, entries=entries,
    )  # fmt: skip
    return Enrolment("http://127.0.0.1:9", bytes(32), known, 0, 1, 1, tuple(entries))


def build(folder: Path) -> Scene:
    """Two backups, writes that were received, writes that were not, some in no backup."""
    now = Ticking()
    vault = Vault.create(folder, PASSPHRASE, person="Lò Thị Ngân", now=now)
    enrol(vault, now)
    with vault.write() as connection:
        save_enrolment(connection, _enrolment())
    with vault.change(AUTHOR) as change:
        place = village(change.writer)
        homes = [home(change.writer, place, f"HN-{i:04}", "Hà Thị Xuân", "Cà Văn Tới") for i in range(30)]
    vault.backup(backups.REGULAR)
    now.advance(3600)
    with vault.write() as connection:
        me = load_identity(connection, now=now)
        assert me is not None
        acknowledge(connection, me, 40)
    for at in range(5):
        rename(vault, homes[at].id, f"Khu {at}")
    vault.backup(backups.REGULAR)
    now.advance(600)
    for at in range(5, 12):
        rename(vault, homes[at].id, f"Khu {at}")
    with vault.change(AUTHOR) as change:
        home(change.writer, place, "HN-9999", "Lường Thị Mới")
        change.writer.remove("household", homes[29].id)
    with vault.read() as connection:
        writes = logged(connection, 1)
    vault.close()
    return Scene(folder, writes, 40)


def clock() -> datetime:
    """The moment of bundles; it stands still."""
    return datetime(2026, 11, 23, 7, 32, tzinfo=UTC)


def answer(vault: Vault, stick: Path, watermark: int) -> Path:
    """The bundle in which the server says that it has everything up to this write."""
    with vault.read() as connection:
        me, enrolment = load_identity(connection, now=Ticking()), load_enrolment(connection)
        assert me is not None
        assert enrolment is not None
        chain = chain_at(connection, watermark)
    assert chain is not None
    moment = int(clock().timestamp() * 1000)
    text = receipt_text(me.device, watermark, chain, 1, moment)
    said = SyncAnswer(Receipt(watermark, 1, moment, SERVER.sign(text).signature), [])
    note = bundle.Note("answer", 0, 1, 1, moment, addressee=me.device)
    readers = [bytes(SigningKey(enrolment.signing_seed).verify_key)]
    path = stick / "tra-loi.tcds"
    bundle.write(path, encode(AnswerContent([encode(said)])), note, key=SERVER, readers=readers)
    return path


def rename(vault: Vault, household: bytes, address: str) -> None:
    with vault.change(AUTHOR) as change:
        change.writer.update("household", household, address=address)


def problems(vault: Vault, writes: list[Logged] | None = None) -> list[str]:
    """What is not as it must be: a lost write, half a transaction, figures that do not add up."""
    with vault.read() as connection:
        found = [*_unlike(connection, writes or []), *_halves(connection)]
    try:
        vault.check()
    except UnavailableError as problem:
        found.append(problem.code)
    return found


def _unlike(connection: Connection, writes: list[Logged]) -> list[str]:
    there = {write.n: write for write in logged(connection, 1)}
    return [f"write {write.n} is lost or another" for write in writes if there.get(write.n) != write]


def _halves(connection: Connection) -> list[str]:
    found = []
    me = connection.execute(select(SELF)).one()
    count, last = connection.execute(select(func.count(), func.max(OWN.c.n))).one()
    if (last or 0) != me.next_n - 1 or (count != (last or 0)):
        found.append(f"the log has {count} writes up to {last}, the next is {me.next_n}")
    chain = bytes(32)
    for w in logged(connection, 1):
        values, bases = unpack_body(w.body)
        write = Write(w.type, w.id, w.n, w.stamp, w.author, values, bases)
        chain = link(chain, content_hash(me.device, write))
        if chain != w.chain:
            found.append(f"the chain breaks at {w.n}")
            break
    if chain != me.chain:
        found.append("the chain's end is another")
    records = {record.number: record for record in all_types()}
    for n, number, record_id in connection.execute(select(OWN.c.n, OWN.c.type, OWN.c.id)):
        table = records[number].table
        if connection.execute(select(func.count()).where(table.c.id == record_id)).scalar_one() != 1:
            found.append(f"write {n} has no record")
    rows = sum(
        connection.execute(
            select(func.count()).select_from(record.table).where(record.table.c.deleted == 0)
        ).scalar_one()
        for record in records.values()
    )
    counted = connection.execute(select(func.sum(AREA.c.count))).scalar_one() or 0
    if rows != counted:
        found.append(f"{rows} records, the areas count {counted}")
    return found


def in_the_clear(folder: Path) -> list[str]:
    """Files that anybody could read something in: a plain database, or a word that was saved."""
    told = []
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        if content.startswith(PLAIN_HEADER) or any(word.encode() in content for word in WORDS):
            told.append(str(path))
    return told


def journal_of(folder: Path) -> journal.Found | None:
    key = keyslots.open_slots(folder, PASSPHRASE, now=Ticking()).subkey(journal.PURPOSE)
    return journal.read(folder / journal.FILE_NAME, key)


def page(first: int, count: int) -> list[State]:
    """Villages of another device, as a page from the server brings them."""
    return [
        State(
            record_type("village").number,
            make_id(OTHER, (1 << 40) + n),
            Version(OTHER, n, (1 << 40) + n, AUTHOR),
            {"commune_id": COMMUNE, "name": f"Bản {n}", "deleted": 0},
            {},
        )
        for n in range(first, first + count)
    ]
