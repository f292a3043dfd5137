"""What end-to-end tests share: a province that is founded once, copied, and served by its own process."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import province as provinces
from tests.e2e.cut_link import CutLink, cut_link
from tests.e2e.province import Laptop, Province
from tongcds.storage import keyslots


@pytest.fixture(autouse=True)
def _least_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Vaults made here have the fewest passes that are allowed: they are opened a hundred times."""
    monkeypatch.setattr(keyslots, "calibrated", lambda _timer: keyslots.PASSES)


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a province nobody has used yet; not to be served itself."""
    return provinces.found(tmp_path_factory.mktemp("founded") / "server").folder


@pytest.fixture
def province(founded: Path, tmp_path: Path) -> Iterator[Province]:
    """A province of this test's own, served until the test ends."""
    made = Province(tmp_path / "server", provinces.free_port())
    shutil.copytree(founded, made.folder)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    """A computer with no vault yet."""
    return Laptop(tmp_path / "laptop")


@pytest.fixture
def link(province: Province) -> Iterator[CutLink]:
    """A line to the province that can be cut."""
    with cut_link(province.port) as made:
        made.folder = province.folder
        yield made
