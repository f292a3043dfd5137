"""What every action works on: one open vault, its enrolment, a clock and a way to the server. Wired once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Connection

from tongcds.clock import Clock, business_date, milliseconds
from tongcds.domain.views import Role, Whoami
from tongcds.errors import UserError
from tongcds.protocol.messages import Credentials
from tongcds.reports.shares import shared
from tongcds.storage import register
from tongcds.storage.keyslots import VaultKey
from tongcds.storage.local import load_enrolment
from tongcds.storage.vault import Vault
from tongcds.sync.runner import Runner
from tongcds.sync.transport import Transport


@dataclass(frozen=True, slots=True)
class Changes:
    """Which kinds of record an action touched, so that every open screen can decide whether to read again."""

    kinds: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *kinds: str) -> Changes:
        """Changes of these kinds."""
        return cls(frozenset(kinds))


@dataclass(slots=True)
class Core:
    """An open vault and its surroundings. `connect` makes a transport to a server's address.

    `session` is who sits at it now; `actions.people` changes that while the vault stays open.
    """

    vault: Vault
    clock: Clock
    connect: Callable[[str], Transport] = Transport
    runner: Runner = field(init=False)
    session: VaultKey = field(init=False)
    _views: deque[tuple[bytes, bytes, int]] = field(default_factory=deque, init=False)

    def __post_init__(self) -> None:
        """Give it a runner that exchanges in the calling thread; a window puts its own in its place."""
        self.session = self.vault.opened_by
        self.runner = self.make_runner(lambda work: work())

    def make_runner(
        self,
        submit: Callable[[Callable[[], None]], object],
        on_change: Callable[[frozenset[str]], None] = lambda _: None,
        metered: Callable[[], bool] = lambda: False,
    ) -> Runner:
        """A runner whose exchanges go to `submit`; it becomes this core's."""
        self.runner = Runner(
            self.vault, self.connect, self.clock, submit=submit, on_change=on_change, metered=metered
        )
        return self.runner

    @property
    def today(self) -> date:
        """The local business date."""
        return business_date(self.clock)

    @contextmanager
    def counting(self) -> Iterator[Connection]:
        """The vault for figures of many records: what is counted on it keeps two cores busy."""
        with self.vault.count_together() as connections, shared(connections) as connection:
            yield connection

    def credentials(self) -> Credentials:
        """Who this device is.

        Raises:
            UserError: not_enrolled.
        """
        with self.vault.read() as connection:
            enrolment = load_enrolment(connection)
        if enrolment is None:
            raise UserError("not_enrolled")
        return enrolment.credentials

    def author(self) -> bytes:
        """The member record of the person who is here; it signs what is written."""
        return self.session.member or self.credentials().member_id

    def now(self) -> int:
        """The present moment in milliseconds since 1970 (UTC)."""
        return milliseconds(self.clock)

    def whoami(self) -> Whoami:
        """Names for the window's frame."""
        known = self.credentials()
        with self.vault.read() as connection:
            team = register.team_name(connection, known.unit_id) if known.role == Role.TEAM else ""
        return Whoami(
            person=self.session.person if self.session.member else known.member_name,
            role=Role(known.role),
            unit_name=known.unit_name,
            commune_name=known.commune_name,
            province_name=known.province_name,
            server_name=known.server_name,
            device=known.device,
            office=team or known.unit_name,
            leads=self.author() == known.member_id,
        )

    def saw(self, household_id: bytes) -> None:
        """Remember that a household was opened; `actions.audit.keep_views` puts it down."""
        self._views.append((self.author(), household_id, self.now()))

    def take_views(self) -> tuple[tuple[bytes, bytes, int], ...]:
        """What was opened since the last time: by whom, which household, when (milliseconds, UTC)."""
        taken = []
        while self._views:
            taken.append(self._views.popleft())
        return tuple(dict.fromkeys(taken))

    def close(self) -> None:
        """Close the vault and forget its key; everything saved stays."""
        self.vault.close()
        self.session = replace(self.session, key=b"")
