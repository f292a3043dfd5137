"""Commands for photos and papers: attach to a household or a person, list, export, remove, bring back."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from tongcds.actions import attachments, households
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, add_ground, read_day, show, the_household
from tongcds.domain.text import fold
from tongcds.domain.views import AttachmentRow, Standing
from tongcds.errors import UserError
from tongcds.i18n import _, format_bytes

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]


def add_to(add: Add, common: Callable[[argparse.ArgumentParser], None]) -> None:
    """Put the command and its parts into a parser; `common` adds the options that all commands have."""
    made = add("attach", list_files, "photos and papers of a household")
    parts = made.add_subparsers(required=True, metavar="WHAT")

    def part(
        name: str, command: Callable[[argparse.Namespace, Core], int], text: str
    ) -> argparse.ArgumentParser:
        inner = parts.add_parser(name, help=text, description=text)
        common(inner)
        inner.set_defaults(command=command)
        return inner

    inner = part("add", add_file, "attach a photo (JPEG, PNG) or a PDF; no photos of identity cards")
    inner.add_argument("household", help="household code, or a text that matches one household")
    inner.add_argument("file")
    inner.add_argument("--person", default="", help="name of the person it is about")
    inner.add_argument("--on", help="day on which it was taken, as 2026-11-23")
    inner.add_argument("--note", default="")
    inner = part("list", list_files, "list what is attached, with ids and where it stands")
    inner.add_argument("household", help="household code, or a text that matches one household")
    inner = part(
        "export", export_file, "write a copy that anybody can open into the folder for exported files"
    )
    inner.add_argument("id", help="id of the attachment")
    add_ground(inner)
    inner = part("remove", remove_file, "remove an attachment")
    inner.add_argument("id", help="id of the attachment")
    inner = part("restore", restore_file, "bring a removed attachment back")
    inner.add_argument("id", help="id of the attachment")


def add_file(options: argparse.Namespace, core: Core) -> int:
    """Attach a file to a household, or to one of its people."""
    household = the_household(core, options.household)
    subject = ("household", household.household_id)
    if options.person:
        subject = ("person", _person(core, household.household_id, options.person))
    attachment_id, _changes = attachments.attach(
        core,
        subject,
        Path(options.file),
        taken_on=read_day(options.on) if options.on else None,
        note=options.note,
    )
    show(options, {"attachment": attachment_id}, [attachment_id.hex()])
    return DONE


def _person(core: Core, household_id: bytes, name: str) -> bytes:
    record = households.start(core, household_id).record
    people = () if record is None else record.people
    fitting = [person.person_id for person in people if fold(name) in fold(person.full_name)]
    if len(fitting) != 1:
        raise UserError("person_unclear", name=name, count=len(fitting))
    return fitting[0]


def list_files(options: argparse.Namespace, core: Core) -> int:
    """What is attached to a household."""
    rows = attachments.of_household(core, the_household(core, options.household).household_id)
    show(options, {"attachments": [_plain(row) for row in rows]}, [_line(row) for row in rows])
    return DONE


def export_file(options: argparse.Namespace, core: Core) -> int:
    """Write a copy in the clear; fetched from the server where it is not here."""
    path, _changes = attachments.export(core, _id(options.id), ground=options.ground)
    words = _("Written: {file}. Anybody who has this copy can open it.").format(file=path)
    show(options, {"file": str(path)}, [words])
    return DONE


def remove_file(options: argparse.Namespace, core: Core) -> int:
    """Remove an attachment."""
    attachments.remove(core, _id(options.id))
    show(options, {"removed": options.id}, [_("Removed.")])
    return DONE


def restore_file(options: argparse.Namespace, core: Core) -> int:
    """Bring an attachment back."""
    attachments.restore(core, _id(options.id))
    show(options, {"restored": options.id}, [_("Taken back.")])
    return DONE


def _id(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise UserError("attachment_unknown") from None


def _plain(row: AttachmentRow) -> dict[str, object]:
    return {
        "id": row.attachment_id,
        "name": row.name,
        "media_type": row.media_type,
        "size": row.size,
        "taken_on": row.taken_on,
        "note": row.note,
        "person": row.person,
        "standing": row.standing,
        "here": row.here,
    }


def _line(row: AttachmentRow) -> str:
    where = _("Received") if row.standing is Standing.RECEIVED else _("Waiting")
    return f"{row.attachment_id.hex()}  {format_bytes(row.size):>9}  {where:<10}  {row.name}"
