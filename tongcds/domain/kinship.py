"""Doubts about a person's place in a household: age and sex against what the relation to the head says.

Rules as data, for Vietnamese relation words with marks or none. A doubt is a code to look at, never a
refusal: real families are more various than any table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tongcds.domain.identity import FEMALE, MALE, Birth
from tongcds.domain.text import fold

HEAD: Final = "chủ hộ"
"""The relation word of the head itself."""

_YOUNGEST_PARENT: Final = 13
_YOUNGEST_SPOUSE: Final = 16
_YOUNGEST_HEAD: Final = 15
_OLDEST: Final = 110


@dataclass(frozen=True, slots=True)
class Rule:
    """What a relation says: the sex, and by how many years such a person is older than the head at least."""

    sex: str | None = None
    older_by: int | None = None
    younger_by: int | None = None
    least_age: int = 0


_CHILD: Final = Rule(younger_by=_YOUNGEST_PARENT)
_RULES: Final[dict[str, Rule]] = {
    "vo": Rule(FEMALE, least_age=_YOUNGEST_SPOUSE),
    "chong": Rule(MALE, least_age=_YOUNGEST_SPOUSE),
    "con": _CHILD,
    "con de": _CHILD,
    "con trai": Rule(MALE, younger_by=_YOUNGEST_PARENT),
    "con gai": Rule(FEMALE, younger_by=_YOUNGEST_PARENT),
    "con dau": Rule(FEMALE, least_age=_YOUNGEST_SPOUSE),
    "con re": Rule(MALE, least_age=_YOUNGEST_SPOUSE),
    "bo": Rule(MALE, older_by=_YOUNGEST_PARENT),
    "cha": Rule(MALE, older_by=_YOUNGEST_PARENT),
    "bo de": Rule(MALE, older_by=_YOUNGEST_PARENT),
    "me": Rule(FEMALE, older_by=_YOUNGEST_PARENT),
    "ma": Rule(FEMALE, older_by=_YOUNGEST_PARENT),
    "me de": Rule(FEMALE, older_by=_YOUNGEST_PARENT),
    "ong": Rule(MALE, older_by=2 * _YOUNGEST_PARENT),
    "ba": Rule(FEMALE, older_by=2 * _YOUNGEST_PARENT),
    "ong noi": Rule(MALE, older_by=2 * _YOUNGEST_PARENT),
    "ba noi": Rule(FEMALE, older_by=2 * _YOUNGEST_PARENT),
    "chau noi": Rule(younger_by=2 * _YOUNGEST_PARENT),
    "chau ngoai": Rule(younger_by=2 * _YOUNGEST_PARENT),
    "anh": Rule(MALE, older_by=0),
    "anh trai": Rule(MALE, older_by=0),
    "chi": Rule(FEMALE, older_by=0),
    "chi gai": Rule(FEMALE, older_by=0),
    "em trai": Rule(MALE, younger_by=0),
    "em gai": Rule(FEMALE, younger_by=0),
    "chu ho": Rule(least_age=_YOUNGEST_HEAD),
}  # fmt: skip


def is_head_word(relation: str) -> bool:
    """Whether a relation says that the person is the head."""
    return fold(relation) in {"chu ho", "head", "head of household"}


def doubts_about_relation(
    relation: str, *, sex: str | None, birth: Birth | None, head_birth: Birth | None, age: int | None
) -> tuple[str, ...]:
    """Codes of what does not fit: relation_sex, relation_age, age_unlikely; nothing where nothing is known.

    Args:
        relation: the word as written; one that is not in the table says nothing.
        sex: of the person.
        birth: of the person, as precise as known; years are compared.
        head_birth: of the head; None for the head itself.
        age: of the person today.
    """
    rule = _RULES.get(fold(relation), Rule())
    doubts = []
    if rule.sex is not None and sex is not None and sex != rule.sex:
        doubts.append("relation_sex")
    if _age_differs(rule, birth, head_birth) or (age is not None and age < rule.least_age):
        doubts.append("relation_age")
    if age is not None and age > _OLDEST:
        doubts.append("age_unlikely")
    return tuple(doubts)


def _age_differs(rule: Rule, birth: Birth | None, head_birth: Birth | None) -> bool:
    if birth is None or head_birth is None:
        return False
    older = int(head_birth[:4]) - int(birth[:4])
    too_young = rule.older_by is not None and older < rule.older_by
    return too_young or (rule.younger_by is not None and -older < rule.younger_by)
