"""A visit while it is being logged: what is chosen, what is wrong, what is saved, and its draft.

Qt-free, so that the whole form can be filled in by a test or another front; `ui.screens.log_visit` draws it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from tongcds.domain.text import clean
from tongcds.domain.views import HouseholdDetail, PersonRow, Result, ServiceChoice, SupportEntry, VisitEntry
from tongcds.errors import SENTENCES, UserError
from tongcds.forms.days import read_coming_day, read_past_day
from tongcds.i18n import _

LONGEST_MINUTES: Final = 720
_PERSON: Final = "person"


class Place(StrEnum):
    """A part of the form, in reading order."""

    HOUSEHOLD = "household"
    PEOPLE = "people"
    DAY = "day"
    MINUTES = "minutes"
    FOLLOW_UP = "follow_up"
    SERVICES = "services"
    SUPPORTS = "supports"


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps the visit from being saved: where, a sentence in the user's language, and which service."""

    place: Place
    words: str
    service: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A service that was chosen. `people` is empty for a service of the whole household."""

    service: ServiceChoice
    people: tuple[PersonRow, ...]
    result: Result | None
    for_household: bool


@dataclass(slots=True)
class _Support:
    service: ServiceChoice
    result: Result | None = None
    only: frozenset[bytes] | None = None
    """Those it was for, where that is not everyone who was helped."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Another household of the same session, and those of it who were helped."""

    household: HouseholdDetail
    people: tuple[PersonRow, ...]


