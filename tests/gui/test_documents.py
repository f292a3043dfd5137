"""Our documents opened by the programs that offices have (LibreOffice), and looked at as pictures."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage

from tests.unit.documents.test_word import SIGNED, paper, table
from tongcds import paths
from tongcds.documents import Format, write
from tongcds.documents.forms import shipped_forms
from tongcds.papers.paper import Chart, Column, Number, Page, Paragraph, Row, Series, Table, Unit
from ui.paper.pages import pdf

FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{folder}</dir>
<match target="pattern"><test name="family"><string>Times New Roman</string></test>
<edit name="family" mode="prepend" binding="strong"><string>Tinos</string></edit></match></fontconfig>"""
"""Offices have Times New Roman; Tinos has its metrics."""

HOSTILE = ["=1+1", "<b>Hà</b> & {{ 7*7 }}", "@SUM(A1)"]
NAMES = [*HOSTILE, *(f"Bản {at} Ổ Ữ ế ẵ ỵ Đ" for at in range(50))]


def made():
    chart = Chart("Hộ có điện thoại", ("A", "B"), (Series("Tỷ lệ", (0.5, 0.75)),))
    body = Paragraph("Trong tháng, Tổ đã đến 96 hộ, hỗ trợ 148 lượt người dân sử dụng dịch vụ số. " * 3)
    return paper(body, table(NAMES), chart, SIGNED, page=Page.PORTRAIT)


def print_in_office(folder: Path, *files: Path) -> None:
    """Each file as a PDF beside it, made by the office's program."""
    if shutil.which("soffice") is None:
        pytest.fail("LibreOffice is missing: scripts/bootstrap.sh --tests installs it or says what to run")
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, *files]
    fonts = folder / "fonts.conf"
    fonts.write_text(FONTS.format(folder=paths.resources_folder() / "fonts" / "paper"), encoding="utf-8")
    surroundings = {**os.environ, "FONTCONFIG_FILE": str(fonts)}
    subprocess.run(command, check=True, capture_output=True, timeout=300, env=surroundings)


@pytest.fixture(scope="module")
def opened(tmp_path_factory, qapp):
    """The same paper out of all three formats as a PDF; the office's program makes two of them."""
    folder = tmp_path_factory.mktemp("documents")
    files = [folder / f"{kind}.{kind}" for kind in (Format.DOCX, Format.XLSX)]
    for kind, file in zip((Format.DOCX, Format.XLSX), files, strict=True):
        file.write_bytes(write(made(), kind, folder).content)
    print_in_office(folder, *files)
    (folder / "pdf.pdf").write_bytes(pdf(made()))
    return folder


KINDS = [kind.value for kind in Format]


def run(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True).stdout.decode()


def pages_of(file: Path) -> list[str]:
    return run("pdftotext", "-layout", file, "-").split("\f")[:-1]


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_is_a4_and_has_its_number_but_the_first(opened, kind):
    file = opened / f"{kind}.pdf"
    assert "(A4)" in run("pdfinfo", file)
    first, second, *_more = pages_of(file)
    assert not re.match(r"\s*\d+\s*\n", first)
    assert re.match(r"\s*2\s*\n", second)


@pytest.mark.parametrize("kind", KINDS)
def test_titles_of_columns_come_again_on_every_page_with_rows(opened, kind):
    with_rows = [page for page in pages_of(opened / f"{kind}.pdf") if re.search(r"Bản \d+ Ổ Ữ ế ẵ ỵ Đ", page)]
    assert len(with_rows) > 1
    assert all("Số lượng" in page and "Tỷ lệ" in page for page in with_rows)


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_names_are_read_as_they_were_written(opened, kind):
    text = " ".join("\n".join(pages_of(opened / f"{kind}.pdf")).split())
    for words in HOSTILE:
        assert words in text, words


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_have_the_dots_and_commas_of_the_country(opened, kind):
    text = "\n".join(pages_of(opened / f"{kind}.pdf"))
    assert "1.234" in text
    assert "56,8%" in text


