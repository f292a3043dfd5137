"""Difficulties and obstacles: telling one, passing it on upwards, answering, settling, joining."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import Connection

from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.domain.difficulties import (
    Stage,
    Word,
    followed_by,
    joined_with,
    load_kinds,
    standing_of,
    taken_by,
)
from tongcds.domain.periods import Period
from tongcds.domain.text import clean, clean_lines
from tongcds.domain.views import EditUndo, Role
from tongcds.domain.views.difficulties import (
    LONGEST,
    DifficultiesView,
    DifficultyList,
    DifficultyRow,
    DifficultyText,
)
from tongcds.errors import UserError
from tongcds.i18n import language
from tongcds.protocol.messages import Credentials
from tongcds.records import Value
from tongcds.reports import places, units
from tongcds.reports.addressees import unit_above
from tongcds.storage import difficulties as stored
from tongcds.storage.difficulties import Told

_DONE = frozenset({Stage.CLOSED})


def view(core: Core) -> DifficultiesView:
    """Every difficulty that this computer knows of: what has to be answered here first, then the latest."""
    who, on = core.credentials(), core.today
    with core.vault.read() as connection:
        told = stored.difficulties(connection)
        above = unit_above(connection, who)
    rows = _rows(told, who, on)
    ordered = sorted(rows, key=lambda row: (row.stage in _DONE, not row.asked, row.due_on or date.max))
    return DifficultiesView(on, who.unit_name, tuple(ordered), above[1] if above is not None else "")


def of_period(core: Core, period: Period, unit_id: bytes | None = None) -> DifficultyList:
    """Those of the own unit and below, or of one below, that were open within a period.

    They stand as at its end, or today while it runs: what was said of them later is left out.

    Raises:
        UserError: board_unit_unknown, board_unit_not_there.
    """
    who = core.credentials()
    day = min(period.last, core.today)
    with core.vault.read() as connection:
        told = [one for one in stored.difficulties(connection) if one.on is None or one.on <= period.last]
        name = who.unit_name
        if unit_id is not None:
            place = places.place(connection, unit_id, day)
            if place is None:
                ended = places.called(connection, unit_id)
                if ended:
                    raise UserError("board_unit_not_there", unit=ended, day=day)
                raise UserError("board_unit_unknown")
            name = place.name
            told = [one for one in told if one.unit_id in {unit_id, *place.places}]
        within = _communes_of(connection, who, day)
    before = _rows(_as_of(told, period.first - timedelta(days=1)), who, day)
    over = {row.difficulty_id for row in before if row.stage in _DONE}
    rows = [row for row in _rows(_as_of(told, day), who, day) if row.difficulty_id not in over]
    rows.sort(key=lambda row: (row.stage in _DONE, row.on or date.min))
    return DifficultyList(name, period.name, period.first, period.last, tuple(rows), within)


def units_below(core: Core) -> tuple[tuple[bytes, str], ...]:
    """The units whose difficulties can be listed alone; none below a village."""
    who = core.credentials()
    with core.vault.read() as connection:
        place = places.place(connection, who.unit_id, core.today)
    return () if place is None else place.below


def asked(core: Core) -> tuple[DifficultyRow, ...]:
    """Those that the own unit has to answer."""
    return tuple(row for row in view(core).rows if row.asked)


def tell(core: Core, says: DifficultyText) -> tuple[bytes, EditUndo, Changes]:
    """Write a difficulty of the own unit down.

    Raises:
        UserError: difficulty_kind_unknown, difficulty_empty, text_too_long.
    """
    values, who, author = _checked(says), core.credentials(), core.author()
    with core.vault.change(author) as change:
        journal = Journal(change.writer)
        own: dict[str, Value] = {
            "unit_id": who.unit_id,
            "unit": who.unit_name,
            "on": core.today.isoformat(),
            "by_id": author,
        }
        made = journal.create("difficulty", {**values, **own})
        undo = journal.undo()
    return made, undo, Changes.of("difficulty")


def rewrite(core: Core, difficulty: bytes, says: DifficultyText) -> tuple[EditUndo, Changes]:
    """Tell it in other words, in the unit that told it.

    Raises:
        UserError: difficulty_unknown, difficulty_not_yours, and those of `tell`.
    """
    values, who = _checked(says), core.credentials()
    with core.vault.change(core.author()) as change:
        if _the_told(change.connection, difficulty).unit_id != who.unit_id:
            raise UserError("difficulty_not_yours")
        journal = Journal(change.writer)
        change.writer.load("difficulty", [difficulty])
        journal.update("difficulty", difficulty, **values)
        undo = journal.undo()
    return undo, Changes.of("difficulty")


def pass_on(core: Core, difficulty: bytes, due_on: date, text: str = "") -> tuple[EditUndo, Changes]:
    """Ask the unit above for an answer by a day.

    Raises:
        UserError: difficulty_unknown, difficulty_not_yours, difficulty_nobody_above, difficulty_day_over,
            text_too_long.
    """
    if due_on < core.today:
        raise UserError("difficulty_day_over")
    who = core.credentials()
    with core.vault.read() as connection:
        above = unit_above(connection, who)
    if above is None:
        raise UserError("difficulty_nobody_above")
    values: dict[str, Value] = {"to_id": above[0], "to": above[1], "due_on": due_on.isoformat()}
    return _step(core, difficulty, Word.PASSED, text, values)


def answer(core: Core, difficulty: bytes, text: str) -> tuple[EditUndo, Changes]:
    """Say what is done about it; all who passed it on read that.

    Raises:
        UserError: difficulty_unknown, difficulty_not_yours, difficulty_answer_missing, text_too_long.
    """
    if not clean(text):
        raise UserError("difficulty_answer_missing")
    return _step(core, difficulty, Word.ANSWERED, text, {})


def close(core: Core, difficulty: bytes, text: str = "") -> tuple[EditUndo, Changes]:
    """Say that it is settled.

    Raises:
        UserError: difficulty_unknown, difficulty_not_yours, text_too_long.
    """
    return _step(core, difficulty, Word.CLOSED, text, {})


def reopen(core: Core, difficulty: bytes, text: str = "") -> tuple[EditUndo, Changes]:
    """Say that it is not settled after all.

    Raises:
        UserError: difficulty_unknown, difficulty_not_yours, text_too_long.
    """
    return _step(core, difficulty, Word.REOPENED, text, {})


def join(core: Core, difficulty: bytes, other: bytes) -> tuple[EditUndo, Changes]:
    """Say that one is the same as another, whose answer is then the answer to both; each stays as told.

    Raises:
        UserError: difficulty_unknown, difficulty_not_yours; difficulty_joined with itself, or in a ring.
    """
    with core.vault.read() as connection:
        told = stored.difficulties(connection)
    known = {one.difficulty_id: one for one in told}
    if other not in known:
        raise UserError("difficulty_unknown")
    at: bytes | None = other
    while at is not None:
        if at == difficulty:
            raise UserError("difficulty_joined")
        at = joined_with(known[at].steps) if at in known else None
    return _step(core, difficulty, Word.JOINED, "", {"other_id": other})


def part(core: Core, difficulty: bytes) -> tuple[EditUndo, Changes]:
    """Say that it is not the same after all.

    Raises:
        UserError: difficulty_unknown, difficulty_not_yours.
    """
    return _step(core, difficulty, Word.PARTED, "", {})


def _step(
    core: Core, difficulty: bytes, word: Word, text: str, values: dict[str, Value]
) -> tuple[EditUndo, Changes]:
    words, who, author = _line(text), core.credentials(), core.author()
    with core.vault.change(author) as change:
        told = _the_told(change.connection, difficulty)
        if not _may_act(told, who):
            raise UserError("difficulty_not_yours")
        journal = Journal(change.writer)
        journal.create(
            "difficulty_step",
            {
                "unit_id": told.unit_id,
                "subject_id": difficulty,
                "word": word.value,
                "text": words or None,
                "on": core.today.isoformat(),
                "from_id": who.unit_id,
                "from_unit": who.unit_name,
                "after": b"".join(one.step_id for one in followed_by(told.steps, word)) or None,
                "by_id": author,
                **values,
            },
        )
        undo = journal.undo()
    return undo, Changes.of("difficulty", "difficulty_step")


def _may_act(told: Told, who: Credentials) -> bool:
    """Whoever told it, and whoever was asked on its way."""
    return told.unit_id == who.unit_id or any(one.to_id == who.unit_id for one in told.steps)


def _rows(told: Sequence[Told], who: Credentials, on: date) -> list[DifficultyRow]:
    known = {one.difficulty_id: one for one in told}
    joins: dict[bytes, list[bytes]] = {}
    for one in told:
        other = joined_with(one.steps)
        if other in known and other is not None:
            joins.setdefault(other, []).append(one.difficulty_id)
    rows = []
    for one in told:
        other = joined_with(one.steps)
        stand = standing_of(one.steps, on)
        shared = standing_of(known[other].steps, on) if other is not None and other in known else stand
        answered = shared.stage in {Stage.ANSWERED, Stage.CLOSED}
        stage = shared.stage if answered else stand.stage
        kind = load_kinds().get(one.says.kind)
        rows.append(
            DifficultyRow(
                difficulty_id=one.difficulty_id,
                unit_id=one.unit_id,
                unit=one.unit,
                says=one.says,
                kind=one.says.kind if kind is None else kind.name(language()),
                on=one.on,
                by=one.by,
                stage=stage,
                owner=stand.owner or one.unit,
                due_on=stand.due_on,
                answer=shared.answer or stand.answer,
                steps=one.steps,
                joined_with=other,
                joins=tuple(joins.get(one.difficulty_id, ())),
                mine=one.unit_id == who.unit_id,
                asked=stand.owner_id == who.unit_id and stage in {Stage.ASKED, Stage.OVERDUE, Stage.CONTRARY},
                may_act=_may_act(one, who),
                standing=one.standing,
            )
        )
    return rows


def _as_of(told: Sequence[Told], day: date) -> list[Told]:
    return [replace(one, steps=taken_by(one.steps, day)) for one in told]


def _communes_of(connection: Connection, who: Credentials, on: date) -> Mapping[bytes, str]:
    """The commune of each village, where whoever asks is above communes."""
    if Role(who.role) not in {Role.AREA, Role.PROVINCE}:
        return {}
    communes = units.communes_of(connection, who.unit_id, on)
    names = units.unit_names(connection, communes)
    villages = units.villages_in(connection, communes, on)
    return {village: names[commune] for village, (_name, commune) in villages.items()}


def _the_told(connection: Connection, difficulty: bytes) -> Told:
    for one in stored.difficulties(connection):
        if one.difficulty_id == difficulty:
            return one
    raise UserError("difficulty_unknown")


def _checked(says: DifficultyText) -> dict[str, Value]:
    if says.kind not in load_kinds():
        raise UserError("difficulty_kind_unknown", code=says.kind)
    text = _line(says.text)
    if not text:
        raise UserError("difficulty_empty")
    return {
        "kind": says.kind,
        "text": text,
        "place": _line(says.place) or None,
        "cause": _line(says.cause) or None,
        "done": _line(says.done) or None,
        "proposal": _line(says.proposal) or None,
    }


def _line(words: str) -> str:
    cleaned = clean_lines(words)
    if len(cleaned) > LONGEST:
        raise UserError("text_too_long", most=LONGEST)
    return cleaned
