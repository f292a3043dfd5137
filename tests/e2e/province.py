"""A province's server as a process of its own, and laptops as folders with a vault."""

from __future__ import annotations

import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlcipher3.dbapi2

import main as program
from tests.meta.rules import ROOT
from tongcds.actions import opening
from tongcds.actions.core import Core
from tongcds.clock import system_clock
from tongcds.server import cli as server_cli
from tongcds.storage import keyslots

PROVINCE = "14"
COMMUNE = "04123"
VILLAGES = ("Bản Nà Nghịu", "Bản Co Trai", "Bản Phiêng Khàng", "Bản Noong Lái", "Tiểu khu 10")
"""The villages that the sample register names."""

AREA = "Mai Sơn"
SAMPLE = ROOT / "resources" / "sample" / "ho-dan-sach.xlsx"
PASSPHRASE = "man hau chin do thang nam"
SECONDS = 60
CHEAP = 8 * 1024 * 1024, 1
"""Memory and passes for deriving a key; the real ones would be most of what a test waits for."""


def cheaply(patch: pytest.MonkeyPatch) -> None:
    """Make and open vaults fast in this process; other processes take such vaults for damaged ones."""
    patch.setattr(keyslots, "MEMORY", CHEAP[0])
    patch.setattr(keyslots, "PASSES", CHEAP[1])


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def administer(*words: object) -> dict:
    """Do what `python -m tongcds.server … --json` does, in this process; its answer."""
    said, complained = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(complained):
        code = server_cli.main([*map(str, words), "--json"])
    assert code == 0, complained.getvalue()
    return json.loads(said.getvalue().splitlines()[-1])


@dataclass
class Province:
    """A server's folder, its address, and the process that serves it while there is one."""

    folder: Path
    port: int
    process: subprocess.Popen | None = None
    kills: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve; returns when requests are answered."""
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tongcds.server", "serve", "--ready-json"),
                *("--data", str(self.folder), "--port", str(self.port)),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        ready, _, _ = select.select([self.process.stdout], [], [], SECONDS)
        line = self.process.stdout.readline() if ready else ""
        assert '"ready": true' in line, f"no server: {line!r}, {self.process.poll()}"

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End the process, as told or (SIGKILL) at once; nothing when there is none."""
        if self.process is None:
            return
        self.process.send_signal(how)
        self.process.wait(SECONDS)
        self.process.stdout.close()
        self.process = None
        self.kills += how == signal.SIGKILL

    def invite(self, unit: str, name: str, file: Path, **more: object) -> dict:
        """Invite somebody of a unit; writes the invitation file."""
        words = [word for key, value in more.items() for word in (f"--{key}", value)]
        return administer(
            "invite", "--data", self.folder, "--unit", unit, "--name", name, "--file", file, *words
        )


def found(folder: Path) -> Province:
    """Found a server for one commune, its area and the villages of the sample register; not yet serving."""
    province = Province(folder, free_port())
    administer(
        *("init", "--data", folder, "--name", "Máy chủ tỉnh Sơn La", "--url", province.url),
        *("--province", PROVINCE, "--commune", COMMUNE),
    )
    listed = folder / "villages.csv"
    listed.write_text("name,commune_code\n" + "".join(f"{name},{COMMUNE}\n" for name in VILLAGES), "utf-8")
    administer("villages", "--data", folder, listed)
    administer("cluster", "--data", folder, AREA, "--communes", COMMUNE)
    return province


@dataclass
class Laptop:
    """One person's computer: a profile folder and the program's command line."""

    profile: Path

    def enrolled(self, invitation: Path, person: str) -> Core:
        """A new vault of that person, enrolled; open in this process."""
        core = opening.create_vault(self.profile, PASSPHRASE, person, system_clock)
        opening.enrol_device(core, opening.read_invitation(invitation))
        return core

    def opened(self) -> Core:
        """The vault, open in this process."""
        return opening.open_vault(self.profile, PASSPHRASE, system_clock)

    def run(self, *words: object, passphrase: str = PASSPHRASE) -> tuple[int, dict]:
        """Run a command with --json in a process of its own: exit code and answer."""
        done = subprocess.run(
            [sys.executable, "main.py", *map(str, words), "--json", "--profile", str(self.profile)],
            cwd=ROOT,
            env={**os.environ, "TONGCDS_PASSPHRASE": passphrase},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, json.loads(done.stdout) if done.stdout else {}

    def sees(self, *words: object) -> dict:
        """What a command that must end well answers; in this process, which is quicker."""
        said = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(said):
            patch.setenv("TONGCDS_PASSPHRASE", PASSPHRASE)
            code = program.main([*map(str, words), "--json", "--profile", str(self.profile)])
        assert code == 0, (words, said.getvalue())
        return json.loads(said.getvalue())

    def does(self, *words: object, code: int = 0) -> dict:
        """Run a command that must end with this exit code; its answer."""
        ended, answer = self.run(*words)
        assert ended == code, (words, ended, answer)
        return answer


@contextmanager
def enrolled(province: Province, folder: Path, unit: str, name: str) -> Iterator[Core]:
    """The vault of somebody of this unit on a computer of their own, open while the block runs."""
    invitation = folder / f"{name}.tongcds-moi"
    province.invite(unit, name, invitation, url=province.url)
    core = Laptop(folder / f"of {name}").enrolled(invitation, name)
    try:
        yield core
    finally:
        core.close()


@contextmanager
def database(file: Path) -> Iterator[sqlcipher3.dbapi2.Connection]:
    """The server's own database, to look at or to spoil; committed at the end."""
    connection = sqlcipher3.dbapi2.connect(str(file))
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()
