"""What was taught, as rows to be counted: sessions that were held, who was there, what they could do after.

As every figure of a village these rest on that village's records alone: a session counts where it was
planned, a tick and a check where the person is on record. Several laptops may each have noted the same
person; that is one, and of checks of one skill the latest says what holds (`storage.trainings`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Subquery, and_, func, select, union_all

from tongcds.domain.training import Ability, Phase, State
from tongcds.records import record_type
from tongcds.reports.frame import Frame, Rows, through
from tongcds.reports.signs import in_period, named_here, standing_for

_TRAINING = record_type("training").table.c
_ATTENDANCE = record_type("attendance").table.c
_CHECK = record_type("skill_check").table.c


def sessions(frame: Frame) -> Rows:
    """Sessions in the period that were ended, where they were planned: with how many `minutes` they took."""
    held = _TRAINING
    return (
        select(
            frame.moments.c.span,
            held.unit_id.label("village"),
            held.id.label("subject"),
            func.coalesce(held.minutes, 0).label("amount"),
        )
        .join_from(held.id.table, frame.moments, in_period(frame, held.on))
        .where(frame.here(held.area), _was_held())
    )


def attendances(frame: Frame) -> Rows:
    """Who was at which session in the period, each once: `subject` is the person, or the guest."""
    table = _ATTENDANCE
    whose = (table.training_id,)
    return _first_of(_noted(frame, table, _was_there(), whose, (table.id,)))


def checks(frame: Frame) -> Rows:
    """What somebody could do of a skill at the end of a session in the period: `skill`, `result`."""
    table = _CHECK
    latest = (table.stamp.desc(), table.device.desc(), table.n.desc())
    whose = (table.training_id, table.skill)
    return _first_of(_noted(frame, table, _was_checked(), whose, latest, table.skill, table.result))


# Any: columns of any type.
def _noted(
    frame: Frame,
    table: Any,  # noqa: ANN401 - the columns of a record type
    counts: ColumnElement[bool],
    whose: Sequence[ColumnElement[Any]],
    order: Sequence[ColumnElement[Any]],
    *more: ColumnElement[Any],
) -> Subquery:
    person = standing_for(frame, table.subject_id)
    place = func.row_number().over(
        partition_by=(frame.moments.c.span, table.village_id, person, *whose), order_by=order
    )
    rows: Select[Any] = select(
        frame.moments.c.span,
        table.village_id.label("village"),
        person.label("subject"),
        table.id.label("record"),
        *more,
        place.label("place"),
    ).join_from(table.id.table, frame.moments, in_period(frame, table.on))
    if frame.merged is not None:
        rows = rows.outerjoin(frame.merged, named_here(frame.merged, table.subject_id, table.village_id))
    return rows.where(frame.here(table.area), counts).subquery("noted")


def _first_of(noted: Subquery) -> Rows:
    return select(*(column for column in noted.c if column.key != "place")).where(noted.c.place == 1)


def _was_held() -> ColumnElement[bool]:
    return and_(_TRAINING.deleted == 0, _TRAINING.state == State.HELD.value, _TRAINING.on.is_not(None))


def _was_there() -> ColumnElement[bool]:
    return and_(
        _ATTENDANCE.deleted == 0,
        _ATTENDANCE.erased.is_(None),
        _ATTENDANCE.here == 1,
        _ATTENDANCE.on.is_not(None),
        _ATTENDANCE.subject_id.is_not(None),
        _ATTENDANCE.training_id.is_not(None),
    )


def _was_checked() -> ColumnElement[bool]:
    return and_(
        _CHECK.deleted == 0,
        _CHECK.phase == Phase.AFTER.value,
        _CHECK.result.in_([one.value for one in Ability]),
        _CHECK.on.is_not(None),
        _CHECK.subject_id.is_not(None),
        _CHECK.training_id.is_not(None),
        _CHECK.skill.is_not(None),
    )


def teaching_begins(connection: Connection, places: Sequence[bytes]) -> dict[bytes, str]:
    """The day of the first session that was held, attended or checked at each place; others are left out."""
    parts = [
        select(table.area.label("place"), table.on.label("day")).where(
            through(table.area, places).in_(places), counts
        )
        for table, counts in (
            (_TRAINING, _was_held()),
            (_ATTENDANCE, _was_there()),
            (_CHECK, _was_checked()),
        )
    ]
    found = union_all(*parts).subquery("taught")
    query = select(found.c.place, func.min(found.c.day)).group_by(found.c.place)
    return dict(connection.execute(query).all())
