"""The province's commands about keys: its two key pairs, recovery codes read over the phone, its terms.

The private keys are files that belong on sticks in safes, not on the server.
"""

from __future__ import annotations

import argparse
import getpass
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from tongcds.clock import VIETNAM, moment_of
from tongcds.domain import wordcode
from tongcds.errors import UnavailableError, UserError
from tongcds.forms.passphrase import LEAST_LENGTH, is_ready
from tongcds.i18n import _
from tongcds.protocol import custody as keys
from tongcds.protocol.messages import ProtocolError, SealedCode, Terms
from tongcds.server import custody
from tongcds.server.ops import Province

log = logging.getLogger(__name__)

Output = dict[str, object]
Opened = Callable[[argparse.Namespace, Callable[[], int]], AbstractContextManager[Province]]
Command = Callable[[str, str, Callable[..., Output | None]], argparse.ArgumentParser]

CODES_FILE, FIRST_FILE, SECOND_FILE = "recovery-codes.key", "province-half-1.key", "province-half-2.key"
_FILES: Final = (CODES_FILE, FIRST_FILE, SECOND_FILE)


def add_to(command: Command, opened: Opened) -> None:
    """Put the commands into a parser; `opened` gives them the server."""
    recovery = command(
        "recovery",
        _("keys of the province (make), codes that laptops have sent (list), reading one out (show)"),
        _Recovery(opened),
    )
    recovery.add_argument("what", choices=["make", "list", "show"])
    recovery.add_argument("--out", type=Path, help=_("make: a folder for the three key files"))
    recovery.add_argument(
        "--replace", action="store_true", help=_("make: in place of keys that are in force")
    )
    recovery.add_argument("--reference", default="", help=_("show: the number that the laptop shows"))
    recovery.add_argument("--by", default="", help=_("show: who reads the code out"))
    recovery.add_argument("--key", type=Path, help=_("show: the key file for codes"))
    recovery.add_argument(
        "--passphrase-file",
        type=Path,
        action="append",
        default=[],
        help=_("file with a passphrase; for make three of them, one for each key file"),
    )
    lease = command("lease", _("four words for a laptop that was away too long"), _Lease(opened))
    lease.add_argument("--device", type=int, required=True, help=_("the number of the computer"))
    lease.add_argument("--number", required=True, help=_("the six digits that it shows"))
    terms = command("terms", _("what holds for all laptops"), _Terms(opened))
    terms.add_argument("--lease-days", type=int, default=None, help=_("days of use without a word from here"))
    terms.add_argument("--phone", default=None, help=_("whom to call about a forgotten passphrase"))


class _Recovery:
    """The command `recovery`."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def __call__(self, given: argparse.Namespace, now: Callable[[], int]) -> Output:
        with self._opened(given, now) as province:
            match given.what:
                case "make":
                    return _make(given, province)
                case "list":
                    return _list(province)
                case _:
                    return _show(given, province, now())


class _Terms:
    """The command `terms`."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def __call__(self, given: argparse.Namespace, now: Callable[[], int]) -> Output:
        with self._opened(given, now) as province, province.database.write() as connection:
            terms = custody.terms(connection, province.key)
            phone = terms.phone if given.phone is None else given.phone.strip()
            days = terms.lease_days if given.lease_days is None else given.lease_days
            if not keys.LEAST_LEASE <= days <= keys.LONGEST_LEASE:
                raise UserError("lease_days_wrong", least=keys.LEAST_LEASE, longest=keys.LONGEST_LEASE)
            if (phone, days) != (terms.phone, terms.lease_days):
                custody.lay_down(connection, Terms(0, days, phone, terms.code_key, terms.province_key))
                terms = custody.terms(connection, province.key)
        return {
            "version": terms.version,
            "phone": terms.phone,
            "lease_days": terms.lease_days,
            "recovery": bool(terms.code_key),
            "text": _(
                "Telephone for forgotten passphrases: {phone}. Days of use without a word: {days}."
            ).format(phone=terms.phone or "–", days=terms.lease_days),
        }


