"""Who uses the program, and the few words that say how a thing stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person does here; decides the places of the window and the scope of the data."""

    TEAM = "team"
    COMMUNE = "commune"
    AREA = "area"
    PROVINCE = "province"
    TRAINER = "trainer"


class Result(StrEnum):
    """How a support ended for the people it was for."""

    ALONE = "alone"
    TOGETHER = "together"
    COME_BACK = "come_back"
    DECLINED = "declined"


class Withdrawal(StrEnum):
    """Why a visit that was logged does not count."""

    TWICE = "twice"
    WRONG_HOUSEHOLD = "wrong_household"
    NOT_DONE = "not_done"
    MISTAKE = "mistake"
    CORRECTED = "corrected"


class Standing(StrEnum):
    """Where a record stands on its way to the server."""

    DRAFT = "draft"
    WAITING = "waiting"
    PACKED = "packed"
    RECEIVED = "received"
    RETURNED = "returned"
    CONFLICT = "conflict"


class Tone(StrEnum):
    """The colour family of a pill; the words beside it carry the meaning."""

    QUIET = "quiet"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Whoami:
    """Who uses this vault and which unit it belongs to; `office` is what stands over the window's rail.

    `leads`: the computer was enrolled for this person, who lets others of the team in.
    """

    person: str
    role: Role
    unit_name: str
    commune_name: str
    province_name: str
    server_name: str
    device: int
    office: str = ""
    leads: bool = True
