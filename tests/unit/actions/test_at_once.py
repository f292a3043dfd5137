"""A damaged vault that is shown while it is looked at: nothing goes out of it, and nobody destroys it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.surroundings import FakeClock
from tests.unit.actions.conftest import PASSPHRASE, Home
from tests.unit.actions.test_retirement import OWN
from tests.unit.storage.homes import PAGE, spoil
from tongcds import paths
from tongcds.actions import Core, exports, logbook, opening, printing, retirement
from tongcds.domain.views import LogFilter
from tongcds.errors import UnavailableError
from tongcds.storage import retirement as marks
from tongcds.storage.vault import FILE_NAME


def doubted(profile: Path, clock: FakeClock) -> Core:
    """A profile's vault with one wrong bit in a page that nothing asks for, opened at once."""
    spoil(opening.vault_folder(profile) / FILE_NAME, -PAGE + 100)
    return opening.open_vault(profile, PASSPHRASE, clock, at_once=True)


@pytest.fixture
def core(team: Core, home: Home, tmp_path: Path, clock: FakeClock) -> Iterator[Core]:
    team.close()
    (tmp_path / "team").rename(tmp_path / "vault")
    opened = doubted(tmp_path, clock)
    yield opened
    opened.close()


WAYS: dict[str, Callable[[Core], object]] = {
    "register": exports.export_register,
    "log": lambda core: logbook.export_log(core, LogFilter()),
    "paper": lambda core: printing.save(core, printing.members(core), b"a paper"),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_file_leaves_a_damaged_vault_that_could_not_be_noted(core: Core, way: str) -> None:
    with pytest.raises(UnavailableError, match="vault_damaged"):
        WAYS[way](core)
    assert not list(paths.exports_folder().glob("*"))


def test_nobody_destroys_a_vault_before_all_of_it_was_looked_at(tmp_path: Path, clock: FakeClock) -> None:
    opening.create_vault(tmp_path, PASSPHRASE, "Lò Thị Ngân", clock).close()
    core = doubted(tmp_path, clock)
    with pytest.raises(UnavailableError, match="vault_damaged"):
        retirement.retire(core, OWN)
    assert not marks.is_decided(core.vault.folder)
    core.close()


def test_a_mistake_of_ours_while_it_opens_leaves_it_for_the_next_try(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening.create_vault(tmp_path, PASSPHRASE, "Lò Thị Ngân", clock).close()

    def mistaken(_core: Core) -> bool:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(opening, "_shows", mistaken)
        with pytest.raises(ZeroDivisionError):
            opening.open_vault(tmp_path, PASSPHRASE, clock, at_once=True)
    opening.open_vault(tmp_path, PASSPHRASE, clock, at_once=True).close()