class _Lease:
    """The command `lease`."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    def __call__(self, given: argparse.Namespace, now: Callable[[], int]) -> Output:
        with self._opened(given, now) as province, province.database.read() as connection:
            public_key, name = custody.in_good_standing(connection, given.device)
            number = "".join(c for c in given.number if c.isdecimal())
            code = keys.lease_code(province.key, public_key, given.device, number)
        log.info("a lease was renewed by phone", extra={"code": str(given.device)})
        words = wordcode.listed(code)
        return {
            "name": name,
            "words": list(words),
            "text": _("For {name}, computer {device}. Read it out only after you have called back.").format(
                name=name, device=given.device
            )
            + "\n"
            + "\n".join(f"{place}. {word}" for place, word in enumerate(words, 1)),
        }


def _make(given: argparse.Namespace, province: Province) -> Output:
    folder: Path | None = given.out
    if folder is None:
        raise UserError("option_missing", option="--out")
    with province.database.read() as connection:
        terms = custody.terms(connection, province.key)
    if terms.code_key and not given.replace:
        raise UserError("recovery_keys_exist")
    secrets = list(_passphrases(given, [_("Passphrase of {file}: ").format(file=name) for name in _FILES]))
    for secret in secrets:
        if not is_ready(secret, secret):
            raise UserError("passphrase_weak", length=LEAST_LENGTH)
    code_private, code_public = keys.new_pair()
    private, public = keys.new_pair()
    first, second = keys.split(private)
    parts = (
        (CODES_FILE, keys.CODES, code_private, code_public),
        (FIRST_FILE, keys.FIRST_SHARE, first, public),
        (SECOND_FILE, keys.SECOND_SHARE, second, public),
    )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for (name, kind, private_part, public_key), passphrase in zip(parts, secrets, strict=True):
            keys.write_kept(folder / name, kind, private_part, public_key, passphrase)
    except FileExistsError:
        raise UserError("key_file_there", folder=str(folder)) from None
    except OSError as error:
        raise UnavailableError("server_folder_unusable", folder=str(folder), why=error.strerror) from error
    with province.database.write() as connection:
        custody.lay_down(connection, Terms(0, terms.lease_days, terms.phone, code_public, public))
    return {
        "files": [str(folder / name) for name in _FILES],
        "text": _(
            "Three key files are in {folder}. Put the one for codes where the officer on the phone has "
            "it, and the two halves into the hands of two people, each on a stick of their own; then "
            "delete them here. Every laptop takes part from its next sync on."
        ).format(folder=folder),
    }


def _list(province: Province) -> Output:
    with province.database.read() as connection:
        rows = custody.codes(connection)
    listed = [
        {
            "device": row.device,
            "reference": _grouped(row.reference),
            "name": row.full_name or "",
            "role": row.role,
            "kept": _moment(row.kept_at),
            "told": row.told,
            "told_at": "" if row.told_at is None else _moment(row.told_at),
            "told_by": row.told_by or "",
        }
        for row in rows
    ]
    text = "\n".join(
        f"{c['device']:>6}  {c['reference']}  {c['kept']}  {c['told']}  {c['name']}" for c in listed
    )
    return {"codes": listed, "text": text or _("No laptop has sent a recovery code yet.")}


def _show(given: argparse.Namespace, province: Province, now: int) -> Output:
    for option, value in (("--reference", given.reference), ("--by", given.by.strip()), ("--key", given.key)):
        if not value:
            raise UserError("option_missing", option=option)
    kept = keys.read_kept(given.key)
    if kept.kind != keys.CODES:
        raise UserError("key_file_wrong", file=given.key.name)
    with province.database.read() as connection:
        row = custody.find(connection, given.reference)
    prompt = _("Passphrase of {file}: ").format(file=given.key.name)
    private_key = keys.open_kept(kept, next(_passphrases(given, [prompt])))
    try:
        code = keys.open_code(SealedCode(row.slot, row.sealed), private_key)
    except ProtocolError:
        raise UserError("key_file_wrong", file=given.key.name) from None
    # Before anybody sees it: a reader who pulls the plug has read it all the same.
    with province.database.write() as connection:
        custody.note_told(connection, row.slot, given.by.strip(), now=now)
    words = wordcode.listed(code)
    text = "\n".join(f"{place}. {word}" for place, word in enumerate(words, 1))
    return {
        "name": row.full_name or "",
        "device": row.device,
        "words": list(words),
        "text": _("For {name}, computer {device}. Read it out only after you have called back.").format(
            name=row.full_name or "", device=row.device
        )
        + f"\n{text}",
    }


def _passphrases(given: argparse.Namespace, prompts: list[str]) -> Iterator[str]:
    files: list[Path] = given.passphrase_file
    if files and len(files) != len(prompts):
        raise UserError("option_missing", option="--passphrase-file")
    for at, prompt in enumerate(prompts):
        if not files:
            yield getpass.getpass(prompt)
            continue
        try:
            yield files[at].read_text(encoding="utf-8").strip("\r\n")
        except OSError:
            raise UserError("file_missing") from None


def _grouped(digits: str) -> str:
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _moment(milliseconds: int) -> str:
    at = moment_of(milliseconds).astimezone(VIETNAM)
    return at.isoformat(timespec="minutes")[:16]
