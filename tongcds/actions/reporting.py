"""The own reports: what is due, drawing one up, handing it up, taking it back, correcting it.

What comes in from the units below, and deciding on it, is `actions.incoming`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, select

from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.domain.periods import Period, PeriodKind
from tongcds.domain.report_types import Level, ReportType, load_report_types, load_sections
from tongcds.domain.reporting import State, Word, state_before
from tongcds.domain.steps import last_words
from tongcds.domain.text import clean_lines
from tongcds.domain.views import EditUndo, Role
from tongcds.domain.views.report import Heading, Report
from tongcds.domain.views.reporting import LONGEST_REASON, LONGEST_SECTION, DueRow, ReportPage, Version
from tongcds.errors import UserError
from tongcds.i18n import language
from tongcds.records import record_type
from tongcds.reports.addressees import Addressee, Names, addressee_of
from tongcds.reports.periodic import Reporter, draw
from tongcds.storage import local
from tongcds.storage import reports as stored
from tongcds.storage.reports import Handed, Versions

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
_PEOPLE_READ: Final = frozenset({Level.TEAM, Level.COMMUNE})
_FIRST: Final = (State.RETURNED, State.OVERDUE, State.CONTRARY, State.DUE, State.WITHDRAWN)
_VILLAGE: Final = record_type("village").table.c
_TEAM: Final = record_type("team").table.c


@dataclass(frozen=True, slots=True)
class Drawn:
    """A report drawn up; `versions` are those handed up. `drafted`: its words are those of a draft."""

    report: Report
    versions: tuple[Version, ...]
    drafted: bool


def due(core: Core) -> tuple[DueRow, ...]:
    """The reports that the own unit owes or handed up lately, what has to be done first at the top."""
    who, on = names_of(core), core.today
    level = _level(core)
    author = core.author()
    with core.vault.read() as connection:
        begins = _first_day(connection, who.unit_id)
        since = on - timedelta(days=400)
        handed = stored.handed_up(connection, [who.unit_id], since=since)
        drafts = {draft.form for draft in local.load_drafts(connection, author)}
        rows = []
        for kind in load_report_types().values():
            if kind.level is not level:
                continue
            for period in kind.latest(on, _LOOKED_BACK.get(kind.period, 2)):
                versions = handed.get((who.unit_id, kind.code, period.last))
                if versions is None and not _is_chased(kind, period, begins, on):
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
                    )
                )
    return tuple(sorted(rows, key=_urgency))


def _is_chased(kind: ReportType, period: Period, begins: date | None, on: date) -> bool:
    if begins is not None and period.last < begins:
        return False
    if period.last > on:
        return kind.period is PeriodKind.MONTH or (period.last - on).days <= _LONG_DAYS
    return (on - period.last).days <= CHASED_DAYS


def _row(
    connection: Connection,
    who: Names,
    kind: ReportType,
    period: Period,
    *,
    versions: Versions | None,
    on: date,
    drafts: bool,
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
        reason="" if counting is None else reason_of(counting),
        drafted=drafts,
        **({} if counting is None else {"standing": counting.standing}),
    )


def reason_of(handed: Handed) -> str:
    """What the addressee said last."""
    reasons = [one.reason for one in last_words(handed.steps) if one.reason]
    return " / ".join(reasons)


def _urgency(row: DueRow) -> tuple[int, int]:
    place = _FIRST.index(row.state) if row.state in _FIRST else len(_FIRST)
    return place, -row.last.toordinal()


def drawn_up(core: Core, code: str, day: date | None = None) -> Drawn:
    """A report of the own unit over the period that a day lies in, with the words typed so far.

    Words are those of the draft, else of the version that was handed up last.

    Args:
        core: an open vault.
        code: the kind of report.
        day: a day of the period; where none is given the one that ended last.

    Raises:
        UserError: report_kind_unknown, report_unit_ended, report_period_ahead, report_without_district.
    """
    kind, period = _asked(core, code, day)
    who, author = names_of(core), core.author()
    with core.vault.read() as connection:
        saved = local.load_draft(connection, author, draft_name(kind, period))
        versions = stored.handed_up(connection, [who.unit_id], since=period.last).get(
            (who.unit_id, kind.code, period.last)
        )
        typed = _typed_of(saved)
        if saved is None and versions is not None:
            before = stored.content(connection, versions.counting.report_id)
            typed = {} if before is None else before.typed
    report = _draw(core, kind, period, typed)
    return Drawn(report, _versions(versions), saved is not None)


def keep_text(core: Core, code: str, day: date, typed: Mapping[str, str]) -> Changes:
    """Keep what was typed so far on this computer, for the person who is here.

    Raises:
        UserError: report_kind_unknown, report_section_unknown, text_too_long.
    """
    kind, period = _asked(core, code, day)
    content: dict[str, object] = {"typed": _checked(typed)}
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
        UserError: report_period_runs, report_too_long, and those of `drawn_up` and `keep_text`.
    """
    kind, period = _asked(core, code, day)
    if core.today < period.last:
        raise UserError("report_period_runs", period=kind.name_of(period), day=period.last)
    drawn = drawn_up(core, code, day)
    words = _checked(drawn.report.typed if typed is None else typed)
    report = _draw(core, kind, period, words)
    packed = stored.packed(report)
    who, author = names_of(core), core.author()
    hidden = kind.addressee in _PEOPLE_READ
    with core.vault.change(author) as change:
        addressee = addressee_of(change.connection, who, kind, period.last)
        versions = stored.handed_up(change.connection, [who.unit_id], since=period.last).get(
            (who.unit_id, kind.code, period.last)
        )
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


