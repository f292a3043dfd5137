"""Rounds from house to house as the screens show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from tongcds.domain.views.editing import Seen
from tongcds.domain.views.visits import Draft, SupportEntry
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
    """A household of a round; `place` is its number on every printed list of the round, for good.

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
    place: int = 0


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


@dataclass(frozen=True, slots=True)
class PaperHome:
    """A household as the entry of a paper needs it: its people in the order of its survey sheet.

    `place` is its number on the list of the round, `stop_id` its record there, `member_id` who was named to
    go and `state` how it stands; a household outside of the list has none of them.
    """

    household_id: bytes
    code: str
    head_name: str
    people: tuple[tuple[bytes, str], ...]
    place: int = 0
    stop_id: bytes | None = None
    member_id: bytes | None = None
    state: StopState = StopState.OPEN


@dataclass(frozen=True, slots=True)
class PaperEntry:
    """What stood on one line of a printed list, ready to be saved. `by_id` is who was there."""

    household_id: bytes
    stop_id: bytes | None
    on: date
    by_id: bytes | None
    state: StopState
    supports: tuple[SupportEntry, ...] = ()
    seen: tuple[Seen, ...] = ()
    again_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PaperStart:
    """What typing in begins with: the round (None: papers of no round), its lines, who may have gone."""

    row: RoundRow | None
    homes: tuple[PaperHome, ...]
    members: tuple[MemberChoice, ...]
    draft: Draft | None = None
