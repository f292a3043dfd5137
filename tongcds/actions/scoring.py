"""Scoring in a campaign: own points with evidence, handing the sheet up, appraising it, deciding, publishing.

Each score is a record of its own, so two who score at once are both heard; what they say differently has to
be settled before a sheet goes up or is decided. A decided sheet is frozen until its addressee returns it.
How sheets stand is read by `actions.score_sheets`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection

from tongcds.actions.campaigns import Known, the_campaign
from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.actions.score_sheets import (
    appraisals,
    is_open,
    own_scores,
    own_sheet,
    taking_part,
    the_sheet,
    totals_of,
)
from tongcds.domain.emulation import (
    DECIMALS,
    LONGEST_TEXT,
    NOT_SCORED,
    Campaign,
    Criterion,
    ResultContent,
    Scored,
    SheetContent,
    SheetLine,
    placed,
    versions_of,
)
from tongcds.domain.reporting import State, Word
from tongcds.domain.steps import last_words
from tongcds.domain.text import clean_lines
from tongcds.domain.views import EditUndo
from tongcds.domain.views.reporting import LONGEST_REASON
from tongcds.errors import UserError
from tongcds.protocol.messages import Credentials
from tongcds.records import Value
from tongcds.storage import emulation as stored
from tongcds.storage.emulation import SaidScore, Sheet


def score(
    core: Core, campaign_id: bytes, criterion: str, points: Decimal, evidence: str = ""
) -> tuple[EditUndo, Changes]:
    """Score the own unit by one criterion; whoever scores again knows what was said before.

    Raises:
        UserError: campaign_unknown, campaign_not_about_you, criterion_unknown, points_outside, text_too_long,
            sheet_handed_up.
    """
    who = core.credentials()
    with core.vault.change(core.author()) as change:
        found = taking_part(change.connection, who, core.today, campaign_id)
        if not is_open(found, found.of_unit(who.unit_id)):
            raise UserError("sheet_handed_up")
        said = own_scores(stored.scores(change.connection, found.ids), who.unit_id)
        journal = Journal(change.writer)
        one = _the_criterion(found.campaign, criterion)
        values: dict[str, Value] = {"unit_id": who.unit_id, "from_id": who.unit_id}
        values["campaign_id"] = found.campaign.campaign_id
        _say(core, journal, said.get(criterion, NOT_SCORED), one, points=points, text=evidence, values=values)
        undo = journal.undo()
    return undo, Changes.of("campaign_score")


def hand_up(core: Core, campaign_id: bytes) -> tuple[bytes, EditUndo, Changes]:
    """Freeze the own scores with their figures and send them to whoever set the campaign.

    Raises:
        UserError: campaign_unknown, campaign_not_about_you, sheet_handed_up, criteria_missing,
            scores_contrary, points_outside, report_too_long.
    """
    view, who, author = own_sheet(core, campaign_id), core.credentials(), core.author()
    if not view.may_score:
        raise UserError("sheet_handed_up")
    _require_whole([(line.criterion, line.own) for line in view.lines])
    lines = tuple(
        SheetLine(line.criterion, line.own.points or Decimal(0), line.own.text, line.figure)
        for line in view.lines
    )
    for line in lines:
        _within(line.criterion, line.points)
    with core.vault.change(author) as change:
        found = taking_part(change.connection, who, core.today, campaign_id)
        before = last_words(one for one in found.sheets if one.unit_id == view.unit_id)
        journal = Journal(change.writer)
        made = journal.create(
            "campaign_sheet",
            {
                "unit_id": view.unit_id,
                "unit": view.unit,
                "campaign_id": found.campaign.campaign_id,
                "addressee_id": found.campaign.unit_id,
                "handed_on": core.today.isoformat(),
                "content": stored.packed(SheetContent(found.campaign.title, lines)),
                "after": b"".join(one.sheet_id for one in before) or None,
                "by_id": author,
            },
        )
        undo = journal.undo()
    return made, undo, Changes.of("campaign_sheet")


def withdraw_sheet(core: Core, sheet_id: bytes) -> tuple[EditUndo, Changes]:
    """Take the own sheet back before it is decided, to score again.

    Raises:
        UserError: sheet_unknown, sheet_not_yours, sheet_decided, sheet_said_already.
    """
    who = core.credentials()
    with core.vault.change(core.author()) as change:
        _found, one = the_sheet(change.connection, who, core.today, sheet_id)
        if one.unit_id != who.unit_id:
            raise UserError("sheet_not_yours")
        if one.locked:
            raise UserError("sheet_decided")
        if one.state is State.WITHDRAWN:
            raise UserError("sheet_said_already")
        journal = Journal(change.writer)
        _step(core, journal, one, Word.WITHDRAWN, "")
        undo = journal.undo()
    return undo, Changes.of("campaign_sheet", "report_step")


def appraise(
    core: Core, sheet_id: bytes, criterion: str, points: Decimal, reason: str = ""
) -> tuple[EditUndo, Changes]:
    """Say what one criterion of a sheet is worth; where that differs from the own score, with a reason.

    Raises:
        UserError: sheet_unknown, sheet_not_yours, sheet_decided, criterion_unknown, points_outside,
            appraisal_reason_missing, text_too_long.
    """
    who = core.credentials()
    with core.vault.change(core.author()) as change:
        _found, one, said = _appraised_by_us(change.connection, who, core.today, sheet_id)
        line = next((line for line in one.content.lines if line.criterion.code == criterion), None)
        if line is None:
            raise UserError("criterion_unknown", code=criterion)
        if points != line.points and not clean_lines(reason):
            raise UserError("appraisal_reason_missing", name=line.criterion.name)
        journal = Journal(change.writer)
        before = said.get(criterion, NOT_SCORED)
        _say(core, journal, before, line.criterion, points=points, text=reason, values=_about(one))
        undo = journal.undo()
    return undo, Changes.of("campaign_score")


def agree(core: Core, sheet_id: bytes) -> tuple[EditUndo, Changes]:
    """Appraise every criterion that nobody has appraised yet at the unit's own score.

    What a sheet that was returned was appraised at stays, where its unit scored the same again.

    Raises:
        UserError: sheet_unknown, sheet_not_yours, sheet_decided.
    """
    who = core.credentials()
    with core.vault.change(core.author()) as change:
        found, one, said = _appraised_by_us(change.connection, who, core.today, sheet_id)
        before = _appraised_before(found, one, stored.scores(change.connection, found.ids))
        journal = Journal(change.writer)
        for line in one.content.lines:
            if line.criterion.code not in said:
                points, text = before.get((line.criterion.code, line.points), (line.points, ""))
                _say(core, journal, NOT_SCORED, line.criterion, points=points, text=text, values=_about(one))
        undo = journal.undo()
    return undo, Changes.of("campaign_score")


def decide(core: Core, sheet_id: bytes, word: Word, reason: str = "") -> tuple[EditUndo, Changes]:
    """Decide a sheet once every criterion is appraised, or return it with a reason; that opens it again.

    Raises:
        UserError: sheet_unknown, sheet_not_yours, sheet_said_already, sheet_withdrawn,
            report_reason_missing, text_too_long; to decide: criteria_missing, scores_contrary.
    """
    who, words = core.credentials(), clean_lines(reason)
    if len(words) > LONGEST_REASON:
        raise UserError("text_too_long", most=LONGEST_REASON)
    if word is Word.RETURNED and not words:
        raise UserError("report_reason_missing")
    with core.vault.change(core.author()) as change:
        found, one = the_sheet(change.connection, who, core.today, sheet_id)
        if one.addressee_id != who.unit_id or word not in {Word.ACCEPTED, Word.RETURNED}:
            raise UserError("sheet_not_yours")
        if one.state is State.WITHDRAWN:
            raise UserError("sheet_withdrawn")
        if one.state == word.value:
            raise UserError("sheet_said_already")
        if word is Word.ACCEPTED:
            said = appraisals(stored.scores(change.connection, found.ids), one.sheet_id)
            lines = one.content.lines
            _require_whole([(line.criterion, said.get(line.criterion.code, NOT_SCORED)) for line in lines])
        journal = Journal(change.writer)
        _step(core, journal, one, word, words)
        undo = journal.undo()
    return undo, Changes.of("campaign_sheet", "report_step")


def publish(core: Core, campaign_id: bytes) -> tuple[bytes, EditUndo, Changes]:
    """Publish the final scores and places to all who take part; again, it stands in for what was published.

    Raises:
        UserError: campaign_unknown, campaign_not_yours, result_empty, result_twice, report_too_long.
    """
    who, author = core.credentials(), core.author()
    with core.vault.change(author) as change:
        found = the_campaign(change.connection, who, core.today, campaign_id)
        if found.campaign.unit_id != who.unit_id:
            raise UserError("campaign_not_yours")
        said = stored.scores(change.connection, found.ids)
        totals, missing = totals_of(found, said)
        if not totals:
            raise UserError("result_empty")
        content = ResultContent(found.campaign.title, found.campaign.criteria, placed(totals), missing)
        journal = Journal(change.writer)
        made = journal.create(
            "campaign_result",
            {
                "unit_id": who.unit_id,
                "campaign_id": found.campaign.campaign_id,
                "content": stored.packed_result(content),
                "on": core.today.isoformat(),
                "after": b"".join(one.result_id for one in last_words(found.results)) or None,
                "by_id": author,
            },
        )
        undo = journal.undo()
    return made, undo, Changes.of("campaign_result")


def _appraised_by_us(
    connection: Connection, who: Credentials, on: date, sheet_id: bytes
) -> tuple[Known, Sheet, Mapping[str, Scored]]:
    found, one = the_sheet(connection, who, on, sheet_id)
    if one.addressee_id != who.unit_id:
        raise UserError("sheet_not_yours")
    if one.locked:
        raise UserError("sheet_decided")
    if one.state is State.WITHDRAWN:
        raise UserError("sheet_withdrawn")
    return found, one, appraisals(stored.scores(connection, found.ids), one.sheet_id)


def _appraised_before(
    found: Known, one: Sheet, said: Sequence[SaidScore]
) -> Mapping[tuple[str, Decimal], tuple[Decimal, str]]:
    """By criterion and own points what the sheets before it were appraised at, the last one first."""
    earlier: dict[tuple[str, Decimal], tuple[Decimal, str]] = {}
    for sheet in versions_of(one, found.sheets)[1:]:
        given = appraisals(said, sheet.sheet_id)
        for line in sheet.content.lines:
            what = given.get(line.criterion.code, NOT_SCORED)
            if what.points is not None and what.points <= line.criterion.most:
                earlier.setdefault((line.criterion.code, line.points), (what.points, what.text))
    return earlier


def _the_criterion(campaign: Campaign, code: str) -> Criterion:
    for one in campaign.criteria:
        if one.code == code:
            return one
    raise UserError("criterion_unknown", code=code)


def _within(criterion: Criterion, points: Decimal) -> None:
    if not 0 <= points <= criterion.most or round(points, DECIMALS) != points:
        raise UserError("points_outside", name=criterion.name, most=criterion.most)


def _require_whole(lines: Sequence[tuple[Criterion, Scored]]) -> None:
    for criterion, said in lines:
        if said.contrary:
            raise UserError("scores_contrary", name=criterion.name)
    missing = sum(not said.words for _criterion, said in lines)
    if missing:
        raise UserError("criteria_missing", n=missing)


def _about(one: Sheet) -> dict[str, Value]:
    return {
        "unit_id": one.unit_id,
        "campaign_id": one.campaign_id,
        "sheet_id": one.sheet_id,
        "from_id": one.addressee_id,
    }


def _say(
    core: Core,
    journal: Journal,
    before: Scored,
    criterion: Criterion,
    *,
    points: Decimal,
    text: str,
    values: Mapping[str, Value],
) -> None:
    """Write a score down that was given after all that is known here; the same again is none."""
    _within(criterion, points)
    words = clean_lines(text)
    if len(words) > LONGEST_TEXT:
        raise UserError("text_too_long", most=LONGEST_TEXT)
    if before.words and before.points == points and before.text == words:
        return
    journal.create(
        "campaign_score",
        {
            **values,
            "criterion": criterion.code,
            "points": f"{points:f}",
            "text": words or None,
            "on": core.today.isoformat(),
            "after": b"".join(one.step_id for one in before.words) or None,
            "by_id": journal.writer.author,
        },
    )


def _step(core: Core, journal: Journal, one: Sheet, word: Word, reason: str) -> None:
    journal.create(
        "report_step",
        {
            "unit_id": one.unit_id,
            "subject_id": one.sheet_id,
            "word": word.value,
            "reason": reason or None,
            "on": core.today.isoformat(),
            "after": b"".join(step.step_id for step in last_words(one.steps)) or None,
            "by_id": journal.writer.author,
        },
    )
