"""Where a report stands: read from the steps that the sender and the addressee took, never stored.

Where two of the last words (`domain.steps`) say different things, two people decided without knowing of each
other, and both are shown until somebody who has seen both decides again. Pure values; records are read by
`storage.reports`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tongcds.domain.steps import last_words
from tongcds.i18n import N_


class Word(StrEnum):
    """What somebody says of a report or proposal: WITHDRAWN is the sender's, the others are the addressee's.

    A report is never refused, a proposal can be.
    """

    RECEIVED = "received"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


class State(StrEnum):
    """Where the report of a unit and period stands; the first three while there is none."""

    RUNNING = "running"
    DUE = "due"
    OVERDUE = "overdue"
    SENT = "sent"
    RECEIVED = "received"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    CONTRARY = "contrary"


STATE_WORDS: Final = MappingProxyType(
    {
        State.RUNNING: N_("period still runs"),
        State.DUE: N_("due"),
        State.OVERDUE: N_("overdue"),
        State.SENT: N_("handed up"),
        State.RECEIVED: N_("being looked at"),
        State.RETURNED: N_("returned"),
        State.WITHDRAWN: N_("withdrawn by its sender"),
        State.ACCEPTED: N_("accepted"),
        State.REFUSED: N_("refused"),
        State.CONTRARY: N_("two contrary decisions"),
    }
)
"""States in words."""

WORD_WORDS: Final = MappingProxyType(
    {
        Word.RECEIVED: N_("looks at it"),
        Word.RETURNED: N_("returned it"),
        Word.ACCEPTED: N_("accepted it"),
        Word.WITHDRAWN: N_("took it back"),
        Word.REFUSED: N_("refused it"),
    }
)
"""What somebody did, in words."""

OPEN: Final = frozenset({State.DUE, State.OVERDUE, State.RETURNED, State.WITHDRAWN})
"""States in which the sender has something to do."""

TO_DECIDE: Final = frozenset({State.SENT, State.RECEIVED, State.CONTRARY})
"""States in which the addressee has something to do."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `by` is "" where this computer does not know the person; `after` as in the record."""

    step_id: bytes
    word: Word
    reason: str
    on: date | None
    by: str
    after: tuple[bytes, ...]


def state_of(steps: Sequence[Step]) -> State:
    """Where a report that was handed up stands.

    That somebody began to look at it says nothing against a decision.
    """
    last = {one.word for one in last_words(steps)}
    decided = last - {Word.RECEIVED}
    if len(decided) > 1:
        return State.CONTRARY
    if decided:
        return State(decided.pop().value)
    return State.RECEIVED if last else State.SENT


def is_locked(steps: Sequence[Step]) -> bool:
    """Whether it is accepted, if only by one of two who decided without knowing of each other."""
    return any(one.word is Word.ACCEPTED for one in last_words(steps))


def is_late(state: State, due_on: date, handed_on: date | None) -> bool:
    """Whether a report came, or comes, after its day."""
    return state is State.OVERDUE if handed_on is None else handed_on > due_on


def state_before(last: date, due_on: date, on: date) -> State:
    """Where a report stands that nobody has handed up."""
    if on < last:
        return State.RUNNING
    return State.OVERDUE if on > due_on else State.DUE
