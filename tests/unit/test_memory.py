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
