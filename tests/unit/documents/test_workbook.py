"""Workbooks read back as XML: real numbers, titles that stay, what is printed, text that stays text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.documents.read_back import Book, S
from tests.unit.documents.test_word import SIGNED, paper, table
from tests.unit.papers.test_forms import DONE, activities
from tongcds.documents.workbook import xlsx
from tongcds.domain.text import clean
from tongcds.papers.official import FONT, MARGIN_RANGES, STYLES, Element
from tongcds.papers.paper import Chart, Page, Paragraph, Series

FORMULAS = [
    "=1+1",
    "+84123",
    "-5",
    "@SUM(A1)",
    '=HYPERLINK("http://x")',
    "http://example.com",
    "0912345678",
    "1e5",
]


def test_numbers_are_numbers_and_shares_are_shares():
    book = Book(xlsx(paper(table())))
    values = {value for value in book.cells.values() if isinstance(value, float)}
    assert {1.0, 1234.0, 0.568} <= values
    formats = {book.formats[place] for place, value in book.cells.items() if value in {1234.0, 0.568}}
    assert formats == {"[$-42A]#,##0", "[$-42A]0.0%"}


@pytest.mark.parametrize("words", FORMULAS)
def test_a_name_that_looks_like_a_formula_a_number_or_a_link_stays_text(words):
    book = Book(xlsx(paper(table([words]), Paragraph(words))))
    assert book.formulas == []
    assert book.texts().count(words) == 2
    assert book.sheet.find(f"{S}hyperlinks") is None


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_words_are_read_out_as_they_were_put_in(words):
    book = Book(xlsx(paper(table([words]))))
    assert book.formulas == []
    if clean(words):
        assert clean(words) in book.texts()


def test_a_row_is_as_high_as_its_longest_words_need():
    long = "Sóng di động yếu ở đầu bản, ba hộ cuối dốc không gọi được. " * 4
    book = Book(xlsx(paper(table(["Ngắn", long]))))
    heights = {int(row.get("r")): float(row.get("ht", 0)) for row in book.sheet.iter(f"{S}row")}
    _column, short = book.place_of("Ngắn")
    _column, high = book.place_of(long.strip())
    assert heights[short] == 0
    assert heights[high] >= 2 * STYLES[Element.TABLE].size


def test_titles_stay_when_scrolled_and_come_again_when_printed():
    book = Book(xlsx(paper(table([f"Bản {at}" for at in range(60)]))))
    _column, first = book.place_of("TT")
    pane = book.sheet.find(f"{S}sheetViews/{S}sheetView/{S}pane")
    assert pane.get("state") == "frozen"
    assert int(pane.get("ySplit")) == first + 2
    assert book.defined()["_xlnm.Print_Titles"] == f"'Báo cáo'!${first}:${first + 2}"


def test_what_is_printed_is_a4_with_the_margins_of_the_decree():
    book = Book(xlsx(paper(table(), SIGNED, page=Page.LANDSCAPE)))
    setup = book.sheet.find(f"{S}pageSetup")
    assert (setup.get("paperSize"), setup.get("orientation")) == ("9", "landscape")
    assert (setup.get("fitToWidth"), setup.get("fitToHeight")) == (None, "0")
    margins = book.sheet.find(f"{S}pageMargins")
    for side, (least, most) in MARGIN_RANGES.items():
        assert least <= round(float(margins.get(side)) * 25.4, 1) <= most, side
    last = max(int("".join(filter(str.isdigit, place))) for place in book.cells)
    assert book.defined()["_xlnm.Print_Area"] == f"'Báo cáo'!$A$1:$D${last}"


def test_the_page_number_is_centred_above_and_not_on_the_first_page():
    book = Book(xlsx(paper(table())))
    printed = book.sheet.find(f"{S}headerFooter")
    assert printed.get("differentFirst") == "1"
    assert printed.find(f"{S}oddHeader").text == f'&C&"{FONT},Regular"&13&P'
    assert printed.find(f"{S}firstHeader") is None


def test_heads_title_and_end_are_there_in_the_font_of_the_decree():
    book = Book(xlsx(paper(table(), SIGNED)))
    texts = book.texts()
    for words in (
        "ỦY BAN NHÂN DÂN", "XÃ CHIỀNG MUNG", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc", "Số: 05/BC-UBND", "BÁO CÁO", "Nơi nhận:", "- Lưu: VT.", "CHỦ TỊCH",
        "TM. ỦY BAN NHÂN DÂN", "Cầm Văn Ín",
    ):  # fmt: skip
        assert words in texts, words
    assert book.fonts - {"Calibri"} == {FONT}
    assert STYLES[Element.COUNTRY].bold
    left, right = book.place_of("XÃ CHIỀNG MUNG"), book.place_of("Độc lập - Tự do - Hạnh phúc")
    assert left[0] < right[0]
    assert left[1] == right[1]


def test_sheets_have_names_that_a_workbook_allows_and_each_once():
    made = paper(table(), sheets=3)
    names = [one.get("name") for one in Book(xlsx(made)).book.iter(f"{S}sheet")]
    assert names == ["Báo cáo", "Báo cáo (2)", "Báo cáo (3)"]


def test_a_chart_stands_on_a_sheet_of_its_own_over_its_numbers():
    chart = Chart("Hộ có điện thoại", ("=Bản A", "Bản B"), (Series("Tỷ lệ", (0.5, None)),))
    content = xlsx(paper(table(), chart))
    book = Book(content, 2)
    assert "xl/charts/chart1.xml" in book.parts
    assert "=Bản A" in book.texts()
    assert 0.5 in book.cells.values()
    assert book.formulas == []
    drawing = book.parts["xl/drawings/drawing1.xml"].decode()
    begins, ends = (int(row) for row in re.findall(r"<xdr:row>(\d+)</xdr:row>", drawing))
    assert begins == 0
    assert ends < book.place_of("Tỷ lệ")[1]


def test_groups_of_rows_and_the_count_are_there():
    texts = Book(xlsx(activities(DONE))).texts()
    assert "Thứ Ba, 03/11/2026: 1 lượt" in texts
    assert "Danh sách có 1 lượt." in texts
