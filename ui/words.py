"""Values as words, tones and icons, the same on every screen; how a number is written is `tongcds.i18n`'s."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from tongcds.clock import VIETNAM
from tongcds.domain.words import Result, Standing, Tone
from tongcds.i18n import (
    N_,
    _,
    format_date,
    format_number,
    format_percent,
    format_points,
    format_time,
    ngettext,
)

if TYPE_CHECKING:
    # The views are a quarter of what the first picture would load.
    from tongcds.domain.views import Figure, Tile

NO_DATA: Final = "—"

NAME: Final = "TongCDS"
"""What the program is called; never translated."""


class State(NamedTuple):
    """A state as a pill shows it."""

    words: str
    tone: Tone | None
    icon: str = ""


_STANDINGS: Final[dict[Standing, tuple[str, Tone, str]]] = {
    Standing.DRAFT: (N_("Draft"), Tone.QUIET, "pen-line"),
    Standing.WAITING: (N_("Waiting"), Tone.QUIET, ""),
    Standing.PACKED: (N_("On USB"), Tone.INFO, "usb"),
    Standing.RECEIVED: (N_("Received"), Tone.GOOD, "check"),
    Standing.RETURNED: (N_("Returned"), Tone.BAD, "undo-2"),
    Standing.CONFLICT: (N_("Two versions"), Tone.WARN, "git-merge"),
}

_RESULTS: Final[dict[Result, tuple[str, Tone]]] = {
    Result.ALONE: (N_("On their own"), Tone.GOOD),
    Result.TOGETHER: (N_("Done together"), Tone.INFO),
    Result.COME_BACK: (N_("Come back"), Tone.WARN),
    Result.DECLINED: (N_("Declined"), Tone.QUIET),
}

_GROUP_ICONS: Final[dict[str, str]] = {
    "ID": "id-card",
    "PS": "landmark",
    "PY": "wallet",
    "EC": "shopping-basket",
    "HB": "store",
    "HE": "heart-pulse",
    "SI": "hand-heart",
    "ED": "book-open",
    "IN": "smartphone",
    "SE": "shield-check",
    "CO": "messages-square",
    "AG": "sprout",
    "TO": "map",
}


def standing(where: Standing) -> State:
    """Where a record stands on its way to the server."""
    words, tone, icon = _STANDINGS[where]
    return State(_(words), tone, icon)


def result(how: Result) -> State:
    """How a support ended."""
    words, tone = _RESULTS[how]
    return State(_(words), tone)


def group_icon(code: str) -> str:
    """The icon of a group of services; a group that this version does not know gets the log's."""
    return _GROUP_ICONS.get(code, "clipboard-check")


def moment(when: datetime, now: datetime) -> str:
    """The time of day of a moment of today, otherwise day and time."""
    day = when.astimezone(VIETNAM).date()
    if day == now.astimezone(VIETNAM).date():
        return format_time(when)
    return _("{day}, {time}").format(day=format_date(day), time=format_time(when))


def capital(words: str) -> str:
    """The words with a capital letter at the beginning, for headings that start with a unit's name."""
    return words[:1].upper() + words[1:]


def in_a_sentence(unit_name: str) -> str:
    """A unit's name within a line: "xã Chiềng Mung", "khu vực Mai Sơn"."""
    return unit_name[:1].lower() + unit_name[1:]


def share(figure: Figure) -> str:
    """A figure as a percentage, or what stands instead: hidden is not the same as unknown."""
    if figure.hidden:
        return _("under 5")
    return NO_DATA if figure.share is None else format_percent(figure.share, decimals=1)


def counted(figure: Figure) -> str:
    """Where a share comes from: "135/148 households"; empty where nothing is known."""
    if figure.numerator is None or figure.denominator is None:
        return ""
    numbers = {"n": format_number(figure.numerator), "of": format_number(figure.denominator)}
    if figure.entity == "household":
        return ngettext("{n}/{of} household", "{n}/{of} households", figure.denominator).format(**numbers)
    return ngettext("{n}/{of} person", "{n}/{of} people", figure.denominator).format(**numbers)


def target(value: float) -> str:
    """A target: "target 96,52%"."""
    return _("target {share}").format(share=format_percent(value))


def _moved(change: float, aim: float | None) -> str:
    points = format_points(change)
    if aim is None:
        return _("{points} pts this month").format(points=points)
    # translators: has to fit under a tile, so "target" may be abbreviated
    words = _("{points} pts this month · target {share}")
    return words.format(points=points, share=format_percent(aim))


def figure_note(tile: Tile) -> str:
    """The quiet line of a tile: the change where one is known, otherwise the count; then the target."""
    figure = tile.figure
    if figure.hidden:
        parts = [_("hidden: fewer than 5")]
    elif figure.share is None:
        parts = [_("no data yet")]
    elif tile.change is not None:
        return _moved(tile.change, figure.target)
    else:
        parts = [counted(figure)]
    if figure.target is not None:
        parts.append(target(figure.target))
    return " · ".join(parts)
