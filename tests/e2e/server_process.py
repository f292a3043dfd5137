"""A real server in its own process, and the least that a laptop needs to talk to it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tongcds.server import cli

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_START = 60
SECONDS_TO_STOP = 20


@dataclass
class ServerProcess:
    """A server that answers at `url`; `ready` is the JSON line that it said so with."""

    process: subprocess.Popen[str]
    folder: Path
    url: str
    port: int
    ready: dict[str, object]

    def stop(self) -> int:
        """Ask it to stop and wait; answers the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(SECONDS_TO_STOP)
        self._close()
        return code

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.process.kill()
        self.process.wait(SECONDS_TO_STOP)
        self._close()

    def _close(self) -> None:
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


def command(*arguments: str | Path) -> dict[str, object]:
    """A command of the server's command line, in this process; answers its JSON."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        code = cli.main([*map(str, arguments), "--json"])
    text = output.getvalue()
    assert code == 0, text
    return json.loads(text.splitlines()[-1]) if text else {}


def found(folder: Path, *, database: str = "", communes: tuple[str, ...] = ("04123", "04132")) -> None:
    """A server of Sơn La with two villages in each commune and the cluster "Khu vực Mai Sơn"."""
    only = [part for code in communes for part in ("--commune", code)]
    command("init", "--data", folder, "--name", "Máy chủ thử", "--url", "http://127.0.0.1:1",
            "--province", "14", "--database", database, *only)  # fmt: skip
    villages = folder / "villages.csv"
    lines = [
        f"{name},{commune},{commune}-{place:02d}"
        for commune in communes
        for place, name in enumerate(("Bản Nà Ngà", "Bản Co Trai"), 1)
    ]
    villages.write_text("\n".join(["name,commune_code,village_code", *lines]), encoding="utf-8")
    command("villages", "--data", folder, villages)
    command("cluster", "Khu vực Mai Sơn", "--communes", ",".join(communes), "--data", folder)


def invite(folder: Path, unit: str, name: str = "Lò Thị Ngân", *options: str | Path) -> dict[str, object]:
    """An invitation, as the command line shows it: code, qr, url, role, unit."""
    return command("invite", "--data", folder, "--unit", unit, "--name", name, *options)


def start(folder: Path, *, port: int = 0, subcommand: str = "serve") -> ServerProcess:
    """Start the server of this folder and wait until it answers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tongcds.server", subcommand, "--data", str(folder),
         "--port", str(port), "--ready-json"],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )  # fmt: skip
    line = _first_line(process)
    if not line:
        process.kill()
        process.wait(SECONDS_TO_STOP)
        errors = process.stderr.read() if process.stderr else ""
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        raise AssertionError(f"the server did not start: {errors}")
    ready = json.loads(line)
    return ServerProcess(process, folder, ready["url"], ready["port"], ready)


def _first_line(process: subprocess.Popen[str]) -> str:
    lines: list[str] = []
    assert process.stdout is not None
    reader = threading.Thread(target=lambda: lines.append(process.stdout.readline()), daemon=True)  # type: ignore[union-attr]
    reader.start()
    reader.join(SECONDS_TO_START)
    if reader.is_alive():
        process.kill()
        reader.join()
        return ""
    return lines[0] if lines else ""


@contextlib.contextmanager
def running(folder: Path, *, port: int = 0, subcommand: str = "serve") -> Iterator[ServerProcess]:
    """The server of this folder while the block runs."""
    server = start(folder, port=port, subcommand=subcommand)
    try:
        yield server
    finally:
        server.stop()
