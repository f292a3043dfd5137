"""The command `help`: the topics of the help, in a terminal."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from tongcds import handbook
from tongcds.clock import Clock
from tongcds.commands.answers import show
from tongcds.errors import UserError


def add_to(add: Callable[[str, None, str], argparse.ArgumentParser]) -> None:
    """Add the command."""
    made = add("help", None, "print a topic of the help; without one, what there is")
    made.add_argument("topic", nargs="?", default="")
    made.set_defaults(alone=_help)


def _help(options: argparse.Namespace, _profile: Path, _clock: Clock) -> int:
    """One topic by its key, or all that hold the words; a single one of those is printed whole."""
    keys = {entry.key: entry for entry in handbook.topics()}
    found = [keys[options.topic]] if options.topic in keys else list(handbook.search(options.topic))
    if not found:
        raise UserError("help_unknown", text=options.topic)
    lines = [found[0].plain()] if len(found) == 1 else [f"{t.key:<16} {t.title}" for t in found]
    show(options, [asdict(entry) for entry in found], lines)
    return 0
