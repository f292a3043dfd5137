"""Reading difficulties with their steps; where they stand is `domain.difficulties`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from tongcds.domain.difficulties import Step, Word
from tongcds.domain.views.difficulties import DifficultyText
from tongcds.domain.words import Standing
from tongcds.records import record_type
from tongcds.storage.people import member_names
from tongcds.storage.standing import gravest, standings
from tongcds.storage.wording import split_ids

_DIFFICULTY: Final = record_type("difficulty").table
_STEP: Final = record_type("difficulty_step").table


@dataclass(frozen=True, slots=True)
class Told:
    """A difficulty as its record has it, its steps in the order in which they came."""

    difficulty_id: bytes
    unit_id: bytes
    unit: str
    says: DifficultyText
    on: date | None
    by: str
    steps: tuple[Step, ...]
    standing: Standing


def difficulties(connection: Connection) -> tuple[Told, ...]:
    """All that are whole, the latest first."""
    table = _DIFFICULTY.c
    rows = connection.execute(
        select(_DIFFICULTY)
        .where(table.deleted == 0, table.text.is_not(None), table.unit_id.is_not(None))
        .order_by(table.on.desc(), table.stamp.desc(), table.id)
    ).all()
    steps = connection.execute(
        select(_STEP)
        .where(_STEP.c.deleted == 0, _STEP.c.word.in_(list(Word)))
        .order_by(_STEP.c.stamp, _STEP.c.id)
    ).all()
    names = member_names(connection, [row.by_id for row in (*rows, *steps) if row.by_id])
    stand = standings(connection, [row.id for row in (*rows, *steps)])
    taken: defaultdict[bytes, list[Step]] = defaultdict(list)
    for row in steps:
        taken[row.subject_id].append(
            Step(
                step_id=row.id,
                word=Word(row.word),
                text=row.text or "",
                sender=row.from_unit or "",
                to_id=row.to_id,
                to=row.to or "",
                due_on=date.fromisoformat(row.due_on) if row.due_on else None,
                other_id=row.other_id,
                on=date.fromisoformat(row.on) if row.on else None,
                by=names.get(row.by_id, ""),
                after=tuple(split_ids(row.after)),
            )
        )
    return tuple(
        Told(
            difficulty_id=row.id,
            unit_id=row.unit_id,
            unit=row.unit or "",
            says=DifficultyText(
                row.kind or "other",
                row.text,
                row.place or "",
                row.cause or "",
                row.done or "",
                row.proposal or "",
            ),
            on=date.fromisoformat(row.on) if row.on else None,
            by=names.get(row.by_id, ""),
            steps=tuple(taken[row.id]),
            standing=gravest((stand[row.id], *(stand[one.step_id] for one in taken[row.id]))),
        )
        for row in rows
    )
