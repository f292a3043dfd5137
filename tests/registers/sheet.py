"""Draws one sheet of a register: its title, header, villages, households, totals and signatures."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from tests.registers.book import Number, Page, Value, plain
from tests.registers.expected import Expected, Said
from tests.registers.headings import Heading, draw_heading, groups_of
from tests.registers.people import Able, person, write_words
from tests.registers.rows import RowWriter
from tests.registers.villages import Village, some_villages

BY_NUMBER, BY_HEAD, HEADS = "by_number", "by_head", "heads"
IN_COLUMN, IN_HEADINGS, IN_ADDRESS, NOWHERE = "village", "headings", "address", "nowhere"
_TITLES = [
    "UBND XÃ CHIỀNG MUNG", "DANH SÁCH HỘ GIA ĐÌNH", "Độc lập - Tự do - Hạnh phúc",
    "(Kèm theo Báo cáo số 15/BC-UBND ngày 05 tháng 3 năm 2024)", "Kỳ: năm 2024",
]  # fmt: skip
_SIGNED = [
    "Chiềng Mung, ngày 05 tháng 3 năm 2024", "NGƯỜI LẬP BIỂU", "TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH",
    "Xác nhận của UBND xã", "Chủ tịch", "Lập biểu",
]  # fmt: skip


@dataclass(frozen=True)
class Choices:
    """What holds for the file a sheet is in, and what the user chose."""

    able: Able
    today: date
    sensitive: bool = True
    date1904: bool = False


@dataclass
class Plan:
    """What was decided about a sheet before its first cell."""

    mode: str
    where: str
    fields: list[str]
    hand: str
    """How letters are written: "" (Unicode), "tcvn3", "vni", "mixed", or "whole …" for the whole file."""
    merging: bool
    number_on: str = "all"
    village_on: str = "all"
    families: dict[str, str] = field(default_factory=dict)


def plan_sheet(choices: Choices, chance: Random) -> Plan:
    """Decide what kind of sheet to draw."""
    able = choices.able
    mode = chance.choice((BY_NUMBER, BY_HEAD, HEADS))
    where = chance.choice((IN_COLUMN, IN_COLUMN, IN_HEADINGS, IN_HEADINGS, IN_ADDRESS, NOWHERE))
    fields = ["full_name"]
    fields += [["household_no", "relation"], ["relation"], []][[BY_NUMBER, BY_HEAD, HEADS].index(mode)]
    if mode == BY_NUMBER and chance.random() < 0.15:
        fields.remove("relation")
    if mode != BY_NUMBER or chance.random() < 0.5:
        fields.append("no")
    fields += chance.choice(
        (["birth_male", "birth_female"], ["birth_male", "birth_female"], ["birth", "sex"], ["birth", "sex"],
         ["birth", "sex_male", "sex_female"], ["birth"], ["sex"])
    )  # fmt: skip
    if where in {IN_COLUMN, IN_ADDRESS}:
        fields.append(where)
    if where not in {IN_ADDRESS, NOWHERE} and chance.random() < 0.4:
        fields.append("address")
    likely = {
        "ethnicity": 0.5,
        "id_number": 0.8,
        "phone": 0.7,
        "size": 0.9 if mode == HEADS else 0.3,
        "hardship": 0.3,
        "note": 0.6,
    }
    fields += [one for one, share in likely.items() if chance.random() < share]
    fields += chance.choice(([], ["poor", "near_poor"], ["poor", "near_poor"], ["poverty"]))
    if len(fields) < 4:
        fields += ["note"] if "note" not in fields else ["hardship"]
    hand = (
        f"whole {able.whole}"
        if able.whole
        else chance.choice(("", "", "tcvn3", "vni", "mixed"))
        if able.fonts
        else ""
    )
    plan = Plan(mode, where, fields, hand, merging=able.merges and chance.random() < 0.8)
    plan.number_on = chance.choice(("all", "first", "merged" if plan.merging else "first"))
    plan.village_on = chance.choice(("all", "all", "ditto", "first", "merged" if plan.merging else "all"))
    return plan


class SheetWriter:
    """Draws the rows of one sheet from top to bottom."""

    def __init__(self, page: Page, expected: Expected, choices: Choices, chance: Random) -> None:
        self.page, self.expected, self.choices, self.chance = page, expected, choices, chance
        self.plan = plan_sheet(choices, chance)
        self.at = 1
        self.heading = self._head()
        self.rows = RowWriter(page, expected, choices, self.plan, self.heading, chance)

    # Letters

    def family(self) -> str:
        return (
            self.chance.choice(("", "tcvn3", "tcvn3h", "vni"))
            if self.plan.hand == "mixed"
            else self.plan.hand
        )

    def words(self, text: str) -> Value:
        family = self.family()
        return write_words(text, family, self.choices.able, self.chance)[0]

    # The top

    def _head(self) -> Heading:
        chance, page = self.chance, self.page
        for title in chance.sample(_TITLES, chance.choice((0, 1, 2, 3))):
            page.cells[self.at, chance.choice((0, 0, 3))] = self.words(title)
            self.at += chance.choice((1, 1, 2))
        name = "head_name" if self.plan.mode == HEADS else "full_name"
        groups = groups_of(self.plan.fields, chance, name=name)
        family = {"tcvn3": chance.choice(("tcvn3", "tcvn3h")), "mixed": chance.choice(("", "tcvn3h", "vni"))}
        made = draw_heading(
            page, groups, self.at, self.choices.able, chance, merging=self.plan.merging,
            family=family.get(self.plan.hand, self.plan.hand),
        )  # fmt: skip
        self.at = made.last + 1
        if chance.random() < 0.4:
            self._column_numbers(made)
        if chance.random() < 0.15 and self.choices.able.hides:
            page.hidden_columns.add(chance.randrange(made.width))
        return made

    def _column_numbers(self, heading: Heading) -> None:
        style = self.chance.choice(("number", "brackets", "letters"))
        for column in range(heading.width):
            n = column + 1
            value: Value = Number(n)
            if style == "brackets":
                value = plain(f"({n})")
            elif style == "letters":
                value = plain("AB"[column]) if column < 2 else Number(n - 2)
            self.page.cells[self.at, column] = value
        self.at += 1

    def _repeat_header(self) -> None:
        depth = self.heading.last - self.heading.first + 1
        for (row, column), value in self.heading.written.items():
            self.page.cells[self.at + row - self.heading.first, column] = value
        self.at += depth
        if self.chance.random() < 0.4:
            self._column_numbers(self.heading)

    # The middle

    def draw(self) -> None:
        """Draw everything below the header."""
        chance, plan = self.chance, self.plan
        villages = [None] if plan.where == NOWHERE else some_villages(chance)
        number = 0
        restart = plan.where == IN_HEADINGS or (plan.where != NOWHERE and plan.village_on == "all")
        restart = restart and chance.random() < 0.4
        counted = plan.mode != HEADS or "size" in plan.fields
        for place, village in enumerate(villages):
            number = self._section(village, 0 if restart else number, first=place == 0)
            if chance.random() < 0.15:
                self._without_name()
            if chance.random() < 0.5 and counted:
                self._total(village, "Cộng")
        if chance.random() < 0.4 and counted:
            self._total(None, "Tổng")
        if chance.random() < 0.5:
            self._sign()

    def _section(self, village: Village | None, number: int, *, first: bool) -> int:
        """Draw the households of a village, numbered on; return the last number."""
        chance = self.chance
        if village is not None and self.plan.where == IN_HEADINGS:
            self._village_heading(village)
        for n in range(chance.randrange(1, 6)):
            number += 1
            self._household(number, village, first_here=n == 0 and (village is not None or first))
            if chance.random() < 0.08:
                self.at += 1
            if chance.random() < 0.06 and n:
                self._repeat_header()
        return number

    def _village_heading(self, village: Village) -> None:
        text = village.in_heading(self.chance, capitals=self.plan.hand != "whole tcvn3")
        column = self.chance.choice((0, self.heading.columns["full_name"]))
        if self.chance.random() < 0.2 and self.heading.width > 2:
            self.page.cells[self.at, 0] = plain(self.chance.choice(("I", "II", "3")))
            column = max(1, column)
        elif self.plan.merging and column == 0 and self.chance.random() < 0.3:
            self.page.merges.append((self.at, 0, self.at, self.heading.width - 1))
        self.page.cells[self.at, column] = self.words(text)
        if self.choices.able.hides and self.chance.random() < 0.1:
            self.page.hidden_rows.add(self.at)
        self.at += 1

    def _household(self, number: int, village: Village | None, *, first_here: bool) -> Said:
        chance, plan = self.chance, self.plan
        count = 1 if plan.mode == HEADS else chance.choice((1, 2, 3, 4, 5))
        people = [person(chance, self.choices.today) for _ in range(count)]
        if count > 1 and chance.random() < 0.1:
            people[-1] = people[0]  # father and son of one name, or the same person twice
        elif self.rows.met and chance.random() < 0.05:
            people[0] = chance.choice(self.rows.met)
        made = self.rows.household(
            self.at, people, number, village, may_lack_head=first_here or plan.mode == BY_NUMBER
        )
        self.at += count
        return made

    def _without_name(self) -> None:
        """Draw a row that has something but no name."""
        row, columns = self.at, self.heading.columns
        cells: dict[str, Value] = {
            "birth": Number(1985),
            "note": self.words("chưa rõ tên"),
            "phone": self.words("sai số"),
        }
        if "no" in columns:
            cells["no"] = Number(99)
        elif "household_no" in columns:
            cells["household_no"] = Number(99)
        kept = {of: cell for of, cell in cells.items() if of in columns and self.chance.random() < 0.7}
        if not kept:
            return
        for of, cell in kept.items():
            self.page.cells[row, columns[of]] = cell
        if self.chance.random() < 0.4:
            self.page.cells[row, columns["full_name"]] = plain("-")
        self.expected.warn(self.page.name, row, "full_name", "name_missing")
        self.at += 1

    def _total(self, village: Village | None, word: str) -> None:
        chance, heads = self.chance, self.plan.mode == HEADS
        name = None if village is None else village.name
        here = [
            h
            for h in self.expected.households
            if h["sheet"] == self.page.name and name in {None, h["village"]}
        ]
        households = len(here)
        people = sum((h["stated_size"] or 0) if heads else len(h["members"]) for h in here)
        if chance.random() < 0.2:
            people += 1
        if chance.random() < 0.1:
            households += 1
        stated: tuple[int | None, int | None] = (households, people)
        of = f" {name}" if name and chance.random() < 0.5 else ""
        start = chance.choice((word, word.upper(), f"{word} cộng" if word == "Tổng" else word))
        column = chance.choice((0, self.heading.columns["full_name"]))
        size = self.heading.columns.get("size")
        style = chance.choice(
            ("text", "text", "households", "column" if size is not None and size != column else "text")
        )
        unit = chance.choice(("khẩu", "nhân khẩu", "người"))
        text = f"{start}{of}: {households} hộ, {people} {unit}"
        if style == "households":
            text, stated = f"{start}{of}: {households} hộ", (households, None)
        elif style == "column":
            text = f"{start}{of}: {households} hộ"
            self.page.cells[self.at, size or 0] = Number(people)
        if style != "column" and size is not None and size != column and style == "text":
            self.page.cells[self.at, size] = Number(777)  # means nothing: the text says it
        self.page.cells[self.at, column] = self.words(text)
        self.expected.total(self.page.name, self.at, name, stated=stated, heads=heads)
        self.at += chance.choice((1, 1, 2))

    # The end

    def _sign(self) -> None:
        chance = self.chance
        self.at += chance.choice((0, 1))
        column = chance.randrange(self.heading.width)
        self.page.cells[self.at, column] = self.words(chance.choice(_SIGNED))
        if chance.random() < 0.5:
            other = (column + 2) % (self.heading.width + 2)
            if other not in {column, self.heading.columns["full_name"]}:
                self.page.cells[self.at, other] = self.words(chance.choice(_SIGNED))
        self.at += 2
        self.page.cells[self.at, self.heading.columns["full_name"]] = self.words("Lương Thị Hiền")


def draw_sheet(page: Page, expected: Expected, choices: Choices, chance: Random) -> None:
    """Draw a sheet and add to what is expected of the file."""
    SheetWriter(page, expected, choices, chance).draw()
