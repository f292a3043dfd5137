"""Opening a vault with its passphrase, calibrated as when it is made; and the share of Argon2id."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import nacl.pwhash.argon2id

from benchmarks._day import clock
from benchmarks.metric import Metric
from tongcds.actions import opening
from tongcds.storage import slotfile

_TIMES = 5
_PASSPHRASE = "con bò lạc rừng tre"  # noqa: S105 - of a vault that is thrown away
_MIB = 1024 * 1024


def run() -> Iterator[Metric]:
    """Make a vault, then open it some times; figures are medians."""
    whole, derived = [], []
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder)
        opening.create_vault(profile, _PASSPHRASE, "Lò Thị Ngân", clock).close()
        (slot,) = slotfile.read(opening.vault_folder(profile)).slots
        for _ in range(_TIMES):
            began = time.perf_counter()
            core = opening.open_vault(profile, _PASSPHRASE, clock)
            whole.append(time.perf_counter() - began)
            core.close()
            began = time.perf_counter()
            nacl.pwhash.argon2id.kdf(
                32, _PASSPHRASE.encode(), slot.salt, opslimit=slot.passes, memlimit=slot.memory
            )
            derived.append(time.perf_counter() - began)
    yield Metric("unlock_seconds", round(median(whole), 3), "s")
    yield Metric("argon2id_seconds", round(median(derived), 3), "s")
    yield Metric("argon2id_share", round(median(derived) / median(whole), 3), "")
    yield Metric("memory_mib", slot.memory / _MIB, "MiB")
    yield Metric("passes", slot.passes, "")
