"""Rounds from house to house as the screens show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from tongcds.i18n import N_


class StopState(StrEnum):
    """How a household of a round stands."""

    OPEN = "open"
    DONE = "done"
    ABSENT = "absent"
    DECLINED = "declined"


STOP_WORDS: Final = {
    StopState.OPEN: N_("not there yet"),
    StopState.DONE: N_("done"),
    StopState.ABSENT: N_("nobody home"),
    StopState.DECLINED: N_("declined"),
}
"""What people call each; translated when it is shown."""


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """A round to be planned: for which households, by whom, from which day to which.

    Without members nobody is named yet; otherwise they share the households, each a stretch of the way.
    """

    name: str
    begins_on: date
    ends_on: date
    households: tuple[bytes, ...]
    members: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round and how far it is. `left` counts households where nobody was yet, absent ones too."""

    round_id: bytes
    name: str
    village_name: str
    begins_on: date
    ends_on: date
    closed_on: date | None
    stops: int
    left: int


@dataclass(frozen=True, slots=True)
class StopRow:
    """A household of a round.

    `state` is done too when a visit was logged there on a day of the round; `visited_on` is then its day.
    `here` is False for a household that left or was removed since.
    """

    stop_id: bytes
    household_id: bytes
    code: str
    head_name: str
    address: str
    people: int
    member_id: bytes | None
    member_name: str
    state: StopState
    on: date | None
    visited_on: date | None
    note: str
    here: bool


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round opened, its households in the order of the way; `counts` says how many stand how."""

    row: RoundRow
    stops: tuple[StopRow, ...]
    counts: Mapping[StopState, int]


@dataclass(frozen=True, slots=True)
class MemberChoice:
    """Somebody who can be named to go somewhere."""

    member_id: bytes
    name: str