@pytest.mark.parametrize("kind", KINDS)
def test_both_heads_stand_beside_each_other_and_the_signer_at_the_right(opened, kind):
    first, *_more = pages_of(opened / f"{kind}.pdf")
    line = next(line for line in first.splitlines() if "VIỆT NAM" in line)
    assert line.index("BAN NHÂN DÂN") < line.index("CỘNG HÒA")
    text = "\n".join(pages_of(opened / f"{kind}.pdf"))
    line = next(line for line in text.splitlines() if "TM. ỦY BAN" in line)
    assert line.index("TM.") > 30
    assert "Nơi nhận:" in text


@pytest.mark.parametrize("kind", KINDS)
def test_the_margins_are_white_on_the_picture(opened, kind):
    run("pdftoppm", "-r", "50", "-png", "-f", "1", "-l", "1", opened / f"{kind}.pdf", opened / kind)
    picture = QImage(str(next(opened.glob(f"{kind}-*1.png"))))
    millimetre = picture.width() / 210

    def dark(left: float, right: float) -> int:
        return sum(
            QColor(picture.pixel(across, down)).lightness() < 128
            for across in range(round(left * millimetre), round(right * millimetre))
            for down in range(picture.height())
        )

    assert dark(0, 28) == 0
    assert dark(197, 210) == 0
    assert dark(30, 195) > 500


def test_the_chart_is_drawn(opened):
    assert "Hộ có điện thoại" in pages_of(opened / "xlsx.pdf")[-1]


COLUMNS = {
    code: tuple(
        Column(one.title("vi"), one.line.share, one.line.align, one.group("vi")) for one in form.columns
    )
    for code, form in shipped_forms().items()
}
FEW = {"Số tổ", "Xếp hạng", "Ghi chú"}
"""Columns of numbers below 100, or of words."""
WHOLE, THOUSANDS = Number("100,0%", 1.0, Unit.SHARE), Number("1.953", 1953)


def cells_of(code):
    share = {"%", "Kỳ trước", "Trong kỳ", "Lũy kế năm", "Chỉ tiêu giao", "So chỉ tiêu"}
    numbers = (WHOLE if one.title in share else THOUSANDS for one in COLUMNS[code][2:])
    filled = ("" if one.title in FEW else it for one, it in zip(COLUMNS[code][2:], numbers, strict=True))
    return ("1", "Bản", *filled)


@pytest.fixture(scope="module")
def forms(tmp_path_factory, qapp):
    """Every form by its code and how it lies, as a PDF of ours and of the office's program."""
    folder = tmp_path_factory.mktemp("forms")
    for code, page in ALL:
        made = paper(Table(COLUMNS[code], (Row(cells_of(code)),), numbered=True), page=page)
        (folder / f"{code} {page}.docx").write_bytes(write(made, Format.DOCX, folder).content)
        (folder / f"{code} {page} drawn.pdf").write_bytes(pdf(made))
    print_in_office(folder, *folder.glob("*.docx"))
    return folder


# The annex of a report stands upright.
ALL = [(code, Page.LANDSCAPE) for code in COLUMNS] + [("B03", Page.PORTRAIT)]


@pytest.mark.parametrize(("code", "page"), ALL)
@pytest.mark.parametrize("drawn", ["", " drawn"])
def test_no_number_of_a_form_is_torn(forms, code, page, drawn):
    words = run("pdftotext", "-layout", forms / f"{code} {page}{drawn}.pdf", "-").split()
    for number in (WHOLE, THOUSANDS):
        assert words.count(number.words) == cells_of(code).count(number)
    numbered = [word for word in words if re.fullmatch(r"\(\d+\)", word)]
    assert numbered == [f"({at})" for at in range(1, len(COLUMNS[code]) + 1)]
