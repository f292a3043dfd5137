"""Administrative units of both eras, what became of the old ones, and how a unit is named for ever.

Codes and names were reused in 2025, so neither identifies a unit: its id does. Villages have no national
code and no table here; they, clusters and what changes later arrive as records.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Final

from tongcds.domain.text import fold, natural_sort_key
from tongcds.errors import UserError
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


# kind, code, full name, type, code of the parent, era
_Row = tuple[UnitKind, str, str, str, str, Era]

_FILES: Final = {
    "provinces_2025.csv": ("code", "name", "type", "valid_from"),
    "communes_2025.csv": ("code", "name", "type", "province_code", "valid_from"),
    "units_before_2025.csv": ("code", "name", "type", "level", "parent_code", "valid_to"),
    "commune_successors.csv": ("old_commune_code", "new_commune_code", "share_note"),
}
_PARENT_KIND: Final = {2: UnitKind.PROVINCE, 3: UnitKind.DISTRICT}


class Units:
    """The register of all provinces, districts and communes of both eras.

    Rows are read at once; a `Unit` is made when it is asked for.
    """

    def __init__(self, rows: Sequence[_Row], successors: Sequence[tuple[str, str, str]]) -> None:
        self._rows = rows
        self._successors = successors
        self._by_code = {(row[1], row[5]): index for index, row in enumerate(rows)}
        self._made: dict[int, Unit] = {}

    @classmethod
    def load(cls, folder: Path | None = None) -> Units:
        """Read the tables of a folder, by default the program's own.

        Raises:
            UserError: a table cannot be read, or names a unit twice or a parent that is not there.
        """
        place = folder or resources_folder() / "units"
        tables = {name: _read(place / name, columns) for name, columns in _FILES.items()}
        new, old = Era.SINCE_2025, Era.BEFORE_2025
        rows: list[_Row] = [
            (UnitKind.PROVINCE, code, name, type_, "", new)
            for code, name, type_, _ in tables["provinces_2025.csv"]
        ]
        rows += (
            (UnitKind.COMMUNE, code, name, type_, parent, new)
            for code, name, type_, parent, _ in tables["communes_2025.csv"]
        )
        rows += (
            (UnitKind(level), code, name, type_, parent, old)
            for code, name, type_, level, parent, _ in tables["units_before_2025.csv"]
        )
        links = [(before, after, note) for before, after, note in tables["commune_successors.csv"]]
        units = cls(rows, links)
        units.check()
        return units

    def check(self) -> None:
        """Raise UserError where a code stands twice or names a unit that is not there."""
        if len(self._by_code) != len(self._rows):
            seen: set[tuple[str, Era]] = set()
            for _, code, *_, era in self._rows:
                if (code, era) in seen:
                    raise UserError(
                        "table_code_twice", file=_file_of(era), line="–", column="code", value=code
                    )
                seen.add((code, era))
        for kind, _, _, _, parent, era in self._rows:
            if (parent, era) not in self._by_code and (parent or kind is not UnitKind.PROVINCE):
                column = "province_code" if era is Era.SINCE_2025 else "parent_code"
                raise UserError(
                    "table_reference_unknown", file=_file_of(era), line="–", column=column, value=parent
                )
        for line, (before, after, _) in enumerate(self._successors, 2):
            for column, code, era in (
                ("old_commune_code", before, Era.BEFORE_2025),
                ("new_commune_code", after, Era.SINCE_2025),
            ):
                if (code, era) not in self._by_code:
                    raise UserError(
                        "table_reference_unknown",
                        file="commune_successors.csv",
                        line=line,
                        column=column,
                        value=code,
                    )

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
        return self._children_of(("", Era.of(on)))

    def children(self, parent: bytes, on: date) -> tuple[Unit, ...]:
        """Return the units right below one, as they stood on a day, in Vietnamese order.

        Empty on a day on which the parent did not stand.
        """
        index = self._by_id.get(parent)
        if index is None or self._rows[index][5] is not Era.of(on):
            return ()
        row = self._rows[index]
        return self._children_of((row[1], row[5]))

    def parents(self, child: bytes, on: date) -> tuple[Unit, ...]:
        """Return the units above one on a day, nearest first; empty when the unit did not stand then."""
        index = self._by_id.get(child)
        if index is None or self._rows[index][5] is not Era.of(on):
            return ()
        above = []
        while parent := self._rows[index][4]:
            index = self._by_code[parent, self._rows[index][5]]
            above.append(self._unit(index))
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
        code = self._rows[index][1] if index is not None else ""
        found = {
            after
            for before, after, _ in self._successors
            if before == code or self._rows[self._by_code[before, Era.BEFORE_2025]][4] == code
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
        era = None if on is None else Era.of(on)
        start = f" {' '.join(wanted)}"
        found: list[tuple[bool, bool, int, str, int]] = []
        for index, (padded, row) in enumerate(zip(self._folded, self._rows, strict=True)):
            if (era is not None and row[5] is not era) or (kind is not None and row[0] is not kind):
                continue
            if wanted == [row[1]] or all(f" {word}" in padded for word in wanted):
                bare = padded.removeprefix(f" {fold(row[3])}")
                starts = bare.startswith(start) or padded.startswith(start)
                found.append((bare != start, not starts, len(row[1]), padded, index))
        return tuple(self._unit(index) for *_, index in sorted(found)[:limit])

    def _unit(self, index: int) -> Unit:
        made = self._made.get(index)
        if made is None:
            kind, code, name, type_, parent, era = self._rows[index]
            made = Unit(
                id=unit_id(kind, code, era),
                kind=kind,
                code=code,
                name=name,
                type=type_,
                parent_id=unit_id(_PARENT_KIND[len(parent)], parent, era) if parent else None,
                valid_from=FIRST_DAY_2025 if era is Era.SINCE_2025 else None,
                valid_to=LAST_DAY_BEFORE if era is Era.BEFORE_2025 else None,
                source=_SOURCE,
            )
            self._made[index] = made
        return made

    def _index(self, wanted: bytes) -> int | None:
        return self._by_id.get(wanted)

    @cached_property
    def _by_id(self) -> dict[bytes, int]:
        return {unit_id(row[0], row[1], row[5]): index for index, row in enumerate(self._rows)}

    @cached_property
    def _children(self) -> dict[tuple[str, Era], list[int]]:
        children: dict[tuple[str, Era], list[int]] = {}
        for index, row in enumerate(self._rows):
            children.setdefault((row[4], row[5]), []).append(index)
        return children

    def _children_of(self, parent: tuple[str, Era]) -> tuple[Unit, ...]:
        return _sorted(self._unit(index) for index in self._children.get(parent, ()))

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
        return tuple(f" {fold(row[2])}" for row in self._rows)


def _sorted(units: Iterable[Unit]) -> tuple[Unit, ...]:
    return tuple(sorted(units, key=lambda unit: (natural_sort_key(unit.bare_name), unit.code)))


def _file_of(era: Era) -> str:
    return "communes_2025.csv" if era is Era.SINCE_2025 else "units_before_2025.csv"


def _read(path: Path, columns: tuple[str, ...]) -> list[list[str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise UserError("table_unreadable", file=path.name) from None
    header = tuple(rows[0]) if rows else ()
    for name in columns:
        if name not in header:
            raise UserError("table_column_missing", file=path.name, line=1, column=name)
    if header != columns:
        unknown = next((name for name in header if name not in columns), header[-1])
        raise UserError("table_column_unknown", file=path.name, line=1, column=unknown)
    for line, row in enumerate(rows, 1):
        if len(row) != len(columns):
            raise UserError(
                "table_row_length", file=path.name, line=line, found=len(row), wanted=len(columns)
            )
    return rows[1:]


@cache
def load_units() -> Units:
    """Return the register that ships with the program; read once."""
    return Units.load()
