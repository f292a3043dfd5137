"""What an import would do, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


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
    """One recognised column of the file: its letter, its heading as written, the field it was taken for.

    `readings`: where nobody can tell how its letters are meant, the same texts in each reading; the encoding
    "" is the one taken while nobody says. `encoding`: what somebody said.
    """

    sheet: str
    letter: str
    heading: str
    field: str
    samples: tuple[str, ...] = ()
    readings: tuple[ImportEncoding, ...] = ()
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class ImportTopRow:
    """One of the first rows of a sheet: its number and its texts beside each other."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class ImportSheet:
    """The top of a sheet, for a person to say which row names the columns.

    `header_row`: the row that is taken for it, 0 for none; `columns`: what each column then is.
    """

    name: str
    rows: tuple[ImportTopRow, ...]
    header_row: int
    columns: tuple[ImportColumn, ...]


@dataclass(frozen=True, slots=True)
class ImportEncoding:
    """One way to read letters that nobody can be sure of (tcvn3, vni, windows-1258): the same few texts."""

    encoding: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would do, before anything is written. `rows` holds all, problems first.

    `encodings`: not empty where the person must say how the letters are meant. `remembered_on`: the day on
    which the meaning of columns was chosen by hand for a file with the same headings, None: never.
    `poverty_changes`: how many households of the register would change their poverty class, on `held_on` and
    by the decision `decision_no`, where one is known. `rows_skipped`: rows that are nobody, such as totals.
    """

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
    encodings: tuple[ImportEncoding, ...] = ()
    remembered_on: date | None = None
    poverty_changes: int = 0
    held_on: date | None = None
    decision_no: str = ""
    rows_skipped: int = 0


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """What a person said about a file: how to read it, and since when what it says holds.

    `columns`: for a sheet's name and a column's letter the field, "" to leave the column out. `header_rows`:
    for a sheet the row that names its columns, 0 for none. `sensitive`: ethnicity and poverty are read.
    `encoding` answers the question of `ImportPreview.encodings`, `column_encodings` the one of
    `ImportColumn.readings` for a sheet's name and a column's letter. `held_on` and `decision_no` None: as the
    file says, else today.
    """

    columns: Mapping[tuple[str, str], str] = field(default_factory=dict)
    header_rows: Mapping[str, int] = field(default_factory=dict)
    sensitive: bool = True
    encoding: str | None = None
    column_encodings: Mapping[tuple[str, str], str] = field(default_factory=dict)
    held_on: date | None = None
    decision_no: str | None = None
