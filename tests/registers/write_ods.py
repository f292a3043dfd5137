"""Writes a drawn workbook as .ods."""

from __future__ import annotations

from random import Random
from xml.sax.saxutils import escape, quoteattr

from tests.registers.book import Book, Day, Formula, Number, Page, Text, Value
from tests.registers.write_xlsx import package_of

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{of}:1.0"'
    for name, of in (
        ("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"),
        ("fo", "xsl-fo-compatible"), ("svg", "svg-compatible"),
    )
)  # fmt: skip


class _Writer:
    def __init__(self, chance: Random) -> None:
        self.by_family = chance.random() < 0.5
        self.cell_styles: dict[str, str] = {}
        self.span_styles: dict[str, str] = {}

    def style_of(self, font: str, styles: dict[str, str], letter: str) -> str:
        return styles.setdefault(font, f"{letter}{len(styles) + 1}")

    def paragraphs(self, text: Text) -> str:
        own = text.runs[0][1]
        out = ""
        for part, font in text.runs:
            written = _spaced(part)
            if font != own:
                name = self.style_of(font, self.span_styles, "T")
                written = f'<text:span text:style-name="{name}">{written}</text:span>'
            out += written
        return (
            "".join(f"<text:p>{line}</text:p>" for line in out.split("\n"))
            if "<" not in out
            else f"<text:p>{out}</text:p>"
        )

    def cell(self, value: Value | None, spans: str, *, covered: bool) -> str:
        name = "covered-table-cell" if covered else "table-cell"
        if value is None:
            return f"<table:{name}{spans}/>"
        attributes, inside = self.content(value)
        return f"<table:{name}{spans}{attributes}>{inside}</table:{name}>"

    def content(self, value: Value) -> tuple[str, str]:
        match value:
            case Text():
                style = self.style_of(value.runs[0][1], self.cell_styles, "ce")
                return f' table:style-name="{style}" office:value-type="string"', self.paragraphs(value)
            case Number(number, shown):
                inside = f"<text:p>{escape(shown or str(number))}</text:p>"
                return f' office:value-type="float" office:value="{number!r}"', inside
            case Day(day):
                return (
                    f' office:value-type="date" office:date-value="{day.isoformat()}"',
                    f"<text:p>{day:%d/%m/%y}</text:p>",
                )
            case Formula(result):
                made = ' table:formula="of:=VLOOKUP([.A1];[$x.A1:.B9];2)"'
                if result is None:
                    return made, ""
                if isinstance(result, str):
                    return (
                        f'{made} office:value-type="string" office:string-value=""',
                        f"<text:p>{result}</text:p>",
                    )
                attributes, inside = self.content(result)
                return made + attributes, inside
            case _:
                raise TypeError(value)

    def table(self, page: Page) -> str:
        spans, covered = {}, set()
        for top, left, bottom, right in page.merges:
            down, across = bottom - top + 1, right - left + 1
            spans[top, left] = f' table:number-rows-spanned="{down}" table:number-columns-spanned="{across}"'
            covered |= {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)} - {
                (top, left)
            }
        wide = max([page.last_column(), *(right for *_, right in page.merges)])
        rows = []
        number, last = 1, max([page.last_row(), *(m[2] for m in page.merges), 0])
        while number <= last:
            written = "".join(
                self.cell(
                    page.cells.get((number, c)), spans.get((number, c), ""), covered=(number, c) in covered
                )
                for c in range(wide + 1)
            )
            hidden = ' table:visibility="collapse"' if number in page.hidden_rows else ""
            empty = written.replace("<table:table-cell/>", "") == ""
            repeat = 1
            while (
                empty
                and not hidden
                and number + repeat <= last
                and self.is_blank(page, number + repeat, covered)
            ):
                repeat += 1
            if empty:
                written = f'<table:table-cell table:number-columns-repeated="{wide + 1}"/>'
            again = f' table:number-rows-repeated="{repeat}"' if repeat > 1 else ""
            rows.append(f"<table:table-row{hidden}{again}>{written}</table:table-row>")
            number += repeat
        rest = (
            '<table:table-row table:number-rows-repeated="1048000">'
            '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        )
        style = ' table:style-name="gone"' if page.hidden else ""
        return f"<table:table table:name={quoteattr(page.name)}{style}>{''.join(rows)}{rest}</table:table>"

    @staticmethod
    def is_blank(page: Page, number: int, covered: set[tuple[int, int]]) -> bool:
        used = {row for row, _ in page.cells} | {row for row, _ in covered} | {m[0] for m in page.merges}
        return number not in used and number not in page.hidden_rows

    def styles(self) -> str:
        faces = {font: f"F{n}" for n, font in enumerate({**self.cell_styles, **self.span_styles}, 1)}
        declared = "".join(
            f'<style:font-face style:name="{name}" svg:font-family={quoteattr(repr(font))}/>'
            for font, name in faces.items()
        )
        made = ""
        for family, styles in (("table-cell", self.cell_styles), ("text", self.span_styles)):
            for font, name in styles.items():
                said = (
                    f"fo:font-family={quoteattr(font)}"
                    if self.by_family
                    else f'style:font-name="{faces[font]}"'
                )
                made += (
                    f'<style:style style:name="{name}" style:family="{family}">'
                    f"<style:text-properties {said}/></style:style>"
                )
        made += (
            '<style:style style:name="gone" style:family="table">'
            '<style:table-properties table:display="false"/></style:style>'
        )
        return (
            f"<office:font-face-decls>{declared}</office:font-face-decls>"
            f"<office:automatic-styles>{made}</office:automatic-styles>"
        )


def _spaced(text: str) -> str:
    """Write runs of spaces and tabs as the format wants them."""
    out = ""
    for char in escape(text):
        if char == " " and out.endswith((" ", "/>", "")) and (not out or out.endswith((" ", "/>"))):
            out += "<text:s/>"
        elif char == "\t":
            out += "<text:tab/>"
        elif char == "\n":
            out += "<text:line-break/>"
        else:
            out += char
    return out


def ods_bytes(book: Book, chance: Random) -> bytes:
    """Return the file."""
    writer = _Writer(chance)
    tables = "".join(writer.table(page) for page in book.pages)
    counted = (
        '<table:calculation-settings><table:null-date table:date-value="1904-01-01"/>'
        "</table:calculation-settings>"
        if book.date1904
        else ""
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content {_SPACES}>{writer.styles()}'
        f"<office:body><office:spreadsheet>{counted}{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    manifest = "<m:manifest xmlns:m='m'/>"
    return package_of({"mimetype": MIMETYPE, "content.xml": content, "META-INF/manifest.xml": manifest})
