"""Administrative units of both eras, what became of the old ones, and how a unit is named for ever.

Codes and names were reused in 2025, so neither identifies a unit: its id does. Villages have no national
code and no table here; they, clusters and what changes later arrive as records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

from tongcds.domain.text import fold, natural_sort_key
from tongcds.domain.unit_tables import read_unit_tables
from tongcds.paths import resources_folder

FIRST_DAY_2025: Final = date(2025, 7, 1)
"""The day on which two-tier local government began: 34 provinces, 3,321 communes, no districts."""

LAST_DAY_BEFORE: Final = date(2025, 6, 30)

_SOURCE: Final = "vietnamadminunits 1.0.4 (MIT), corrected"


class UnitKind(StrEnum):
    """The level of a unit. A cluster is a set of communes that some office looks after."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    VILLAGE = "village"
    CLUSTER = "cluster"


class Era(StrEnum):
    """Which list of codes a code belongs to: 04123 is a commune in both, not the same territory."""

    BEFORE_2025 = "before-2025"
    SINCE_2025 = "2025"

    @classmethod
    def of(cls, on: date) -> Era:
        """The era of a day."""
        return cls.SINCE_2025 if on >= FIRST_DAY_2025 else cls.BEFORE_2025


class EventKind(StrEnum):
    """What happened to a unit."""

    MERGE = "merge"
    SPLIT = "split"
    RENAME = "rename"
    MOVE = "move"
    CREATE = "create"
    DISSOLVE = "dissolve"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with the days of its life.

    `name` is the full official name with its type ("Xã Chiềng Mung"), `type` that type in small letters.
    `valid_from` None: before anybody here counted; `valid_to` None: still standing.
    """

    id: bytes
    kind: UnitKind
    code: str
    name: str
    type: str
    parent_id: bytes | None
    valid_from: date | None
    valid_to: date | None
    source: str

    @property
    def bare_name(self) -> str:
        """The name without its type: Chiềng Mung."""
        return self.name[len(self.type) :].strip() if self.name.lower().startswith(self.type) else self.name

    def stands_on(self, on: date) -> bool:
        """Whether the unit exists on this day."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class UnitEvent:
    """Something that tied units together on a day; `share` says how much went over, in the source's words."""

    date: date
    document: str
    kind: EventKind
    from_ids: tuple[bytes, ...]
    to_ids: tuple[bytes, ...]
    share: str


@dataclass(frozen=True, slots=True)
class Link:
    """One way from an old unit to a new one; `share_note` as in the table of successors."""

    unit: Unit
    share_note: str

    @property
    def whole(self) -> bool:
        """Whether all of the old unit went this way."""
        return self.share_note.split(";")[0] in {"whole", "district"}

    @property
    def suggested(self) -> bool:
        """Whether this is the part to show first when asking; never to be applied unasked."""
        return self.whole or "main" in self.share_note.split(";")

    @property
    def doubtful(self) -> bool:
        """Whether the sources disagree about this link."""
        return "disputed" in self.share_note or "unlikely" in self.share_note


def unit_id(kind: str, code: str, era: str) -> bytes:
    """Return the id of a unit: 16 bytes (a UUID of version 8), the same on every machine.

    Args:
        kind: province, district, commune, village or cluster.
        code: the code in its era's list, with leading zeros.
        era: "2025" or "before-2025".
    """
    digest = bytearray(blake2b(f"tongcds:unit:{era}:{kind}:{code}".encode(), digest_size=16).digest())
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return bytes(digest)


class _Row(NamedTuple):
    """A unit as its table has it; `day` is the first day since 2025, the last day before."""

    kind: UnitKind
    code: str
    name: str
    type: str
    parent: str
    era: Era
    day: str


_PARENT_KIND: Final = {2: UnitKind.PROVINCE, 3: UnitKind.DISTRICT}
_LEVELS: Final = {kind.value: kind for kind in UnitKind}


