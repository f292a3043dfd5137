"""Saying of two records that they are one person or household, or two, and taking that back.

What was said is a record of its own, and reading follows it (`replica.merged`). A value that a merge puts
another one in place of is kept beside it (record type `earlier`), so that nothing is lost and taking back is
complete at any time; what somebody changed since stays.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.domain.views import EditUndo
from tongcds.domain.views.duplicates import Compared, Pair, PairList, Side, masked
from tongcds.errors import UserError
from tongcds.records import Kind, Value
from tongcds.replica.merged import HOUSEHOLD, ONE, OPEN, PERSON, TWO
from tongcds.storage import duplicates
from tongcds.storage import likely as finding
from tongcds.storage.duplicates import HOUSEHOLD_FIELDS, PERSON_FIELDS
from tongcds.storage.vault import Change
from tongcds.storage.wording import field_name, value_words

__all__ = [
    "Compared",
    "compared",
    "keep_apart",
    "likely",
    "merge",
    "pair_of",
    "settled",
    "take_back",
    "unite",
]

_HOME_OF: Final = "household_id"
_SAME: Final = "same_as"
"""In place of a field: the person was said to be somebody else, together with their households."""
_CHOOSABLE: Final = {PERSON: PERSON_FIELDS, HOUSEHOLD: HOUSEHOLD_FIELDS}
_SHOWN: Final = {
    PERSON: ("village_id", "code", "full_name", "relation", *PERSON_FIELDS[1:]),
    HOUSEHOLD: ("village_id", "code", "head_id", "person_ids", *HOUSEHOLD_FIELDS[1:], "visits"),
}


def likely(core: Core) -> PairList:
    """Pairs that may be one and of which nobody has said anything yet; at most 200 of them, and how many."""
    with core.vault.read() as connection:
        return duplicates.likely(connection, core.today)


def settled(core: Core) -> PairList:
    """Pairs of which somebody said something, the latest first."""
    with core.vault.read() as connection:
        return duplicates.settled(connection, core.today)


def pair_of(core: Core, first: bytes, second: bytes) -> Pair:
    """These two records, side by side.

    Raises:
        UserError: pair_unknown.
    """
    with core.vault.read() as connection:
        found = duplicates.pair_of(connection, first, second, core.today)
    if found is None:
        raise UserError("pair_unknown")
    return found


def merge(core: Core, shown: bytes, other: bytes, take: Collection[str] = ()) -> tuple[EditUndo, Changes]:
    """These two records are one, and `shown` is the one to show; the other stays as it is, whole.

    The values of the fields in `take` come from the other record; what stood there is kept. Of two homes,
    whoever is on record in both is one person from now on, and the others move into the one that shows.

    Raises:
        UserError: pair_unknown, head_hidden, take_unknown.
    """
    with core.vault.change(core.author()) as change:
        if duplicates.is_head(change.connection, other):
            raise UserError("head_hidden")
        merging = _Merging(core, change, shown, other)
        merging.say(ONE, shown)
        merging.take(take)
        if merging.subject == HOUSEHOLD:
            merging.bring_people()
        return merging.done()


def unite(core: Core, pair: Pair, chosen: Mapping[str, bytes] | None = None) -> tuple[EditUndo, Changes]:
    """The two are one; a head of a household shows, otherwise the record that says more.

    `chosen` names, by field, the record whose value is right, `proposed` where it does not.

    Raises:
        UserError: pair_unknown, head_hidden (each of them heads a household).
    """
    shown, other = pair.showing()
    right = {**proposed(pair), **(chosen or {})}
    take = [name for name, record_id in right.items() if record_id == other.record_id]
    return merge(core, shown.record_id, other.record_id, [name for name in take if name in other.values])


def proposed(pair: Pair) -> dict[str, bytes]:
    """By field, the record whose value holds where nobody chooses: of who would show, if there is one."""
    shown, other = pair.showing()
    return {
        name: (shown if name in shown.values or name not in other.values else other).record_id
        for name in _CHOOSABLE[pair.subject]
    }


def keep_apart(core: Core, first: bytes, second: bytes) -> tuple[EditUndo, Changes]:
    """These are two; the pair is not offered again.

    Raises:
        UserError: pair_unknown.
    """
    with core.vault.change(core.author()) as change:
        merging = _Merging(core, change, first, second)
        merging.say(TWO, None)
        return merging.done()


def take_back(core: Core, first: bytes, second: bytes) -> tuple[EditUndo, Changes]:
    """Whatever was said of the pair holds no longer; both records show as they did before.

    Raises:
        UserError: pair_unknown.
    """
    with core.vault.change(core.author()) as change:
        merging = _Merging(core, change, first, second)
        replaced = duplicates.replaced_by(change.connection, *merging.ids)
        merging.say(OPEN, None)
        for row in replaced:
            merging.put_back(row.subject, row.subject_id, row.field, was=row.value, now=row.now)
        return merging.done()


class _Merging:
    """Two records on their way into one, or out of it again."""

    def __init__(self, core: Core, change: Change, shown: bytes, other: bytes) -> None:
        self._connection = change.connection
        self._today = core.today
        self._shown, self._other = shown, other
        self.ids = (shown, other) if shown < other else (other, shown)
        found = duplicates.village_of_pair(change.connection, shown, other)
        if found is None:
            raise UserError("pair_unknown")
        self.subject, self._village = found
        self._journal = Journal(change.writer)
        self._said = b""

    def done(self) -> tuple[EditUndo, Changes]:
        """What was written."""
        return self._journal.undo(), Changes.of("duplicate", "person", "household", *self._journal.kinds())

    def say(self, verdict: str, shown: bytes | None) -> None:
        """Put down the word on the two."""
        self._said = self._word(self.subject, self.ids, verdict, shown)

    def _word(self, subject: str, ids: tuple[bytes, bytes], verdict: str, shown: bytes | None) -> bytes:
        said: dict[str, Value] = {
            "village_id": self._village,
            "subject": subject,
            "first_id": ids[0],
            "second_id": ids[1],
            "verdict": verdict,
            "shown_id": shown,
        }
        return self._journal.create("duplicate", said)

    def take(self, fields: Collection[str]) -> None:
        """Put the other's values into the record that shows."""
        if unknown := set(fields) - set(_CHOOSABLE[self.subject]):
            raise UserError("take_unknown", field=min(unknown))
        mine = duplicates.values_of(self._connection, self.subject, self._shown)
        theirs = duplicates.values_of(self._connection, self.subject, self._other)
        home = mine.get(_HOME_OF, self._shown)
        # The kind of paper goes with its number.
        names = [*fields, *(["id_kind"] if "id_number" in fields else [])]
        for name in names:
            if theirs[name] is not None and theirs[name] != mine[name]:
                self._replace(self.subject, self._shown, home, name, was=mine[name], now=theirs[name])

    def bring_people(self) -> None:
        """Whoever is on record in both households is one person; the others move into the one that shows."""
        everybody = finding.people_at(self._connection, self._today, self.ids)
        mine = [one for one in everybody if one.household_id == self._shown]
        theirs = [one for one in everybody if one.household_id == self._other]
        said = duplicates.said_of_pairs(self._connection)
        apart = {ids for ids, word in said.items() if word.verdict == TWO}
        same = finding.matched(mine, theirs, apart)
        for one in theirs:
            twin = same.get(one.id)
            if twin is None:
                self._replace(PERSON, one.id, self._shown, _HOME_OF, was=self._other, now=self._shown)
                continue
            ids = (twin, one.id) if twin < one.id else (one.id, twin)
            self._keep(PERSON, one.id, self._other, _SAME, was=twin, now=twin)
            self._word(PERSON, ids, ONE, twin)

    def _replace(
        self, subject: str, record_id: bytes, home: bytes | None, field: str, *, was: Value, now: Value
    ) -> None:
        self._keep(subject, record_id, home, field, was=was, now=now)
        self._journal.writer.load(subject, [record_id])
        self._journal.update(subject, record_id, **{field: now})

    def _keep(
        self, subject: str, record_id: bytes, home: bytes | None, field: str, *, was: Value, now: Value
    ) -> None:
        kept: dict[str, Value] = {
            "village_id": self._village,
            "household_id": home,
            "said_id": self._said,
            "subject": subject,
            "subject_id": record_id,
            "field": field,
            "value": _text(was),
            "now": _text(now),
        }
        self._journal.create("earlier", kept)

    def put_back(self, subject: str, record_id: bytes, field: str, *, was: str | None, now: str) -> None:
        """Put an earlier value back, where nobody put another one in its place since."""
        if field == _SAME:
            twin = bytes.fromhex(now)
            ids = (twin, record_id) if twin < record_id else (record_id, twin)
            said = duplicates.said_of_pairs(self._connection).get(ids)
            if said is not None and said.verdict == ONE:
                self._word(PERSON, ids, OPEN, None)
            return
        writer = self._journal.writer
        writer.load(subject, [record_id])
        try:
            stands = writer.value_of(subject, record_id, field)
        except KeyError:
            return
        if _text(stands) == now and not writer.value_of(subject, record_id, "deleted"):
            self._journal.update(subject, record_id, **{field: _value(field, was)})


