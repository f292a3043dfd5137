"""Who holds which areas: the server's answer to "may this device see that?".

Who may write what in them is `replica.authority`'s.
The rule: a team writes its village, its lead also who belongs to the team; a commune itself and its villages;
an area and the province read figures of the units below and nothing about people; a trainer is told of the
sessions that are theirs (`trainers`). A scope is a list of areas in a stable order: cursors follow it.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, select

from tongcds.domain.views import Role
from tongcds.protocol.messages import ScopeEntry
from tongcds.records import record_type
from tongcds.replica import FIGURES_ONLY, WRITE
from tongcds.server import trainers

READ = "read"
_UNIT = record_type("unit").table.c
_VILLAGE = record_type("village").table.c
_ID = 16
_decode = msgspec.msgpack.Decoder(list[ScopeEntry]).decode
_encode = msgspec.msgpack.Encoder().encode

ROLE_OF_KIND = {
    "village": Role.TEAM,
    "commune": Role.COMMUNE,
    "cluster": Role.AREA,
    "province": Role.PROVINCE,
}
"""Which role somebody of a unit of this kind has."""

SEES_FIGURES = frozenset({Role.AREA, Role.PROVINCE})
"""Roles that read published figures instead of registers."""

SEES_STATUS = SEES_FIGURES | {Role.COMMUNE}
"""Roles that look after teams and want to know when each was last heard of."""


def entries_packed(entries: Sequence[ScopeEntry]) -> bytes:
    """A scope as it is kept in the database."""
    return _encode(entries)


def entries_unpacked(packed: bytes) -> list[ScopeEntry]:
    """The inverse of `entries_packed`."""
    return _decode(packed)


def villages_of(connection: Connection, communes: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    """The villages of communes, each with its commune, in the order in which they were made."""
    query = (
        select(_VILLAGE.id, _VILLAGE.commune_id)
        .where(_VILLAGE.deleted == 0)
        .order_by(_VILLAGE.stamp, _VILLAGE.id)
    )
    wanted = set(communes)
    if len(wanted) == 1:
        query = query.where(_VILLAGE.commune_id == next(iter(wanted)))
    return [(village, commune) for village, commune in connection.execute(query) if commune in wanted]


def clusters(connection: Connection, province: bytes) -> dict[bytes, list[bytes]]:
    """The communes of every cluster of a province."""
    rows = connection.execute(
        select(_UNIT.id, _UNIT.member_ids)
        .where(_UNIT.kind == "cluster", _UNIT.parent_id == province, _UNIT.deleted == 0)
        .order_by(_UNIT.stamp, _UNIT.id)
    )
    return {
        unit: [packed[i : i + _ID] for i in range(0, len(packed), _ID)]
        for unit, packed in rows
        if packed is not None
    }


def communes_of(connection: Connection, province: bytes) -> list[bytes]:
    """The communes of a province, in the order in which they were made."""
    query = select(_UNIT.id).where(_UNIT.kind == "commune", _UNIT.parent_id == province, _UNIT.deleted == 0)
    return list(connection.execute(query.order_by(_UNIT.stamp, _UNIT.id)).scalars())


def communes_below(connection: Connection, role: Role, unit: bytes, province: bytes) -> list[bytes]:
    """The communes whose figures a role at this unit reads."""
    match role:
        case Role.AREA:
            return clusters(connection, province).get(unit, [])
        case Role.PROVINCE:
            return communes_of(connection, province)
        case Role.COMMUNE:
            return [unit]
        case _:
            return []


def role_at(kind: str, wanted: str = "") -> Role | None:
    """The role of somebody at a unit of this kind: the unit's, or trainer; None where there is none."""
    usual = ROLE_OF_KIND.get(kind)
    if usual is not None and wanted == Role.TRAINER:
        return Role.TRAINER
    return usual if wanted in {"", usual} else None


def scope_of(
    connection: Connection, role: Role, unit: bytes, province: bytes, member: bytes = b""
) -> list[ScopeEntry]:
    """What a role at this unit holds, the larger units first; of a trainer, `member` says whose sessions.

    Whoever belongs to a unit that is gone holds nothing more than the province.
    """
    above = [province]
    entries: list[tuple[bytes, str]] = []
    match role:
        case Role.TRAINER:
            return trainers.entries_of(connection, member, unit, province)
        case Role.TEAM:
            commune = connection.execute(select(_VILLAGE.commune_id).where(_VILLAGE.id == unit)).scalar()
            above += _clusters_with(connection, province, commune)
            entries = [(commune, READ)] if commune is not None else []
            entries += [(unit, WRITE)]
        case Role.COMMUNE:
            above += _clusters_with(connection, province, unit)
            entries = [(unit, WRITE), *((village, WRITE) for village, _ in villages_of(connection, [unit]))]
        case Role.AREA | Role.PROVINCE:
            communes = communes_below(connection, role, unit, province)
            entries = [(unit, WRITE)]
            if role is Role.PROVINCE:
                entries += [(cluster, FIGURES_ONLY) for cluster in clusters(connection, province)]
            entries += [(commune, FIGURES_ONLY) for commune in communes]
            entries += [(village, FIGURES_ONLY) for village, _ in villages_of(connection, communes)]
    modes = dict.fromkeys(above, FIGURES_ONLY)
    modes |= dict(entries)
    return [ScopeEntry(area, mode) for area, mode in modes.items()]


def _clusters_with(connection: Connection, province: bytes, commune: bytes | None) -> list[bytes]:
    return [cluster for cluster, members in clusters(connection, province).items() if commune in members]


def in_stable_order(old: Sequence[ScopeEntry], new: Sequence[ScopeEntry]) -> list[ScopeEntry]:
    """The new entries, those that were there before in their old order."""
    wanted = {entry.area: entry for entry in new}
    kept = [wanted.pop(entry.area) for entry in old if entry.area in wanted]
    return kept + list(wanted.values())
