"""Whether what is known of somebody may be used for a purpose, who is left out, and on which ground not.

What people answered is `storage.consents`'; the purposes themselves are `domain.privacy`'s. A person's own
answer goes before their household's. Where a purpose has a legal basis of its own (the commune decides that
in `consent_purposes.csv`) nobody has to agree. Everything else that is done without consent needs a ground
(Luật 91/2025/QH15, Điều 19), and the access log says how many it concerned: official work goes on, in sight.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tongcds.domain.facts import mistake_words
from tongcds.domain.privacy import load_purposes
from tongcds.domain.tables import Lines, read_some
from tongcds.domain.views import ConsentState, LeftOut
from tongcds.errors import UserError
from tongcds.i18n import N_, _, format_number, language, ngettext
from tongcds.paths import resources_folder

NOTES: Final = "support"
"""The purpose of everything that names somebody; it has to be there for the others, too."""

CALLS: Final = "contact"
"""The purpose of a phone number."""

SENSITIVE: Final = "sensitive"
"""The purpose of ethnic group, poverty and hardship."""


class Stance(StrEnum):
    """Where somebody stands towards a purpose."""

    AGREED = "agreed"
    NOT_ASKED = "not_asked"
    EXPIRED = "expired"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    OBJECTED = "objected"


SAID_NO: Final = frozenset({Stance.DECLINED, Stance.WITHDRAWN, Stance.OBJECTED})
"""Somebody spoke, and does not want it. Of the others nobody knows."""

_WHY: Final = MappingProxyType(
    {
        Stance.NOT_ASKED: N_("{n} not asked yet"),
        Stance.EXPIRED: N_("{n} whose consent has run out"),
        Stance.DECLINED: N_("{n} who did not agree"),
        Stance.WITHDRAWN: N_("{n} who took their consent back"),
        Stance.OBJECTED: N_("{n} who asked that their data not be used"),
    }
)
_NO: Final = MappingProxyType(
    {
        Stance.DECLINED: N_("{name} did not agree to this use. The access log notes that you looked."),
        Stance.WITHDRAWN: N_("{name} took their consent back. The access log notes that you looked."),
        Stance.OBJECTED: N_(
            "{name} asked that their data not be used. The access log notes that you looked."
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Why data may be used without consent; `source` names the law."""

    code: str
    name_vi: str
    name_en: str
    source: str

    def name(self) -> str:
        """In the language in force."""
        return self.name_vi if language() == "vi" else self.name_en


@cache
def ground_lines(folder: Path | None = None) -> Lines[Ground]:
    """The lines of the table, with what is wrong in it."""
    return read_some((folder or resources_folder() / "privacy") / "grounds.csv", Ground)


@cache
def load_grounds(folder: Path | None = None) -> MappingProxyType[str, Ground]:
    """The grounds by code, in the order of the table; lines that make no sense are left out."""
    return MappingProxyType({row.code: row for row in ground_lines(folder).rows})


def require_ground(code: str) -> None:
    """Refuse a ground that is not in the table; "" is none, and allowed.

    Raises:
        UserError: ground_unknown.
    """
    if code and code not in load_grounds():
        raise UserError("ground_unknown", known=", ".join(load_grounds()))


@dataclass(frozen=True, slots=True)
class Answers:
    """What people and households answered, by the one whom it is about, and since when somebody objects."""

    consents: Mapping[bytes, ConsentState]
    objections: Mapping[bytes, date]

    def of(self, person_id: bytes | None, household_id: bytes, purpose: str) -> Stance:
        """Where a person stands; without one, or where they said nothing themselves, their household."""
        known = load_purposes().get(purpose)
        if known is not None and known.basis:
            return Stance.AGREED
        own = self._said(person_id, purpose) if person_id is not None else Stance.NOT_ASKED
        if own is Stance.AGREED or own in SAID_NO:
            return own
        home = self._said(household_id, purpose)
        return own if home is Stance.NOT_ASKED else home

    def _said(self, subject_id: bytes, purpose: str) -> Stance:
        said, objected = self.consents.get(subject_id), self.objections.get(subject_id)
        if objected is not None and (said is None or said.on is None or said.on < objected):
            return Stance.OBJECTED
        if said is None or said.on is None:
            return Stance.NOT_ASKED
        if said.withdrawn_on is not None:
            return Stance.WITHDRAWN
        if purpose in said.declined:
            return Stance.DECLINED
        if said.expired:
            return Stance.EXPIRED
        return Stance.AGREED if purpose in said.given else Stance.NOT_ASKED


