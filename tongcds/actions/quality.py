"""Doubtful records: looking through the vault for them, and saying of one that it is right as it stands.

Mending one is editing (`households`); the rules are `domain.quality`, the looking is `storage.quality`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.domain.facts import Subject
from tongcds.domain.quality import doubts_about_facts, load_rules
from tongcds.domain.text import clean
from tongcds.domain.views import DoubtList, DoubtRow, EditUndo, Seen
from tongcds.errors import UserError
from tongcds.storage import quality, register

__all__ = ["PAGE", "check_all", "check_some", "doubts", "doubts_about", "doubts_of", "settle_doubt"]

PAGE: Final = 500
"""Rows of a page."""


def doubts(core: Core, rule: str = "", first: int = 0) -> DoubtList:
    """A page of what nobody has settled, of every rule or of one, from the row of that place on.

    A place behind the last row gives the last page.

    Raises:
        UserError: rule_unknown.
    """
    rules = load_rules()
    if rule and rule not in rules:
        raise UserError("rule_unknown", rule=rule)
    with core.vault.read() as connection:
        counts = quality.counts(connection)
        matching = counts.get(rule, 0) if rule else sum(counts.values())
        start = max(0, min(first, (matching - 1) // PAGE * PAGE))
        rows = quality.doubtful(connection, PAGE, rule, after=start)
        waiting = quality.waits(connection, core.today)
    named = tuple((code, rules[code].name(), count) for code, count in counts.items())
    return DoubtList(rows, named, waiting, start, matching)


def doubts_of(core: Core, household_id: bytes, rule: str) -> tuple[DoubtRow, ...]:
    """What nobody has settled of one rule about one household."""
    with core.vault.read() as connection:
        return quality.doubtful(connection, PAGE, rule, household_id=household_id)


def check_some(core: Core) -> tuple[bool, Changes]:
    """Look at some of the households that were written since; answers whether more of them wait.

    Call it again and again in the background; each time takes a fraction of a second.
    """
    with core.vault.read() as connection:
        if not quality.waits(connection, core.today):
            return False, Changes()
    with core.vault.write() as connection:
        more = quality.check_some(connection, core.today)
    return more, Changes() if more else Changes.of("doubt")


def check_all(core: Core) -> None:
    """Look at everything that was written since, whatever time it takes."""
    while check_some(core)[0]:
        pass


def settle_doubt(core: Core, row: DoubtRow, note: str) -> tuple[EditUndo, Changes]:
    """Say that a doubtful record is right as it stands. It comes up again once its values are others.

    Raises:
        UserError: doubt_unknown when it was mended or settled meanwhile; note_missing without a reason.
    """
    note = clean(note)
    if not note:
        raise UserError("note_missing")
    with core.vault.change(core.author()) as change:
        household_id = quality.stands(change.connection, row.rule, row.subject_id, row.said)
        home = register.household_brief(change.connection, household_id) if household_id is not None else None
        if home is None:
            raise UserError("doubt_unknown")
        journal = Journal(change.writer)
        journal.create(
            "settled",
            {
                "village_id": home.village_id,
                "household_id": home.household_id,
                "subject": row.subject,
                "subject_id": row.subject_id,
                "rule": row.rule,
                "said": row.said,
                "note": note,
                "on": core.today.isoformat(),
                "by_id": core.author(),
            },
        )
        undo = journal.undo()
    return undo, Changes.of("settled", "doubt")


def doubts_about(core: Core, seen: Sequence[Seen]) -> tuple[str, ...]:
    """What the rules doubt about people as these observations leave them, as sentences; it stops nobody.

    They may be saved already or not.
    """
    told: dict[bytes, dict[str, bool]] = {}
    for one in seen:
        if one.subject == Subject.PERSON:
            told.setdefault(one.subject_id, {})[one.fact] = one.value
    with core.vault.read() as connection:
        known = quality.members_known(connection, list(told), core.today)
    people = [replace(who, facts={**who.facts, **told[who.person_id]}) for who in known]
    return tuple(
        rule.words() for who in people for rule in doubts_about_facts(who, core.today, told[who.person_id])
    )
