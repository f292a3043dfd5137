"""Rows become people, villages, totals and signatures; people become households."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tongcds.imports.reading import read_register

HEADER = ["STT", "Họ và tên", "Năm sinh", "Quan hệ", "Ghi chú"]
BY_NUMBER = ["Mã hộ", "Thôn", "Họ và tên", "Năm sinh", "Quan hệ"]


def households(register):
    return [(h.no, h.village, [m.full_name for m in h.members]) for h in register.households]


def names(register):
    return [m.full_name for h in register.households for m in h.members]


def skipped(register):
    return [(s.row, s.kind) for s in register.sheets[0].skipped]


# villages


@pytest.mark.parametrize(
    ("written", "village"),
    [
        ("I. THÔN TRÀNG CÁT", "Thôn Tràng Cát"),
        ("II/ Thôn Kha:", "Thôn Kha"),
        ("3 - Bản Nà Ngà", "Bản Nà Ngà"),
        ("III - THÔN  BUỒNG", "Thôn Buồng"),
        ("TIỂU KHU 3", "Tiểu khu 3"),
        ("TỔ DÂN PHỐ 5.", "Tổ dân phố 5"),
        ("xóm đồi", "Xóm Đồi"),
        ("Buôn K'Nia", "Buôn K'Nia"),
    ],
)
def test_a_village_heading_holds_until_the_next(read_rows, written, village):
    register = read_rows(
        [
            HEADER,
            [written],
            [1, "Lò Văn Ánh", 1980, "Chủ hộ"],
            ["Bản Khác"],
            [2, "Cà Thị Xiên", 1985, "Chủ hộ"],
        ]
    )
    assert [h.village for h in register.households] == [village, "Bản Khác"]
    assert skipped(register) == [(2, "village"), (4, "village")]


def test_a_heading_may_have_its_number_in_a_cell_of_its_own(read_rows):
    register = read_rows(
        [
            HEADER,
            ["II", "BẢN NÀ NGÀ"],
            [1, "Lò Văn Ánh", 1980, "Chủ hộ"],
            [3, "Bản B"],
            [2, "Cà Thị Xiên", 1985, "Chủ hộ"],
        ]
    )
    assert [h.village for h in register.households] == ["Bản Nà Ngà", "Bản B"]


def test_a_person_whose_family_name_is_like_a_village_type_stays_a_person(read_rows):
    register = read_rows([HEADER, [1, "Bon Đing Hương", 1980, "Chủ hộ"], [2, "Cà Thị Xiên", 1985, "Vợ"]])
    assert names(register) == ["Bon Đing Hương", "Cà Thị Xiên"]


def test_spellings_of_one_village_become_the_first_and_are_named(read_rows, warned):
    rows = [
        ["Bản Nà Ngà", 1],
        ["bản nà ngà", 2],
        ["Nà Ngà", 3],
        ["BẢN NÀ  NGÀ", 4],
        ["Bản Nà Nga", 5],
        ["Thôn Nà Ngà", 6],
        ["Bản Hoà", 7],
        ["Bản Hòa.", 8],
        ["2 - Bản Hòa", 9],
    ]
    register = read_rows(
        [["Thôn, bản", "Họ và tên", "Năm sinh"], *[[v, f"Lò Văn {chr(64 + n)}n", 1980] for v, n in rows]]
    )
    assert [h.village for h in register.households] == [
        *["Bản Nà Ngà"] * 4,
        "Bản Nà Nga",
        "Thôn Nà Ngà",
        *["Bản Hoà"] * 3,
    ]
    assert warned(register) == {(row, "village", "village_spelling") for row in (4, 9, 10)}


def test_a_merged_village_holds_for_all_its_rows_and_other_merges_for_the_first(read_rows):
    register = read_rows(
        [
            ["Thôn, bản", "Họ và tên", "Năm sinh", "Số khẩu"],
            ["Bản A", "Lò Văn Ánh", 1980, 3],
            [None, "Cà Thị Xiên", 1985, None],
            ["Bản B", "Hà Thị Xuân", 1990, None],
        ],
        merges=["A2:A3", "D2:D3"],
    )
    assert [(h.village, h.stated_size) for h in register.households] == [
        ("Bản A", 3),
        ("Bản A", None),
        ("Bản B", None),
    ]


@pytest.mark.parametrize("mark", ['"', "''", "//", "nt", "-nt-", "Như trên"])
def test_ditto_marks_repeat_the_value_above_in_village_address_and_ethnicity(read_rows, mark):
    register = read_rows(
        [
            ["Thôn", "Địa chỉ", "Họ và tên", "Năm sinh", "Dân tộc"],
            ["Bản A", "số 5", "Lò Văn Ánh", 1980, "Thái"],
            [mark, mark, "Cà Thị Xiên", 1985, mark],
        ]
    )
    second = register.households[1]
    assert (second.village, second.address, second.members[0].ethnicity) == ("Bản A", "số 5", "thai")
    assert register.warnings == ()


def test_the_address_is_the_village_where_the_sheet_names_none_otherwise(read_rows):
    people = [["Bản A", "Lò Văn Ánh", 1980], ["Bản B", "Cà Thị Xiên", 1985]]
    alone = read_rows([["Địa chỉ", "Họ và tên", "Năm sinh"], *people])
    headed = read_rows([["Địa chỉ", "Họ và tên", "Năm sinh"], ["I. Thôn Kha"], *people])
    assert [(h.village, h.address) for h in alone.households] == [("Bản A", None), ("Bản B", None)]
    assert [(h.village, h.address) for h in headed.households] == [
        ("Thôn Kha", "Bản A"),
        ("Thôn Kha", "Bản B"),
    ]


# households


def test_rows_with_one_number_in_one_village_are_one_household(read_rows, warned):
    register = read_rows(
        [
            BY_NUMBER,
            ["1.", "Bản A", "Lò Văn Ánh", 1980, "Chủ hộ"],
            [1, "Bản A", "Cà Thị Xiên", 1985, "Vợ"],
            [None, "Bản A", "Lò Văn Inh", 2010, "Con"],
            [1, "Bản B", "Hà Thị Xuân", 1990, "CH"],
            [2, "Bản B", "Hà Văn Nam", 1970, "Chủ hộ"],
            [2, "Bản B", "Hà Văn Bắc", 1971, "Chủ hộ"],
        ]
    )
    assert households(register) == [
        ("1", "Bản A", ["Lò Văn Ánh", "Cà Thị Xiên", "Lò Văn Inh"]),
        ("1", "Bản B", ["Hà Thị Xuân"]),
        ("2", "Bản B", ["Hà Văn Nam", "Hà Văn Bắc"]),
    ]
    assert warned(register) == {(7, "relation", "head_twice")}
    assert [m.is_head for m in register.households[2].members] == [True, False]


def test_a_merged_household_number_holds_for_all_its_rows(read_rows):
    register = read_rows(
        [
            ["Số hộ", "Họ và tên", "Năm sinh", "Quan hệ"],
            [1, "Lò Văn Ánh", 1980, "Chủ hộ"],
            [None, "Cà Thị Xiên", 1985, "Vợ"],
            [2, "Hà Thị Xuân", 1990, "Chủ hộ"],
        ],
        merges=["A2:A3"],
    )
    assert [len(h.members) for h in register.households] == [2, 1]


def test_a_head_begins_a_household_and_a_village_ends_one(read_rows, warned):
    register = read_rows(
        [
            HEADER,
            [1, "Lò Văn Ánh", 1980, "Chủ hộ"],
            [None, "Cà Thị Xiên", 1985, "vợ"],
            ["Bản B"],
            [None, "Hà Văn Nam", 2001, "Con"],
            [2, "Hà Thị Xuân", 1970, "CH"],
        ]
    )
    assert [len(h.members) for h in register.households] == [2, 1, 1]
    assert warned(register) == {(5, "relation", "head_missing")}
    assert all(h.members[0].is_head for h in register.households)


def test_without_number_and_relation_every_row_is_a_household(read_rows, warned):
    register = read_rows(
        [["STT", "Họ tên chủ hộ", "Số khẩu"], [1, "Lò Văn Ánh", 4], [2, "Cà Thị Xiên", "5 khẩu"]]
    )
    assert [(h.no, h.stated_size, h.members[0].is_head) for h in register.households] == [
        ("1", 4, True),
        ("2", 5, True),
    ]
    assert warned(register) == set()


def test_a_list_of_heads_with_codes_is_no_list_of_people(read_rows, warned):
    register = read_rows(
        [["Mã hộ", "Họ tên chủ hộ", "Số khẩu"], ["H1", "Lò Văn Ánh", 4], ["H2", "Cà Thị Xiên", 5]]
    )
    assert [(h.no, h.number_is_code) for h in register.households] == [("H1", True), ("H2", True)]
    assert warned(register) == set()


def test_a_stated_size_that_differs_from_the_list_is_named(read_rows, warned):
    register = read_rows(
        [
            ["STT", "Họ và tên", "Quan hệ", "Số khẩu"],
            [1, "Lò Văn Ánh", "Chủ hộ", 3],
            [None, "Cà Thị Xiên", "Vợ", None],
            [2, "Hà Thị Xuân", "Chủ hộ", 1],
        ]
    )
    assert warned(register) == {(2, "size", "size_mismatch")}
    assert [h.stated_size for h in register.households] == [3, 1]


def test_a_mark_on_any_row_counts_for_the_household(read_rows, warned):
    register = read_rows(
        [
            ["STT", "Họ và tên", "Quan hệ", "HN", "HCN", "KK"],
            [1, "Lò Văn Ánh", "Chủ hộ", None, "không", "0"],
            [None, "Cà Thị Xiên", "Vợ", "X", None, None],
            [2, "Hà Thị Xuân", "Chủ hộ", "-", 1, "x"],
            [3, "Hà Văn Nam", "Chủ hộ", "x", "x", None],
            [4, "Hà Văn Bắc", "Chủ hộ", None, None, None],
        ]
    )
    assert [(h.poverty, h.hardship) for h in register.households] == [
        ("poor", False),
        ("near_poor", True),
        ("poor", False),
        ("none", False),
    ]
    assert warned(register) == {(5, "poverty", "poverty_conflict")}


def test_sensitive_columns_are_not_even_looked_at_without_a_yes(make_book, settings, warned):
    path = make_book([["STT", "Họ và tên", "Dân tộc", "Diện hộ"], [1, "Lò Văn Ánh", 4, "Hộ nghèo"]])
    closed = read_register(path, replace(settings, import_sensitive=False))
    assert (closed.households[0].poverty, closed.households[0].members[0].ethnicity) == (None, None)
    assert warned(closed) == set()
    opened = read_register(path, settings)
    assert opened.households[0].poverty == "poor"
    assert warned(opened) == {(2, "ethnicity", "ethnicity_code")}


# other rows


def test_totals_are_compared_with_what_is_listed(read_rows, warned):
    register = read_rows(
        [
            HEADER,
            ["Bản A"],
            [1, "Lò Văn Ánh", 1980, "Chủ hộ"],
            [None, "Cà Thị Xiên", 1985, "Vợ"],
            [None, "Cộng bản A: 1 hộ, 2 nhân khẩu", None, None, 77],
            ["Bản B"],
            [2, "Hà Thị Xuân", 1970, "Chủ hộ", "cộng tác viên dân số"],
            ["CỘNG", "2 hộ; 1 người"],
            ["Tổng số: 2 hộ", "3 khẩu"],
        ]
    )
    told = [
        (t.row, t.village, t.households, t.people, t.listed_households, t.listed_people, t.agrees)
        for t in register.stated_totals
    ]
    assert told == [
        (5, "Bản A", 1, 2, 1, 2, True),
        (8, "Bản B", 2, 1, 1, 1, False),
        (9, None, 2, 3, 2, 3, True),
    ]
    assert warned(register) == {(8, "total", "total_mismatch")}


def test_the_people_of_a_list_of_heads_are_counted_from_the_sizes(read_rows):
    register = read_rows(
        [
            ["STT", "Họ tên chủ hộ", "Số khẩu", "Hộ nghèo"],
            [1, "Lò Văn Ánh", 4, "x"],
            [2, "Cà Thị Xiên", 5, None],
            [None, "Tổng cộng: 2 hộ", 9, 1],
        ]
    )
    (total,) = register.stated_totals
    assert (total.households, total.people, total.listed_people, total.agrees) == (2, 9, 9, True)


@pytest.mark.parametrize(
    "signature",
    [
        [None, None, None, "Chiềng Mung, ngày 05 tháng 3 năm 2024"],
        [None, "NGƯỜI LẬP BIỂU", None, "TM. ỦY BAN NHÂN DÂN"],
        [None, None, "KT. CHỦ TỊCH"],
        [None, None, None, None, "Xác nhận của UBND xã"],
    ],
)
def test_from_the_signature_block_on_nothing_is_read(read_rows, signature):
    register = read_rows([HEADER, [1, "Lò Văn Ánh", 1980, "Chủ hộ"], signature, [], [None, "Lương Thị Hiền"]])
    assert names(register) == ["Lò Văn Ánh"]
    assert skipped(register) == [(3, "signature"), (5, "signature")]


def test_a_note_about_a_chairman_is_no_signature(read_rows):
    register = read_rows(
        [
            HEADER,
            [1, "Lò Văn Ánh", 1980, "Chủ hộ", "Chủ tịch Hội Nông dân"],
            [2, "Cà Thị Xiên", 1985, "Chủ hộ"],
        ]
    )
    assert len(register.households) == 2


def test_a_row_without_a_name_is_left_out_and_said(read_rows, warned):
    register = read_rows(
        [HEADER, [1, "Lò Văn Ánh", 1980, "Chủ hộ"], [2, None, "31/2/1985", "vợ"], ["-", "không"], []]
    )
    assert register.people == 1
    assert warned(register) == {(3, "full_name", "name_missing")}


def test_a_person_on_a_hidden_row_is_read_and_said(read_rows, warned):
    def hide(book):
        book.active.row_dimensions[3].hidden = True

    register = read_rows(
        [HEADER, [1, "Lò Văn Ánh", 1980, "Chủ hộ"], [2, "Cà Thị Xiên", 1985, "Chủ hộ"]], change=hide
    )
    assert register.people == 2
    assert warned(register) == {(3, "row", "hidden_row")}


# the whole file


def test_one_number_on_two_rows_is_said_on_each(read_rows, warned):
    header = ["STT", "Họ và tên", "Năm sinh", "CCCD"]
    register = read_rows(
        [
            header,
            [1, "Lò Văn Ánh", 1980, "014080123456"],
            [2, "Lò Văn Inh", 1980, 14080123456],
            [3, "Hà Văn Nam", 1980, "014080123457"],
        ]
    )
    assert {w for w in warned(register) if w[2] == "id_duplicate"} == {
        (2, "id_number", "id_duplicate"),
        (3, "id_number", "id_duplicate"),
    }


def test_one_person_in_two_households_is_said_on_each_unless_the_numbers_differ(read_rows, warned):
    header = ["STT", "Họ và tên", "Năm sinh", "Quan hệ", "CCCD"]
    register = read_rows(
        [
            header,
            [1, "LÒ VĂN HOÀ", 1980, "Chủ hộ", None],
            [None, "Lò Văn Hòa", 1980, "Con", None],
            [2, "Lò Văn Hòa", 1980, "Chủ hộ", "014080123456"],
            [3, "Cà Thị Xiên", 1985, "Chủ hộ", "014185123456"],
            [4, "Cà Thị Xiên", 1985, "Chủ hộ", "014185123457"],
            [5, "Cà Thị Xiên", 1986, "Chủ hộ", None],
        ]
    )
    assert {row for row, _, code in warned(register) if code == "possible_duplicate"} == {2, 3, 4}


def test_father_and_son_of_one_name_in_one_household_are_nothing_to_say(read_rows, warned):
    register = read_rows([HEADER, [1, "Lò Văn Ánh", 1980, "Chủ hộ"], [None, "Lò Văn Ánh", 1980, "Con"]])
    assert warned(register) == set()
