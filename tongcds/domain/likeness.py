"""How alike two names are, as far as hands that type from paper go: a letter wrong, a word left out.

Which records are compared, and what else has to agree, is the caller's: `storage.lookalikes` while somebody
types, `storage.duplicates` for the whole register.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tongcds.domain.text import fold, tone_fold

ALIKE: Final = 0.85
"""From here on two names may be one that was written twice: one slip in a name of seven letters or more."""

_WORD_LEFT_OUT: Final = 0.9


@dataclass(frozen=True, slots=True)
class _Name:
    words: tuple[str, ...]
    joined: str
    letters: frozenset[str]


# While somebody types, the same thousand names are compared at each pause.
@lru_cache(maxsize=4096)
def _read(name: str) -> _Name:
    words = tuple(fold(name).split())
    joined = "".join(words)
    return _Name(words, joined, frozenset(joined))


def likeness(one: str, other: str) -> float:
    """How alike two names of people are, from 0 to 1; 0 also for any that are less alike than `ALIKE`.

    1 for the same words in any order, where the marks do not contradict each other: a name without marks goes
    with any. A middle name that is missing on one side costs a tenth. Otherwise each letter that is missing,
    extra, wrong or swapped with its neighbour costs its share of the longer name, and so does a word whose
    marks are others ("Hùng" and "Hưng"). Spaces do not count: many leave them out.
    """
    first, second = _read(one), _read(other)
    longest = max(len(first.joined), len(second.joined))
    if not first.joined or not second.joined:
        return 0.0
    if sorted(first.words) == sorted(second.words):
        return 1.0 - _contradictions(one, other) / longest
    if _one_without_middle_names(first.words, second.words):
        return _WORD_LEFT_OUT
    # Each slip changes the length by one and the letters that occur by two at most.
    most = int((1 - ALIKE) * longest)
    if abs(len(first.joined) - len(second.joined)) > most or len(first.letters ^ second.letters) > 2 * most:
        return 0.0
    found = slips(first.joined, second.joined)
    return 1.0 - found / longest if found <= most else 0.0


def _contradictions(one: str, other: str) -> int:
    """Words that carry marks on both sides and are not the same with them."""
    marked, beside = sorted(tone_fold(one).split(), key=fold), sorted(tone_fold(other).split(), key=fold)
    return sum(
        a != b and fold(a) not in {a, b} and fold(a) == fold(b) for a, b in zip(marked, beside, strict=False)
    )


def _one_without_middle_names(words: tuple[str, ...], others: tuple[str, ...]) -> bool:
    short, long = sorted((words, others), key=len)
    ends = len(short) > 1 and (short[0], short[-1]) == (long[0], long[-1])
    left = iter(long)
    return ends and len(short) < len(long) and all(word in left for word in short)


def slips(one: str, other: str) -> int:
    """How many letters are missing, extra, wrong or swapped with their neighbour between two texts.

    All of a column of the table of distances is kept in the bits of one number, after Hyyrö (2003): a
    register has a thousand names to compare while somebody types.
    """
    if not one:
        return len(other)
    places: dict[str, int] = {}
    for at, letter in enumerate(one):
        places[letter] = places.get(letter, 0) | 1 << at
    whole = (1 << len(one)) - 1
    last = 1 << (len(one) - 1)
    up, down, same, before, count = whole, 0, 0, 0, len(one)
    for letter in other:
        fits = places.get(letter, 0)
        swapped = ((~same & fits) << 1) & before
        same = ((((fits & up) + up) ^ up) | fits | down | swapped) & whole
        right = down | (~(same | up) & whole)
        left = same & up
        if right & last:
            count += 1
        elif left & last:
            count -= 1
        right = (right << 1) | 1
        left <<= 1
        up = (left | ~(same | right)) & whole
        down = right & same & whole
        before = fits
    return count
