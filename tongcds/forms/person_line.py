"""One person of a household while they are edited: the texts as typed, what they mean, what is doubtful.

The whole form is `household`. Numbers that are on record are shown masked and stay as they are until another
one is typed over them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from tongcds.domain.identity import (
    FEMALE,
    MALE,
    mask_citizen_id,
    mask_phone,
    read_birth,
    read_id_number,
    read_phone,
)
from tongcds.domain.kinship_change import Kin
from tongcds.domain.text import clean, title_case
from tongcds.domain.views import Departure, FieldChange, PersonChange, PersonRecord
from tongcds.errors import SENTENCES
from tongcds.forms.days import read_past_day
from tongcds.i18n import N_, _

BULLET: Final = "•"
SEXES: Final = ("", FEMALE, MALE)
NAME, BIRTH, SEX, RELATION, PHONE, ID_NUMBER, NOTE, PRESENCE, DAY = (
    "full_name", "birth", "sex", "relation", "phone", "id_number", "note", "presence", "day",
)  # fmt: skip
MASKED: Final = (PHONE, ID_NUMBER)
"""Numbers that are shown masked while they are on record and nobody asked to see them."""
TEXTS: Final = (NAME, BIRTH, SEX, RELATION, PHONE, ID_NUMBER, NOTE, PRESENCE, DAY)

_DOUBTS: Final[dict[str, str]] = {
    "birth_two_digit_year": N_("Year of birth: saved as {kept}."),
    "birth_invalid": N_("There is no such day of birth. Saved as {kept}."),
    "birth_future": N_("This birth lies in the future."),
    "phone_invalid": N_("This does not look like a phone number. It is saved as it stands."),
    "phone_zero_restored": N_("Phone number: saved as {kept}."),
    "phone_old_prefix": N_("A phone number from before 2018. Saved as {kept}."),
    "id_invalid": N_("A personal number has 12 digits. It is saved as it stands."),
    "id_digits_lost": N_("A personal number has 12 digits. It is saved as it stands."),
    "id_zero_restored": N_("The first 0 of the personal number was probably lost. Saved as {kept}."),
    "id_old_cmnd": N_("The number of an old identity card; it is kept as an old paper."),
}


class Presence(StrEnum):
    """Whether somebody lives in the household."""

    HERE = "here"
    JOINED = "joined"
    MOVED = "moved"
    DIED = "died"
    MARRIED_OUT = "married_out"
    OTHER = "other"
    SPLIT = "split"


_LEAVES: Final = frozenset({Presence.MOVED, Presence.MARRIED_OUT, Presence.DIED, Presence.OTHER})
GOING: Final = _LEAVES | {Presence.SPLIT}
_DATED: Final = _LEAVES | {Presence.JOINED}


@dataclass(slots=True)
class Sheet:
    """Texts as they were when the form was opened, and as they are now, by field."""

    base: dict[str, str]
    texts: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)
    """What somebody else wrote meanwhile into fields that were touched here too."""

    def __post_init__(self) -> None:
        """Begin with the texts as they were."""
        self.texts = {**self.base, **self.texts}

    @property
    def touched(self) -> dict[str, str]:
        """The texts that were changed."""
        return {name: text for name, text in self.texts.items() if text != self.base[name]}

    def take(self, texts: Mapping[str, object]) -> None:
        """Put in texts of a draft, those of fields that there are."""
        self.texts |= {n: t for n, t in texts.items() if n in self.base and isinstance(t, str)}


def shown_birth(birth: str) -> str:
    """A stored birth as people write it: 01/02/1985, 02/1985, 1985."""
    return "/".join(reversed(birth.split("-")))


def _shown(record: PersonRecord | None) -> dict[str, str]:
    texts = dict.fromkeys(TEXTS, "") | {PRESENCE: Presence.HERE.value}
    if record is None:
        return texts
    return texts | {
        NAME: record.full_name,
        BIRTH: shown_birth(record.birth),
        SEX: record.sex,
        RELATION: record.relation,
        PHONE: mask_phone(record.phone) if record.phone else "",
        ID_NUMBER: mask_citizen_id(record.id_number) if record.id_number else "",
        NOTE: record.note,
    }


class PersonLine:
    """One person's row. `record` is None for somebody who is not on record yet."""

    def __init__(self, record: PersonRecord | None, today: date) -> None:
        self.record = record
        self.sheet = Sheet(_shown(record))
        self._today = today

    def can_reveal(self, name: str) -> bool:
        """Whether a number is on record here and stands masked."""
        return self._kept(name) and name in MASKED and BULLET in self.sheet.texts[name]

    def reveal(self, name: str, number: str) -> bool:
        """Show a number that is on record in full, where it still stands masked; it counts as unchanged."""
        if not self.can_reveal(name):
            return False
        self.sheet.base[name] = self.sheet.texts[name] = number
        return True

    def mask(self) -> None:
        """Hide numbers that were shown and not changed."""
        masked = _shown(self.record)
        for name in MASKED:
            if self._kept(name):
                self.sheet.base[name] = self.sheet.texts[name] = masked[name]

    @property
    def is_empty(self) -> bool:
        """Whether this is a row for a new person in which nothing was written."""
        return self.record is None and not self.sheet.touched

    @property
    def presence(self) -> Presence:
        """Whether the person lives here."""
        text = self.sheet.texts[PRESENCE]
        return Presence(text) if text in set(Presence) else Presence.HERE

    @property
    def goes(self) -> bool:
        """Whether the person leaves the household."""
        return self.presence in GOING

    @property
    def needs_day(self) -> bool:
        """Whether a day belongs to what was said of the presence."""
        return self.presence in _DATED

    @property
    def day(self) -> date | None:
        """The day of joining or leaving: today where nothing was typed, None for what is no day."""
        words = self.sheet.texts[DAY].strip()
        return read_past_day(words, self._today) if words else self._today

    @property
    def name(self) -> str:
        """The name as it is saved; typed without any capital, it gets them."""
        typed = clean(self.sheet.texts[NAME])
        return title_case(typed) if typed.islower() else typed

    @property
    def sex(self) -> str:
        """male, female, or "" while not known."""
        return self.sheet.texts[SEX]

    @property
    def relation(self) -> str:
        """The relation to the head, as written."""
        return clean(self.sheet.texts[RELATION])

    @property
    def birth(self) -> str:
        """As precise as known; "" for nothing, or for what is no date."""
        return self._birth()[0]

    @property
    def phone(self) -> str:
        """As it is saved."""
        return self._phone()[0]

    @property
    def id_number(self) -> str:
        """As it is saved."""
        return self._id_number()[0]

    def _kept(self, name: str) -> bool:
        return self.record is not None and name not in self.sheet.touched

    def _birth(self) -> tuple[str, tuple[str, ...]]:
        if self.record is not None and self._kept(BIRTH):
            return self.record.birth, ()
        words = clean(self.sheet.texts[BIRTH])
        if not words:
            return "", ()
        read = read_birth(words, today=self._today, id_number=self.id_number or None)
        return read.birth or "", read.findings

    def _phone(self) -> tuple[str, tuple[str, ...]]:
        if self.record is not None and self._kept(PHONE):
            return self.record.phone, ()
        words = clean(self.sheet.texts[PHONE])
        if not words:
            return "", ()
        read = read_phone(words)
        return read.number or words, read.findings

    def _id_number(self) -> tuple[str, tuple[str, ...]]:
        if self.record is not None and self._kept(ID_NUMBER):
            return self.record.id_number, ()
        words = clean(self.sheet.texts[ID_NUMBER])
        if not words:
            return "", ()
        read = read_id_number(words)
        return read.number or words, read.findings

    def problems(self) -> Iterator[tuple[str, str]]:
        """What keeps it from being saved: field and sentence."""
        if self.is_empty:
            return
        if not self.name:
            yield NAME, _("Write the name.")
        if clean(self.sheet.texts[BIRTH]) and not self.birth:
            yield BIRTH, _("This is no date of birth. Write 1985, 02/1985 or 01/02/1985.")
        for name in (PHONE, ID_NUMBER):
            if name in self.sheet.touched and BULLET in self.sheet.texts[name]:
                yield name, _("Write the whole number, or leave it as it was.")
        if self.needs_day:
            if self.day is None:
                yield DAY, _(SENTENCES["date_invalid"])
            elif self.day > self._today:
                yield DAY, _(SENTENCES["date_in_future"])

    def kin(self) -> Kin:
        """What the person is to the head on record, for a change of the head."""
        relation = self.record.relation if self.record is not None else self.relation
        return Kin(relation, self.sex, self.birth)

    def remarks(self) -> Iterator[tuple[str, str]]:
        """How typed words were understood, and what others wrote meanwhile: field and sentence.

        What is doubtful about the person in this household is `household`'s to say.
        """
        if self.is_empty:
            return
        for name, (kept, findings) in (
            (BIRTH, self._birth()),
            (PHONE, self._phone()),
            (ID_NUMBER, self._id_number()),
        ):
            for code in findings if kept else ():
                yield name, _(_DOUBTS[code]).format(kept=shown_birth(kept) if name == BIRTH else kept)
        for name, text in self.sheet.theirs.items():
            yield name, somebody_else_wrote(text)

    def change(self) -> PersonChange:
        """What is to be saved of this person."""
        record = self.record
        now = {
            NAME: self.name,
            BIRTH: self.birth,
            SEX: self.sex,
            RELATION: self.relation,
            PHONE: self.phone,
            ID_NUMBER: self.id_number,
            NOTE: clean(self.sheet.texts[NOTE]),
        }
        was = {name: getattr(record, name) if record is not None else "" for name in now}
        fields = [FieldChange(name, was[name], now[name]) for name in now if now[name] != was[name]]
        presence = self.presence
        if any(one.name == ID_NUMBER for one in fields):
            fields.append(_kind_of(was[ID_NUMBER], now[ID_NUMBER]))
        if presence is Presence.JOINED and self.day is not None:
            fields.append(FieldChange("joined_on", None, self.day.isoformat()))
        leaves = None
        if presence in _LEAVES and self.day is not None:
            leaves = Departure(self.day, presence.value)
        person_id = record.person_id if record is not None else None
        return PersonChange(person_id, tuple(fields), leaves, presence is Presence.SPLIT)


def _kind_of(was: str, now: str) -> FieldChange:
    """The kind of paper follows from its number."""
    return FieldChange("id_kind", read_id_number(was).kind or "", read_id_number(now).kind or "")


def somebody_else_wrote(text: str) -> str:
    """What is said of a field that was written in two places at once."""
    if not text:
        return _("Somebody else emptied this meanwhile. Saving again puts your words in.")
    return _("Somebody else wrote “{text}” meanwhile. Saving again puts your words in its place.").format(
        text=text
    )
