"""Who hands up a report and who decides on it, who speaks on a difficulty: `authority` that looks at records.

A unit hands up its own reports only. On them decides the unit that they are addressed to, also where it may
write nothing else: a province in the area of one of its communes. While a report is accepted it stays. The
same holds for score sheets and proposals; who decides on a sheet also appraises it, until it is decided.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy import Row as Row_
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from tongcds.domain.reporting import Step, Word, is_locked
from tongcds.protocol.messages import Write
from tongcds.protocol.references import split_ids
from tongcds.records import record_type
from tongcds.replica.above import units_above
from tongcds.replica.rows import Row

LOCKED: Final = "report_accepted"
"""The code of what comes too late."""

DECIDED: Final = "sheet_decided"
"""The code of a score for a sheet that is decided."""

_NOT_ALLOWED: Final = "not_allowed"
_REPORT: Final = record_type("report").table.c
_STEP: Final = record_type("report_step").table.c
_PROPOSAL: Final = record_type("target_proposal").table.c
_PROPOSED: Final = frozenset({"value", "last", "proposal_id", "proposal"})
_DIFFICULTY: Final = record_type("difficulty").table.c
_WORD: Final = record_type("difficulty_step").table.c
_SHEET: Final = record_type("campaign_sheet").table.c
_COMMENDATION: Final = record_type("commendation").table.c
_WITHOUT_REFUSAL: Final = frozenset(Word) - {Word.REFUSED}
# What goes up and is decided on by steps, with the words that may be said of it.
_DECIDED_ON: Final = (
    (_REPORT, _WITHOUT_REFUSAL),
    (_PROPOSAL, frozenset(Word)),
    (_SHEET, _WITHOUT_REFUSAL),
    (_COMMENDATION, frozenset(Word)),
)
_NEVER_LOCKED: Final = frozenset({"difficulty", "campaign", "campaign_result"})
_BELONGS_TO: Final = {"report_content": "report_id", "commendation_person": "commendation_id"}


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
        name: report, report_content, report_step, target_proposal, difficulty, difficulty_step, campaign,
            campaign_result, campaign_score, campaign_sheet, commendation, commendation_person.
        area: where it would be.
        write: what is said.
        row: the record as it stands, None for a new one.
        unit: whose word it is.
        areas: where that unit may write.
    """
    spoken = {
        "report_step": _refusal_of_step,
        "difficulty_step": _refusal_of_word,
        "campaign_score": _refusal_of_score,
    }
    if name in spoken:
        return spoken[name](connection, area, write, row, unit=unit, areas=areas)
    if area != unit or area not in areas:
        return _NOT_ALLOWED
    if name in _NEVER_LOCKED:
        return ""
    if row is None:
        # Nobody accepts their own; who decides stands above.
        addressee = write.values.get("addressee_id")
        above = units_above(connection, [unit])[unit][1:]
        return "" if addressee is None or addressee in above else _NOT_ALLOWED
    report = row["values"][_BELONGS_TO[name]] if name in _BELONGS_TO else row["id"]
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
    report, words = None, _WITHOUT_REFUSAL
    for table, may_be_said in _DECIDED_ON:
        report = _sent(connection, table, subject)
        if report is not None:
            words = may_be_said
            break
    if report is None:
        # A stick may have brought it to whoever decides before the server has it.
        return "" if area in areas else _NOT_ALLOWED
    taken_back = word == Word.WITHDRAWN
    theirs = report.unit_id == unit and area in areas if taken_back else report.addressee_id == unit
    if report.unit_id != area or word not in words or not theirs:
        return _NOT_ALLOWED
    return LOCKED if taken_back and _is_locked(connection, subject) else ""


def _refusal_of_score(
    connection: Connection,
    area: bytes,
    write: Write,
    row: Row | None,
    *,
    unit: bytes,
    areas: Collection[bytes],
) -> str:
    """Its own scores a unit writes itself; the sheet that it handed up whoever it is addressed to."""
    said = write.values if row is None else row["values"]
    sheet, speaker = said.get("sheet_id"), said.get("from_id")
    if sheet is None:
        return "" if area == unit and area in areas else _NOT_ALLOWED
    sent = _sent(connection, _SHEET, sheet)
    if sent is None:
        # A stick may have brought it to whoever appraises before the server has it.
        return "" if area in areas and speaker == unit else _NOT_ALLOWED
    if sent.unit_id != area or sent.addressee_id != unit or speaker != unit:
        return _NOT_ALLOWED
    return DECIDED if _is_locked(connection, sheet) else ""


def _sent(
    connection: Connection, table: ReadOnlyColumnCollection[str, Any], subject: object
) -> Row_[Any] | None:
    """Who sent a report or proposal up, and to whom; None where it is not there."""
    return connection.execute(
        select(table.unit_id, table.addressee_id).where(table.id == subject)
    ).one_or_none()


def may_change_target(connection: Connection, write: Write, row: Row | None, unit: bytes) -> bool:
    """Whether a unit above may change a target in an area where it writes nothing else.

    Only what a proposal speaks of, for one that is about this target and addressed to that unit; and back.
    """
    if row is None or not set(write.values) <= _PROPOSED:
        return False
    named = {write.values.get("proposal_id"), row["values"].get("proposal_id")} - {None}
    query = select(_PROPOSAL.id).where(
        _PROPOSAL.id.in_(named), _PROPOSAL.target_id == row["id"], _PROPOSAL.addressee_id == unit,
        _PROPOSAL.deleted == 0,
    )  # fmt: skip
    return bool(named) and connection.execute(query.limit(1)).first() is not None


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
