"""The services of a visit while it is being logged: whom each was for, and how it ended, for all or for each.

`forms.visit` is the visit around them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tongcds.domain.views import PersonRow, Result, ServiceChoice, SupportEntry

_PERSON: Final = "person"
_APART: Final = "/"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A line of what was chosen: a service for all it was for, or for one of them with a result of their own.

    `people` is empty for a service of the whole household. `key` names the line. `is_apart`: others have a
    line of their own with this service.
    """

    service: ServiceChoice
    people: tuple[PersonRow, ...]
    result: Result | None
    for_household: bool
    key: str = ""
    is_apart: bool = False


@dataclass(slots=True)
class _Support:
    service: ServiceChoice
    result: Result | None = None
    only: frozenset[bytes] | None = None
    """Those it was for, where that is not everyone who was helped."""
    apart: bool = False
    """Each of them has a result of their own: that of `own`, `result` where none was given."""
    own: dict[bytes, Result] = field(default_factory=dict)

    def result_of(self, person_id: bytes) -> Result | None:
        return self.own.get(person_id, self.result) if self.apart else self.result


class Given:
    """What was chosen, in the order in which it was. `everybody` are always all who were helped."""

    def __init__(self) -> None:
        self._supports: dict[str, _Support] = {}

    def __bool__(self) -> bool:
        return bool(self._supports)

    def has(self, code: str) -> bool:
        """Whether this service was chosen."""
        return code in self._supports

    def choose(self, service: ServiceChoice, result: Result | None = None) -> None:
        """Add a service for everybody who was helped, or give one that is chosen already another result."""
        support = self._supports.setdefault(service.code, _Support(service))
        if result is not None:
            support.result, support.apart, support.own = result, False, {}

    def drop(self, key: str) -> None:
        """Take a service out again; of one whose people stand apart, the person of this line."""
        code, _apart, person = key.partition(_APART)
        support = self._supports.get(code)
        if support is None or not person:
            self._supports.pop(code, None)
        elif support.only is not None:
            self._without(support, bytes.fromhex(person))

    def answer(self, key: str, result: Result) -> None:
        """Say how the service of a line ended."""
        code, _apart, person = key.partition(_APART)
        if person:
            self._supports[code].own[bytes.fromhex(person)] = result
        else:
            self._supports[code].result = result

    def set_apart(self, key: str, everybody: Sequence[PersonRow]) -> None:
        """Give each person of a service a line of their own, or all of them one line again."""
        support = self._supports[key.partition(_APART)[0]]
        if support.apart:
            results = {support.result_of(person.person_id) for person in _given_to(support, everybody)}
            support.result = results.pop() if len(results) == 1 else None
            support.apart, support.own = False, {}
        elif len(_given_to(support, everybody)) > 1:
            support.apart = True
            support.only = frozenset(person.person_id for person in _given_to(support, everybody))

    def narrow(self, key: str, person_id: bytes, everybody: Sequence[PersonRow]) -> None:
        """Switch one of those who were helped in or out of one service."""
        known = [person.person_id for person in everybody]
        if person_id not in known:
            return
        support = self._supports[key.partition(_APART)[0]]
        given = {person.person_id for person in _given_to(support, everybody)}
        if support.apart and person_id in given:
            self._without(support, person_id)
            return
        only = frozenset(given ^ {person_id})
        usual = frozenset(known) if support.service.unit == _PERSON else frozenset()
        support.only = None if only == usual and not support.apart else only

    def forget(self, person_id: bytes) -> None:
        """Somebody was not helped after all."""
        for support in self._supports.values():
            if support.only is not None:
                support.only -= {person_id}
            support.own.pop(person_id, None)

    def for_everybody(self) -> None:
        """Whoever was left out belongs to another household; what is chosen is for all again."""
        for support in self._supports.values():
            support.only, support.apart, support.own = None, False, {}

    @staticmethod
    def _without(support: _Support, person_id: bytes) -> None:
        support.only = (support.only or frozenset()) - {person_id}
        support.own.pop(person_id, None)

    def lines(self, everybody: Sequence[PersonRow]) -> tuple[Chosen, ...]:
        """What was chosen, a line each."""
        return tuple(line for support in self._supports.values() for line in _lines(support, everybody))

    def asks_for_people(self) -> bool:
        """Whether something was chosen that is for persons."""
        return any(support.service.unit == _PERSON for support in self._supports.values())

    def entries(self, mine: frozenset[bytes], everybody: Sequence[PersonRow]) -> tuple[SupportEntry, ...]:
        """What is saved of one household: one support a service, or one for each result that it had there."""
        found: dict[tuple[str, Result], list[bytes]] = {}
        for line in self.lines(everybody):
            people = [person.person_id for person in line.people if person.person_id in mine]
            if line.result is not None and (people or line.for_household):
                found.setdefault((line.service.code, line.result), []).extend(people)
        return tuple(SupportEntry(code, tuple(people), result) for (code, result), people in found.items())

    def content(self) -> list[dict[str, object]]:
        """The draft of it: plain values that can be written as JSON."""
        return [
            {
                "service": support.service.code,
                "result": support.result.value if support.result is not None else "",
                "only": None if support.only is None else sorted(one.hex() for one in support.only),
                "apart": support.apart,
                "own": {one.hex(): result.value for one, result in support.own.items()},
            }
            for support in self._supports.values()
        ]

    def restore(
        self, drafted: Sequence[Mapping[str, object]], services: Sequence[ServiceChoice], known: set[bytes]
    ) -> None:
        """Fill in a draft; whoever or whatever is not there any more is left out."""
        self._supports = {}
        offered = {service.code: service for service in services}
        for one in drafted:
            service = offered.get(str(one.get("service")))
            if service is None:
                continue
            only = one.get("only")
            own = one.get("own")
            self._supports[service.code] = _Support(
                service,
                _result(one.get("result")),
                None if only is None else frozenset(_ids(only)) & known,
                apart=one.get("apart") is True and only is not None,
                own={
                    person: result
                    for key, value in (own.items() if isinstance(own, Mapping) else ())
                    for person in _ids([key])
                    if person in known and (result := _result(value)) is not None
                },
            )


