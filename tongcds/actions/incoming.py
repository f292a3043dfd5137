"""Reports of the units below: who handed one up and in time, and how many wait for a decision here.

Deciding on one is `actions.handed`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Connection

from tongcds.actions import proposals, reporting
from tongcds.actions.core import Core
from tongcds.actions.report_requests import may_ask
from tongcds.domain.periods import Period
from tongcds.domain.report_requests import code_of
from tongcds.domain.report_types import Level, ReportType
from tongcds.domain.reporting import OPEN, TO_DECIDE, State, state_before
from tongcds.domain.views import Role
from tongcds.domain.views.reporting import (
    Completeness,
    CycleView,
    IncomingRow,
    IncomingView,
    Reminders,
    came_late,
)
from tongcds.errors import UserError
from tongcds.i18n import language
from tongcds.protocol.messages import Credentials
from tongcds.reports import places, units
from tongcds.storage import reports as stored
from tongcds.storage.report_requests import kinds as all_kinds
from tongcds.storage.report_requests import requests
from tongcds.storage.reports import Versions

_BELOW: Final = {
    Role.COMMUNE: (Level.TEAM,),
    Role.AREA: (Level.COMMUNE,),
    Role.PROVINCE: (Level.COMMUNE, Level.DISTRICT),
}
_CHOICES: Final = 8


def cycle(core: Core) -> CycleView:
    """Báo cáo: the own reports, and those of the units below over the period that ended last."""
    who = core.credentials()
    below = incoming(core) if Role(who.role) in _BELOW else None
    asked = proposals.waiting(core)
    return CycleView(core.today, who.unit_name, reporting.due(core), below, may_ask(core), asked)


def reminders(core: Core) -> Reminders:
    """What Hôm nay says: own reports that are due or came back, and what waits for a decision here."""
    who = core.credentials()
    mine = tuple(row for row in reporting.due(core) if row.state in OPEN)
    with core.vault.read() as connection:
        handed = stored.handed_up(connection, since=core.today - timedelta(days=reporting.CHASED_DAYS))
    waiting = [
        versions
        for versions in handed.values()
        if versions.counting.addressee_id == who.unit_id and versions.counting.state in TO_DECIDE
    ]
    return Reminders(mine, len(waiting), proposals.waiting(core))


def incoming(core: Core, code: str = "", day: date | None = None) -> IncomingView:
    """Who of the units below has handed up a report over a period, and how it stands.

    Args:
        core: an open vault.
        code: the kind of report; the first of the level below where none is given.
        day: a day of the period; where none is given the one that ended last.

    Raises:
        UserError: report_kind_unknown, report_nobody_below.
    """
    who, on = core.credentials(), core.today
    kinds = _kinds_below(core, who, on)
    kind = reporting.the_kind(core, code) if code else kinds[0]
    if kind not in kinds:
        raise UserError("report_kind_unknown", code=code)
    period = kind.period_asked(day, on)
    with core.vault.read() as connection:
        below = _asked(connection, kind, _expected(connection, who, kind, min(period.last, on)))
        handed = stored.handed_up(connection, [unit for unit, _name in below], since=period.last)
        under = _under(connection, [unit for unit, _name in below], kind, period)
    rows = [
        _row(
            who,
            (kind, period),
            (unit, name),
            versions=handed.get((unit, kind.code, period.last)),
            on=on,
            under=under.get(unit, (0, 0)),
        )
        for unit, name in below
    ]
    choices = [one for one in kind.latest(on, _CHOICES) if one.first <= on]
    return IncomingView(
        kind=kind.code,
        name=kind.name(language()),
        period=kind.name_of(period),
        first=period.first,
        last=period.last,
        due_on=kind.due_on(period),
        rows=tuple(rows),
        sums=_sums(rows),
        kinds=tuple((one.code, one.name(language())) for one in kinds),
        periods=tuple((one.last, kind.name_of(one)) for one in choices),
    )


def _kinds_below(core: Core, who: Credentials, on: date) -> list[ReportType]:
    levels = _BELOW.get(Role(who.role), ())
    with core.vault.read() as connection:
        known = all_kinds(connection)
    kinds = [
        kind
        for kind in known.values()
        if kind.level in levels and any(True for _period in kind.latest(on, _CHOICES))
    ]
    if not kinds:
        raise UserError("report_nobody_below")
    return kinds


def _expected(
    connection: Connection, who: Credentials, kind: ReportType, on: date
) -> Sequence[tuple[bytes, str]]:
    """The units that owe a report: areas, communes, or the villages that have a team, as far as is known."""
    if kind.level is Level.DISTRICT:
        return units.areas(connection, on)
    place = places.place(connection, who.unit_id, on)
    below = () if place is None else place.below
    if Role(who.role) is not Role.COMMUNE:
        return below
    with_team = units.team_counts(connection, [unit for unit, _name in below])
    return [one for one in below if one[0] in with_team] if with_team else below


def _asked(
    connection: Connection, kind: ReportType, below: Sequence[tuple[bytes, str]]
) -> Sequence[tuple[bytes, str]]:
    """Of a report that was asked for once: the units that were."""
    found = next((one for one in requests(connection) if code_of(one.request_id) == kind.code), None)
    return below if found is None else [one for one in below if found.asks(one[0])]


def _under(
    connection: Connection, communes: Sequence[bytes], kind: ReportType, period: Period
) -> Mapping[bytes, tuple[int, int]]:
    """Of each commune: its villages, and those whose team has handed up a report over the same period."""
    if kind.level is not Level.COMMUNE:
        return {}
    villages = units.villages_in(connection, communes, period.last)
    of_teams = {code for code, one in all_kinds(connection).items() if one.level is Level.TEAM}
    handed = {
        unit
        for (unit, code, last), versions in stored.handed_up(
            connection, list(villages), since=period.last
        ).items()
        if last == period.last and code in of_teams and versions.counting.state is not State.WITHDRAWN
    }
    found: dict[bytes, tuple[int, int]] = {}
    for village, (_name, commune) in villages.items():
        all_of, there = found.get(commune, (0, 0))
        found[commune] = all_of + 1, there + (village in handed)
    return found


def _row(
    who: Credentials,
    asked: tuple[ReportType, Period],
    unit: tuple[bytes, str],
    *,
    versions: Versions | None,
    on: date,
    under: tuple[int, int],
) -> IncomingRow:
    kind, period = asked
    due_on = kind.due_on(period)
    if versions is None:
        state = state_before(period.last, due_on, on)
        return IncomingRow(*unit, state, due_on, below=under[0], below_in=under[1])
    counting = versions.counting
    return IncomingRow(
        *unit,
        counting.state,
        counting.due_on or due_on,
        report_id=counting.report_id,
        handed_on=counting.handed_on,
        versions=len(versions.reports),
        twice=versions.twice,
        reason=counting.reason,
        decides=counting.addressee_id == who.unit_id,
        below=under[0],
        below_in=under[1],
        standing=counting.standing,
    )


def _sums(rows: Sequence[IncomingRow]) -> Completeness:
    handed = [row for row in rows if row.report_id is not None and row.state is not State.WITHDRAWN]
    return Completeness(
        units=len(rows),
        handed=len(handed),
        in_time=sum(not came_late(row) for row in handed),
        accepted=sum(row.state is State.ACCEPTED for row in handed),
    )