def withdraw(core: Core, report_id: bytes) -> tuple[EditUndo, Changes]:
    """Take a report back that was not accepted yet; it stays readable.

    Raises:
        UserError: report_unknown, report_not_yours, report_accepted, report_withdrawn.
    """
    who = core.credentials()
    with core.vault.change(core.author()) as change:
        handed, _versions_of = stored.one_report(change.connection, report_id)
        if handed.unit_id != who.unit_id:
            raise UserError("report_not_yours")
        if handed.state is State.ACCEPTED:
            raise UserError("report_accepted")
        if handed.state is State.WITHDRAWN:
            raise UserError("report_withdrawn")
        journal = Journal(change.writer)
        add_step(core, journal, handed, Word.WITHDRAWN, "")
        undo = journal.undo()
    return undo, Changes.of("report", "report_step")


def add_step(core: Core, journal: Journal, handed: Handed, word: Word, reason: str) -> bytes:
    """Write down a step that was taken after all that is known here."""
    return journal.create(
        "report_step",
        {
            "unit_id": handed.unit_id,
            "subject_id": handed.report_id,
            "word": word.value,
            "reason": reason or None,
            "on": core.today.isoformat(),
            "after": b"".join(one.step_id for one in last_words(handed.steps)) or None,
            "by_id": journal.writer.author,
        },
    )


def read(core: Core, report_id: bytes) -> ReportPage:
    """A report that was handed up, by whomever, with its steps and its other versions.

    Raises:
        UserError: report_unknown.
    """
    who = core.credentials()
    with core.vault.read() as connection:
        handed, versions = stored.one_report(connection, report_id)
        report = stored.content(connection, report_id)
    kind = load_report_types().get(handed.kind)
    period = Period(handed.first, handed.last)
    own, state = handed.unit_id == who.unit_id, handed.state
    counts = versions.counting.report_id == report_id or versions.twice
    return ReportPage(
        report_id=report_id,
        unit=handed.unit,
        name=handed.kind if kind is None else kind.name(language()),
        period=period.name if kind is None else kind.name_of(period),
        due_on=handed.due_on,
        handed_on=handed.handed_on,
        by=handed.by,
        addressee=handed.addressee,
        state=state,
        report=report,
        steps=handed.steps,
        versions=_versions(versions),
        may_decide=handed.addressee_id == who.unit_id and counts and state is not State.WITHDRAWN,
        may_withdraw=own and counts and state not in {State.ACCEPTED, State.WITHDRAWN},
        may_correct=own and counts and kind is not None,
        standing=handed.standing,
    )


