"""Filters of the list of households: checking them, and keeping them for one person in this vault alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import msgspec

from tongcds.actions.core import Changes, Core
from tongcds.domain.catalogue import load_services
from tongcds.domain.text import clean
from tongcds.domain.views import HouseholdFilter, SavedFilter
from tongcds.errors import UserError
from tongcds.i18n import language
from tongcds.storage import local, register
from tongcds.storage.filters import ALL

_KEPT: Final = "filters of the register "
_Kept = dict[str, HouseholdFilter]


def checked(codes: Iterable[str]) -> tuple[str, ...]:
    """The filters, each once, in a fixed order.

    Raises:
        UserError: filter_unknown.
    """
    wanted = set(codes)
    if unknown := wanted - set(ALL):
        raise UserError("filter_unknown", filter=min(unknown))
    return tuple(sorted(wanted))


def services() -> tuple[tuple[str, str], ...]:
    """Code and name of every service of the catalogue, in the order of the codes."""
    spoken = language()
    return tuple((code, one.short(spoken)) for code, one in sorted(load_services().items()))


def checked_service(code: str) -> str:
    """The code of a service as the catalogue writes it; "" for none.

    Raises:
        UserError: service_unknown.
    """
    wanted = code.strip().upper()
    if wanted and wanted not in load_services():
        raise UserError("service_unknown", code=code)
    return wanted


def village_named(core: Core, name: str) -> bytes | None:
    """The village whose name this is, or the only one that has its words; None for "".

    Raises:
        UserError: village_unclear where none or several fit.
    """
    if not name.strip():
        return None
    with core.vault.read() as connection:
        villages = register.villages(connection)
    found = register.named(villages, name)
    if found is None:
        raise UserError("village_unclear", name=name)
    return found


def saved_filters(core: Core) -> _Kept:
    """What whoever is here has kept, by name."""
    name = _name(core)
    with core.vault.read() as connection:
        kept = local.get_note(connection, name)
    found = msgspec.json.decode(kept, type=_Kept) if kept else {}
    # A filter that this version does not have any more must not make the others unusable.
    known = {name: _usable(wanted) for name, wanted in sorted(found.items())}
    return {name: wanted for name, wanted in known.items() if wanted != HouseholdFilter()}


def _usable(wanted: HouseholdFilter) -> HouseholdFilter:
    services = load_services()
    return replace(
        wanted,
        needs=tuple(code for code in wanted.needs if code in ALL),
        supported=wanted.supported if wanted.supported in services else "",
        lacking=wanted.lacking if wanted.lacking in services else "",
    )


def counted_filters(core: Core) -> tuple[SavedFilter, ...]:
    """What is kept, each with the number of households that it leaves today."""
    kept = saved_filters(core)
    with core.vault.read() as connection:
        return tuple(
            SavedFilter(name, wanted, register.count_matching(connection, wanted, core.today))
            for name, wanted in kept.items()
        )


def saved_filter(core: Core, name: str) -> HouseholdFilter:
    """The filter kept under a name.

    Raises:
        UserError: saved_filter_unknown.
    """
    found = saved_filters(core).get(clean(name).strip())
    if found is None:
        raise UserError("saved_filter_unknown", name=name)
    return found


def save_filter(core: Core, name: str, wanted: HouseholdFilter) -> None:
    """Keep a filter under a name, in place of another one of that name.

    Raises:
        UserError: filter_unknown, filter_empty.
    """
    wanted = replace(wanted, needs=checked(wanted.needs), text=clean(wanted.text))
    called = clean(name).strip()
    if wanted == HouseholdFilter() or not called:
        raise UserError("filter_empty")
    _keep(core, saved_filters(core) | {called: wanted})


def drop_filter(core: Core, name: str) -> HouseholdFilter:
    """Forget the filter kept under a name; answers it, so that it can be kept again.

    Raises:
        UserError: saved_filter_unknown.
    """
    dropped = saved_filter(core, name)
    kept = saved_filters(core)
    del kept[clean(name).strip()]
    _keep(core, kept)
    return dropped


def keep_again(core: Core, name: str, wanted: HouseholdFilter) -> Changes:
    """Keep once more what was forgotten."""
    save_filter(core, name, wanted)
    return Changes()


def village_names(core: Core) -> dict[str, str]:
    """The names of the villages by their ids in hexadecimal."""
    with core.vault.read() as connection:
        return {village.hex(): name for village, name in register.villages(connection)}


def _keep(core: Core, kept: _Kept) -> None:
    name = _name(core)
    with core.vault.write() as connection:
        local.put_note(connection, name, msgspec.json.encode(kept).decode() if kept else "")


def _name(core: Core) -> str:
    return _KEPT + core.author().hex()
