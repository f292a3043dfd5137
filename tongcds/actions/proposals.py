"""Proposals to change a target: made where it holds, decided on by whoever set it or stands above.

Accepting changes the target itself, so that everybody who reads it reads the new one. The steps are those of
reports (`domain.reporting`): two who decide without knowing of each other are both heard.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.actions.targets import check_value, line_of, plain, the_indicator
from tongcds.domain.catalogue import Comparator, load_indicators
from tongcds.domain.reporting import TO_DECIDE, State, Word, is_locked
from tongcds.domain.steps import last_words
from tongcds.domain.text import clean_lines
from tongcds.domain.views import EditUndo, Role
from tongcds.domain.views.proposals import ProposalRow, ProposalText
from tongcds.domain.views.reporting import LONGEST_REASON
from tongcds.errors import UserError
from tongcds.i18n import _, format_date, language
from tongcds.papers.targets import amount
from tongcds.protocol.messages import Credentials
from tongcds.records import Value
from tongcds.replica.above import units_above
from tongcds.reports import places, units
from tongcds.storage import proposals as stored
from tongcds.storage.proposals import Proposed
from tongcds.storage.targets import KeptTarget, targets

_CLOSED: Final = frozenset({State.WITHDRAWN})
_NEED_REASON: Final = frozenset({Word.RETURNED, Word.REFUSED})


def view(core: Core) -> tuple[ProposalRow, ...]:
    """Every proposal that this computer knows of: what has to be decided here first, then the latest."""
    who = core.credentials()
    with core.vault.read() as connection:
        kept = {one.target_id: one for one in targets(connection)}
        rows = [_row(one, kept.get(one.target_id), who) for one in stored.proposals(connection)]
    return tuple(sorted(rows, key=lambda row: not (row.may_decide and row.state in TO_DECIDE)))


def waiting(core: Core) -> int:
    """How many wait for a decision here."""
    who = core.credentials()
    with core.vault.read() as connection:
        return sum(
            one.addressee_id == who.unit_id and one.state in TO_DECIDE for one in stored.proposals(connection)
        )


def propose(core: Core, target_id: bytes, says: ProposalText) -> tuple[bytes, EditUndo, Changes]:
    """Ask for another value or last day of a target that holds for the own unit.

    Raises:
        UserError: target_unknown, proposal_not_about_you, target_has_ended, proposal_period_over,
            proposal_unit_ended, target_value_missing, days_reversed, proposal_same, proposal_reason_missing,
            text_too_long, and those of `targets.check_value`.
    """
    who, author = core.credentials(), core.author()
    with core.vault.change(author) as change:
        kept = _the_target(change.connection, target_id)
        addressee = _addressee(change.connection, who, kept)
        if addressee is None:
            raise UserError("proposal_not_about_you")
        _require_alive(change.connection, core, kept)
        reason = _checked(kept, says)
        journal = Journal(change.writer)
        terms = kept.terms
        made = journal.create(
            "target_proposal",
            {
                "unit_id": who.unit_id,
                "unit": who.unit_name,
                "target_id": target_id,
                "indicator": terms.indicator,
                "addressee_id": addressee[0],
                "addressee": addressee[1],
                "was": None if terms.value is None else plain(terms.value),
                "was_last": terms.last.isoformat(),
                "value": None if says.value is None else plain(says.value),
                "last": says.last.isoformat(),
                "reason": reason,
                "basis": line_of(says.basis) or None,
                "on": core.today.isoformat(),
                "by_id": author,
            },
        )
        undo = journal.undo()
    return made, undo, Changes.of("target_proposal")


def withdraw(core: Core, proposal_id: bytes) -> tuple[EditUndo, Changes]:
    """Take an own proposal back that is not accepted; it stays readable.

    Raises:
        UserError: proposal_unknown, proposal_not_yours, proposal_closed.
    """
    who = core.credentials()
    with core.vault.change(core.author()) as change:
        found = _the_proposal(change.connection, proposal_id)
        if found.unit_id != who.unit_id:
            raise UserError("proposal_not_yours")
        if is_locked(found.steps) or found.state in _CLOSED:
            raise UserError("proposal_closed")
        journal = Journal(change.writer)
        _take_step(core, journal, found, Word.WITHDRAWN, "")
        undo = journal.undo()
    return undo, Changes.of("target_proposal", "report_step")


def decide(
    core: Core, proposal_id: bytes, word: Word, reason: str = "", *, although_changed: bool = False
) -> tuple[EditUndo, Changes]:
    """Accept a proposal, which changes its target, or return or refuse it with a reason.

    Whoever refuses or returns one that somebody accepted meanwhile puts the target back, where it still is
    what the proposal made of it.

    Args:
        core: an open vault.
        proposal_id: which one.
        word: received, accepted, returned or refused.
        reason: why; needed to return or refuse.
        although_changed: accept it knowing that the target was changed since it was made.

    Raises:
        UserError: proposal_unknown, proposal_not_yours, proposal_closed, proposal_said_already,
            proposal_reason_missing, text_too_long; and to accept: target_unknown, target_has_ended,
            proposal_period_over, proposal_unit_ended, proposal_target_changed.
    """
    who, words = core.credentials(), clean_lines(reason)
    if len(words) > LONGEST_REASON:
        raise UserError("text_too_long", most=LONGEST_REASON)
    if word in _NEED_REASON and not words:
        raise UserError("proposal_reason_missing")
    with core.vault.change(core.author()) as change:
        found = _the_proposal(change.connection, proposal_id)
        if word is Word.WITHDRAWN or found.addressee_id != who.unit_id:
            raise UserError("proposal_not_yours")
        if found.state in _CLOSED:
            raise UserError("proposal_closed")
        if found.state == word.value:
            raise UserError("proposal_said_already")
        journal = Journal(change.writer)
        _take_step(core, journal, found, word, words)
        if word is Word.ACCEPTED:
            kept = _the_target(change.connection, found.target_id)
            _require_alive(change.connection, core, kept)
            _require_same(found, kept, although_changed=although_changed)
            change.writer.load("target", [kept.target_id])
            journal.update("target", kept.target_id, **_accepted(found))
        elif word in _NEED_REASON:
            _put_back(change.connection, journal, found)
        undo = journal.undo()
    return undo, Changes.of("target_proposal", "report_step", "target")


def _accepted(found: Proposed) -> dict[str, Value]:
    day = "" if found.on is None else format_date(found.on)
    words = _("Proposal of {unit}, {day}").format(unit=found.unit, day=day)
    return {
        "value": None if found.says.value is None else plain(found.says.value),
        "last": found.says.last.isoformat(),
        "proposal_id": found.proposal_id,
        "proposal": ": ".join(filter(None, (words, found.says.basis))),
    }


def _put_back(connection: Connection, journal: Journal, found: Proposed) -> None:
    kept = next((one for one in targets(connection) if one.target_id == found.target_id), None)
    if kept is None or kept.proposal_id != found.proposal_id:
        return
    if (kept.terms.value, kept.terms.last) != (found.says.value, found.says.last):
        return
    journal.writer.load("target", [kept.target_id])
    was = None if found.was is None else plain(found.was)
    last = found.was_last.isoformat()
    journal.update("target", kept.target_id, value=was, last=last, proposal_id=None, proposal=None)


def _require_same(found: Proposed, kept: KeptTarget, *, although_changed: bool) -> None:
    """Go on only with the target that the proposal speaks of, or that it made itself."""
    terms = kept.terms
    if although_changed or kept.proposal_id == found.proposal_id:
        return
    if (terms.value, terms.last) == (found.was, found.was_last):
        return
    was = _words(found.was, terms.measure, format_date(found.was_last))
    now = _words(terms.value, terms.measure, format_date(terms.last))
    raise UserError("proposal_target_changed", was=was, now=now)


def _words(value: object, measure: str, day: str) -> str:
    by = _("by {day}").format(day=day)
    return by if value is None else f"{amount(value, measure)} {by}"  # type: ignore[arg-type]  # a Decimal


def _checked(kept: KeptTarget, says: ProposalText) -> str:
    terms = kept.terms
    if says.last < terms.first:
        raise UserError("days_reversed")
    milestone = terms.comparator is Comparator.BY
    if says.value is None and not milestone:
        raise UserError("target_value_missing")
    if says.value is not None:
        check_value(the_indicator(terms.indicator), terms.measure, says.value)
    if (says.value, says.last) == (terms.value, terms.last):
        raise UserError("proposal_same")
    reason = clean_lines(says.reason)
    if not reason:
        raise UserError("proposal_reason_missing")
    if len(reason) > LONGEST_REASON:
        raise UserError("text_too_long", most=LONGEST_REASON)
    return reason


def _require_alive(connection: Connection, core: Core, kept: KeptTarget) -> None:
    if kept.ended_on is not None:
        raise UserError("target_has_ended")
    if kept.terms.last < core.today:
        raise UserError("proposal_period_over", day=kept.terms.last)
    unit = kept.terms.unit_id
    if places.is_known(connection, unit) and places.place(connection, unit, core.today) is None:
        raise UserError("proposal_unit_ended")


def _addressee(connection: Connection, who: Credentials, kept: KeptTarget) -> tuple[bytes, str] | None:
    """Who decides: the unit above that set the target; of one that was set for the own unit whoever is above.

    A village's was set by its commune; an office's own goes to the province.
    """
    chain = units_above(connection, [who.unit_id])[who.unit_id]
    above, of = chain[1:], kept.terms.unit_id
    if not above or of not in chain:
        return None
    if of == who.unit_id:
        of = above[0] if who.role == Role.TEAM else above[-1]
    if who.role == Role.TEAM and of == above[0]:
        return of, who.commune_name
    name = who.province_name if of == above[-1] else units.unit_names(connection, [of])[of]
    return of, name


def _row(one: Proposed, kept: KeptTarget | None, who: Credentials) -> ProposalRow:
    indicator = load_indicators().get(one.indicator)
    terms = None if kept is None else kept.terms
    same = kept is not None and (
        kept.proposal_id == one.proposal_id or (kept.terms.value, kept.terms.last) == (one.was, one.was_last)
    )
    own, state = one.unit_id == who.unit_id, one.state
    return ProposalRow(
        proposal_id=one.proposal_id,
        unit=one.unit,
        target_id=one.target_id,
        indicator=one.indicator,
        name=one.indicator if indicator is None else indicator.short(language()),
        measure="" if terms is None else terms.measure,
        was=one.was,
        was_last=one.was_last,
        says=one.says,
        terms=terms,
        changed=kept is not None and not same,
        on=one.on,
        by=one.by,
        addressee=one.addressee,
        state=state,
        steps=one.steps,
        may_decide=one.addressee_id == who.unit_id and state not in _CLOSED,
        may_withdraw=own and state not in _CLOSED and not is_locked(one.steps),
        standing=one.standing,
    )


def _the_target(connection: Connection, target_id: bytes) -> KeptTarget:
    kept = next((one for one in targets(connection) if one.target_id == target_id), None)
    if kept is None:
        raise UserError("target_unknown")
    return kept


def _the_proposal(connection: Connection, proposal_id: bytes) -> Proposed:
    for one in stored.proposals(connection):
        if one.proposal_id == proposal_id:
            return one
    raise UserError("proposal_unknown")


def _take_step(core: Core, journal: Journal, found: Proposed, word: Word, reason: str) -> None:
    """Write down a step that was taken after all that is known here."""
    journal.create(
        "report_step",
        {
            "unit_id": found.unit_id,
            "subject_id": found.proposal_id,
            "word": word.value,
            "reason": reason or None,
            "on": core.today.isoformat(),
            "after": b"".join(one.step_id for one in last_words(found.steps)) or None,
            "by_id": journal.writer.author,
        },
    )