def asked_of(core: Core, report_id: bytes) -> tuple[str, date]:
    """The kind of an own report and a day of its period, to draw up a corrected version of it.

    Raises:
        UserError: report_unknown, report_not_yours.
    """
    who = core.credentials()
    with core.vault.read() as connection:
        handed, _versions_of = stored.one_report(connection, report_id)
    if handed.unit_id != who.unit_id:
        raise UserError("report_not_yours")
    return handed.kind, handed.last


def all_ids(core: Core) -> tuple[bytes, ...]:
    """The reports that this computer holds, the own ones and others', the latest first."""
    with core.vault.read() as connection:
        handed = stored.handed_up(connection)
    return tuple(one.report_id for versions in handed.values() for one in versions.reports)


def names_of(core: Core) -> Names:
    """The own unit and those over it, as people call them."""
    who = core.credentials()
    return Names(who.unit_id, who.unit_name, who.commune_name, who.province_name)


def draft_name(kind: ReportType, period: Period) -> str:
    """Under what the draft of a report is kept."""
    return f"report {kind.code} {period.last.isoformat()}"


def the_kind(code: str) -> ReportType:
    """The kind of this code.

    Raises:
        UserError: report_kind_unknown.
    """
    kind = load_report_types().get(code)
    if kind is None:
        raise UserError("report_kind_unknown", code=code)
    return kind


def checked_line(reason: str) -> str:
    """A reason as it is kept.

    Raises:
        UserError: text_too_long.
    """
    words = clean_lines(reason)
    if len(words) > LONGEST_REASON:
        raise UserError("text_too_long", most=LONGEST_REASON)
    return words


def _checked(typed: Mapping[str, str]) -> dict[str, str]:
    known = {section.code for section in load_sections()}
    found = {}
    for code, text in typed.items():
        if code not in known:
            raise UserError("report_section_unknown", code=code)
        words = clean_lines(text)
        if len(words) > LONGEST_SECTION:
            raise UserError("text_too_long", most=LONGEST_SECTION)
        if words:
            found[code] = words
    return found


def _typed_of(saved: local.SavedDraft | None) -> dict[str, str]:
    typed = {} if saved is None else saved.content.get("typed")
    return {str(code): str(text) for code, text in typed.items()} if isinstance(typed, dict) else {}


def _asked(core: Core, code: str, day: date | None) -> tuple[ReportType, Period]:
    kind = the_kind(code)
    if kind.level is not _level(core):
        raise UserError("report_kind_unknown", code=code)
    period = kind.period_of(core.today if day is None else day)
    if day is None and period.last > core.today:
        period = kind.before(period)
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
    with core.vault.count() as connection:
        addressee: Addressee = addressee_of(connection, names, kind, period.last)
        heading = Heading(
            kind.level.value, names.unit, names.commune, names.province, addressee.name, who.person
        )
        reporter = Reporter(names.unit_id, heading, holds_records=kind.level in _PEOPLE_READ)
        return draw(connection, reporter, kind, period, core.today, typed=typed)


def _versions(versions: Versions | None) -> tuple[Version, ...]:
    if versions is None:
        return ()
    return tuple(
        Version(one.report_id, one.handed_on, one.by, one.state, counts=one is versions.counting)
        for one in versions.reports
    )


def _first_day(connection: Connection, unit_id: bytes) -> date | None:
    """The first day on which the unit, or its team, was there; None where nobody wrote it down."""
    begun = connection.execute(select(_VILLAGE.valid_from).where(_VILLAGE.id == unit_id)).scalar()
    decided = (
        connection.execute(
            select(_TEAM.decided_on)
            .where(_TEAM.unit_id == unit_id, _TEAM.deleted == 0, _TEAM.decided_on.is_not(None))
            .order_by(_TEAM.decided_on)
        )
        .scalars()
        .first()
    )
    days = [date.fromisoformat(day) for day in (begun, decided) if day]
    return max(days) if days else None
