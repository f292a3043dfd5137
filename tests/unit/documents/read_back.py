"""Reads written documents back without the libraries that wrote them: plain XML out of the archive."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree as ET

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
MM_PER_TWIP = 25.4 / 1440


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@dataclass
class Line:
    style: str
    text: str
    element: ET.Element


class Word:
    """What a document says and how, each line with the name of its style."""

    def __init__(self, content: bytes) -> None:
        self.parts = parts(content)
        self.body = ET.fromstring(self.parts["word/document.xml"]).find(f"{W}body")
        self.styles = {
            style.get(f"{W}styleId"): style
            for style in ET.fromstring(self.parts["word/styles.xml"]).iter(f"{W}style")
        }

    def name_of(self, style_id: str) -> str:
        style = self.styles.get(style_id)
        return style_id if style is None else style.find(f"{W}name").get(f"{W}val")

    def lines(self) -> list[Line]:
        found = []
        for one in self.body.iter(f"{W}p"):
            style = one.find(f"{W}pPr/{W}pStyle")
            words = [
                "\n" if part.tag == f"{W}br" else part.text or ""
                for part in one.iter()
                if part.tag in {f"{W}t", f"{W}br"}
            ]
            name = "" if style is None else self.name_of(style.get(f"{W}val"))
            found.append(Line(name, "".join(words), one))
        return found

    def texts(self, style: str) -> list[str]:
        return [line.text for line in self.lines() if line.style == style]

    def look(self, style: str) -> dict[str, object]:
        """Font, size in points, bold, italic, capitals and alignment of a style."""
        made = next(one for one in self.styles.values() if one.find(f"{W}name").get(f"{W}val") == style)
        run = made.find(f"{W}rPr")

        def on(name: str) -> bool:
            found = run.find(f"{W}{name}")
            return found is not None and found.get(f"{W}val", "1") not in {"0", "false"}

        align = made.find(f"{W}pPr/{W}jc")
        fonts = run.find(f"{W}rFonts")
        return {
            "fonts": {fonts.get(f"{W}{script}") for script in ("ascii", "hAnsi", "eastAsia", "cs")},
            "size": int(run.find(f"{W}sz").get(f"{W}val")) / 2,
            "bold": on("b"), "italic": on("i"), "capitals": on("caps"),
            "align": "" if align is None else align.get(f"{W}val"),
        }  # fmt: skip

    def sections(self) -> list[ET.Element]:
        return list(self.body.iter(f"{W}sectPr"))

    def margins_mm(self, section: ET.Element) -> dict[str, float]:
        found = section.find(f"{W}pgMar")
        return {
            side: int(found.get(f"{W}{side}")) * MM_PER_TWIP
            for side in ("top", "right", "bottom", "left", "header")
        }

    def size_mm(self, section: ET.Element) -> tuple[int, int]:
        found = section.find(f"{W}pgSz")
        return round(int(found.get(f"{W}w")) * MM_PER_TWIP), round(int(found.get(f"{W}h")) * MM_PER_TWIP)

    def tables(self) -> list[ET.Element]:
        return list(self.body.iter(f"{W}tbl"))


class Book:
    """A workbook's first sheet, or another one: cells by place, and how it is printed."""

    def __init__(self, content: bytes, number: int = 1) -> None:
        self.parts = parts(content)
        self.sheet = ET.fromstring(self.parts[f"xl/worksheets/sheet{number}.xml"])
        self.book = ET.fromstring(self.parts["xl/workbook.xml"])
        shared = (
            ET.fromstring(self.parts["xl/sharedStrings.xml"]) if "xl/sharedStrings.xml" in self.parts else ()
        )
        strings = ["".join(part.text or "" for part in one.iter(f"{S}t")) for one in shared]
        styles = ET.fromstring(self.parts["xl/styles.xml"])
        codes = {one.get("numFmtId"): one.get("formatCode") for one in styles.iter(f"{S}numFmt")}
        looks = [codes.get(one.get("numFmtId"), "") for one in styles.find(f"{S}cellXfs")]
        self.fonts = {one.find(f"{S}name").get("val") for one in styles.iter(f"{S}font")}
        self.cells: dict[str, str | float] = {}
        self.formats: dict[str, str] = {}
        self.formulas = list(self.sheet.iter(f"{S}f"))
        for cell in self.sheet.iter(f"{S}c"):
            value = cell.find(f"{S}v")
            if value is not None:
                place = cell.get("r")
                self.cells[place] = strings[int(value.text)] if cell.get("t") == "s" else float(value.text)
                self.formats[place] = looks[int(cell.get("s", 0))]

    def texts(self) -> list[str]:
        return [value for value in self.cells.values() if isinstance(value, str)]

    def place_of(self, text: str) -> tuple[str, int]:
        place = next(place for place, value in self.cells.items() if value == text)
        column, row = re.fullmatch(r"([A-Z]+)(\d+)", place).groups()
        return column, int(row)

    def defined(self) -> dict[str, str]:
        return {one.get("name"): one.text for one in self.book.iter(f"{S}definedName")}
