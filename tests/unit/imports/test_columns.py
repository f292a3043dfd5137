"""Headers are found whatever their order, depth and spelling; the person can say otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tongcds.errors import UserError
from tongcds.imports.columns import NAMES, Field, field_of_name
from tongcds.imports.encodings import readings
from tongcds.imports.peek import peek
from tongcds.imports.reading import read_register

PEOPLE = [
    ["Lò Văn Ánh", 1980, "Nam"],
    ["Cà Thị Xiên", 1985, "Nữ"],
]


def columns_of(register, sheet=0):
    return {c.letter: c.field.value for c in register.sheets[sheet].columns if c.field is not None}


@pytest.mark.parametrize("field", list(NAMES))
def test_every_name_of_the_table_is_known(field):
    assert {field_of_name(name) for name in NAMES[field].split("|")} == {field}


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ("HỌ VÀ TÊN", Field.FULL_NAME),
        ("Họ và\ntên", Field.FULL_NAME),
        ("  Họ  và tên *", Field.FULL_NAME),
        ("Họ, chữ đệm và tên:", Field.FULL_NAME),
        ("Ngày, tháng,\nnăm sinh", Field.BIRTH),
        ("Số CCCD/ CMND", Field.ID_NUMBER),
        ("CMND/CCCD", Field.ID_NUMBER),
        ("Số định danh (cá nhân)", Field.ID_NUMBER),
        ("Thôn/bản", Field.VILLAGE),
        ("Ấp/khóm", Field.VILLAGE),
        ("Bản/tiểu khu", Field.VILLAGE),
        ("Thôn, bản", Field.VILLAGE),
        ("Địa chỉ (thôn, bản)", Field.ADDRESS),
        ("Điện thọai", Field.PHONE),
        ("Hộ nghèo (x)", Field.POOR),
        ("Họ và tên", Field.FULL_NAME),
        ("Ho va ten", Field.FULL_NAME),
        ("Hä vµ tªn", Field.FULL_NAME),
    ],
)
def test_names_are_known_without_regard_to_case_breaks_marks_and_fonts(written, field):
    assert field_of_name(written) is field


@pytest.mark.parametrize("written", ["", "Nghề nghiệp", "Năm", "Nam", "Trình độ", "1", "Họ và tên chồng tôi"])
def test_other_names_are_not_guessed(written):
    assert field_of_name(written) is None


def test_columns_stand_in_any_order_and_unknown_ones_are_ignored(read_rows):
    register = read_rows(
        [["Giới tính", "Nghề", "Năm sinh", "Họ và tên"], ["Nữ", "nông", 1985, "Cà Thị Xiên"]]
    )
    member = register.households[0].members[0]
    assert (member.full_name, member.birth, member.sex) == ("Cà Thị Xiên", "1985", "female")
    assert columns_of(register) == {"A": "sex", "C": "birth", "D": "full_name"}


def test_title_rows_above_the_header_are_no_people(read_rows):
    register = read_rows(
        [
            ["UBND XÃ CHIỀNG MUNG"],
            [],
            ["DANH SÁCH HỘ"],
            ["STT", "Họ tên", "Năm sinh"],
            [1, "Lò Văn Ánh", 1980],
        ]
    )
    assert [m.full_name for h in register.households for m in h.members] == ["Lò Văn Ánh"]


def test_a_merged_parent_stretches_over_its_sub_headers(read_rows):
    register = read_rows(
        [
            ["STT", "Họ và tên", "Năm sinh", None, "Diện hộ", None, "Ghi chú"],
            [None, None, "Nam", "Nữ", "HN", "HCN", None],
            [1, "Lò Văn Ánh", 1980, None, "x", None, None],
        ],
        merges=["A1:A2", "B1:B2", "C1:D1", "E1:F1", "G1:G2"],
    )
    expected = ["no", "full_name", "birth_male", "birth_female", "poor", "near_poor", "note"]
    assert list(columns_of(register).values()) == expected
    household = register.households[0]
    assert (household.poverty, household.members[0].sex, household.members[0].birth) == (
        "poor",
        "male",
        "1980",
    )


def test_sub_headers_are_found_in_a_file_without_merges(read_rows):
    register = read_rows(
        [
            ["STT", "Họ và tên", "Năm sinh", None, "Quan hệ"],
            [None, None, "Nam", "Nữ", None],
            [1, "Cà Thị Xiên", None, 1985, "Chủ hộ"],
        ]
    )
    member = register.households[0].members[0]
    assert (member.sex, member.birth, member.is_head) == ("female", "1985", True)


def test_a_header_may_have_three_rows(read_rows):
    register = read_rows(
        [
            ["TT", "Thông tin chủ hộ", None, None, None, "Ghi chú"],
            [None, "Họ và tên", "Năm sinh", None, "Số CCCD", None],
            [None, None, "Nam", "Nữ", None, None],
            [1, "Lò Văn Ánh", 1980, None, "014080123456", "già yếu"],
        ],
        merges=["A1:A3", "B1:E1", "F1:F3", "B2:B3", "C2:D2", "E2:E3"],
    )
    assert register.sheets[0].header_rows == (1, 2, 3)
    member = register.households[0].members[0]
    assert (member.full_name, member.birth, member.id_number, member.note) == (
        "Lò Văn Ánh",
        "1980",
        "014080123456",
        "già yếu",
    )


def test_a_parent_that_is_itself_a_name_gives_way_to_its_sub_headers(read_rows):
    register = read_rows(
        [
            ["STT", "Chủ hộ", None, None, "Số khẩu"],
            [None, "Họ và tên", "Năm sinh", "Nghề nghiệp", None],
            [1, "Lò Văn Ánh", 1980, "nông", 4],
        ],
        merges=["A1:A2", "B1:D1", "E1:E2"],
    )
    assert columns_of(register) == {"A": "no", "B": "full_name", "C": "birth", "E": "size"}


def test_a_parent_over_the_name_needs_no_merges_beside_it(read_rows):
    register = read_rows(
        [["STT", "Chủ hộ", None, "Số khẩu"], [None, "Họ tên", "Năm sinh", None], [1, "Lò Văn Ánh", 1980, 4]],
        merges=["B1:C1"],
    )
    assert columns_of(register) == {"A": "no", "B": "full_name", "C": "birth", "D": "size"}
    assert register.people == 1


def test_a_divided_size_column_is_read_from_its_total(read_rows):
    register = read_rows(
        [
            ["STT", "Họ tên chủ hộ", "Năm sinh", "Số khẩu", None, None],
            [None, None, None, "Tổng số", "Nam", "Nữ"],
            [1, "Lò Văn Ánh", 1980, 5, 2, 3],
        ],
        merges=["A1:A2", "B1:B2", "C1:C2", "D1:F1"],
    )
    assert register.households[0].stated_size == 5
    assert register.households[0].members[0].sex is None


def test_sub_columns_of_sex_hold_marks(read_rows):
    register = read_rows(
        [
            ["STT", "Họ và tên", "Năm sinh", "Giới tính", None],
            [None, None, None, "Nam", "Nữ"],
            [1, "Lò Văn Ánh", 1980, "x", None],
            [2, "Cà Thị Xiên", 1985, None, "x"],
        ],
        merges=["A1:A2", "B1:B2", "C1:C2", "D1:E1"],
    )
    assert [h.members[0].sex for h in register.households] == ["male", "female"]


def test_columns_nam_and_nu_without_a_parent_hold_births_unless_there_is_a_column_of_births(read_rows):
    births = read_rows([["STT", "Họ tên", "Nam", "Nữ", "Dân tộc"], [1, "Cà Thị Xiên", None, 1985, "Thái"]])
    marks = read_rows([["STT", "Họ tên", "Nam", "Nữ", "Năm sinh"], [1, "Cà Thị Xiên", None, "x", 1985]])
    for register in (births, marks):
        member = register.households[0].members[0]
        assert (member.sex, member.birth) == ("female", "1985")


def test_a_name_in_two_columns_is_put_together(read_rows):
    divided = read_rows([["STT", "Họ đệm", "Tên", "Năm sinh"], [1, "Lò Văn", "Ánh", 1980]])
    merged = read_rows([["STT", "Họ và tên", None, "Năm sinh"], [1, "Lò Văn", "Ánh", 1980]], merges=["B1:C1"])
    assert [r.households[0].members[0].full_name for r in (divided, merged)] == ["Lò Văn Ánh"] * 2


def test_the_name_of_the_person_counts_not_the_name_of_the_head(read_rows):
    register = read_rows(
        [
            ["Mã hộ", "Họ tên chủ hộ", "Họ và tên thành viên", "Năm sinh", "Quan hệ"],
            ["H1", "Lò Văn Ánh", "Lò Văn Ánh", 1980, "Chủ hộ"],
            ["H1", "Lò Văn Ánh", "Cà Thị Xiên", 1985, "Vợ"],
        ]
    )
    assert [m.full_name for m in register.households[0].members] == ["Lò Văn Ánh", "Cà Thị Xiên"]


def test_the_row_of_column_numbers_and_repeated_headers_are_skipped(read_rows):
    header = ["STT", "Họ và tên", "Năm sinh", "Giới tính"]
    register = read_rows(
        [header, ["A", "B", "(1)", "2"], [1, *PEOPLE[0]], header, [1, 2, 3, 4], [2, *PEOPLE[1]]]
    )
    assert register.people == 2
    assert [(s.row, s.kind) for s in register.sheets[0].skipped] == [
        (2, "column_numbers"),
        (4, "header"),
        (5, "column_numbers"),
    ]


def test_a_repeated_header_of_two_rows_is_skipped_whole(read_rows):
    header = [["STT", "Họ và tên", "Năm sinh", None], [None, None, "Nam", "Nữ"]]
    rows = [*header, [1, "Lò Văn Ánh", 1980, None], *header, [2, "Cà Thị Xiên", None, 1985]]
    register = read_rows(rows, merges=["A1:A2", "B1:B2", "C1:D1"])
    assert [h.members[0].full_name for h in register.households] == ["Lò Văn Ánh", "Cà Thị Xiên"]
    assert register.warnings == ()


def test_a_repeated_header_of_which_a_band_leaves_two_names_is_no_person(read_rows):
    header = [["Họ và tên", "Giấy tờ, liên hệ", None], [None, "Năm sinh", "SĐT"]]
    rows = [*header, ["Lò Văn Ánh", 1980, None], *header, ["Cà Thị Xiên", 1985, None]]
    register = read_rows(rows, merges=["A1:A2", "B1:C1"])
    assert [h.members[0].full_name for h in register.households] == ["Lò Văn Ánh", "Cà Thị Xiên"]
    header = [["Thông tin chung", None, "SĐT"], ["Họ và tên", "Năm sinh", None]]
    rows = [*header, ["Lò Văn Ánh", 1980, None], *header, ["Cà Thị Xiên", 1985, None]]
    register = read_rows(rows, merges=["A1:B1", "C1:C2"])
    assert [h.members[0].full_name for h in register.households] == ["Lò Văn Ánh", "Cà Thị Xiên"]


def test_a_first_person_who_holds_the_name_of_a_column_is_no_third_row_of_the_header(read_rows):
    register = read_rows(
        [
            ["Quan hệ", "Thôn", "Năm sinh", None, "Họ và tên", "SĐT"],
            [None, None, "Nam", "Nữ", None, None],
            ["Chủ hộ", "Bản A", None, None, "Lò Văn Ánh", None],
            ["Vợ", "Bản A", None, 1985, "Cà Thị Xiên", None],
        ]
    )
    assert [m.full_name for h in register.households for m in h.members] == ["Lò Văn Ánh", "Cà Thị Xiên"]
    assert register.sheets[0].header_rows == (1, 2)


def test_a_second_row_of_names_that_nobody_knows_belongs_to_the_header(read_rows):
    register = read_rows(
        [
            ["STT", "Họ và tên", "Năm sinh", "Trình độ học vấn", None],
            [None, None, None, "Văn hóa", "Chuyên môn"],
            [1, "Lò Văn Ánh", 1980, "12/12", None],
        ]
    )
    assert (register.people, register.warnings) == (1, ())


def test_every_visible_sheet_with_a_header_is_read_in_order(read_rows):
    def more(book):
        second = book.create_sheet("Bản B")
        second.append(["Năm sinh", "Họ tên", "STT"])
        second.append([1990, "Hà Thị Xuân", 1])
        hidden = book.create_sheet("cũ")
        hidden.append(["STT", "Họ tên", "Năm sinh"])
        hidden.append([1, "Không Đọc", 1990])
        hidden.sheet_state = "hidden"
        book.create_sheet("trống")
        book.create_sheet("ghi chú").append(["xem lại"])

    register = read_rows([["STT", "Họ tên", "Năm sinh"], [1, "Lò Văn Ánh", 1980]], change=more)
    assert [(h.sheet, h.members[0].full_name) for h in register.households] == [
        ("Hộ dân", "Lò Văn Ánh"),
        ("Bản B", "Hà Thị Xuân"),
    ]
    assert [(s.name, s.reason) for s in register.sheets] == [
        ("Hộ dân", ""),
        ("Bản B", ""),
        ("cũ", "hidden"),
        ("trống", "empty"),
        ("ghi chú", "no_header"),
    ]


def test_hidden_columns_are_read_like_any_other(read_rows):
    def hide(book):
        book.active.column_dimensions["C"].hidden = True

    register = read_rows([["STT", "Họ tên", "Năm sinh"], [1, "Lò Văn Ánh", 1980]], change=hide)
    assert register.households[0].members[0].birth == "1980"


def test_the_person_can_map_a_column_by_hand(make_book, settings):
    path = make_book(
        [["STT", "Họ tên", "Năm sinh", "Liên lạc", "DT"], [1, "Lò Văn Ánh", 1980, "0981234521", "x"]]
    )
    mapped = replace(settings, column_mapping={("Hộ dân", "D"): "phone", ("Hộ dân", "E"): ""})
    register = read_register(path, mapped)
    member = register.households[0].members[0]
    assert (member.phone, member.ethnicity, register.warnings) == ("0981234521", None, ())
    assert read_register(path, settings).households[0].members[0].phone is None


def test_a_name_that_its_sub_headers_take_away_makes_no_header(make_book, settings):
    divided = make_book(
        [["STT", "Họ và tên", None, "Ghi chú"], [None, "Năm sinh", "Số CCCD", None], [1, 1980, None, None]],
        merges=["B1:C1"],
    )
    with pytest.raises(UserError, match="no_register"):
        read_register(divided, settings)


def test_leaving_out_the_column_of_names_leaves_no_register(make_book, settings):
    path = make_book([["STT", "Họ tên", "Năm sinh", "SĐT"], [1, "Lò Văn Ánh", 1980, None]])
    with pytest.raises(UserError, match="no_register"):
        read_register(path, replace(settings, column_mapping={("Hộ dân", "B"): ""}))


STRANGE = [["UBND xã"], ["Người trong nhà", "Sinh", "Máy"], ["Lò Văn Ánh", 1980, "0981234521"]]
MEANT = {("Hộ dân", "A"): "full_name", ("Hộ dân", "B"): "birth", ("Hộ dân", "C"): "phone"}


def read_of(register):
    return [(m.full_name, m.birth, m.phone) for h in register.households for m in h.members]


def test_the_person_can_say_which_row_names_the_columns(make_book, settings):
    path = make_book(STRANGE)
    with pytest.raises(UserError, match="no_register"):
        read_register(path, settings)
    with pytest.raises(UserError, match="no_register"):  # nobody knows which column is the name
        read_register(path, replace(settings, header_rows={"Hộ dân": 2}))
    register = read_register(path, replace(settings, header_rows={"Hộ dân": 2}, column_mapping=MEANT))
    assert read_of(register) == [("Lò Văn Ánh", "1980", "0981234521")]
    assert register.sheets[0].header_rows == (2,)


def test_a_list_of_people_without_headings_is_read_by_letters(make_book, settings):
    path = make_book(STRANGE[2:])
    register = read_register(path, replace(settings, header_rows={"Hộ dân": 0}, column_mapping=MEANT))
    assert read_of(register) == [("Lò Văn Ánh", "1980", "0981234521")]
    assert (register.sheets[0].header_rows, register.sheets[0].fingerprint) == ((), "")


def test_a_header_that_was_shown_once_is_known_in_the_next_file(make_book, settings):
    said = replace(settings, header_rows={"Hộ dân": 2}, column_mapping=MEANT)
    kept = read_register(make_book(STRANGE), said).sheets[0].fingerprint
    columns = {letter: field for (_, letter), field in MEANT.items()}
    later = replace(settings, known_headers={kept: columns})
    assert read_of(read_register(make_book([["Kỳ 2"], *STRANGE], title="Khác"), later)) == [
        ("Lò Văn Ánh", "1980", "0981234521")
    ]
    with pytest.raises(UserError, match="no_register"):
        read_register(make_book([["Tên khác", "Sinh", "Máy"], *STRANGE[2:]]), later)


def test_the_top_of_a_file_shows_its_rows_and_the_likely_header(make_book, settings):
    (sheet,) = peek(make_book(STRANGE), settings, lambda: False)
    assert [(row.number, row.text) for row in sheet.rows] == [
        (1, "UBND xã"),
        (2, "Người trong nhà | Sinh | Máy"),
        (3, "Lò Văn Ánh | 1980 | 0981234521"),
    ]
    assert sheet.header_row == 2
    assert [(one.letter, one.heading, one.field, one.samples) for one in sheet.columns] == [
        ("A", "Người trong nhà", "", ("Lò Văn Ánh",)),
        ("B", "Sinh", "", ("1980",)),
        ("C", "Máy", "", ("0981234521",)),
    ]
    (known,) = peek(
        make_book([["STT", "Họ tên", "Năm sinh"], [1, "Lò Văn Ánh", 1980]]), settings, lambda: False
    )
    assert (known.header_row, [one.field for one in known.columns]) == (1, ["no", "full_name", "birth"])


def test_a_remembered_heading_is_known_in_every_file(make_book, settings):
    remembered = replace(settings, column_names={"Liên lạc": "phone", "Người": "full_name"})
    register = read_register(
        make_book([["STT", "NGƯỜI", "Liên  lạc:"], [1, "Lò Văn Ánh", "0981234521"]]), remembered
    )
    assert register.households[0].members[0].phone == "0981234521"


def test_an_old_font_that_a_workbook_does_not_name_is_converted_where_the_person_says_so(make_book, settings):
    path = make_book(
        [
            ["STT", "Họ và tên", "Năm sinh", "Thôn", "Ghi chú"],
            [1, "NguyÔn V¨n Bµ", 1980, "Thôn Cô", "Hộ ở xa"],
            [2, "Lß ThÞ Tõ", 1981, "Thôn Cô", ""],
            [3, "Lß ThÞ Tõ", 1982, "Thôn Đá", ""],
        ]
    )
    kept = read_register(path, settings)
    assert {one.encoding: one.texts for one in readings(kept)}["tcvn3"] == ("Nguyễn Văn Bà", "Lò Thị Từ")
    told = read_register(path, replace(settings, encoding="tcvn3"))
    assert [m.full_name for h in told.households for m in h.members] == [
        "Nguyễn Văn Bà",
        "Lò Thị Từ",
        "Lò Thị Từ",
    ]
    # The column of villages holds Unicode, so that "ô" stays what it is.
    assert {h.village for h in told.households} == {"Thôn Cô", "Thôn Đá"}
    assert readings(told) == ()


def test_files_with_the_same_headings_in_the_same_places_have_the_same_fingerprint(make_book, settings):
    headings = ["STT", "Họ và tên", "Năm sinh", "Liên lạc"]

    def fingerprint(headings, **more):
        path = make_book([["Danh sách"], headings, [1, "Lò Văn Ánh", 1980, "0912000145"]])
        return read_register(path, replace(settings, **more)).sheets[0].fingerprint

    first = fingerprint(headings)
    assert fingerprint(headings, column_mapping={("Hộ dân", "D"): "phone"}) == first
    assert fingerprint([*headings[:3], "Nghề nghiệp"]) != first


def test_each_column_shows_a_few_of_its_values(make_book, settings):
    path = make_book(
        [["STT", "Họ và tên", "Năm sinh"], *([n, f"Lò Văn Ánh {n // 2}", 1980] for n in range(1, 9))]
    )
    columns = {c.letter: c.samples for c in read_register(path, settings).sheets[0].columns}
    assert columns["B"] == ("Lò Văn Ánh 0", "Lò Văn Ánh 1", "Lò Văn Ánh 2")
    assert columns["C"] == ("1980",)
