"""Two freely chosen units beside each other: one indicator over a period, another one, and twelve months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tongcds.actions.board import board, closely
from tongcds.actions.core import Core
from tongcds.domain.periods import Period
from tongcds.domain.text import natural_sort_key
from tongcds.domain.views import PairView
from tongcds.reports import places, units


def units_to_choose(core: Core) -> tuple[tuple[bytes, str], ...]:
    """Every unit whose figures this computer knows, the own one first, villages with their commune's name."""
    who = core.credentials()
    with core.counting() as connection:
        own = places.place(connection, who.unit_id, core.today)
        below = () if own is None else own.below
        found = [(who.unit_id, who.unit_name), *below]
        if own is not None and own.kind == places.COMMUNE:
            names = dict(below)
            inside = units.villages_in(connection, list(names), core.today)
            villages = [(one, f"{names[commune]} / {name}") for one, (name, commune) in inside.items()]
            found += sorted(villages, key=lambda one: natural_sort_key(one[1]))
    return tuple(found)


def side_by_side(
    core: Core, code: str, period: Period, against: Period | None, chosen: Sequence[bytes]
) -> PairView:
    """The figure of each of some units, over twelve months up to the period, too.

    Raises:
        UserError: indicator_unknown, indicator_not_counted, board_unit_unknown.
    """
    views = [board(core, [code], period, against, unit) for unit in chosen]
    close = [closely(core, code, period, unit) for unit in chosen]
    return PairView(
        indicator=views[0].indicators[0],
        period=views[0].period,
        against=views[0].against,
        last=views[0].last,
        rows=tuple(replace(view.whole, name=view.path[-1][1]) for view in views),
        months=tuple(one.months for one in close),
        # What is missing of the units below is not what is compared.
        notes=tuple(dict.fromkeys(note for view in views if not view.rows for note in view.notes)),
    )
