"""The command that types in a printed list of a round, line by line, as the screen does."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from tongcds.actions import paper_entry
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, LOOK, read_day, show
from tongcds.commands.rounds import member_named, round_named
from tongcds.domain.views import PaperHome
from tongcds.errors import UserError, sentence
from tongcds.forms.paper_line import FIELDS
from tongcds.forms.paper_session import PaperSession
from tongcds.i18n import _, format_date

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]

_BETWEEN: Final = "|"


def add_to(add: Add) -> None:
    """Put the command into a parser."""
    made = add("paper-entry", _enter, "type in what a printed list of a round brought home")
    made.add_argument("--round", default="", help="number of the round; without it lines name households")
    made.add_argument("--on", help="day of the visits as 2026-11-23; today without it")
    made.add_argument("--by", default="", help="name of who went; as on the list without it")
    made.add_argument(
        "--line",
        action="append",
        default=[],
        metavar="LINE|MET|SERVICES|FACTS|AGAIN|NOTE",
        help="one line as on the paper, such as '3|1|2.24h|pv-|30/11|busy'; repeat",
    )
    made.add_argument("--file", help="a text file with such lines")


def _enter(options: argparse.Namespace, core: Core) -> int:
    """Save each line that can be read; the others are told with what is wrong, and cost no other."""
    start = paper_entry.begin(core, round_named(core, options.round) if options.round else None)
    session = PaperSession(start.row, start.homes, core.today)
    session.day_words = format_date(read_day(options.on)) if options.on else format_date(core.today)
    session.who = member_named(core, options.by) if options.by else None
    answers = [_line(core, session, words) for words in _lines(options)]
    if not answers:
        raise UserError("nothing_selected")
    words = [
        f"{answer['line']}: {answer['wrong'] or _('saved')}"
        + (f" — {answer['heard']}" if answer["heard"] else "")
        + "".join(f"\n  ! {doubt}" for doubt in answer["doubts"])
        for answer in answers
    ]
    show(options, {"lines": answers}, words)
    return LOOK if any(answer["wrong"] for answer in answers) else DONE


def _lines(options: argparse.Namespace) -> Sequence[str]:
    found = list(options.line)
    if options.file:
        try:
            text = Path(options.file).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            raise UserError("lines_unreadable") from None
        found += [words for words in text.splitlines() if words.strip()]
    return found


def _line(core: Core, session: PaperSession, words: str) -> dict[str, Any]:
    named, *texts = (part.strip() for part in words.split(_BETWEEN, len(FIELDS)))
    answer: dict[str, Any] = {"line": named, "household": "", "wrong": "", "heard": "", "doubts": []}
    try:
        home = paper_entry.line_named(core, session.lines, named)
        answer["household"] = home.household_id.hex()
        session.add(home)
        answer |= _save(core, session, home, texts)
    except UserError as error:
        answer["wrong"] = sentence(error)
    return answer


def _save(core: Core, session: PaperSession, home: PaperHome, texts: Sequence[str]) -> dict[str, Any]:
    for field, text in zip(FIELDS, texts, strict=False):
        session.write(home, field, text)
    reading = session.read(home)
    if reading.entry is None:
        return {"wrong": " ".join(reading.problems.values())}
    undo, _changes = paper_entry.save_line(core, reading.entry, instead_of=session.before(home))
    session.mark_saved(home, session.texts(home), undo)
    heard = " · ".join(reading.heard[field] for field in FIELDS if reading.heard.get(field))
    return {"heard": heard, "doubts": list(paper_entry.doubts(core, reading.entry))}
