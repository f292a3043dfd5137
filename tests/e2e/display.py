"""A screen that nobody sees, and somebody at its keyboard: Xvfb and xdotool."""

from __future__ import annotations

import os
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

SECONDS_TO_START = 20


@contextmanager
def screen(width: int = 1366, height: int = 768) -> Iterator[str]:
    """A display of that size; the value of DISPLAY, a number that was free."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as answer:
            ready, _, _ = select.select([answer], [], [], SECONDS_TO_START)
            number = answer.readline().strip() if ready else ""
        assert number, f"Xvfb does not start; exit code {process.poll()}"
        yield f":{number}"
    finally:
        process.terminate()
        process.wait(SECONDS_TO_START)


@dataclass
class Keyboard:
    """Somebody who types on a display and never touches the mouse. `strokes` counts the keys pressed."""

    display: str
    pace_ms: int = 100
    strokes: int = 0
    typed: list[str] = field(default_factory=list)

    def _do(self, *words: str) -> None:
        subprocess.run(
            ["xdotool", *words],
            env={**os.environ, "DISPLAY": self.display},
            check=True,
            capture_output=True,
            timeout=30,
        )

    def into(self, window: str) -> None:
        """Give a window the keyboard, as a window manager would (there is none on this display)."""
        self._do("windowfocus", "--sync", window)

    def press(self, *keys: str) -> None:
        """Press keys by their X names, such as `ctrl+n`; a chord is one stroke."""
        self._do("key", "--delay", str(self.pace_ms), *keys)
        self.strokes += len(keys)
        self.typed += keys

    def type(self, text: str) -> None:
        """Type a text key by key."""
        self._do("type", "--delay", str(self.pace_ms), text)
        self.strokes += len(text)
        self.typed.append(repr(text))
