"""Forms of figures and reports as papers: their numbers, what stands behind them, what cannot be had."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from docx import Document

from tests.unit.actions.conftest import COMMUNE, MEMBER, VILLAGE, Home, agree, home
from tests.unit.documents.read_back import Book, Word
from tongcds import cli, paths
from tongcds.actions import Core, board, difficulties, documents, printing
from tongcds.documents import Format, Written
from tongcds.domain.periods import month_of
from tongcds.domain.views import Role
from tongcds.domain.views.difficulties import DifficultyText
from tongcds.errors import UserError
from tongcds.papers.offices import Payment
from tongcds.papers.paper import Kind, Number, Paper, Paragraph, Signatures, Table, numbers, said

__all__ = ["home"]

NOVEMBER = month_of(date(2026, 11, 23))


@pytest.fixture
def lived_in(commune: Core) -> Core:
    with commune.vault.change(MEMBER) as change:
        writer = change.writer
        other = writer.create("village", commune_id=COMMUNE, name="=1+1")
        for village, accounts in ((VILLAGE, (1, 1, 0) * 6), (other, (1, 0) * 6)):
            for account in accounts:
                household = writer.create("household", village_id=village)
                person = writer.create("person", village_id=village, household_id=household, birth="1980")
                writer.create(
                    "observation", village_id=village, subject="person", subject_id=person, fact="account",
                    value=account, held_on="2026-11-02",
                )  # fmt: skip
    return commune


def table_of(paper: Paper) -> Table:
    return next(block for sheet in paper.sheets for block in sheet.blocks if isinstance(block, Table))


def column(paper: Paper, title: str, group: str = "") -> list[object]:
    table = table_of(paper)
    at = next(at for at, one in enumerate(table.columns) if (one.title, one.group) == (title, group))
    return [getattr(row.cells[at], "words", row.cells[at]) for row in table.rows]


def test_b04_has_a_row_for_each_village_and_the_whole_at_the_end(lived_in: Core) -> None:
    paper = documents.table(lived_in, "B04", NOVEMBER).paper
    assert column(paper, "Thôn, bản") == ["=1+1", "Bản Nà Ngà", "Cộng"]
    assert column(paper, "Số hộ") == ["12", "18", "30"]
    assert column(paper, "SL", "Từ 15 tuổi có tài khoản") == ["6", "12", "18"]
    assert column(paper, "%", "Từ 15 tuổi có tài khoản") == ["50,0%", "66,7%", "60,0%"]
    assert table_of(paper).rows[-1].kind is Kind.TOTAL


def test_what_nobody_looked_at_is_no_0_and_a_line_says_what_the_sign_means(lived_in: Core) -> None:
    paper = documents.table(lived_in, "B04", NOVEMBER).paper
    assert column(paper, "SL", "Hộ thuê bao cáp quang") == ["…", "…", "…"]
    notes = [said(block.words) for block in paper.sheets[0].blocks if isinstance(block, Paragraph)]
    assert any(words.startswith("…") for words in notes)


def test_every_number_that_counts_records_opens_them(lived_in: Core) -> None:
    paper = documents.table(lived_in, "B04", NOVEMBER).paper
    found = dict(numbers(paper))
    number = found["Bản Nà Ngà · Từ 15 tuổi có tài khoản · SL"]
    assert number.behind is not None
    view = board.records(lived_in, number.behind.indicator, number.behind.period, number.behind.unit_id)
    assert view.records == number.value == 12


def test_a_period_without_data_is_said_and_the_paper_made(core_of: Callable[[Role], Core]) -> None:
    printout = documents.table(core_of(Role.PROVINCE), "B05", month_of(date(2025, 9, 1)))
    assert any("Chưa có số liệu nào của kỳ này" in note for note in printout.notes)
    assert table_of(printout.paper).columns[1].title == "Đơn vị"


def test_a_unit_that_is_not_below_is_said(lived_in: Core) -> None:
    with pytest.raises(UserError, match="board_unit_unknown"):
        documents.table(lived_in, "B04", NOVEMBER, bytes(16))


def test_a_form_that_is_not_there_is_said(lived_in: Core) -> None:
    for code in ("B99", "B03"):
        with pytest.raises(UserError, match="form_unknown"):
            documents.table(lived_in, code)


def test_b03_has_the_period_before_the_year_and_the_target(lived_in: Core) -> None:
    paper = documents.figures(lived_in, "C-MONTH", date(2026, 11, 10)).paper
    row = next(row for row in table_of(paper).rows if "TK thanh toán" in str(row.cells[1]))
    now, year, note = row.cells[4], row.cells[5], row.cells[8]
    assert isinstance(now, Number)
    assert (now.words, now.value, note) == ("60,0%", 0.6, "18/30")
    assert isinstance(year, Number)
    assert year.value == now.value


def test_the_report_has_its_sections_numbers_with_records_and_an_annex(lived_in: Core) -> None:
    printout = documents.report(lived_in, "C-MONTH", date(2026, 11, 10))
    main, annex = printout.paper.sheets
    words = [said(block.words) for block in main.blocks if isinstance(block, Paragraph)]
    assert "II. Kết quả thực hiện" in words
    assert words.index("II. Kết quả thực hiện") < words.index("1. Kiện toàn tổ chức")
    assert words[0].startswith("Kính gửi: ")
    assert main.letterhead is not None
    assert main.letterhead.body == ("Ủy ban nhân dân", "Xã Chiềng Mung")
    assert main.letterhead.number == "Số: …/BC-UBND"
    assert main.title.name == "Báo cáo"
    assert annex.letterhead is None
    assert annex.title.annex == "Phụ lục I"
    prose = [block.words for block in main.blocks if isinstance(block, Paragraph)]
    inside = [
        part for words in prose if not isinstance(words, str) for part in words if isinstance(part, Number)
    ]
    assert "18/30 (60,0%)" in [number.words for number in inside]
    assert all(number.behind is not None for number in inside)


def test_a_team_reports_under_its_commune_without_a_number(team: Core) -> None:
    printout = documents.report(team)
    head = printout.paper.sheets[0].letterhead
    assert head is not None
    assert (head.above, head.number) == ("UBND Xã Chiềng Mung", "")
    assert "Tổ" in head.body[0]
    assert printout.notes


def test_b06_lists_difficulties_with_their_answer_owner_and_state(commune: Core) -> None:
    told, _undo, _changes = difficulties.tell(
        commune,
        DifficultyText("signal", "=1+1\nSóng yếu", "đầu bản", "Trạm ở xa", "Đã báo nhà mạng.", "Thêm trạm"),
    )
    difficulties.answer(commune, told, "Đặt trạm")
    printout = documents.obstacles(commune)
    (row,) = table_of(printout.paper).rows
    assert row.cells == (
        "1", "=1+1 Sóng yếu", "Xã Chiềng Mung, đầu bản", "Trạm ở xa", "Đã báo nhà mạng. Trả lời: Đặt trạm",
        "Thêm trạm", "Xã Chiềng Mung", "", "Đã trả lời",
    )  # fmt: skip
    book = Book(printing.as_file(printout, Format.XLSX).content)
    assert book.formulas == []
    assert "=1+1 Sóng yếu" in book.texts()
    assert "=1+1 Sóng yếu" in [
        line.text for line in Word(printing.as_file(printout, Format.DOCX).content).lines()
    ]


def test_b06_says_to_whoever_is_above_communes_where_a_village_lies(core_of: Callable[[Role], Core]) -> None:
    core = core_of(Role.AREA)
    told = {"kind": "signal", "text": "Sóng yếu", "on": core.today.isoformat()}
    with core.vault.change(MEMBER) as change:
        writer = change.writer
        commune = writer.create("unit", kind="commune", name="Mường Bon", parent_id=COMMUNE)
        village = writer.create("village", commune_id=commune, name="Bản Tường")
        writer.create("difficulty", unit_id=village, unit="Bản Tường", **told)
    assert column(documents.obstacles(core).paper, "Đơn vị, địa bàn") == ["Bản Tường, Mường Bon"]


def test_a_period_without_difficulties_is_said_and_b06_made(commune: Core) -> None:
    difficulties.tell(commune, DifficultyText("signal", "Sóng yếu"))
    paper = documents.obstacles(commune, month_of(date(2026, 1, 1))).paper
    assert table_of(paper).rows == ()
    assert "Trong kỳ không có khó khăn, vướng mắc nào." in repr(paper)


def test_b08_names_a_household_only_where_it_may(team: Core, home: Home) -> None:
    without = repr(documents.handover(team, home.household).paper)
    agree(team, home)
    named = repr(documents.handover(team, home.household).paper)
    assert "HN-0087" in named
    assert documents.handover(team).people == 0
    title = documents.handover(team).paper.sheets[0].title
    assert (title.name, title.about) == ("Biên bản", "bàn giao thiết bị")
    assert "Hà Thị Xuân" in named or without != named


def test_b09_lists_villages_that_no_operator_covers(lived_in: Core) -> None:
    with lived_in.vault.change(MEMBER) as change:
        change.writer.create("village", commune_id=COMMUNE, name="Bản Có Sóng", viettel_4g="yes")
    paper = documents.gaps(lived_in).paper
    assert column(paper, "Thôn, bản") == ["=1+1", "Bản Nà Ngà"]
    counted = [tuple(getattr(cell, "words", cell) for cell in row.cells[5:7]) for row in table_of(paper).rows]
    assert counted == [("12", "12"), ("18", "18")]


def test_a_figure_that_tells_of_single_people_is_not_handed_up(lived_in: Core) -> None:
    with lived_in.vault.change(MEMBER) as change:
        small = change.writer.create("village", commune_id=COMMUNE, name="Bản Nhỏ")
        for _person in range(3):
            household = change.writer.create("household", village_id=small)
            person = change.writer.create("person", village_id=small, household_id=household, birth="1980")
            change.writer.create(
                "observation", village_id=small, subject="person", subject_id=person, fact="account",
                value=1, held_on="2026-11-02",
            )  # fmt: skip
    paper = documents.table(lived_in, "B04", NOVEMBER).paper
    shown = dict(zip(column(paper, "Thôn, bản"), column(paper, "SL", "Từ 15 tuổi có tài khoản"), strict=True))
    assert shown["Bản Nhỏ"] == "*"
    # Nor does it follow from the whole and the other village.
    assert list(shown.values()).count("*") >= 2
    notes = [said(block.words) for block in paper.sheets[0].blocks if isinstance(block, Paragraph)]
    assert any(words.startswith("*") for words in notes)


def test_b10_lists_the_members_with_room_for_more(commune: Core) -> None:
    names = column(documents.training(commune).paper, "Họ và tên")
    assert names[0] == "Lò Thị Ngân"
    assert names[1:] == [""] * 6


def test_b15_sums_up_and_says_the_sum_in_words(commune: Core) -> None:
    paper = documents.payments(commune, Payment(150_000, 3)).paper
    words = [said(block.words) for block in paper.sheets[0].blocks if isinstance(block, Paragraph)]
    assert words == ["Bằng chữ: Bốn trăm năm mươi nghìn đồng."]
    total = table_of(paper).rows[-1].cells[4]
    assert isinstance(total, Number)
    assert total.words == "450.000"
    for wrong in (Payment(0, 1), Payment(1, 0), Payment(100_000_001, 1), Payment(1, 37)):
        with pytest.raises(UserError, match="payment_"):
            documents.payments(commune, wrong)
    empty = table_of(documents.payments(commune).paper)
    assert {row.cells[2] for row in empty.rows} == {""}


def test_names_stay_text_in_every_format(lived_in: Core) -> None:
    printout = documents.table(lived_in, "B04", NOVEMBER)
    book = Book(printing.as_file(printout, Format.XLSX).content)
    assert book.formulas == []
    assert "=1+1" in book.texts()
    assert 0.6 in book.cells.values()
    word = Word(printing.as_file(printout, Format.DOCX).content)
    assert "=1+1" in [line.text for line in word.lines()]


def test_the_command_makes_each_kind_in_each_format(
    lived_in: Core, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (
        ["B04", "--format", "xlsx"], ["report", "--format", "docx"], ["B03"], ["B09", "--format", "docx"],
        ["B06", "--format", "xlsx", "--period", "quarter"],
        ["B15", "--amount", "100000", "--months", "2", "--format", "xlsx"], ["B10"], ["B08"],
    ):  # fmt: skip
        options = cli._parser().parse_args(["document", *words, "--json"])
        options.draw = lambda paper: Written(paper.form.encode())
        assert options.command(options, lived_in) in {cli.DONE, cli.LOOK}
        answer = json.loads(capsys.readouterr().out)
        file = Path(answer["file"])
        assert file.parent == paths.exports_folder()
        assert file.suffix == f".{options.format}"
        assert file.read_bytes()


def test_an_own_template_with_an_unknown_field_is_said_by_the_command(
    lived_in: Core, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(paths.TEMPLATES_VARIABLE, str(tmp_path))
    document = Document()
    document.add_paragraph("Tỷ lệ {{ XHS09 }} ({{ XHS09_so }}), {{ khong_co }}")
    document.add_paragraph("{{ noi_dung }}")
    document.save(str(tmp_path / "B04.docx"))
    options = cli._parser().parse_args(["document", "B04", "--format", "docx", "--json"])
    options.draw = None
    assert options.command(options, lived_in) == cli.LOOK
    answer = json.loads(capsys.readouterr().out)
    assert ["khong_co" in note for note in answer["notes"]] == [True]
    text = [line.text for line in Word(Path(answer["file"]).read_bytes()).lines()]
    assert text[0].strip() == "Tỷ lệ 60,0% (18/30),"


def test_figures_are_signed_by_whoever_signs_the_report(core_of: Callable[[Role], Core]) -> None:
    for role, signs in ((Role.TEAM, "Tổ trưởng"), (Role.COMMUNE, "Chủ tịch"), (Role.PROVINCE, "Giám đốc")):
        core = core_of(role)
        blocks = documents.figures(core).paper.sheets[0].blocks
        (signatures,) = (block for block in blocks if isinstance(block, Signatures))
        assert [place.role for place in signatures.places] == ["Người lập biểu", signs]


def test_what_drawing_a_pdf_could_not_do_is_said_by_the_command(
    lived_in: Core, capsys: pytest.CaptureFixture[str]
) -> None:
    options = cli._parser().parse_args(["document", "B10", "--json"])
    options.draw = lambda _paper: Written(b"%PDF-", ("Tinos",))
    assert options.command(options, lived_in) == cli.LOOK
    assert json.loads(capsys.readouterr().out)["notes"] == ["Tinos"]


def test_a_province_reads_the_same_form_by_commune(core_of: Callable[[Role], Core]) -> None:
    core = core_of(Role.PROVINCE)
    assert documents.own_form(core) == "B05"
    assert documents.form_codes() == ("B04", "B05")
