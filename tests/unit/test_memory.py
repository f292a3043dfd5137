"""D2: a process that breaks down leaves nothing of its memory on the disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.meta.rules import ROOT

BREAKS_DOWN = """
import os, resource, sys
from tongcds import memory
_soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
if sys.argv[1] == "careful":
    memory.leave_no_dump()
name = "Lò Quyzhục Án"
os.abort()
"""


def cores(folder: Path, how: str) -> list[str]:
    """What a process that aborts in this folder leaves there."""
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", BREAKS_DOWN, how],
        cwd=folder, env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == -6, done.stderr
    return [path.name for path in folder.iterdir()]


def test_a_process_that_breaks_down_leaves_nothing(tmp_path: Path) -> None:
    assert cores(tmp_path / "careful", "careful") == []


def test_neither_its_person_nor_its_parent_may_have_a_dump_of_it() -> None:
    asks = (
        "import ctypes, resource\n"
        "from tongcds import memory\n"
        "memory.leave_no_dump()\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    assert said_by(asks) == "(0, 0) 0"
    assert said_by(asks.replace("memory.leave_no_dump()", "pass")).endswith(" 1"), "the control"


def said_by(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize("entry", ["main.py", "tongcds/server/cli.py"])
def test_every_way_in_asks_for_it_first(entry: str) -> None:
    assert "memory.leave_no_dump()" in (ROOT / entry).read_text(encoding="utf-8")


LETS_GO = """
import ctypes, gc
from pathlib import Path
from tongcds import memory

def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) // 1024

gc.disable()
many = [bytes(1024) for _ in range(100_000)]
last = bytes(1024)
del many
before = resident()
with memory.looking_later():
    pass
print(before - resident())
"""


def test_what_much_work_let_go_of_goes_back_to_the_system() -> None:
    assert int(said_by(LETS_GO)) > 50
    kept = LETS_GO.replace("with memory.looking_later():\n    pass", "")
    assert int(said_by(kept)) < 5, "the control"


READS = """
import linecache
import PySide6.QtCore
from tongcds import memory
{}
from tongcds.errors import UserError
print(any(name.endswith("tongcds/errors.py") for name in linecache.cache))
"""


def test_the_window_is_loaded_without_reading_its_sources() -> None:
    assert said_by(READS.format("memory.read_no_sources()")) == "False"
    assert said_by(READS.format("")) == "True", "the control"
