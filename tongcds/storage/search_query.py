"""Words of the search: how a name, a code or a phone number is cut when it is kept, and when it is typed.

Both sides are cut here by the same rules, so that they meet. The tables are in `search`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from tongcds.domain.text import clean, fold, tone_fold

_LEAST_PHONE_DIGITS: Final = 3
_MOST_WORDS: Final = 8
_LONGEST_WORD: Final = 40
_DIGITS: Final = re.compile(r"[0-9]+")
_APOSTROPHE: Final = re.compile(r"['’]")
_KEPT: Final = frozenset("LNM")


def _cut(text: str) -> list[str]:
    """The runs of letters, digits and marks in a text."""
    return "".join(c if unicodedata.category(c)[0] in _KEPT else " " for c in text).split()


def plain_words(text: str) -> list[str]:
    """The words to keep for a name, without marks; K'Brèo is kept as kbreo and as breo."""
    return [kept for word in text.split() for kept in _plain(word)]


def marked_words(text: str) -> list[str]:
    """The words to keep for a name as written, the tone in its one place."""
    return [kept for word in text.split() for kept in _marked(word)]


# Thousands of people share a few hundred words.
@lru_cache(maxsize=4096)
def _plain(word: str) -> tuple[str, ...]:
    return tuple(_with_tails(fold(word)))


@lru_cache(maxsize=4096)
def _marked(word: str) -> tuple[str, ...]:
    return tuple(_with_tails(tone_fold(word)))


def _with_tails(text: str) -> list[str]:
    words: list[str] = []
    for word in text.replace("-", " ").split():
        parts = [joined for part in _APOSTROPHE.split(word) if (joined := "".join(_cut(part)))]
        words.extend("".join(parts[i:]) for i in range(len(parts)))
    return words


def code_words(code: str) -> list[str]:
    """The words to keep for a household's code: HN-0087 is found by hn, 0087, 87 and hn0087."""
    words = _cut(fold(code))
    numbers = [word.lstrip("0") for word in words if _DIGITS.fullmatch(word) and word.startswith("0")]
    return list(dict.fromkeys([*words, "".join(words), *filter(None, numbers)]))


def phone_words(*numbers: str | None) -> list[str]:
    """The words to keep for phone numbers: digits from last to first, so that an end can be looked up."""
    digits = ("".join(_DIGITS.findall(number)) for number in numbers if number)
    return [number[::-1] for number in digits if number]


class Kind(StrEnum):
    """What a kept word belongs to; stands before the word, and is no letter that a text could have.

    The given name apart from the whole name, and that apart from the name as written; a village and a code
    apart for the household (`PLACE`) and for whoever lives there (`HOME`).
    """

    GIVEN = "\ue000"
    NAME = "\ue001"
    MARKED = "\ue002"
    PLACE = "\ue003"
    HOME = "\ue004"
    PHONE = "\ue005"


@dataclass(frozen=True, slots=True)
class _Word:
    plain: str
    marked: tuple[str, ...]  # ways to write it with its tone; empty when it was typed without marks

    @property
    def tail(self) -> str:
        """The word as the end of a phone number, or ""."""
        digits = _DIGITS.fullmatch(self.plain)
        return self.plain[::-1] if digits and len(self.plain) >= _LEAST_PHONE_DIGITS else ""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person typed, as questions to the index (FTS5 expressions)."""

    words: tuple[_Word, ...]

    @classmethod
    def read(cls, text: str) -> Typed:
        """Cut and fold a typed text; at most eight words of 40 letters count."""
        words = []
        for raw in clean(text).lower().replace("-", " ").split()[:_MOST_WORDS]:
            written = "".join(_cut(_APOSTROPHE.sub("", raw)))[:_LONGEST_WORD]
            plain = "".join(_cut(fold(raw).replace("'", "")))[:_LONGEST_WORD]
            if not plain:
                continue
            marked = () if written == plain else tuple(dict.fromkeys((tone_fold(written), written)))
            words.append(_Word(plain, marked))
        return cls(tuple(words))

    def tiers(self) -> list[str]:
        """Questions from the best hits to the last; later ones may find the earlier ones' hits again."""
        if not self.words:
            return []
        tiers = []
        if any(not _DIGITS.fullmatch(word.plain) for word in self.words):
            whole = _any(_whole(Kind.GIVEN, word.plain) for word in self.words)
            begun = _any(_begun(Kind.GIVEN, word.plain) for word in self.words)
            plain = _all(_begun(Kind.NAME, word.plain) for word in self.words)
            if any(word.marked for word in self.words):
                exact = _all(map(_as_written, self.words))
                tiers += [_all((exact, whole)), _all((exact, begun)), exact]
            tiers += [_all((plain, whole)), _all((plain, begun)), plain]
        last = self.anywhere()
        return tiers if last is None else [*tiers, last]

    def anywhere(self) -> str | None:
        """The question for everything that fits; None when there is nothing to look for.

        A village or a code alone finds households, not everybody who lives there.
        """
        if not self.words:
            return None
        parts = [_all(_in(word, Kind.NAME, Kind.PLACE) for word in self.words)]
        if len(self.words) > 1:
            at_home = _all(_in(word, Kind.NAME, Kind.HOME) for word in self.words)
            parts.append(_all((at_home, _any(_in(word, Kind.NAME) for word in self.words))))
        return _any((*parts, *self._one_number()))

    def _one_number(self) -> list[str]:
        digits = "".join(word.plain for word in self.words)
        spread = len(self.words) > 1 and _DIGITS.fullmatch(digits) and len(digits) >= _LEAST_PHONE_DIGITS
        return [_begun(Kind.PHONE, digits[::-1])] if spread else []


def all_words(name: str) -> str:
    """The question for people whose names have all of these words, whole; "" where there is none."""
    return _all(_whole(Kind.NAME, word) for word in dict.fromkeys(plain_words(name)))


def whole_phone(number: str) -> str:
    """The question for people who have this very number; "" where there is none."""
    return _any(_whole(Kind.PHONE, digits) for digits in phone_words(number))


def _whole(kind: Kind, word: str) -> str:
    return f'"{kind}{word}"'


def _begun(kind: Kind, word: str) -> str:
    return f'"{kind}{word}" *'


def _all(parts: Iterable[str]) -> str:
    return " AND ".join(f"({part})" for part in parts)


def _any(parts: Iterable[str]) -> str:
    return " OR ".join(f"({part})" for part in parts)


def _as_written(word: _Word) -> str:
    if not word.marked:
        return _begun(Kind.NAME, word.plain)
    return _any(_begun(Kind.MARKED, way) for way in word.marked)


def _in(word: _Word, *kinds: Kind) -> str:
    ways = [_begun(kind, word.plain) for kind in kinds]
    if word.tail:
        ways.append(_begun(Kind.PHONE, word.tail))
    return _any(ways)
