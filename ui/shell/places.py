"""The places of each role, as data: what stands in the rail, and in which order Ctrl and a digit go there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tongcds.domain.views import Role
from tongcds.i18n import N_


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the rail; `words` is translated when it is shown. `below` places stand at the bottom."""

    key: str
    words: str
    icon: str
    below: bool = False


_ALL: Final = (
    Place("overview", N_("Overview"), "chart-column"),
    Place("today", N_("Today"), "sun"),
    Place("households", N_("Households"), "house"),
    Place("log", N_("Support log"), "clipboard-pen"),
    Place("training", N_("Training"), "book-open"),
    Place("guidance", N_("Announcements"), "messages-square"),
    Place("difficulties", N_("Difficulties"), "triangle-alert"),
    Place("reports", N_("Reports"), "file-spreadsheet", below=True),
    Place("sync", N_("Sync"), "refresh-cw", below=True),
    Place("settings", N_("Settings"), "settings", below=True),
)

_OF_ALL: Final = frozenset({"difficulties", "reports", "sync", "settings"})
_OF_ROLE: Final[dict[Role, frozenset[str]]] = {
    Role.TEAM: _OF_ALL | {"today", "households", "log", "training"},
    Role.COMMUNE: _OF_ALL | {"overview", "today", "households", "log", "training", "guidance"},
    Role.AREA: _OF_ALL | {"overview", "training"},
    Role.PROVINCE: _OF_ALL | {"overview", "training"},
    Role.TRAINER: frozenset({"training", "sync", "settings"}),
}


def places_of(role: Role) -> tuple[Place, ...]:
    """The places of a role, in the order of the rail."""
    return tuple(place for place in _ALL if place.key in _OF_ROLE[role])
