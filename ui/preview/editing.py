"""The form of an invented household, for previews and tests."""

from __future__ import annotations

from typing import Final

from tongcds.domain.views import Draft, HouseholdRecord, HouseholdStart, Lookalike, PersonRecord
from ui.preview import samples, village

_VILLAGES = (
    (village.identity("V1"), "bản Nà Ngà"),
    (village.identity("V2"), "bản Mòn"),
)


LOOKALIKE: Final = Lookalike(
    village.identity("HN-0130/1"), village.identity("HN-0130"), "Lường Thị Mến", 1993, "HN-0130",
    "bản Nà Ngà", "name",
)  # fmt: skip


def draft(name: str) -> Draft:
    """Somebody is being added, with a phone number that is too short."""
    texts = {"full_name": "Lường Thị Mến", "birth": "93", "sex": "female", "relation": "con dâu",
             "phone": "09812345", "presence": "joined", "day": "20/11"}  # fmt: skip
    content: dict[str, object] = {
        "home": {"address": "Nhóm 2"}, "lines": [{"person": "", "head": False, "texts": texts}],
    }  # fmt: skip
    return Draft(name, samples.NOW, content)


def start(household_id: bytes | None, *, address: str = "") -> HouseholdStart:
    """What the form begins with; None for a new household."""
    codes = {_VILLAGES[0][0]: "HN-0149", _VILLAGES[1][0]: "HN-0201"}
    return HouseholdStart(_VILLAGES, codes, None if household_id is None else _record(household_id, address))


def _record(household_id: bytes, address: str) -> HouseholdRecord:
    shown = village.household(household_id)
    if shown is None:
        raise KeyError(household_id)
    people = tuple(
        PersonRecord(
            person.person_id,
            person.full_name,
            str(person.birth_year or ""),
            {"vợ": "female", "chồng": "male"}.get(person.relation, ""),
            person.relation,
            phone="0981234521" if person.is_head else "",
        )
        for person in shown.people
    )
    return HouseholdRecord(
        household_id,
        _VILLAGES[0][0],
        shown.code,
        address,
        shown.poverty or "",
        head_id=people[0].person_id,
        people=people,
    )
