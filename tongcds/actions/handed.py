"""Reports that were handed up, by whomever: reading one, taking an own one back, deciding on another unit's.

Drawing one up is `actions.reporting`'s, the lists of those that came in are `actions.incoming`'s.
"""

from __future__ import annotations

from datetime import date

from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.domain.periods import Period
from tongcds.domain.reporting import State, Word
from tongcds.domain.steps import last_words
from tongcds.domain.text import clean_lines
from tongcds.domain.views import EditUndo
from tongcds.domain.views.reporting import LONGEST_REASON, ReportPage, Version
from tongcds.errors import UserError
from tongcds.i18n import language
from tongcds.storage import reports as stored
from tongcds.storage.report_requests import kinds
from tongcds.storage.reports import Handed


def read(core: Core, report_id: bytes) -> ReportPage:
    """A report with what was said of it and its other versions.

    Raises:
        UserError: report_unknown.
    """
    who = core.credentials()
    with core.vault.read() as connection:
        handed, versions = stored.one_report(connection, report_id)
        report = stored.content(connection, report_id)
        kind = kinds(connection).get(handed.kind)
    period = Period(handed.first, handed.last)
    own, state = handed.unit_id == who.unit_id, handed.state
    counts = versions.counting.report_id == report_id or versions.twice
    return ReportPage(
        report_id=report_id,
        unit=handed.unit,
        name=kind.name(language()) if kind is not None else handed.kind if report is None else report.title,
        period=period.name if kind is None else kind.name_of(period),
        due_on=handed.due_on,
        handed_on=handed.handed_on,
        by=handed.by,
        addressee=handed.addressee,
        state=state,
        report=report,
        steps=handed.steps,
        versions=tuple(
            Version(one.report_id, one.handed_on, one.by, one.state, counts=one is versions.counting)
            for one in versions.reports
        ),
        may_decide=handed.addressee_id == who.unit_id and counts and state is not State.WITHDRAWN,
        may_withdraw=own and counts and not handed.locked and state is not State.WITHDRAWN,
        may_correct=own and counts and kind is not None,
        standing=handed.standing,
    )


def all_ids(core: Core) -> tuple[bytes, ...]:
    """The reports that this computer holds, the own ones and others', the latest first."""
    with core.vault.read() as connection:
        handed = stored.handed_up(connection)
    return tuple(one.report_id for versions in handed.values() for one in versions.reports)


def kind_and_day(core: Core, report_id: bytes) -> tuple[str, date]:
    """The kind of an own report and a day of its period, to draw up a corrected version of it.

    Raises:
        UserError: report_unknown, report_not_yours.
    """
    who = core.credentials()
    with core.vault.read() as connection:
        handed, _versions = stored.one_report(connection, report_id)
    if handed.unit_id != who.unit_id:
        raise UserError("report_not_yours")
    return handed.kind, handed.last


def withdraw(core: Core, report_id: bytes) -> tuple[EditUndo, Changes]:
    """Take an own report back that is not accepted; it stays readable.

    Raises:
        UserError: report_unknown, report_not_yours, report_accepted, report_withdrawn.
    """
    who = core.credentials()
    with core.vault.change(core.author()) as change:
        handed, _versions = stored.one_report(change.connection, report_id)
        if handed.unit_id != who.unit_id:
            raise UserError("report_not_yours")
        if handed.locked:
            raise UserError("report_accepted")
        if handed.state is State.WITHDRAWN:
            raise UserError("report_withdrawn")
        undo = _take_step(core, Journal(change.writer), handed, Word.WITHDRAWN, "")
    return undo, Changes.of("report", "report_step")


def decide(core: Core, report_id: bytes, word: Word, reason: str = "") -> tuple[EditUndo, Changes]:
    """Say that a report is being looked at, return it with a reason, or accept it, which locks it.

    Raises:
        UserError: report_unknown, report_not_yours, report_reason_missing, text_too_long, report_withdrawn,
            report_corrected, report_said_already.
    """
    who, words = core.credentials(), clean_lines(reason)
    if len(words) > LONGEST_REASON:
        raise UserError("text_too_long", most=LONGEST_REASON)
    if word is Word.RETURNED and not words:
        raise UserError("report_reason_missing")
    with core.vault.change(core.author()) as change:
        handed, versions = stored.one_report(change.connection, report_id)
        if word in {Word.WITHDRAWN, Word.REFUSED} or handed.addressee_id != who.unit_id:
            raise UserError("report_not_yours")
        if handed.state is State.WITHDRAWN:
            raise UserError("report_withdrawn")
        if versions.counting.report_id != report_id and not versions.twice:
            raise UserError("report_corrected")
        if handed.state == word.value:
            raise UserError("report_said_already")
        undo = _take_step(core, Journal(change.writer), handed, word, words)
    return undo, Changes.of("report", "report_step")


def _take_step(core: Core, journal: Journal, handed: Handed, word: Word, reason: str) -> EditUndo:
    """Write down a step that was taken after all that is known here."""
    journal.create(
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
    return journal.undo()
