"""Each form: the columns that its list names, what is filled in, and what is left to a pen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tongcds.domain import record_code
from tongcds.domain.views import (
    ConsentState,
    FactState,
    HouseholdDetail,
    HouseholdLine,
    LogFilter,
    LogRow,
    MemberLine,
    PersonRow,
    Result,
    Role,
    Standing,
    Whoami,
)
from tongcds.papers import activity, lists, survey
from tongcds.papers.paper import Boxes, Code, Fact, Facts, Kind, Lines, Mark, Page, Table

TODAY = date(2026, 11, 23)
WHO = Whoami("Lò Thị Ngân", Role.TEAM, "Bản Nà Ngà", "Xã Chiềng Mung", "Tỉnh Sơn La", "Máy chủ thử", 7)
HOME = bytes(range(16))


def table_of(paper, at=0):
    return [block for block in paper.sheets[0].blocks if isinstance(block, Table)][at]


def titles(paper):
    return [column.title for column in table_of(paper).columns]


def cells(paper):
    return [row.cells for row in table_of(paper).rows if row.kind is Kind.PLAIN]


def activities(*rows, period=LogFilter(since=date(2026, 11, 1), until=TODAY)):  # noqa: B008 - frozen
    return activity.activities(WHO, rows, TODAY, period, result_words=str)


DONE = LogRow(
    HOME, HOME, HOME, date(2026, 11, 3), "Bản Nà Ngà", "HN-0087", "Lò Thị Mai", "DVC-03", "Nộp hồ sơ", "dvc",
    Result.TOGETHER, "Ngân", TODAY, 20, "Có giấy", None, Standing.RECEIVED,
)  # fmt: skip


def test_b01_has_its_columns_and_heads_each_day():
    other = replace(DONE, visit_id=bytes(16), on=date(2026, 11, 4), again_on=None)
    paper = activities(DONE, DONE, other)
    assert (paper.form, paper.page) == ("B01", Page.LANDSCAPE)
    assert titles(paper) == [
        "TT", "Ngày", "Thôn, bản", "Hộ / người", "Nội dung (mã dịch vụ)", "Kết quả", "Người hướng dẫn",
        "Hẹn lần sau", "Ghi chú",
    ]  # fmt: skip
    groups = [row.cells[0] for row in table_of(paper).rows if row.kind is Kind.GROUP]
    assert groups == ["Thứ Ba, 03/11/2026: 2 lượt", "Thứ Tư, 04/11/2026: 1 lượt"]
    assert [row[0] for row in cells(paper)] == ["1", "2", "3"]
    assert [row[3] for row in cells(paper)] == ["Lò Thị Mai (HN-0087)"] * 3
    assert [row[4] for row in cells(paper)] == ["Nộp hồ sơ (DVC-03)"] * 3
    assert [row[7] for row in cells(paper)] == ["23/11/2026", "23/11/2026", ""]
    assert [row[8] for row in cells(paper)] == ["Có giấy", "", "Có giấy"]


def test_b01_says_which_period_it_is_of():
    def note(**period):
        return activities(period=LogFilter(**period)).sheets[0].title.note

    assert note(since=date(2026, 11, 1), until=TODAY) == "(Từ ngày 01/11/2026 đến ngày 23/11/2026)"
    assert note(since=TODAY) == "(Từ ngày 23/11/2026)"
    assert note(until=TODAY) == "(Đến ngày 23/11/2026)"
    assert not note()


def test_an_empty_period_is_a_paper_all_the_same():
    assert table_of(activities()).rows == ()


LINE = HouseholdLine("HN-0087", "Hà Thị Xuân", "Bản Nà Ngà", "near_poor", 4, True, date(2026, 5, 1))


def test_b07_has_its_columns_and_leaves_what_is_not_on_record_to_a_pen():
    paper = lists.without_smartphone(WHO, [LINE, replace(LINE, poverty=None, phone_2g=None)], TODAY)
    assert titles(paper) == [
        "TT", "Chủ hộ", "Thôn, bản", "Hộ nghèo / cận nghèo", "Nhân khẩu", "máy 2G", "Lý do", "Đề nghị",
        "Nguồn hỗ trợ", "Đã bàn giao (ngày)",
    ]  # fmt: skip
    assert cells(paper) == [
        ("1", "Hà Thị Xuân (HN-0087)", "Bản Nà Ngà", "cận nghèo", "4", Mark.YES, "", "", "", ""),
        ("2", "Hà Thị Xuân (HN-0087)", "Bản Nà Ngà", "", "4", Mark.OPEN, "", "", "", ""),
    ]


def test_b11_has_its_columns():
    paper = lists.on_marketplaces(WHO, [LINE], TODAY)
    assert titles(paper) == ["TT", "Hộ", "Sản phẩm", "Sàn", "Ngày", "Đường dẫn", "Đơn hàng", "Ghi chú"]
    assert cells(paper) == [("1", "Hà Thị Xuân (HN-0087), Bản Nà Ngà", "", "", "01/05/2026", "", "", "")]


def test_b14_has_its_columns():
    paper = lists.members(WHO, [MemberLine("Lò Thị Ngân", 1990, "Bí thư chi đoàn", "098 ••• ••21")], TODAY)
    assert titles(paper) == [
        "TT", "Họ và tên", "Năm sinh", "Chức vụ", "Nhiệm vụ trong Tổ", "Điện thoại", "Ghi chú",
    ]  # fmt: skip
    assert cells(paper) == [("1", "Lò Thị Ngân", "1990", "Bí thư chi đoàn", "", "098 ••• ••21", "")]


def person(at, age=40, **facts):
    states = tuple(FactState(code, code, value, TODAY) for code, value in facts.items())
    return PersonRow(bytes([at]) * 16, f"Người {at}", 2026 - age, age, "con", at == 0, "male", "", states)


def home(*people, consent=None, poverty="poor"):
    return HouseholdDetail(
        HOME, "HN-0087", "Người 0", "Bản Nà Ngà", "Xã Chiềng Mung", "", "098 ••• ••21",
        has_phone=True, poverty=poverty, standing=Standing.RECEIVED,
        facts=(FactState("fibre", "Cáp quang", value=True, held_on=TODAY),),
        people=people, history=(), open_follow_ups=(), consent=consent,
    )  # fmt: skip


def test_b02_asks_everything_that_its_list_names_and_fills_in_what_is_known():
    people = (person(0, 65, smartphone=True), person(1, 15, account=False), person(2, 14))
    paper = survey.sheets(WHO, [home(*people)], TODAY)
    blocks = paper.sheets[0].blocks
    code = next(block for block in blocks if isinstance(block, Code))
    counts = next(block for block in blocks if isinstance(block, Facts))
    entries = {fact.label: fact.value for fact in (*code.entries, *counts.entries)}
    assert entries == {
        "Chủ hộ": "Người 0", "Mã hộ": "HN-0087", "Thôn, bản": "Bản Nà Ngà", "Điện thoại": "098 ••• ••21",
        "Địa chỉ": "", "Nhân khẩu": "3", "Từ 15 tuổi": "2", "Từ 60 tuổi": "1",
    }  # fmt: skip
    assert titles(paper)[4:] == [
        "ĐT thông minh", "Máy 2G", "VNeID mức 2", "TK thanh toán", "Sổ sức khỏe", "Chữ ký số",
    ]  # fmt: skip
    assert [row[4] for row in cells(paper)] == [Mark.YES, *[Mark.OPEN] * 3]
    assert [row[7] for row in cells(paper)] == [Mark.OPEN, Mark.NO, *[Mark.OPEN] * 2]
    boxes = [block for block in blocks if isinstance(block, Boxes)]
    assert [choice.mark for choice in boxes[0].choices] == [Mark.YES, Mark.OPEN, Mark.OPEN]
    assert [(choice.words, choice.mark) for choice in boxes[1].choices] == [
        ("ĐT thông minh", Mark.OPEN),
        ("Cáp quang", Mark.YES),
    ]
    assert any(isinstance(block, Lines) for block in blocks)


def test_the_qr_code_holds_the_record_and_nothing_of_anybody():
    blocks = survey.sheets(WHO, [home(person(0))], TODAY).sheets[0].blocks
    code = next(block for block in blocks if isinstance(block, Code))
    found = record_code.read(code.payload)
    assert found is not None
    assert (found.record_id, found.short) == (HOME, code.typed)


def test_consent_is_ticked_as_it_was_given_and_not_once_it_was_taken_back():
    state = ConsentState("household", HOME, "", given=("support",), declined=("contact",), on=TODAY)

    def answers(consent):
        paper = survey.sheets(WHO, [home(person(0), consent=consent)], TODAY)
        return [row.cells[1:] for row in table_of(paper, 1).rows]

    yes, no, nothing = (Mark.YES, Mark.OPEN), (Mark.OPEN, Mark.YES), (Mark.OPEN, Mark.OPEN)
    assert answers(state) == [yes, nothing, no, nothing]
    assert answers(replace(state, withdrawn_on=TODAY)) == [nothing] * 4
    assert answers(replace(state, expired=True)) == [nothing] * 4
    assert answers(None) == [nothing] * 4


def test_an_empty_sheet_knows_nothing_but_the_village():
    paper = survey.sheets(WHO, [None], TODAY)
    blocks = paper.sheets[0].blocks
    assert not any(isinstance(block, Code) for block in blocks)
    filled = [fact for block in blocks if isinstance(block, Facts) for fact in block.entries if fact.value]
    assert filled == [Fact("Thôn, bản", "Bản Nà Ngà")]
    assert len(cells(paper)) == 6


def test_sixty_people_are_sixty_lines():
    paper = survey.sheets(WHO, [home(*(person(at) for at in range(60)))], TODAY)
    assert [row[1] for row in cells(paper)][:60] == [f"Người {at}" for at in range(60)]


def test_the_name_of_the_file_names_nobody():
    for stem in (
        survey.sheets(WHO, [home(person(0))], TODAY).stem, lists.members(WHO, [], TODAY).stem,
        activities(DONE).stem, lists.without_smartphone(WHO, [LINE], TODAY).stem,
    ):  # fmt: skip
        assert "Người" not in stem
        assert "Xuân" not in stem
