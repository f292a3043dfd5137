"""What people are to a new head of household, where that follows from what they were to the one before.

`resources/quality/head_changes.csv` is the table, and a province may edit it. Where it has no row, or a row
asks for a sex or an age that is not known, nobody guesses: the relation becomes `UNKNOWN`, and `quality`
points at it until somebody asked the household.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from tongcds.domain.identity import FEMALE, MALE
from tongcds.domain.kinship import HEAD, is_head_word, relation_of
from tongcds.domain.tables import Lines, read_some
from tongcds.domain.text import clean
from tongcds.paths import resources_folder

UNKNOWN: Final = "chưa rõ"
"""The word for a relation that nobody has asked about yet."""

OLDER, YOUNGER = "older", "younger"

_SEXES: Final = frozenset({FEMALE, MALE})


@dataclass(frozen=True, slots=True)
class Kin:
    """Somebody as far as this table looks; `birth` as precise as known, "" where it is not."""

    relation: str
    sex: str
    birth: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadChange:
    """One row: with such a new head, whoever was `relation` to the old head becomes `becomes`.

    `new_head` and `relation` are words of `kinship`, those to the old head; `old_head_sex`, `sex` (of the
    person) and `than` (older or younger than the new head) narrow it where they are given.
    """

    code: str
    new_head: tuple[str, ...]
    old_head_sex: str = ""
    relation: tuple[str, ...]
    sex: str = ""
    than: str = ""
    becomes: str


@cache
def head_change_lines(folder: Path | None = None) -> Lines[HeadChange]:
    """The lines of the table, with what is wrong in it."""
    path = (folder or resources_folder() / "quality") / "head_changes.csv"
    refers = {"old_head_sex": _SEXES, "sex": _SEXES, "than": frozenset({OLDER, YOUNGER})}
    return read_some(path, HeadChange, refers=refers)


def load_head_changes(folder: Path | None = None) -> tuple[HeadChange, ...]:
    """The rows in their order, without those that make no sense; the first that fits counts."""
    return head_change_lines(folder).rows


def relation_to(new_head: Kin, person: Kin, old_head_sex: str) -> str:
    """What somebody is to the new head; `UNKNOWN` where it does not follow, "" where nobody knew before.

    Args:
        new_head: as related to the old head.
        person: likewise; the old head by the word for a head.
        old_head_sex: "" where it is not known.
    """
    if not clean(person.relation):
        return ""
    wanted, was = _word(new_head.relation), _word(person.relation)
    for row in load_head_changes():
        if (
            wanted in row.new_head
            and was in row.relation
            and row.old_head_sex in {"", old_head_sex}
            and row.sex in {"", _sex(person)}
            and row.than in {"", _than(person.birth, new_head.birth)}
        ):
            return row.becomes
    return UNKNOWN


def _word(relation: str) -> str:
    """The word as the table of relations writes it; as it stands where it has none."""
    if is_head_word(relation):
        return HEAD
    known = relation_of(relation)
    return known.word if known is not None else clean(relation).casefold()


def _sex(person: Kin) -> str:
    known = relation_of(person.relation)
    said = known.sex if known is not None else None
    return said or (person.sex if person.sex in {FEMALE, MALE} else "?")


def _than(birth: str, other: str) -> str:
    """Older or younger, as far as both births are known; "?" where they do not tell."""
    length = min(len(birth), len(other))
    if not length or birth[:length] == other[:length]:
        return "?"
    return OLDER if birth < other else YOUNGER
