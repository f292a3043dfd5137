"""The fields that a template for Word may hold, by the names that an office types ("{{ co_quan }}")."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from tongcds.i18n import _
from tongcds.papers.paper import Letterhead, Paper, Sheet

RULE_STYLES: Final = ("VB Kẻ dưới cơ quan", "VB Kẻ dưới tiêu ngữ", "VB Kẻ dưới trích yếu")
"""Paragraphs of these styles are lines; their length is set by the text above when a paper is made."""


class Field(StrEnum):
    """What is put into a template. BODY is the rest of the paper: tables, text, places to sign."""

    ABOVE = "co_quan_tren"
    OFFICE = "co_quan"
    NUMBER = "so_ky_hieu"
    COUNTRY = "quoc_hieu"
    MOTTO = "tieu_ngu"
    PLACE_AND_DAY = "dia_danh_ngay"
    ANNEX = "phu_luc"
    KIND = "ten_loai"
    ABOUT = "trich_yeu"
    PERIOD = "ky_bao_cao"
    BODY = "noi_dung"


def values(paper: Paper, sheet: Sheet, body: str) -> dict[str, str]:
    """Each field's words for a sheet; `body` marks the place of the rest."""
    head = sheet.letterhead or Letterhead("", ())
    known = {
        Field.ABOVE: head.above.upper(),
        Field.OFFICE: "\n".join(head.body).upper(),
        Field.NUMBER: head.number,
        Field.COUNTRY: _("SOCIALIST REPUBLIC OF VIETNAM"),
        Field.MOTTO: _("Independence - Freedom - Happiness"),
        Field.PLACE_AND_DAY: head.place_and_day,
        Field.ANNEX: sheet.title.annex,
        Field.KIND: sheet.title.name.upper(),
        Field.ABOUT: sheet.title.about,
        Field.PERIOD: sheet.title.note,
        Field.BODY: body,
    }
    return dict(paper.fields) | {field.value: words for field, words in known.items()}
