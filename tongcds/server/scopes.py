"""Who holds which areas and may write what: the server's answer to "may this device see or do that?".

The rule: a team writes its village, its lead also who belongs to the team; a commune itself and its villages;
an area and the province read figures of the units below and nothing about people. A scope is a list of areas
in a stable order, because cursors follow it.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, select

from tongcds.domain.views import Role
from tongcds.protocol.messages import ScopeEntry, Write
from tongcds.records import RecordType, record_type
from tongcds.replica import Allowed
from tongcds.replica.pages import FIGURES_ONLY
from tongcds.replica.rows import Row

WRITE, READ = "write", "read"
_UNIT = record_type("unit").table.c
_VILLAGE = record_type("village").table.c
_MEMBER = record_type("member").table.c
_ID = 16
_decode = msgspec.msgpack.Decoder(list[ScopeEntry]).decode
_encode = msgspec.msgpack.Encoder().encode

# Conflicts are made by the merge alone; people mark them as seen.
_ABOUT_VILLAGERS = frozenset(
    {
        "household", "person", "observation", "visit", "support", "follow_up", "consent", "privacy_request",
        "attachment",
    }
)  # fmt: skip
_REGISTER = _ABOUT_VILLAGERS | {"conflict", "audit", "quarantined"}
_MAY_WRITE = {
    Role.TEAM: _REGISTER | {"member"},
    Role.COMMUNE: _REGISTER | {"village", "team", "member"},
    Role.AREA: frozenset({"member", "audit"}),
    Role.PROVINCE: frozenset({"unit", "unit_event", "member", "audit"}),
}
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


def scope_of(connection: Connection, role: Role, unit: bytes, province: bytes) -> list[ScopeEntry]:
    """What a role at this unit holds, the larger units first.

    Whoever belongs to a unit that is gone holds nothing more than the province.
    """
    above = [province]
    entries: list[tuple[bytes, str]] = []
    match role:
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
        case _:
            return []
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


def _out_of_place(name: str, unit: bytes, write: Write, row: Row | None) -> bool:
    """Whether a unit that may write such records in this area may still not write this."""
    match name:
        case "village":
            # Nobody takes a village to another commune.
            return write.values.get("commune_id", row["values"]["commune_id"] if row else None) != unit
        case "conflict":
            return row is None or bool(set(write.values) - {"resolved"})
        case "unit":
            return row is None
        case _:
            return False


def _not_theirs_to_say(role: Role, area: bytes, unit: bytes, write: Write, row: Row | None) -> bool:
    """Whether a unit may not say this of a write that was set aside.

    An author's unit takes its own back; deciding is for the unit above. What a commune's own laptops wrote is
    decided at the province's server.
    """
    said = set(write.values)
    if row is None or not said:
        return True
    if role is Role.COMMUNE and area != unit:
        return said != {"decision"} or write.values["decision"] not in {"accept", "refuse"}
    return said != {"withdrawn"} or area != unit


def _not_for_the_lead(unit: bytes, member: bytes, write: Write, row: Row | None) -> bool:
    """Whether a team's laptop may not write this about a member: only its lead, only of the own team.

    The lead is who the laptop was enrolled for. Whoever they let in belongs to the same unit, with the role
    of a team's member, and nobody becomes another one.
    """
    if write.author != member:
        return True
    if row is None:
        return write.values.get("unit_id") != unit or write.values.get("role") != Role.TEAM
    return bool({"unit_id", "role"} & write.values.keys())


def authority(
    connection: Connection, role: Role, unit: bytes, member: bytes, entries: Sequence[ScopeEntry]
) -> Allowed:
    """What `receive` asks about each write of a device.

    Codes: `not_allowed` (this role does not write such records, or not there), `author_unknown` (signed in
    the name of somebody who does not belong to the device's unit).
    """
    areas = {entry.area for entry in entries if entry.mode == WRITE}
    # Teams read their commune's own area, so no household is put there.
    homes_elsewhere = role is not Role.TEAM
    types = _MAY_WRITE.get(role, frozenset())
    authors = set(
        connection.execute(select(_MEMBER.id).where(_MEMBER.unit_id == unit, _MEMBER.deleted == 0)).scalars()
    ) | {member}

    def allowed(record: RecordType, area: bytes, write: Write, row: Row | None) -> str:
        if record.name not in types:
            return "not_allowed"
        if write.author not in authors:
            return "author_unknown"
        if record.name == "village" and row is None and write.values.get("commune_id") == unit:
            # What follows in the same chunk may already live there.
            areas.add(area)
        if homes_elsewhere and area == unit and record.name in _ABOUT_VILLAGERS:
            return "not_allowed"
        if record.name == "audit" and (row is not None or area != unit):
            # Each writes its own log, and nobody changes a line.
            return "not_allowed"
        of_a_team = record.name == "member" and role is Role.TEAM
        if (
            area not in areas
            or _out_of_place(record.name, unit, write, row)
            or (record.name == "quarantined" and _not_theirs_to_say(role, area, unit, write, row))
            or (of_a_team and _not_for_the_lead(unit, member, write, row))
        ):
            return "not_allowed"
        if record.name == "member" and row is None and area == unit:
            authors.add(write.id)
        return ""

    return allowed
