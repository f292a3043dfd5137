"""E10: files that somebody made for us: refused in words, nothing changed, little memory taken."""

from __future__ import annotations

import json
import sqlite3
import tracemalloc
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from random import Random

import msgspec
import pytest

from tests.faults.amounts import chance, times
from tests.unit.server.conftest import VILLAGE, World
from tests.unit.storage.homes import PASSPHRASE, Ticking
from tongcds.actions import opening
from tongcds.errors import TongcdsError, UnavailableError, UserError
from tongcds.protocol import invitations
from tongcds.protocol.custody import _MAGIC as KEPT_MAGIC
from tongcds.protocol.custody import FIRST_SHARE, KeptKey, read_kept
from tongcds.settings import TEXT_SIZE, Settings
from tongcds.storage import backups, cipher, keyslots, slotfile, tries
from tongcds.storage.vault import FILE_NAME, Vault

TRIES = times(150, 5_000)
LARGE = 64 * 1024 * 1024
LITTLE = 8 * 1024 * 1024
DEEP = 200_000


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def ending(work: Callable[[], object]) -> str:
    """The code of the refusal, "" for none; anything else that is raised fails the test."""
    try:
        work()
    except TongcdsError as problem:
        return problem.code
    return ""


def bent(content: bytes, dice: Random) -> bytes:
    """Cut, doubled, with bytes changed, put in or taken out."""
    made = bytearray(content)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(made) + 1)
        match dice.randrange(5):
            case 0:
                del made[at:]
            case 1:
                made[at:at] = dice.randbytes(dice.randint(1, 9))
            case 2:
                del made[at : at + dice.randint(1, 9)]
            case 3:
                made[at : at + 1] = dice.choice((b"\xff", b"\x00", b"\xdd", b"\xc6", b"\x91"))
            case _:
                made[at:at] = made[: dice.randrange(len(made) + 1)]
    return bytes(made)


def whole(body: bytes) -> bytes:
    """A key file whose check fits: anybody can make that."""
    return slotfile.MAGIC + blake2b(body, digest_size=16).digest() + body


def key_files(scene, dice: Random) -> list[bytes]:
    body = (scene.folder / "keys-1.tcds").read_bytes()[len(slotfile.MAGIC) + 16 :]
    known = msgspec.msgpack.decode(body, type=slotfile.KeyFile)
    (slot,) = known.slots
    change = msgspec.structs.replace
    worse = [
        change(slot, salt=b""), change(slot, salt=bytes(99)), change(slot, nonce=b""),
        change(slot, sealed=b""), change(slot, memory=1 << 60), change(slot, memory=-1),
        change(slot, passes=1 << 40),
        change(slot, kind="x"), change(slot, about=b""),
    ]  # fmt: skip
    made = [msgspec.msgpack.encode(change(known, slots=[one])) for one in worse[:-1]]
    made += [b"\x91" * DEEP, body.replace(b"phone\xa0", b"phone\xa1\xff"), msgspec.msgpack.encode(None)]
    return [*map(whole, made), *(whole(bent(body, dice)) for _ in range(TRIES)), b"", b"TCDSKEYS"]


def test_key_files_that_somebody_made_open_nothing_and_change_nothing(scene, logs):
    dice, refused = chance("key files"), 0
    original = contents(scene.folder)
    for content in key_files(scene, dice):
        for name in slotfile.FILE_NAMES:
            (scene.folder / name).write_bytes(content)
        before = contents(scene.folder)
        code = ending(lambda: keyslots.open_slots(scene.folder, PASSPHRASE, now=Ticking()))
        (scene.folder / tries.FILE_NAME).unlink(missing_ok=True)
        if code:
            assert code in {"vault_damaged", "vault_newer", "passphrase_wrong"}
            assert contents(scene.folder) == before
            refused += 1
    assert refused > TRIES / 2
    for name in slotfile.FILE_NAMES:
        (scene.folder / name).write_bytes(original[name])
    keyslots.open_slots(scene.folder, PASSPHRASE, now=Ticking())


def test_labels_that_somebody_made_are_no_backups(scene):
    dice, opened = chance("labels"), keyslots.open_slots(scene.folder, PASSPHRASE, now=Ticking())
    folder = scene.folder / backups.FOLDER
    there = backups.listed(folder, opened)
    label = there[0].path / backups.LABEL_NAME
    good = label.read_bytes()
    for content in [b"", bytes(32), bytes(32) + b"\x91" * DEEP, *(bent(good, dice) for _ in range(TRIES))]:
        if content == good:
            continue
        label.write_bytes(content)
        assert backups.listed(folder, opened) == there[1:]
    label.write_bytes(good)
    assert backups.listed(folder, opened) == there


@pytest.fixture
def invitation(small_world: World, tmp_path: Path) -> Path:
    path = tmp_path / "moi.tongcds-moi"
    invitations.write_file(path, small_world.invite(VILLAGE, "Lò Thị Ngân"), small_world.province.key)
    return path


def test_invitation_files_that_somebody_made_are_refused_in_words(invitation):
    dice, good = chance("invitations"), invitation.read_bytes()
    assert opening.read_invitation(invitation).member_name == "Lò Thị Ngân"
    for content in [b"", good[:72] + b"\x91" * DEEP, *(bent(good, dice) for _ in range(TRIES))]:
        if content == good:
            continue
        invitation.write_bytes(content)
        with pytest.raises(UserError, match="invitation_damaged"):
            opening.read_invitation(invitation)


