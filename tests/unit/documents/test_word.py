"""Documents for Word, read back as XML and measured against Nghị định 30/2020; templates good and bad."""

from __future__ import annotations

import io
import logging
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import TemplateError

from scripts import paper_template
from tests.unit.documents.read_back import W, Word, parts
from tests.unit.papers.test_forms import DONE, HOME, TODAY, WHO, activities
from tongcds.documents import Format, write
from tongcds.documents import word as writer
from tongcds.documents.templates import Template, shipped
from tongcds.domain.text import clean
from tongcds.papers import survey
from tongcds.papers.letterhead import letterhead
from tongcds.papers.official import FONT, MARGIN_RANGES, STYLES, Element
from tongcds.papers.paper import (
    Card,
    Cards,
    Closing,
    Column,
    Letterhead,
    Look,
    Number,
    Page,
    Paper,
    Paragraph,
    Row,
    Sheet,
    Signature,
    Table,
    Title,
    Unit,
)

HEAD = Letterhead(
    "", ("Ủy ban nhân dân", "Xã Chiềng Mung"), "Số: 05/BC-UBND", "Chiềng Mung, ngày 05 tháng 02 năm 2026"
)
SIGNED = Closing(
    ("Sở Khoa học và Công nghệ;", "Lưu: VT."),
    Signature("Chủ tịch", "", "Cầm Văn Ín", authority="TM. Ủy ban nhân dân"),
)


def paper(*blocks, page=Page.PORTRAIT, sheets=1, head=HEAD, fields=(), title=None):
    about = title or Title("Báo cáo", "Kết quả hoạt động tháng 11 năm 2026", ruled=True)
    return Paper("B04", "Báo cáo", (Sheet("Báo cáo", head, about, blocks),) * sheets, page, fields)


def table(names=("Bản Nà Ngà",), **more):
    columns = (
        Column("TT", 1),
        Column("Thôn", 4),
        Column("Số lượng", 2, group="Hộ"),
        Column("Tỷ lệ", 2, group="Hộ"),
    )
    rows = tuple(
        Row((str(at), name, Number("1.234", 1234), Number("56,8%", 0.568, Unit.SHARE)))
        for at, name in enumerate(names, 1)
    )
    return Table(columns, rows, numbered=True, **more)


@pytest.fixture
def templates(tmp_path):
    folder = tmp_path / "templates"
    folder.mkdir()
    return folder


@pytest.fixture
def made(templates):
    """Writes a paper; answers it read back, and what was said about its template."""

    def make(wanted):
        written = write(wanted, Format.DOCX, templates)
        return Word(written.content), written.notes

    return make


def test_the_page_is_a4_with_the_margins_of_the_decree(made):
    word, notes = made(paper(table()))
    assert notes == ()
    (section,) = word.sections()
    assert word.size_mm(section) == (210, 297)
    for side, (least, most) in MARGIN_RANGES.items():
        assert least <= round(word.margins_mm(section)[side], 1) <= most, side


def test_a_paper_that_lies_is_turned_and_keeps_its_margins(made):
    word, _notes = made(paper(table(), page=Page.LANDSCAPE))
    (section,) = word.sections()
    assert word.size_mm(section) == (297, 210)
    assert section.find(f"{W}pgSz").get(f"{W}orient") == "landscape"
    assert 30 <= round(word.margins_mm(section)["left"], 1) <= 35


def test_every_part_has_font_size_and_weight_of_the_decree(made):
    word, _notes = made(paper(table()))
    for element in Element:
        style = STYLES[element]
        look = word.look(style.name)
        assert look["fonts"] == {FONT}, element
        assert style.least <= look["size"] <= style.most, element
        assert (look["bold"], look["italic"]) == (style.bold, style.italic), element


def test_the_heads_stand_beside_each_other_with_number_and_day(made):
    word, _notes = made(paper(table()))
    heads = word.tables()[0]
    left, right = heads.find(f"{W}tr").findall(f"{W}tc")
    said = [
        "\n".join(filter(None, ("".join(t.text or "" for t in p.iter(f"{W}t")) for p in side.iter(f"{W}p"))))
        for side in (left, right)
    ]
    assert said[0] == "ỦY BAN NHÂN DÂNXÃ CHIỀNG MUNG\nSố: 05/BC-UBND"
    assert said[1] == (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n"
        "Chiềng Mung, ngày 05 tháng 02 năm 2026"
    )
    centred = {
        word.look(STYLES[one].name)["align"] for one in (Element.OFFICE, Element.COUNTRY, Element.MOTTO)
    }
    assert centred == {"center"}


