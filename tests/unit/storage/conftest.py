"""A vault on the disk, enrolled and with one household, for the tests beside this file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.storage.homes import PASSPHRASE, Ticking, enrol
from tongcds.storage.vault import Vault


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def now() -> Ticking:
    return Ticking()


@pytest.fixture
def vault(folder: Path, now: Ticking) -> Iterator[Vault]:
    made = Vault.create(folder, PASSPHRASE, person="Lò Thị Ngân", now=now)
    enrol(made, now)
    yield made
    made.close()
