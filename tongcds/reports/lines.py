"""What the rows of a statement say of each formula; the statement itself is `reports.counting`'s."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, NamedTuple

from tongcds.domain.formulas import Formula, Of
from tongcds.reports import looks
from tongcds.reports.sheets import Breakdown


@dataclass(frozen=True, slots=True)
class Line:
    """What was counted for one formula in one place, period and group, before it becomes a `Count`."""

    span: int
    village: bytes
    by: Breakdown | None
    group: str
    indicator: str
    looked: int
    numerator: int
    denominator: int
    records: int
    ids: int


class About(IntEnum):
    """What a row says, and what its `at` is."""

    ALIKE = 0
    """How many subjects give the same answers: the bits of these."""
    DIFFERENT = 1
    """How many people are behind supports or attendances, each once: the place of a formula."""
    SIGNS = 2
    """What signs say of subjects: the place of a formula."""
    AMOUNT = 3
    """What subjects come to together, minutes: the place of a formula."""


OF_DIFFERENT: Final = frozenset({Of.SUPPORTED, Of.ATTENDERS})
OF_AMOUNTS: Final = frozenset({Of.SESSION_MINUTES})


class Row(NamedTuple):
    """A row of the statement. `looked` of `ALIKE` is how many there are."""

    part: int
    about: int
    at: int
    span: int
    village: bytes
    group: str
    looked: Any
    numerator: Any
    records: Any
    ids: Any
    whole: Any


@dataclass(slots=True)
class _Sums:
    """Of one formula in one place, period and group: as in `Line`."""

    looked: int = 0
    numerator: int = 0
    denominator: int = 0
    records: int = 0
    ids: int = 0


def added_up(formulas: Sequence[Formula], rows: Sequence[Row]) -> dict[tuple[int, bytes, str], list[_Sums]]:
    """What the rows of a part say of each of its formulas, by period, place and group."""
    sums: dict[tuple[int, bytes, str], list[_Sums]] = {}
    ways = bits_of(formulas)
    for row in rows:
        several = sums.setdefault((row.span, row.village, row.group), [_Sums() for _ in formulas])
        if row.about == About.ALIKE:
            for its, bits in zip(several, ways, strict=True):
                _add_alike(its, row, bits)
        else:
            its, narrows = several[row.at], looks.narrows(formulas[row.at])
            its.numerator = int(row.numerator or 0)
            if row.about == About.SIGNS:
                its.looked, its.records, its.ids = (int(n or 0) for n in (row.looked, row.records, row.ids))
                its.denominator = int(row.whole or 0) if narrows else its.denominator
    return sums


class Bits(NamedTuple):
    """Which answers say that a subject is in the whole, known, counted, has a record behind; 0: none does."""

    whole: int
    known: int
    counted: int
    behind: int


def bits_of(formulas: Sequence[Formula]) -> list[Bits]:
    """For each formula; what signs say is not for the subjects to say."""
    bit = {question: 1 << at for at, question in enumerate(looks.questions(formulas))}
    found = []
    for formula in formulas:
        whole = 0 if looks.narrows(formula) else bit[looks.attributes(formula)[0]]
        if looks.looks_of(formula):
            found.append(Bits(whole, 0, 0, 0))
        else:
            behind = bit[looks.counted_alone(formula)]
            counted = 0 if formula.of in OF_DIFFERENT | OF_AMOUNTS else behind
            found.append(Bits(whole, bit[looks.known_if_counted(formula)], counted, behind))
    return found


def _add_alike(its: _Sums, row: Row, bits: Bits) -> None:
    many = int(row.looked)
    its.denominator += many if row.at & bits.whole else 0
    its.looked += many if row.at & bits.known else 0
    its.numerator += many if row.at & bits.counted else 0
    if row.at & bits.behind:
        its.records += many
        its.ids += int(row.ids or 0)
