"""The demo and the tour as a newcomer meets them; neither leaves a process or a file behind."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.meta.rules import ROOT

SECONDS = 120
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@pytest.fixture
def surroundings(tmp_path, monkeypatch):
    """No display, and a folder of temporary files that nobody else uses."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    for name in DISPLAYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def servers(folder: Path) -> list[int]:
    """The processes that work in this folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(folder).encode() in words and b"tongcds.server" in words:
                found.append(int(entry.name))
    return found


def run(*words: object) -> list[str]:
    """Run a command to its end; the lines it said."""
    done = subprocess.run(
        [sys.executable, "main.py", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_tour_says_what_it_did_and_leaves_a_picture_of_each_step(surroundings, tmp_path):
    out = tmp_path / "pictures"
    lines = run("tour", "--out", out, "--language", "en")
    assert 8 <= len(lines) <= 12
    assert any("Offline · 7 changes waiting" in line for line in lines)
    assert any("All received at 14:30" in line for line in lines)
    (moved,) = [line for line in lines if "before" in line]
    before, after = re.findall(r"([\d,]+)/([\d,]+)", moved)
    assert int(after[0].replace(",", "")) == int(before[0].replace(",", "")) + 2
    assert after[1] == before[1]
    pictures = sorted(file.name for file in out.iterdir())
    assert [name[:3] for name in pictures] == [f"{n:02d}-" for n in range(1, len(pictures) + 1)]
    assert len(pictures) >= 10
    assert all((out / name).stat().st_size > 20_000 for name in pictures)
    assert list(surroundings.iterdir()) == []
    assert servers(surroundings) == []


class Running:
    """`main.py demo`, drawn into memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "main.py", "demo"],
            cwd=ROOT,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_LOGGING_RULES": "*.debug=false"},
            stderr=subprocess.DEVNULL,
        )

    def until(self, fits) -> None:
        end = time.monotonic() + SECONDS
        while not fits():
            assert time.monotonic() < end, "it never came to that"
            select.select([], [], [], 0.05)

    def opened(self) -> bool:
        """Whether the vault was made and the server has heard of it: the log of the vault is in use."""
        return any(self.folder.glob("tongcds-demo-*/team/vault/vault.tcds"))


@pytest.fixture
def demo(surroundings):
    running = Running(surroundings)
    running.until(running.opened)
    yield running
    if running.process.poll() is None:
        running.process.kill()
    running.process.wait(SECONDS)


def test_a_demo_that_is_ended_takes_its_server_and_its_folder_along(demo, surroundings):
    assert len(servers(surroundings)) == 1
    demo.process.send_signal(signal.SIGTERM)
    assert demo.process.wait(SECONDS) in {0, -signal.SIGTERM}
    demo.until(lambda: servers(surroundings) == [])
    assert list(surroundings.iterdir()) == []


def test_the_server_of_a_demo_that_is_killed_ends_by_itself(demo, surroundings):
    assert len(servers(surroundings)) == 1
    demo.process.kill()
    demo.until(lambda: servers(surroundings) == [])
