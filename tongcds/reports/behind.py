"""The records behind a figure, by their ids, and how two replicas find out which of them differ.

Behind a figure are the records that its fingerprint names and, of a share, those that make up its whole.
Each side cuts what is behind its figure into buckets and adds up a hash of each; only what is in buckets
that differ needs to be told. Who asks whom is the laptop's `sync.behind` and the server's `server.behind`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sqlalchemy import CTE, ColumnElement, Connection, and_, literal, select, union_all

from tongcds.domain.formulas import Formula, Of, formula_on
from tongcds.domain.periods import Period
from tongcds.records import record_type, type_numbered
from tongcds.replica.merged import merged_records
from tongcds.replica.rows import read_rows
from tongcds.reports import looks, signs
from tongcds.reports.counting import frame_for, prepare
from tongcds.reports.passes import one_pass, sheet_of

_SLICE: Final = 100
_SUM: Final = 4
_A_BUCKET: Final = 16
_MOST_BITS: Final = 10
_KIND_OF: Final = MappingProxyType(
    {
        Of.HOUSEHOLDS: "household",
        Of.PEOPLE: "person",
        Of.VILLAGES: "village",
        Of.TEAMS: "team",
        Of.MEMBERS: "member",
        Of.VISITS: "visit",
        Of.SUPPORTS: "support",
        Of.SUPPORTED: "support",
        Of.SESSIONS: "training",
        Of.SESSION_MINUTES: "training",
        Of.ATTENDANCES: "attendance",
        Of.ATTENDERS: "attendance",
        Of.CHECKS: "skill_check",
    }
)
_KIND_OF_SIGN: Final = MappingProxyType(
    {
        signs.VISITED: "visit",
        signs.GUIDED: "support",
        signs.ACTIVE: "visit",
        signs.TEAM: "team",
        signs.ORGANISATION: "member",
    }
)


class Part(IntEnum):
    """What of a figure a record stands behind; numbers travel."""

    COUNTED = 1
    WHOLE = 2


class Item(NamedTuple):
    """A record behind a figure: of which part, of which kind (the number of its type), and which."""

    part: int
    kind: int
    id: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """How a replica holds a record: where, whether it was removed, and the stamp of the latest write."""

    area: bytes
    gone: bool
    stamp: int


def behind(
    connection: Connection, indicator: str, places: Sequence[bytes], period: Period
) -> frozenset[Item]:
    """Every record behind the figure of these places together; none where it is not counted.

    Raises:
        KeyError: the catalogue has no such indicator.
    """
    formula = formula_on(indicator, period.last)
    if formula is None:
        return frozenset()
    prepare(connection)
    found: set[Item] = set()
    for start in range(0, len(places), _SLICE):
        part = places[start : start + _SLICE]
        merged = merged_records(connection, part)
        found |= _of(connection, formula, part, period, merged, is_whole=False)
        if formula.over is not None:
            whole = Formula(f"all {formula.over.value}", 1, formula.over)
            found |= _of(connection, whole, part, period, merged, is_whole=True)
    return frozenset(found)


def _of(
    connection: Connection,
    formula: Formula,
    places: Sequence[bytes],
    period: Period,
    merged: Mapping[bytes, bytes],
    *,
    is_whole: bool,
) -> set[Item]:
    read = one_pass(frame_for([formula], places, [period], merged), [formula])
    sheet, seen = read.sheets[sheet_of(formula)], read.seen.get(sheet_of(formula))
    counted, whole = _by_subjects(sheet, formula) if seen is None else _by_signs(sheet, seen, formula)
    found: set[Item] = set()
    if is_whole:
        counted = counted.with_only_columns(literal(int(Part.WHOLE)), *list(counted.selected_columns)[1:])
    statements = [counted]
    if not is_whole and formula.is_ratio and formula.over is None:
        statements.append(whole)
    for part, sign, record in connection.execute(union_all(*statements)):
        name = _KIND_OF[formula.of] if sign < 0 else _kind(formula, sign)
        found.add(Item(part, record_type(name).number, record))
    return found


def _kind(formula: Formula, look: int) -> str:
    return _KIND_OF_SIGN.get(looks.looks_of(formula)[look].signs[0], "observation")


# Any: statements of a part, the number of a look (-1 for the subject itself) and a record's id.
def _by_subjects(sheet: CTE, formula: Formula) -> tuple[Any, Any]:
    """What the subjects themselves answer."""
    record = sheet.c.record if "record" in sheet.c else sheet.c.subject
    return (
        select(literal(int(Part.COUNTED)), literal(-1), record).where(
            looks.answered(sheet, [formula], looks.counted_alone(formula))
        ),
        select(literal(int(Part.WHOLE)), literal(-1), record).where(_inside(sheet, formula)),
    )


def _inside(sheet: CTE, formula: Formula) -> ColumnElement[bool]:
    return looks.answered(sheet, [formula], looks.attributes(formula)[0])


def _by_signs(sheet: CTE, seen: CTE, formula: Formula) -> tuple[Any, Any]:
    """What signs say of them."""
    rows = looks.beside(seen, [formula], [0])
    keys = (rows.c.village, rows.c.subject, rows.c.formula)
    subjects = select(*keys, *looks.answers(rows, [formula], [0])).group_by(*keys).subquery("subjects")
    said = looks.verdict(subjects, [formula], [0])
    same = and_(subjects.c.subject == rows.c.subject, subjects.c.village == rows.c.village)
    counted = (
        select(literal(int(Part.COUNTED)), rows.c.look, rows.c.record)
        .join_from(rows, subjects, same)
        .where(said.counted, rows.c.good == 1, rows.c.counts == 1)
    )
    part, look = literal(int(Part.WHOLE)), literal(-1)
    if looks.narrows(formula):
        return counted, select(part, look, subjects.c.subject).where(said.inside)
    return counted, select(part, look, sheet.c.subject).where(_inside(sheet, formula))


def bits_for(items: Collection[Item]) -> int:
    """Into how many buckets (a power of two) so many records are best cut."""
    return min(_MOST_BITS, max(0, (len(items) // _A_BUCKET).bit_length()))


def bucket_of(item: Item, bits: int) -> int:
    """The bucket that an item lies in."""
    return int.from_bytes(_digest(item)[:2], "big") >> (16 - bits)


def sums_of(items: Iterable[Item], bits: int) -> bytes:
    """Four bytes for each bucket: the sum of the hashes of what is in it."""
    sums = [0] * (1 << bits)
    for item in items:
        digest = _digest(item)
        sums[int.from_bytes(digest[:2], "big") >> (16 - bits)] += int.from_bytes(digest[2 : 2 + _SUM], "big")
    return b"".join((one % (1 << 8 * _SUM)).to_bytes(_SUM, "big") for one in sums)


def differing(ours: bytes, theirs: bytes) -> frozenset[int]:
    """The buckets whose sums differ."""
    pairs = zip(range(0, len(ours), _SUM), range(0, len(theirs), _SUM), strict=True)
    return frozenset(
        at for at, (one, other) in enumerate(pairs) if ours[one : one + _SUM] != theirs[other : other + _SUM]
    )


def _digest(item: Item) -> bytes:
    return sha256(bytes((item.part, item.kind)) + item.id).digest()


def standings(connection: Connection, records: Iterable[tuple[int, bytes]]) -> dict[bytes, Standing]:
    """How this replica holds records of these kinds and ids; those that it does not know are left out."""
    by_kind: defaultdict[int, list[bytes]] = defaultdict(list)
    for kind, record in records:
        by_kind[kind].append(record)
    found = {}
    for kind, ids in by_kind.items():
        known = type_numbered(kind)
        for row in read_rows(connection, known, sorted(ids)).values() if known is not None else ():
            stamps = [row["version"].stamp, *(version.stamp for version in row["later"].values())]
            gone = bool(row["values"]["deleted"]) or bool(row["values"].get("erased"))
            found[row["id"]] = Standing(row["area"], gone, max(stamps))
    return found
