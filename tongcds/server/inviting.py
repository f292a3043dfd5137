"""The commands that invite people: a code, a QR code and a file to hand over, and taking one back."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import segno

from tongcds.clock import VIETNAM, moment_of
from tongcds.domain.views import Role
from tongcds.errors import UnavailableError, UserError
from tongcds.i18n import _
from tongcds.protocol import invitations
from tongcds.protocol.messages import Invitation
from tongcds.server import enrolment, units
from tongcds.server.ops import Province

Output = dict[str, object]


def options(parser: argparse.ArgumentParser) -> None:
    """What `invite` is told."""
    parser.add_argument("--unit", required=True, help=_("code of a commune or village, or a cluster's name"))
    parser.add_argument("--role", choices=sorted(Role), default="")
    parser.add_argument("--name", required=True, help=_("the person's name"))
    parser.add_argument("--hours", type=positive, default=enrolment.HOURS, help=_("how long it can be used"))
    parser.add_argument(
        "--days", type=positive, default=enrolment.DAYS, help=_("how long the file can be used")
    )
    parser.add_argument("--url", default="", help=_("another address of this server"))
    parser.add_argument("--file", type=Path, default=None, help=_("write an invitation file"))
    parser.add_argument("--qr", default="", help=_("write a QR code: a .svg or .png file, or “terminal”"))


def positive(text: str) -> int:
    """A number from 1 up.

    Raises:
        ArgumentTypeError: it is none.
    """
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(text)
    return number


def invite(province: Province, given: argparse.Namespace) -> Output:
    """Invite somebody as the command line says; writes the file and the QR code where they are asked for.

    Raises:
        UserError: unit_unknown, unit_wrong_role, trainer_name_taken, picture_unknown.
        UnavailableError: server_folder_unusable.
    """
    with province.database.write() as connection:
        place = units.find(connection, given.unit)
        invitation = enrolment.invite(
            connection,
            place,
            given.name,
            key=province.key,
            url=given.url or province.url,
            now=province.now(),
            role=given.role,
            hours=given.hours,
            days=given.days,
        )
    if given.file is not None:
        _write(given.file, lambda: invitations.write_file(given.file, invitation, province.key))
    if given.qr:
        _qr(invitation, given.qr)
    return shown(invitation)


def listed(province: Province, *, withdrawn: int) -> Output:
    """The invitations that nobody used yet; the one with the number `withdrawn` is taken back first.

    Raises:
        UserError: no_such_invitation.
    """
    if withdrawn:
        with province.database.write() as connection:
            if not enrolment.withdraw(connection, withdrawn, now=province.now()):
                raise UserError("no_such_invitation", number=withdrawn)
    with province.database.read() as connection:
        rows = enrolment.invited(connection)
    found = [
        {
            "number": row.device,
            "name": row.member_name,
            "role": row.role,
            "made": _moment(row.made_at).isoformat(timespec="minutes")[:16],
        }
        for row in rows
    ]
    text = "\n".join(f"{i['number']:>6}  {i['role']:<9} {i['made']:<17} {i['name']}" for i in found)
    return {"invitations": found, "text": text or _("No invitation waits for anybody.")}


def shown(invitation: Invitation) -> Output:
    """An invitation as the command line shows it."""
    ticket = invitations.ticket_from(invitation.ticket, invitation.server_key)
    until, file_until = _moment(invitation.expires), _moment(ticket.expires)
    code = invitations.shown(invitation.secret)
    return {
        "number": ticket.credentials.device,
        "code": code,
        "name": invitation.member_name,
        "role": invitation.role,
        "unit": invitation.unit_name,
        "url": invitation.url,
        "qr": invitations.to_text(invitation),
        "expires": until.isoformat(timespec="minutes"),
        "file_expires": file_until.isoformat(timespec="minutes"),
        "text": _(
            "Invitation {number} for {name}, {unit}: {code} (until {until}, at {url}; "
            "a file of it works without a network too, until {file_until})"
        ).format(
            number=ticket.credentials.device,
            name=invitation.member_name,
            unit=invitation.unit_name,
            code=code,
            until=f"{until:%H:%M %d/%m/%Y}",
            url=invitation.url,
            file_until=f"{file_until:%H:%M %d/%m/%Y}",
        ),
    }


def _moment(milliseconds: int) -> datetime:
    return moment_of(milliseconds).astimezone(VIETNAM)


def _qr(invitation: Invitation, where: str) -> None:
    code = segno.make(invitations.to_text(invitation), error="m", micro=False)
    if where == "terminal":
        code.terminal(out=sys.stdout, compact=True)
    else:
        _write(Path(where), lambda: code.save(where, scale=8, border=4))


def _write(file: Path, work: Callable[[], None]) -> None:
    try:
        work()
    except OSError as error:
        raise UnavailableError(
            "server_folder_unusable", folder=str(file.parent), why=error.strerror
        ) from error
    except ValueError as error:
        raise UserError("picture_unknown", file=file.name) from error
