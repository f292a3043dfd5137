"""The units of a province as figures go up through them: villages, communes, areas, the province."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Column, Connection, select, update

from tongcds.domain.views import Role
from tongcds.reports.figures import Count, added
from tongcds.server.office import office
from tongcds.server.scopes import clusters, communes_below, communes_of, villages_of
from tongcds.server.tables import STATE


@dataclass(frozen=True, slots=True)
class UnitsTree:
    """Who adds up whom.

    `parts` are the units of each unit that adds others up, as a reader of all of them sees it: of areas that
    share no commune the province is the sum of these and of the communes outside of them. Where areas share
    one, the province is the sum of its communes, and `parts` are no tree.
    """

    province: bytes
    communes: tuple[bytes, ...]
    commune_of: Mapping[bytes, bytes]
    areas: Mapping[bytes, Sequence[bytes]]
    parts: Mapping[bytes, Sequence[bytes]]

    @property
    def units(self) -> frozenset[bytes]:
        """Every unit whose figures are published."""
        return frozenset({self.province, *self.communes, *self.areas, *self.commune_of})

    @property
    def name(self) -> str:
        """Another one once units are added up otherwise."""
        below = sorted(self.commune_of.items()), sorted(self.communes)
        above = sorted((area, *members) for area, members in self.areas.items())
        return sha256(repr((self.province, below, above)).encode()).hexdigest()

    def above(self, place: bytes) -> Iterator[bytes]:
        """The units whose figures a place is in, from its commune up; a commune is also in its own."""
        commune = self.commune_of.get(place, place)
        if commune in self.communes:
            yield commune
            yield from (area for area, members in self.areas.items() if commune in members)
            yield self.province

    def added_up(self, counts: Mapping[bytes, Count]) -> dict[bytes, Count]:
        """The figure of every unit of which something was counted, out of what was counted of places.

        A commune is a place of its own for the teams that work for all of it; a place that is no unit any
        more is left out.
        """
        communes = frozenset(self.communes)
        of_villages: dict[bytes, Count] = {}
        parts: defaultdict[bytes, list[Count]] = defaultdict(list)
        for place, count in counts.items():
            commune = self.commune_of.get(place)
            if commune is not None:
                of_villages[place] = count
            elif place in communes:
                commune = place
            if commune is not None:
                parts[commune].append(count)
        found = {commune: added(several) for commune, several in parts.items()}
        of_communes = dict(found)
        for unit, members in (*self.areas.items(), (self.province, self.communes)):
            several = [of_communes[one] for one in dict.fromkeys(members) if one in of_communes]
            if several:
                found[unit] = added(several)
        return of_villages | found


class Below(NamedTuple):
    """Where the figures come from that a role at a unit reads; nowhere, for who reads none."""

    communes: Sequence[bytes]
    villages: Mapping[bytes, bytes]
    province: bytes | None

    def is_noted(self, connection: Connection, noted: Column[str]) -> bool:
        """Whether the units of the province add up those that this note of `STATE` says."""
        if self.province is None:
            return True
        return is_noted(connection, units_tree(connection, self.province), noted)


def below_unit(connection: Connection, role: Role, unit: bytes) -> Below:
    """The communes whose figures a role at this unit reads, and their villages, each with its commune."""
    state = office(connection)
    if state is None:
        return Below((), {}, None)
    communes = communes_below(connection, role, unit, state.province_id)
    return Below(communes, dict(villages_of(connection, communes)), state.province_id if communes else None)


def units_tree(connection: Connection, province: bytes) -> UnitsTree:
    """The units of a province as they stand now."""
    communes = communes_of(connection, province)
    areas = clusters(connection, province)
    commune_of = dict(villages_of(connection, communes))
    inside = [commune for members in areas.values() for commune in members]
    villages: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for village, commune in commune_of.items():
        villages[commune].append(village)
    parts: dict[bytes, Sequence[bytes]] = {**villages, **areas}
    apart = len(inside) == len(set(inside))
    outside = [commune for commune in communes if commune not in inside]
    parts[province] = [*areas, *outside] if apart else communes
    return UnitsTree(province, tuple(communes), commune_of, areas, parts)


def is_noted(connection: Connection, tree: UnitsTree, noted: Column[str]) -> bool:
    """Whether units add up those that this note of `STATE` says."""
    return bool(connection.execute(select(noted)).scalar_one() == tree.name)


def is_another(connection: Connection, tree: UnitsTree, noted: Column[str]) -> bool:
    """Whether units add up others than this note of `STATE` says, which says so from now on."""
    if is_noted(connection, tree, noted):
        return False
    connection.execute(update(STATE).values({noted: tree.name}))
    return True
