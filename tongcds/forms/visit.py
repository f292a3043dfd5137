"""A visit while it is being logged: what is chosen, what is wrong, what is saved, and its draft.

Qt-free, so that the whole form can be filled in by a test or another front; `ui.screens.log_visit` draws it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from tongcds.domain.text import clean_lines
from tongcds.domain.views import HouseholdDetail, PersonRow, Result, ServiceChoice, VisitEntry
from tongcds.errors import SENTENCES, UserError
from tongcds.forms.days import read_coming_day, read_past_day
from tongcds.forms.given import Chosen, Given
from tongcds.forms.given import drafted as drafted_supports
from tongcds.i18n import _

LONGEST_MINUTES: Final = 720
FARTHEST_KM: Final = 200
_KM = re.compile(r"(\d{1,3})(?:[.,](\d{1,3}))?")


class Place(StrEnum):
    """A part of the form, in reading order."""

    HOUSEHOLD = "household"
    PEOPLE = "people"
    DAY = "day"
    MINUTES = "minutes"
    DISTANCE = "distance"
    FOLLOW_UP = "follow_up"
    SERVICES = "services"
    SUPPORTS = "supports"


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps the visit from being saved: where, a sentence in the user's language, and which line."""

    place: Place
    words: str
    service: str = ""


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
        self.distance_words = ""
        self.follow_up_words = ""
        self.note = ""
        self._helped: set[bytes] = set()
        self._guests: list[Guest] = []
        self._given = Given()

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
    def metres(self) -> int | None:
        """How far it was, typed in kilometres; None where nothing was typed or it is no distance."""
        read = _KM.fullmatch(self.distance_words.strip())
        metres = int(read[1]) * 1000 + int((read[2] or "").ljust(3, "0")) if read else 0
        return metres if 0 < metres <= FARTHEST_KM * 1000 else None

    @property
    def follow_up_on(self) -> date | None:
        """The day of the next appointment, counted from the day of the visit: "+7" is a week after it."""
        return read_coming_day(self.follow_up_words, self.day or self.today)

    @property
    def is_untouched(self) -> bool:
        """Whether nothing that is worth keeping was filled in. A household alone is nothing to keep."""
        texts = (self.minutes_words, self.distance_words, self.follow_up_words, self.note)
        filled = self._helped or self._guests or self._given
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
            if not self._guests:
                self._given.for_everybody()

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
            self._given.forget(person_id)

    def has_chosen(self, code: str) -> bool:
        """Whether this service was chosen."""
        return self._given.has(code)

    def choose(self, service: ServiceChoice, result: Result | None = None) -> None:
        """Add a service for everybody who was helped, or give one that is chosen already another result."""
        self._given.choose(service, result)

    def drop(self, key: str) -> None:
        """Take a line of `chosen` out again."""
        self._given.drop(key)

    def answer(self, key: str, result: Result) -> None:
        """Say how the service of a line ended."""
        self._given.answer(key, result)

    def narrow(self, key: str, person_id: bytes) -> None:
        """Switch one of those who were helped in or out of one service."""
        self._given.narrow(key, person_id, self.everybody)

    def set_apart(self, key: str) -> None:
        """Give each person of a service a result of their own, or all of them one again."""
        self._given.set_apart(key, self.everybody)

    def chosen(self) -> tuple[Chosen, ...]:
        """The services in the order in which they were chosen, a line each."""
        return self._given.lines(self.everybody)

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong, in reading order; empty when the visit can be saved."""
        return tuple(self._problems())

    def _problems(self) -> Iterable[Problem]:
        if self.household is None and not self._guests:
            yield Problem(Place.HOUSEHOLD, _("Choose the household first: type a name and press Enter."))
        elif not self.everybody and self._given.asks_for_people():
            yield Problem(Place.PEOPLE, _("Tick at least one person who was helped."))
        yield from self._wrong_texts()
        if not self._given:
            yield Problem(Place.SERVICES, _("Choose at least one thing that you helped with."))
        for chosen in self.chosen():
            yield from self._wrong_support(chosen)

    def _wrong_texts(self) -> Iterable[Problem]:
        if self.day is None:
            yield Problem(Place.DAY, _(SENTENCES["date_invalid"]))
        elif self.day > self.today:
            yield Problem(Place.DAY, _(SENTENCES["date_in_future"]))
        if self.minutes_words.strip() and self.minutes is None:
            words = _("Write the minutes as a whole number from 1 to {most}, or leave this empty.")
            yield Problem(Place.MINUTES, words.format(most=LONGEST_MINUTES))
        if self.distance_words.strip() and self.metres is None:
            words = _("Write the kilometres, such as 3 or 2,5, up to {most}, or leave this empty.")
            yield Problem(Place.DISTANCE, words.format(most=FARTHEST_KM))
        if self.follow_up_words.strip():
            if self.follow_up_on is None:
                words = _("This is not a day. Write +7, or a date like 30/11.")
                yield Problem(Place.FOLLOW_UP, words)
            elif self.day is not None and self.follow_up_on <= self.day:
                yield Problem(Place.FOLLOW_UP, _("The next appointment has to be after the visit."))

    def _wrong_support(self, chosen: Chosen) -> Iterable[Problem]:
        key, name = chosen.key, chosen.service.name
        if chosen.is_apart:
            name = f"{name} ({chosen.people[0].full_name})"
        if self.everybody and not chosen.people and not chosen.for_household:
            words = _("{service}: say whom it was for.").format(service=name)
            yield Problem(Place.SUPPORTS, words, key)
        if chosen.result is None:
            words = _("{service}: say how it ended, with the keys 1 to 4.").format(service=name)
            yield Problem(Place.SUPPORTS, words, key)

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
        made = [
            (guest, self._given.entries(frozenset(one.person_id for one in guest.people), self.everybody))
            for guest in (*self._guests, *here)
        ]
        return tuple(
            VisitEntry(
                guest.household.household_id,
                day,
                supports,
                minutes=self.minutes,
                metres=self.metres,
                note=clean_lines(self.note),
                follow_up_on=self.follow_up_on,
            )
            for guest, supports in made
            if supports
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
            "supports": self._given.content(),
            # Written out: a draft of yesterday must not become a visit of today.
            "day": self.day_words if self.day is None else f"{self.day:%d/%m/%Y}",
            "minutes": self.minutes_words,
            "distance": self.distance_words,
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
        self.distance_words = _text(content.get("distance"))
        self.follow_up_words = _text(content.get("follow_up"))
        self.note = _text(content.get("note"))
        self._given.restore(_mappings(content.get("supports")), services, known)


def drafted(entry: VisitEntry) -> dict[str, object]:
    """A visit that was saved, as the draft from which the form is filled to correct it."""
    helped = {person for support in entry.supports for person in support.person_ids}
    again = entry.follow_up_on
    return {
        "household": entry.household_id.hex(),
        "helped": sorted(person.hex() for person in helped),
        "supports": drafted_supports(entry.supports),
        "day": f"{entry.on:%d/%m/%Y}",
        "minutes": str(entry.minutes or ""),
        "distance": f"{entry.metres / 1000:g}".replace(".", ",") if entry.metres else "",
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
