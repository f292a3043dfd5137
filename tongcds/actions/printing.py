"""Papers about to leave the vault: made of what it holds, written as a file, noted when they are printed.

What a form says stands in `tongcds.papers`; drawing is the window's. Whoever asks for whole numbers is noted
in the access log when the paper is made, whoever prints or saves it when that was done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tongcds import paths
from tongcds.actions import audit, exports, logbook, rounds
from tongcds.actions.core import Changes, Core
from tongcds.documents import Format, Written, write
from tongcds.domain.consent import CALLS, NOTES, Gate, left_out_words
from tongcds.domain.identity import format_phone
from tongcds.domain.views import NOBODY, HouseholdDetail, HouseholdFilter, HouseholdLine, LeftOut, LogFilter
from tongcds.errors import UserError
from tongcds.i18n import _
from tongcds.papers import activity, lists, survey
from tongcds.papers import rounds as round_papers
from tongcds.papers.paper import Paper
from tongcds.storage import paper_lines, register
from tongcds.storage.members import members_of
from tongcds.storage.wording import result_words

_SMARTPHONE: Final = "household_smartphone"
_SHOP: Final = "online_shop"


@dataclass(frozen=True, slots=True)
class Printout:
    """A paper, and what the access log keeps of it: about how many people, or about which record.

    `left_out` are those who are not on it, or are without their consent. `notes` are sentences about what
    could not be done as asked.
    """

    paper: Paper
    people: int
    subject_id: bytes = b""
    left_out: LeftOut = NOBODY
    notes: tuple[str, ...] = ()


def members(core: Core, *, numbers: bool = False) -> Printout:
    """B14: the members of this team or office; phones whole with `numbers`."""
    unit = core.credentials().unit_id
    with core.vault.read() as connection:
        found = members_of(connection, unit, core.today, numbers=numbers)
    return _made(core, lists.members(core.whoami(), found, core.today), len(found), numbers=numbers)


def sheets(
    core: Core, households: Sequence[bytes] | HouseholdFilter, *, numbers: bool = False, ground: str = ""
) -> Printout:
    """B02: a survey sheet for each of these households, in this order, or for all that a filter leaves.

    That each was looked at is noted; heads' phones are whole with `numbers`. Who said no to notes has no
    sheet, or an empty one where nobody else has any, unless there is a `ground`; a sheet is what the others
    are asked with.

    Raises:
        UserError: nothing_to_print where none of them is here; ground_unknown.
    """
    ids = _matching(core, households) if isinstance(households, HouseholdFilter) else tuple(households)
    named = exports.gate(core, ground, unasked=True)
    found = [one for one in (_opened(core, each, named, numbers=numbers) for each in ids) if one]
    if not found and not named.left_out.total:
        raise UserError("nothing_to_print")
    paper = survey.sheets(core.whoami(), found or [None], core.today)
    subject = found[0].household_id if len(found) == 1 else b""
    people = sum(len(one.people) for one in found)
    return _made(core, paper, people, subject, numbers=numbers, left_out=named.left_out)


def empty_sheet(core: Core) -> Printout:
    """B02 for a household that is not on record."""
    return Printout(survey.sheets(core.whoami(), [None], core.today), 0)


def without_smartphone(core: Core, wanted: HouseholdFilter, *, ground: str = "") -> Printout:
    """B07: the households without a smartphone among those that a filter leaves and that agreed.

    Raises:
        UserError: ground_unknown.
    """
    ids = _matching(core, wanted, lacking=_SMARTPHONE)
    lines, left = _lines(core, ids, _SMARTPHONE, ground)
    paper = lists.without_smartphone(core.whoami(), lines, core.today, left_out_words(left))
    return Printout(paper, len(lines), left_out=left)


def on_marketplaces(core: Core, wanted: HouseholdFilter, *, ground: str = "") -> Printout:
    """B11: the households that sell on e-markets among those that a filter leaves and that agreed.

    Raises:
        UserError: ground_unknown.
    """
    ids = _matching(core, wanted, having=_SHOP)
    lines, left = _lines(core, ids, _SHOP, ground)
    paper = lists.on_marketplaces(core.whoami(), lines, core.today, left_out_words(left))
    return Printout(paper, len(lines), left_out=left)


def activities(core: Core, wanted: LogFilter, *, ground: str = "") -> Printout:
    """B01: what the support log has that matches, day by day. Who said no to notes is not named.

    Raises:
        UserError: period_invalid where it ends before it begins; ground_unknown.
    """
    if wanted.since is not None and wanted.until is not None and wanted.until < wanted.since:
        raise UserError("period_invalid")
    named = exports.gate(core, ground, unasked=True)
    rows = logbook.withheld(logbook.whole(core, wanted), named)[::-1]
    paper = activity.activities(core.whoami(), rows, core.today, wanted, result_words=result_words)
    return Printout(paper, len({row.household_id for row in rows}), left_out=named.left_out)


def round_list(core: Core, round_id: bytes, *, ground: str = "") -> Printout:
    """The list of a round, a sheet for each who goes. Who said no to notes stands there by their code alone.

    Raises:
        UserError: round_unknown, ground_unknown.
    """
    view = rounds.round_of(core, round_id)
    named = exports.gate(core, ground, unasked=True)
    stops = tuple(
        stop
        if named.passes(NOTES, _head(core, stop.household_id), stop.household_id)
        else replace(stop, head_name=_("not named"), address="", note="")
        for stop in view.stops
    )
    people = sum(stop.people for stop in view.stops)
    paper = round_papers.round_list(core.whoami(), replace(view, stops=stops), core.today)
    return Printout(paper, people, round_id, named.left_out)


def as_file(printout: Printout, kind: Format) -> Written:
    """A paper as a document that is edited, from the person's own template where there is one.

    A PDF is drawn by whoever draws.
    """
    return write(printout.paper, kind, paths.templates_folder())


def save(core: Core, printout: Printout, content: bytes, kind: Format = Format.PDF) -> tuple[Path, Changes]:
    """Write a paper as a file into the folder for exported files, under a name that is free there.

    It is listed for whoever wrote it, and noted.

    Raises:
        UserError: export_unwritable.
    """
    paper = printout.paper
    named = f"{paper.stem} {core.today.isoformat()}", f".{kind.value}"
    return exports.hand_out(
        core,
        named,
        content,
        paper.form,
        printout.people,
        subject_id=printout.subject_id,
        left_out=printout.left_out,
    )


def printed(core: Core, printout: Printout) -> Changes:
    """Note that a paper went to a printer, and on which ground people are on it who did not agree."""
    subject = printout.subject_id
    with core.vault.change(core.author()) as change:
        audit.record(core, change, audit.PRINT, subject, count=printout.people, detail=printout.paper.form)
        exports.note_ground(core, change, printout.left_out, subject)
    return Changes.of("audit")


def _matching(
    core: Core, wanted: HouseholdFilter, *, having: str = "", lacking: str = ""
) -> tuple[bytes, ...]:
    with core.vault.read() as connection:
        return register.households_matching(connection, wanted, core.today, having=having, lacking=lacking)


def _head(core: Core, household_id: bytes) -> bytes | None:
    with core.vault.read() as connection:
        return register.head_of(connection, household_id)


def _lines(
    core: Core, ids: Sequence[bytes], fact: str, ground: str
) -> tuple[tuple[HouseholdLine, ...], LeftOut]:
    named = exports.gate(core, ground)
    with core.vault.read() as connection:
        found = paper_lines.households(connection, ids, core.today, fact, named)
    return found, named.left_out


def _opened(core: Core, household_id: bytes, named: Gate, *, numbers: bool) -> HouseholdDetail | None:
    """One household at a time, so that a stack of sheets keeps nobody else waiting."""
    with core.vault.read() as connection:
        found = register.household_detail(connection, household_id, core.today)
        if found is None:
            return None
        head = register.head_of(connection, household_id)
        if not named.passes(NOTES, head, household_id):
            return None
        whole = numbers and found.has_phone and replace(named).passes(CALLS, head, household_id)
        phone = register.number_of(connection, head, "phone") if whole and head is not None else ""
    core.saw(household_id)
    return replace(found, phone_masked=format_phone(phone)) if phone else found


def _made(
    core: Core,
    paper: Paper,
    people: int,
    subject_id: bytes = b"",
    *,
    numbers: bool,
    left_out: LeftOut = NOBODY,
) -> Printout:
    if numbers and people:
        audit.note(core, audit.REVEAL, subject_id, count=people, detail=paper.form)
    return Printout(paper, people, subject_id, left_out)