def test_a_rule_is_a_drawn_line_and_no_underlining(made):
    word, _notes = made(paper(table()))
    rules = [line for line in word.lines() if line.style.startswith("VB Kẻ")]
    assert len(rules) == 3
    assert b"<w:u " not in word.parts["word/document.xml"]
    for rule in rules:
        indent = rule.element.find(f"{W}pPr/{W}ind")
        assert int(indent.get(f"{W}left")) == int(indent.get(f"{W}right")) > 0


def test_the_rule_under_the_office_is_a_third_to_half_of_its_words(made):
    word, _notes = made(paper(table()))
    rule = next(line for line in word.lines() if line.style == "VB Kẻ dưới cơ quan")
    room = 0.44 * 165
    length = room - 2 - 2 * int(rule.element.find(f"{W}pPr/{W}ind").get(f"{W}left")) * 25.4 / 1440
    words = 37.9  # "ỦY BAN NHÂN DÂN" in 12 points bold, measured in Tinos, in millimetres
    assert words / 3 <= length <= words / 2


def test_pages_are_numbered_in_the_top_margin_but_the_first(made):
    word, _notes = made(paper(table()))
    (section,) = word.sections()
    assert section.find(f"{W}titlePg") is not None
    kinds = {one.get(f"{W}type") for one in section.findall(f"{W}headerReference")}
    assert kinds == {"default"}
    header = next(content for name, content in word.parts.items() if name.startswith("word/header"))
    assert b"PAGE" in header
    assert word.look(STYLES[Element.PAGE_NUMBER].name)["align"] == "center"
    assert 0 < word.margins_mm(section)["header"] < word.margins_mm(section)["top"]


def test_titles_of_a_table_come_again_and_no_row_is_torn(made):
    word, _notes = made(paper(table([f"Bản {at}" for at in range(60)])))
    rows = word.tables()[1].findall(f"{W}tr")
    heads = [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows]
    assert heads == [True] * 3 + [False] * 60
    assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)


def test_columns_of_a_group_stand_under_one_title(made):
    word, _notes = made(paper(table()))
    upper, lower = word.tables()[1].findall(f"{W}tr")[:2]
    spans = [cell.find(f"{W}tcPr/{W}gridSpan") for cell in upper.findall(f"{W}tc")]
    assert [None if span is None else span.get(f"{W}val") for span in spans] == [None, None, "2"]
    assert len(lower.findall(f"{W}tc")) == 4


def test_the_end_has_receivers_at_the_left_and_the_signer_at_the_right(made):
    word, _notes = made(paper(table(), SIGNED))
    left, right = word.tables()[-1].find(f"{W}tr").findall(f"{W}tc")

    def styled(cell):
        return [
            (
                word.name_of(p.find(f"{W}pPr/{W}pStyle").get(f"{W}val")),
                "".join(t.text or "" for t in p.iter(f"{W}t")),
            )
            for p in cell.iter(f"{W}p")
        ]

    assert styled(left) == [
        ("VB Nơi nhận", "Nơi nhận:"),
        ("VB Danh sách nhận", "- Sở Khoa học và Công nghệ;"),
        ("VB Danh sách nhận", "- Lưu: VT."),
    ]
    assert [one for one in styled(right) if one[1]] == [
        ("VB Chức vụ ký", "TM. Ủy ban nhân dân"),
        ("VB Chức vụ ký", "Chủ tịch"),
        ("VB Người ký", "Cầm Văn Ín"),
    ]
    assert word.look("VB Chức vụ ký")["capitals"]


def test_each_sheet_is_a_section_that_counts_its_own_pages(made):
    word, _notes = made(paper(table(), sheets=3))
    sections = word.sections()
    assert len(sections) == 3
    assert [section.find(f"{W}pgNumType").get(f"{W}start") for section in sections] == ["1"] * 3
    assert all(section.find(f"{W}titlePg") is not None for section in sections)


def test_an_annex_has_no_heads(made):
    title = Title("Số liệu", "", "(Kèm theo Báo cáo số 05/BC-UBND)", annex="Phụ lục I")
    word, _notes = made(paper(table(), head=None, title=title))
    assert word.texts("VB Phụ lục") == ["Phụ lục I"]
    assert word.texts("VB Quốc hiệu") == []


