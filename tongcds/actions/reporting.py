"""The own reports: what is due, drawing one up, typing into it, handing it up.

What becomes of a report afterwards is `actions.handed`'s; what comes in from the units below
`actions.incoming`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from tongcds.actions import proposing
from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.domain.periods import Period, PeriodKind
from tongcds.domain.report_requests import code_of
from tongcds.domain.report_types import (
    READ_PERSONS,
    About,
    Level,
    ReportType,
    load_causes,
    load_sections,
)
from tongcds.domain.reporting import State, state_before
from tongcds.domain.text import clean_lines
from tongcds.domain.views import EditUndo, Role
from tongcds.domain.views.report import Heading, Report, cause_key, reason_key
from tongcds.domain.views.reporting import LONGEST_SECTION, DueRow
from tongcds.errors import UserError
from tongcds.i18n import language
from tongcds.reports import units
from tongcds.reports.addressees import Names, addressee_of
from tongcds.reports.comparison import draw_comparison, plan_of
from tongcds.reports.periodic import Reporter, draw
from tongcds.storage import local
from tongcds.storage import reports as stored
from tongcds.storage.report_requests import kinds, requests
from tongcds.storage.reports import Versions

LEVEL_OF: Final = MappingProxyType(
    {
        Role.TEAM: Level.TEAM,
        Role.COMMUNE: Level.COMMUNE,
        Role.AREA: Level.DISTRICT,
        Role.PROVINCE: Level.PROVINCE,
    }
)
"""At which level somebody of a role reports; an area stands where a district stood."""

CHASED_DAYS: Final = 100
"""A report that nobody handed up so long after its period is history; it can still be drawn up."""

_LOOKED_BACK: Final = MappingProxyType({PeriodKind.MONTH: 5, PeriodKind.QUARTER: 3})
_LONG_DAYS: Final = 45  # a year that still runs for longer is nothing to think of yet
_FIRST: Final = (State.RETURNED, State.OVERDUE, State.CONTRARY, State.DUE, State.WITHDRAWN)


def due(core: Core) -> tuple[DueRow, ...]:
    """The reports that the own unit owes or handed up lately, what has to be done first at the top."""
    who, on = names_of(core), core.today
    level = _level(core)
    author = core.author()
    with core.vault.read() as connection:
        begins = units.first_day(connection, who.unit_id)
        since = on - timedelta(days=400)
        handed = stored.handed_up(connection, [who.unit_id], since=since)
        drafts = {draft.form for draft in local.load_drafts(connection, author)}
        rows = []
        asked = {code_of(one.request_id): one for one in requests(connection)}
        for kind in kinds(connection).values():
            request = asked.get(kind.code)
            if kind.level is not level or (request is not None and not request.asks(who.unit_id)):
                continue
            for period in kind.latest(on, _LOOKED_BACK.get(kind.period, 2)):
                versions = handed.get((who.unit_id, kind.code, period.last))
                if versions is None and not (
                    _is_chased(kind, period, begins, on) and _is_owed(connection, who.unit_id, kind, period)
                ):
                    continue
                rows.append(
                    _row(
                        connection,
                        who,
                        kind,
                        period,
                        versions=versions,
                        on=on,
                        drafts=draft_name(kind, period) in drafts,
                        asks="" if request is None else request.text,
                    )
                )
    return tuple(sorted(rows, key=_urgency))


def _is_chased(kind: ReportType, period: Period, begins: date | None, on: date) -> bool:
    if begins is not None and period.last < begins:
        return False
    if period.last > on:
        return (
            kind.given is not None or kind.period is PeriodKind.MONTH or (period.last - on).days <= _LONG_DAYS
        )
    return (on - period.last).days <= CHASED_DAYS


def _is_owed(connection: Connection, unit_id: bytes, kind: ReportType, period: Period) -> bool:
    """A comparison of plan and result is owed by whoever was given a plan."""
    return kind.about is About.FIGURES or bool(plan_of(connection, unit_id, period))


def _row(
    connection: Connection,
    who: Names,
    kind: ReportType,
    period: Period,
    *,
    versions: Versions | None,
    on: date,
    drafts: bool,
    asks: str,
) -> DueRow:
    due_on = kind.due_on(period)
    counting = versions.counting if versions is not None else None
    if counting is None:
        addressee, state = (
            addressee_of(connection, who, kind, period.last).name,
            state_before(period.last, due_on, on),
        )
    else:
        addressee, state = counting.addressee, counting.state
    return DueRow(
        kind=kind.code,
        name=kind.name(language()),
        period=kind.name_of(period),
        first=period.first,
        last=period.last,
        due_on=(counting.due_on if counting is not None else None) or due_on,
        addressee=addressee,
        state=state,
        report_id=None if counting is None else counting.report_id,
        handed_on=None if counting is None else counting.handed_on,
        versions=0 if versions is None else len(versions.reports),
        twice=versions is not None and versions.twice,
        reason="" if counting is None else counting.reason,
        drafted=drafts,
        asks=asks,
        **({} if counting is None else {"standing": counting.standing}),
    )


def _urgency(row: DueRow) -> tuple[int, int]:
    place = _FIRST.index(row.state) if row.state in _FIRST else len(_FIRST)
    return place, -row.last.toordinal()


def drawn_up(core: Core, code: str, day: date | None = None) -> Report:
    """A report of the own unit over the period that a day lies in, with the words typed so far.

    Args:
        core: an open vault.
        code: the kind of report.
        day: a day of the period; where none is given the one that ended last.

    Raises:
        UserError: report_kind_unknown, report_unit_ended, report_period_ahead, report_without_district.
    """
    kind, period = _asked(core, code, day)
    return _draw(core, kind, period, _typed_so_far(core, kind, period))


def keep_text(core: Core, code: str, day: date, typed: Mapping[str, str]) -> Changes:
    """Keep what was typed so far on this computer, for the person who is here.

    Raises:
        UserError: report_kind_unknown, report_section_unknown, report_cause_unknown, text_too_long.
    """
    kind, period = _asked(core, code, day)
    content: dict[str, object] = {"typed": _checked(kind, typed)}
    author, draft = core.author(), local.SavedDraft(draft_name(kind, period), core.now(), content)
    with core.vault.write() as connection:
        local.save_draft(connection, author, draft)
    return Changes.of("report")


def hand_up(
    core: Core, code: str, day: date, typed: Mapping[str, str] | None = None
) -> tuple[bytes, EditUndo, Changes]:
    """Freeze the report with its figures and hand it up; a version that was handed up is corrected by it.

    Args:
        core: an open vault.
        code: the kind of report.
        day: a day of the period.
        typed: words by section; None takes those of the draft.

    Raises:
        UserError: report_period_runs, report_too_long, report_without_targets, report_reason_untold for a
            target that is not reached, and those of `drawn_up` and `keep_text`.
    """
    kind, period = _asked(core, code, day)
    if core.today < period.last:
        raise UserError("report_period_runs", period=kind.name_of(period), day=period.last)
    words = _checked(kind, _typed_so_far(core, kind, period) if typed is None else typed)
    report = _draw(core, kind, period, words)
    _require_reasons(kind, report)
    packed = stored.packed(report)
    who, author = names_of(core), core.author()
    hidden = kind.addressee in READ_PERSONS
    with core.vault.change(author) as change:
        addressee = addressee_of(change.connection, who, kind, period.last)
        versions = stored.versions_of(change.connection, who.unit_id, kind.code, period.last)
        journal = Journal(change.writer)
        made = journal.create(
            "report",
            {
                "unit_id": who.unit_id,
                "unit": who.unit,
                "kind": kind.code,
                "first": period.first.isoformat(),
                "last": period.last.isoformat(),
                "addressee_id": addressee.unit_id,
                "addressee": addressee.name,
                "due_on": report.due_on.isoformat(),
                "handed_on": core.today.isoformat(),
                "corrects_id": None if versions is None else versions.counting.report_id,
                "by_id": author,
                "content": None if hidden else packed,
            },
        )
        if hidden:
            journal.create("report_content", {"unit_id": who.unit_id, "report_id": made, "content": packed})
        local.drop_draft(change.connection, author, draft_name(kind, period))
        undo = journal.undo()
    return made, undo, Changes.of("report")


def names_of(core: Core) -> Names:
    """The own unit and those over it, as people call them."""
    who = core.credentials()
    return Names(who.unit_id, who.unit_name, who.commune_name, who.province_name)


def draft_name(kind: ReportType, period: Period) -> str:
    """Under what the draft of a report is kept."""
    return f"report {kind.code} {period.last.isoformat()}"


def the_kind(core: Core, code: str) -> ReportType:
    """The kind of this code, of the table or asked for once.

    Raises:
        UserError: report_kind_unknown.
    """
    with core.vault.read() as connection:
        kind = kinds(connection).get(code)
    if kind is None:
        raise UserError("report_kind_unknown", code=code)
    return kind


def _require_reasons(kind: ReportType, report: Report) -> None:
    if kind.about is not About.TARGETS:
        return
    if not report.targets:
        raise UserError("report_without_targets", unit=report.heading.unit)
    untold = [one.row.name for one in report.targets if one.falls_short and not one.is_explained]
    if untold:
        raise UserError("report_reason_untold", names=", ".join(untold))


def _checked(kind: ReportType, typed: Mapping[str, str]) -> dict[str, str]:
    known = {section.code for section in load_sections(kind.about)}
    found = {}
    for code, text in typed.items():
        words = clean_lines(text)
        if kind.about is About.TARGETS and code.startswith(cause_key("")):
            if words and words not in load_causes():
                raise UserError("report_cause_unknown", code=words)
        elif code not in known and not (kind.about is About.TARGETS and code.startswith(reason_key(""))):
            raise UserError("report_section_unknown", code=code)
        if len(words) > LONGEST_SECTION:
            raise UserError("text_too_long", most=LONGEST_SECTION)
        if words:
            found[code] = words
    return found


def _typed_so_far(core: Core, kind: ReportType, period: Period) -> dict[str, str]:
    """The words of the draft, else of the version that was handed up last, else what difficulties offer."""
    who, author = core.credentials(), core.author()
    with core.vault.read() as connection:
        saved = local.load_draft(connection, author, draft_name(kind, period))
        if saved is not None:
            return _typed_of(saved)
        versions = stored.versions_of(connection, who.unit_id, kind.code, period.last)
        before = None if versions is None else stored.content(connection, versions.counting.report_id)
    if versions is None and kind.about is About.FIGURES:
        offered = proposing.proposal(core, period)
        return {offered.section: offered.text} if offered.lines else {}
    return {} if before is None else before.typed


def _typed_of(saved: local.SavedDraft) -> dict[str, str]:
    typed = saved.content.get("typed")
    return {str(code): str(text) for code, text in typed.items()} if isinstance(typed, dict) else {}


def _asked(core: Core, code: str, day: date | None) -> tuple[ReportType, Period]:
    kind = the_kind(core, code)
    if kind.level is not _level(core):
        raise UserError("report_kind_unknown", code=code)
    period = kind.period_asked(day, core.today)
    if not kind.holds_for(period.last):
        raise UserError("report_kind_over", name=kind.name(language()), day=period.last)
    return kind, period


def _level(core: Core) -> Level:
    role = Role(core.credentials().role)
    if role not in LEVEL_OF:
        raise UserError("report_kind_unknown", code=role.value)
    return LEVEL_OF[role]


def _draw(core: Core, kind: ReportType, period: Period, typed: Mapping[str, str]) -> Report:
    who, names = core.whoami(), names_of(core)
    with core.counting() as connection:
        addressee = addressee_of(connection, names, kind, period.last)
        heading = Heading(
            kind.level.value, names.unit, names.commune, names.province, addressee.name, who.person
        )
        reporter = Reporter(names.unit_id, heading, holds_records=kind.level in READ_PERSONS)
        drawn_by = draw_comparison if kind.about is About.TARGETS else draw
        return drawn_by(connection, reporter, kind, period, core.today, typed=typed)
