"""Looking at the register: the list of households, one household opened, search over everything."""

from __future__ import annotations

from dataclasses import replace

from tongcds.actions import audit
from tongcds.actions.core import Core
from tongcds.domain import record_code
from tongcds.domain.views import HouseholdDetail, HouseholdFilter, HouseholdList, SearchHit
from tongcds.storage import attachments, register
from tongcds.storage import search as index

_HITS = 30
MASKED = frozenset({"phone", "id_number"})
"""Fields that a screen shows masked until somebody asks."""


def households(core: Core, wanted: HouseholdFilter) -> HouseholdList:
    """The households that match, at most 200 rows, with counts over everything."""
    with core.vault.read() as connection:
        return register.household_list(connection, wanted, core.today)


def household(core: Core, household_id: bytes) -> HouseholdDetail | None:
    """A household opened; None when it is not here any more. That somebody looked is noted."""
    with core.vault.read() as connection:
        found = register.household_detail(connection, household_id, core.today)
        if found is None:
            return None
        files = attachments.of_household(connection, core.vault.attachments, household_id)
    core.saw(household_id)
    return replace(found, attachments=files)


def search(core: Core, text: str) -> tuple[SearchHit, ...]:
    """Households and people that match what is typed, marks or none; the household of a code from paper."""
    code = record_code.read(text)
    with core.vault.read() as connection:
        if code is not None:
            ids = (code.record_id,) if code.record_id else register.of_short_code(connection, code.short)
            if found := index.households_of(connection, ids):
                return found
        return index.find(connection, text, _HITS)


def reveal(core: Core, person_id: bytes, field: str) -> str:
    """A masked number of a person in full, "" where there is none; that somebody looked is noted with it.

    Raises:
        KeyError: only telephone and personal number are masked.
    """
    if field not in MASKED:
        raise KeyError(field)
    with core.vault.read() as connection:
        number = register.number_of(connection, person_id, field)
    if number:
        audit.note(core, audit.REVEAL, person_id, detail=field)
    return number


def reveal_phone(core: Core, household_id: bytes) -> str:
    """The telephone of a household's head, unmasked; that somebody looked is noted."""
    with core.vault.read() as connection:
        person_id = register.head_of(connection, household_id)
    return reveal(core, person_id, "phone") if person_id is not None else ""
