"""The fields that columns hold, the names they go by, and a header as it was found.

The names are data (`NAMES`), compared without case, line breaks, punctuation and tone place. Where the header
stands is for `headers`, what the cells below mean for `readings`, which rows are people for `rows`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from tongcds.domain.text import fold, tone_fold
from tongcds.domain.views import ImportEncoding
from tongcds.imports.legacy_fonts import LegacyFont, to_unicode
from tongcds.imports.villages import is_list_of_types
from tongcds.imports.workbook import column_letter


class Field(StrEnum):
    """What a column may hold."""

    NO = "no"
    HOUSEHOLD_NO = "household_no"
    FULL_NAME = "full_name"
    FAMILY_NAMES = "family_names"
    RELATION = "relation"
    SEX = "sex"
    SEX_MALE = "sex_male"
    SEX_FEMALE = "sex_female"
    BIRTH = "birth"
    BIRTH_MALE = "birth_male"
    BIRTH_FEMALE = "birth_female"
    ETHNICITY = "ethnicity"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    VILLAGE = "village"
    ADDRESS = "address"
    SIZE = "size"
    POOR = "poor"
    NEAR_POOR = "near_poor"
    POVERTY = "poverty"
    HARDSHIP = "hardship"
    NOTE = "note"


NAMES: Final[Mapping[Field, str]] = {
    Field.NO: "STT|TT|Số TT|Số thứ tự",
    Field.HOUSEHOLD_NO: "Mã hộ|Số hộ|Hộ số|STT hộ|Mã số hộ",
    Field.FULL_NAME: (
        "Họ tên|Họ và tên|Tên chủ hộ|Chủ hộ|Họ tên chủ hộ|Họ và tên chủ hộ|Họ và tên thành viên|"
        "Họ tên thành viên|Họ tên nhân khẩu|Họ và tên nhân khẩu|Họ, chữ đệm và tên|Tên"
    ),
    Field.FAMILY_NAMES: "Họ|Họ đệm|Họ và đệm|Họ lót|Họ và chữ đệm|Họ, chữ đệm|Họ và tên đệm|Họ và tên lót",
    Field.RELATION: "Quan hệ|Quan hệ với chủ hộ|QH với chủ hộ|QHCH|QH",
    Field.SEX: "Giới tính|GT|Nam/Nữ|Phái",
    Field.BIRTH: ("Năm sinh|Ngày sinh|NTNS|Ngày tháng năm sinh|Ngày, tháng, năm sinh|Sinh ngày|N.Sinh"),
    Field.ETHNICITY: "Dân tộc|DT",
    Field.ID_NUMBER: (
        "CCCD|CMND|Số CCCD|Số CMND|CCCD/CMND|CMND/CCCD|Số CCCD/CMND|Số CMND/CCCD|Số CCCD/Số CMND|"
        "Số CMND/Số CCCD|Số định danh|Số định danh cá nhân|ĐDCN|Số ĐDCN|Mã định danh|Mã định danh cá nhân|"
        "Số căn cước|Số căn cước công dân"
    ),
    Field.PHONE: "SĐT|ĐT|Điện thoại|Số điện thoại|Số ĐT|Di động",
    Field.VILLAGE: "Thôn|Bản|Ấp|Khóm|Xóm|Buôn|Bon|TDP|Tổ dân phố|Tiểu khu|Khu phố",
    Field.ADDRESS: "Địa chỉ|Nơi ở|Chỗ ở hiện nay|Nơi ở hiện nay|Chỗ ở|Số nhà",
    Field.SIZE: "Số khẩu|NK|Nhân khẩu|Số nhân khẩu",
    Field.POOR: "HN|Hộ nghèo|Nghèo",
    Field.NEAR_POOR: "HCN|CN|Cận nghèo|Hộ cận nghèo",
    Field.POVERTY: "Diện hộ|Loại hộ",
    Field.HARDSHIP: "KK|Khó khăn|Hoàn cảnh khó khăn",
    Field.NOTE: "Ghi chú|GC",
}
"""The names of each column, separated by `|`; pairs of village types and their like are known by rule."""

_NOT_A_WORD: Final = re.compile(r"[^\w']+|_")
_IN_BRACKETS: Final = re.compile(r"\([^)]*\)")


def name_key(text: str) -> str:
    """Return what is compared of a column's name: its words in small letters, one tone place."""
    return " ".join(_NOT_A_WORD.sub(" ", tone_fold(text)).split())


_BY_KEY: Final = {name_key(name): of for of, names in NAMES.items() for name in names.split("|")}
_BY_FOLDED: Final = {fold(key): of for key, of in reversed(_BY_KEY.items())}


@lru_cache(maxsize=4096)
def field_of_name(text: str) -> Field | None:
    """Return the field a column's name stands for, None if the name is unknown.

    Understands a remark in brackets after the name, names without any marks ("Ho ten"), and names that were
    typed in a legacy font whose name the file has lost.
    """
    readings = [text, _IN_BRACKETS.sub(" ", text)]
    if not text.isascii():
        readings += [to_unicode(text, family) for family in LegacyFont]
    for reading in readings:
        key = name_key(reading)
        if key in _BY_KEY:
            return _BY_KEY[key]
        if is_list_of_types(key):
            return Field.VILLAGE
        place, _, rest = key.partition("địa chỉ ")
        if not place and is_list_of_types(rest):
            return Field.ADDRESS
        if key.isascii() and key in _BY_FOLDED:
            return _BY_FOLDED[key]
    return None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a register: its letter, its heading as written, its field (None: not read), values.

    `readings`: how its letters may be meant, where nobody can tell; `encoding`: what somebody said of it.
    """

    letter: str
    heading: str
    field: Field | None
    samples: tuple[str, ...] = ()
    readings: tuple[ImportEncoding, ...] = ()
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands and what it says.

    `columns` has the field of each column, `positions` the column of each field, `texts` each row as written.
    """

    first: int
    last: int
    columns: Mapping[int, Field]
    headings: Mapping[int, str]
    texts: tuple[Mapping[int, str], ...]
    positions: Mapping[Field, int]

    def column(self, wanted: Field) -> int | None:
        """Return the column of a field."""
        return self.positions.get(wanted)

    def fingerprint(self) -> str:
        """Return what tells this header from others: its texts in their places; "" if it says nothing."""
        if not any(self.texts):
            return ""
        places = [
            f"{depth}:{column}:{name_key(text)}"
            for depth, texts in enumerate(self.texts)
            for column, text in sorted(texts.items())
        ]
        return blake2b("\n".join(places).encode(), digest_size=16).hexdigest()

    def listing(self) -> tuple[Column, ...]:
        """Return every column that has a heading, for people to look at."""
        return tuple(
            Column(column_letter(c), heading, self.columns.get(c)) for c, heading in self.headings.items()
        )


@dataclass(frozen=True, slots=True)
class UserNames:
    """What the person decided about columns.

    `columns`: for a sheet's name and a column's letter the field, "" to leave the column out. `names`: for a
    heading, the field it means wherever it appears; this is what is remembered for the next file.
    `header_rows`: for a sheet the row that names its columns, 0 where none does. `known_headers`: for the
    fingerprint of a header that nobody would recognise, what its columns were said to hold.
    """

    columns: Mapping[tuple[str, str], str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    header_rows: Mapping[str, int] = field(default_factory=dict)
    known_headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
