"""A throw-away corner of a province: a local server with invented people, and vaults enrolled there.

Everything is in one temporary folder and goes with it. `ui.commands` opens a window on it, `ui.tour` walks
through it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tongcds import i18n
from tongcds.actions import Core, opening, syncing
from tongcds.clock import VIETNAM, Clock
from tongcds.domain.views import Role
from tongcds.errors import UnavailableError, UserError
from tongcds.settings import LANGUAGE, Settings

PASSPHRASE: Final = "bau bi gian mang tre"  # noqa: S105 - of a vault that is thrown away, with nobody real in it
_SECONDS_TO_START: Final = 90.0
_SECONDS_TO_STOP: Final = 10.0


class Afternoon:
    """A clock for pictures, which are to be the same on every day: it moves only when it is told to."""

    def __init__(self) -> None:
        self._moment = datetime(2026, 11, 23, 14, 2, tzinfo=VIETNAM)

    def __call__(self) -> datetime:
        """The moment, in UTC."""
        return self._moment.astimezone(UTC)

    def pass_minutes(self, minutes: int) -> None:
        """Let time go by."""
        self._moment += timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody whom the demo's server invites."""

    name: str
    code: str
    qr: str


class DemoServer:
    """The province's server as a child process that lives by the same clock and ends with this one.

    `begin` returns at once, `wait` when requests are answered.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._process: subprocess.Popen[str] | None = None
        self._port = 0
        self.url = ""
        self.guests: dict[Role, Guest] = {}

    def begin(self) -> None:
        """Start the process.

        Raises:
            UserError: demo_needs_server, in a packaged program without it.
        """
        if getattr(sys, "frozen", False):
            raise UserError("demo_needs_server")
        words = [sys.executable, "-m", "tongcds.server", "demo", "--ready-json", "--with-parent"]
        words += ["--data", str(self._folder), "--port", str(self._port), "--at", self._clock().isoformat()]
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def wait(self) -> None:
        """Wait until the server answers.

        Raises:
            UnavailableError: demo_server_failed.
        """
        process = self._process
        if process is None or process.stdout is None:
            raise UnavailableError("demo_server_failed")
        patience = threading.Timer(_SECONDS_TO_START, process.kill)
        patience.start()
        try:
            while not self.url:
                self._listen(process.stdout.readline())
        finally:
            patience.cancel()

    def _listen(self, line: str) -> None:
        """One line that the server says: first whom it invites, then that it is ready."""
        try:
            said = json.loads(line)
        except ValueError:
            self.stop()
            raise UnavailableError("demo_server_failed") from None
        for guest in said.get("invitations", ()):
            self.guests.setdefault(Role(guest["role"]), Guest(guest["name"], guest["code"], guest["qr"]))
        if said.get("ready"):
            self.url, self._port = said["url"], said["port"]

    def stop(self) -> None:
        """End the process; `begin` starts it again at the same address, with everything it knew."""
        process, self._process, self.url = self._process, None, ""
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


class Demo:
    """The folder, the server, and whoever was enrolled. A context manager: at its end nothing is left."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._folder = tempfile.TemporaryDirectory(prefix="tongcds-demo-", ignore_cleanup_errors=True)
        self.folder = Path(self._folder.name)
        self.server = DemoServer(self.folder / "server", clock)

    def __enter__(self) -> Self:
        """Start the server; it is not answering yet."""
        try:
            self.server.begin()
        except UserError:
            self._folder.cleanup()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server and remove the folder."""
        self.server.stop()
        self._folder.cleanup()

    def profile(self, role: Role) -> Path:
        """Where this person's vault and settings are."""
        folder = self.folder / role.value
        folder.mkdir(exist_ok=True)
        return folder

    def settings(self, role: Role) -> Settings:
        """This person's settings, in the language in force."""
        settings = Settings(self.profile(role))
        settings.set(LANGUAGE, i18n.language())
        return settings

    def enrol(self, role: Role) -> Core:
        """A new vault for this role's demo person, enrolled and exchanged for the first time.

        Raises:
            UnavailableError: demo_server_failed.
        """
        # Making a vault takes as long as the server needs to get ready, so it is done first.
        core = opening.create_vault(self.profile(role), PASSPHRASE, "", self._clock)
        try:
            if not self.server.url:
                self.server.wait()
            opening.enrol_device(core, opening.invitation_of_code(self.server.guests[role].qr))
            syncing.sync_now(core)
        except BaseException:
            core.close()
            raise
        return core