@dataclass(slots=True)
class Gate:
    """Lets those through who agreed, and remembers who did not.

    `ground`: a code of `load_grounds` on which everybody passes, counted all the same. `unasked`: those of
    whom nobody knows pass too, uncounted, as on a paper that is taken to them to ask.
    """

    answers: Answers
    ground: str = ""
    unasked: bool = False
    _without: dict[bytes, Stance] = field(default_factory=dict, init=False)

    def passes(self, purpose: str, person_id: bytes | None, household_id: bytes) -> bool:
        """Whether what is known of this person, or household, may go out for this purpose."""
        stance = self.answers.of(person_id, household_id, purpose)
        if stance is Stance.AGREED or (self.unasked and stance not in SAID_NO):
            return True
        self._without.setdefault(person_id or household_id, stance)
        return bool(self.ground)

    @property
    def left_out(self) -> LeftOut:
        """How many did not agree, by where they stand, and the ground on which they went along."""
        counts = Counter(self._without.values())
        return LeftOut(tuple((one.value, counts[one]) for one in Stance if counts[one]), self.ground)


def left_out_words(left: LeftOut) -> str:
    """How many are left out and why, or how many go along and on which ground; "" where all agreed."""
    if not left.total:
        return ""
    why = _why(left)
    if left.ground:
        words = ngettext(
            "{n} without consent goes along ({why}). Ground: {ground}. The access log notes it.",
            "{n} without consent go along ({why}). Ground: {ground}. The access log notes it.",
            left.total,
        )
        return words.format(n=format_number(left.total), why=why, ground=load_grounds()[left.ground].name())
    words = ngettext("{n} is left out: {why}.", "{n} are left out: {why}.", left.total)
    return words.format(n=format_number(left.total), why=why)


def no_phone_words(left: LeftOut) -> str:
    """Whose phone is left out and why; "" where nobody's is."""
    if not left.total or left.ground:
        return ""
    words = ngettext("Without the phone of {n}: {why}.", "Without the phones of {n}: {why}.", left.total)
    return words.format(n=format_number(left.total), why=_why(left))


def _why(left: LeftOut) -> str:
    return ", ".join(_(_WHY[Stance(code)]).format(n=format_number(n)) for code, n in left.counts)


_DETAILS: Final = MappingProxyType(
    {
        "two": N_("two people decided it"),
        "register": N_("the register"),
        "log": N_("the support log"),
        "attachment": N_("a photo or paper"),
        "salvaged": N_("what could be read of a damaged vault"),
        "ROUND": N_("list of a round"),
        "phone": N_("phone number"),
        "id_number": N_("personal number"),
        "invited": N_("invited"),
        "removed": N_("took away"),
        "passphrase": N_("passphrase"),
    }
)
_FORM: Final = re.compile(r"B\d\d")


def detail_words(detail: str) -> str:
    """What else a line of the access log says, in the language in force; "" where it says nothing."""
    if detail in load_grounds():
        return load_grounds()[detail].name()
    if detail in _DETAILS:
        return _(_DETAILS[detail])
    return detail if _FORM.fullmatch(detail) else mistake_words(detail)


def refusal_words(stance: Stance, name: str) -> str:
    """What to tell whoever looks at a number of somebody who does not want that; "" for everybody else."""
    return _(_NO[stance]).format(name=name) if stance in _NO else ""
