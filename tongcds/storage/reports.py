"""Reports that were handed up, with their versions and steps; and how what a report says is packed.

What they say is drawn by `reports.periodic`; where they stand follows from their steps (`domain.reporting`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select

from tongcds.domain.reporting import State, Step, Word, is_locked, state_of
from tongcds.domain.steps import last_words
from tongcds.domain.views import Standing
from tongcds.domain.views.report import Report
from tongcds.errors import UserError
from tongcds.protocol import compression
from tongcds.protocol.messages import ProtocolError
from tongcds.records import record_type
from tongcds.replica.values import MAX_TEXT
from tongcds.storage.people import member_names
from tongcds.storage.standing import gravest, standings
from tongcds.storage.wording import split_ids

_REPORT: Final = record_type("report").table
_CONTENT: Final = record_type("report_content").table.c
_STEP: Final = record_type("report_step").table

# Any: rows answer each column under its name, with the type that the column has.
_Row = Any


@dataclass(frozen=True, slots=True)
class Handed:
    """A report as its record has it, with its steps in the order in which they came."""

    report_id: bytes
    unit_id: bytes
    unit: str
    kind: str
    first: date
    last: date
    addressee_id: bytes | None
    addressee: str
    due_on: date | None
    handed_on: date | None
    corrects_id: bytes | None
    by: str
    steps: tuple[Step, ...]
    standing: Standing

    @property
    def state(self) -> State:
        """Where it stands."""
        return state_of(self.steps)

    @property
    def locked(self) -> bool:
        """Whether its sender can no longer take it back."""
        return is_locked(self.steps)

    @property
    def reason(self) -> str:
        """What was said of it last."""
        return " / ".join(one.reason for one in last_words(self.steps) if one.reason)


@dataclass(frozen=True, slots=True)
class Versions:
    """All reports of one unit, kind and period, the latest first, those that nobody corrected before others.

    `twice`: more than one stands uncorrected and was not taken back.
    """

    reports: tuple[Handed, ...]
    twice: bool

    @property
    def counting(self) -> Handed:
        """The one that counts."""
        return self.reports[0]


def handed_up(
    connection: Connection, unit_ids: Sequence[bytes] | None = None, *, since: date | None = None
) -> dict[tuple[bytes, str, date], Versions]:
    """What was handed up by these units (None: by all), by unit, kind and last day of the period."""
    table = _REPORT.c
    query = select(*(column for column in table if column.name != "content")).where(
        table.deleted == 0, table.kind.is_not(None), table.first.is_not(None), table.last.is_not(None)
    )
    if unit_ids is not None:
        query = query.where(table.unit_id.in_(unit_ids))
    if since is not None:
        query = query.where(table.last >= since.isoformat())
    found: defaultdict[tuple[bytes, str, date], list[Handed]] = defaultdict(list)
    for one in _handed(connection, connection.execute(query.order_by(table.stamp.desc(), table.id)).all()):
        found[one.unit_id, one.kind, one.last].append(one)
    return {key: _versions(reports) for key, reports in found.items()}


def versions_of(connection: Connection, unit_id: bytes, kind: str, last: date) -> Versions | None:
    """What a unit handed up of one kind over the period that ends on a day; None where it did not."""
    return handed_up(connection, [unit_id], since=last).get((unit_id, kind, last))


def one_report(connection: Connection, report_id: bytes) -> tuple[Handed, Versions]:
    """A report, and all versions of its unit, kind and period.

    Raises:
        UserError: report_unknown.
    """
    table = _REPORT.c
    row = connection.execute(
        select(table.unit_id, table.kind, table.last).where(table.id == report_id, table.deleted == 0)
    ).one_or_none()
    if row is not None and row.last is not None:
        versions = versions_of(connection, row.unit_id, row.kind, date.fromisoformat(row.last))
        for one in versions.reports if versions is not None else ():
            if versions is not None and one.report_id == report_id:
                return one, versions
    raise UserError("report_unknown")


def content(connection: Connection, report_id: bytes) -> Report | None:
    """What a report says; None where this computer has no words of it, or cannot read them."""
    packed = connection.execute(select(_REPORT.c.content).where(_REPORT.c.id == report_id)).scalar()
    if packed is None:
        query = select(_CONTENT.content).where(_CONTENT.report_id == report_id, _CONTENT.deleted == 0)
        packed = connection.execute(query.order_by(_CONTENT.stamp).limit(1)).scalar()
    if packed is None:
        return None
    try:
        return msgspec.msgpack.decode(compression.unpack(packed), type=Report)
    except (ProtocolError, msgspec.DecodeError, msgspec.ValidationError):
        return None


def packed(report: Report) -> bytes:
    """What a report says, as its record keeps it.

    Where very many units stand below, their fingerprints stay out, then their figures too: the units' own
    reports have both.

    Raises:
        UserError: report_too_long.
    """
    bare = tuple(
        replace(unit, figures=tuple(replace(one, fingerprint="", definition="") for one in unit.figures))
        for unit in report.below
    )
    for below in (report.below, bare, ()):
        made = compression.pack(msgspec.msgpack.encode(replace(report, below=below)))
        if len(made) <= MAX_TEXT:
            return made
    raise UserError("report_too_long")


def steps_of(connection: Connection, ids: Sequence[bytes]) -> dict[bytes, tuple[Step, ...]]:
    """The steps of reports or proposals, in the order in which they came."""
    table = _STEP.c
    if not ids:
        return {}
    rows = connection.execute(
        select(_STEP)
        .where(table.subject_id.in_(ids), table.deleted == 0, table.word.in_(list(Word)))
        .order_by(table.stamp, table.id)
    ).all()
    names = member_names(connection, [row.by_id for row in rows if row.by_id])
    taken: defaultdict[bytes, list[Step]] = defaultdict(list)
    for row in rows:
        on = date.fromisoformat(row.on) if row.on else None
        by = names.get(row.by_id, "")
        taken[row.subject_id].append(
            Step(row.id, Word(row.word), row.reason or "", on, by, tuple(split_ids(row.after)))
        )
    return {subject: tuple(steps) for subject, steps in taken.items()}


def _handed(connection: Connection, rows: Sequence[_Row]) -> list[Handed]:
    ids = [row.id for row in rows]
    taken = steps_of(connection, ids)
    names = member_names(connection, [row.by_id for row in rows if row.by_id])
    stand = standings(connection, [*ids, *(one.step_id for steps in taken.values() for one in steps)])
    return [
        Handed(
            report_id=row.id,
            unit_id=row.unit_id,
            unit=row.unit or "",
            kind=row.kind,
            first=date.fromisoformat(row.first),
            last=date.fromisoformat(row.last),
            addressee_id=row.addressee_id,
            addressee=row.addressee or "",
            due_on=date.fromisoformat(row.due_on) if row.due_on else None,
            handed_on=date.fromisoformat(row.handed_on) if row.handed_on else None,
            corrects_id=row.corrects_id,
            by=names.get(row.by_id, ""),
            steps=taken.get(row.id, ()),
            standing=gravest((stand[row.id], *(stand[one.step_id] for one in taken.get(row.id, ())))),
        )
        for row in rows
    ]


def _versions(reports: Sequence[Handed]) -> Versions:
    corrected = {one.corrects_id for one in reports if one.state is not State.WITHDRAWN}
    # A unit that grew out of two carries on the reports of both; those are not two of one.
    standing = [one for one in reports if one.report_id not in corrected and one.state is not State.WITHDRAWN]
    twice = len(standing) > len({one.unit for one in standing})
    others = [one for one in reports if one not in standing]
    return Versions((*standing, *others), twice)
