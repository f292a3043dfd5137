"""Commands for backups by hand, and for a vault that does not open: what the window offers then."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from tongcds.actions import opening, rescue, retirement, salvage
from tongcds.actions.core import Core
from tongcds.clock import Clock
from tongcds.commands import passphrases
from tongcds.commands.answers import DONE, LOOK, show
from tongcds.i18n import _

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    made = add("backup", _backup, "copy the vault into a folder elsewhere, checked and sealed")
    made.add_argument("folder")
    made = add("restore", _opened, "open the vault as the newest backup in a folder has it")
    made.add_argument("folder", help="where the backup is, say on a stick")
    made.set_defaults(opens=_restore)
    made = add("repair", _opened, "open a damaged vault, and say how it was put right")
    made.add_argument("--agree", action="store_true", help="also where something is lost by it")
    made.set_defaults(opens=_repair)
    made = add("copy-all", _opened, "copy the files of a vault elsewhere, whatever their state, still locked")
    made.add_argument("folder")
    made.set_defaults(alone=_copy)
    made = add("rescue-export", _opened, "write what can be read of a vault that does not open into a table")
    made.add_argument("--yes", action="store_true", help="do it; anybody can read the file")
    made.set_defaults(alone=_salvage)
    made = add("begin-empty", _opened, "put a vault that does not open aside, to make an empty one")
    made.add_argument("--yes", action="store_true", help="do it; only after copy-all")
    made.set_defaults(alone=_begin_empty)
    made = add("retire", _retire, "remove the vault from a computer that goes to somebody else, for good")
    made.add_argument("--word", default="", help="the words to type, as the command says without it")
    made.add_argument(
        "--second-passphrase-file",
        default="",
        help="file with the passphrase of a second person, to lose what is nowhere else; "
        f"otherwise ${passphrases.SECOND_VARIABLE}",
    )


def _backup(options: argparse.Namespace, core: Core) -> int:
    """Copy the vault into a folder elsewhere, checked and sealed."""
    path = rescue.backup_to(core, Path(options.folder))
    words = _("The backup was checked and is complete: {file}. It opens with the same passphrase.")
    show(options, {"file": str(path)}, [words.format(file=path.name)])
    return DONE


def _restore(options: argparse.Namespace, profile: Path, clock: Clock) -> Core:
    return rescue.restore_backup(profile, Path(options.folder), passphrases.present(options), clock)


def _repair(options: argparse.Namespace, profile: Path, clock: Clock) -> Core:
    opened = rescue.open_from_backup if options.agree else opening.open_vault
    return opened(profile, passphrases.present(options), clock)


def _opened(options: argparse.Namespace, core: Core) -> int:
    told = rescue.recovered(core)
    words = rescue.recovery_words(told) or _("The vault opens, and nothing was wrong with it.")
    answer = {
        "repaired": told is not None,
        "backup_at": None if told is None or told.backup_at is None else told.backup_at.isoformat(),
        "brought_back": 0 if told is None else told.brought_back,
        "complete": told is None or told.complete,
    }
    show(options, answer, [words])
    return DONE if answer["complete"] else LOOK


def _copy(options: argparse.Namespace, profile: Path, clock: Clock) -> int:
    made = rescue.copy_everything(profile, Path(options.folder), clock)
    words = _("Everything was copied to {folder}, still locked.").format(folder=made)
    show(options, {"folder": str(made)}, [words])
    return DONE


def _salvage(options: argparse.Namespace, profile: Path, clock: Clock) -> int:
    if not options.yes:
        show(options, {"file": ""}, [salvage.warning(), _("Nothing was written yet. Add --yes to do it.")])
        return LOOK
    told = salvage.salvage(profile, passphrases.present(options), clock)
    kinds = {
        one.kind: {"told": one.told, "from_journal": one.from_journal, "unread": one.unread}
        for one in told.kinds
    }
    show(options, {"file": str(told.path), "kinds": kinds}, salvage.words(told))
    return DONE if all(one.unread == 0 for one in told.kinds) else LOOK


def _begin_empty(options: argparse.Namespace, profile: Path, clock: Clock) -> int:
    if not options.yes:
        words = _("The vault would be put aside, sealed, and an empty one could be made. Add --yes to do it.")
        show(options, {"aside": ""}, [words])
        return LOOK
    passphrase = passphrases.present(options)
    salvage.require_unreadable(profile, passphrase, clock)
    aside = rescue.begin_anew(profile, passphrase, clock)
    show(options, {"aside": str(aside)}, [_("The vault is in {folder} now, sealed.").format(folder=aside)])
    return DONE


def _retire(options: argparse.Namespace, core: Core) -> int:
    if not options.word:
        there = retirement.stock(core)
        words = _("Nothing was removed. Add --word “{word}” to remove the vault from this computer.")
        lines = [*retirement.stock_words(there), words.format(word=retirement.confirmation())]
        show(options, {"removed": False, **asdict(there)}, lines)
        return LOOK
    order = retirement.Order(options.word, passphrases.present(options), passphrases.second(options))
    gone = retirement.retire(core, order)
    retirement.complete(core)
    words = _("The vault was removed from this computer. Nobody opens it any more.")
    show(options, {"removed": True, **asdict(gone)}, [words])
    return DONE
