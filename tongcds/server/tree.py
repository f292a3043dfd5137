"""The units of a province as figures go up through them: villages, communes, areas, the province."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Column, Connection, select, update

from tongcds.reports.figures import Count, rolled_up
from tongcds.server.scopes import clusters, communes_of, villages_of
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

    def rolled_up(self, cells: Mapping[tuple[bytes, str], Count]) -> dict[tuple[bytes, str], Count]:
        """Figures of communes, areas and the province out of those of villages.

        A commune is a place of its own for the teams that work for all of it.
        """
        found = rolled_up(cells, {**self.commune_of, **{commune: commune for commune in self.communes}})
        of_communes = dict(found)
        for area, members in self.areas.items():
            found |= rolled_up(of_communes, dict.fromkeys(members, area))
        return found | rolled_up(of_communes, dict.fromkeys(self.communes, self.province))


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


def is_another(connection: Connection, tree: UnitsTree, noted: Column[str]) -> bool:
    """Whether units add up others than this note of `STATE` says, which says so from now on."""
    if connection.execute(select(noted)).scalar_one() == tree.name:
        return False
    connection.execute(update(STATE).values({noted: tree.name}))
    return True
