"""Looking at the register: the list of households, one household opened, search over everything."""

from __future__ import annotations

from tongcds.actions.core import Core
from tongcds.domain.views import HouseholdDetail, HouseholdFilter, HouseholdList, SearchHit
from tongcds.storage import local, register
from tongcds.storage import search as index

_HITS = 30


def households(core: Core, wanted: HouseholdFilter) -> HouseholdList:
    """The households that match, at most 200 rows, with counts over everything."""
    with core.vault.read() as connection:
        return register.household_list(connection, wanted, core.today)


def household(core: Core, household_id: bytes) -> HouseholdDetail | None:
    """A household opened; None when it is not here any more."""
    with core.vault.read() as connection:
        return register.household_detail(connection, household_id, core.today)


def search(core: Core, text: str) -> tuple[SearchHit, ...]:
    """Households and people that match what is typed, marks or none."""
    with core.vault.read() as connection:
        return index.find(connection, text, _HITS)


def reveal_phone(core: Core, household_id: bytes) -> str:
    """The telephone of a household's head, unmasked; that somebody looked is noted."""
    with core.vault.read() as connection:
        person_id, phone = register.phone_of(connection, household_id)
    if phone and person_id:
        seen = local.Revealed(core.author(), "phone", person_id, int(core.clock().timestamp() * 1000))
        with core.vault.write() as connection:
            local.add_revealed(connection, seen)
    return phone
