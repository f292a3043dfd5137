"""One scene for a whole run, copied for each test, and passphrases that cost nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.faults import scenes
from tests.faults.amounts import SOAK
from tests.faults.scenes import Scene
from tests.unit.server.conftest import small_world, sqlite_template
from tongcds.storage import keyslots

__all__ = ["small_world", "sqlite_template"]

# It mounts a file system of its own, which not every machine lets a test do.
_CAN_MOUNT = os.access("/dev/fuse", os.R_OK | os.W_OK) and shutil.which("fusermount3") is not None
collect_ignore = [] if _CAN_MOUNT or SOAK else ["test_a2_power.py", "test_a4_own_calls.py"]


@pytest.fixture(autouse=True)
def _quick_passphrases(monkeypatch):
    monkeypatch.setattr(keyslots, "_passphrase_key", scenes.quickly)


@pytest.fixture(scope="session")
def _original(tmp_path_factory) -> Scene:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyslots, "_passphrase_key", scenes.quickly)
        return scenes.build(tmp_path_factory.mktemp("scene") / "vault")


@pytest.fixture
def original(_original: Scene) -> Scene:
    """The scene itself; nobody may change its files."""
    return _original


@pytest.fixture
def scene(_original: Scene, tmp_path: Path) -> Scene:
    """A copy to be damaged."""
    shutil.copytree(_original.folder, tmp_path / "vault")
    return Scene(tmp_path / "vault", _original.writes, _original.received)


@pytest.fixture(autouse=True)
def logs(logs):
    """Repairs are announced in the log; here they are what is wanted."""
    yield logs
    logs.records[:] = [r for r in logs.records if not r.name.startswith("tongcds.storage")]
