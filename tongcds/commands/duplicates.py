"""Commands about records that may be one person: the list, saying that they are one or two."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from tongcds.actions import duplicates
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, LOOK, show
from tongcds.domain.views.duplicates import Pair
from tongcds.errors import UserError
from tongcds.i18n import _

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    made = add("duplicates", list_pairs, "records that may be one person, side by side, with the reason")
    made.add_argument("--settled", action="store_true", help="those of which somebody said something")
    for name, do, words in (
        ("duplicate-merge", merge, "the two are one person; the first record is the one that shows"),
        ("duplicate-apart", keep_apart, "the two are different people; they are not offered again"),
        ("duplicate-undo", take_back, "take back what was said of the two; both show again"),
    ):
        made = add(name, do, words)
        made.add_argument("first", help="id of a person, as duplicates gives it")
        made.add_argument("second", help="id of the other")


def list_pairs(options: argparse.Namespace, core: Core) -> int:
    """Likely pairs, or those that are settled."""
    pairs = duplicates.settled(core) if options.settled else duplicates.likely(core)
    show(
        options,
        {"pairs": [_plain(pair) for pair in pairs]},
        [line for pair in pairs for line in _lines(pair)],
    )
    return LOOK if pairs and not options.settled else DONE


def _plain(pair: Pair) -> dict[str, object]:
    return {
        "why": pair.why,
        "verdict": pair.verdict,
        "shown": pair.shown_id,
        "people": [
            {"id": side.person_id, "code": side.code, "village": side.village_name, "values": side.masked()}
            for side in (pair.first, pair.second)
        ],
    }


def _lines(pair: Pair) -> list[str]:
    lines = [pair.why or pair.verdict]
    for side in (pair.first, pair.second):
        mark = "*" if side.person_id == pair.shown_id else " "
        values = ", ".join(side.masked().values())
        lines.append(f"{mark} {side.person_id.hex()}  {side.code:<10} {values}")
    return lines


def _ids(options: argparse.Namespace) -> tuple[bytes, bytes]:
    try:
        return bytes.fromhex(options.first), bytes.fromhex(options.second)
    except ValueError:
        raise UserError("pair_unknown") from None


def merge(options: argparse.Namespace, core: Core) -> int:
    """Two records are one person."""
    duplicates.merge(core, *_ids(options))
    show(options, {"merged": True}, [_("The two records are one person now; both stay as they are.")])
    return DONE


def keep_apart(options: argparse.Namespace, core: Core) -> int:
    """Two records are two people."""
    duplicates.keep_apart(core, *_ids(options))
    show(options, {"apart": True}, [_("Noted: these are two people.")])
    return DONE


def take_back(options: argparse.Namespace, core: Core) -> int:
    """Nothing is said of the pair any more."""
    duplicates.take_back(core, *_ids(options))
    show(options, {"taken_back": True}, [_("Taken back: both records show again.")])
    return DONE
