"""How the exchange with the server stands, and how it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tongcds.domain.words import Standing


class SyncPhase(StrEnum):
    """What the exchange is doing now."""

    IDLE = "idle"
    SENDING = "sending"
    RECEIVING = "receiving"
    WAITING = "waiting"
    PAUSED = "paused"
    METERED = "metered"
    NEEDS_YOU = "needs_you"
    NEEDS_UPDATE = "needs_update"


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """The truth behind the badge. `waiting` counts own writes no receipt covers.

    `files_waiting` counts photos and papers that the server has not confirmed, `file_bytes_waiting` their
    size, `files_unwanted` those of them that it does not take, since their records left this computer;
    `files_sent` of `files_to_send` and their bytes are those of a sending that is under way. `problem`
    is an error code of `tongcds.errors`, or "" when the last exchange ended well; a machine that waits tries
    again by itself at `again_at`. `online`: the server answered last time, if only that it is busy.
    `cost_bytes` estimates what sending will take, while a person is asked because the link is paid by volume.
    `clock_wrong_ms`: how far this computer's clock is behind the server's (ahead: negative), 0 within a day.
    `packed` of the waiting ones are in the file on a stick that people call `packed_in` (7F3A-19C2).
    `registered` is False for a laptop that began from an invitation file and is not known to the server yet.
    """

    phase: SyncPhase
    waiting: int
    sent: int = 0
    to_send: int = 0
    bytes_sent: int = 0
    bytes_to_send: int = 0
    seconds_left: int | None = None
    received_at: datetime | None = None
    needs_you: int = 0
    online: bool = False
    problem: str = ""
    again_at: datetime | None = None
    cost_bytes: int = 0
    clock_wrong_ms: int = 0
    packed: int = 0
    packed_in: str = ""
    registered: bool = True
    files_waiting: int = 0
    file_bytes_waiting: int = 0
    files_unwanted: int = 0
    files_sent: int = 0
    files_to_send: int = 0
    file_bytes_sent: int = 0
    file_bytes_to_send: int = 0

    @property
    def is_sending(self) -> bool:
        """Whether own writes are on their way, also while the answer to some of them is taken in."""
        if self.phase is SyncPhase.RECEIVING:
            return self.sent < self.to_send
        return self.phase is SyncPhase.SENDING and self.to_send > 0


@dataclass(frozen=True, slots=True)
class ConflictSide:
    """One of two values that two machines gave to the same field."""

    text: str
    author: str
    at: datetime
    this_device: bool
    in_use: bool


@dataclass(frozen=True, slots=True)
class OwnValue:
    """How a value of one's own is given: one of `choices` (value and words), or typed where there is none."""

    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A place that two machines changed without knowing of each other. Nothing was lost.

    `own` says how a third value is given; None where there is no other than these two.
    """

    conflict_id: bytes
    title: str
    field_label: str
    household_code: str
    sides: tuple[ConflictSide, ConflictSide]
    own: OwnValue | None = None


@dataclass(frozen=True, slots=True)
class ReturnedChange:
    """One field of a change that was kept aside: what stands there now, and what was wanted, in words.

    `own` says how another value is given; None where none can be typed.
    """

    field: str
    label: str
    before: str
    wanted: str
    own: OwnValue | None = None


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """An own change that the server kept aside, with the reason as a sentence and as a code.

    `gone`: its record is not in the register, since the server refused the change that made it.
    """

    n: int
    title: str
    reason: str
    household_code: str = ""
    code: str = ""
    at: datetime | None = None
    author: str = ""
    changes: tuple[ReturnedChange, ...] = ()
    gone: bool = False
    can_be_mended: bool = False


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A change of somebody's that the server kept aside and that an officer decides.

    `unit_name`: the village of its author.
    """

    record_id: bytes
    title: str
    household_code: str
    unit_name: str
    author: str
    at: datetime
    reason: str
    code: str
    changes: tuple[ReturnedChange, ...]
    can_be_accepted: bool


@dataclass(frozen=True, slots=True)
class ExchangeRow:
    """One exchange in the history: way is `network`, `usb` or `courier`; outcome one of six.

    `courier`: somebody else's file was taken in, to be carried on; `received` is what of it is shown here.

    `done`, `resumed`, `repaired` (what differed from the server was mended), `given_back` (the server got
    what it had lost and whose author nobody heard of), `stopped` (somebody paused it) or `failed`.
    """

    at: datetime
    way: str
    sent: int
    received: int
    outcome: str
    attempts: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """What waits of one household: how many changes by type of record, and when the last was made.

    `household_id` is None for what belongs to no household; `title` then says what it is.
    """

    household_id: bytes | None
    title: str
    household_code: str
    kinds: tuple[tuple[str, int], ...]
    at: datetime
    standing: Standing


@dataclass(frozen=True, slots=True)
class SilentRow:
    """A village with a team. `above`: its commune's name where there are several; `last_sync` None: never."""

    unit_id: bytes
    name: str
    above: str
    teams: int
    last_sync: datetime | None


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One import in the history, with what can still be taken back."""

    import_id: bytes
    at: datetime
    file_name: str
    households: int
    people: int
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class RememberedRow:
    """What a server that was put back from a copy lost, and this laptop keeps beside its records.

    `place` "": `count` records that others had changed since; said again from the day `on`. Otherwise all
    records of a place that the server gives to nobody; said again once it does. With `left`, records that
    somebody had brought to the place since and that the server has outside it again.
    """

    count: int
    place: str = ""
    on: date | None = None
    left: bool = False


@dataclass(frozen=True, slots=True)
class SyncView:
    """Everything Đồng bộ shows. `heard`: the teams of whoever looks after some, the longest silent first."""

    server_name: str
    server_url: str
    status: SyncStatus
    waiting_by_type: tuple[tuple[str, int], ...]
    conflicts: tuple[ConflictRow, ...]
    returned: tuple[ReturnedRow, ...]
    history: tuple[ExchangeRow, ...]
    imports: tuple[ImportRow, ...]
    waiting: tuple[WaitingRow, ...] = ()
    heard: tuple[SilentRow, ...] | None = None
    quarantined: tuple[QuarantinedRow, ...] = ()
    remembered: tuple[RememberedRow, ...] = ()
