"""Papers about to leave the vault: made of what it holds, written as a file, noted when they are printed.

What a form says stands in `tongcds.papers`; drawing is the window's. Whoever asks for whole numbers is noted
in the access log when the paper is made, whoever prints or saves it when that was done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tongcds.actions import audit, exports, logbook, rounds
from tongcds.actions.core import Changes, Core
from tongcds.domain.identity import format_phone
from tongcds.domain.views import HouseholdDetail, HouseholdFilter, HouseholdLine, LogFilter
from tongcds.errors import UserError
from tongcds.papers import activity, lists, survey
from tongcds.papers import rounds as round_papers
from tongcds.papers.paper import Paper
from tongcds.storage import paper_lines, register
from tongcds.storage.members import members_of
from tongcds.storage.wording import result_words

PDF: Final = ".pdf"
_SMARTPHONE: Final = "household_smartphone"
_SHOP: Final = "online_shop"


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


def sheets(core: Core, households: Sequence[bytes] | HouseholdFilter, *, numbers: bool = False) -> Printout:
    """B02: a survey sheet for each of these households, in this order, or for all that a filter leaves.

    That each was looked at is noted; heads' phones are whole with `numbers`.

    Raises:
        UserError: nothing_to_print where none of them is here.
    """
    ids = _matching(core, households) if isinstance(households, HouseholdFilter) else tuple(households)
    found = [one for one in (_opened(core, household_id, numbers=numbers) for household_id in ids) if one]
    if not found:
        raise UserError("nothing_to_print")
    paper = survey.sheets(core.whoami(), found, core.today)
    subject = found[0].household_id if len(found) == 1 else b""
    return _made(core, paper, sum(len(one.people) for one in found), subject, numbers=numbers)


def empty_sheet(core: Core) -> Printout:
    """B02 for a household that is not on record."""
    return Printout(survey.sheets(core.whoami(), [None], core.today), 0)


def without_smartphone(core: Core, wanted: HouseholdFilter) -> Printout:
    """B07: the households without a smartphone among those that a filter leaves."""
    ids = _matching(core, wanted, lacking=_SMARTPHONE)
    lines = _lines(core, ids, _SMARTPHONE)
    return Printout(lists.without_smartphone(core.whoami(), lines, core.today), len(lines))


def on_marketplaces(core: Core, wanted: HouseholdFilter) -> Printout:
    """B11: the households that sell on e-markets among those that a filter leaves."""
    ids = _matching(core, wanted, having=_SHOP)
    lines = _lines(core, ids, _SHOP)
    return Printout(lists.on_marketplaces(core.whoami(), lines, core.today), len(lines))


def activities(core: Core, wanted: LogFilter) -> Printout:
    """B01: what the support log has that matches, day by day.

    Raises:
        UserError: period_invalid where it ends before it begins.
    """
    if wanted.since is not None and wanted.until is not None and wanted.until < wanted.since:
        raise UserError("period_invalid")
    rows = logbook.whole(core, wanted)[::-1]
    paper = activity.activities(core.whoami(), rows, core.today, wanted, result_words=result_words)
    return Printout(paper, len({row.household_id for row in rows}))


def round_list(core: Core, round_id: bytes) -> Printout:
    """The list of a round, a sheet for each who goes.

    Raises:
        UserError: round_unknown.
    """
    view = rounds.round_of(core, round_id)
    people = sum(stop.people for stop in view.stops)
    paper = round_papers.round_list(core.whoami(), view, core.today)
    return _made(core, paper, people, round_id, numbers=False)


def save(core: Core, printout: Printout, content: bytes) -> tuple[Path, Changes]:
    """Write a drawn paper into the folder for exported files, under a name that is free there.

    It is listed for whoever wrote it, and noted.

    Raises:
        UserError: export_unwritable.
    """
    paper = printout.paper
    path = exports.write(exports.folder(), f"{paper.stem} {core.today.isoformat()}", PDF, content)
    return path, exports.keep(core, path, paper.form, printout.people, printout.subject_id)


def printed(core: Core, printout: Printout) -> Changes:
    """Note that a paper went to a printer."""
    return audit.note(
        core, audit.PRINT, printout.subject_id, count=printout.people, detail=printout.paper.form
    )


def _matching(
    core: Core, wanted: HouseholdFilter, *, having: str = "", lacking: str = ""
) -> tuple[bytes, ...]:
    with core.vault.read() as connection:
        return register.households_matching(connection, wanted, core.today, having=having, lacking=lacking)


def _lines(core: Core, ids: Sequence[bytes], fact: str) -> tuple[HouseholdLine, ...]:
    with core.vault.read() as connection:
        return paper_lines.households(connection, ids, core.today, fact)


def _opened(core: Core, household_id: bytes, *, numbers: bool) -> HouseholdDetail | None:
    """One household at a time, so that a stack of sheets keeps nobody else waiting."""
    with core.vault.read() as connection:
        found = register.household_detail(connection, household_id, core.today)
        if found is None:
            return None
        head = register.head_of(connection, household_id) if numbers and found.has_phone else None
        phone = register.number_of(connection, head, "phone") if head is not None else ""
    core.saw(household_id)
    return replace(found, phone_masked=format_phone(phone)) if phone else found


def _made(core: Core, paper: Paper, people: int, subject_id: bytes = b"", *, numbers: bool) -> Printout:
    if numbers and people:
        audit.note(core, audit.REVEAL, subject_id, count=people, detail=paper.form)
    return Printout(paper, people, subject_id)
