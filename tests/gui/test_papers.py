"""Papers as PDF, asked of the programs that people open them with (poppler)."""

from __future__ import annotations

import re
import subprocess
import unicodedata

import pytest
from PySide6.QtGui import QImage

from tongcds.papers import survey
from tongcds.papers.paper import (
    MARGINS,
    PAGE_MM,
    Align,
    Boxes,
    Card,
    Cards,
    Choice,
    Code,
    Column,
    Fact,
    Facts,
    Kind,
    Letterhead,
    Lines,
    Look,
    Mark,
    Page,
    Paper,
    Paragraph,
    Row,
    Sheet,
    Signature,
    Signatures,
    Table,
    Title,
)
from tongcds.papers.trainings import CARDS_A_PAGE
from ui import commands
from ui.paper import writing
from ui.paper.pages import Pages, pdf
from ui.preview import samples, village

HEAD = Letterhead("UBND xã Chiềng Mung", ("Tổ công nghệ số cộng đồng bản Nà Ngà",))
LETTERS = [
    chr(code)
    for code in (*range(0xC0, 0x1B1), *range(0x1EA0, 0x1EFA))
    if chr(code).lower() in "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
]


def paper(*blocks, page=Page.PORTRAIT, sheets=1):
    sheet = Sheet("thử", HEAD, Title("Danh sách thử"), blocks)
    return Paper("B00", "Danh sách thử", (sheet,) * sheets, page)


def table(names, **more):
    columns = (Column("TT", 1, Align.CENTRE), Column("Họ tên", 4), Column("Có", 1))
    return Table(columns, tuple(Row((str(at), name, Mark.OPEN)) for at, name in enumerate(names)), **more)


@pytest.fixture
def written(tmp_path):
    """Draws a paper into a file and answers what a program of poppler says about it."""

    def write(made, *command):
        file = tmp_path / "p.pdf"
        file.write_bytes(pdf(made))
        done = subprocess.run(
            [*command, str(file), *(["-"] if command[0] == "pdftotext" else [])],
            capture_output=True, check=True, cwd=tmp_path,
        )  # fmt: skip
        return done.stdout.decode()

    return write


def test_every_vietnamese_letter_can_be_read_out_of_the_file(written):
    assert len(LETTERS) == 134
    text = written(paper(Paragraph(" ".join(LETTERS))), "pdftotext", "-layout")
    found = set(unicodedata.normalize("NFC", text))
    assert [letter for letter in LETTERS if letter not in found] == []


def test_all_fonts_are_embedded_and_no_other_family_is_taken(written):
    made = paper(
        Paragraph("Ổ Ữ ế"), Paragraph("Ghi chú", Look.NOTE), Paragraph("Đầu mục", Look.HEADING), table(["ស្រី"])
    )
    lines = written(made, "pdffonts").splitlines()[2:]
    assert {line.split()[0].split("+")[-1].split("-")[0] for line in lines} == {"Tinos", "NotoSansKhmer"}
    assert [line for line in lines if line.split()[-5] != "yes"] == []


def test_a_table_that_goes_on_is_closed_at_the_end_of_each_page(qapp):
    pages = Pages(paper(table([f"Người {at}" for at in range(60)]))).lay_out()
    dots = 150 / 25.4
    end = round((PAGE_MM[Page.PORTRAIT][1] - MARGINS.bottom) * dots)
    left, right = round((MARGINS.left + 2) * dots), round((210 - MARGINS.right - 2) * dots)

    def ruled(number):
        image = pages.image(number, 150)
        return any(
            all(image.pixelColor(x, y).lightness() < 200 for x in range(left, right))
            for y in range(end - 3, end + 1)
        )

    assert [ruled(number) for number in range(len(pages))] == [True] * (len(pages) - 1) + [False]


def test_a_font_of_papers_that_is_missing_is_said_beside_the_file(qapp, monkeypatch):
    made = paper(Paragraph("Một trang"))
    assert commands.draw(made).notes == ()
    monkeypatch.setattr(writing, "FAMILIES", ("Tinos", "Không Có"))
    drawn = commands.draw(made)
    assert drawn.content.startswith(b"%PDF")
    assert ["Không Có" in note for note in drawn.notes] == [True]


@pytest.mark.parametrize(("page", "size"), [(Page.PORTRAIT, "595 x 842"), (Page.LANDSCAPE, "842 x 595")])
def test_pages_are_a4(written, page, size):
    assert f"{size} pts (A4)" in written(paper(Paragraph("Một trang"), page=page), "pdfinfo")


def pages_of(text):
    return text.split("\f")[:-1]


def test_the_first_page_has_no_number_and_titles_of_columns_come_again(written):
    text = written(paper(table([f"Người {at}" for at in range(90)])), "pdftotext", "-layout")
    pages = pages_of(text)
    assert len(pages) > 2
    assert [re.match(r"\s*(\d+)\n", page)[1] for page in pages[1:]] == [
        str(number) for number in range(2, len(pages) + 1)
    ]
    assert not re.match(r"\s*\d+\n", pages[0])
    assert all("Họ tên" in page for page in pages)


def test_each_sheet_begins_on_a_page_of_its_own_and_counts_anew(written):
    text = written(paper(table([f"Người {at}" for at in range(45)]), sheets=2), "pdftotext", "-layout")
    pages = pages_of(text)
    assert len(pages) == 4
    assert [bool(re.match(r"\s*2\n", page)) for page in pages] == [False, True, False, True]


