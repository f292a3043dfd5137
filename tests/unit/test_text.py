"""Names as registers hold them: Kinh, Thái, Mông, Khmer and K'Ho, composed or not, typed well or badly."""

import unicodedata

import pytest

from tongcds.domain.text import (
    clean,
    clean_lines,
    fold,
    highlight,
    initials,
    is_storable,
    matches,
    name_sort_key,
    natural_sort_key,
    storable,
    title_case,
    tone_fold,
)

SORTED_PEOPLE = [
    "Giàng A",
    "Lò Thị An",
    "Nguyễn Văn An",
    "Lò Thị Án",
    "Lò Thị Anh",
    "Lò Thị Ánh",
    "Cà Văn Ăn",
    "Quàng Văn Ân",
    "Cầm Thị Hoà Bình",
    "Hà Thị Dung",
    "Hà Thị Đào",
    "Ka Đôi",
    "Thạch Thị E",
    "Thạch Thị Ê",
    "Cầm Bá Hoa",
    "Cầm Thị Hòa",
    "K'Brèo",
    "Lò Thị Lan",
    "Giàng A Páo",
    "Thạch Sô Pha",
    "Sùng Thị Súa",
    "Lường Văn Ươi",
    "Vàng A Vừ",
    "Lò Thị Ý",
]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Lò\u00a0Thị \t Ngân\n", "Lò Thị Ngân"),
        ("\u00d0inh \u0189ức \u00f0i \u0256âu", "Đinh Đức đi đâu"),
        ("Hà\u200b Thị\u00ad Xu\u202eân\ufeff", "Hà Thị Xuân"),
        ("Quàng\x00 Văn\x07 Thoan", "Quàng Văn Thoan"),
        (unicodedata.normalize("NFD", "Lường Thị Nhẫn"), "Lường Thị Nhẫn"),
        ("Mu\u031b\u200b\u0300 A\u0301", "Mừ Á"),
        ("Hoà và Hòa, Thuý và Thúy", "Hoà và Hòa, Thuý và Thúy"),
        ("ស្រី\u3000ស្រី", "ស្រី ស្រី"),
        ("", ""),
    ],
)
def test_the_gate_keeps_the_name_and_drops_the_dirt(written, kept):
    assert clean(written) == kept


def test_a_text_of_several_lines_keeps_them():
    assert clean_lines("\n một  hai \n\n ba\n") == "một hai\n\nba"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Hà Thị Xuân", "ha thi xuan"),
        ("ĐẶNG  Ðức", "dang duc"),
        ("K’BRÈO", "k'breo"),
        ("K\u02bc Nhrẽ", "k' nhre"),
        ("Cil Pơ̆ng Yŭ", "cil pong yu"),
        ("ƀon Ñha", "bon nha"),
        ("Xã Ea H`Leo", "xa ea h'leo"),
        ("hoà hòa", "hoa hoa"),
        ("Rơ Ông Hà\u2013Nhất", "ro ong ha-nhat"),
        ("ស្រី", "ស្រី"),
    ],
)
def test_the_search_key_has_no_marks_case_or_odd_apostrophes(name, key):
    assert fold(name) == key


def test_marks_of_other_scripts_stay_in_the_search_key():
    assert fold("ស្រី") != fold("សរ")


@pytest.mark.parametrize(
    "group",
    [
        ("hoà", "hòa", "HOÀ", "Hòa"),
        ("thuý", "thúy"),
        ("uỷ", "ủy"),
        ("khoẻ", "khỏe"),
        ("toàn", "tòan"),
        ("huỳnh", "hùynh"),
        ("quý", "qúy"),
    ],
)
def test_one_tone_place_for_every_way_of_writing(group):
    assert len({tone_fold(word) for word in group}) == 1


def test_a_tone_in_its_place_is_left_alone():
    words = (
        "quý giúp toàn huỳnh giếng gì già của người thuở khuỷu ngoài quốc quyển mía mùa lúa hòa thúy ủy nhrẽ"
    )
    assert tone_fold(words) == words


def test_marks_still_tell_names_apart_in_the_tone_key():
    assert len({tone_fold(word) for word in ("Hoa", "Hòa", "Hoá", "Hoả", "Hoạ", "Hoã", "Hỏa", "Họa")}) == 6


def test_people_sort_by_given_name_then_family_and_middle_names():
    shuffled = sorted(SORTED_PEOPLE, key=lambda name: name[::-1])
    assert sorted(shuffled, key=name_sort_key) == SORTED_PEOPLE


def test_a_stored_sort_name_decides_before_the_last_word():
    people = [("Cil Múp", None), ("Rơ Ông Hà Nhất", "Hà Nhất"), ("Nguyễn Văn Hải", None)]
    ordered = sorted(people, key=lambda person: name_sort_key(*person))
    assert [name for name, _ in ordered] == ["Rơ Ông Hà Nhất", "Nguyễn Văn Hải", "Cil Múp"]


