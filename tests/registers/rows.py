"""Draws the rows of a household: each person's cells, and what the household has in common."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from tests.registers.book import DEFAULT_FONT, Formula, Number, Page, Text, Value, plain
from tests.registers.expected import Expected, Said
from tests.registers.headings import Heading
from tests.registers.people import (
    ETHNIC,
    FEMALE,
    MALE,
    NOTES,
    NOTHING,
    Person,
    Written,
    coded,
    write_birth,
    write_id,
    write_name,
    write_phone,
    write_words,
)
from tests.registers.villages import Village

if TYPE_CHECKING:
    from tests.registers.sheet import Choices, Plan

_RELATIONS = ["Vợ", "Chồng", "Con", "con dâu", "Bố đẻ", "Cháu nội", "CON", "Em  ruột"]
_HEADS = ["Chủ hộ", "CH", "chủ hộ", "CHỦ HỘ", "Chủ  hộ"]
_MARKS = ["x", "X", "x ", "có", "v"]
_DITTO = ['"', "''", "//", "nt", "-nt-", "như trên", "Như trên"]
_ADDRESSES = ["Số 12, đường Trần Phú", "12/4 Lê Lợi", "gần trường học", "Ấp Ổi, đội 3"]


class RowWriter:
    """Writes households into a page and into what is expected."""

    def __init__(
        self, page: Page, expected: Expected, choices: Choices, plan: Plan, heading: Heading, chance: Random
    ) -> None:
        self.page, self.expected, self.choices, self.plan = page, expected, choices, plan
        self.columns, self.chance = heading.columns, chance
        self.met: list[Person] = []
        self.last_ethnic = self.last_address = False
        self.number_style = chance.choice(("number", "text", "dotted", "coded", "zeros"))
        self.each_numbered = chance.random() < 0.4
        self.families = {of: self._family_of_column() for of in self.columns}

    # Cells

    def _family_of_column(self) -> str:
        match self.plan.hand:
            case "tcvn3":
                return self.chance.choice(("tcvn3", "tcvn3", "tcvn3h", ""))
            case "vni":
                return self.chance.choice(("vni", "vni", ""))
            case hand:
                return hand

    def family(self, of: str) -> str:
        family = self.families[of]
        return self.chance.choice(("", "tcvn3", "tcvn3h", "vni")) if family == "mixed" else family

    def put(self, row: int, of: str, cell: Value | None) -> None:
        """Place a cell, in the letters of its column where it is plain text of ours."""
        if cell is None or of not in self.columns:
            return
        bare = isinstance(cell, Text) and len(cell.runs) == 1 and cell.runs[0][1] == DEFAULT_FONT
        family = self.family(of)
        if bare and family and (family.startswith("whole") or self.chance.random() < 0.5):
            cell = coded(cell.text, family, self.chance)[0]
        self.page.cells[row, self.columns[of]] = cell

    def place(self, row: int, of: str, cell: Value) -> None:
        self.page.cells[row, self.columns[of]] = cell

    def words(self, row: int, of: str, text: str) -> str:
        """Write words into a column and return what must be read."""
        cell, left = write_words(text, self.family(of), self.choices.able, self.chance)
        self.place(row, of, cell)
        return left

    def warn(self, row: int, of: str, *codes: str) -> None:
        self.expected.warn(self.page.name, row, of, *codes)

    # A household

    def household(
        self, row: int, people: list[Person], number: int, village: Village | None, *, may_lack_head: bool
    ) -> Said:
        """Write a household from a row on."""
        self.last_ethnic = self.last_address = False
        rows = range(row, row + len(people))
        made = self.expected.household(self.page.name, village=None if village is None else village.name)
        made["no"] = self._number(rows, number)
        self._village(rows, village)
        made["address"] = self._address(rows)
        self._marks(rows, made)
        heads = self._relations(rows, may_lack_head=may_lack_head)
        for at, who, (relation, is_head) in zip(rows, people, heads, strict=True):
            self._person(at, who, made, relation=relation, is_head=is_head)
            self.met.append(who)
        return made

    def _number(self, rows: range, number: int) -> str | None:
        of = "household_no" if self.plan.mode == "by_number" else "no"
        if of == "household_no" and "no" in self.columns:
            for n, row in enumerate(rows):
                self.place(row, "no", Number(n + 1))
        if of not in self.columns:
            return None
        style = self.number_style
        said = {"zeros": f"{number:03d}", "coded": f"H-{number:03d}"}.get(style, str(number))
        for n, row in enumerate(rows):
            first = n == 0
            if of == "no" and self.each_numbered and self.plan.mode != "heads" and not first:
                self.place(row, of, Number(number + n))
            elif first or (of == "household_no" and self.plan.number_on == "all"):
                dotted = style == "dotted" and self.chance.random() < 0.5
                cell: Value = plain(said)
                if style == "number" or (style == "dotted" and not dotted):
                    cell = Number(number)
                self.place(row, of, plain(f"{said}.") if dotted else cell)
        if of == "household_no" and self.plan.number_on == "merged":
            self._merge(rows, of, leftovers=True)
        return said

    def _merge(self, rows: range, of: str, *, leftovers: bool = False) -> None:
        if len(rows) > 1:
            column = self.columns[of]
            self.page.merges.append((rows[0], column, rows[-1], column))
            if (
                leftovers
                and self.choices.able.uncached
                and self.choices.able.hides
                and self.chance.random() < 0.1
            ):
                self.page.cells[rows[1], column] = plain("còn sót")

    def _village(self, rows: range, village: Village | None) -> None:
        of = self.plan.where
        if village is None or of not in self.columns:
            return
        on = self.plan.village_on
        for n, row in enumerate(rows):
            if n and on in {"first", "merged"}:
                continue
            if n and on == "ditto":
                self.put(row, of, plain(self.chance.choice(_DITTO)))
                continue
            family = self.family(of)
            kept = family in {"", "vni", "whole vni"}
            text, differs = village.in_cell(self.chance, case_is_kept=kept, capitals=family != "whole tcvn3")
            self.place(row, of, write_words(text, family, self.choices.able, self.chance)[0])
            if differs:
                self.warn(row, "village", "village_spelling")
                for later in rows[1:] if on in {"ditto", "merged"} else ():
                    if on == "merged":
                        self.warn(later, "village", "village_spelling")
        if on == "merged":
            self._merge(rows, of)

    def _address(self, rows: range) -> str | None:
        if "address" not in self.columns or self.plan.where == "address":
            return None
        if self.chance.random() < 0.2:
            self.put(rows[0], "address", plain(self.chance.choice(NOTHING)))
            return None
        left = self.words(rows[0], "address", self.chance.choice(_ADDRESSES))
        if self.plan.merging and self.chance.random() < 0.3:
            self._merge(rows, "address")
        elif self.chance.random() < 0.5:
            for row in rows[1:]:
                self.put(row, "address", plain(self.chance.choice(_DITTO)))
        return left

    def _marks(self, rows: range, made: Said) -> None:
        chance, columns = self.chance, self.columns
        poverty = chance.choice(
            ("poor", "near_poor", "none", "none", "both" if "poor" in columns else "none")
        )
        row = chance.choice((rows[0], chance.choice(rows)))
        for of in ("poor", "near_poor"):
            if of in columns:
                marked = poverty in {of, "both"}
                self.put(row, of, self._mark() if marked else self._no_mark())
        if "poverty" in columns:
            self._poverty_text(row, poverty)
        if self.choices.sensitive and not {"poor", "poverty"}.isdisjoint(columns):
            made["poverty"] = "poor" if poverty == "both" else poverty
            if poverty == "both":
                self.warn(row, "poverty", "poverty_conflict")
        if "hardship" in columns:
            made["hardship"] = chance.random() < 0.3
            self.put(chance.choice(rows), "hardship", self._mark() if made["hardship"] else self._no_mark())
        if "size" in columns and chance.random() < 0.9:
            self._size(rows, made)

    def _size(self, rows: range, made: Said) -> None:
        chance = self.chance
        true = len(rows) if self.plan.mode != "heads" else chance.randrange(1, 8)
        size = true + (chance.random() < 0.15)
        made["stated_size"] = size
        cell: Value = Number(size) if chance.random() < 0.7 else plain(str(size))
        if self.choices.able.typed and chance.random() < 0.1:
            cell = Formula(Number(size))
        self.place(rows[0], "size", cell)
        if self.plan.merging and chance.random() < 0.2:
            self._merge(rows, "size")
        if self.plan.mode != "heads" and size != len(rows):
            self.warn(rows[0], "size", "size_mismatch")

    def _mark(self) -> Value:
        return self.chance.choice((plain(self.chance.choice(_MARKS)), Number(1)))

    def _no_mark(self) -> Value | None:
        return self.chance.choice((None, None, plain(self.chance.choice([*NOTHING, "0"])), Number(0)))

    def _poverty_text(self, row: int, poverty: str) -> None:
        said = {"poor": ["Hộ nghèo", "HỘ NGHÈO", "hộ nghèo"], "near_poor": ["Hộ cận nghèo", "hộ cận nghèo"]}
        if poverty in said:
            self.words(row, "poverty", self.chance.choice(said[poverty]))
        elif self.chance.random() < 0.3:
            self.put(row, "poverty", plain(self.chance.choice(NOTHING)))

    def _relations(self, rows: range, *, may_lack_head: bool) -> list[tuple[str | None, bool]]:
        """Write the relations; return for each row what is read and whether it is the head."""
        if "relation" not in self.columns:
            if self.plan.mode == "by_number":
                self.warn(rows[0], "relation", "head_missing")
            return [(None, n == 0) for n in range(len(rows))]
        chance = self.chance
        by_number = self.plan.mode == "by_number"
        head = chance.randrange(len(rows)) if by_number and chance.random() < 0.2 else 0
        lacking = may_lack_head and chance.random() < 0.1
        if lacking:
            head = -1
            self.warn(rows[0], "relation", "head_missing")
        twice = by_number and not lacking and head < len(rows) - 1 and chance.random() < 0.1
        found: list[tuple[str | None, bool]] = []
        for n, row in enumerate(rows):
            second = twice and n == len(rows) - 1
            if n == head or second:
                self.words(row, "relation", chance.choice(_HEADS))
                found.append(("chủ hộ", n == head))
                if second:
                    self.warn(row, "relation", "head_twice")
            elif n and chance.random() < 0.1:
                self.put(row, "relation", chance.choice((None, plain(chance.choice(NOTHING)))))
                found.append((None, False))
            else:
                left = self.words(row, "relation", chance.choice(_RELATIONS))
                found.append((" ".join(left.lower().split()), lacking and n == 0))
        return found

    # A person

    def _person(self, row: int, who: Person, made: Said, *, relation: str | None, is_head: bool) -> None:
        chance, able, columns = self.chance, self.choices.able, self.columns
        name = write_name(who.name, self.family("full_name"), able, chance)
        self.place(row, "full_name", name.cell or plain(""))
        self.warn(row, "full_name", *name.codes)
        number = write_id(who, able, chance) if "id_number" in columns else Written(None, None)
        self.put(row, "id_number", number.cell)
        self.warn(row, "id_number", *number.codes)
        phone = write_phone(who, able, chance) if "phone" in columns else Written(None, None)
        self.put(row, "phone", phone.cell)
        self.warn(row, "phone", *phone.codes)
        sex, birth = self._sex_and_birth(row, who, number.read)
        note = None
        if "note" in columns and chance.random() < 0.3:
            note = self.words(row, "note", chance.choice(NOTES))
        if able.hides and chance.random() < 0.04:
            self.page.hidden_rows.add(row)
            self.warn(row, "row", "hidden_row")
        self._strange_columns(row)
        self.expected.member(
            made, row, full_name=name.read, relation=relation, is_head=is_head, sex=sex, birth=birth,
            id_number=number.read, phone=phone.read, more_phones=list(phone.more),
            ethnicity=self._ethnicity(row, who), note=note,
        )  # fmt: skip

    def _birth(self, who: Person, id_read: str | None) -> Written:
        return write_birth(
            who, self.choices.able, self.chance, today=self.choices.today, id_read=id_read,
            date1904=self.choices.date1904,
        )  # fmt: skip

    def _sex_and_birth(self, row: int, who: Person, id_read: str | None) -> tuple[str | None, str | None]:
        chance, columns = self.chance, self.columns
        sex: str | None = who.sex
        birth = Written(None, None)
        if "birth_male" in columns:
            if chance.random() < 0.03:
                self.place(row, "birth_male", Number(1980))
                self.place(row, "birth_female", Number(1981))
                self.warn(row, "sex", "sex_two_columns")
                return None, "1980"
            birth = self._birth(who, id_read)
            self.put(row, "birth_male" if sex == MALE else "birth_female", birth.cell)
            sex = sex if birth.read is not None else None
        elif "birth" in columns:
            birth = self._birth(who, id_read)
            self.put(row, "birth", birth.cell)
        self.warn(row, "birth", *birth.codes)
        if "sex" in columns:
            return self._sex_text(row, who), birth.read
        if "sex_male" in columns:
            if chance.random() < 0.03:
                self.put(row, "sex_male", self._mark())
                self.put(row, "sex_female", self._mark())
                self.warn(row, "sex", "sex_two_columns")
                return None, birth.read
            other = "sex_female" if sex == MALE else "sex_male"
            self.put(row, "sex_male" if sex == MALE else "sex_female", self._mark())
            self.put(row, other, self._no_mark())
            return sex, birth.read
        return sex if "birth_male" in columns else None, birth.read

    def _sex_text(self, row: int, who: Person) -> str | None:
        if self.chance.random() < 0.1:
            self.put(row, "sex", self.chance.choice((None, plain("-"))))
            return None
        words = {MALE: ("Nam", "nam", "NAM"), FEMALE: ("Nữ", "nữ", "NỮ")}[who.sex]
        if self.chance.random() < 0.2:
            self.place(row, "sex", Number(int(who.sex == MALE)))
        else:
            self.words(row, "sex", self.chance.choice(words))
        return who.sex

    def _ethnicity(self, row: int, who: Person) -> str | None:
        if "ethnicity" not in self.columns:
            return None
        chance, reads = self.chance, self.choices.sensitive
        kind = chance.random()
        if kind < 0.25 and self.last_ethnic:
            self.put(row, "ethnicity", plain(chance.choice(_DITTO)))
            made = self.expected.households[-1]["members"]
            return made[-1]["ethnicity"] if made else None
        self.last_ethnic = kind > 0.35
        if 0.25 <= kind < 0.29:
            self.place(row, "ethnicity", chance.choice((Number(4), plain("12"))))
            if reads:
                self.warn(row, "ethnicity", "ethnicity_code")
            return None
        if 0.29 <= kind < 0.32:
            self.words(row, "ethnicity", "Người rừng")
            if reads:
                self.warn(row, "ethnicity", "ethnicity_unknown")
            return None
        if kind <= 0.35:
            return None
        self.words(row, "ethnicity", who.ethnicity)
        return ETHNIC[who.ethnicity] if reads else None

    def _strange_columns(self, row: int) -> None:
        """Fill the columns that mean nothing to the program with things that would matter elsewhere."""
        for of in self.columns:
            if of.startswith("unknown") and self.chance.random() < 0.6:
                cell = self.chance.choice((plain("Làm ruộng"), Number(12), plain("31/2/1985"), plain("0912")))
                if self.choices.able.typed and self.chance.random() < 0.2:
                    cell = Formula("#REF!")
                self.put(row, of, cell)
