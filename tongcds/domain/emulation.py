"""Emulation: criteria of a campaign, what was said of each, sums and places.

Pure values; records are read by `storage.emulation`. Each score is somebody's word on one criterion and names
the words that its author had seen (`domain.steps`), so two who score at once are both heard.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Protocol, TypeVar

from tongcds.domain.report_types import Level
from tongcds.domain.steps import last_words
from tongcds.domain.targets import read_amount
from tongcds.errors import UserError
from tongcds.i18n import format_number

MOST_CRITERIA: Final = 40
LONGEST_NAME: Final = 300
LONGEST_TEXT: Final = 1_000
"""Letters of a title or the name of a criterion; of what a campaign is about, of evidence, of merits."""

LARGEST_POINTS: Final = Decimal(1_000)
DECIMALS: Final = 2

_BETWEEN: Final = re.compile(r"\t|;")
_INDICATOR: Final = re.compile(r"[A-Za-z]{3}\d{2}")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a score sheet. `code` stays with its name from one version of a campaign to the next.

    `indicator`: the figure that speaks for it, or "".
    """

    code: str
    name: str
    most: Decimal
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A version of a campaign as its record has it; `after` names those that it stands in for."""

    campaign_id: bytes
    unit_id: bytes
    unit: str
    title: str
    text: str
    level: Level
    asked: tuple[bytes, ...]
    plan_no: str
    dated: date | None
    first: date
    last: date
    due_on: date
    mid_on: date | None
    final_on: date | None
    criteria: tuple[Criterion, ...]
    on: date | None
    by: str
    after: tuple[bytes, ...]

    @property
    def step_id(self) -> bytes:
        """Its record, as `domain.steps` calls it."""
        return self.campaign_id

    @property
    def most(self) -> Decimal:
        """The points that can be had at all."""
        return sum((one.most for one in self.criteria), Decimal(0))

    def asks(self, unit_id: bytes) -> bool:
        """Whether a unit of its level takes part."""
        return not self.asked or unit_id in self.asked


@dataclass(frozen=True, slots=True)
class Score:
    """What somebody said of one criterion."""

    step_id: bytes
    criterion: str
    points: Decimal
    text: str
    on: date | None
    by: str
    after: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """What holds of one criterion: the last words on it. Two different numbers at once: `contrary`."""

    words: tuple[Score, ...]

    @property
    def contrary(self) -> bool:
        """Whether two people scored it differently without knowing of each other."""
        return len({one.points for one in self.words}) > 1

    @property
    def points(self) -> Decimal | None:
        """The points, where they are not in question."""
        return None if self.contrary or not self.words else self.words[-1].points

    @property
    def text(self) -> str:
        """What was said to it, by each who did."""
        return "\n".join(dict.fromkeys(one.text for one in self.words if one.text))


NOT_SCORED: Final = Scored(())


def scored(scores: Iterable[Score]) -> Mapping[str, Scored]:
    """What holds of each criterion, from scores in the order in which they came."""
    by_criterion: defaultdict[str, list[Score]] = defaultdict(list)
    for one in scores:
        by_criterion[one.criterion].append(one)
    return {code: Scored(last_words(said)) for code, said in by_criterion.items()}


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line of a score sheet as it was handed up; `figure` in words, "" without an indicator."""

    criterion: Criterion
    points: Decimal
    text: str = ""
    figure: str = ""


@dataclass(frozen=True, slots=True)
class SheetContent:
    """What a score sheet says."""

    title: str
    lines: tuple[SheetLine, ...]

    @property
    def points(self) -> Decimal:
        """The sum of the own points."""
        return sum((one.points for one in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class Pair:
    """Own points of a criterion, and those after appraisal."""

    own: Decimal
    final: Decimal


@dataclass(frozen=True, slots=True)
class ResultRow:
    """The final score of one unit; `pairs` in the order of the criteria, empty where there was no room."""

    unit_id: bytes
    unit: str
    place: int
    own: Decimal
    final: Decimal
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultContent:
    """What was published: `missing` are the units that have no appraised score sheet."""

    title: str
    criteria: tuple[Criterion, ...]
    rows: tuple[ResultRow, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Total:
    """A unit with its sums, before it has a place."""

    unit_id: bytes
    unit: str
    own: Decimal
    final: Decimal
    pairs: tuple[Pair, ...] = ()


def placed(totals: Sequence[Total]) -> tuple[ResultRow, ...]:
    """Units in their places, the most points first; as many points have the same place."""
    ordered = sorted(totals, key=lambda one: -one.final)
    return tuple(
        ResultRow(
            one.unit_id,
            one.unit,
            1 + sum(other.final > one.final for other in ordered),
            one.own,
            one.final,
            one.pairs,
        )
        for one in ordered
    )


class Version(Protocol):
    """Something that names what it stands in for."""

    @property
    def step_id(self) -> bytes:
        """Its record."""
        ...

    @property
    def after(self) -> tuple[bytes, ...]:
        """What it stands in for."""
        ...


OneVersion = TypeVar("OneVersion", bound=Version)


def versions_of(one: OneVersion, every: Iterable[OneVersion]) -> tuple[OneVersion, ...]:
    """A version and all that it stands in for, however far back, itself first."""
    known = {other.step_id: other for other in every}
    found: dict[bytes, OneVersion] = {}
    ahead = [one]
    while ahead:
        at = ahead.pop(0)
        if at.step_id not in found:
            found[at.step_id] = at
            ahead += [known[before] for before in at.after if before in known]
    return tuple(found.values())


def with_codes(criteria: Sequence[Criterion], before: Sequence[Criterion]) -> tuple[Criterion, ...]:
    """Criteria with their codes: those of the version before by their names, new numbers for the others."""
    known = {one.name: one.code for one in before}
    number = max((int(one.code) for one in before if one.code.isdigit()), default=0)
    coded = []
    for one in criteria:
        code = known.pop(one.name, "")
        if not code:
            number += 1
            code = str(number)
        coded.append(Criterion(code, one.name, one.most, one.indicator))
    return tuple(coded)


def read_criteria(text: str) -> tuple[Criterion, ...]:
    """Criteria as people type or paste them, one a line: name; points, or name; points; indicator.

    Between them stands a semicolon or, from a spreadsheet, a tab; a name may have semicolons of its own.

    Raises:
        UserError: criteria_unreadable.
    """
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        parts = [part.strip() for part in _BETWEEN.split(line)]
        while len(parts) > 1 and not parts[-1]:
            parts.pop()
        indicator = parts.pop().upper() if len(parts) > 1 and _INDICATOR.fullmatch(parts[-1]) else ""
        points = read_amount(parts.pop()) if len(parts) > 1 else None
        if points is None:
            raise UserError("criteria_unreadable", line=line)
        found.append(Criterion("", "; ".join(parts), points, indicator))
    return tuple(found)


def criteria_words(criteria: Iterable[Criterion]) -> str:
    """The inverse of `read_criteria`."""
    return "\n".join(
        "; ".join(filter(None, (one.name, format_number(one.most), one.indicator))) for one in criteria
    )
