"""Doubts about a household as it stands: rules as data, one engine for the form, the commands and the vault.

A rule is a row of `resources/quality/rules.csv`: which check, of what, with which limit, and the sentence. A
province may change limits and words or take rules out. A doubt is never a refusal. Where households come from
is the caller's business: `storage.quality` reads whole vaults, `forms.household` what is being typed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tongcds.domain.facts import Subject, fact_lines, load_facts
from tongcds.domain.identity import age_on, doubts_about_id, is_future, read_id_number, read_phone
from tongcds.domain.kinship import differs_in_age, differs_in_sex, is_head_word, is_spouse_word
from tongcds.domain.kinship_change import UNKNOWN
from tongcds.domain.tables import Lines, read_some
from tongcds.domain.text import fold
from tongcds.errors import UserError
from tongcds.i18n import language
from tongcds.paths import resources_folder

_SAID: Final = 8
_CITIZEN_ID_DIGITS: Final = 12
_OLD_ID_DIGITS: Final = 9
_PHONES: Final = ("smartphone", "phone_2g")
_BEFORE_DAY: Final = "visit_before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Something that is looked for. `code` never changes its meaning: what was settled names it.

    `field` is where whoever mends it begins; `fact`, `other` and `limit` are what the check asks for.
    """

    code: str
    subject: Subject
    check: str
    field: str
    fact: str = ""
    other: str = ""
    limit: int = 0
    name_vi: str
    name_en: str
    words_vi: str
    words_en: str

    def name(self) -> str:
        """What the rule is called, in the language of the screen."""
        return self.name_vi if language() == "vi" else self.name_en

    def words(self) -> str:
        """What is doubtful, as a sentence in the language of the screen."""
        words = self.words_vi if language() == "vi" else self.words_en
        return words.replace("{limit}", str(self.limit))


