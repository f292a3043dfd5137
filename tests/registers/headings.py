"""The header of a drawn register: which columns there are, what they are called, over how many rows."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from random import Random

from tests.registers.book import Page, Value
from tests.registers.people import Able, coded

NAMES = {
    "no": "STT|TT|Số TT|Số thứ tự",
    "household_no": "Mã hộ|Số hộ|Hộ số|STT hộ|Mã số hộ",
    "full_name": "Họ tên|Họ và tên|Họ và tên thành viên|Họ tên nhân khẩu|Họ và tên nhân khẩu|"
    "Họ, chữ đệm và tên|Tên",
    "head_name": "Họ tên|Họ và tên|Tên chủ hộ|Chủ hộ|Họ tên chủ hộ|Họ và tên chủ hộ",
    "relation": "Quan hệ|Quan hệ với chủ hộ|QH với chủ hộ|QHCH|QH",
    "sex": "Giới tính|GT|Nam/Nữ|Phái",
    "birth": "Năm sinh|Ngày sinh|NTNS|Ngày tháng năm sinh|Ngày, tháng, năm sinh|Sinh ngày|N.Sinh",
    "ethnicity": "Dân tộc|DT",
    "id_number": "CCCD|CMND|Số CCCD|Số CMND|CCCD/CMND|Số CMND/CCCD|Số CCCD/CMND|Số định danh|"
    "Số định danh cá nhân|ĐDCN|Số ĐDCN|Mã định danh",
    "phone": "SĐT|ĐT|Điện thoại|Số điện thoại|Số ĐT|Di động",
    "village": "Thôn|Bản|Ấp|Khóm|Xóm|Buôn|Bon|TDP|Tổ dân phố|Tiểu khu|Khu phố|Thôn, bản|Thôn/bản|"
    "Bản/tiểu khu|Ấp/khóm",
    "address": "Địa chỉ|Địa chỉ (thôn, bản)|Nơi ở|Chỗ ở hiện nay|Số nhà",
    "size": "Số khẩu|NK|Nhân khẩu|Số nhân khẩu",
    "poor": "HN|Hộ nghèo|Nghèo",
    "near_poor": "HCN|CN|Cận nghèo|Hộ cận nghèo",
    "poverty": "Diện hộ|Loại hộ",
    "hardship": "KK|Khó khăn|Hoàn cảnh khó khăn",
    "note": "Ghi chú|GC",
}
_MALE_FEMALE = {"birth_male": "Nam", "birth_female": "Nữ", "sex_male": "Nam", "sex_female": "Nữ"}
_UNKNOWN = ["Nghề nghiệp", "Trình độ", "Tôn giáo", "Nơi làm việc", "Bảo hiểm y tế", "Nước sạch"]
_BANDS = ["Thông tin chung", "THÔNG TIN CÁ NHÂN", "Giấy tờ, liên hệ"]


@dataclass(frozen=True)
class Group:
    """Columns beside each other: one with a heading, or several under a parent."""

    fields: tuple[str, ...]
    parent: str = ""
    texts: tuple[str, ...] = ()


@dataclass
class Heading:
    """A header as drawn: the place of each field, the last row, and its texts by place for repeating it."""

    columns: dict[str, int]
    width: int
    first: int = 0
    last: int = 0
    written: dict[tuple[int, int], Value] = field(default_factory=dict)


def groups_of(fields: list[str], chance: Random, *, name: str) -> list[Group]:
    """Return the columns of a sheet in any order, `fields` known ones, a few of them unknown.

    `name` is the entry of `NAMES` that the column of names is called by.
    """
    groups = []
    left = list(fields)
    for pair, parent in (
        (("birth_male", "birth_female"), "birth"),
        (("sex_male", "sex_female"), "sex"),
        (("poor", "near_poor"), "poverty"),
    ):
        if pair[0] in left:
            left = [one for one in left if one not in pair]
            texts = tuple(_MALE_FEMALE.get(one) or _name(one, chance) for one in pair)
            order = chance.choice(((0, 1), (0, 1), (1, 0)))
            together = parent != "poverty" or chance.random() < 0.5
            if together:
                parent_text = "Giới tính" if parent == "sex" else _name(parent, chance)
                groups.append(
                    Group(tuple(pair[i] for i in order), parent_text, tuple(texts[i] for i in order))
                )
            else:
                groups += [Group((one,), "", (text,)) for one, text in zip(pair, texts, strict=True)]
    groups += [Group((one,), "", (_name(name if one == "full_name" else one, chance),)) for one in left]
    groups += [
        Group((f"unknown {n}",), "", (text,))
        for n, text in enumerate(chance.sample(_UNKNOWN, chance.choice((0, 0, 1, 2))))
    ]
    if chance.random() < 0.15:
        groups.append(Group(("unknown a", "unknown b"), "Trình độ học vấn", ("Văn hóa", "Chuyên môn")))
    chance.shuffle(groups)
    return groups


def _name(of: str, chance: Random) -> str:
    return chance.choice(NAMES[of].split("|"))


def draw_heading(
    page: Page, groups: list[Group], row: int, able: Able, chance: Random, *, merging: bool, family: str
) -> Heading:
    """Draw a header from a row on and say where everything is."""
    fields = [one for group in groups for one in group.fields]
    made = Heading({one: column for column, one in enumerate(fields)}, len(fields), first=row)
    divided = any(group.parent for group in groups)
    band = merging and len(groups) > 4 and chance.random() < 0.25
    depth = 1 + divided + band
    merges, column = [], 0
    first_of_band = chance.randrange(len(groups) - 2) if band else -1
    after_band = first_of_band + chance.randrange(2, min(5, len(groups) - first_of_band) + 1) if band else -1
    for place, group in enumerate(groups):
        inside = first_of_band <= place < after_band
        top = row + inside
        right = column + len(group.fields) - 1
        if place == first_of_band:
            wide = sum(len(one.fields) for one in groups[first_of_band:after_band])
            _put(made, page, row, column, chance.choice(_BANDS), family, able, chance)
            merges.append((row, column, row, column + wide - 1))
        if group.parent:
            last_parent = row + depth - 2
            _put(made, page, top, column, group.parent, family, able, chance)
            merges.append((top, column, last_parent, right))
            for c, text in enumerate(group.texts, column):
                _put(made, page, row + depth - 1, c, text, family, able, chance)
        else:
            _put(made, page, top, column, group.texts[0], family, able, chance)
            if top < row + depth - 1:
                merges.append((top, column, row + depth - 1, right))
        column = right + 1
    if merging:
        page.merges += [m for m in merges if m[:2] != m[2:]]
    made.last = row + depth - 1
    return made


def _put(
    made: Heading, page: Page, row: int, column: int, text: str, family: str, able: Able, chance: Random
) -> None:
    if family != "tcvn3h" and chance.random() < 0.3:
        text = text.upper() if family == "" or not family.endswith("tcvn3") else text
    text += chance.choice(("", "", "", ":", ".", "*", " "))
    if " " in text and chance.random() < 0.3 and not family.startswith("whole"):
        text = text.replace(" ", chance.choice(("\n", "  ")), 1)
    cell, _ = coded(text, family, chance)
    if family == "" and able.unicode and chance.random() < 0.2:
        cell, _ = coded(unicodedata.normalize("NFD", text), "", chance)
    page.cells[row, column] = made.written[row, column] = cell
