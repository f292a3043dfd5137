"""Whose training sessions are whose: a trainer holds those that name them, planned by their unit or below.

A session names its trainers in words, so no two trainers of a province are called the same. What they are
told of a session is `replica.trainees`'.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection, select

from tongcds.domain.stamps import ID_LENGTH
from tongcds.domain.text import clean
from tongcds.domain.training import names_in
from tongcds.domain.views import Role
from tongcds.errors import UserError
from tongcds.protocol.messages import ScopeEntry, training_mode
from tongcds.records import record_type
from tongcds.server.tables import INVITATION

KEPT: Final = timedelta(days=400)
"""Of sessions so long before their last one a trainer is told no more."""

_MEMBER: Final = record_type("member").table.c
_TRAINING: Final = record_type("training").table.c
_UNIT: Final = record_type("unit").table.c
_VILLAGE: Final = record_type("village").table.c


@dataclass(frozen=True, slots=True)
class _Session:
    training_id: bytes
    unit_id: bytes
    villages: tuple[bytes, ...]
    on: date


def require_own_name(connection: Connection, name: str, unit: bytes) -> None:
    """Refuse a second trainer of one name: sessions would be shown to both.

    Raises:
        UserError: trainer_name_taken.
    """
    others = select(INVITATION.c.member_name).where(
        INVITATION.c.role == Role.TRAINER.value,
        INVITATION.c.unit_id != unit,
        INVITATION.c.withdrawn_at.is_(None),
    )
    if _plain(name) in map(_plain, connection.execute(others).scalars()):
        raise UserError("trainer_name_taken", name=name)


def entries_of(connection: Connection, member: bytes, unit: bytes, province: bytes) -> list[ScopeEntry]:
    """What a trainer of a unit holds: names of units, and of each place the sessions that it has part in."""
    known = select(_VILLAGE.id, _VILLAGE.commune_id).where(_VILLAGE.deleted == 0)
    commune_of = dict(connection.execute(known).all())
    reach = _reach(connection, unit, province, commune_of)
    sessions = _sessions(connection, member, reach)
    of_area: defaultdict[bytes, set[bytes]] = defaultdict(set)
    for one in sessions.values():
        of_area[one.unit_id].add(one.training_id)
        for village in one.villages or _villages_of(one.unit_id, commune_of):
            of_area[village].add(one.training_id)
    for area, training in _noted(connection, sessions):
        of_area[area].add(training)
    villages = [area for area in of_area if area in commune_of]
    above = [province, *dict.fromkeys(commune_of[village] for village in villages), unit]
    for village in (unit, *villages):
        of_area.setdefault(commune_of.get(village, unit), set())
    areas = dict.fromkeys((*above, *sorted(of_area)))
    return [ScopeEntry(area, training_mode(of_area.get(area, ()))) for area in areas]


def _reach(
    connection: Connection, unit: bytes, province: bytes, commune_of: dict[bytes, bytes]
) -> set[bytes] | None:
    """The unit and those below it; None for all."""
    if unit == province:
        return None
    packed = connection.execute(select(_UNIT.member_ids).where(_UNIT.id == unit)).scalar() or b""
    communes = {packed[i : i + ID_LENGTH] for i in range(0, len(packed), ID_LENGTH)} | {unit}
    return communes | {village for village, commune in commune_of.items() if commune in communes}


def _sessions(connection: Connection, member: bytes, reach: set[bytes] | None) -> dict[bytes, _Session]:
    name = _plain(connection.execute(select(_MEMBER.full_name).where(_MEMBER.id == member)).scalar() or "")
    if not name:
        return {}
    columns = (_TRAINING.id, _TRAINING.unit_id, _TRAINING.trainers, _TRAINING.village_ids, _TRAINING.on)
    query = select(*columns).where(
        _TRAINING.deleted == 0, _TRAINING.trainers.is_not(None), _TRAINING.on.is_not(None)
    )
    found = {}
    for training, planner, trainers, packed, on in connection.execute(query):
        theirs = name in map(_plain, names_in(trainers))
        if theirs and planner is not None and (reach is None or planner in reach):
            found[training] = _Session(training, planner, tuple(_ids(packed)), date.fromisoformat(on))
    since = max((one.on for one in found.values()), default=date.min + KEPT) - KEPT
    return {training: one for training, one in found.items() if one.on >= since}


def _villages_of(unit: bytes, commune_of: dict[bytes, bytes]) -> list[bytes]:
    """For whom a session is that names no village; one of an area or the province begins without any."""
    return [village for village, commune in commune_of.items() if unit in {village, commune}]


def _noted(connection: Connection, sessions: Collection[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Where anything was written down of these sessions."""
    for name in ("attendance", "training_rating"):
        table = record_type(name).table.c
        query = select(table.area, table.training_id).where(table.training_id.in_(sorted(sessions)))
        yield from connection.execute(query.distinct()).all()


def _plain(name: str) -> str:
    return clean(name).casefold()


def _ids(packed: bytes | None) -> list[bytes]:
    return [packed[i : i + ID_LENGTH] for i in range(0, len(packed), ID_LENGTH)] if packed else []
