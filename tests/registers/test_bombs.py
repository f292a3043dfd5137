"""A file that wants to be large is refused in a sentence, in two seconds and 64 MB of memory."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.registers.bombs import BOMBS, PLAIN_XLSX

ROOT = Path(__file__).resolve().parents[2]
WORDS = {
    "file_unsafe": "treo chương trình",
    "file_damaged": "hỏng",
    "file_too_big": "quá lớn",
    "file_encrypted": "mật khẩu",
}


def read_alone(folder: Path, data: bytes, *guards: str) -> dict[str, Any]:
    """Read a file in a process that has 64 MB and two seconds for it."""
    path = folder / "so-ho.xlsx"
    path.write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-m", "tests.registers.alone", str(path), *guards],
        cwd=ROOT, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    if done.returncode == -signal.SIGXCPU:
        return {"code": "no time"}
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_a_sentence_within_two_seconds_and_64_mb(tmp_path: Path, name: str) -> None:
    code, make = BOMBS[name]
    found = read_alone(tmp_path, make())
    assert found["code"] == code
    assert WORDS[code] in found["sentence"]
    assert found["grown_mb"] <= 64


def test_an_ordinary_file_is_read_in_the_same_process(tmp_path: Path) -> None:
    assert read_alone(tmp_path, PLAIN_XLSX)["code"] == "read"


@pytest.mark.parametrize(
    ("name", "guard"),
    [
        ("same cells", "elements"),
        ("long strings", "characters"),
        ("long attribute", "tags"),
        ("xls far cells", "far cells"),
    ],
)
def test_without_its_guard_a_bomb_would_burst(tmp_path: Path, name: str, guard: str) -> None:
    _code, make = BOMBS[name]
    assert read_alone(tmp_path, make(), guard)["code"] in {"no memory", "no time"}
