"""Numbers in words: hard cases by name, and every number read back by a reader that knows only the words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongcds.domain.number_words import dong_in_words, in_words

HARD = {
    0: "không",
    1: "một",
    4: "bốn",
    5: "năm",
    10: "mười",
    11: "mười một",
    14: "mười bốn",
    15: "mười lăm",
    20: "hai mươi",
    21: "hai mươi mốt",
    24: "hai mươi tư",
    25: "hai mươi lăm",
    44: "bốn mươi tư",
    55: "năm mươi lăm",
    100: "một trăm",
    101: "một trăm linh một",
    104: "một trăm linh bốn",
    105: "một trăm linh năm",
    110: "một trăm mười",
    115: "một trăm mười lăm",
    555: "năm trăm năm mươi lăm",
    1_000: "một nghìn",
    1_001: "một nghìn không trăm linh một",
    1_005: "một nghìn không trăm linh năm",
    1_010: "một nghìn không trăm mười",
    10_000: "mười nghìn",
    21_021: "hai mươi mốt nghìn không trăm hai mươi mốt",
    100_000: "một trăm nghìn",
    1_000_000: "một triệu",
    1_000_021: "một triệu không trăm hai mươi mốt",
    2_024_021: "hai triệu không trăm hai mươi tư nghìn không trăm hai mươi mốt",
    1_000_000_000: "một tỷ",
    1_000_000_005: "một tỷ không trăm linh năm",
    1_015_000_000: "một tỷ không trăm mười lăm triệu",
    12_000_300_000: "mười hai tỷ ba trăm nghìn",
    1_000_000_000_000: "một nghìn tỷ",
    2_005_000_000_000: "hai nghìn không trăm linh năm tỷ",
    10**18: "một tỷ tỷ",
    -5: "âm năm",
}


@pytest.mark.parametrize(("number", "words"), HARD.items())
def test_hard_numbers_are_said_as_offices_write_them(number, words):
    assert in_words(number) == words


def test_an_amount_begins_with_a_capital_and_ends_with_dong():
    assert dong_in_words(350_000) == "Ba trăm năm mươi nghìn đồng"
    assert dong_in_words(0) == "Không đồng"


# The reader: it knows what each word is worth, and nothing of how they were chosen.
WORTH = {
    word: digit
    for digit, words in enumerate(
        ("không", "một mốt", "hai", "ba", "bốn tư", "năm lăm", "sáu", "bảy", "tám", "chín")
    )
    for word in words.split()
}


def read(words):
    if words and words[0] == "âm":
        return -read(words[1:])
    if "tỷ" in words:
        at = len(words) - 1 - words[::-1].index("tỷ")
        return read(words[:at]) * 10**9 + (read(words[at + 1 :]) if words[at + 1 :] else 0)
    for name, worth in (("triệu", 10**6), ("nghìn", 10**3)):
        if name in words:
            at = words.index(name)
            return read(words[:at]) * worth + (read(words[at + 1 :]) if words[at + 1 :] else 0)
    total, digit = 0, None
    for word in words:
        match word:
            case "trăm":
                total, digit = total + digit * 100, None
            case "mươi":
                total, digit = total + digit * 10, None
            case "mười":
                total, digit = total + 10, None
            case "linh":
                assert digit is None
            case _:
                assert digit is None, words
                digit = WORTH[word]
    return total + (digit or 0)


def test_the_reader_knows_a_wrong_word():
    assert read(["hai", "trăm", "mười", "lăm"]) == 215
    assert read(["hai", "trăm", "năm", "mươi"]) != read(["hai", "trăm", "mười", "lăm"])


@given(st.integers(min_value=-(10**20), max_value=10**20) | st.integers(min_value=0, max_value=10_000))
def test_every_number_is_read_back_from_its_words(number):
    assert read(in_words(number).split()) == number


@given(st.integers(min_value=0, max_value=10**20), st.integers(min_value=0, max_value=10**20))
def test_different_numbers_have_different_words(one, other):
    assert (in_words(one) == in_words(other)) is (one == other)
