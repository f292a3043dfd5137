"""What strangers may cost: how often they may ask, how much memory bodies take, what was refused so far.

All of it lives in memory: a restart forgets, and nobody's data hangs on it.
Which request counts as what is `server.app`'s to say.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

_MINUTE_MS: Final = 60_000
CODES_A_MINUTE: Final = 10
"""Invitation codes that one address may guess."""
GARBAGE_A_MINUTE: Final = 120
"""Requests that nobody signed, from one address: many laptops may stand behind it, and one may be broken."""
REQUESTS_A_MINUTE: Final = 600
"""Requests of one laptop; moving a whole province's register takes a tenth of that."""
MOST_HELD: Final = 128 * 1024 * 1024
"""Bytes of bodies that are held at once, half read or waiting for their turn."""
CONNECTIONS: Final = 800
"""Open connections altogether: fewer than the files that a process may open on any system."""
CONNECTIONS_OF_ONE: Final = 64
"""Open connections from one address; a proxy on the same machine looks after its own."""


class Rate:
    """Counts events by who caused them, within a minute, and says how long to wait; for many threads."""

    def __init__(self, *, allowed: int, remembered: int = 10_000) -> None:
        self._allowed = allowed
        self._remembered = remembered
        self._at: dict[str, deque[int]] = {}
        self._turn = Lock()

    def wait(self, who: str, now: int) -> int:
        """Seconds until the next one is welcome; 0 when it is now. `now` in milliseconds."""
        with self._turn:
            at = self._at.get(who)
            # A clock that was set back must not lock anybody out for as long.
            while at and not now - _MINUTE_MS < at[0] <= now:
                at.popleft()
            if not at:
                self._at.pop(who, None)
                return 0
            return 0 if len(at) < self._allowed else max(1, (at[0] + _MINUTE_MS - now + 999) // 1000)

    def count(self, who: str, now: int) -> None:
        """One happened now."""
        with self._turn:
            if who not in self._at and len(self._at) >= self._remembered:
                self._at.pop(next(iter(self._at)))
            self._at.setdefault(who, deque(maxlen=self._allowed)).append(now)


class Room:
    """Memory for bodies, shared by all who are sending one."""

    def __init__(self, size: int = MOST_HELD) -> None:
        self.left = size

    @contextmanager
    def share(self) -> Iterator[Share]:
        """A share that grows with its body and is given back at the end."""
        share = Share(self)
        try:
            yield share
        finally:
            self.left += share.held


@dataclass(slots=True)
class Share:
    """What one body takes of the room."""

    room: Room
    held: int = 0

    def take(self, size: int) -> bool:
        """Take so many bytes more; False when there is no room."""
        if size > self.room.left:
            return False
        self.room.left -= size
        self.held += size
        return True


@dataclass(slots=True)
class Limits:
    """The limits of one server, and what it refused since it started, by problem code."""

    garbage: Rate = field(default_factory=lambda: Rate(allowed=GARBAGE_A_MINUTE))
    codes: Rate = field(default_factory=lambda: Rate(allowed=CODES_A_MINUTE))
    laptops: Rate = field(default_factory=lambda: Rate(allowed=REQUESTS_A_MINUTE))
    room: Room = field(default_factory=Room)
    refused: Counter[str] = field(default_factory=Counter)
