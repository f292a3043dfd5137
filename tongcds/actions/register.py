"""Looking at the register: the list of households, one household opened, search over everything."""

from __future__ import annotations

from dataclasses import replace

from tongcds.actions import audit
from tongcds.actions.core import Core
from tongcds.domain import record_code
from tongcds.domain.catalogue import Service, load_services
from tongcds.domain.consent import CALLS, NOTES, SAID_NO, refusal_words
from tongcds.domain.text import fold, matches
from tongcds.domain.views import (
    HouseholdDetail,
    HouseholdFilter,
    HouseholdList,
    HouseholdRow,
    Revealed,
    SearchHit,
)
from tongcds.i18n import _, language
from tongcds.storage import attachments, consents, people, register
from tongcds.storage import search as index

_HITS = 30
_SERVICES = 3
_LEAST_LETTERS = 3
_PURPOSES = {"phone": CALLS, "id_number": NOTES}
MASKED = frozenset(_PURPOSES)
"""Fields that a screen shows masked until somebody asks."""


def households(core: Core, wanted: HouseholdFilter) -> HouseholdList:
    """The households that match, at most 200 rows, with counts over everything."""
    with core.vault.count() as connection:
        return register.household_list(connection, wanted, core.today)


def first_households(core: Core, wanted: HouseholdFilter) -> tuple[HouseholdRow, ...]:
    """The first rows of `households`, as many as a screen has room for: there before anything is counted."""
    with core.vault.read() as connection:
        return register.first_rows(connection, wanted, core.today)


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
    """Households and people that match what is typed, marks or none; or whom a code on paper names."""
    code = record_code.read(text)
    people = record_code.read_people(text)
    with core.vault.read() as connection:
        if people and (found := index.households_of(connection, index.homes_of(connection, people))):
            return found
        if code is not None:
            ids = (code.record_id,) if code.record_id else register.of_short_code(connection, code.short)
            if found := index.households_of(connection, ids):
                return found
        found = index.find(connection, text, _HITS)
    return (*found, *(_service_hit(service) for service in services_named(text)[:_SERVICES]))


def _service_hit(service: Service) -> SearchHit:
    words = _("Service {code}: households that were supported with it").format(code=service.code)
    return SearchHit("service", b"", service.short(language()), words, service.code)


def services_named(text: str) -> list[Service]:
    """Services of the catalogue whose code this is, or in whose name each of the words begins a word.

    Two letters say too little of a service.
    """
    if len(fold(text)) < _LEAST_LETTERS:
        return []
    spoken = language()
    return [
        service
        for service in load_services().values()
        if fold(service.code) == fold(text) or matches(text, service.short(spoken))
    ]


def reveal(core: Core, person_id: bytes, field: str) -> Revealed:
    """A masked number of a person in full, "" where there is none; that somebody looked is noted with it.

    Whoever said no is named as such: the number is shown all the same, since the task may have a legal basis
    of its own.

    Raises:
        KeyError: only telephone and personal number are masked.
    """
    if field not in MASKED:
        raise KeyError(field)
    with core.vault.read() as connection:
        number = register.number_of(connection, person_id, field)
        home = consents.home_of(connection, person_id)
        stance = consents.answers(connection, core.today).of(person_id, home, _PURPOSES[field])
        name = people.subject_names(connection, [person_id]).get(person_id, "")
    if not number:
        return Revealed("")
    with core.vault.change(core.author()) as change:
        audit.record(core, change, audit.REVEAL, person_id, detail=field)
        if stance in SAID_NO:
            audit.record(core, change, audit.WITHOUT, person_id, count=1, detail=field)
    return Revealed(number, refusal_words(stance, name))


def reveal_phone(core: Core, household_id: bytes) -> Revealed:
    """The telephone of a household's head, unmasked; that somebody looked is noted."""
    with core.vault.read() as connection:
        person_id = register.head_of(connection, household_id)
    return reveal(core, person_id, "phone") if person_id is not None else Revealed("")
