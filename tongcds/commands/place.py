"""The command `where`: in which folders everything lies, and whether these are good places."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from tongcds.actions import place
from tongcds.clock import Clock
from tongcds.commands.answers import DONE, LOOK, show
from tongcds.i18n import _


def add_to(add: Callable[[str, None, str], argparse.ArgumentParser]) -> None:
    """Add the command."""
    made = add(
        "where", None, "where the vault and exported files lie, and whether another program copies them"
    )
    made.set_defaults(alone=_where)


def _where(options: argparse.Namespace, profile: Path, _clock: Clock) -> int:
    found = place.where(profile)
    lines = [
        _("Data on this computer: {folder}").format(folder=found.vault),
        found.vault_warning,
        _("Exported files: {folder}").format(folder=found.exports),
        found.exports_warning,
    ]
    show(options, found, [line for line in lines if line])
    return LOOK if found.vault_warning or found.exports_warning else DONE