def _text(value: Value) -> str | None:
    return value.hex() if isinstance(value, bytes) else None if value is None else str(value)


def _value(field: str, text: str | None) -> Value:
    if text is None:
        return None
    return bytes.fromhex(text) if field == _HOME_OF else int(text) if field == "hardship" else text


def compared(pair: Pair) -> tuple[Compared, ...]:
    """The two records field by field, with what stood there before a merge; what neither has is left out."""
    rows = []
    for name in _SHOWN[pair.subject]:
        first, second = (_seen(pair, side.record_id, name) for side in (pair.first, pair.second))
        if first or second:
            differs = _whole(pair.first, name) != _whole(pair.second, name)
            choosable = differs and name in _CHOOSABLE[pair.subject] and pair.verdict == OPEN
            rows.append(Compared(name, field_name(name), first, second, differs, choosable))
    return tuple(rows)


def _whole(side: Side, name: str) -> str:
    return {"code": side.code, "village_id": side.village_name}.get(name, side.values.get(name, ""))


def _seen(pair: Pair, record_id: bytes, name: str) -> str:
    """A field of one of the two as people may see it, then what stood there before."""
    side = pair.first if pair.first.record_id == record_id else pair.second
    before = [one.value for one in pair.earlier if (one.record_id, one.field) == (record_id, name)]
    written = [_whole(side, name), *before]
    words = [_words(name, value) for value in written if value]
    return " ← ".join(dict.fromkeys(words))


def _words(name: str, value: str) -> str:
    if name in {"sex", "poverty", "hardship"}:
        kind = Kind.BOOL if name == "hardship" else Kind.WORD
        return value_words(name, kind, int(value) if name == "hardship" else value, {})
    return masked(name, value)
