"""Filters of the list of households kept under a name, for one person and in this vault alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from tongcds.actions.core import Core
from tongcds.domain.text import clean
from tongcds.errors import UserError
from tongcds.storage import local
from tongcds.storage.filters import FILTERS

_KEPT: Final = "filters of households "
_Kept = dict[str, tuple[str, ...]]


def checked(codes: Iterable[str]) -> tuple[str, ...]:
    """The filters, each once, in a fixed order.

    Raises:
        UserError: filter_unknown.
    """
    wanted = set(codes)
    if unknown := wanted - set(FILTERS):
        raise UserError("filter_unknown", filter=min(unknown))
    return tuple(sorted(wanted))


def saved_filters(core: Core) -> _Kept:
    """What whoever is here has kept, by name."""
    name = _name(core)
    with core.vault.read() as connection:
        kept = local.get_note(connection, name)
    found = msgspec.json.decode(kept, type=_Kept) if kept else {}
    # A filter that this version does not have any more must not make the others unusable.
    known = {name: tuple(code for code in codes if code in FILTERS) for name, codes in found.items()}
    return {name: codes for name, codes in sorted(known.items()) if codes}


def saved_filter(core: Core, name: str) -> tuple[str, ...]:
    """The filters kept under a name.

    Raises:
        UserError: saved_filter_unknown.
    """
    found = saved_filters(core).get(clean(name).strip())
    if found is None:
        raise UserError("saved_filter_unknown", name=name)
    return found


def save_filter(core: Core, name: str, codes: Iterable[str]) -> None:
    """Keep filters under a name, in place of others of that name.

    Raises:
        UserError: filter_unknown, filter_empty.
    """
    wanted, called = checked(codes), clean(name).strip()
    if not wanted or not called:
        raise UserError("filter_empty")
    _keep(core, saved_filters(core) | {called: wanted})


def drop_filter(core: Core, name: str) -> None:
    """Forget the filters kept under a name.

    Raises:
        UserError: saved_filter_unknown.
    """
    saved_filter(core, name)
    kept = saved_filters(core)
    del kept[clean(name).strip()]
    _keep(core, kept)


def _keep(core: Core, kept: _Kept) -> None:
    name = _name(core)
    with core.vault.write() as connection:
        local.put_note(connection, name, msgspec.json.encode(kept).decode() if kept else "")


def _name(core: Core) -> str:
    return _KEPT + core.author().hex()
