"""Writes a drawn workbook as .xlsx in the several ways that programs do."""

from __future__ import annotations

import io
import zipfile
from random import Random
from xml.sax.saxutils import escape, quoteattr

from tests.registers.book import DEFAULT_FONT, Book, Day, Formula, Number, Page, Text, Value, serial

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def letters(column: int) -> str:
    """Return the letters of a column counted from 0."""
    column += 1
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


class _Writer:
    def __init__(self, book: Book, chance: Random) -> None:
        self.book = book
        self.p = chance.choice(("", "", "x:"))
        self.inline = chance.random() < 0.3
        self.no_references = chance.random() < 0.2
        self.date_format = chance.choice((14, 164, 165))
        self.strings: list[str] = []
        self.places: dict[Text, int] = {}
        self.styles: dict[tuple[str, bool], int] = {(DEFAULT_FONT, False): 0}

    def style(self, font: str, *, date: bool = False) -> int:
        return self.styles.setdefault((font, date), len(self.styles))

    def runs(self, text: Text) -> str:
        p = self.p
        if len(text.runs) == 1:
            return f'<{p}t xml:space="preserve">{escape(text.text)}</{p}t>'
        return "".join(
            f"<{p}r><{p}rPr><{p}rFont val={quoteattr(font)}/></{p}rPr>"
            f'<{p}t xml:space="preserve">{escape(part)}</{p}t></{p}r>'
            for part, font in text.runs
        )

    def cell(self, row: int, column: int, value: Value) -> str:
        p = self.p
        place = "" if self.no_references else f' r="{letters(column)}{row}"'
        match value:
            case Text():
                style = self.style(value.runs[0][1])
                if self.inline:
                    return f'<{p}c{place} s="{style}" t="inlineStr"><{p}is>{self.runs(value)}</{p}is></{p}c>'
                if value not in self.places:
                    self.places[value] = len(self.strings)
                    self.strings.append(f"<{p}si>{self.runs(value)}</{p}si>")
                return f'<{p}c{place} s="{style}" t="s"><{p}v>{self.places[value]}</{p}v></{p}c>'
            case Day(day):
                stored = serial(day, date1904=self.book.date1904)
                style = self.style(DEFAULT_FONT, date=True)
                return f'<{p}c{place} s="{style}"><{p}v>{stored}</{p}v></{p}c>'
            case Number(number):
                return f"<{p}c{place}><{p}v>{number!r}</{p}v></{p}c>"
            case Formula(result):
                return self.formula(place, result)

    def formula(self, place: str, result: Text | Number | str | None) -> str:
        p = self.p
        made = f"<{p}f>VLOOKUP(A1,Sheet9!A:B,2,0)</{p}f>"
        match result:
            case None:
                return f"<{p}c{place}>{made}</{p}c>"
            case Number(number):
                return f"<{p}c{place}>{made}<{p}v>{number!r}</{p}v></{p}c>"
            case Text():
                style = self.style(result.runs[0][1])
                text = escape(result.text)
                return f'<{p}c{place} s="{style}" t="str">{made}<{p}v>{text}</{p}v></{p}c>'
            case error:
                return f'<{p}c{place} t="e">{made}<{p}v>{error}</{p}v></{p}c>'

    def sheet(self, page: Page) -> str:
        p = self.p
        ns = f'xmlns:x="{_MAIN}"' if p else f'xmlns="{_MAIN}"'
        columns = "".join(
            f'<{p}col min="{c + 1}" max="{c + 1}" hidden="1"/>' for c in sorted(page.hidden_columns)
        )
        rows, held = [], page.rows()
        for number in range(1, max([page.last_row(), *page.hidden_rows, 0]) + 1):
            cells = held[number]
            if not cells and number not in page.hidden_rows:
                continue
            wide = range(max(cells) + 1) if self.no_references and cells else sorted(cells)
            written = "".join(self.cell(number, c, cells[c]) if c in cells else f"<{p}c/>" for c in wide)
            hidden = ' hidden="1"' if number in page.hidden_rows else ""
            rows.append(f'<{p}row r="{number}"{hidden}>{written}</{p}row>')
        merges = "".join(
            f'<{p}mergeCell ref="{letters(left)}{top}:{letters(right)}{bottom}"/>'
            for top, left, bottom, right in page.merges
        )
        return (
            f"{_HEAD}<{p}worksheet {ns}>"
            + (f"<{p}cols>{columns}</{p}cols>" if columns else "")
            + f"<{p}sheetData>{''.join(rows)}</{p}sheetData>"
            + (f"<{p}mergeCells>{merges}</{p}mergeCells>" if merges else "")
            + f"</{p}worksheet>"
        )

    def style_sheet(self) -> str:
        names = list(dict.fromkeys(font for font, _ in self.styles))
        fonts = "".join(f"<font><sz val='12'/><name val={quoteattr(name)}/></font>" for name in names)
        xfs = "".join(
            f'<xf numFmtId="{self.date_format if date else 0}" fontId="{names.index(font)}"/>'
            for font, date in self.styles
        )
        return (
            f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="2">'
            '<numFmt numFmtId="164" formatCode="dd/mm/yyyy"/>'
            '<numFmt numFmtId="165" formatCode="[$-42A]d\\ &quot;tháng&quot;\\ m\\ yyyy;@"/></numFmts>'
            f"<fonts>{fonts}</fonts><cellStyleXfs><xf/></cellStyleXfs><cellXfs>{xfs}</cellXfs></styleSheet>"
        )


def xlsx_bytes(book: Book, chance: Random) -> bytes:
    """Return the file."""
    writer = _Writer(book, chance)
    sheets = [writer.sheet(page) for page in book.pages]
    absolute = chance.random() < 0.3
    named = "".join(
        f'<sheet name={quoteattr(page.name)} sheetId="{n}" r:id="rId{n}"'
        + (' state="hidden"' if page.hidden else "")
        + "/>"
        for n, page in enumerate(book.pages, 1)
    )
    system = '<workbookPr date1904="1"/>' if book.date1904 else ""
    targets = [(f"worksheets/sheet{n}.xml", "worksheet") for n in range(1, len(sheets) + 1)]
    targets += [("styles.xml", "styles"), ("sharedStrings.xml", "sharedStrings")]
    folder = "/xl/" if absolute else ""
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/{kind}" Target="{folder}{target}"/>'
        for n, (target, kind) in enumerate(targets, 1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"/>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">{system}'
        f"<sheets>{named}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{relations}</Relationships>',
        "xl/styles.xml": writer.style_sheet(),
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}" xmlns:x="{_MAIN}">{"".join(writer.strings)}</sst>',
        **{f"xl/worksheets/sheet{n}.xml": sheet for n, sheet in enumerate(sheets, 1)},
    }
    return package_of({name: t if t.startswith("<?xml") else _HEAD + t for name, t in parts.items()})


def package_of(parts: dict[str, str]) -> bytes:
    """Return the ZIP file of these parts, the same bytes on any day."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, (2026, 11, 23, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
    return target.getvalue()