def test_lines_that_a_paper_does_not_have_leave_no_gap(made):
    head = Letterhead("UBND xã Chiềng Mung", ("Tổ công nghệ số",))
    word, _notes = made(paper(Paragraph("Nội dung"), head=head, title=Title("Danh sách")))
    names = {line.style for line in word.lines()}
    assert not names & {
        "VB Số, ký hiệu",
        "VB Địa danh, ngày",
        "VB Trích yếu",
        "VB Kỳ, kèm theo",
        "VB Kẻ dưới trích yếu",
    }


def test_survey_sheets_have_their_boxes_dots_and_codes(made):
    word, _notes = made(survey.sheets(WHO, [None], TODAY))
    text = "".join(line.text for line in word.lines())
    assert "☐" in text
    assert b'w:leader="dot"' in word.parts["word/document.xml"]
    assert HOME


def test_what_ships_is_what_the_official_format_says():
    content = io.BytesIO()
    paper_template.made().save(content)
    again, there = parts(content.getvalue()), parts(shipped().content)
    for name in ("word/document.xml", "word/styles.xml", "word/header1.xml"):
        assert again[name] == there[name], f"{name}: run scripts/paper_template.py"


# Templates


def own(templates, *lines, name="B04"):
    document = Document()
    for words in lines:
        document.add_paragraph(words)
    document.save(str(templates / f"{name}.docx"))


def all_text(word):
    return "\n".join(line.text for line in word.lines())


def test_an_own_template_goes_before_ours_and_may_take_figures(made, templates):
    own(templates, "Xã: {{ co_quan }}", "Có {{ XHS01 }} hộ", "{{ noi_dung }}")
    word, notes = made(paper(Paragraph("Đây là nội dung"), fields=(("XHS01", "1.234"),)))
    assert notes == ()
    assert all_text(word).split("\n")[:3] == ["Xã: ỦY BAN NHÂN DÂN", "XÃ CHIỀNG MUNG", "Có 1.234 hộ"]
    assert "Đây là nội dung" in all_text(word)
    assert word.texts("VB Quốc hiệu") == []


def test_the_general_own_template_stands_in_for_a_form_without_one(made, templates):
    own(templates, "Mẫu chung", "{{ noi_dung }}", name="van-ban")
    assert "Mẫu chung" in all_text(made(paper(table()))[0])


def test_an_unknown_field_is_named_and_the_rest_is_made(made, templates):
    own(templates, "A {{ ten_la }} B", "{{ co_quan }}", "{{ noi_dung }}")
    word, notes = made(paper(Paragraph("Nội dung còn nguyên")))
    assert len(notes) == 1
    assert "B04.docx" in notes[0]
    assert "ten_la" in notes[0]
    assert "A  B" in all_text(word)
    assert "Nội dung còn nguyên" in all_text(word)


@pytest.mark.parametrize(
    "line",
    [
        "{% for x in %}", "{{ co_quan", "{{ 1/0 }}", "{{ ''.__class__.__mro__ }}", "{{ range(10) }}",
        "{{ co_quan.format(1) | map }}", "{% include '/etc/passwd' %}", "{{ co_quan|no_such_filter }}",
        "{{ 'x' * 99999999999 }}", "{{ 2 ** 9999999999 }}", "{{ 'x'|center(99999999999) }}",
    ],
)  # fmt: skip
def test_a_template_with_a_mistake_costs_its_look_alone(made, templates, line):
    own(templates, line, "{{ noi_dung }}")
    word, notes = made(paper(Paragraph("Nội dung còn nguyên")))
    assert "Nội dung còn nguyên" in all_text(word)
    assert "root:" not in all_text(word)
    assert any("B04.docx" in note for note in notes)


@pytest.mark.parametrize("content", [b"", b"not a document", b"PK\x03\x04broken"])
def test_a_file_that_is_no_template_is_named_and_ours_taken(made, templates, content):
    (templates / "B04.docx").write_bytes(content)
    word, notes = made(paper(table()))
    assert word.texts("VB Quốc hiệu") != []
    assert ["B04.docx" in note for note in notes] == [True]


