"""Reading campaigns, scores, score sheets and published results; how their contents are packed.

What holds of them is `domain.emulation`'s, where a sheet stands `domain.reporting`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select

from tongcds.domain.emulation import Campaign, Criterion, ResultContent, Score, SheetContent
from tongcds.domain.report_types import Level
from tongcds.domain.reporting import State, Step, is_locked, state_of
from tongcds.domain.steps import last_words
from tongcds.domain.words import Standing
from tongcds.errors import UserError
from tongcds.protocol import compression
from tongcds.protocol.messages import ProtocolError
from tongcds.records import record_type
from tongcds.replica.values import MAX_TEXT
from tongcds.storage.people import member_names
from tongcds.storage.reports import steps_of
from tongcds.storage.standing import gravest, standings
from tongcds.storage.wording import split_ids

_CAMPAIGN: Final = record_type("campaign").table
_SCORE: Final = record_type("campaign_score").table
_SHEET: Final = record_type("campaign_sheet").table
_RESULT: Final = record_type("campaign_result").table
_LEVELS: Final = (Level.TEAM.value, Level.COMMUNE.value)

# Any: msgspec takes what is no class too, as tuple[Criterion, ...], and answers that.
_Kind = Any
_Content = Any


@dataclass(frozen=True, slots=True)
class SaidScore:
    """A score with what it is of: `sheet_id` None for an own one."""

    campaign_id: bytes
    unit_id: bytes
    sheet_id: bytes | None
    score: Score
    standing: Standing


@dataclass(frozen=True, slots=True)
class Sheet:
    """A score sheet as its record has it, with its steps in the order in which they came."""

    sheet_id: bytes
    unit_id: bytes
    unit: str
    campaign_id: bytes
    addressee_id: bytes | None
    handed_on: date | None
    by: str
    after: tuple[bytes, ...]
    content: SheetContent
    steps: tuple[Step, ...]
    standing: Standing

    @property
    def step_id(self) -> bytes:
        """Its record, as `domain.steps` calls it."""
        return self.sheet_id

    @property
    def state(self) -> State:
        """Where it stands."""
        return state_of(self.steps)

    @property
    def locked(self) -> bool:
        """Whether its scores are decided."""
        return is_locked(self.steps)

    @property
    def reason(self) -> str:
        """What was said of it last."""
        return " / ".join(one.reason for one in last_words(self.steps) if one.reason)


@dataclass(frozen=True, slots=True)
class Result:
    """What was published of a campaign."""

    result_id: bytes
    unit_id: bytes
    campaign_id: bytes
    on: date | None
    by: str
    after: tuple[bytes, ...]
    content: ResultContent
    standing: Standing

    @property
    def step_id(self) -> bytes:
        """Its record, as `domain.steps` calls it."""
        return self.result_id


def campaigns(connection: Connection) -> tuple[Campaign, ...]:
    """Every version of every campaign that is whole, in the order in which they came."""
    table = _CAMPAIGN.c
    query = (
        select(_CAMPAIGN)
        .where(
            table.deleted == 0, table.title.is_not(None), table.level.in_(_LEVELS),
            table.first.is_not(None), table.last.is_not(None), table.due_on.is_not(None),
        )
        .order_by(table.stamp, table.id)
    )  # fmt: skip
    rows = connection.execute(query).all()
    names = member_names(connection, [row.by_id for row in rows if row.by_id])
    found = []
    for row in rows:
        criteria = _unpacked(row.criteria, tuple[Criterion, ...])
        if criteria is None:
            continue
        found.append(
            Campaign(
                campaign_id=row.id,
                unit_id=row.unit_id,
                unit=row.unit or "",
                title=row.title,
                text=row.text or "",
                level=Level(row.level),
                asked=tuple(split_ids(row.asked)),
                plan_no=row.plan_no or "",
                dated=_day(row.dated),
                first=date.fromisoformat(row.first),
                last=date.fromisoformat(row.last),
                due_on=date.fromisoformat(row.due_on),
                mid_on=_day(row.mid_on),
                final_on=_day(row.final_on),
                criteria=criteria,
                on=_day(row.on),
                by=names.get(row.by_id, ""),
                after=tuple(split_ids(row.after)),
            )
        )
    return tuple(found)


def scores(connection: Connection, campaign_ids: Collection[bytes]) -> tuple[SaidScore, ...]:
    """Every score of these campaigns that can be read, in the order in which they came."""
    table = _SCORE.c
    rows = connection.execute(
        select(_SCORE)
        .where(table.campaign_id.in_(campaign_ids), table.deleted == 0, table.criterion.is_not(None))
        .order_by(table.stamp, table.id)
    ).all()
    names = member_names(connection, [row.by_id for row in rows if row.by_id])
    stand = standings(connection, [row.id for row in rows])
    found = []
    for row in rows:
        points = _points(row.points)
        if points is None:
            continue
        score = Score(
            row.id,
            row.criterion,
            points,
            row.text or "",
            _day(row.on),
            names.get(row.by_id, ""),
            tuple(split_ids(row.after)),
        )
        found.append(SaidScore(row.campaign_id, row.unit_id, row.sheet_id, score, stand[row.id]))
    return tuple(found)


def sheets(connection: Connection, campaign_ids: Collection[bytes]) -> tuple[Sheet, ...]:
    """Every score sheet of these campaigns that can be read, in the order in which they came."""
    table = _SHEET.c
    rows = connection.execute(
        select(_SHEET)
        .where(table.campaign_id.in_(campaign_ids), table.deleted == 0)
        .order_by(table.stamp, table.id)
    ).all()
    names = member_names(connection, [row.by_id for row in rows if row.by_id])
    taken = steps_of(connection, [row.id for row in rows])
    stand = standings(connection, [row.id for row in rows] + [s.step_id for t in taken.values() for s in t])
    found = []
    for row in rows:
        content = _unpacked(row.content, SheetContent)
        if content is None:
            continue
        steps = taken.get(row.id, ())
        found.append(
            Sheet(
                sheet_id=row.id,
                unit_id=row.unit_id,
                unit=row.unit or "",
                campaign_id=row.campaign_id,
                addressee_id=row.addressee_id,
                handed_on=_day(row.handed_on),
                by=names.get(row.by_id, ""),
                after=tuple(split_ids(row.after)),
                content=content,
                steps=steps,
                standing=gravest((stand[row.id], *(stand[one.step_id] for one in steps))),
            )
        )
    return tuple(found)


def campaign_of_sheet(connection: Connection, sheet_id: bytes) -> bytes | None:
    """The campaign that a sheet is of; None where it is not here."""
    table = _SHEET.c
    return connection.execute(
        select(table.campaign_id).where(table.id == sheet_id, table.deleted == 0)
    ).scalar()


def results(connection: Connection, campaign_ids: Collection[bytes]) -> tuple[Result, ...]:
    """What was published of these campaigns, in the order in which it came."""
    table = _RESULT.c
    rows = connection.execute(
        select(_RESULT)
        .where(table.campaign_id.in_(campaign_ids), table.deleted == 0)
        .order_by(table.stamp, table.id)
    ).all()
    names = member_names(connection, [row.by_id for row in rows if row.by_id])
    stand = standings(connection, [row.id for row in rows])
    found = []
    for row in rows:
        content = _unpacked(row.content, ResultContent)
        if content is not None:
            by, after = names.get(row.by_id, ""), tuple(split_ids(row.after))
            found.append(
                Result(row.id, row.unit_id, row.campaign_id, _day(row.on), by, after, content, stand[row.id])
            )
    return tuple(found)


def packed(content: Sequence[Criterion] | SheetContent) -> bytes:
    """Criteria, or what a sheet says, as a record keeps it.

    Raises:
        UserError: report_too_long.
    """
    made = compression.pack(msgspec.msgpack.encode(content))
    if len(made) > MAX_TEXT:
        raise UserError("report_too_long")
    return made


def packed_result(content: ResultContent) -> bytes:
    """What is published, as its record keeps it; where very many units take part, with their sums alone.

    Raises:
        UserError: report_too_long.
    """
    bare = replace(content, rows=tuple(replace(row, pairs=()) for row in content.rows))
    for one in (content, bare):
        made = compression.pack(msgspec.msgpack.encode(one))
        if len(made) <= MAX_TEXT:
            return made
    raise UserError("report_too_long")


def _unpacked(made: bytes | None, kind: _Kind) -> _Content:
    if made is None:
        return None
    try:
        return msgspec.msgpack.decode(compression.unpack(made), type=kind)
    except (ProtocolError, msgspec.DecodeError, msgspec.ValidationError):
        return None


def _points(words: str | None) -> Decimal | None:
    try:
        points = Decimal(words or "")
    except InvalidOperation:
        return None
    return points if points.is_finite() and points >= 0 else None


def _day(words: str | None) -> date | None:
    return date.fromisoformat(words) if words else None
