"""A household while it is edited: its fields, its people, what is wrong, what is doubtful, what is saved.

Qt-free, so that the whole form can be filled in by a test or another front; `ui.screens.household_form` draws
it. One person's row is `person_line`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from tongcds.domain.kinship import HEAD as HEAD_WORD
from tongcds.domain.kinship import is_head_word
from tongcds.domain.kinship_change import relation_to
from tongcds.domain.quality import Home, Member, doubts
from tongcds.domain.text import clean
from tongcds.domain.views import (
    FieldChange,
    HouseholdChange,
    HouseholdRecord,
    HouseholdStart,
    PersonQuery,
)
from tongcds.errors import SENTENCES, UserError
from tongcds.forms.person_line import (
    NAME,
    PRESENCE,
    RELATION,
    TEXTS,
    PersonLine,
    Presence,
    Sheet,
    somebody_else_wrote,
)
from tongcds.i18n import _

VILLAGE, CODE, ADDRESS, POVERTY, HARDSHIP, NOTE, SPLIT_CODE, PEOPLE = (
    "village", "code", "address", "poverty", "hardship", "note", "split_code", "people",
)  # fmt: skip
POVERTIES: Final = ("", "none", "near_poor", "poor")
_YES: Final = "1"
_PLAIN: Final = (CODE, ADDRESS, POVERTY, NOTE)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one field: its name, a sentence, and whose row it is (None: the household's own)."""

    field: str
    words: str
    line: PersonLine | None = None


def draft_name(household_id: bytes | None) -> str:
    """Under which name the form of a household keeps its draft."""
    return "household" if household_id is None else f"household {household_id.hex()}"


