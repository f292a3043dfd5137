"""The files behind attachments: sent after the records, the smallest first; fetched when somebody opens one.

Each file is sent from where the server says that it is. One that the server does not take is passed over and
offered again later; a network that is gone ends the sending and nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final

from nacl.signing import SigningKey

from tongcds.clock import Clock, milliseconds
from tongcds.errors import CancelledError, UnavailableError, UserError
from tongcds.protocol import attachments as signing
from tongcds.protocol.sealed import PIECE, GrownError
from tongcds.replica import pending_count
from tongcds.storage import attachment_notes, attachments
from tongcds.storage.attachment_files import AttachmentFiles
from tongcds.storage.attachments import Attached
from tongcds.storage.local import load_enrolment, next_request, save_enrolment
from tongcds.storage.vault import Vault
from tongcds.sync.pace import Pace
from tongcds.sync.transport import Reply, ServerProblemError, Transport

_WRITE: Final = "write"
_UNASKED: Final = "upload_unasked"
# What breaks off is not lost, so a piece may be longer than a chunk of records: fewer answers to wait for.
# The smallest is half a minute of 64 kbit/s, which is what a record that comes up meanwhile waits at most.
_CHUNKS_A_PIECE: Final = 4
_SMALLEST_PIECE: Final = 256 * 1024
_LARGEST_PIECE: Final = 1024 * 1024
_MOST_TROUBLES: Final = 5
_READ: Final = 16 * 1024

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FileProgress:
    """How far the files of this run are: how many, and bytes of all of them."""

    files: int
    of_files: int
    size: int
    of_size: int


@dataclass(slots=True)
class Sent:
    """What a run of sending did.

    `problem` is the error code that ended it early, or "". `moved`: something got through before that.
    `interrupted`: records came up that go first.
    """

    files: int = 0
    size: int = 0
    problem: str = ""
    retry_after: int = 0
    moved: bool = False
    interrupted: bool = False


class Courier:
    """Requests about files of one vault, signed and counted. Not for several threads at once."""

    def __init__(self, vault: Vault, transport: Transport) -> None:
        self._vault = vault
        self._transport = transport

    def ask(
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        body: Body | None = None,
        *,
        sink: Callable[[Reply, bytes], None] | None = None,
    ) -> Reply:
        """One request; again with another counter where a newer request went before.

        Raises:
            UnavailableError: as `Transport.send`.
            ServerProblemError: a refusal.
        """
        for attempt in range(_MOST_TROUBLES):
            with self._vault.write() as connection:
                enrolment = load_enrolment(connection)
                if enrolment is None:
                    raise UserError("not_enrolled")
                counter = next_request(connection)
            known = enrolment.credentials
            fields = {"tus-resumable": signing.VERSION, **(headers or {})}
            fields["authorization"] = signing.authorization(
                method,
                path,
                fields,
                device=known.device,
                counter=counter,
                key=SigningKey(enrolment.signing_seed),
                server_key=known.server_key,
            )
            try:
                return self._transport.send(method, path, fields, body, sink=sink)
            except ServerProblemError as refused:
                if refused.problem.code != "replayed" or attempt == _MOST_TROUBLES - 1:
                    raise
                self._go_on_from(refused.problem.expected_n)
        raise UnavailableError("server_unreachable")

    def _go_on_from(self, counter: int) -> None:
        with self._vault.write() as connection:
            enrolment = load_enrolment(connection)
            if enrolment is not None and enrolment.counter < counter:
                save_enrolment(connection, replace(enrolment, counter=counter))


class Body:
    """A piece of a file on its way out; reading it tells how far it is, and stops when it is told to."""

    def __init__(self, content: bytes, told: Callable[[int], None], cancelled: Callable[[], bool]) -> None:
        self._content = content
        self._at = 0
        self._told = told
        self._cancelled = cancelled

    def __len__(self) -> int:
        return len(self._content)

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(_READ):
            yield piece

    def read(self, size: int = _READ) -> bytes:
        """The next bytes.

        Raises:
            CancelledError: somebody stopped it; what arrived stays at the server.
        """
        if self._cancelled():
            raise CancelledError
        self._told(self._at)
        piece = self._content[self._at : self._at + min(size, _READ)]
        self._at += len(piece)
        return piece


@dataclass(frozen=True, slots=True)
class _Watch:
    """Who is told how far a file is, in bytes, and who may stop it."""

    told: Callable[[int], None]
    cancelled: Callable[[], bool]


class Sender:
    """Sends the files of one vault that wait; kept from one exchange to the next."""

    def __init__(self, vault: Vault, clock: Clock, pace: Pace) -> None:
        self._vault = vault
        self._clock = clock
        self._pace = pace
        self._announced: set[bytes] = set()
        self._reached: dict[bytes, int] = {}

    def run(
        self,
        transport: Transport,
        progress: Callable[[FileProgress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Sent:
        """Send what can be sent now, one file after the other, until records wait that go first.

        Raises:
            CancelledError: `cancelled` said so.
        """
        with self._vault.read() as connection:
            enrolment = load_enrolment(connection)
            areas = {e.area for e in enrolment.entries if e.mode == _WRITE} if enrolment else set()
            queue = attachments.ready(connection, self._vault.attachments, areas, self._now())
        done = Sent()
        total = sum(one.size for one in queue)
        courier = Courier(self._vault, transport)
        for number, one in enumerate(queue):

            def told(size: int, number: int = number) -> None:
                progress(FileProgress(number, len(queue), done.size + size, total))

            try:
                if not self._send(courier, one, _Watch(told, cancelled), done):
                    return done
            except UnavailableError as problem:
                if problem.code in {"attachment_damaged", "attachment_elsewhere"}:
                    log.warning("an attachment cannot be read", extra={"code": problem.code})
                    self._refused(one)
                    continue
                self._pace.broke()
                done.problem = problem.code
                after = problem.params.get("retry_after", 0)
                done.retry_after = after if isinstance(after, int) else 0
                return done
            except ServerProblemError as refused:
                if one.left and refused.problem.code == _UNASKED:
                    log.info("nobody asks for an attachment any more", extra={"code": _UNASKED})
                    self._unasked(one)
                    continue
                log.warning("the server does not take an attachment", extra={"code": refused.problem.code})
                self._refused(one)
        return done

    def _send(self, courier: Courier, one: Attached, watch: _Watch, done: Sent) -> bool:
        """Send one file; False when records wait that go first."""
        content = self._vault.attachments.content(one.digest)
        offset = self._begin(courier, one, len(content))
        # What a broken piece brought shows itself here: no wait needs to grow while the line carries.
        done.moved = done.moved or offset > self._reached.get(one.digest, 0)
        self._reached[one.digest] = offset
        troubles = 0
        while offset < len(content):
            watch.told(offset)
            if self._records_wait():
                done.interrupted = True
                return False
            before = offset
            try:
                offset = self._send_piece(courier, one.digest, content, offset, watch)
            except ServerProblemError as refused:
                if refused.problem.code not in {"offset_conflict", "checksum_mismatch", "upload_expired"}:
                    raise
                troubles += 1
                if troubles >= _MOST_TROUBLES:
                    raise
                offset = self._begin(courier, one, len(content))
            done.moved = done.moved or offset > before
            self._reached[one.digest] = offset
        with self._vault.write() as connection:
            attachment_notes.confirmed(connection, self._vault.attachments.name_of(one.digest), self._now())
        self._announced.discard(one.digest)
        self._reached.pop(one.digest, None)
        done.files += 1
        done.size += one.size
        done.moved = True
        return True

    def _begin(self, courier: Courier, one: Attached, size: int) -> int:
        """Where the server wants to go on: ask where we announced the file before, else announce it."""
        digest = one.digest
        if digest in self._announced:
            try:
                return _offset(courier.ask("HEAD", signing.address(digest)), size)
            except ServerProblemError as refused:
                if refused.problem.code not in {"not_found", "upload_expired"}:
                    raise
                self._announced.discard(digest)
        headers = {"upload-length": str(size), "upload-metadata": signing.metadata(digest, one.left)}
        answer = courier.ask("POST", signing.PATH, headers)
        self._announced.add(digest)
        return _offset(answer, size)

    def _send_piece(self, courier: Courier, digest: bytes, content: bytes, offset: int, watch: _Watch) -> int:
        size = min(_LARGEST_PIECE, max(_SMALLEST_PIECE, self._pace.chunk_bytes * _CHUNKS_A_PIECE))
        piece = content[offset : offset + size]
        headers = {
            "content-type": signing.PIECE_TYPE,
            "upload-offset": str(offset),
            "upload-checksum": signing.checksum(piece),
        }
        body = Body(piece, lambda sent: watch.told(offset + sent), watch.cancelled)
        began = monotonic()
        answer = courier.ask("PATCH", signing.address(digest), headers, body)
        self._pace.sent(writes=0, size=len(piece), seconds=monotonic() - began)
        return _offset(answer, len(content))

    def _records_wait(self) -> bool:
        with self._vault.read() as connection:
            return pending_count(connection) > 0

    def _refused(self, one: Attached) -> None:
        with self._vault.write() as connection:
            attachment_notes.refused(connection, self._vault.attachments.name_of(one.digest), self._now())

    def _unasked(self, one: Attached) -> None:
        with self._vault.write() as connection:
            attachment_notes.unasked(connection, self._vault.attachments.name_of(one.digest), self._now())

    def _now(self) -> int:
        return milliseconds(self._clock)


def fetch(
    vault: Vault,
    transport: Transport,
    one: Attached,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Bring a file onto this laptop, from where an earlier try ended.

    Raises:
        UnavailableError: no network, attachment_not_there (the server has not got it yet),
            attachment_damaged.
        CancelledError: `cancelled` said so; what came is kept.
    """
    files, courier = vault.attachments, Courier(vault, transport)
    while (start := files.arrived(one.digest)) < one.size:
        try:
            _fetch_from(files, courier, one, lambda size: progress(size, one.size), cancelled)
        except ServerProblemError as refused:
            if refused.problem.code in {"not_found", "no_such_range"}:
                raise UnavailableError("attachment_not_there") from None
            log.warning("the server does not give an attachment", extra={"code": refused.problem.code})
            raise UserError("server_refused") from None
        except GrownError:
            raise UnavailableError("attachment_elsewhere") from None
        except UnavailableError:
            # A line that broke is mostly back at once; one that brought nothing is gone.
            if files.arrived(one.digest) <= start:
                raise
    files.settle(one.digest)


