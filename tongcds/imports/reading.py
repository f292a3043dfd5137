"""The door of the importer: a file in, a `Register` out, or a refusal that says which and what to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, takewhile
from pathlib import Path
from typing import Final

from tongcds.domain.text import tone_fold
from tongcds.errors import CancelledError, UserError
from tongcds.imports.celltext import read_text
from tongcds.imports.columns import Column, Field, Header
from tongcds.imports.dated import read_title
from tongcds.imports.encodings import column_readings, doubtful_cells
from tongcds.imports.findings import Finding, shortened
from tongcds.imports.headers import find_header
from tongcds.imports.households import read_sheet
from tongcds.imports.legacy_fonts import family_of, legacy_font_named
from tongcds.imports.opening import open_workbook
from tongcds.imports.register import (
    ImportedHousehold,
    ImportedMember,
    ImportSettings,
    Register,
    SheetInfo,
    SkippedRow,
    StatedTotal,
    count_villages,
)
from tongcds.imports.workbook import Cell, Sheet, Workbook, column_index

Progress = Callable[[int, int], None]
"""Called with rows done and rows in all."""


def read_register(
    path: Path,
    settings: ImportSettings,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Register:
    """Read a household register from a spreadsheet. Nothing is written anywhere.

    Every visible sheet with a recognisable header is read. Values that were changed or left out are warnings
    on their rows; warnings never block.

    Raises:
        UserError: `file_missing`, `file_encrypted`, `file_damaged`, `file_not_spreadsheet`, `file_unsafe`,
            `file_too_big` or `no_register`.
        CancelledError: `cancelled` said yes.
    """

    def tick() -> None:
        if cancelled is not None and cancelled():
            raise CancelledError

    asked = settings
    workbook = open_workbook(path, settings, tick)
    if workbook.decoded:
        settings = replace(settings, encoding=None)  # has done its work
    total = sum(len(sheet.rows) for sheet in workbook.sheets)
    done = 0

    def tell(before: int, rows: int) -> None:
        if progress is not None:
            progress(before + rows, total)

    infos: list[SheetInfo] = []
    households: list[ImportedHousehold] = []
    warnings: list[Finding] = []
    totals: list[StatedTotal] = []
    titles: list[str] = []
    for sheet in workbook.sheets:
        header = None if sheet.hidden else _readable_header(sheet, settings)
        if header is None:
            infos.append(SheetInfo(sheet.name, reason=_why_ignored(sheet)))
            continue
        reading = read_sheet(
            sheet,
            header,
            settings,
            date1904=workbook.date1904,
            tick=tick,
            advance=partial(tell, done),
        )
        columns = listing(sheet, header, asked, workbook)
        infos.append(_info(sheet, header, columns, reading.skipped))
        households += reading.households
        warnings += reading.findings
        totals += reading.totals
        titles += _titles(sheet, header)
        done += len(sheet.rows)
    tell(0, total)
    if all(info.reason for info in infos):
        raise UserError("no_register")
    warnings += _same_twice(households)
    order = {info.name: place for place, info in enumerate(infos)}
    warnings.sort(key=lambda w: (order[w.sheet], w.row, w.code, w.field))
    return Register(
        tuple(infos),
        tuple(households),
        tuple(warnings),
        tuple(totals),
        count_villages(tuple(households)),
        encoding_sure=workbook.encoding_sure,
        dated=read_title(titles, settings.reference_date),
    )


def _titles(sheet: Sheet, header: Header) -> Iterator[str]:
    """Return the texts above the header."""
    for row in takewhile(lambda row: row.number < header.first, sheet.rows):
        for cell in islice(row.cells.values(), _TITLE_CELLS):
            yield read_text(cell).text


_TITLE_CELLS: Final = 64


def _readable_header(sheet: Sheet, settings: ImportSettings) -> Header | None:
    """Return the header of a sheet, None without one or without a column of names."""
    header = find_header(sheet, settings.user)
    return None if header is None or header.column(Field.FULL_NAME) is None else header


def _why_ignored(sheet: Sheet) -> str:
    if sheet.hidden:
        return "hidden"
    return "no_header" if sheet.rows else "empty"


def _info(
    sheet: Sheet, header: Header, columns: tuple[Column, ...], skipped: tuple[SkippedRow, ...]
) -> SheetInfo:
    fonts = {run.font for row in sheet.rows for cell in row.cells.values() for run in cell.runs}
    families = sorted({family.value for font in fonts if (family := family_of(font)) is not None})
    rows = tuple(range(header.first, header.last + 1)) if header.last else ()
    return SheetInfo(
        sheet.name,
        header_rows=rows,
        columns=columns,
        fingerprint=header.fingerprint(),
        skipped=skipped,
        legacy_fonts=tuple(families),
    )


def listing(sheet: Sheet, header: Header, settings: ImportSettings, workbook: Workbook) -> tuple[Column, ...]:
    """Return the columns of a sheet, each with the first few of its values and of its doubtful letters."""
    letters = settings.letters_of(sheet.name)
    assumed = legacy_font_named(settings.encoding)
    found = []
    for one in header.listing():
        index = column_index(one.letter)
        cells = doubtful_cells(_top(sheet, header, index), whatever_font=workbook.decoded)[:_SAMPLES]
        as_read = [read_text(cell, assumed=assumed).text for cell in cells]
        found.append(
            replace(
                one,
                samples=_samples(sheet, header, one.letter),
                readings=column_readings(cells, as_read, bytes_kept=not workbook.encoding_sure),
                encoding="" if index is None else letters.get(index, ""),
            )
        )
    return tuple(found)


def _samples(sheet: Sheet, header: Header, letter: str) -> tuple[str, ...]:
    """Return the first few different values below a heading, as the file has them."""
    texts = (cell.text.strip() for cell in _top(sheet, header, column_index(letter)))
    return tuple(islice(dict.fromkeys(shortened(text) for text in texts if text), _SAMPLES))


def _top(sheet: Sheet, header: Header, column: int | None) -> Iterator[Cell]:
    """Return the cells of a column in the first rows below the header."""
    for row in islice((row for row in sheet.rows if row.number > header.last), _SAMPLED_ROWS):
        cell = None if column is None else row.cells.get(column)
        if cell is not None:
            yield cell


_SAMPLES: Final = 3
_SAMPLED_ROWS: Final = 50


def _same_twice(households: list[ImportedHousehold]) -> list[Finding]:
    """Find the same personal number on several rows, and the same person in several households."""
    numbers: dict[str, list[Finding]] = defaultdict(list)
    people: dict[tuple[str, str], list[_Place]] = defaultdict(list)
    for index, household in enumerate(households):
        for member in household.members:
            number, birth = member.id_number, member.birth
            if number is not None:
                finding = Finding(household.sheet, member.row, "id_number", "id_duplicate", number, number)
                numbers[number].append(finding)
            if birth is not None:
                people[tone_fold(member.full_name), birth].append(_Place(index, household.sheet, member))
    found = [finding for same in numbers.values() if len(same) > 1 for finding in same]
    for places in people.values():
        if len(places) > 1:
            found += _possible_duplicates(places)
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """A person and the household, by its place in the file, that they stand in."""

    household: int
    sheet: str
    member: ImportedMember


def _possible_duplicates(places: list[_Place]) -> list[Finding]:
    """Return a finding for each of these people, alike in name and birth, who may be one of the others.

    Two different personal numbers say that they are two people.
    """
    households_of: dict[str | None, set[int]] = defaultdict(set)
    everywhere = {place.household for place in places}
    for place in places:
        households_of[place.member.id_number].add(place.household)
    found = []
    for place in places:
        number = place.member.id_number
        if number is None:
            elsewhere = len(everywhere) > 1
        else:
            unnumbered = households_of[None]
            elsewhere = len(households_of[number]) > 1 or len(unnumbered) > (place.household in unnumbered)
        if elsewhere:
            name = place.member.full_name
            found.append(
                Finding(
                    place.sheet, place.member.row, "full_name", "possible_duplicate", place.member.found, name
                )
            )
    return found
