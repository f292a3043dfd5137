"""Reading proposals that somebody be commended, with what is known here of the people; steps are reports'."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, select

from tongcds.domain.commendations import CommendationText, Sort, Votes
from tongcds.domain.reporting import State, Step, is_locked, state_of
from tongcds.domain.words import Standing
from tongcds.records import record_type
from tongcds.storage.people import member_names
from tongcds.storage.reports import steps_of
from tongcds.storage.standing import gravest, standings
from tongcds.storage.wording import split_ids

_COMMENDATION: Final = record_type("commendation").table
_PERSON: Final = record_type("commendation_person").table

# Any: rows answer each column under its name.
_Row = Any


@dataclass(frozen=True, slots=True)
class Commended:
    """A proposal as its record has it. Of a person whom this computer does not know `says.name` is ""."""

    commendation_id: bytes
    unit_id: bytes
    unit: str
    campaign_id: bytes | None
    says: CommendationText
    voted_on: date | None
    addressee_id: bytes | None
    addressee: str
    on: date | None
    by: str
    after: tuple[bytes, ...]
    steps: tuple[Step, ...]
    standing: Standing

    @property
    def step_id(self) -> bytes:
        """Its record, as `domain.steps` calls it."""
        return self.commendation_id

    @property
    def state(self) -> State:
        """Where it stands."""
        return state_of(self.steps)

    @property
    def locked(self) -> bool:
        """Whether it is accepted."""
        return is_locked(self.steps)


def commendations(connection: Connection) -> tuple[Commended, ...]:
    """All that are whole, the latest first; those that a later one corrects stand after it."""
    table = _COMMENDATION.c
    rows = connection.execute(
        select(_COMMENDATION)
        .where(table.deleted == 0, table.sort.in_(list(Sort)), table.award.is_not(None))
        .order_by(table.stamp.desc(), table.id)
    ).all()
    people = {
        row.commendation_id: row for row in connection.execute(select(_PERSON).where(_PERSON.c.deleted == 0))
    }
    names = member_names(connection, [row.by_id for row in rows if row.by_id])
    taken = steps_of(connection, [row.id for row in rows])
    stand = standings(connection, [row.id for row in rows] + [s.step_id for t in taken.values() for s in t])
    return tuple(
        Commended(
            commendation_id=row.id,
            unit_id=row.unit_id,
            unit=row.unit or "",
            campaign_id=row.campaign_id,
            says=_says(row, people.get(row.id)),
            voted_on=_day(row.voted_on),
            addressee_id=row.addressee_id,
            addressee=row.addressee or "",
            on=_day(row.on),
            by=names.get(row.by_id, ""),
            after=tuple(split_ids(row.after)),
            steps=taken.get(row.id, ()),
            standing=gravest((stand[row.id], *(stand[one.step_id] for one in taken.get(row.id, ())))),
        )
        for row in rows
    )


def _says(row: _Row, person: _Row | None) -> CommendationText:
    votes = None if row.voters is None else Votes(row.in_favour or 0, row.voters)
    sort = Sort(row.sort)
    if sort is Sort.COLLECTIVE:
        return CommendationText(sort, row.award, row.name or "", row.merits or "", votes=votes)
    if person is None:
        return CommendationText(sort, row.award, "", "", votes=votes)
    return CommendationText(
        sort,
        row.award,
        person.name or "",
        person.merits or "",
        person.post or "",
        person.sex or "",
        agreed=bool(person.agreed),
        votes=votes,
    )


def _day(words: str | None) -> date | None:
    return date.fromisoformat(words) if words else None
