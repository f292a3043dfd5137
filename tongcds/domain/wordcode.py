"""Codes of words that are read out over the phone: "mèo đỏ, thuyền khô, …", eleven random bits a word.

A word is a thing and a quality: 64 × 32 make 2,048. There are not that many single syllables which stay apart
without marks and in every dialect, and a pair that makes a picture survives a bad line. Marks, capitals,
commas and digits between the words do not count when one types.
"""

from __future__ import annotations

import csv
import functools
import re
import secrets
from typing import Final

from tongcds.domain.text import fold
from tongcds.errors import UserError
from tongcds.paths import resources_folder

BITS: Final = 11
_QUALITIES: Final = 32
_BETWEEN: Final = re.compile(r"[^a-z]+")


@functools.cache
def _lists() -> tuple[tuple[str, ...], tuple[str, ...]]:
    with (resources_folder() / "words" / "code.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["place"], row["word"]) for row in csv.DictReader(file)]
    things = tuple(word for place, word in rows if place == "thing")
    qualities = tuple(word for place, word in rows if place == "quality")
    if len(things) * len(qualities) != 1 << BITS or len(qualities) != _QUALITIES:
        raise ValueError("the list of words for codes is not whole")
    return things, qualities


@functools.cache
def words() -> tuple[str, ...]:
    """All 2,048 words with their marks, in the order of their numbers."""
    things, qualities = _lists()
    return tuple(f"{thing} {quality}" for thing in things for quality in qualities)


@functools.cache
def _numbers() -> dict[str, int]:
    return {fold(word): number for number, word in enumerate(words())}


def draw(count: int) -> str:
    """A fresh random code of so many words, with marks, one space between syllables."""
    return " ".join(secrets.choice(words()) for _ in range(count))


def from_bytes(content: bytes, count: int) -> str:
    """The code of so many words that these bytes say; takes eleven bits a word from their beginning."""
    number = int.from_bytes(content, "big") >> (len(content) * 8 - count * BITS)
    found = [words()[number >> shift & ((1 << BITS) - 1)] for shift in range((count - 1) * BITS, -1, -BITS)]
    return " ".join(found)


def normalised(typed: str, count: int) -> str:
    """The code that somebody typed, with its marks.

    Raises:
        UserError: `code_words`, with the number of words that were `found` and that are `wanted`, when there
            are not as many; `code_word_unknown`, with the `word`, when one is not of the list.
    """
    syllables = [part for part in _BETWEEN.split(fold(typed)) if part]
    pairs = [" ".join(syllables[at : at + 2]) for at in range(0, len(syllables), 2)]
    unknown = next((pair for pair in pairs if pair not in _numbers()), "")
    if unknown and (len(pairs) == count or " " in unknown):
        raise UserError("code_word_unknown", word=unknown)
    if len(pairs) != count:
        raise UserError("code_words", found=len(pairs), wanted=count)
    return " ".join(words()[_numbers()[pair]] for pair in pairs)


def listed(code: str) -> tuple[str, ...]:
    """The words of a code, one by one."""
    syllables = code.split()
    return tuple(" ".join(syllables[at : at + 2]) for at in range(0, len(syllables), 2))
