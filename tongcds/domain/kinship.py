"""What a relation to the head of a household says about a person: sex, age beside the head's, least age.

The words are a table that a province may edit (`resources/quality/relations.csv`). What does not fit is a
doubt to look at, never a refusal: real families are more various than any table. Who asks is `quality`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from tongcds.domain.identity import FEMALE, MALE, Birth
from tongcds.domain.tables import Lines, read_some
from tongcds.domain.text import clean, fold
from tongcds.paths import resources_folder

HEAD: Final = "chủ hộ"
"""The relation word of the head itself."""

_SPOUSES: Final = frozenset({"vo", "chong"})


@dataclass(frozen=True, slots=True)
class Relation:
    """What a word says: the sex, and by how many years such a person is older than the head at least."""

    word: str
    sex: str | None = None
    older_by: int | None = None
    younger_by: int | None = None
    least_age: int = 0


class _Words(NamedTuple):
    """By the word as written, and by its folded form where somebody wrote no marks."""

    marked: dict[str, Relation]
    folded: dict[str, Relation]


@cache
def relation_lines(folder: Path | None = None) -> Lines[Relation]:
    """The lines of the table, with what is wrong in it."""
    path = (folder or resources_folder() / "quality") / "relations.csv"
    return read_some(path, Relation, key="word", refers={"sex": frozenset({FEMALE, MALE})})


@cache
def _relations(folder: Path | None = None) -> _Words:
    known = relation_lines(folder).rows
    folded: dict[str, Relation] = {}
    for one in known:
        folded.setdefault(fold(one.word), one)
    return _Words({clean(one.word).casefold(): one for one in known}, folded)


def relation_of(word: str, folder: Path | None = None) -> Relation | None:
    """What this word says; None for one that is not in the table. Marks count where they were written."""
    known = _relations(folder)
    return known.marked.get(clean(word).casefold()) or known.folded.get(fold(word))


def is_head_word(relation: str) -> bool:
    """Whether a relation says that the person is the head."""
    return fold(relation) in {"chu ho", "head", "head of household"}


def is_spouse_word(relation: str) -> bool:
    """Whether a relation says that the person is married to the head."""
    return fold(relation) in _SPOUSES


def differs_in_sex(relation: str, sex: str | None) -> bool:
    """Whether the word belongs to the other sex; nothing where the sex is not known."""
    known = relation_of(relation)
    return known is not None and None not in {known.sex, sex} and known.sex != sex


def differs_in_age(relation: str, birth: Birth | None, head_birth: Birth | None, age: int | None) -> bool:
    """Whether the ages of person and head do not fit the word; nothing where they are not known.

    Args:
        relation: the word as written.
        birth: of the person, as precise as known; years are compared.
        head_birth: of the head; None for the head itself.
        age: of the person today.
    """
    known = relation_of(relation)
    if known is None:
        return False
    if age is not None and age < known.least_age:
        return True
    if birth is None or head_birth is None:
        return False
    older = int(head_birth[:4]) - int(birth[:4])
    too_young = known.older_by is not None and older < known.older_by
    return too_young or (known.younger_by is not None and -older < known.younger_by)
