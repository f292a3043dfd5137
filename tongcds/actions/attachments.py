"""Photos and papers of a household: attached, listed, opened, exported on purpose, removed, brought back.

What may be attached is `domain.attachments`; a file is on the disk, sealed, before its record says so. The
clear bytes are in memory only while somebody looks, and on a disk only where somebody exports them to.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from tongcds.actions import exports
from tongcds.actions.core import Changes, Core
from tongcds.clock import milliseconds
from tongcds.domain.attachments import ENDINGS, MAX_BYTES, examine
from tongcds.domain.consent import NOTES, left_out_words
from tongcds.domain.views import AttachmentRow, LeftOut
from tongcds.errors import UnavailableError, UserError
from tongcds.storage import attachment_notes, attachments, register
from tongcds.storage.attachments import Attached
from tongcds.storage.local import load_enrolment
from tongcds.sync.attachments import fetch

LONGEST_NAME: Final = 120
_WRITE: Final = "write"
_SUBJECTS: Final = ("household", "person", "visit")
# What some system takes for a separator, a stream, a wildcard or a command, and what turns text around.
_UNSAFE: Final = re.compile(
    r'[\\/:*?"<>|\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]'
)
_DEVICES: Final = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?")


@dataclass(frozen=True, slots=True)
class Opened:
    """A file as it is, in memory."""

    name: str
    media_type: str
    content: bytes


def of_household(core: Core, household_id: bytes) -> tuple[AttachmentRow, ...]:
    """What is attached to a household, its people and visits, the latest first."""
    with core.vault.read() as connection:
        return attachments.of_household(connection, core.vault.attachments, household_id)


def attach(
    core: Core,
    subject: tuple[str, bytes],
    path: Path,
    *,
    taken_on: date | None = None,
    note: str = "",
) -> tuple[bytes, Changes]:
    """Attach a file to a household, a person or a visit, by kind and id; answers the attachment's id.

    Raises:
        UserError: file_missing, attachment_kind, attachment_too_big, attachment_huge, attachment_incomplete,
            date_in_future, household_unknown, person_unknown, village_unknown (read only here).
        UnavailableError: disk_full, disk_failing.
    """
    if taken_on is not None and taken_on > core.today:
        raise UserError("date_in_future")
    village = _village_of(core, *subject)
    found = examine(_read(path))
    digest = core.vault.attachments.keep(found.content)
    with core.vault.change(core.author()) as change:
        attachment_id = change.writer.create(
            "attachment",
            village_id=village,
            subject=subject[0],
            subject_id=subject[1],
            hash=digest,
            size=len(found.content),
            media_type=found.media_type,
            name=_called(path.name),
            taken_on=None if taken_on is None else taken_on.isoformat(),
            note=unicodedata.normalize("NFC", note).strip() or None,
        )
    return attachment_id, Changes.of("attachment")


def _read(path: Path) -> bytes:
    """A file's bytes, one more than allowed at most; nothing but an ordinary file is read."""
    try:
        if not path.is_file():
            raise UserError("file_missing")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError:
        raise UserError("file_missing") from None


def _called(name: str) -> str:
    """A file's name as people read it: NFC, in one line, cut where it is endless."""
    decent = name.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", _UNSAFE.sub("", decent))[:LONGEST_NAME].strip()


def _village_of(core: Core, kind: str, subject_id: bytes) -> bytes:
    if kind not in _SUBJECTS:
        raise KeyError(kind)
    with core.vault.read() as connection:
        enrolment = load_enrolment(connection)
        village = register.village_of(connection, kind, subject_id)
    if enrolment is None:
        raise UserError("not_enrolled")
    if village is None:
        raise UserError("person_unknown" if kind == "person" else "household_unknown")
    if village not in {entry.area for entry in enrolment.entries if entry.mode == _WRITE}:
        raise UserError("village_unknown")
    return village


