"""One household opened: its people, what they have, what was done with them, and what was promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, or_, select

from tongcds.domain.facts import Fact, Subject, load_facts
from tongcds.domain.identity import age_on, mask_phone
from tongcds.domain.views import FactState, HistoryRow, HouseholdDetail, PersonRow
from tongcds.i18n import language
from tongcds.records import record_type
from tongcds.storage.merged import Elsewhere, elsewhere
from tongcds.storage.poverty import poverty_on
from tongcds.storage.presence import HOUSEHOLD, PERSON, Known, implying, known_facts, person_present
from tongcds.storage.privacy import consents_of, unconsented
from tongcds.storage.standing import gravest, packed_in, received_at, standings
from tongcds.storage.supports import follow_ups_of, names_of, visits_for
from tongcds.storage.wording import promise_line, split_ids, support_line, withdrawal_words

_VILLAGE = record_type("village").table
_UNIT = record_type("unit").table
_MEMBER = record_type("member").table
_VISIT = record_type("visit").table
_SUPPORT = record_type("support").table
_FOLLOW_UP = record_type("follow_up").table

_MOST_VISITS: Final = 200

# Any: rows answer each column under its name, with the type that the column has.
_Row = Any


def household_detail(connection: Connection, household_id: bytes, on: date) -> HouseholdDetail | None:
    """Everything about a household on this day, its latest 200 visits included; None when it was removed."""
    home = connection.execute(
        select(
            HOUSEHOLD.c.code,
            HOUSEHOLD.c.head_id,
            HOUSEHOLD.c.address,
            poverty_on(on).label("poverty"),
            _VILLAGE.c.name.label("village"),
            _UNIT.c.name.label("commune"),
        )
        .outerjoin_from(HOUSEHOLD, _VILLAGE, _VILLAGE.c.id == HOUSEHOLD.c.village_id)
        .outerjoin(_UNIT, _UNIT.c.id == _VILLAGE.c.commune_id)
        .where(HOUSEHOLD.c.id == household_id, HOUSEHOLD.c.deleted == 0, HOUSEHOLD.c.erased.is_(None))
    ).one_or_none()
    if home is None:
        return None
    people = _people(connection, household_id, home.head_id, on)
    known = known_facts(connection, [household_id, *(person.id for person in people)], on)
    head = next((person for person in people if person.id == home.head_id), None)
    stand = standings(connection, [household_id, *(person.id for person in people)])
    consent = consents_of(connection, household_id, on)[0]
    also = elsewhere(connection, household_id)
    return HouseholdDetail(
        household_id=household_id,
        code=home.code or "",
        head_name=(head.full_name or "") if head is not None else "",
        village_name=home.village or "",
        commune_name=home.commune or "",
        address=home.address or "",
        phone_masked=mask_phone(head.phone) if head is not None and head.phone else "",
        has_phone=head is not None and bool(head.phone),
        poverty=home.poverty,
        standing=gravest(stand.values()),
        facts=_household_facts(known, household_id, [person.id for person in people]),
        people=tuple(_person_row(person, home.head_id, known.get(person.id, {}), on) for person in people),
        history=_history(connection, household_id, also),
        open_follow_ups=follow_ups_of(connection, household_id, on, also),
        consent=consent,
        unconsented=unconsented(connection, household_id, consent),
    )


def people_of(connection: Connection, household_id: bytes, on: date) -> tuple[PersonRow, ...]:
    """Who lives in a household on this day, the head first, then the eldest first."""
    head_id = connection.execute(
        select(HOUSEHOLD.c.head_id).where(HOUSEHOLD.c.id == household_id)
    ).scalar_one_or_none()
    people = _people(connection, household_id, head_id, on)
    known = known_facts(connection, [person.id for person in people], on)
    return tuple(_person_row(person, head_id, known.get(person.id, {}), on) for person in people)


def _people(connection: Connection, household_id: bytes, head_id: bytes | None, on: date) -> list[_Row]:
    rows = connection.execute(
        select(
            PERSON.c.id,
            PERSON.c.full_name,
            PERSON.c.birth,
            PERSON.c.relation,
            PERSON.c.sex,
            PERSON.c.phone,
            PERSON.c.away_on,
            PERSON.c.away_why,
            PERSON.c.back_by,
        ).where(PERSON.c.household_id == household_id, person_present(on))
    ).all()
    return in_order(rows, head_id)


def in_order(people: Sequence[_Row], head_id: bytes | None) -> list[_Row]:
    """Rows of people as the program lists and numbers them: the head first, then the eldest first."""
    return sorted(people, key=lambda p: (p.id != head_id, p.birth is None, p.birth or "", p.id))


def _person_row(person: _Row, head_id: bytes | None, known: Mapping[str, Known], on: date) -> PersonRow:
    away = person.away_on is not None and person.away_on <= on.isoformat()
    return PersonRow(
        person_id=person.id,
        full_name=person.full_name or "",
        birth_year=int(person.birth[:4]) if person.birth else None,
        age=age_on(person.birth, on),
        relation=person.relation or "",
        is_head=person.id == head_id,
        sex=person.sex,
        phone=mask_phone(person.phone) if person.phone else "",
        facts=_states(Subject.PERSON, known),
        away_why=(person.away_why or "") if away else "",
        back_by=date.fromisoformat(person.back_by) if away and person.back_by else None,
    )


def _states(subject: Subject, known: Mapping[str, Known]) -> tuple[FactState, ...]:
    """Every fact of the catalogue about such a subject, known or not, in the catalogue's order."""
    facts = (fact for fact in load_facts().values() if fact.subject is subject)
    return tuple(_state(fact, known.get(fact.code)) for fact in facts)