def drafted(supports: Sequence[SupportEntry]) -> list[dict[str, object]]:
    """Supports that were saved, as a draft to correct them; a service with several results stands apart."""
    helped = {person for support in supports for person in support.person_ids}
    found: dict[str, list[SupportEntry]] = {}
    for support in supports:
        found.setdefault(support.service, []).append(support)
    made: list[dict[str, object]] = []
    for code, parts in found.items():
        people = {person for part in parts for person in part.person_ids}
        apart = len(parts) > 1
        own = {one.hex(): part.result.value for part in parts for one in part.person_ids}
        narrowed = people and (apart or people != helped)
        made.append(
            {
                "service": code,
                "result": parts[0].result.value,
                "only": sorted(one.hex() for one in people) if narrowed else None,
                "apart": apart,
                "own": own if apart else {},
            }
        )
    return made


def _given_to(support: _Support, everybody: Sequence[PersonRow]) -> tuple[PersonRow, ...]:
    if support.only is None:
        return tuple(everybody) if support.service.unit == _PERSON else ()
    return tuple(person for person in everybody if person.person_id in support.only)


def _lines(support: _Support, everybody: Sequence[PersonRow]) -> Iterator[Chosen]:
    people, code = _given_to(support, everybody), support.service.code
    if support.apart and len(people) > 1:
        for person in people:
            key = f"{code}{_APART}{person.person_id.hex()}"
            result = support.result_of(person.person_id)
            yield Chosen(support.service, (person,), result, for_household=False, key=key, is_apart=True)
        return
    for_household = not people and support.service.unit != _PERSON
    result = support.result_of(people[0].person_id) if people else support.result
    yield Chosen(support.service, people, result, for_household, code)


def _result(value: object) -> Result | None:
    return Result(str(value)) if value in set(Result) else None


def _ids(values: object) -> set[bytes]:
    found = set()
    for value in values if isinstance(values, list) else []:
        try:
            found.add(bytes.fromhex(value if isinstance(value, str) else ""))
        except ValueError:
            continue
    return found - {b""}
