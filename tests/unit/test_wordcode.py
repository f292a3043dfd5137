"""Codes of words: 2,048 of them, all apart without marks and in every dialect, typed however one likes."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from tongcds.domain import wordcode
from tongcds.domain.text import fold
from tongcds.errors import UserError

CODE = "mèo đỏ gà xanh vịt vàng bò tím"
# What is one sound in some part of the country, from the left.
_BEGINNINGS = {"tr": "ch", "gi": "z", "d": "z", "r": "z", "v": "z", "s": "x", "l": "n", "gh": "g", "qu": "w"}
_ENDS = (("y$", "i"), ("nh$|ng$", "n"), ("ch$|c$", "t"))


def as_heard(word: str) -> str:
    """A syllable with the sounds merged that a line or a dialect merges."""
    heard = fold(word)
    for beginning, sound in _BEGINNINGS.items():
        if heard.startswith(beginning):
            heard = sound + heard.removeprefix(beginning)
            break
    for end, sound in _ENDS:
        heard = re.sub(end, sound, heard)
    return heard


def test_there_are_eleven_bits_in_a_word():
    assert len(wordcode.words()) == len({fold(word) for word in wordcode.words()}) == 2048


@pytest.mark.parametrize("place", [0, 1])
def test_no_two_words_sound_alike(place: int):
    heard = {word.split()[place] for word in wordcode.words()}
    alike = [(a, b) for a, b in combinations(sorted(heard), 2) if as_heard(a) == as_heard(b)]
    assert alike == []


def test_words_that_sound_alike_would_be_noticed():
    assert as_heard("dừa") == as_heard("rùa") == as_heard("vua")
    assert as_heard("bàn") == as_heard("bánh")
    assert as_heard("gà") != as_heard("cá")


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        "meo do ga xanh vit vang bo tim",
        "  MÈO ĐỎ, gà-xanh; Vịt vàng.\n4. bò tím ",
        "1. mèo đỏ 2. gà xanh 3. vịt vàng 4. bò tím",
    ],
)
def test_marks_capitals_and_what_stands_between_do_not_count(typed: str):
    assert wordcode.normalised(typed, 4) == CODE


@pytest.mark.parametrize(
    ("typed", "code", "params"),
    [
        ("meo do ga xanh vit vang", "code_words", {"found": 3, "wanted": 4}),
        ("meo do ga xanh vit vang bo", "code_word_unknown", {"word": "bo"}),
        ("meo do ga xanh vit vang bo tim meo do", "code_words", {"found": 5, "wanted": 4}),
        ("meo do ga xamh vit vang bo tim", "code_word_unknown", {"word": "ga xamh"}),
        ("", "code_words", {"found": 0, "wanted": 4}),
    ],
)
def test_what_is_no_code_is_said(typed: str, code: str, params: dict[str, object]):
    with pytest.raises(UserError) as refused:
        wordcode.normalised(typed, 4)
    assert (refused.value.code, refused.value.params) == (code, params)


def test_bytes_become_words_from_their_first_bit_on():
    assert wordcode.from_bytes(bytes(11), 8) == " ".join([wordcode.words()[0]] * 8)
    assert wordcode.from_bytes(b"\xff" * 6, 4) == " ".join([wordcode.words()[-1]] * 4)
    assert wordcode.from_bytes(b"\x00\x20" + bytes(4), 4) == " ".join(
        [wordcode.words()[1], *[wordcode.words()[0]] * 3]
    )


def test_a_drawn_code_reads_back():
    code = wordcode.draw(8)
    assert wordcode.normalised(fold(code), 8) == code
    assert " ".join(wordcode.listed(code)) == code
    assert len(wordcode.listed(code)) == 8