def _state(fact: Fact, known: Known | None) -> FactState:
    value, held_on = (None, None) if known is None else known
    return FactState(fact.code, fact.short(language()), value, held_on)


def _household_facts(
    known: Mapping[bytes, Mapping[str, Known]], household_id: bytes, people: Sequence[bytes]
) -> tuple[FactState, ...]:
    """Facts of the household, counting what follows from one of its people."""
    own = dict(known.get(household_id, {}))
    for fact in load_facts().values():
        if fact.subject is not Subject.HOUSEHOLD or (fact.code in own and own[fact.code].value):
            continue
        through = [
            seen
            for person in people
            for code in implying(fact.code)
            if (seen := known.get(person, {}).get(code)) is not None and seen.value
        ]
        if through:
            own[fact.code] = min(through, key=lambda seen: seen.held_on)
    return _states(Subject.HOUSEHOLD, own)


def _history(connection: Connection, household_id: bytes, also: Elsewhere) -> tuple[HistoryRow, ...]:
    visits = connection.execute(
        select(_VISIT.c.id, _VISIT.c.on, _VISIT.c.note, _VISIT.c.withdrawn_why, _MEMBER.c.full_name)
        .outerjoin_from(_VISIT, _MEMBER, _MEMBER.c.id == _VISIT.c.by_id)
        .where(
            or_(
                _VISIT.c.household_id.in_([household_id, *also.homes]),
                _VISIT.c.id.in_(visits_for(connection, also)),
            ),
            _VISIT.c.deleted == 0,
        )
        .order_by(_VISIT.c.on.desc(), _VISIT.c.stamp.desc())
        .limit(_MOST_VISITS)
    ).all()
    ids = [visit.id for visit in visits]
    supports = connection.execute(
        select(
            _SUPPORT.c.id, _SUPPORT.c.visit_id, _SUPPORT.c.service, _SUPPORT.c.person_ids, _SUPPORT.c.result
        )
        .where(_SUPPORT.c.visit_id.in_(ids), _SUPPORT.c.deleted == 0)
        .order_by(_SUPPORT.c.stamp)
    ).all()
    promises = connection.execute(
        select(_FOLLOW_UP.c.visit_id, _FOLLOW_UP.c.due_on, _FOLLOW_UP.c.service)
        .where(_FOLLOW_UP.c.visit_id.in_(ids), _FOLLOW_UP.c.deleted == 0)
        .order_by(_FOLLOW_UP.c.stamp)
    ).all()
    names = names_of(connection, [each for row in supports for each in split_ids(row.person_ids)])
    stand = standings(connection, [*ids, *(support.id for support in supports)])
    rows = []
    for visit in visits:
        mine = [support for support in supports if support.visit_id == visit.id]
        lines = [
            support_line(
                [names.get(i, "?") for i in split_ids(s.person_ids)], s.service or "", s.result or ""
            )
            for s in mine
        ]
        lines += [
            promise_line(date.fromisoformat(p.due_on), p.service or "")
            for p in promises
            if p.visit_id == visit.id and p.due_on
        ]
        parts = [visit.id, *(support.id for support in mine)]
        rows.append(
            HistoryRow(
                visit_id=visit.id,
                on=date.fromisoformat(visit.on),
                by=visit.full_name or "",
                lines=tuple(lines),
                note=visit.note or "",
                standing=gravest(stand[part] for part in parts),
                received_at=received_at(connection, parts),
                packed_in=packed_in(connection, parts),
                withdrawn=withdrawal_words(visit.withdrawn_why or ""),
            )
        )
    return tuple(rows)
