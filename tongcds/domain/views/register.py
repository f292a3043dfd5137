"""Households and people as the screens show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tongcds.domain.views.privacy import ConsentState
from tongcds.domain.words import Standing


@dataclass(frozen=True, slots=True)
class TodoRow:
    """A follow-up that is open. `days_left` is negative when it is overdue."""

    follow_up_id: bytes
    household_id: bytes
    title: str
    detail: str
    service_group: str
    due: date
    days_left: int


@dataclass(frozen=True, slots=True)
class HouseholdFilter:
    """What narrows the list of households. `needs` are codes of counted filters that all must fit.

    `supported` and `lacking` are codes of services: which the household, or somebody in it, was supported
    with, and which nobody there was.
    """

    text: str = ""
    needs: tuple[str, ...] = ()
    village_id: bytes | None = None
    supported: str = ""
    lacking: str = ""


@dataclass(frozen=True, slots=True)
class FilterCount:
    """One filter chip, say no_smartphone or consent_not_asked, and how many it leaves."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class HouseholdRow:
    """One line of the list of households."""

    household_id: bytes
    code: str
    head_name: str
    village_name: str
    people: int
    poverty: str | None
    last_visit: date | None
    overdue: bool
    has_elder: bool
    standing: Standing
    matched_person: str = ""


@dataclass(frozen=True, slots=True)
class HouseholdList:
    """A page of households (at most 200 rows) with totals over everything that matches.

    `served`: of a filter by service, the people in the households that match who were supported with it, or
    who live where nobody was; None without one.
    """

    rows: tuple[HouseholdRow, ...]
    matching: int
    households: int
    people: int
    filters: tuple[FilterCount, ...]
    villages: tuple[tuple[bytes, str], ...]
    served: int | None = None


@dataclass(frozen=True, slots=True)
class FactState:
    """What is known of one fact today. `value` None: nobody has looked yet."""

    fact: str
    label: str
    value: bool | None
    held_on: date | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person of a household. `phone` is masked; `age` is None when the birth is unknown.

    `away_why` is a code of `domain.leaving` while they are away for a time, expected by `back_by`.
    """

    person_id: bytes
    full_name: str
    birth_year: int | None
    age: int | None
    relation: str
    is_head: bool
    sex: str | None
    phone: str
    facts: tuple[FactState, ...]
    away_why: str = ""
    back_by: date | None = None


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One visit in the time line of a household; `lines` are ready sentences, one a support.

    `withdrawn` says why the visit does not count any more.
    `packed_in` is what people call the file on a stick that holds it (7F3A-19C2) while no receipt came.
    """

    visit_id: bytes
    on: date
    by: str
    lines: tuple[str, ...]
    note: str
    standing: Standing
    received_at: datetime | None
    packed_in: str = ""
    withdrawn: str = ""


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """A photo or paper of a household, its people or visits. `size` in bytes; `here`: on this laptop.

    `person` names whom it is about, or "". `standing` is received once the server has the file itself.
    """

    attachment_id: bytes
    name: str
    media_type: str
    size: int
    taken_on: date | None
    note: str
    person: str
    standing: Standing
    here: bool


@dataclass(frozen=True, slots=True)
class HouseholdDetail:
    """A household opened: its people, what they have, and what was done with them.

    `unconsented`: filled fields that need a consent of their own, which nobody gave.
    """

    household_id: bytes
    code: str
    head_name: str
    village_name: str
    commune_name: str
    address: str
    phone_masked: str
    has_phone: bool
    poverty: str | None
    standing: Standing
    facts: tuple[FactState, ...]
    people: tuple[PersonRow, ...]
    history: tuple[HistoryRow, ...]
    open_follow_ups: tuple[TodoRow, ...]
    attachments: tuple[AttachmentRow, ...] = ()
    consent: ConsentState | None = None
    unconsented: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DoubtRow:
    """Something that should be looked at once more. `said` names the values that it rests upon.

    `field` is where whoever mends it begins; `person` is "" for what is about the household.
    """

    rule: str
    name: str
    words: str
    field: str
    subject: str
    subject_id: bytes
    household_id: bytes
    said: bytes
    person: str
    head: str
    code: str
    village: str


@dataclass(frozen=True, slots=True)
class DoubtList:
    """A page of the doubts that nobody has settled, and how many there are of each rule.

    `rules` are code, name and number. `waiting`: some households have not been looked at again yet. `first`
    is the place of the first row, from 0; `matching` how many there are of what was asked for.
    """

    rows: tuple[DoubtRow, ...]
    rules: tuple[tuple[str, str, int], ...]
    waiting: bool
    first: int = 0
    matching: int = 0


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One hit of the search over everything; `kind` is `household`, `person` or `service`.

    A service leads to the households that were supported with it: `service` is its code, and there is no
    household.
    """

    kind: str
    household_id: bytes
    title: str
    detail: str
    service: str = ""


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A filter of the list of households that was kept under a name, and how many households it leaves."""

    name: str
    wanted: HouseholdFilter
    households: int