def test_a_template_that_unpacks_without_end_is_not_opened(made, templates):
    with zipfile.ZipFile(templates / "B04.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(65 << 20))
    word, notes = made(paper(table()))
    assert word.texts("VB Quốc hiệu") != []
    assert len(notes) == 1


def test_a_template_without_pages_costs_its_look_and_the_log_names_what_it_ended_in(made, templates, caplog):
    own(templates, "{{ co_quan }}", "{{ noi_dung }}")
    document = Document(str(templates / "B04.docx"))
    document.element.body.remove(document.element.body.sectPr)
    document.save(str(templates / "B04.docx"))
    with caplog.at_level(logging.INFO):
        word, notes = made(paper(Paragraph("Nội dung còn nguyên")))
    assert "Nội dung còn nguyên" in all_text(word)
    assert ["B04.docx" in note for note in notes] == [True]
    assert [record.code for record in caplog.records if record.name == writer.__name__] == ["IndexError"]


def test_where_the_template_of_a_form_has_a_mistake_the_general_own_one_is_taken(made, templates):
    own(templates, "{% for x in %}", "{{ noi_dung }}")
    own(templates, "Mẫu chung", "{{ noi_dung }}", name="van-ban")
    word, notes = made(paper(table()))
    assert "Mẫu chung" in all_text(word)
    assert ["B04.docx" in note for note in notes] == [True]


@pytest.mark.parametrize(
    ("line", "mistake"),
    [("{{ 1/0 }}", ZeroDivisionError), ("{{ none.upper() }}", TemplateError), (None, zipfile.BadZipFile)],
)
def test_a_mistake_with_the_template_that_ships_is_not_hidden(made, tmp_path, monkeypatch, line, mistake):
    if line:
        own(tmp_path, line, "{{ noi_dung }}")
    content = (tmp_path / "B04.docx").read_bytes() if line else b"not a document"
    monkeypatch.setattr(writer, "shipped", lambda: Template("van-ban.docx", content))
    with pytest.raises(mistake):
        made(paper(table()))


def test_a_template_without_a_place_for_the_rest_is_said(made, templates):
    own(templates, "Chỉ có {{ co_quan }}")
    _word, notes = made(paper(table()))
    assert ["noi_dung" in note for note in notes] == [True]


# Text stays text


HOSTILE = [
    "<w:t>x</w:t>", "{{ 7*7 }}", "{% raw %}", "&amp;", "]]>", "=1+1", "{_{ x }_}", "<b>Hà</b> & \"Lò\" '",
]  # fmt: skip


def test_hostile_words_stay_letters_everywhere(made):
    head = replace(HEAD, above=HOSTILE[0], number=HOSTILE[1], place_and_day=HOSTILE[7])
    word, notes = made(paper(table(HOSTILE), *(Paragraph(words, Look.PLAIN) for words in HOSTILE), head=head))
    assert notes == ()
    found = [line.text for line in word.lines()]
    for words in HOSTILE:
        assert found.count(words) >= 2, words
    assert "49" not in "".join(found)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_any_words_are_read_out_as_they_were_put_in(templates, words):
    made = paper(table([words]), Paragraph(f"a{words}b", Look.PLAIN))
    word = Word(write(made, Format.DOCX, templates).content)
    found = [line.text for line in word.lines()]
    assert clean(f"a{words}b") in found
    assert clean(words) in found


def test_the_book_of_activities_and_its_head(made):
    word, _notes = made(activities(DONE))
    assert word.texts("VB Cơ quan cấp trên") == ["UBND XÃ CHIỀNG MUNG"]
    assert word.texts("VB Địa danh, ngày") == [letterhead(WHO, date(2026, 11, 23)).place_and_day]


def test_cards_stand_between_lines_to_cut_along_each_as_high_as_it_says(made):
    cards = Cards(tuple(Card("TCDS:P:X", "Khóa học", f"Người {at}", ("Bản",)) for at in range(5)))
    word, _notes = made(paper(cards, head=None))
    rows = [row for row in word.body.iter(f"{W}tr") if row.find(f".//{W}drawing") is not None]
    assert [len(row.findall(f".//{W}drawing")) for row in rows] == [2, 2, 1]
    for row in rows:
        height = row.find(f"{W}trPr/{W}trHeight")
        assert height.get(f"{W}hRule") == "exact"
        assert round(int(height.get(f"{W}val")) * 25.4 / 1440) == cards.high_mm
    dashed = [edge for row in rows for edge in row.iter() if edge.get(f"{W}val") == "dashed"]
    assert len(dashed) == 5 * 6
