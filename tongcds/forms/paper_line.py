"""One line of a printed list of a round as it is typed in: what it means, and what is doubtful about it.

What the numbers and letters stand for is `domain.paper_keys`; saving is `actions.paper_entry`. Qt-free: the
screen and the command read lines here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from tongcds.domain.catalogue import Service, load_services
from tongcds.domain.facts import How, Subject
from tongcds.domain.paper_keys import (
    NOT_YET,
    RESULTS,
    STATES,
    lettered_facts,
    numbered_services,
    services_called,
)
from tongcds.domain.text import clean
from tongcds.domain.views import (
    STOP_WORDS,
    PaperEntry,
    PaperHome,
    Result,
    Seen,
    StopState,
    SupportEntry,
)
from tongcds.errors import SENTENCES
from tongcds.forms.days import read_coming_day
from tongcds.i18n import _, format_date, language

MET, SERVICES, FACTS, AGAIN, NOTE = FIELDS = ("met", "services", "facts", "again", "note")
"""The columns that are typed, in the order of the paper."""

DAY: Final = "day"
"""Where a problem with the day is said: it stands once over all lines."""

T = TypeVar("T")

_PERSON: Final = "person"
_SERVICE = re.compile(r"(\d{1,2}|[a-z]{2}\d{2})(?:[.:/](\d{1,9}))?([a-z]?)")
# A name, whom it was for, how it ended: "lua dao.2 h".
_NAMED = re.compile(r"([^.:/]*?[^\W\d_][^.:/]*?)(?:[.:/](\d{1,9}))?(?:\s+([thk]))?")
_FACT = re.compile(r"(\d?)((?:[a-z]-?)+)")
_LETTER = re.compile(r"([a-z])(-?)")
_APART = re.compile(r"[\s,;]+")
_MARKED_OFF = re.compile(r"[,;]")
_MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """A line as it was understood.

    `entry` is None while there is a problem: a sentence by field. `heard` says in words what each field was
    taken for, so that whoever types sees whose name a number means.
    """

    entry: PaperEntry | None
    problems: Mapping[str, str]
    heard: Mapping[str, str]


class _Problem(Exception):  # noqa: N818 - a sentence for a field, caught here
    """What cannot be read, as a sentence."""


def is_empty(texts: Mapping[str, str]) -> bool:
    """Whether nothing was typed into a line."""
    return not any(texts.get(field, "").strip() for field in FIELDS)


def read_line(
    texts: Mapping[str, str], home: PaperHome, today: date, *, on: date | None, by_id: bytes | None
) -> Reading:
    """Read one line. `on` is the day that stood on the paper, `by_id` who went there.

    A line with services or facts is one of a household that was met, also where nobody ticked it.
    """
    return _Reader(texts, home, today, on, by_id).read()


class _Reader:
    def __init__(
        self, texts: Mapping[str, str], home: PaperHome, today: date, on: date | None, by_id: bytes | None
    ) -> None:
        self._texts = {field: clean(texts.get(field, "")) for field in FIELDS}
        self._home = home
        self._today = today
        self._on = on
        self._by = by_id
        self._problems: dict[str, str] = {}
        self._heard: dict[str, str] = {}

    def read(self) -> Reading:
        supports = self._try(SERVICES, self._supports) or ()
        seen = self._try(FACTS, self._seen) or ()
        state = self._try(MET, self._state)
        again = self._try(AGAIN, self._again)
        if again is not None and not supports and SERVICES not in self._problems:
            self._problems[SERVICES] = _("Write for which service you come back.")
        if self._on is None or self._on > self._today:
            wrong = "date_invalid" if self._on is None else "date_in_future"
            self._problems[DAY] = _(SENTENCES[wrong])
        if self._problems or state is None or self._on is None:
            return Reading(None, self._problems, self._heard)
        entry = PaperEntry(
            household_id=self._home.household_id,
            stop_id=self._home.stop_id,
            on=self._on,
            by_id=self._by,
            state=state,
            supports=supports,
            seen=seen,
            again_on=again,
            note=self._texts[NOTE],
        )
        return Reading(entry, {}, self._heard)

    def _try(self, field: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except _Problem as problem:
            self._problems[field] = str(problem)
            return None

    def _state(self) -> StopState:
        typed = self._texts[MET]
        state = STATES.get(typed) if typed else None
        done = bool(self._texts[SERVICES] or self._texts[FACTS] or self._texts[AGAIN])
        if state is None and (typed or not done):
            raise _Problem(_("Write 1 for met, 2 for nobody home, 3 for declined."))
        state = state or StopState.DONE
        if done and state is not StopState.DONE:
            raise _Problem(_("Something was done here, so somebody was met: write 1, or empty the rest."))
        self._heard[MET] = _(STOP_WORDS[state])
        return state

    # Services

    def _supports(self) -> tuple[SupportEntry, ...]:
        found: dict[str, SupportEntry] = {}
        words = []
        for token in _services(self._texts[SERVICES]):
            entry, said = self._support(token)
            if entry.service in found:
                raise _Problem(_("“{text}” stands there twice.").format(text=token))
            found[entry.service] = entry
            words.append(said)
        self._heard[SERVICES] = " · ".join(words)
        return tuple(found.values())

    def _support(self, token: str) -> tuple[SupportEntry, str]:
        read = _SERVICE.fullmatch(token) or _NAMED.fullmatch(token)
        service = self._service(read[1]) if read else None
        result = RESULTS.get(read[3] or "") if read else None
        if read is None or service is None or result is None:
            raise _Problem(
                _(
                    "“{text}” is no service. Write its number from the list, such as 3, 3.2 or 3h, or its "
                    "name between commas."
                ).format(text=token)
            )
        name = service.short(language())
        if service.unit.value != _PERSON:
            if read[2]:
                raise _Problem(_("“{name}” is for the whole household, so no person.").format(name=name))
            return SupportEntry(service.code, (), result), _said(name, "", result)
        people = [self._person(int(digit)) for digit in dict.fromkeys(read[2] or "1")]
        whom = ", ".join(each for _id, each in people)
        return SupportEntry(service.code, tuple(each for each, _name in people), result), _said(
            name, whom, result
        )

    def _service(self, typed: str) -> Service | None:
        if typed.isdecimal():
            return numbered_services(self._on or self._today).get(int(typed))
        by_code = load_services().get(typed.upper())
        if by_code is not None:
            return by_code
        found = services_called(typed, self._on or self._today)
        if len(found) > 1:
            names = ", ".join(one.short(language()) for one in found[:_MOST_NAMED])
            words = _("“{text}”: is it {names}? Write more of the name, or the number.")
            raise _Problem(words.format(text=typed, names=f"{names}…" if found[_MOST_NAMED:] else names))
        return found[0] if found else None

    def _person(self, number: int) -> tuple[bytes, str]:
        if not 1 <= number <= len(self._home.people):
            raise _Problem(
                _("There is no person {number}: {n} live here.").format(
                    number=number, n=len(self._home.people)
                )
            )
        return self._home.people[number - 1]

    # Facts

    def _seen(self) -> tuple[Seen, ...]:
        found: dict[tuple[bytes, str], Seen] = {}
        words = []
        for token in _tokens(self._texts[FACTS]):
            for one, said in self._facts(token):
                if (one.subject_id, one.fact) in found:
                    raise _Problem(_("“{text}” stands there twice.").format(text=token))
                found[one.subject_id, one.fact] = one
                words.append(said)
        self._heard[FACTS] = " · ".join(words)
        return tuple(found.values())

    def _facts(self, token: str) -> Iterator[tuple[Seen, str]]:
        read = _FACT.fullmatch(token)
        if read is None:
            raise _Problem(_no_fact(token))
        for letter, no in _LETTER.findall(read[2]):
            fact = lettered_facts().get(letter)
            if fact is None:
                raise _Problem(_no_fact(letter))
            name = fact.short(language())
            if fact.subject is Subject.PERSON:
                subject_id, whom = self._person(int(read[1] or 1))
            elif read[1]:
                raise _Problem(_("“{name}” is for the whole household, so no person.").format(name=name))
            else:
                subject_id, whom = self._home.household_id, ""
            value = no != NOT_YET
            answer = _("yes") if value else _("not yet")
            said = _("{whom}: {fact} {answer}") if whom else _("{fact} {answer}")
            on = self._on or self._today
            yield (
                Seen(fact.subject.value, subject_id, fact.code, value, on, How.TOLD.value),
                said.format(whom=whom, fact=name, answer=answer),
            )

    def _again(self) -> date | None:
        typed = self._texts[AGAIN]
        if not typed:
            return None
        day = read_coming_day(typed, self._today)
        if day is None:
            raise _Problem(_(SENTENCES["date_invalid"]))
        self._heard[AGAIN] = format_date(day)
        return day


def _tokens(text: str) -> list[str]:
    return [token for token in _APART.split(text.lower().replace("−", "-").replace("–", "-")) if token]  # noqa: RUF001 - dashes as typed


def _services(text: str) -> Iterator[str]:
    """Numbers and codes with anything between them; names between commas."""
    for piece in _MARKED_OFF.split(text):
        tokens = _tokens(piece)
        if all(_SERVICE.fullmatch(token) for token in tokens):
            yield from tokens
        else:
            yield clean(piece).lower()


def _said(name: str, whom: str, result: Result) -> str:
    words = {
        Result.ALONE: _("did it alone"),
        Result.TOGETHER: _("did it together"),
        Result.COME_BACK: _("come back"),
        Result.DECLINED: _("declined"),
    }[result]
    return f"{name} ({', '.join(part for part in (whom, words) if part)})"


def _no_fact(text: str) -> str:
    return _("“{text}” is no fact. Write its letter from the list, such as p, p- or 2p.").format(text=text)
