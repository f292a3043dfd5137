"""Commands about records that may be one person or household: the list, saying that they are one or two."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from tongcds.actions import duplicates
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, LOOK, show
from tongcds.domain.views.duplicates import Pair
from tongcds.errors import UserError
from tongcds.i18n import _, format_number

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    made = add("duplicates", list_pairs, "records that may be one person or household, side by side")
    made.add_argument("--settled", action="store_true", help="those of which somebody said something")
    for name, do, words in (
        ("duplicate-merge", merge, "the two are one; the first record is the one that shows"),
        ("duplicate-apart", keep_apart, "the two are different; they are not offered again"),
        ("duplicate-undo", take_back, "take back what was said of the two; both show again"),
    ):
        made = add(name, do, words)
        made.add_argument("first", help="id of a person or a household, as duplicates gives it")
        made.add_argument("second", help="id of the other")
        if do is merge:
            made.add_argument(
                "--take",
                action="append",
                default=[],
                metavar="FIELD",
                help="field whose value is the second record's, as duplicates names it; repeat",
            )


def list_pairs(options: argparse.Namespace, core: Core) -> int:
    """Likely pairs, or those that are settled."""
    found = duplicates.settled(core) if options.settled else duplicates.likely(core)
    lines = [line for pair in found.pairs for line in _lines(pair)]
    if found.total > len(found.pairs):
        words = _("The first {shown} of {all}. Those that follow appear as these are settled.")
        lines.append(words.format(shown=format_number(len(found.pairs)), all=format_number(found.total)))
    show(options, {"pairs": [_plain(pair) for pair in found.pairs], "total": found.total}, lines)
    return LOOK if found.pairs and not options.settled else DONE


def _plain(pair: Pair) -> dict[str, object]:
    return {
        "subject": pair.subject,
        "why": pair.why,
        "verdict": pair.verdict,
        "shown": pair.shown_id,
        "records": [
            {"id": side.record_id, "code": side.code, "village": side.village_name, "values": side.masked()}
            for side in (pair.first, pair.second)
        ],
        "fields": [
            {"field": row.field, "first": row.first, "second": row.second, "choosable": row.choosable}
            for row in duplicates.compared(pair)
        ],
    }


def _lines(pair: Pair) -> list[str]:
    lines = [f"{pair.subject}: {pair.why or pair.verdict}"]
    for side in (pair.first, pair.second):
        mark = "*" if side.record_id == pair.shown_id else " "
        values = ", ".join(side.masked().values())
        lines.append(f"{mark} {side.record_id.hex()}  {side.code:<10} {values}")
    choosable = [row.field for row in duplicates.compared(pair) if row.choosable]
    return [*lines, f"  {', '.join(choosable)}"] if choosable else lines


def _ids(options: argparse.Namespace) -> tuple[bytes, bytes]:
    try:
        return bytes.fromhex(options.first), bytes.fromhex(options.second)
    except ValueError:
        raise UserError("pair_unknown") from None


def merge(options: argparse.Namespace, core: Core) -> int:
    """Two records are one."""
    duplicates.merge(core, *_ids(options), options.take)
    show(options, {"merged": True}, [_("The two records are one now; all their values are kept.")])
    return DONE


def keep_apart(options: argparse.Namespace, core: Core) -> int:
    """Two records are two."""
    duplicates.keep_apart(core, *_ids(options))
    show(options, {"apart": True}, [_("Noted: these are two.")])
    return DONE


def take_back(options: argparse.Namespace, core: Core) -> int:
    """Nothing is said of the pair any more."""
    duplicates.take_back(core, *_ids(options))
    show(options, {"taken_back": True}, [_("Taken back: both records show again.")])
    return DONE
