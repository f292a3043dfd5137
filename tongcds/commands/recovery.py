"""Commands for when a passphrase was forgotten: the recovery code, and the province's own key."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Callable
from pathlib import Path

from tongcds.actions import lease, recovery
from tongcds.actions.core import Core
from tongcds.clock import Clock
from tongcds.commands import passphrases
from tongcds.commands.answers import DONE, LOOK, show
from tongcds.domain.text import fold
from tongcds.errors import UserError
from tongcds.i18n import _

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    made = add("recovery", _recovered, "the number of this vault's recovery code, and whom to call about it")
    made.set_defaults(alone=_tell_help)
    made = add("recover", _recovered, "open the vault with the recovery code and make up a passphrase")
    made.add_argument("--code", required=True, help="the eight words, with marks or without")
    _person(made)
    made.set_defaults(opens=_by_code)
    made = add("lease", _lease, "how long this computer works without a word from the province")
    made.add_argument("--code", default="", help="the four words that renew it, read out by the province")
    made = add("province-open", _recovered, "open the vault with both halves of the province's key")
    made.add_argument("--share", action="append", required=True, help="file with half of the key; twice")
    made.add_argument(
        "--share-passphrase-file", action="append", default=[], help="file with its passphrase; twice"
    )
    made.add_argument("--backup", help="folder with backups, when there is no vault here")
    _person(made)
    made.set_defaults(opens=_by_province)


def _person(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--person", default="", help="whose passphrase was forgotten, where there are several"
    )
    passphrases.add_new_to(parser)


def _tell_help(options: argparse.Namespace, profile: Path, _clock: Clock) -> int:
    told = recovery.recovery_help(profile)
    if told.exists:
        line = _("Number of this vault at the province: {reference}").format(reference=told.reference)
    else:
        line = _("There is no recovery code for this vault yet.")
    lines = [line]
    if told.phone:
        lines.append(_("Call {phone}").format(phone=told.phone))
    show(options, told, lines)
    return DONE


def _lease(options: argparse.Namespace, core: Core) -> int:
    if options.code:
        lease.enter_code(core, options.code)
    view = lease.standing(core)
    if view.over:
        lines = [
            _("The lease is over. Call the province: computer {device}, number {number}.").format(
                device=view.device, number=view.number
            )
        ]
    else:
        lines = [_("Days of use left without a word from the province: {days}").format(days=view.days_left)]
    show(options, view, lines)
    return LOOK if view.over else DONE


def _recovered(options: argparse.Namespace, core: Core) -> int:
    who = core.whoami()
    words = _(
        "{name} has a new passphrase. The code is used up; the next sync brings the province a new one."
    )
    show(options, {"name": who.person}, [words.format(name=who.person)])
    return DONE


def _by_code(options: argparse.Namespace, profile: Path, clock: Clock) -> Core:
    opened = recovery.check_code(profile, options.code, clock)
    whose = _whose(options, opened)
    return recovery.recover(profile, opened, whose, passphrases.new(options), clock)


def _by_province(options: argparse.Namespace, profile: Path, clock: Clock) -> Core:
    if len(options.share) != 2:  # noqa: PLR2004 - two people
        raise UserError("shares_differ")
    given = [passphrases.from_file(path) for path in options.share_passphrase_file]
    secrets = given or [
        getpass.getpass(_("Passphrase of {file}: ").format(file=Path(path).name)) for path in options.share
    ]
    if len(secrets) != len(options.share):
        raise UserError("shares_differ")
    shares = tuple((Path(path), secret) for path, secret in zip(options.share, secrets, strict=True))
    backup = Path(options.backup) if options.backup else None
    opened = recovery.open_as_province(profile, shares, clock, backup=backup)
    whose = _whose(options, opened)
    if backup is None:
        return recovery.recover(profile, opened, whose, passphrases.new(options), clock)
    return recovery.recover_backup(profile, opened, whose, passphrases.new(options), clock, backup=backup)


def _whose(options: argparse.Namespace, opened: recovery.Recovering) -> bytes:
    fitting = [slot for slot, name in opened.people if fold(options.person) in fold(name)]
    if len(fitting) != 1:
        raise UserError("holder_unclear", name=options.person, count=len(fitting))
    return fitting[0]
