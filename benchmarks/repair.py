"""A vault of more than 100 MB that is damaged: how long until somebody works again, with nothing lost.

The time begins with the passphrase and ends with the first page of households. What was saved after the
newest backup is in the journal and has to come back; a repair that lacks one of these ends the benchmark.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks._commune import PEOPLE, lived_in
from benchmarks._day import PASSPHRASE, clock
from benchmarks._vaults import MEMBER, filled_profile
from benchmarks.metric import Metric
from tongcds.actions import opening, register, rescue
from tongcds.domain.views import HouseholdFilter
from tongcds.records import record_type
from tongcds.storage import backups
from tongcds.storage.vault import FILE_NAME

_SAVES = 500
_MEGABYTE = 1_000_000


def run() -> Iterator[Metric]:
    """Make the vault, then damage a copy of it in each way and open it."""
    with filled_profile(PEOPLE, lived_in) as profile:
        folder = opening.vault_folder(profile)
        # Two of them, so that the older one can serve; then what only the journal holds.
        _work(profile, backup=True)
        _work(profile, backup=False)
        yield Metric("vault_mb", round((folder / FILE_NAME).stat().st_size / _MEGABYTE, 1), "MB")
        taken = {}
        for name, harm in _HARMS.items():
            copied = profile / "copy"
            shutil.copytree(folder, opening.vault_folder(copied))
            harm(opening.vault_folder(copied))
            taken[name] = _opened(copied)
            shutil.rmtree(copied)
    yield Metric("longest_seconds", round(max(taken.values()), 2), "s")
    for name, seconds in taken.items():
        yield Metric(f"{name}_seconds", round(seconds, 2), "s")


def _work(profile: Path, *, backup: bool) -> None:
    core = opening.open_vault(profile, PASSPHRASE, clock)
    village = record_type("village").table
    with core.vault.read() as connection:
        place = connection.execute(village.select().limit(1)).one().id
    for at in range(_SAVES):
        with core.vault.change(MEMBER) as change:
            change.writer.create("household", village_id=place, code=f"{'B' if backup else 'J'}-{at}")
    if backup:
        core.vault.backup(backups.REGULAR)
    core.close()


def _opened(profile: Path) -> float:
    began = time.perf_counter()
    core = opening.open_vault(profile, PASSPHRASE, clock)
    rows = register.households(core, HouseholdFilter()).rows
    seconds = time.perf_counter() - began
    told = rescue.recovered(core)
    core.close()
    if not rows or told is None or not told.complete or told.brought_back < _SAVES:
        raise RuntimeError(told)
    return seconds


def _gone(folder: Path) -> None:
    (folder / FILE_NAME).unlink()


def _flipped(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([byte ^ 1]))


def _one_bit(folder: Path) -> None:
    _flipped(folder / FILE_NAME)


def _backup_too(folder: Path) -> None:
    _one_bit(folder)
    _flipped(max((folder / backups.FOLDER).iterdir()) / backups.DATABASE_NAME)


def _slots_too(folder: Path) -> None:
    _gone(folder)
    for path in folder.glob("keys-*.tcds"):
        path.unlink()


_HARMS: dict[str, Callable[[Path], None]] = {
    "database_gone": _gone,
    "one_bit": _one_bit,
    "newest_backup_too": _backup_too,
    "key_slots_too": _slots_too,
}
