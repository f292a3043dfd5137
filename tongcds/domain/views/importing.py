"""What an import would do, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImportPreviewRow:
    """One row of the preview. State: new, changed, same, doubtful, wrong, skipped."""

    sheet: str
    row: int
    in_file: str
    will_write: str
    state: str
    why: str


@dataclass(frozen=True, slots=True)
class ImportColumn:
    """One recognised column of the file: its letter, its heading as written, the field it was taken for."""

    sheet: str
    letter: str
    heading: str
    field: str


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would do, before anything is written. `rows` holds at most 1,000, problems first."""

    file_name: str
    about: str
    households_new: int
    households_changed: int
    households_same: int
    rows_doubtful: int
    rows_wrong: int
    households_to_write: int
    people_to_write: int
    columns: tuple[ImportColumn, ...]
    rows: tuple[ImportPreviewRow, ...]
    villages_missing: tuple[str, ...] = ()