def test_a_row_is_not_torn_from_its_box(written):
    made = paper(table([f"Người {at}" for at in range(90)]))
    found = Pages(made).lay_out()
    assert len(found) == len(pages_of(written(made, "pdftotext", "-layout")))


HOSTILE = (
    "<b>Lò</b> <img src='http://127.0.0.1:9/x.png'>",
    '=HYPERLINK("http://x")',
    "a\ufffcb\ufdd0c\ufdd1d",
    "\x00\x07\x1b[31m",
    "\u202eNgân",
    "{name} %s %(x)s",
)


def test_hostile_words_are_letters_wherever_they_stand(written):
    words = " ".join(HOSTILE)
    made = paper(
        Paragraph(words),
        Facts((Fact(words, words), Fact(words), Fact(words, wide=True))),
        Boxes(words, (Choice(words),)),
        Lines(words),
        Code("TCDS:H:X", words, words),
        Cards((Card("TCDS:P:X", words, words, (words,)),)),
        table(HOSTILE),
        Signatures((Signature(words, words, words, words),)),
    )
    text = written(made, "pdftotext", "-raw")
    # What a paragraph breaks at the end of a line is one word all the same.
    flat = re.sub(r"\s", "", text)
    assert flat.count("<b>Lò</b><imgsrc='http://127.0.0.1:9/x.png'>") >= 8
    assert '=HYPERLINK("http://x")' in flat
    assert "a\ufffdb\ufffdc\ufffdd" in flat
    assert "{name}%s%(x)s" in flat


def test_a_name_of_ten_thousand_letters_goes_over_pages_and_loses_none(written):
    # Lines of the neighbouring page are drawn too and cut off at the margins: read what is seen.
    seen = ("-x", "0", "-y", "57", "-W", "595", "-H", "728")
    text = written(paper(table(["W" * 10_000, "Sau"])), "pdftotext", "-raw", *seen)
    assert text.count("W") == 10_000
    assert "Sau" in text


def test_a_place_to_sign_is_not_torn(written):
    sign = Signatures((Signature("Tổ trưởng", "(Ký, ghi rõ họ tên)", "Lò Văn Mẫu"),))
    torn = []
    for rows in range(20, 45):
        pages = pages_of(written(paper(table(["Người"] * rows), sign), "pdftotext", "-raw"))
        if not any("TỔ TRƯỞNG" in page and "Lò Văn Mẫu" in page for page in pages):
            torn.append(rows)
    assert torn == []


def test_a_group_is_one_cell_that_is_said_once(written):
    columns = (Column("TT", 1), Column("Họ tên", 4))
    rows = (
        Row(("Thứ Hai, 23/11/2026",), Kind.GROUP),
        Row(("1", "Lò Văn Mẫu")),
        Row(("", "Cộng"), Kind.TOTAL),
    )
    text = written(paper(Table(columns, rows)), "pdftotext", "-layout")
    assert text.count("Thứ Hai, 23/11/2026") == 1


def test_a_page_as_a_picture_has_ink_and_white_margins():
    image = Pages(paper(table(["Lò Văn Mẫu"] * 30))).lay_out().image(0, 50)
    assert (image.width(), image.height()) == (413, 585)
    dark = [
        (across, down)
        for across in range(image.width())
        for down in range(image.height())
        if QImage.pixelColor(image, across, down).lightness() < 128
    ]
    assert dark
    assert min(across for across, _down in dark) >= 58
    assert min(down for _across, down in dark) >= 38


def test_a_long_table_is_set_in_parts_that_leave_no_gap_and_lose_no_row(written):
    names = [f"Người {at}" for at in range(500)]
    text = written(paper(table(names)), "pdftotext", "-layout")
    pages = pages_of(text)
    rows = [re.findall(r"Người (\d+)", page) for page in pages]
    assert [int(row) for page in rows for row in page] == list(range(500))
    # Every page between the first and the last holds as many rows as the fullest, but for the one at a cut.
    assert min(len(page) for page in rows[1:-1]) >= max(len(page) for page in rows) - 1
    assert [re.match(r"\s*(\d+)\n", page)[1] for page in pages[1:]] == [
        str(number) for number in range(2, len(pages) + 1)
    ]
    assert all("Họ tên" in page for page in pages)
    assert text.count("DANH SÁCH THỬ") == 1


def test_a_table_of_nothing_but_one_endless_row_is_set_all_the_same(written):
    seen = ("-x", "0", "-y", "57", "-W", "595", "-H", "728")
    made = paper(table(["W" * 10_000, *(f"Người {at}" for at in range(100))]))
    text = written(made, "pdftotext", "-raw", *seen)
    assert text.count("W") == 10_000
    assert re.findall(r"Người (\d+)", text) == [str(at) for at in range(100)]


def test_the_sheet_of_a_household_of_five_is_one_page():
    home = village.household(village.rows()[0].household_id)
    assert len(home.people) == 5
    assert len(Pages(survey.sheets(samples.whoami(), [home], village.TODAY)).lay_out()) == 1


def test_eight_name_cards_fill_one_page_also_where_names_are_long():
    one = Card(
        "TCDS:P:X", "An toàn trên mạng cho người cao tuổi", "Nguyễn Thị Thanh Huyền Trang", ("Bản", "19:30")
    )

    def pages(count: int) -> int:
        sheet = Sheet("thẻ", None, Title("Thẻ tên", "An toàn trên mạng"), (Cards((one,) * count),))
        return len(Pages(Paper("THE", "thẻ", (sheet,))).lay_out())

    assert (pages(CARDS_A_PAGE), pages(CARDS_A_PAGE + 2)) == (1, 2)