class HouseholdSession:
    """The form's state. What is typed is written into `home.texts` and the lines' `sheet.texts`."""

    def __init__(self, start: HouseholdStart, today: date) -> None:
        self.start = start
        self._today = today
        record = start.record
        self.home = Sheet(_shown(start))
        people = record.people if record is not None else ()
        self.lines = [PersonLine(person, today) for person in people]
        self.head: PersonLine | None = None
        if record is not None:
            self.head = next((line for line in self.lines if _is(line, record.head_id)), None)
        else:
            self.head = self.add_person()
        self._head_before = self.head
        self._followed: dict[int, str] = {}

    @property
    def record(self) -> HouseholdRecord | None:
        """The household as it was when the form was opened; None for a new one."""
        return self.start.record

    @property
    def draft(self) -> str:
        """The name of its draft."""
        return draft_name(self.record.household_id if self.record is not None else None)

    @property
    def village_id(self) -> bytes:
        """The village that is chosen."""
        return bytes.fromhex(self.home.texts[VILLAGE])

    @property
    def splits(self) -> bool:
        """Whether somebody goes into a household of their own."""
        return any(line.presence is Presence.SPLIT for line in self.lines)

    @property
    def is_untouched(self) -> bool:
        """Whether nothing that is worth keeping was filled in."""
        written = any(line.sheet.touched for line in self.lines)
        return not (self.home.touched or written or self.head is not self._head_before)

    def add_person(self) -> PersonLine:
        """One more row, for a new person; in a household without people it is the head's."""
        line = PersonLine(None, self._today)
        if not self.lines:
            line.sheet.base[RELATION] = line.sheet.texts[RELATION] = HEAD_WORD
        self.lines.append(line)
        return line

    def drop_person(self, line: PersonLine) -> None:
        """Take out the row of somebody who is not on record; the others can only leave."""
        if line.record is None:
            self.lines.remove(line)
            self.head = None if self.head is line else self.head

    def choose_head(self, line: PersonLine) -> None:
        """Make this person the head, and relate the others to them as far as that follows.

        Relations that were typed by hand stay. In a new household nothing follows yet: who was the head
        before loses the word for it.
        """
        before = self.head
        if before is not None and before is not line and is_head_word(before.relation):
            before.sheet.texts[RELATION] = ""
        self.head = line
        line.sheet.texts[RELATION] = HEAD_WORD
        if self._head_before is None or self.record is None:
            return
        for other in self.lines:
            if other is not line and other.record is not None:
                self._relate(other, line, typed_over=other is before)

    def _relate(self, other: PersonLine, head: PersonLine, *, typed_over: bool) -> None:
        text, base = other.sheet.texts[RELATION], other.sheet.base[RELATION]
        if not typed_over and text not in {base, self._followed.get(id(other), base)}:
            return
        follows = base
        if self._head_before is not None and head is not self._head_before:
            follows = relation_to(head.kin(), other.kin(), self._head_before.sex)
        self._followed[id(other)] = other.sheet.texts[RELATION] = follows

    def move_to(self, village_id: bytes) -> None:
        """Choose the village; a new household takes the code that is free there, unless one was typed."""
        before = self.start.codes.get(self.village_id, "")
        self.home.texts[VILLAGE] = village_id.hex()
        if self.record is None and self.home.texts[CODE] == before:
            self.home.texts[CODE] = self.home.base[CODE] = self.start.codes.get(village_id, "")

    def query(self, line: PersonLine) -> PersonQuery:
        """What is asked about somebody who may be on record already."""
        return PersonQuery(
            line.name,
            line.birth,
            line.phone,
            line.id_number,
            self.village_id,
            self.record.household_id if self.record is not None else None,
            line.record.person_id if line.record is not None else None,
            line.sex,
        )

    def problems(self) -> tuple[Remark, ...]:
        """What is wrong, in reading order; empty when the household can be saved."""
        return tuple(self._problems())

    def _problems(self) -> Iterator[Remark]:
        written = [line for line in self.lines if not line.is_empty]
        if self.record is None and not any(line.name for line in written):
            line = self.lines[0] if self.lines else None
            yield Remark(NAME, _("Write at least the name of the head of the household."), line)
            return
        for line in written:
            yield from (Remark(name, words, line) for name, words in line.problems())
        stay = [line for line in written if not line.goes]
        if stay and (self.head is None or self.head.is_empty or self.head.goes):
            at = self.head if self.head is not None and not self.head.is_empty else stay[0]
            yield Remark(PRESENCE, _(SENTENCES["head_needed"]), at)
        if not stay and self.splits:
            yield Remark(PEOPLE, _(SENTENCES["everybody_splits"]))

    def doubts(self) -> tuple[Remark, ...]:
        """What should be looked at once more; it never keeps anybody from saving."""
        found = [Remark(name, words, line) for line in self.lines for name, words in line.remarks()]
        theirs = self.home.theirs.items()
        told = {(remark.field, remark.line) for remark in found}
        # Of a field whose words were hard to read, that is enough.
        doubtful = [one for one in self._doubtful() if (one.field, one.line) not in told or one.line is None]
        return (*(Remark(name, somebody_else_wrote(text)) for name, text in theirs), *found, *doubtful)

    def _doubtful(self) -> Iterator[Remark]:
        """What the rules doubt about those who stay; a household that everybody leaves is not asked."""
        here = {
            at.to_bytes(2): line for at, line in enumerate(self.lines) if not (line.is_empty or line.goes)
        }
        if not here:
            return
        head = next((key for key, line in here.items() if line is self.head), None)
        people = tuple(_as_member(key, line) for key, line in here.items())
        for doubt in doubts(Home(b"", head, people), self._today):
            line = here.get(doubt.subject_id)
            if line is not None and doubt.rule.field in TEXTS:
                yield Remark(doubt.rule.field, doubt.rule.words(), line)
            elif line is None and doubt.rule.field == RELATION:
                yield Remark(PEOPLE, doubt.rule.words())

    def change(self) -> HouseholdChange:
        """What is saved.

        Raises:
            UserError: nothing_selected, while `problems` has something to say.
        """
        if self.problems():
            raise UserError("nothing_selected")
        record, texts = self.record, self.home.texts
        fields = [
            FieldChange(name, getattr(record, name) if record is not None else "", clean(texts[name]))
            for name in _PLAIN
            if record is None or name in self.home.touched
        ]
        if HARDSHIP in self.home.touched:
            fields.append(FieldChange(HARDSHIP, self.home.base[HARDSHIP] == _YES, texts[HARDSHIP] == _YES))
        lines = [line for line in self.lines if not line.is_empty]
        head = None
        if self.head is not None and (self.head is not self._head_before or record is None):
            head = lines.index(self.head)
        return HouseholdChange(
            household_id=record.household_id if record is not None else None,
            village_id=self.village_id,
            fields=tuple(field for field in fields if field.was != field.now),
            people=tuple(line.change() for line in lines),
            head=head,
            kin_said=head is not None and record is not None,
            split_code=clean(texts[SPLIT_CODE]) if self.splits else "",
            draft=self.draft,
        )

    def content(self) -> dict[str, object]:
        """The draft: what was touched, as it was typed, in values that can be written as JSON."""
        return {
            "home": self.home.touched,
            "lines": [
                {"person": _id_of(line), "head": line is self.head, "texts": line.sheet.touched}
                for line in self.lines
            ],
        }

    def restore(self, content: Mapping[str, object]) -> None:
        """Fill the form from a draft; who is not in the household any more is left out."""
        self.home.take(_texts(content.get("home")))
        lines = content.get("lines")
        if self.record is None:
            self.lines, self.head = [], None
        for drafted in lines if isinstance(lines, list) else []:
            if not isinstance(drafted, Mapping):
                continue
            line = self._line_of(drafted.get("person"))
            if line is None:
                continue
            line.sheet.take(_texts(drafted.get("texts")))
            if drafted.get("head"):
                self.head = line
        if not self.lines:
            self.head = self.add_person()
        if self.record is None:
            self._head_before = self.head

    def _line_of(self, person: object) -> PersonLine | None:
        if person == "":
            return self.add_person()
        return next((line for line in self.lines if _id_of(line) == person), None)

    def rebased(self, start: HouseholdStart) -> HouseholdSession:
        """The same edit upon a newer state of the household; what differs there is pointed at."""
        newer = HouseholdSession(start, self._today)
        newer.restore(self.content())
        before = {_id_of(line): line.sheet for line in self.lines if line.record is not None}
        for line in newer.lines:
            if (sheet := before.get(_id_of(line))) is not None:
                line.sheet.theirs = _differing(sheet, line.sheet)
        newer.home.theirs = _differing(self.home, newer.home)
        return newer


def _differing(before: Sheet, after: Sheet) -> dict[str, str]:
    return {name: after.base[name] for name in before.touched if before.base[name] != after.base[name]}


def _shown(start: HouseholdStart) -> dict[str, str]:
    record = start.record
    first = start.villages[0][0]
    village = record.village_id if record is not None else first
    return {
        VILLAGE: village.hex(),
        CODE: record.code if record is not None else start.codes.get(first, ""),
        ADDRESS: record.address if record is not None else "",
        POVERTY: record.poverty if record is not None else "",
        HARDSHIP: _YES if record is not None and record.hardship else "",
        NOTE: record.note if record is not None else "",
        SPLIT_CODE: start.codes.get(village, ""),
    }


def _as_member(key: bytes, line: PersonLine) -> Member:
    return Member(key, line.birth or None, line.sex or None, line.relation, line.id_number, line.phone)


def _is(line: PersonLine, person_id: bytes | None) -> bool:
    return line.record is not None and line.record.person_id == person_id


def _id_of(line: PersonLine) -> str:
    return line.record.person_id.hex() if line.record is not None else ""


def _texts(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
