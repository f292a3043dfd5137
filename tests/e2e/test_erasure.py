"""G4: whoever asks to be erased is gone from server, laptops and new backups, and no old file undoes it."""

from __future__ import annotations

import shutil
from pathlib import Path
from time import time

import pytest

from tests.e2e.province import PASSPHRASE, Province, administer
from tests.e2e.test_bundles import commune, stick, team
from tests.surroundings import ExpectedLogs
from tongcds.actions import Core, privacy, register, syncing
from tongcds.clock import system_clock
from tongcds.domain.views import HouseholdFilter
from tongcds.storage import backups, cipher, erasure, journal, repair, wording
from tongcds.storage.vault import FILE_NAME, Vault

__all__ = ["commune", "stick", "team"]

CANARIES = ("Lò Thị Chim Yến Phụng", "0981700321", "014178007321", "ngõ Hoa Ban Tím", "sợ gọi lừa đảo")
NAME, PHONE, NUMBER, STREET, NOTE = CANARIES


def write_canaries(core: Core) -> bytes:
    village = core.credentials().unit_id
    with core.vault.change(core.author()) as change:
        home = change.writer.reserve()
        who = change.writer.create(
            "person", village_id=village, household_id=home, full_name=NAME, birth="1961-05-12", phone=PHONE,
            id_number=NUMBER,
        )  # fmt: skip
        change.writer.create(
            "household", reserved=home, village_id=village, code="HN-0999", head_id=who, address=STREET
        )
        change.writer.create("visit", village_id=village, household_id=home, on="2026-11-20", note=NOTE)
    return home


def dump(raw: cipher.RawConnection) -> bytes:
    names = raw.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0").fetchall()
    rows = [
        value
        for (name,) in names
        for row in raw.execute(f'SELECT * FROM "{name}"').fetchall()
        for value in row
    ]
    return b"\n".join(v if isinstance(v, bytes) else str(v).encode() for v in rows)


def laptop_holds(core: Core) -> set[str]:
    """Canaries in the vault, its journal and its newest backup, all decrypted."""
    vault, folder = core.vault, core.vault.folder
    vault.checkpoint()
    made = vault.backup(backups.REGULAR)
    with cipher.reading(folder / FILE_NAME, vault._opened.subkey(repair.DATABASE_PURPOSE)) as raw:
        held = dump(raw)
    written = journal.read(folder / journal.FILE_NAME, vault._opened.subkey(journal.PURPOSE))
    if written is not None:
        held += b"\n".join(write.body for write in written.writes)
    copy = folder / "looked-at.tcds"
    backups.unpack(made, copy, vault._opened, vault._opened.subkey(repair.DATABASE_PURPOSE))
    with cipher.reading(copy, vault._opened.subkey(repair.DATABASE_PURPOSE)) as raw:
        held += dump(raw)
    for path in folder.glob("looked-at.tcds*"):
        path.unlink()
    return {canary for canary in CANARIES if canary.encode() in held}


def server_holds(province: Province) -> set[str]:
    """Canaries in the server's files as they lie on the disk, free pages and write-ahead log included."""
    held = b"".join(path.read_bytes() for path in province.folder.rglob("*") if path.is_file())
    return {canary for canary in CANARIES if canary.encode() in held}


def test_an_erased_household_is_nowhere_and_an_old_bundle_does_not_bring_it_back(
    province: Province, team: Core, commune: Core, stick: Path
) -> None:
    home = write_canaries(team)
    old = syncing.export_bundle(team, stick)
    syncing.sync_now(team)
    syncing.sync_now(commune)
    # The search finds something in every place, or it would prove nothing.
    assert laptop_holds(team) == laptop_holds(commune) == server_holds(province) == set(CANARIES)

    erased, _changes = privacy.erase(commune, "household", home)
    assert erased.records == 3
    syncing.sync_now(commune)
    syncing.sync_now(team)
    assert (laptop_holds(team), laptop_holds(commune), server_holds(province)) == (set(), set(), set())

    syncing.take_bundle(commune, old.path)
    syncing.sync_now(commune)
    syncing.sync_now(team)
    assert (laptop_holds(team), laptop_holds(commune), server_holds(province)) == (set(), set(), set())
    assert not register.households(team, HouseholdFilter(text="yen phung")).rows


def test_a_laptop_that_was_offline_hears_that_its_words_were_dropped(
    province: Province, team: Core, commune: Core
) -> None:
    home = write_canaries(team)
    syncing.sync_now(team)
    syncing.sync_now(commune)
    privacy.erase(commune, "household", home)
    syncing.sync_now(commune)
    with team.vault.change(team.author()) as change:
        change.writer.update("household", home, note=NOTE, address=f"{STREET} mới")
    syncing.sync_now(team)
    assert (laptop_holds(team), server_holds(province)) == (set(), set())
    returned = syncing.sync_view(team).returned
    assert [row.reason for row in returned] == [wording.reason("erased")]


def test_a_server_put_back_from_a_copy_forgets_again_though_the_one_who_erased_is_away(
    province: Province, team: Core, commune: Core, tmp_path: Path, logs: ExpectedLogs
) -> None:
    """The laptop that merely heard of the erasure says it once more, in its own name."""
    # What the commune alone wrote since the copy is missing until the commune is back.
    for message in ("the digests differ", "the digests differ after what differed was mended"):
        logs.expect("tongcds.sync.exchange", message)
    home = write_canaries(team)
    syncing.sync_now(team)
    syncing.sync_now(commune)
    province.stop()
    shutil.copytree(province.folder, tmp_path / "copy")
    province.start()
    privacy.erase(commune, "household", home)
    syncing.sync_now(commune)
    syncing.sync_now(team)
    province.stop()
    shutil.rmtree(province.folder)
    shutil.copytree(tmp_path / "copy", province.folder)
    administer("restored", "--data", province.folder)
    province.start()
    assert server_holds(province) == set(CANARIES)
    syncing.sync_now(team)
    syncing.sync_now(team)
    assert (laptop_holds(team), server_holds(province)) == (set(), set())
    syncing.sync_now(commune)
    syncing.sync_now(team)
    assert (laptop_holds(team), laptop_holds(commune), server_holds(province)) == (set(), set(), set())


def test_a_laptop_put_back_from_a_backup_hears_of_the_erasure_again(
    team: Core, commune: Core, tmp_path: Path, province: Province, logs: ExpectedLogs
) -> None:
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    home = write_canaries(team)
    syncing.sync_now(team)
    syncing.sync_now(commune)
    team.vault.backup_to(tmp_path / "stick")
    privacy.erase(commune, "household", home)
    syncing.sync_now(commune)
    syncing.sync_now(team)
    folder = team.vault.folder
    team.close()
    vault = Vault.restore(folder, tmp_path / "stick", PASSPHRASE, now=lambda: int(time() * 1000))
    back = Core(vault, system_clock)
    try:
        syncing.sync_now(back)
        syncing.sync_now(back)
        assert (laptop_holds(back), server_holds(province)) == (set(), set())
    finally:
        back.close()


def test_without_the_forgetting_the_search_would_find_it(team: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: an erasure that empties the records only."""
    home = write_canaries(team)
    monkeypatch.setattr(erasure, "forget", lambda *_args, **_kwargs: None)
    privacy.erase(team, "household", home)
    assert laptop_holds(team) == set(CANARIES)