def _fetch_from(
    files: AttachmentFiles,
    courier: Courier,
    one: Attached,
    told: Callable[[int], None],
    cancelled: Callable[[], bool],
) -> None:
    with files.arriving(one.digest) as growing:
        start, waiting = growing.size, bytearray()

        def sink(reply: Reply, piece: bytes) -> None:
            if reply.status == 200 and start and growing.size == start and not waiting:  # noqa: PLR2004  from the beginning
                growing.cut(0)
            waiting.extend(piece)
            if growing.size + len(waiting) > one.size:
                raise UnavailableError("server_unreachable")
            if len(waiting) >= PIECE:
                growing.add(bytes(waiting))
                waiting.clear()
            told(growing.size + len(waiting))
            if cancelled():
                raise CancelledError

        headers = {"range": f"bytes={start}-"} if start else {}
        try:
            courier.ask("GET", signing.address(one.digest), headers, sink=sink)
        finally:
            growing.add(bytes(waiting))


def _offset(answer: Reply, size: int) -> int:
    value = answer.headers.get("upload-offset", "")
    if not value.isdecimal() or int(value) > size:
        raise UnavailableError("server_unreachable")
    return int(value)


def tidy(vault: Vault, clock: Clock) -> int:
    """Remove files that no record needs any more; returns how many went."""
    files = vault.attachments
    if not files.names():
        return 0
    with vault.write() as connection:
        going = attachment_notes.unneeded(connection, files, milliseconds(clock))
    for name in going:
        files.forget(name)
    return len(going)