def test_both_forms_of_unicode_sort_alike():
    for name in SORTED_PEOPLE:
        assert name_sort_key(unicodedata.normalize("NFD", name)) == name_sort_key(name)


def test_villages_sort_by_number_then_by_letter():
    villages = [
        "Bản Áng",
        "Thôn 1",
        "Thôn 2",
        "Thôn 2A",
        "Thôn 10",
        "Thôn Ba",
        "Thôn Bà",
        "Thôn Đồng",
        "Thôn E",
    ]
    assert sorted(villages[::2] + villages[1::2], key=natural_sort_key) == villages


def test_the_plain_order_of_strings_would_not_do_for_villages():
    assert sorted(["Thôn 2", "Thôn 10"]) == ["Thôn 10", "Thôn 2"]


@pytest.mark.parametrize(
    ("raw", "titled"),
    [
        ("K'BRÈO", "K'Brèo"),
        ("lò thị ngân", "Lò Thị Ngân"),
        ("ĐINH QUANG Ý", "Đinh Quang Ý"),
        ("rơ ông hà-nhất", "Rơ Ông Hà-Nhất"),
        ("h’mông", "H’Mông"),
        ("GIÀNG A PÁO", "Giàng A Páo"),
    ],
)
def test_title_case_starts_a_word_at_space_hyphen_and_apostrophe(raw, titled):
    assert title_case(raw) == titled


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("ha thi xu", "Hà Thị Xuân"),
        ("XUÂN hà", "Hà Thị Xuân"),
        ("", "Hà Thị Xuân"),
        ("kbreo", "K'Brèo"),
        ("k'br", "K’Brèo"),
        ("breo", "K'Brèo"),
        ("k breo", "K'Brèo"),
        ("ha nhat", "Rơ Ông Hà-Nhất"),
        ("an a", "Bùi An Anh"),
        ("a an", "Bùi An Anh"),
        ("dao", "Đào Thị Dung"),
    ],
)
def test_a_query_finds_names_by_the_beginnings_of_words(query, name):
    assert matches(query, name)


@pytest.mark.parametrize(
    ("query", "name"),
    [("uan", "Hà Thị Xuân"), ("an an", "Lò An Bình"), ("ha x", "Hà Thị Ngân"), ("kbreo b", "K'Brèo")],
)
def test_a_query_does_not_find_the_middle_of_a_word_or_one_word_twice(query, name):
    assert not matches(query, name)


@pytest.mark.parametrize(
    ("query", "name", "marked"),
    [
        ("ha thi xu", "Hà Thị Xuân", ["Hà Thị Xu"]),
        ("xu ha", "Hà Thị Xuân", ["Hà", "Xu"]),
        ("h x", "Hà Thị Xuân", ["H", "X"]),
        ("breo", "K'Brèo", ["Brèo"]),
        ("kb", "K'Brèo", ["K'B"]),
        ("k anh", "K'Brèo Anh", ["K", "Anh"]),
        ("an", "Lò Án Anh", ["Án"]),
        ("ngan 098", "Lò Thị Ngân", ["Ngân"]),
        ("zz", "Lò Thị Ngân", []),
        ("", "Lò Thị Ngân", []),
    ],
)
def test_the_painted_spans_are_what_the_query_hit(query, name, marked):
    assert [name[start:end] for start, end in highlight(query, name)] == marked


def test_spans_of_decomposed_text_take_the_marks_along():
    name = unicodedata.normalize("NFD", "Hà Thị Xuân")
    ((start, end),) = highlight("ha thi", name)
    assert unicodedata.normalize("NFC", name[start:end]) == "Hà Thị"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Lò Thị Ngân", "LN"),
        ("đinh văn ý", "ĐÝ"),
        ("K'Brèo", "KB"),
        ("Ka Đôi", "KĐ"),
        ("Danh", "D"),
        ("  ", ""),
    ],
)
def test_initials_are_of_family_and_given_name(name, letters):
    assert initials(name) == letters


def test_the_last_gate_does_the_least():
    kept = "NguyÔn V¨n \u00ad  hai khoảng\ndòng hai"
    assert storable(kept) == kept
    assert is_storable(kept)
    for unclean, clean_text in {
        "e\u0302\u0301": "ế", "\u202eX\u202c": "X", "\u2066X\u2069\u200f": "X", "a\x00b\x9f": "ab",
        "a\tb": "a b", "\ud800x": "x",
    }.items():  # fmt: skip
        assert not is_storable(unclean)
        assert storable(unclean) == clean_text
        assert is_storable(storable(unclean))