class VisitSession:
    """One visit being logged, or one session for several households.

    The texts of date, minutes and appointment stay as typed until they are saved.

    Args:
        today: the business date on which the form is filled in.
    """

    def __init__(self, today: date) -> None:
        self.today = today
        self.household: HouseholdDetail | None = None
        self.day_words = ""
        self.minutes_words = ""
        self.follow_up_words = ""
        self.note = ""
        self._helped: set[bytes] = set()
        self._guests: list[Guest] = []
        self._supports: dict[str, _Support] = {}

    @property
    def people(self) -> tuple[PersonRow, ...]:
        """Everybody of the chosen household."""
        return self.household.people if self.household is not None else ()

    @property
    def helped(self) -> tuple[PersonRow, ...]:
        """Those who were helped, in the order of the household."""
        return tuple(person for person in self.people if person.person_id in self._helped)

    @property
    def guests(self) -> tuple[Guest, ...]:
        """The households that were taken along before the chosen one."""
        return tuple(self._guests)

    @property
    def everybody(self) -> tuple[PersonRow, ...]:
        """All who were helped, of every household of the session."""
        return (*(person for guest in self._guests for person in guest.people), *self.helped)

    @property
    def day(self) -> date | None:
        """The day of the visit: today where nothing was typed, None where what was typed is no day."""
        return read_past_day(self.day_words, self.today) if self.day_words.strip() else self.today

    @property
    def minutes(self) -> int | None:
        """How long it took; None where nothing was typed or it is no number of minutes."""
        words = self.minutes_words.strip()
        number = int(words) if words.isdecimal() else 0
        return number if 0 < number <= LONGEST_MINUTES else None

    @property
    def follow_up_on(self) -> date | None:
        """The day of the next appointment, counted from the day of the visit: "+7" is a week after it."""
        return read_coming_day(self.follow_up_words, self.day or self.today)

    @property
    def is_untouched(self) -> bool:
        """Whether nothing that is worth keeping was filled in. A household alone is nothing to keep."""
        texts = (self.minutes_words, self.follow_up_words, self.note)
        filled = self._helped or self._guests or self._supports
        return not (filled or any(text.strip() for text in texts))

    def choose_household(self, household: HouseholdDetail) -> None:
        """Log for this household. Another one than before has nobody ticked, or its only person."""
        same = self.household is not None and self.household.household_id == household.household_id
        back = [guest for guest in self._guests if guest.household.household_id == household.household_id]
        self.household = household
        if back:
            # Chosen once more, it is changed and not counted twice.
            self._guests.remove(back[0])
            self._helped = {person.person_id for person in back[0].people}
            return
        known = {person.person_id for person in household.people}
        self._helped &= known
        if not same:
            self._helped = known if len(known) == 1 else set()
            for support in self._supports.values():
                support.only = None if not self._guests else support.only

    def take_along(self) -> bool:
        """Keep the chosen household and who of it was helped, and make room for the next one.

        False, and nothing happens, while nobody of it is ticked.
        """
        if self.household is None or not self.helped:
            return False
        self._guests.append(Guest(self.household, self.helped))
        self.household, self._helped = None, set()
        return True

    def repeat(self, entry: VisitEntry, services: Sequence[ServiceChoice]) -> None:
        """The services, results and minutes of another visit, for whoever is helped now."""
        offered = {service.code: service for service in services}
        for support in entry.supports:
            if support.service in offered:
                self.choose(offered[support.service], support.result)
        self.minutes_words = str(entry.minutes or "") or self.minutes_words

    def has_helped(self, person_id: bytes) -> bool:
        """Whether this person is ticked."""
        return person_id in self._helped

    def tick(self, person_id: bytes, *, on: bool) -> None:
        """Say that this person was helped, or was not after all."""
        if on and any(person.person_id == person_id for person in self.people):
            self._helped.add(person_id)
        elif not on:
            self._helped.discard(person_id)
            for support in self._supports.values():
                if support.only is not None:
                    support.only -= {person_id}

    def has_chosen(self, code: str) -> bool:
        """Whether this service was chosen."""
        return code in self._supports

    def choose(self, service: ServiceChoice, result: Result | None = None) -> None:
        """Add a service for everybody who was helped, or give one that is chosen already another result."""
        support = self._supports.setdefault(service.code, _Support(service))
        support.result = result if result is not None else support.result

    def drop(self, code: str) -> None:
        """Take a service out again."""
        self._supports.pop(code, None)

    def answer(self, code: str, result: Result) -> None:
        """Say how a chosen service ended."""
        self._supports[code].result = result

    def narrow(self, code: str, person_id: bytes) -> None:
        """Switch one of those who were helped in or out of one service."""
        if all(person.person_id != person_id for person in self.everybody):
            return
        support = self._supports[code]
        only = self._given_to(support) ^ {person_id}
        support.only = None if only == self._everybody(support) else only

    def chosen(self) -> tuple[Chosen, ...]:
        """The services in the order in which they were chosen."""
        return tuple(self._chosen(support) for support in self._supports.values())

    def _given_to(self, support: _Support) -> frozenset[bytes]:
        return self._everybody(support) if support.only is None else support.only

    def _everybody(self, support: _Support) -> frozenset[bytes]:
        if support.service.unit != _PERSON:
            return frozenset()
        return frozenset(person.person_id for person in self.everybody)

    def _chosen(self, support: _Support) -> Chosen:
        given = self._given_to(support)
        people = tuple(person for person in self.everybody if person.person_id in given)
        return Chosen(support.service, people, support.result, not people and support.service.unit != _PERSON)

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong, in reading order; empty when the visit can be saved."""
        return tuple(self._problems())

    def _problems(self) -> Iterable[Problem]:
        if self.household is None and not self._guests:
            yield Problem(Place.HOUSEHOLD, _("Choose the household first: type a name and press Enter."))
        elif not self.everybody and self._asks_for_people():
            yield Problem(Place.PEOPLE, _("Tick at least one person who was helped."))
        yield from self._wrong_texts()
        if not self._supports:
            yield Problem(Place.SERVICES, _("Choose at least one thing that you helped with."))
        for chosen in self.chosen():
            yield from self._wrong_support(chosen)

    def _asks_for_people(self) -> bool:
        return any(support.service.unit == _PERSON for support in self._supports.values())

    def _wrong_texts(self) -> Iterable[Problem]:
        if self.day is None:
            yield Problem(Place.DAY, _(SENTENCES["date_invalid"]))
        elif self.day > self.today:
            yield Problem(Place.DAY, _(SENTENCES["date_in_future"]))
        if self.minutes_words.strip() and self.minutes is None:
            words = _("Write the minutes as a whole number from 1 to {most}, or leave this empty.")
            yield Problem(Place.MINUTES, words.format(most=LONGEST_MINUTES))
        if self.follow_up_words.strip():
            if self.follow_up_on is None:
                words = _("This is not a day. Write +7, or a date like 30/11.")
                yield Problem(Place.FOLLOW_UP, words)
            elif self.day is not None and self.follow_up_on <= self.day:
                yield Problem(Place.FOLLOW_UP, _("The next appointment has to be after the visit."))

    def _wrong_support(self, chosen: Chosen) -> Iterable[Problem]:
        code = chosen.service.code
        if self.everybody and not chosen.people and not chosen.for_household:
            words = _("{service}: say whom it was for.").format(service=chosen.service.name)
            yield Problem(Place.SUPPORTS, words, code)
        if chosen.result is None:
            words = _("{service}: say how it ended, with the keys 1 to 4.").format(
                service=chosen.service.name
            )
            yield Problem(Place.SUPPORTS, words, code)

    def entry(self) -> VisitEntry:
        """What is saved.

        Raises:
            UserError: while `problems` has something to say.
        """
        return self.entries()[-1]

    def entries(self) -> tuple[VisitEntry, ...]:
        """What is saved of a session for several households: a visit for each that something was done for.

        Raises:
            UserError: while `problems` has something to say.
        """
        day = self.day
        if day is None or self.problems():
            raise UserError("nothing_selected")
        # Beside others, a household where nobody is ticked was only looked at.
        here: tuple[Guest, ...] = ()
        if self.household is not None and (self._helped or not self._guests):
            here = (Guest(self.household, self.helped),)
        made = [(guest, self._supports_of(guest)) for guest in (*self._guests, *here)]
        return tuple(
            VisitEntry(
                guest.household.household_id,
                day,
                supports,
                minutes=self.minutes,
                note=clean_lines(self.note),
                follow_up_on=self.follow_up_on,
            )
            for guest, supports in made
            if supports
        )

    def _supports_of(self, guest: Guest) -> tuple[SupportEntry, ...]:
        mine = {person.person_id for person in guest.people}
        return tuple(
            SupportEntry(chosen.service.code, people, chosen.result)
            for chosen in self.chosen()
            if chosen.result is not None
            and (
                (people := tuple(p.person_id for p in chosen.people if p.person_id in mine))
                or chosen.for_household
            )
        )

    def content(self) -> dict[str, object]:
        """The draft: plain values that can be written as JSON, texts as they were typed."""
        return {
            "household": self.household.household_id.hex() if self.household is not None else "",
            "helped": [person.person_id.hex() for person in self.helped],
            "guests": [
                {
                    "household": guest.household.household_id.hex(),
                    "helped": [person.person_id.hex() for person in guest.people],
                }
                for guest in self._guests
            ],
            "supports": [
                {
                    "service": support.service.code,
                    "result": support.result.value if support.result is not None else "",
                    "only": None if support.only is None else sorted(one.hex() for one in support.only),
                }
                for support in self._supports.values()
            ],
            # Written out: a draft of yesterday must not become a visit of today.
            "day": self.day_words if self.day is None else f"{self.day:%d/%m/%Y}",
            "minutes": self.minutes_words,
            "follow_up": self.follow_up_words,
            "note": self.note,
        }

    def restore(
        self,
        content: Mapping[str, object],
        household: HouseholdDetail | None,
        services: Sequence[ServiceChoice],
        guests: Sequence[HouseholdDetail] = (),
    ) -> None:
        """Fill the form from a draft; whoever or whatever is not there any more is left out.

        Args:
            content: what `content` once answered; anything it does not understand is passed over.
            household: the one that `drafted_household` names, None if it is gone.
            services: all that can be chosen today.
            guests: those that `drafted_guests` names, without those that are gone.
        """
        self.household = household
        known = {person.person_id for person in self.people}
        self._helped = _ids(content.get("helped")) & known
        self._guests = []
        homes = {home.household_id: home for home in guests}
        for drafted in _mappings(content.get("guests")):
            home = homes.get(next(iter(_ids([drafted.get("household")])), b""))
            helped = _ids(drafted.get("helped"))
            people = tuple(p for p in home.people if p.person_id in helped) if home is not None else ()
            if home is not None and people:
                self._guests.append(Guest(home, people))
        known |= {person.person_id for guest in self._guests for person in guest.people}
        self.day_words = _text(content.get("day"))
        if self.day == self.today:
            self.day_words = ""
        self.minutes_words = _text(content.get("minutes"))
        self.follow_up_words = _text(content.get("follow_up"))
        self.note = _text(content.get("note"))
        self._supports = {}
        offered = {service.code: service for service in services}
        for drafted in _mappings(content.get("supports")):
            service = offered.get(_text(drafted.get("service")))
            if service is None:
                continue
            result = _text(drafted.get("result"))
            only = None if drafted.get("only") is None else frozenset(_ids(drafted.get("only")) & known)
            self._supports[service.code] = _Support(
                service, Result(result) if result in set(Result) else None, only
            )


def drafted(entry: VisitEntry) -> dict[str, object]:
    """A visit that was saved, as the draft from which the form is filled to correct it."""
    helped = {person for support in entry.supports for person in support.person_ids}
    again = entry.follow_up_on
    return {
        "household": entry.household_id.hex(),
        "helped": sorted(person.hex() for person in helped),
        "supports": [
            {
                "service": support.service,
                "result": support.result.value,
                "only": None
                if helped == set(support.person_ids) or not support.person_ids
                else sorted(person.hex() for person in support.person_ids),
            }
            for support in entry.supports
        ],
        "day": f"{entry.on:%d/%m/%Y}",
        "minutes": str(entry.minutes or ""),
        "follow_up": f"{again:%d/%m/%Y}" if again is not None else "",
        "note": entry.note,
    }


def drafted_household(content: Mapping[str, object]) -> bytes | None:
    """The household a draft is about, None if none was chosen yet."""
    found = _ids([content.get("household")])
    return next(iter(found), None)


def drafted_guests(content: Mapping[str, object]) -> tuple[bytes, ...]:
    """The households that a draft took along."""
    found = [next(iter(_ids([one.get("household")])), b"") for one in _mappings(content.get("guests"))]
    return tuple(home for home in found if home)


def clean_lines(note: str) -> str:
    """A note of several lines through the text gate, line by line, without empty ends."""
    return "\n".join(clean(line) for line in note.splitlines()).strip("\n")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _ids(values: object) -> set[bytes]:
    found = set()
    for value in values if isinstance(values, list) else []:
        try:
            found.add(bytes.fromhex(_text(value)))
        except ValueError:
            continue
    return found - {b""}


def _mappings(values: object) -> list[Mapping[str, object]]:
    return [value for value in values if isinstance(value, Mapping)] if isinstance(values, list) else []