def open_file(
    core: Core,
    attachment_id: bytes,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Opened:
    """A file in memory, fetched from the server first where it is not here; `progress` in bytes.

    Raises:
        UserError: attachment_unknown, server_refused.
        UnavailableError: attachment_not_there, attachment_damaged; no network, disk_full.
        CancelledError: `cancelled` said so; what came stays for the next time.
    """
    one = _known(core, attachment_id)
    files = core.vault.attachments
    try:
        content = files.content(one.digest)
    except UnavailableError as problem:
        if problem.code not in {"attachment_elsewhere", "attachment_damaged"}:
            raise
        _fetch(core, one, progress, cancelled)
        content = files.content(one.digest)
    # It was examined where it was attached, but perhaps not by this program.
    try:
        found = examine(content)
    except UserError:
        raise UnavailableError("attachment_damaged") from None
    return Opened(one.name, found.media_type, content)


def _fetch(
    core: Core, one: Attached, progress: Callable[[int, int], None], cancelled: Callable[[], bool]
) -> None:
    with core.vault.read() as connection:
        enrolment = load_enrolment(connection)
    if enrolment is None:
        raise UserError("not_enrolled")
    transport = core.connect(enrolment.server_url)
    try:
        fetch(core.vault, transport, one, progress, cancelled)
    finally:
        transport.close()
    with core.vault.write() as connection:
        name = core.vault.attachments.name_of(one.digest)
        attachment_notes.confirmed(connection, name, milliseconds(core.clock))


def left_out(core: Core, attachment_id: bytes, ground: str = "") -> LeftOut:
    """Whether whoever a file is about did not agree to its leaving the vault.

    Raises:
        UserError: attachment_unknown, ground_unknown.
    """
    _known(core, attachment_id)
    named = exports.gate(core, ground)
    with core.vault.read() as connection:
        named.passes(NOTES, *attachments.whose(connection, attachment_id))
    return named.left_out


def export(core: Core, attachment_id: bytes, *, ground: str = "") -> tuple[Path, Changes]:
    """Write a copy that anybody can open into the folder for exported files. It is noted and listed.

    Raises:
        UserError: export_unwritable, and as `open_file`; consent_missing where whoever it is about did not
            agree and there is no `ground`; ground_unknown.
        UnavailableError: as `open_file`.
    """
    left = left_out(core, attachment_id, ground)
    if left.total and not ground:
        raise UserError("consent_missing", why=left_out_words(left))
    opened = open_file(core, attachment_id)
    named = safe_name(opened.name), ENDINGS[opened.media_type]
    return exports.hand_out(
        core, named, opened.content, exports.PAPER, 1, subject_id=attachment_id, left_out=left
    )


def safe_name(name: str) -> str:
    """A file's name without its ending that every system takes, and that leads nowhere else."""
    stem = unicodedata.normalize("NFC", name).rpartition(".")[0] or name
    stem = _UNSAFE.sub("", stem.encode("utf-8", "ignore").decode())[: LONGEST_NAME // 3].strip(" .~-")
    return "tep" if not stem or _DEVICES.fullmatch(stem) else stem


def remove(core: Core, attachment_id: bytes) -> Changes:
    """Remove an attachment; its file stays for two weeks, so that this can be taken back.

    Raises:
        UserError: attachment_unknown.
    """
    _known(core, attachment_id)
    with core.vault.change(core.author()) as change:
        change.writer.remove("attachment", attachment_id)
    return Changes.of("attachment")


def restore(core: Core, attachment_id: bytes) -> Changes:
    """Bring a removed attachment back.

    Raises:
        UserError: attachment_unknown.
    """
    _known(core, attachment_id)
    with core.vault.change(core.author()) as change:
        change.writer.restore("attachment", attachment_id)
    return Changes.of("attachment")


def _known(core: Core, attachment_id: bytes) -> Attached:
    with core.vault.read() as connection:
        one = attachments.attached(connection, attachment_id)
    if one is None:
        raise UserError("attachment_unknown")
    return one
