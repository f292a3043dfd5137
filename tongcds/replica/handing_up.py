"""Who hands up a report and who decides on it, who speaks on a difficulty: `authority` that looks at records.

A unit hands up its own reports only. On them decides the unit that they are addressed to, also where it may
write nothing else: a province in the area of one of its communes. While a report is accepted it stays.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, select

from tongcds.domain.reporting import Step, Word, is_locked
from tongcds.protocol.messages import Write
from tongcds.protocol.references import split_ids
from tongcds.records import record_type
from tongcds.replica.rows import Row

LOCKED: Final = "report_accepted"
"""The code of what comes too late."""

_NOT_ALLOWED: Final = "not_allowed"
_REPORT: Final = record_type("report").table.c
_STEP: Final = record_type("report_step").table.c
_DIFFICULTY: Final = record_type("difficulty").table.c
_WORD: Final = record_type("difficulty_step").table.c


def refusal_of(
    connection: Connection,
    name: str,
    area: bytes,
    write: Write,
    row: Row | None,
    *,
    unit: bytes,
    areas: Collection[bytes],
) -> str:
    """Why a unit may not write this about a report; "" when it may.

    Args:
        connection: where reports and their steps are.
        name: report, report_content, report_step, difficulty, difficulty_step.
        area: where it would be.
        write: what is said.
        row: the record as it stands, None for a new one.
        unit: whose word it is.
        areas: where that unit may write.
    """
    if name == "report_step":
        return _refusal_of_step(connection, area, write, row, unit=unit, areas=areas)
    if name == "difficulty_step":
        return _refusal_of_word(connection, area, write, row, unit=unit, areas=areas)
    if area != unit or area not in areas:
        return _NOT_ALLOWED
    if name == "difficulty":
        return ""
    if row is None:
        # Nobody accepts their own.
        return _NOT_ALLOWED if write.values.get("addressee_id") == unit else ""
    report = row["id"] if name == "report" else row["values"]["report_id"]
    return LOCKED if _is_locked(connection, report) else ""


def _refusal_of_step(
    connection: Connection,
    area: bytes,
    write: Write,
    row: Row | None,
    *,
    unit: bytes,
    areas: Collection[bytes],
) -> str:
    said = write.values if row is None else row["values"]
    subject, word = said.get("subject_id"), said.get("word")
    report = connection.execute(
        select(_REPORT.unit_id, _REPORT.addressee_id).where(_REPORT.id == subject)
    ).one_or_none()
    if report is None:
        # A stick may have brought it to whoever decides before the server has it.
        return "" if area in areas else _NOT_ALLOWED
    taken_back = word == Word.WITHDRAWN
    theirs = report.unit_id == unit and area in areas if taken_back else report.addressee_id == unit
    if report.unit_id != area or word not in set(Word) or not theirs:
        return _NOT_ALLOWED
    return LOCKED if taken_back and _is_locked(connection, subject) else ""


def _refusal_of_word(
    connection: Connection,
    area: bytes,
    write: Write,
    row: Row | None,
    *,
    unit: bytes,
    areas: Collection[bytes],
) -> str:
    """On a difficulty speaks whoever told it, and whoever was asked on its way up; each for themselves."""
    said = write.values if row is None else row["values"]
    subject, speaker = said.get("subject_id"), said.get("from_id")
    told = connection.execute(select(_DIFFICULTY.unit_id).where(_DIFFICULTY.id == subject)).scalar()
    if told is None:
        return "" if area in areas else _NOT_ALLOWED
    asked = select(_WORD.id).where(_WORD.subject_id == subject, _WORD.to_id == unit, _WORD.deleted == 0)
    may = told == unit or connection.execute(asked.limit(1)).first() is not None
    return "" if told == area and may and speaker == unit else _NOT_ALLOWED


def _is_locked(connection: Connection, report: object) -> bool:
    query = select(_STEP.id, _STEP.word, _STEP.after).where(
        _STEP.subject_id == report, _STEP.deleted == 0, _STEP.word.in_([word.value for word in Word])
    )
    return is_locked(
        [
            Step(row.id, Word(row.word), "", None, "", tuple(split_ids(row.after or b"")))
            for row in connection.execute(query)
        ]
    )
