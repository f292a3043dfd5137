"""What members of teams and offices have learnt themselves, and what each lacks of their own courses."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from tongcds.domain.training import Ability, Audience, Phase, State, courses_in_force
from tongcds.domain.views.training import MemberSkills
from tongcds.storage.members import staff
from tongcds.storage.trainings import ATTENDANCE, CHECK, planned

_LOOKED_AT: Final = (Phase.AFTER.value, Phase.LATER.value)
_CAN: Final = frozenset({Ability.ALONE.value, Ability.HELPED.value})


def member_skills(connection: Connection, on: date) -> tuple[MemberSkills, ...]:
    """Everybody who belongs to a team or an office on this day; who lacks most is first."""
    known = staff(connection, on)
    ids = {one.member_id for one in known}
    wanted = {audience: _skills_of(audience, on) for audience in (Audience.TEAM, Audience.OFFICIALS)}
    held = {
        one.training_id
        for one in planned(connection)
        if one.audience is not Audience.CITIZENS and one.state is not State.CANCELLED
    }
    came: defaultdict[bytes, set[bytes]] = defaultdict(set)
    there = select(ATTENDANCE.c.training_id, ATTENDANCE.c.subject_id).where(
        ATTENDANCE.c.deleted == 0, ATTENDANCE.c.erased.is_(None), ATTENDANCE.c.here == 1
    )
    for training, subject in connection.execute(there):
        if subject in ids and training in held:
            came[subject].add(training)
    latest: dict[tuple[bytes, str], str] = {}
    checks = select(CHECK.c.subject_id, CHECK.c.skill, CHECK.c.result).where(
        CHECK.c.deleted == 0, CHECK.c.phase.in_(_LOOKED_AT)
    )
    for subject, skill, result in connection.execute(checks.order_by(CHECK.c.stamp, CHECK.c.id)):
        if subject in ids:
            latest[subject, skill] = result
    found = []
    for one in known:
        asked = wanted[Audience.TEAM if one.in_team else Audience.OFFICIALS]
        can = tuple(skill for skill in asked if latest.get((one.member_id, skill)) in _CAN)
        lacks = tuple(skill for skill in asked if skill not in can)
        found.append(MemberSkills(one.member_id, one.name, one.unit, len(came[one.member_id]), can, lacks))
    return tuple(sorted(found, key=lambda one: (-len(one.lacks), one.unit)))


def _skills_of(audience: Audience, on: date) -> tuple[str, ...]:
    """What the courses for them teach, each once."""
    taught = (
        skill for course in courses_in_force(on) if course.audience is audience for skill in course.skills
    )
    return tuple(dict.fromkeys(taught))
