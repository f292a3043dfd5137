"""Proposals that somebody be commended: made by a unit, decided on by the one above, listed in B13.

Who a person is, and what they did, stays in the commune: above it a proposal says that it is about one
person, in which form, and how the vote went.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import Connection

from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.domain.commendations import CommendationText, Sort, load_awards
from tongcds.domain.emulation import LONGEST_NAME, LONGEST_TEXT
from tongcds.domain.reporting import TO_DECIDE, State, Word
from tongcds.domain.steps import last_words
from tongcds.domain.text import clean, clean_lines
from tongcds.domain.views import EditUndo
from tongcds.domain.views.emulation import CommendationRow
from tongcds.domain.views.reporting import LONGEST_REASON
from tongcds.errors import UserError
from tongcds.i18n import language
from tongcds.protocol.messages import Credentials
from tongcds.records import Value
from tongcds.reports.addressees import unit_above
from tongcds.storage import commendations as stored
from tongcds.storage import emulation
from tongcds.storage.commendations import Commended

_NEED_REASON: Final = frozenset({Word.RETURNED, Word.REFUSED})
_OVER: Final = frozenset({State.WITHDRAWN, State.REFUSED})
_OPEN: Final = frozenset({State.SENT, State.RECEIVED, State.RETURNED})
_SEXES: Final = frozenset({"", "male", "female"})


def view(core: Core) -> tuple[CommendationRow, ...]:
    """Every proposal that this computer knows of: what has to be decided here first, then the latest."""
    who = core.credentials()
    with core.vault.read() as connection:
        found = stored.commendations(connection)
        titles = {one.campaign_id: one.title for one in emulation.campaigns(connection)}
    corrected = {before for one in found if one.state is not State.WITHDRAWN for before in one.after}
    rows = [_row(one, who, titles, corrected) for one in found]
    return tuple(
        sorted(rows, key=lambda row: (row.corrected, not (row.may_decide and row.state in TO_DECIDE)))
    )


def waiting(core: Core) -> int:
    """How many wait for a decision here."""
    return sum(row.may_decide and row.state in TO_DECIDE for row in view(core))


def listed(core: Core) -> tuple[CommendationRow, ...]:
    """What the list to be sent up holds: the own proposals, and those from below that were accepted here."""
    rows = [row for row in view(core) if not row.corrected and row.state not in _OVER]
    return tuple(
        row for row in reversed(rows) if row.mine or (row.state is State.ACCEPTED and row.may_decide)
    )


def propose(
    core: Core,
    says: CommendationText,
    campaign_id: bytes | None = None,
    voted_on: date | None = None,
    *,
    corrects: bytes | None = None,
) -> tuple[bytes, EditUndo, Changes]:
    """Propose to the unit above that a collective or a person of this unit be commended.

    Args:
        core: an open vault.
        says: who, for what, in which form, with the votes.
        campaign_id: what it is for, None for none.
        voted_on: the day of the meeting.
        corrects: an own proposal that is not accepted and that this one stands in for.

    Raises:
        UserError: commendation_nobody_above, award_unknown, commendation_unnamed,
            commendation_merits_missing, votes_outside, voted_later, text_too_long, campaign_unknown;
            commendation_unknown, commendation_not_yours, commendation_closed.
    """
    who, author = core.credentials(), core.author()
    values = _checked(core, says, voted_on)
    with core.vault.change(author) as change:
        above = unit_above(change.connection, who)
        if above is None:
            raise UserError("commendation_nobody_above")
        every = {one.campaign_id for one in emulation.campaigns(change.connection)}
        if campaign_id is not None and campaign_id not in every:
            raise UserError("campaign_unknown")
        if corrects is not None:
            before = _the_one(change.connection, corrects)
            if before.unit_id != who.unit_id:
                raise UserError("commendation_not_yours")
            if before.locked:
                raise UserError("commendation_closed")
        journal = Journal(change.writer)
        made = journal.create(
            "commendation",
            {
                **values,
                "unit_id": who.unit_id,
                "unit": who.unit_name,
                "campaign_id": campaign_id,
                "addressee_id": above[0],
                "addressee": above[1],
                "on": core.today.isoformat(),
                "after": corrects,
                "by_id": author,
            },
        )
        if says.sort is Sort.PERSON:
            person: dict[str, Value] = {
                "unit_id": who.unit_id,
                "commendation_id": made,
                "name": clean(says.name),
                "sex": says.sex or None,
                "post": clean(says.post) or None,
                "merits": clean_lines(says.merits),
                "agreed": int(says.agreed),
            }
            journal.create("commendation_person", person)
        undo = journal.undo()
    return made, undo, Changes.of("commendation", "commendation_person")


def withdraw(core: Core, commendation_id: bytes) -> tuple[EditUndo, Changes]:
    """Take an own proposal back that is not accepted; it stays readable.

    Raises:
        UserError: commendation_unknown, commendation_not_yours, commendation_closed.
    """
    who = core.credentials()
    with core.vault.change(core.author()) as change:
        one = _the_one(change.connection, commendation_id)
        if one.unit_id != who.unit_id:
            raise UserError("commendation_not_yours")
        if one.locked or one.state in _OVER:
            raise UserError("commendation_closed")
        journal = Journal(change.writer)
        _step(core, journal, one, Word.WITHDRAWN, "")
        undo = journal.undo()
    return undo, Changes.of("commendation", "report_step")


def decide(core: Core, commendation_id: bytes, word: Word, reason: str = "") -> tuple[EditUndo, Changes]:
    """Accept a proposal from below, or return or refuse it with a reason.

    Raises:
        UserError: commendation_unknown, commendation_not_yours, commendation_closed, proposal_said_already,
            proposal_reason_missing, text_too_long.
    """
    who, words = core.credentials(), clean_lines(reason)
    if len(words) > LONGEST_REASON:
        raise UserError("text_too_long", most=LONGEST_REASON)
    if word in _NEED_REASON and not words:
        raise UserError("proposal_reason_missing")
    with core.vault.change(core.author()) as change:
        one = _the_one(change.connection, commendation_id)
        if word is Word.WITHDRAWN or one.addressee_id != who.unit_id:
            raise UserError("commendation_not_yours")
        if one.state is State.WITHDRAWN:
            raise UserError("commendation_closed")
        if one.state == word.value:
            raise UserError("proposal_said_already")
        journal = Journal(change.writer)
        _step(core, journal, one, word, words)
        undo = journal.undo()
    return undo, Changes.of("commendation", "report_step")


def _checked(core: Core, says: CommendationText, voted_on: date | None) -> dict[str, Value]:
    name, merits, post = clean(says.name), clean_lines(says.merits), clean(says.post)
    if says.award not in load_awards():
        raise UserError("award_unknown", code=says.award)
    if not name:
        raise UserError("commendation_unnamed")
    if not merits:
        raise UserError("commendation_merits_missing")
    for words, most in ((name, LONGEST_NAME), (post, LONGEST_NAME), (merits, LONGEST_TEXT)):
        if len(words) > most:
            raise UserError("text_too_long", most=most)
    votes = says.votes
    if votes is not None and not 0 <= votes.in_favour <= votes.voters:
        raise UserError("votes_outside")
    if voted_on is not None and voted_on > core.today:
        raise UserError("voted_later")
    if says.sex not in _SEXES:
        raise ValueError(says.sex)
    collective = says.sort is Sort.COLLECTIVE
    return {
        "sort": says.sort.value,
        "award": says.award,
        "name": name if collective else None,
        "merits": merits if collective else None,
        "in_favour": None if votes is None else votes.in_favour,
        "voters": None if votes is None else votes.voters,
        "voted_on": None if voted_on is None else voted_on.isoformat(),
    }


def _row(
    one: Commended, who: Credentials, titles: dict[bytes, str], corrected: set[bytes]
) -> CommendationRow:
    award = load_awards().get(one.says.award)
    mine, state = one.unit_id == who.unit_id, one.state
    replaced = one.commendation_id in corrected
    return CommendationRow(
        commendation_id=one.commendation_id,
        unit=one.unit,
        campaign_id=one.campaign_id,
        campaign=titles.get(one.campaign_id, "") if one.campaign_id else "",
        says=one.says,
        award=one.says.award if award is None else award.name(language()),
        known=bool(one.says.name),
        voted_on=one.voted_on,
        on=one.on,
        by=one.by,
        addressee=one.addressee,
        state=state,
        steps=one.steps,
        corrected=replaced,
        mine=mine,
        may_decide=one.addressee_id == who.unit_id and state is not State.WITHDRAWN and not replaced,
        may_withdraw=mine and not one.locked and state not in _OVER and not replaced,
        may_correct=mine and state in _OPEN and not replaced,
        standing=one.standing,
    )


def _the_one(connection: Connection, commendation_id: bytes) -> Commended:
    for one in stored.commendations(connection):
        if one.commendation_id == commendation_id:
            return one
    raise UserError("commendation_unknown")


def _step(core: Core, journal: Journal, one: Commended, word: Word, reason: str) -> None:
    journal.create(
        "report_step",
        {
            "unit_id": one.unit_id,
            "subject_id": one.commendation_id,
            "word": word.value,
            "reason": reason or None,
            "on": core.today.isoformat(),
            "after": b"".join(step.step_id for step in last_words(one.steps)) or None,
            "by_id": journal.writer.author,
        },
    )