class Units:
    """The register of all provinces, districts and communes of both eras.

    Rows are read at once; a `Unit` is made when it is asked for.
    """

    def __init__(self, rows: Sequence[_Row], successors: Sequence[tuple[str, str, str]]) -> None:
        self._rows = rows
        self._successors = successors
        self._by_code = {(row.code, row.era): index for index, row in enumerate(rows)}
        self._made: dict[int, Unit] = {}

    @classmethod
    def load(cls, folder: Path | None = None) -> Units:
        """Read the tables of a folder, by default the program's own.

        Raises:
            UserError: a table cannot be read, or names a unit twice or a parent that is not there.
        """
        tables = read_unit_tables(folder or resources_folder() / "units")
        new, old = Era.SINCE_2025, Era.BEFORE_2025
        rows: list[_Row] = [
            _Row(UnitKind.PROVINCE, code, name, type_, "", new, day)
            for code, name, type_, day in tables.provinces
        ]
        rows += (
            _Row(UnitKind.COMMUNE, code, name, type_, parent, new, day)
            for code, name, type_, parent, day in tables.communes
        )
        rows += (
            _Row(_LEVELS[level], code, name, type_, parent, old, day)
            for code, name, type_, level, parent, day in tables.before
        )
        links = [(before, after, note) for before, after, note in tables.successors]
        return cls(rows, links)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Unit]:
        return (self._unit(index) for index in range(len(self._rows)))

    def by_id(self, wanted: bytes) -> Unit | None:
        """Return the unit with this id, or None."""
        index = self._by_id.get(wanted)
        return None if index is None else self._unit(index)

    def by_code(self, code: str, era: Era | str) -> Unit | None:
        """Return the unit that has this code in an era, or None."""
        index = self._by_code.get((code, Era(era)))
        return None if index is None else self._unit(index)

    def provinces(self, on: date) -> tuple[Unit, ...]:
        """Return the provinces of a day, in Vietnamese order."""
        return self._children_of("", Era.of(on), on)

    def children(self, parent: bytes, on: date) -> tuple[Unit, ...]:
        """Return the units right below one, as they stood on a day, in Vietnamese order.

        Empty on a day on which the parent did not stand.
        """
        unit = self.by_id(parent)
        if unit is None or not unit.stands_on(on):
            return ()
        return self._children_of(unit.code, Era.of(on), on)

    def parents(self, child: bytes, on: date) -> tuple[Unit, ...]:
        """Return the units above one on a day, nearest first; empty when the unit did not stand then."""
        unit = self.by_id(child)
        above: list[Unit] = []
        while unit is not None and unit.stands_on(on) and unit.parent_id is not None:
            unit = self.by_id(unit.parent_id)
            if unit is not None:
                above.append(unit)
        return tuple(above)

    def successors(self, old: bytes) -> tuple[Link, ...]:
        """Return where an old commune went on 1 July 2025, the suggested part first."""
        links = [Link(self._unit(at), note) for at, note in self._links_from.get(self._index(old), ())]
        return tuple(sorted(links, key=lambda link: (not link.suggested, link.doubtful, link.unit.code)))

    def predecessors(self, new: bytes) -> tuple[Link, ...]:
        """Return the old communes (or island district) that a commune of today came from, by code."""
        links = [Link(self._unit(at), note) for at, note in self._links_to.get(self._index(new), ())]
        return tuple(sorted(links, key=lambda link: link.unit.code))

    def needs_asking(self, old: bytes) -> bool:
        """Whether only the commune can say which village went where: several ways, or a doubtful one."""
        links = self.successors(old)
        return len(links) != 1 or links[0].doubtful

    def events_into(self, new: bytes) -> tuple[UnitEvent, ...]:
        """Return what made a commune of today out of old ones, as one event; empty for any other unit."""
        links = self.predecessors(new)
        if not links:
            return ()
        if not all(link.whole for link in links):
            kind = EventKind.SPLIT
        elif len(links) > 1:
            kind = EventKind.MERGE
        else:
            here = self._unit(self._by_id[new])
            kind = EventKind.MOVE if fold(here.name) == fold(links[0].unit.name) else EventKind.RENAME
        shares = ", ".join(f"{link.unit.code} {link.share_note}" for link in links)
        from_ids = tuple(link.unit.id for link in links)
        return (UnitEvent(FIRST_DAY_2025, _SOURCE, kind, from_ids, (new,), shares),)

    def area_of_district(self, district: bytes) -> tuple[Unit, ...]:
        """Return the communes of today that hold something of an old district, in Vietnamese order."""
        index = self._index(district)
        code = self._rows[index].code if index is not None else ""
        found = {
            after
            for before, after, _ in self._successors
            if before == code or self._rows[self._by_code[before, Era.BEFORE_2025]].parent == code
        }
        return _sorted(self._unit(self._by_code[after, Era.SINCE_2025]) for after in found if code)

    def search(
        self, text: str, *, on: date | None = None, kind: UnitKind | None = None, limit: int = 20
    ) -> tuple[Unit, ...]:
        """Return units whose name has words that begin with those of `text`, marks aside, or with this code.

        A name that is the text comes first, then names that begin with it; larger units before smaller.

        Args:
            text: what was typed.
            on: only units that stand on this day; None for both eras.
            kind: only units of this kind.
            limit: at most so many.
        """
        wanted = fold(text).split()
        if not wanted:
            return ()
        start = f" {' '.join(wanted)}"
        found: list[tuple[bool, bool, int, str, int]] = []
        for index, (padded, row) in enumerate(zip(self._folded, self._rows, strict=True)):
            if kind is not None and row.kind is not kind:
                continue
            named = wanted == [row.code] or all(f" {word}" in padded for word in wanted)
            if named and (on is None or self._unit(index).stands_on(on)):
                bare = padded.removeprefix(f" {fold(row.type)}")
                starts = bare.startswith(start) or padded.startswith(start)
                found.append((bare != start, not starts, len(row.code), padded, index))
        return tuple(self._unit(index) for *_, index in sorted(found)[:limit])

    def _unit(self, index: int) -> Unit:
        made = self._made.get(index)
        if made is None:
            row = self._rows[index]
            since, day = row.era is Era.SINCE_2025, date.fromisoformat(row.day)
            above = _PARENT_KIND[len(row.parent)] if row.parent else None
            made = Unit(
                id=unit_id(row.kind, row.code, row.era),
                kind=row.kind,
                code=row.code,
                name=row.name,
                type=row.type,
                parent_id=unit_id(above, row.parent, row.era) if above else None,
                valid_from=day if since else None,
                valid_to=None if since else day,
                source=_SOURCE,
            )
            self._made[index] = made
        return made

    def _index(self, wanted: bytes) -> int | None:
        return self._by_id.get(wanted)

    @cached_property
    def _by_id(self) -> dict[bytes, int]:
        return {unit_id(row.kind, row.code, row.era): index for index, row in enumerate(self._rows)}

    @cached_property
    def _children(self) -> dict[tuple[str, Era], list[int]]:
        children: dict[tuple[str, Era], list[int]] = {}
        for index, row in enumerate(self._rows):
            children.setdefault((row.parent, row.era), []).append(index)
        return children

    def _children_of(self, parent: str, era: Era, on: date) -> tuple[Unit, ...]:
        below = (self._unit(index) for index in self._children.get((parent, era), ()))
        return _sorted(unit for unit in below if unit.stands_on(on))

    @cached_property
    def _links_from(self) -> dict[int | None, list[tuple[int, str]]]:
        links: dict[int | None, list[tuple[int, str]]] = {}
        for before, after, note in self._successors:
            at = self._by_code[before, Era.BEFORE_2025]
            links.setdefault(at, []).append((self._by_code[after, Era.SINCE_2025], note))
        return links

    @cached_property
    def _links_to(self) -> dict[int | None, list[tuple[int, str]]]:
        links: dict[int | None, list[tuple[int, str]]] = {}
        for before, after, note in self._successors:
            at = self._by_code[after, Era.SINCE_2025]
            links.setdefault(at, []).append((self._by_code[before, Era.BEFORE_2025], note))
        return links

    @cached_property
    def _folded(self) -> tuple[str, ...]:
        return tuple(f" {fold(row.name)}" for row in self._rows)


def _sorted(units: Iterable[Unit]) -> tuple[Unit, ...]:
    return tuple(sorted(units, key=lambda unit: (natural_sort_key(unit.bare_name), unit.code)))


@cache
def load_units() -> Units:
    """Return the register that ships with the program; read once."""
    return Units.load()
