"""The laptop's half of a comparison: find where this vault and the server differ, and mend those places only.

Done when the digests of an exchange differ, and once a week anyway, because the sums compared here cover the
values too. Never a full replacement of either side: own writes that no receipt covers stay on top, and what
is the same stays untouched. What was found is told in the log and in the history.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from tongcds.errors import UnavailableError
from tongcds.protocol import chunks
from tongcds.protocol.messages import (
    VERSION,
    AreaBuckets,
    CompareAnswer,
    CompareRequest,
    ProtocolError,
    State,
    decode,
)
from tongcds.replica import Identity, cursors_of, load_identity
from tongcds.replica.compare import (
    Healed,
    bucket_sums,
    differing,
    heal,
    known_fields,
    let_go,
    recount,
    scan,
)
from tongcds.storage.local import Enrolment, load_enrolment, next_request
from tongcds.storage.vault import Vault
from tongcds.sync.answers import let_move, take_note
from tongcds.sync.request import sealed
from tongcds.sync.transport import Transport

COMPARE_PATH = "/api/v1/compare"
_MOST_ROUNDS = 100
_MOST_EXTRA = 1_000

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Repaired:
    """What a comparison found and mended. `alone` are records that only this vault has and that stayed.

    `same`: in the end both sides hold the same in every area.
    """

    records: int = 0
    alone: list[State] = field(default_factory=list)
    same: bool = False
    kinds: set[str] = field(default_factory=set)


class Repair:
    """One comparison of one vault with the server.

    `expected` says that a difference is no damage: the server decided otherwise about another laptop's file.
    """

    def __init__(
        self,
        vault: Vault,
        transport: Transport,
        now: Callable[[], int],
        *,
        keep_extra: bool = False,
        expected: bool = False,
    ) -> None:
        self._vault = vault
        self._transport = transport
        self._now = now
        self._keep_extra = keep_extra
        self._expected = expected
        self._fields = known_fields()
        self.done = Repaired()

    def run(self) -> Repaired:
        """Compare, and mend until nothing differs or nothing more can be done.

        Raises:
            UnavailableError: the network or the server is not there; what was mended stays mended.
            ServerProblemError: the server refuses.
        """
        for _ in range(_MOST_ROUNDS):
            before = self.done.records
            self.done.alone.clear()
            answer = self._ask(sums=self._sums())
            self.done.same = answer.known and not answer.areas
            for found in answer.areas:
                self._mend(found)
            if self.done.records == before:
                break
        if self.done.records:
            level = logging.INFO if self._expected else logging.WARNING
            told = "this vault differed from the server and was mended"
            log.log(level, told, extra={"count": self.done.records})
        return self.done

    def there(self, ids: Sequence[bytes]) -> set[bytes]:
        """Which of these records, of areas that this vault does not hold, the server has.

        Raises:
            UnavailableError, ServerProblemError: as `run`.
        """
        with self._vault.read() as connection:
            place = next(iter(_whole(_enrolled(connection))), None)
        found: set[bytes] = set()
        for start in range(0, 0 if place is None else len(ids), _MOST_EXTRA):
            part = list(ids[start : start + _MOST_EXTRA])
            found.update(self._ask(place=place or 0, extra=part).elsewhere)
        return found

    def _sums(self) -> list[tuple[int, bytes]]:
        """The sums of all areas. The digests kept along the way may be what is wrong; those are put right."""
        with self._vault.read() as connection:
            whole = _whole(_enrolled(connection))
            found = {place: scan(connection, area, self._fields) for place, area in whole.items()}
        for place, scanned in found.items():
            if scanned.miscounted:
                with self._vault.write() as connection:
                    recount(connection, whole[place])
                log.warning("the count of an area was wrong and was put right")
        return [(place, scanned.total) for place, scanned in found.items()]

    def _mend(self, found: AreaBuckets) -> None:
        with self._vault.read() as connection:
            area = _whole(_enrolled(connection)).get(found.place)
            if area is None or cursors_of(connection, [area])[area] != found.counter:
                # Somebody wrote there meanwhile; the next exchange brings it, and compares again.
                return
            wrong = differing(bucket_sums(connection, area, self._fields, found.bits), found.sums)
        while wrong:
            answer = self._ask(place=found.place, bits=found.bits, buckets=wrong)
            if not answer.known or answer.done < 1:
                return
            extra = self._heal(area, found.bits, wrong[: answer.done], answer)
            for start in range(0, len(extra), _MOST_EXTRA):
                part = extra[start : start + _MOST_EXTRA]
                elsewhere = self._let_go(found.place, part)
                self.done.alone += [state for state in part if state.id not in elsewhere]
            wrong = wrong[answer.done :]

    def _heal(
        self, area: bytes, bits: int, buckets: Sequence[int], answer: CompareAnswer
    ) -> tuple[State, ...]:
        try:
            states = chunks.understand_states(answer.page).states if answer.page else []
        except ProtocolError:
            raise UnavailableError("server_unreachable") from None
        with self._vault.write() as connection:
            enrolment, me = _enrolled(connection), self._me(connection)
            healed = heal(
                connection,
                me,
                area,
                states,
                bits=bits,
                buckets=buckets,
                fields=self._fields,
                scope_areas=frozenset(entry.area for entry in enrolment.entries),
                keep_extra=self._keep_extra,
            )
            take_note(connection, me, enrolment, enrolment.entries, healed.touched)
        self._note(healed)
        return healed.extra

    def _let_go(self, place: int, extra: Sequence[State]) -> set[bytes]:
        """Ask where the server has the records that only this vault has here; those that it has may go.

        Returns the ids of those that it has.
        """
        answer = self._ask(place=place, extra=[state.id for state in extra])
        elsewhere = set(answer.elsewhere)
        if not elsewhere:
            return elsewhere
        with self._vault.write() as connection:
            enrolment, me = _enrolled(connection), self._me(connection)
            if self._keep_extra:
                let_move(connection, me, enrolment, [state for state in extra if state.id in elsewhere])
            healed = let_go(connection, me, extra, elsewhere)
            take_note(connection, me, enrolment, enrolment.entries, healed.touched)
        self._note(healed)
        return elsewhere

    def _note(self, healed: Healed) -> None:
        self.done.records += healed.records
        self.done.kinds |= healed.touched.changed.keys() | healed.touched.gone.keys()

    def _ask(
        self,
        *,
        sums: Sequence[tuple[int, bytes]] = (),
        place: int = 0,
        bits: int = 0,
        buckets: Sequence[int] = (),
        extra: Sequence[bytes] = (),
    ) -> CompareAnswer:
        with self._vault.write() as connection:
            enrolment, me = _enrolled(connection), self._me(connection)
            counter = next_request(connection)
        request = CompareRequest(
            VERSION,
            enrolment.epoch,
            enrolment.scope,
            sorted(self._fields.items()),
            list(sums),
            place,
            bits,
            list(buckets),
            list(extra),
        )
        body = sealed(request, enrolment, device=me.device, counter=counter)
        try:
            return decode(CompareAnswer, self._transport.post(COMPARE_PATH, body))
        except ProtocolError:
            raise UnavailableError("server_unreachable") from None

    def _me(self, connection: Connection) -> Identity:
        me = load_identity(connection, now=self._now)
        assert me is not None  # noqa: S101  an enrolled vault has an identity
        return me


def _enrolled(connection: Connection) -> Enrolment:
    enrolment = load_enrolment(connection)
    assert enrolment is not None  # noqa: S101  only an enrolled vault exchanges
    return enrolment


def _whole(enrolment: Enrolment) -> dict[int, bytes]:
    """The areas of which this vault holds every record, by their place in the scope."""
    return {i: e.area for i, e in enumerate(enrolment.entries) if e.whole}
