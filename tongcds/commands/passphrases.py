"""Where a command has its passphrases from: a file, the environment, or whoever sits at the terminal."""

from __future__ import annotations

import argparse
import getpass
import os
from pathlib import Path
from typing import Final

from tongcds.errors import UserError
from tongcds.i18n import _

VARIABLE: Final = "TONGCDS_PASSPHRASE"
NEW_VARIABLE: Final = "TONGCDS_NEW_PASSPHRASE"
SECOND_VARIABLE: Final = "TONGCDS_SECOND_PASSPHRASE"


def present(options: argparse.Namespace) -> str:
    """The passphrase that opens the vault.

    Raises:
        UserError: file_missing.
    """
    if options.passphrase_file:
        return from_file(options.passphrase_file)
    return os.environ.get(VARIABLE) or getpass.getpass(_("Passphrase: "))


def new(options: argparse.Namespace) -> str:
    """The passphrase that somebody made up just now.

    Raises:
        UserError: file_missing.
    """
    if options.new_passphrase_file:
        return from_file(options.new_passphrase_file)
    return os.environ.get(NEW_VARIABLE) or getpass.getpass(_("New passphrase: "))


def second(options: argparse.Namespace) -> str:
    """The passphrase of a second person, "" where there is none: nobody is asked for it.

    Raises:
        UserError: file_missing.
    """
    if options.second_passphrase_file:
        return from_file(options.second_passphrase_file)
    return os.environ.get(SECOND_VARIABLE, "")


def from_file(path: str) -> str:
    """The passphrase in a file, without the end of its line.

    Raises:
        UserError: file_missing.
    """
    try:
        return Path(path).read_text(encoding="utf-8").strip("\r\n")
    except OSError:
        raise UserError("file_missing") from None


def add_new_to(parser: argparse.ArgumentParser) -> None:
    """Give a command the option for a new passphrase."""
    parser.add_argument(
        "--new-passphrase-file", help=f"file with the new passphrase; otherwise ${NEW_VARIABLE}"
    )
