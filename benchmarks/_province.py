"""A province's server in a process of its own, and enrolled laptops, for the benchmarks of the network."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tongcds.actions import opening
from tongcds.actions.core import Core
from tongcds.clock import system_clock

PASSPHRASE: Final = "con bò lạc rừng tre"  # noqa: S105  of a vault with nobody real in it


def server(*words: str | Path) -> dict[str, object]:
    """What a command of the server's command line answers."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "tongcds.server", *map(str, words), "--json"],
        check=True,
        capture_output=True,
        text=True,
    )
    answer: dict[str, object] = json.loads(done.stdout.splitlines()[-1] if done.stdout else "{}")
    return answer


@dataclass(frozen=True, slots=True)
class Place:
    """A founded server's folder and its villages."""

    folder: Path
    villages: int

    @contextmanager
    def serving(self) -> Iterator[int]:
        """Serve; yields the port."""
        process = subprocess.Popen(  # noqa: S603 - our own program
            [
                sys.executable,
                "-m",
                "tongcds.server",
                "serve",
                "--data",
                self.folder,
                "--port",
                "0",
                "--ready-json",
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            line = process.stdout.readline() if process.stdout else "{}"
            yield int(json.loads(line)["port"])
        finally:
            process.terminate()
            process.wait()
            if process.stdout:
                process.stdout.close()


def founded(folder: Path, villages: int = 7) -> Place:
    """A new server with villages of one commune."""
    made = folder / "server"
    server(
        "init",
        "--data",
        made,
        "--name",
        "Máy chủ đo",
        "--url",
        "http://127.0.0.1:1",
        "--province",
        "14",
        "--commune",
        "04123",
    )
    listed = folder / "villages.csv"
    listed.write_text(
        "name,commune_code\n" + "".join(f"Bản Số {i},04123\n" for i in range(villages)), encoding="utf-8"
    )
    server("villages", "--data", made, listed)
    return Place(made, villages)


def enrolled(place: Place, folder: Path, port: int) -> Core:
    """A new vault of somebody at the commune, enrolled and not yet exchanged."""
    invited = server(
        "invite", "--data", place.folder, "--unit", "04123", "--role", "commune", "--name", "Cà Thị Hương"
    )
    core = opening.create_vault(folder, PASSPHRASE, "Cà Thị Hương", system_clock)
    opening.enrol_device(core, opening.invitation_of_code(str(invited["code"]), f"http://127.0.0.1:{port}"))
    return core
