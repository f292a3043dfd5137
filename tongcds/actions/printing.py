"""Papers about to leave the vault: made of what it holds, written as a file, noted when they are printed.

What a form says stands in `tongcds.papers`; drawing is the window's. Whoever asks for whole numbers is noted
in the access log when the paper is made, whoever prints or saves it when that was done.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tongcds.actions import audit, exports
from tongcds.actions.core import Changes, Core
from tongcds.errors import UserError
from tongcds.papers import lists
from tongcds.papers.paper import Paper
from tongcds.storage.members import members_of

PDF = ".pdf"


@dataclass(frozen=True, slots=True)
class Printout:
    """A paper, and what the access log keeps of it: about how many people, or about which record."""

    paper: Paper
    people: int
    subject_id: bytes = b""


def members(core: Core, *, numbers: bool = False) -> Printout:
    """B14: the members of this team or office; phones whole with `numbers`."""
    unit = core.credentials().unit_id
    with core.vault.read() as connection:
        found = members_of(connection, unit, core.today, numbers=numbers)
    return _made(core, lists.members(core.whoami(), found, core.today), len(found), numbers=numbers)


def save(core: Core, printout: Printout, content: bytes, path: Path | None = None) -> tuple[Path, Changes]:
    """Write a drawn paper to `path`, or into the folder for exported files under a name that is free there.

    It is listed for whoever wrote it, and noted.

    Raises:
        UserError: export_unwritable.
    """
    paper = printout.paper
    if path is None:
        path = exports.write(exports.folder(), f"{paper.stem} {core.today.isoformat()}", PDF, content)
    else:
        try:
            path.write_bytes(content)
        except OSError:
            raise UserError("export_unwritable") from None
    return path, exports.keep(core, path, paper.form, printout.people, printout.subject_id)


def printed(core: Core, printout: Printout) -> Changes:
    """Note that a paper went to a printer."""
    return audit.note(
        core, audit.PRINT, printout.subject_id, count=printout.people, detail=printout.paper.form
    )


def _made(core: Core, paper: Paper, people: int, subject_id: bytes = b"", *, numbers: bool) -> Printout:
    if numbers and people:
        audit.note(core, audit.REVEAL, subject_id, count=people, detail=paper.form)
    return Printout(paper, people, subject_id)
