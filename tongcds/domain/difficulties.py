"""Difficulties and obstacles: what they are about, who has to answer, and where one stands by its steps.

Pure values; records are read by `storage.difficulties`. A difficulty goes up level by level; whoever was
asked answers, and the answer is read by all who passed it on. The same one told by several units can be
joined: each stays as it was told, and an answer to one is an answer to all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tongcds.domain.steps import last_words
from tongcds.domain.tables import read_table
from tongcds.i18n import N_
from tongcds.paths import resources_folder


class Word(StrEnum):
    """What a step says."""

    PASSED = "passed"
    ANSWERED = "answered"
    CLOSED = "closed"
    REOPENED = "reopened"
    JOINED = "joined"
    PARTED = "parted"


class Stage(StrEnum):
    """Where a difficulty stands."""

    OPEN = "open"
    ASKED = "asked"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    CLOSED = "closed"
    CONTRARY = "contrary"


STAGE_WORDS: Final = MappingProxyType(
    {
        Stage.OPEN: N_("not passed on"),
        Stage.ASKED: N_("waits for an answer"),
        Stage.OVERDUE: N_("answer is overdue"),
        Stage.ANSWERED: N_("answered"),
        Stage.CLOSED: N_("settled"),
        Stage.CONTRARY: N_("two contrary words"),
    }
)
"""Stages in words."""

STEP_WORDS: Final = MappingProxyType(
    {
        Word.PASSED: N_("passed on"),
        Word.ANSWERED: N_("answered"),
        Word.CLOSED: N_("settled"),
        Word.REOPENED: N_("opened again"),
        Word.JOINED: N_("joined"),
        Word.PARTED: N_("parted again"),
    }
)
"""Steps in words."""

_ABOUT_JOINING: Final = frozenset({Word.JOINED, Word.PARTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a difficulty is about."""

    code: str
    name_vi: str
    name_en: str

    def name(self, language: str) -> str:
        """What it is called, in "vi" or "en"."""
        return self.name_vi if language == "vi" else self.name_en


@cache
def load_kinds(folder: Path | None = None) -> MappingProxyType[str, Kind]:
    """Kinds by code, in the order in which they are offered.

    Raises:
        UserError: the table has a mistake; the parameters say where.
    """
    rows = read_table((folder or resources_folder() / "difficulties") / "kinds.csv", Kind)
    return MappingProxyType({row.code: row for row in rows})


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `sender` is the unit that took it, `to_id` the one that was asked, with its name in `to`."""

    step_id: bytes
    word: Word
    text: str
    sender: str
    to_id: bytes | None
    to: str
    due_on: date | None
    other_id: bytes | None
    on: date | None
    by: str
    after: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a difficulty stands: whoever has to act (None: the unit that told it) and until when."""

    stage: Stage
    owner_id: bytes | None
    owner: str
    due_on: date | None
    answer: str


def standing_of(steps: Sequence[Step], on: date) -> Standing:
    """Where a difficulty stands on a day, from its steps in the order in which they came.

    Of steps that nobody has seen since, two that differ are two contrary words; joining is no word on it.
    """
    said = [one for one in steps if one.word not in _ABOUT_JOINING]
    last = last_words(said)
    asked = next((one for one in reversed(said) if one.word is Word.PASSED), None)
    answers = [one.text for one in said if one.word is Word.ANSWERED and one.text]
    owner_id, owner, due_on = (None, "", None) if asked is None else (asked.to_id, asked.to, asked.due_on)
    words = {(one.word, one.to_id) for one in last}
    if len(words) > 1:
        stage = Stage.CONTRARY
    elif not last or last[0].word in {Word.REOPENED, Word.PASSED}:
        stage = _waiting(asked, due_on, on)
    else:
        stage = Stage(last[0].word.value)
    return Standing(stage, owner_id, owner, due_on, answers[-1] if answers else "")


def taken_by(steps: Iterable[Step], day: date) -> tuple[Step, ...]:
    """The steps that were taken up to a day; of one without a day nobody knows better."""
    return tuple(one for one in steps if one.on is None or one.on <= day)


def followed_by(steps: Iterable[Step], word: Word) -> tuple[Step, ...]:
    """The steps that one with this word is taken after: joining leaves the last word on it what it was."""
    about_joining = word in _ABOUT_JOINING
    return last_words(one for one in steps if (one.word in _ABOUT_JOINING) is about_joining)


def _waiting(asked: Step | None, due_on: date | None, on: date) -> Stage:
    if asked is None:
        return Stage.OPEN
    return Stage.OVERDUE if due_on is not None and on > due_on else Stage.ASKED


def joined_with(steps: Iterable[Step]) -> bytes | None:
    """The difficulty that this one was joined with last; None where it stands alone."""
    found: bytes | None = None
    for one in steps:
        if one.word is Word.JOINED:
            found = one.other_id
        elif one.word is Word.PARTED:
            found = None
    return found