def test_key_halves_that_somebody_made_are_refused_in_words(tmp_path):
    dice, path = chance("key halves"), tmp_path / "half.tcds"
    body = msgspec.msgpack.encode(KeptKey(FIRST_SHARE, bytes(32), bytes(16), bytes(80)))
    path.write_bytes(KEPT_MAGIC + body)
    assert read_kept(path).kind == FIRST_SHARE
    refused = 0
    deep = KEPT_MAGIC + b"\x91" * 4_000
    for content in [
        b"",
        deep,
        KEPT_MAGIC + b"\xa1\xff",
        *(bent(KEPT_MAGIC + body, dice) for _ in range(TRIES)),
    ]:
        path.write_bytes(content)
        code = ending(lambda: read_kept(path))
        assert code in {"", "key_file_wrong"}
        refused += bool(code)
    assert refused > TRIES / 2


def test_settings_that_somebody_made_keep_the_program_from_nothing(tmp_path):
    dice, path = chance("settings"), tmp_path / "settings.json"
    good = json.dumps({"text_size": 125, "language": "vi", "theme": "dark"}).encode()
    worst = [b"", b"[" * DEEP, b'{"a":' * DEEP, b"9" * 10_000, b"\xff\xfe", b'{"text_size": 1e999}', b"null"]
    for content in [*worst, *(bent(good, dice) for _ in range(TRIES))]:
        path.write_bytes(content)
        settings = Settings(tmp_path)
        assert settings.get(TEXT_SIZE) in TEXT_SIZE.choices
        settings.set(TEXT_SIZE, 90)
        assert Settings(tmp_path).get(TEXT_SIZE) == 90


def refusing(read: Callable[[Path], object]) -> Callable[[Path], None]:
    def reader(path: Path) -> None:
        with pytest.raises(TongcdsError):
            read(path)

    return reader


READERS: dict[str, Callable[[Path], object]] = {
    slotfile.FILE_NAMES[0]: refusing(lambda path: slotfile.read(path.parent)),
    backups.LABEL_NAME: lambda path: backups._read_label(path, keyslots.VaultKey(bytes(32), b"", "")),
    "settings.json": lambda path: Settings(path.parent),
    "a.tongcds-moi": refusing(opening.read_invitation),
    "half.tcds": refusing(read_kept),
}


def memory_of(read: Callable[[Path], object], path: Path) -> int:
    with path.open("wb") as file:
        file.truncate(LARGE)
    tracemalloc.start()
    try:
        read(path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", READERS)
def test_of_a_large_file_hardly_anything_is_read(tmp_path, name):
    assert memory_of(READERS[name], tmp_path / name) < LITTLE


def test_reading_it_whole_would_be_noticed(tmp_path):
    """The control."""
    assert memory_of(Path.read_bytes, tmp_path / "settings.json") >= LARGE


@pytest.fixture
def stick(scene, tmp_path):
    """A good backup elsewhere, and the vault it is of."""
    vault = Vault.open(scene.folder, PASSPHRASE, now=Ticking())
    made = vault.backup_to(tmp_path / "stick")
    vault.close()
    return made.path


def restore(scene, stick) -> None:
    Vault.restore(scene.folder, stick.parent, PASSPHRASE, now=Ticking()).close()


def plain(path: Path) -> None:
    path.unlink()
    made = sqlite3.connect(path)
    made.execute("CREATE TABLE self_state (device, next_n)")
    made.execute("CREATE TRIGGER t AFTER INSERT ON self_state BEGIN DELETE FROM self_state; END")
    made.commit()
    made.close()


def random_bytes(path: Path) -> None:
    path.write_bytes(Random(7).randbytes(1_000_000))


def long_and_empty(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(LARGE)


@pytest.mark.parametrize("make", [plain, random_bytes, long_and_empty, Path.unlink])
def test_a_backup_whose_database_is_something_else_is_refused(scene, stick, make):
    make(stick / backups.DATABASE_NAME)
    there = contents(stick) if make is not long_and_empty else {}
    with pytest.raises(UnavailableError, match="backup_unreadable"):
        restore(scene, stick)
    assert make is long_and_empty or contents(stick) == there
    Vault.open(scene.folder, PASSPHRASE, now=Ticking()).close()


ACTING = [
    "CREATE TRIGGER t AFTER UPDATE ON self_state BEGIN DELETE FROM own_write; END",
    "CREATE VIEW households AS SELECT * FROM household",
]


@pytest.mark.parametrize("statement", ACTING)
def test_a_backup_that_would_act_by_itself_is_refused_even_from_someone_with_the_key(scene, stick, statement):
    opened = keyslots.open_slots(scene.folder, PASSPHRASE, now=Ticking())
    path = stick / backups.DATABASE_NAME
    raw = cipher.open_raw(path, opened.subkey(backups.PURPOSE), cipher.Access.WRITE, exclusive=True)
    raw.execute(statement)
    raw.close()
    with pytest.raises(UnavailableError, match="backup_unreadable"):
        restore(scene, stick)
    vault = Vault.open(scene.folder, PASSPHRASE, now=Ticking())
    vault.check()
    vault.close()


def test_the_same_backup_without_it_is_taken(scene, stick):
    """The control."""
    restore(scene, stick)


def test_whoever_only_looks_is_wary_too(scene):
    opened = keyslots.open_slots(scene.folder, PASSPHRASE, now=Ticking())
    raw = cipher.open_raw(scene.folder / FILE_NAME, opened.subkey("database"), cipher.Access.READ)
    told = {name: cipher._value(raw, name) for name in cipher._WARY}
    raw.close()
    assert told == {"trusted_schema": 0, "cell_size_check": 1, "temp_store": 2, "mmap_size": 0}
