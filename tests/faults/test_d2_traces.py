"""D2: after a day with a thousand people nothing of them is on the disk, but where somebody exported them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from ast import literal_eval
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults import traces
from tests.faults.amounts import chance
from tests.meta.rules import ROOT
from tests.surroundings import FakeClock
from tests.unit.actions.conftest import PASSPHRASE, enrolled
from tongcds.actions import opening, register, visits
from tongcds.domain.views import Role
from tongcds.storage import local

SAVES = 40
SECONDS = 300


@dataclass(frozen=True)
class Machine:
    """Everything that a person's account has: the program's own folders, and all others it might write to."""

    root: Path

    def __getattr__(self, name: str) -> Path:
        return self.root / name

    def make(self) -> None:
        for name in ("profile", "home", "temp", "stick", "exports", "here", "brought"):
            (self.root / name).mkdir(parents=True)
        traces.bring(self.brought / traces.FOLDER, "Bản Nà Ngà")
        core = enrolled(opening.vault_folder(self.root / "profile"), Role.TEAM, FakeClock())
        core.close()

    def surroundings(self) -> dict[str, str]:
        home = self.root / "home"
        places = {"XDG_CONFIG_HOME": ".config", "XDG_DATA_HOME": ".local/share", "XDG_CACHE_HOME": ".cache"}
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "DISPLAY"))},
            **{name: str(home / under) for name, under in places.items()},
            "XDG_RUNTIME_DIR": str(self.root / "temp"),
            "HOME": str(home),
            "USERPROFILE": str(home),
            "TMPDIR": str(self.root / "temp"),
            "TONGCDS_EXPORTS": str(self.root / "exports"),
            "QT_QPA_PLATFORM": "offscreen",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONFAULTHANDLER": "1",
        }

    def begin(self, ending: str) -> subprocess.Popen[str]:
        folders = [str(path) for path in (self.profile, self.brought / traces.FOLDER, self.stick)]
        with (self.root / "here" / f"{ending}.errors").open("wb") as errors:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.faults.day", *folders, ending],
                cwd=self.root / "here",
                env=self.surroundings(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def traces(self) -> list[str]:
        """All that is left, but what somebody brought and what was exported on purpose."""
        return traces.on_disk(*(self.root / name for name in ("profile", "home", "temp", "stick", "here")))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path / "machine")
    made.make()
    return made


def heard(program: subprocess.Popen[str], words: str) -> list[str]:
    """What the program says until these words."""
    lines = []
    for line in program.stdout:
        lines.append(line.strip())
        if lines[-1] == words:
            return lines
    raise AssertionError((program.wait(SECONDS), lines))


def _sorted(listed: str) -> str:
    name, _sign, files = listed.partition("=")
    return f"{name}={sorted(literal_eval(files))}"


def ended(program: subprocess.Popen[str]) -> int:
    program.stdin.close()
    program.stdout.close()
    return program.wait(SECONDS)


def test_locked_and_closed_nothing_of_a_thousand_people_is_on_the_disk(machine):
    program = machine.begin("locked")
    said = heard(program, "locked")
    behind_the_lock = machine.traces()
    program.stdin.close()
    heard(program, "closed")
    program.stdout.close()
    assert program.wait(SECONDS) == 0
    assert "pasted=" in said
    assert behind_the_lock == []
    assert machine.traces() == []
    # What was exported on purpose is listed and in its folder; so the search would find it elsewhere, too.
    listed = next(line for line in said if line.startswith("listed="))
    assert f"listed={sorted(path.name for path in machine.exports.iterdir())}" == _sorted(listed)
    assert len(list(machine.exports.iterdir())) == 5
    # The letters of a PDF are numbers of its fonts.
    assert len(traces.on_disk(machine.exports)) == 4
    # The folder of the files has a name that tells, too: Qt's own dialog has been there.
    assert len(traces.on_disk(machine.brought)) == 4
    assert (machine.profile / "log" / "tongcds.log").stat().st_size


def test_killed_while_writing_nothing_is_on_the_disk_and_the_next_start_leaves_nothing(machine):
    program = machine.begin("typing")
    heard(program, "busy")
    for _ in range(chance("D2").randint(1, SAVES)):
        heard(program, "saved")
    os.kill(program.pid, signal.SIGKILL)
    assert ended(program) == -signal.SIGKILL
    folder = opening.vault_folder(machine.profile)
    assert (folder / "vault.tcds-wal").stat().st_size
    assert machine.traces() == []
    core = opening.open_vault(machine.profile, PASSPHRASE, FakeClock())
    # The people are there: the search above did not pass over an empty vault.
    assert register.search(core, traces.people()[777][0])
    core.close()
    assert machine.traces() == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "planted",
    ["Lò Quyzhục Án", "lo quyzhuc an", "LO QUYZHUC AN", "Quyzhu\u0323c", "0987000123", "+84 987 000 123",
     "098.700.0123", "014078737005"],
)  # fmt: skip
def test_whatever_the_form_a_trace_is_found(tmp_path, planted, encoding):
    """The control of the search."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(bytes(range(256)) + planted.encode(encoding) + b"\xff")
    assert len(traces.on_disk(tmp_path)) == 1


@pytest.mark.parametrize(
    "planted", ["file:///C:/Quyzh%E1%BB%A5c.csv", "/home/Quyzh\\x1ee5c", "quyzh%e1%bb%a5c"]
)
def test_a_trace_in_the_address_of_a_file_is_found(tmp_path, planted):
    """As Qt's file dialog keeps the folders that were visited."""
    (tmp_path / "QtProject.conf").write_text(f"history={planted}, file:///tmp", encoding="utf-8")
    assert len(traces.on_disk(tmp_path)) == 1


def test_a_draft_that_were_kept_in_the_clear_would_be_found(machine, monkeypatch):
    """The control of the day: the same folders, a program that forgets to lock one thing away."""
    kept = local.save_draft

    def carelessly(connection, who, draft):
        (machine.profile / "draft.json").write_text(str(draft.content), encoding="utf-8")
        kept(connection, who, draft)

    monkeypatch.setattr(local, "save_draft", carelessly)
    core = opening.open_vault(machine.profile, PASSPHRASE, FakeClock())
    assert machine.traces() == []
    visits.save_draft(core, "visit", {"note": traces.TYPED})
    core.close()
    (found,) = machine.traces()
    assert "draft.json" in found


def test_names_of_files_count_too(tmp_path):
    (tmp_path / traces.PHOTO).touch()
    assert len(traces.on_disk(tmp_path)) == 1
