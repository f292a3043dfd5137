"""Who may write what, as far as a role, its unit and its areas decide. The server's word on it is the last.

A laptop asks the same of another one whose file it can read (`replica.peers`). Which areas somebody has is
`server.scopes`' to say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, bindparam, select

from tongcds.domain.views import Role
from tongcds.protocol.messages import ScopeEntry, Write
from tongcds.records import RecordType, record_type
from tongcds.replica.handing_up import may_change_target, refusal_of
from tongcds.replica.rows import Row
from tongcds.replica.trainees import trainers_authority

# Says why a write to this area is not allowed ("" when it is). `row` is the record as it stands, None for a
# new one.
Allowed = Callable[[RecordType, bytes, Write, Row | None], str]

WRITE = "write"
"""The mode of an area that may be written."""

_MEMBER = record_type("member").table.c
_MEMBERS = select(_MEMBER.id).where(_MEMBER.unit_id == bindparam("unit"), _MEMBER.deleted == 0)

# Conflicts are made by the merge alone; people mark them as seen.
_ABOUT_VILLAGERS = frozenset(
    {
        "household", "person", "observation", "visit", "support", "follow_up", "consent", "privacy_request",
        "attachment", "round", "round_stop", "settled", "duplicate", "poverty_class", "earlier",
        "attendance", "skill_check",
    }
)  # fmt: skip
# A quota is given to the team of a village.
_IN_A_VILLAGE = _ABOUT_VILLAGERS | {"quota"}
# Sessions are planned at every level; what is known of those who come stays with their village.
_TRAINING = frozenset({"training", "training_rating"})
_REGISTER = _ABOUT_VILLAGERS | {"conflict", "audit", "quarantined"}
_REPORTING = frozenset(
    {
        "report", "report_content", "report_step", "target_proposal", "difficulty", "difficulty_step",
        "campaign_score", "campaign_sheet", "commendation", "commendation_person",
    }
)  # fmt: skip
# Offices set campaigns for those below, in their own area alone.
_CAMPAIGNS = frozenset({"campaign", "campaign_result"})
# What an office sets out to reach, and what it typed in from elsewhere.
_OF_AN_OFFICE = frozenset({"target", "typed_figure", "member", "audit"}) | _CAMPAIGNS
_MAY_WRITE = {
    Role.TEAM: _REGISTER | _REPORTING | _TRAINING | {"member"},
    Role.COMMUNE: _REGISTER
    | _OF_AN_OFFICE
    | _REPORTING
    | _TRAINING
    | {"village", "team", "announcement", "quota", "report_request"},
    Role.AREA: _OF_AN_OFFICE | _REPORTING | _TRAINING,
    Role.PROVINCE: _OF_AN_OFFICE | _REPORTING | _TRAINING | {"unit", "unit_event", "report_request"},
}


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
    the name of somebody who does not belong to the device's unit), `report_accepted` (`replica.handing_up`).
    """
    areas = {entry.area for entry in entries if entry.mode == WRITE}
    # Teams read their commune's own area, so no household is put there.
    homes_elsewhere = role is not Role.TEAM
    types = _MAY_WRITE.get(role, frozenset())
    authors = set(connection.execute(_MEMBERS, {"unit": unit}).scalars()) | {member}
    if role is Role.TRAINER:
        return trainers_authority(connection, unit, authors, entries)

    def allowed(record: RecordType, area: bytes, write: Write, row: Row | None) -> str:
        if record.name not in types:
            return "not_allowed"
        if write.author not in authors:
            return "author_unknown"
        if record.name == "village" and row is None and write.values.get("commune_id") == unit:
            # What follows in the same chunk may already live there.
            areas.add(area)
        if record.name in _REPORTING or record.name in _CAMPAIGNS:
            return refusal_of(connection, record.name, area, write, row, unit=unit, areas=areas)
        if record.name == "target" and may_change_target(connection, write, row, unit):
            return ""
        of_a_team = record.name == "member" and role is Role.TEAM
        if (
            area not in areas
            or (homes_elsewhere and area == unit and record.name in _IN_A_VILLAGE)
            # Each writes its own log, and nobody changes a line.
            or (record.name == "audit" and (row is not None or area != unit))
            or _out_of_place(record.name, unit, write, row)
            or (record.name == "quarantined" and _not_theirs_to_say(role, area, unit, write, row))
            or (of_a_team and _not_for_the_lead(unit, member, write, row))
        ):
            return "not_allowed"
        if record.name == "member" and row is None and area == unit:
            authors.add(write.id)
        return ""

    return _remembered(allowed)


def _remembered(judge: Allowed) -> Allowed:
    """The same judge, who need not think twice.

    Of what is about villagers, type, area and author decide alone; and areas and authors only grow in number.
    """
    passed: set[tuple[str, bytes, bytes]] = set()

    def allowed(record: RecordType, area: bytes, write: Write, row: Row | None) -> str:
        asked = record.name, area, write.author
        if asked in passed:
            return ""
        code = judge(record, area, write, row)
        if not code and record.name in _ABOUT_VILLAGERS:
            passed.add(asked)
        return code

    return allowed
