"""Difficulties as the screens show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from tongcds.domain.difficulties import Stage, Step
from tongcds.domain.words import Standing

LONGEST: Final = 2_000
"""Letters of what is told, and of an answer."""


@dataclass(frozen=True, slots=True)
class DifficultyText:
    """What somebody tells; nobody is named in it."""

    kind: str
    text: str
    place: str = ""
    cause: str = ""
    done: str = ""
    proposal: str = ""


@dataclass(frozen=True, slots=True)
class DifficultyRow:
    """A difficulty and where it stands.

    `owner` "" is the unit itself. `joined_with`: the one that says the same and is answered for both; `joins`
    are those that were joined with this one. `mine`: the own unit told it; `asked`: it has to answer.
    `may_act`: it may speak on it.
    """

    difficulty_id: bytes
    unit_id: bytes
    unit: str
    says: DifficultyText
    kind: str
    on: date | None
    by: str
    stage: Stage
    owner: str
    due_on: date | None
    answer: str
    steps: tuple[Step, ...]
    joined_with: bytes | None
    joins: tuple[bytes, ...]
    mine: bool
    asked: bool
    may_act: bool
    standing: Standing


@dataclass(frozen=True, slots=True)
class DifficultiesView:
    """All that this computer knows of; `above` is the unit that one is passed on to, or ""."""

    on: date
    unit: str
    rows: tuple[DifficultyRow, ...]
    above: str


@dataclass(frozen=True, slots=True)
class DifficultyList:
    """Those of `unit` and below that were open within a period, as they stood at its end.

    `within` is the commune of each village, for whoever is above communes.
    """

    unit: str
    period: str
    first: date
    last: date
    rows: tuple[DifficultyRow, ...]
    within: Mapping[bytes, str]
