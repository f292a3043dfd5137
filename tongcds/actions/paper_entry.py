"""Typing in what a round brought home on paper: which line is meant, and saving one line at a time.

Each line is one save with everything that follows from it, so that a later line that cannot be saved never
costs an earlier one. What is typed means is `forms.paper_line`; rounds themselves are `rounds`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tongcds.actions import quality, register, rounds, visits
from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal, take_back
from tongcds.domain.catalogue import facts_made
from tongcds.domain.facts import How, Subject
from tongcds.domain.text import fold
from tongcds.domain.views import (
    EditUndo,
    HouseholdFilter,
    PaperEntry,
    PaperHome,
    PaperStart,
    Result,
    Seen,
    StopRow,
    StopState,
    VisitEntry,
)
from tongcds.errors import UserError
from tongcds.forms.paper_session import PaperSession, draft_name
from tongcds.records import Value
from tongcds.storage import local, supports
from tongcds.storage import rounds as stored
from tongcds.storage.register import household_brief
from tongcds.storage.vault import Change

_KINDS = ("visit", "support", "observation", "follow_up", "round_stop")
_DONE = frozenset({Result.ALONE, Result.TOGETHER})
_REOPENED: Mapping[str, Value] = {"state": "open", "done_on": None, "closing_visit_id": None}


def begin(core: Core, round_id: bytes | None) -> PaperStart:
    """What typing in a list begins with: its lines, and what was typed before and not saved.

    Households that are not here any more are left out. Without a round, only those of the draft are there.

    Raises:
        UserError: round_unknown.
    """
    draft = visits.load_draft(core, draft_name(round_id))
    view = rounds.round_of(core, round_id) if round_id is not None else None
    stops = {stop.household_id: stop for stop in view.stops if stop.here} if view is not None else {}
    besides = PaperSession.drafted(draft.content) if draft is not None else ()
    with core.vault.read() as connection:
        homes = stored.paper_homes(connection, list(dict.fromkeys((*stops, *besides))), core.today)
        members = stored.members(connection, core.today)
    listed = tuple(
        _on_list(home, stops[home.household_id]) if home.household_id in stops else home for home in homes
    )
    return PaperStart(view.row if view is not None else None, listed, members, draft)


def line_named(core: Core, listed: Sequence[PaperHome], typed: str) -> PaperHome:
    """The line that is meant by its number on the list, a household code, or the text of a QR code.

    A household that is not on the list is found too: its paper may have been filled in on the way.

    Raises:
        UserError: household_unclear where none or several fit.
    """
    wanted = typed.strip()
    if wanted.isdecimal():
        numbered = [home for home in listed if home.place == int(wanted)]
        if len(numbered) == 1:
            return numbered[0]
    coded = [home for home in listed if home.code and fold(home.code) == fold(wanted)]
    if len(coded) == 1:
        return coded[0]
    found = {hit.household_id for hit in register.search(core, wanted)} if wanted else set()
    if len(found) != 1:
        rows = register.households(core, HouseholdFilter(text=wanted)).rows if wanted else ()
        found = {row.household_id for row in rows if fold(row.code) == fold(wanted)}
    if len(found) != 1:
        raise UserError("household_unclear", count=len(found))
    (household_id,) = found
    if here := next((home for home in listed if home.household_id == household_id), None):
        return here
    with core.vault.read() as connection:
        return stored.paper_homes(connection, [household_id], core.today)[0]


def doubts(core: Core, entry: PaperEntry) -> tuple[str, ...]:
    """What the rules doubt about people as this line would leave them, as sentences; it stops nobody."""
    made = (
        Seen(fact.subject.value, person, fact.code, holds, entry.on, How.DONE_WITH_US.value)
        for support in entry.supports
        if support.result in _DONE
        for fact, holds in facts_made(support.service)
        if fact.subject is Subject.PERSON
        for person in support.person_ids
    )
    return quality.doubts_about(core, (*made, *entry.seen))


def save_line(
    core: Core,
    entry: PaperEntry,
    *,
    draft: tuple[str, dict[str, object]] | None = None,
    instead_of: EditUndo | None = None,
) -> tuple[EditUndo, Changes]:
    """Save what stood on one line; on disk when this returns.

    Args:
        core: the open vault.
        entry: the line as it was read.
        draft: name and content of the draft as it is without this line, kept in the same save.
        instead_of: what this line wrote before, which is taken back first.

    Raises:
        UserError: date_in_future, household_unknown, person_unknown, service_unknown.
    """
    visit = _visit_of(entry)
    if entry.on > core.today:
        raise UserError("date_in_future")
    if visit is not None:
        visits.check(core, visit)
    if instead_of is not None:
        take_back(core, instead_of)
    author = core.author()
    with core.vault.change(author) as change:
        journal = Journal(change.writer)
        _observe(change, journal, entry)
        if entry.stop_id is not None:
            _tick(change, journal, entry, entry.stop_id)
        undo = journal.undo()
        if visit is not None:
            visit_id = visits.write(change, author, visit)
            change.writer.flush()
            undo = _with_visit(change, undo, visit_id)
        if draft is not None:
            name, content = draft
            local.save_draft(change.connection, author, local.SavedDraft(name, core.now(), content))
    return undo, Changes.of(*_KINDS)


def _on_list(home: PaperHome, stop: StopRow) -> PaperHome:
    return replace(home, place=stop.place, stop_id=stop.stop_id, member_id=stop.member_id, state=stop.state)


def _visit_of(entry: PaperEntry) -> VisitEntry | None:
    """A visit where something was helped with; a look alone is a tick and what was seen."""
    if not entry.supports:
        return None
    return VisitEntry(
        household_id=entry.household_id,
        on=entry.on,
        supports=entry.supports,
        note=entry.note,
        follow_up_on=entry.again_on,
        by_id=entry.by_id,
    )


def _observe(change: Change, journal: Journal, entry: PaperEntry) -> None:
    household = household_brief(change.connection, entry.household_id)
    if household is None:
        raise UserError("household_unknown")
    for seen in entry.seen:
        journal.create(
            "observation",
            {
                "village_id": household.village_id,
                "subject": Subject(seen.subject).value,
                "subject_id": seen.subject_id,
                "fact": seen.fact,
                "value": int(seen.value),
                "held_on": seen.held_on.isoformat(),
                "how": seen.how,
            },
        )


def _tick(change: Change, journal: Journal, entry: PaperEntry, stop_id: bytes) -> None:
    values: dict[str, Value] = {"state": entry.state.value, "on": entry.on.isoformat()}
    if entry.note:
        values["note"] = entry.note
    if entry.by_id is not None and entry.state is StopState.DONE:
        values["member_id"] = entry.by_id
    change.writer.load("round_stop", [stop_id])
    journal.update("round_stop", stop_id, **values)


def _with_visit(change: Change, undo: EditUndo, visit_id: bytes) -> EditUndo:
    """What takes the line back, the visit and what follows from it included."""
    parts = supports.parts_of_visit(change.connection, visit_id)
    created = dict(undo.created)
    for kind, ids in parts.made.items():
        created[kind] = (*created.get(kind, ()), *ids)
    changed = dict(undo.changed)
    if parts.closed:
        changed["follow_up"] = {one: dict(_REOPENED) for one in parts.closed}
    return EditUndo(created, changed, change.writer.next_n - 1, undo.removed)