@dataclass(frozen=True, slots=True)
class Member:
    """A person as far as the rules look. `same_id` and `same_phone` are people and households elsewhere."""

    person_id: bytes
    birth: str | None = None
    sex: str | None = None
    relation: str = ""
    id_number: str = ""
    phone: str = ""
    facts: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    first_seen: str | None = None
    last_seen: str | None = None
    same_id: int = 0
    same_phone: int = 0
    joined_on: str | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """A household with the people who live there now. Days of visits are ISO dates."""

    household_id: bytes
    head_id: bytes | None
    people: tuple[Member, ...]
    village_known: bool = True
    code: str = ""
    same_code: int = 0
    first_visit: str | None = None
    last_visit: str | None = None

    @property
    def head(self) -> Member | None:
        """The head, where that is somebody who lives here."""
        return next((one for one in self.people if one.person_id == self.head_id), None)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A rule that a record does not keep. `said` stands for the values that it rests upon: others, other."""

    rule: Rule
    subject_id: bytes
    said: bytes


# What the doubt rests upon, or None where there is none.
_Said = tuple[str, ...] | None


def _born_after_today(_rule: Rule, _home: Home, who: Member, today: date) -> _Said:
    return (who.birth,) if who.birth and is_future(who.birth, today) else None


def _older_than(rule: Rule, _home: Home, who: Member, today: date) -> _Said:
    age = age_on(who.birth, today)
    return (who.birth or "",) if age is not None and age > rule.limit else None


def _relation_sex(_rule: Rule, _home: Home, who: Member, _today: date) -> _Said:
    return (who.relation, who.sex or "") if differs_in_sex(who.relation, who.sex) else None


def _relation_age(_rule: Rule, home: Home, who: Member, today: date) -> _Said:
    head = home.head
    beside = head.birth if head is not None and head is not who else None
    wrong = differs_in_age(who.relation, who.birth, beside, age_on(who.birth, today))
    return (who.relation, who.birth or "", beside or "") if wrong else None


def _relation_unknown(_rule: Rule, home: Home, who: Member, _today: date) -> _Said:
    asked = fold(who.relation) == fold(UNKNOWN) and who.person_id != home.head_id
    return (who.relation,) if asked else None


def _id_zero_lost(_rule: Rule, _home: Home, who: Member, _today: date) -> _Said:
    lost = who.id_number.isdecimal() and len(who.id_number) == _CITIZEN_ID_DIGITS - 1
    return (who.id_number,) if lost else None


def _id_form(rule: Rule, home: Home, who: Member, today: date) -> _Said:
    whole = who.id_number.isdecimal() and len(who.id_number) in {_CITIZEN_ID_DIGITS, _OLD_ID_DIGITS}
    if not who.id_number or whole or _id_zero_lost(rule, home, who, today):
        return None
    return (who.id_number,)


def _id_doubt(code: str) -> Callable[[Rule, Home, Member, date], _Said]:
    def check(_rule: Rule, _home: Home, who: Member, _today: date) -> _Said:
        if not (who.id_number.isascii() and who.id_number.isdecimal()):
            return None
        doubts = doubts_about_id(who.id_number, sex=who.sex, birth=who.birth)
        return (who.id_number, who.sex or "", who.birth or "") if code in doubts else None

    return check


def _id_shared(_rule: Rule, _home: Home, who: Member, _today: date) -> _Said:
    return (who.id_number,) if who.id_number and who.same_id else None


def _phone_form(_rule: Rule, _home: Home, who: Member, _today: date) -> _Said:
    return (who.phone,) if who.phone and read_phone(who.phone).number is None else None


def _phone_old(_rule: Rule, _home: Home, who: Member, _today: date) -> _Said:
    return (who.phone,) if "phone_old_prefix" in read_phone(who.phone).findings else None


def _phone_landline(_rule: Rule, _home: Home, who: Member, _today: date) -> _Said:
    return (who.phone,) if (read_phone(who.phone).number or "").startswith("02") else None


def _phone_shared(rule: Rule, _home: Home, who: Member, _today: date) -> _Said:
    return (who.phone,) if who.phone and who.same_phone > rule.limit else None


def _fact_under_age(rule: Rule, _home: Home, who: Member, today: date) -> _Said:
    age = age_on(who.birth, today)
    young = age is not None and age < rule.limit
    return (who.birth or "", rule.fact) if young and who.facts.get(rule.fact) else None


def _fact_with_old_card(rule: Rule, _home: Home, who: Member, _today: date) -> _Said:
    old = len(read_id_number(who.id_number).number or "") == _OLD_ID_DIGITS
    return (who.id_number, rule.fact) if old and who.facts.get(rule.fact) else None


def _fact_against_fact(rule: Rule, _home: Home, who: Member, _today: date) -> _Said:
    both = who.facts.get(rule.fact) and who.facts.get(rule.other)
    return (rule.fact, rule.other) if both else None


def _fact_without_fact(rule: Rule, _home: Home, who: Member, _today: date) -> _Said:
    without = who.facts.get(rule.fact) and who.facts.get(rule.other) is False
    return (rule.fact, rule.other) if without else None


def _fact_without_phone(rule: Rule, _home: Home, who: Member, _today: date) -> _Said:
    smart, old = (who.facts.get(phone) for phone in _PHONES)
    none = smart is False and not old and not who.phone
    return (rule.fact,) if none and who.facts.get(rule.fact) else None


def _seen_before_birth(_rule: Rule, _home: Home, who: Member, _today: date) -> _Said:
    if not who.birth or not who.first_seen or who.first_seen[: len(who.birth)] >= who.birth:
        return None
    return (who.birth, who.first_seen)


def _seen_after_today(_rule: Rule, _home: Home, who: Member, today: date) -> _Said:
    return (who.last_seen,) if who.last_seen and who.last_seen > today.isoformat() else None


def _joined_before_birth(_rule: Rule, _home: Home, who: Member, _today: date) -> _Said:
    if not who.birth or not who.joined_on or who.joined_on[: len(who.birth)] >= who.birth:
        return None
    return (who.birth, who.joined_on)


def _joined_after_today(_rule: Rule, _home: Home, who: Member, today: date) -> _Said:
    return (who.joined_on,) if who.joined_on and who.joined_on > today.isoformat() else None


def _no_such_birth(_rule: Rule, _home: Home, who: Member, _today: date) -> _Said:
    """Another laptop, or a file, may have brought what is no day."""
    if not who.birth:
        return None
    try:
        date.fromisoformat(who.birth + "0000-01-01"[len(who.birth) :])
    except ValueError:
        return (who.birth,)
    return None


def _no_people(_rule: Rule, home: Home, _today: date) -> _Said:
    return None if home.people else ("",)


def _head_missing(_rule: Rule, home: Home, _today: date) -> _Said:
    return ("",) if home.people and home.head is None else None


def _two_heads(_rule: Rule, home: Home, _today: date) -> _Said:
    others = [one for one in home.people if one.person_id != home.head_id and is_head_word(one.relation)]
    return tuple(sorted(one.person_id.hex() for one in others)) if others and home.head is not None else None


def _two_spouses(_rule: Rule, home: Home, _today: date) -> _Said:
    spouses = sorted(one.person_id.hex() for one in home.people if is_spouse_word(one.relation))
    return tuple(spouses) if len(spouses) > 1 else None


def _village_unknown(_rule: Rule, home: Home, _today: date) -> _Said:
    return None if home.village_known else ("",)


def _code_shared(_rule: Rule, home: Home, _today: date) -> _Said:
    return (home.code,) if home.code and home.same_code else None


def _visit_before(rule: Rule, home: Home, _today: date) -> _Said:
    return (home.first_visit,) if home.first_visit and home.first_visit < rule.other else None


def _visit_after_today(_rule: Rule, home: Home, today: date) -> _Said:
    return (home.last_visit,) if home.last_visit and home.last_visit > today.isoformat() else None


_OF_PERSON: Final[Mapping[str, Callable[[Rule, Home, Member, date], _Said]]] = {
    "born_after_today": _born_after_today,
    "older_than": _older_than,
    "relation_sex": _relation_sex,
    "relation_age": _relation_age,
    "relation_unknown": _relation_unknown,
    "id_zero_lost": _id_zero_lost,
    "id_form": _id_form,
    "id_place": _id_doubt("id_unknown_place"),
    "id_sex": _id_doubt("id_sex_mismatch"),
    "id_birth": _id_doubt("id_birth_mismatch"),
    "id_shared": _id_shared,
    "phone_form": _phone_form,
    "phone_old": _phone_old,
    "phone_landline": _phone_landline,
    "phone_shared": _phone_shared,
    "fact_under_age": _fact_under_age,
    "fact_with_old_card": _fact_with_old_card,
    "fact_against_fact": _fact_against_fact,
    "fact_without_fact": _fact_without_fact,
    "fact_without_phone": _fact_without_phone,
    "seen_before_birth": _seen_before_birth,
    "seen_after_today": _seen_after_today,
    "joined_before_birth": _joined_before_birth,
    "joined_after_today": _joined_after_today,
    "no_such_birth": _no_such_birth,
}
_OF_HOUSEHOLD: Final[Mapping[str, Callable[[Rule, Home, date], _Said]]] = {
    "no_people": _no_people,
    "head_missing": _head_missing,
    "two_heads": _two_heads,
    "two_spouses": _two_spouses,
    "village_unknown": _village_unknown,
    "code_shared": _code_shared,
    _BEFORE_DAY: _visit_before,
    "visit_after_today": _visit_after_today,
}


@cache
def rule_lines(folder: Path | None = None) -> Lines[Rule]:
    """The lines of the table, with what is wrong in it."""
    path = (folder or resources_folder() / "quality") / "rules.csv"
    facts = {"fact": load_facts()}
    found = read_some(path, Rule, refers=facts, lost={"fact": fact_lines().lost})
    kept = {line: rule for line, rule in zip(found.numbers, found.rows, strict=True) if not _wrong_in(rule)}
    wrong = tuple(
        UserError(code, file=path.name, line=line, column=column, value=getattr(rule, column))
        for line, rule in zip(found.numbers, found.rows, strict=True)
        for column, code in _wrong_in(rule)
    )
    return replace(found, rows=tuple(kept.values()), numbers=tuple(kept), problems=(*found.problems, *wrong))


def _wrong_in(rule: Rule) -> list[tuple[str, str]]:
    """Columns that make no sense together with the others, and what is wrong."""
    if rule.check not in (_OF_PERSON if rule.subject is Subject.PERSON else _OF_HOUSEHOLD):
        return [("check", "table_reference_unknown")]
    if rule.check == _BEFORE_DAY:
        return [] if _is_day(rule.other) else [("other", "table_value_wrong")]
    known = {"", *load_facts(), *fact_lines().lost}
    return [] if rule.other in known else [("other", "table_reference_unknown")]


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@cache
def load_rules(folder: Path | None = None) -> Mapping[str, Rule]:
    """All rules by code, in the order of the table; lines that make no sense are left out."""
    return MappingProxyType({rule.code: rule for rule in rule_lines(folder).rows})


def doubts(home: Home, today: date) -> Iterator[Doubt]:
    """Everything about a household that should be looked at once more, in the order of the rules."""
    for rule in load_rules().values():
        if rule.subject is Subject.HOUSEHOLD:
            said = _OF_HOUSEHOLD[rule.check](rule, home, today)
            if said is not None:
                yield Doubt(rule, home.household_id, _digest(rule, said))
            continue
        check = _OF_PERSON[rule.check]
        for who in home.people:
            said = check(rule, home, who, today)
            if said is not None:
                yield Doubt(rule, who.person_id, _digest(rule, said))


def doubts_about_facts(who: Member, today: date, answered: Collection[str]) -> Iterator[Rule]:
    """The rules about facts that a person does not keep, as far as one of these facts has a part in them."""
    nobody = Home(b"", None, (who,))
    for rule in load_rules().values():
        asked = {rule.fact, rule.other, *(_PHONES if rule.check == "fact_without_phone" else ())}
        if not rule.check.startswith("fact_") or asked.isdisjoint(answered):
            continue
        if _OF_PERSON[rule.check](rule, nobody, who, today) is not None:
            yield rule


def _digest(rule: Rule, said: tuple[str, ...]) -> bytes:
    return blake2b("\0".join((rule.code, *said)).encode(), digest_size=_SAID).digest()
