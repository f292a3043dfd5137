"""How soon somebody who tries the likely things first would come upon a passphrase.

What people make up is put together from a few kinds of parts: words from the lists of stolen passwords,
slogans and first lines of songs, names, places, days, runs over the keyboard, and the same again. Each part
has a price in bits, by how many of its kind there are; a passphrase costs what its cheapest reading costs.
Letters that are part of nothing known cost what random ones would, so an ordinary sentence of one's own is
dear. How many bits are enough, `storage.passphrase` says.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from typing import Final

from tongcds.domain import invented_names
from tongcds.domain.text import fold
from tongcds.domain.unit_tables import BEFORE, COMMUNES, PROVINCES
from tongcds.paths import resources_folder

PRICES: Final = {"phrase": 10.0, "password": 10.0, "number": 5.5, "name": 7.0, "place": 10.8}
"""Bits of a part by its kind: about the logarithm of how many there are in the lists."""

_OWN: Final = 2.0
_LETTER, _DIGIT, _SIGN = 4.7, 3.3, 5.0
_DAY, _YEAR = 12.0, 6.0
_RUN, _AGAIN, _TWICE = 5.0, 1.5, 2.0
_SHORTEST_PART, _SHORTEST_RUN, _LONGEST_AGAIN, _LONGEST_READ = 2, 3, 80, 200

_ROWS: Final = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_RUNS: Final = (
    *_ROWS,
    "qwertyuiopasdfghjklzxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "qazwsxedcrfvtgbyhnujmikolp",
    "qawsedrftgyhujikolp",
    "147258369",
    "789456123",
)
# Figures and signs for letters. "1" and "!" stand for two of them, so these two count as one here.
_DISGUISES: Final = str.maketrans("013457@$!l", "oieastasii")
_DISGUISED = 1.0
_YEARS: Final = ("19", "20")
_WHOLE_DAY, _YEAR_DIGITS, _MOST_DAYS, _MOST_MONTHS = 8, 4, 31, 12


def bits(passphrase: str, about: Iterable[str] = ()) -> float:
    """The price of a passphrase's cheapest reading; marks, capitals and spaces add nothing.

    Args:
        passphrase: as typed. Only its first 200 letters are read.
        about: names that anybody knows who knows whose vault it is; they cost next to nothing.
    """
    bare = bare_of(passphrase)[:_LONGEST_READ]
    own = {
        part
        for text in about
        for part in (bare_of(text), *map(bare_of, text.split()))
        if len(part) >= _SHORTEST_PART
    }
    return _cheapest(bare, own)


def bare_of(text: str) -> str:
    """What is left of a text when marks, capitals, spaces and the signs between words are away."""
    return "".join(letter for letter in fold(text) if not letter.isspace() and letter not in "-_.,'\"/")


def _cheapest(bare: str, own: set[str]) -> float:
    known, disguised, longest = _parts()
    plain = bare.translate(_DISGUISES)
    best = [0.0] + [float("inf")] * len(bare)
    for at in range(len(bare)):
        so_far = best[at]
        best[at + 1] = min(best[at + 1], so_far + _sign_price(bare[at]))
        for end in range(at + _SHORTEST_PART, min(len(bare), at + longest) + 1):
            part = bare[at:end]
            price = _OWN if part in own else known.get(part, disguised.get(plain[at:end]))
            if price is not None:
                if part in bare[:at]:
                    price = _TWICE
                best[end] = min(best[end], so_far + price)
        for end, price in _patterns(bare, at):
            best[end] = min(best[end], so_far + price)
    return best[-1]


def _patterns(bare: str, at: int) -> Iterable[tuple[int, float]]:
    """Where days, years, runs and repetitions that begin here end, and what they cost."""
    year = bare[at : at + _YEAR_DIGITS]
    if len(year) == _YEAR_DIGITS and year.isdecimal() and year.startswith(_YEARS):
        yield at + _YEAR_DIGITS, _YEAR
    for length in (_WHOLE_DAY, _WHOLE_DAY - 2):
        if _is_day(bare[at : at + length], length):
            yield at + length, _DAY
    for length in range(_SHORTEST_RUN, len(bare) - at + 1):
        part = bare[at : at + length]
        if not any(part in run or part[::-1] in run for run in _RUNS):
            break
        yield at + length, _RUN
    for length in range(1, min(at, _LONGEST_AGAIN) + 1):
        again = bare[at - length : at]
        end = at
        while bare.startswith(again, end):
            end += length
            yield end, _AGAIN + (end - at) / length / 4


def _is_day(text: str, length: int) -> bool:
    if len(text) != length or not text.isdecimal():
        return False
    readings = [(text[:2], text[2:4])]
    if length == _WHOLE_DAY:
        if not (text.startswith(_YEARS, 4) or text.startswith(_YEARS)):
            return False
        readings = [(text[:2], text[2:4]), (text[6:], text[4:6])]
    return any(1 <= int(day) <= _MOST_DAYS and 1 <= int(month) <= _MOST_MONTHS for day, month in readings)


def _sign_price(letter: str) -> float:
    return _DIGIT if letter.isdecimal() else _LETTER if letter.isalpha() else _SIGN


@cache
def _parts() -> tuple[dict[str, float], dict[str, float], int]:
    """Every known part with its price, as it is and in disguise, and how long the longest is."""
    found: dict[str, float] = {}

    def add(text: str, price: float) -> None:
        bare = bare_of(text)
        if len(bare) >= _SHORTEST_PART:
            found[bare] = min(price, found.get(bare, price))

    with (resources_folder() / "words" / "weak.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            add(row["text"], PRICES[row["kind"]])
    for parts in invented_names.PARTS.values():
        for names in (parts.families, parts.women_middle, parts.men_middle, parts.women, parts.men):
            for name in names:
                add(name, PRICES["name"])
    for table in (PROVINCES, COMMUNES, BEFORE):
        with (resources_folder() / "units" / table).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                # "Xã Chiềng Mung" is written under its type, and people leave that out.
                add(row["name"][len(row["type"]) :], PRICES["place"])
                add(row["name"], PRICES["place"])
    disguised: dict[str, float] = {}
    for bare, price in found.items():
        plain = bare.translate(_DISGUISES)
        disguised[plain] = min(price + _DISGUISED, disguised.get(plain, price + _DISGUISED))
    return found, disguised, max(map(len, found))
