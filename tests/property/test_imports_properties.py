"""Whatever register is written, the importer reads it back; whatever is done to a file, it stays calm."""

from __future__ import annotations

import io
import random
import tempfile
import zipfile
from collections import defaultdict
from datetime import date
from pathlib import Path

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongcds.errors import SENTENCES, UserError
from tongcds.imports.changes import Ref
from tongcds.imports.columns import NAMES, Field
from tongcds.imports.matching import ExistingHousehold, ExistingPerson, ExistingRegister
from tongcds.imports.plan import HOUSEHOLD, ImportPlan, plan_import
from tongcds.imports.reading import read_register
from tongcds.imports.register import ImportSettings, Register

TODAY = date(2026, 11, 23)
CHOSEN = ImportSettings(TODAY, import_sensitive=True)
DATA = Path(__file__).resolve().parents[1] / "data" / "imports"

quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

FAMILY = ["Lò", "Cà", "Giàng", "Thạch", "Nguyễn", "Đinh", "Cil", "K'Brèo"]
GIVEN = ["Văn", "Ánh", "Thị", "Xiên", "A", "Páo", "Mỷ", "Sóc", "Hoà", "Hòa", "Thuý", "Ước", "Quỳnh"]
names = st.builds("{} {} {}".format, st.sampled_from(FAMILY), st.sampled_from(GIVEN), st.sampled_from(GIVEN))
villages = st.sampled_from(["Bản Nà Ngà", "Tiểu khu 3", "Thôn Kha", "Buôn K'Nia"])
births = st.one_of(
    st.none(),
    st.dates(date(1930, 1, 1), TODAY).map(date.isoformat),
    st.integers(1930, 2025).map(str),
    st.builds("{:04d}-{:02d}".format, st.integers(1930, 2025), st.integers(1, 12)),
)
phones = st.one_of(st.none(), st.integers(0, 9999999).map(lambda n: f"098{n:07d}"))
members = st.fixed_dictionaries(
    {
        "full_name": names,
        "sex": st.sampled_from(["male", "female", None]),
        "birth": births,
        "phone": phones,
        "ethnicity": st.sampled_from(["Thái", "Mông", "Kinh", None]),
        "note": st.sampled_from(["đi làm xa", "già yếu", None]),
    }
)
households = st.fixed_dictionaries(
    {
        "village": villages,
        "poverty": st.sampled_from(["poor", "near_poor", "none"]),
        "members": st.lists(members, min_size=1, max_size=4),
    }
)
SLUGS = {"Thái": "thai", "Mông": "mong", "Kinh": "kinh", None: None}


def as_cell(draw, field: str, value: str | None):
    """Write a value one of the ways people do."""
    if value is None:
        return draw(st.sampled_from([None, "-", "không có"])) if field != "sex" else None
    ways = [value]
    if field == "birth":
        year, month, day = (*value.split("-"), None, None)[:3]
        if day:
            whole = date.fromisoformat(value)
            ways = [whole, whole.strftime("%d/%m/%Y"), f"{whole.day}.{whole.month}.{year}"]
        else:
            ways = [f"{int(month)}/{year}"] if month else [int(year), year, f"{year} "]
    elif field == "sex":
        ways = [{"male": "Nam", "female": "nữ"}[value]]
    elif field == "phone":
        ways = [value, f"{value[:4]} {value[4:]}", f"+84{value[1:]}"]
    return draw(st.sampled_from(ways))


@st.composite
def registers(draw):
    """A register as values, and a workbook that says the same in some order, with some spelling."""
    drawn = draw(st.lists(households, min_size=1, max_size=6))
    fields = [
        Field.HOUSEHOLD_NO, Field.VILLAGE, Field.FULL_NAME, Field.RELATION, Field.SEX, Field.BIRTH,
        Field.PHONE, Field.ETHNICITY, Field.POVERTY, Field.NOTE,
    ]  # fmt: skip
    order = draw(st.permutations(fields))
    header = [draw(st.sampled_from(NAMES[field].split("|"))) for field in order]
    if draw(st.booleans()):
        header = [text.upper() for text in header]
    book = openpyxl.Workbook()
    sheet = book.active
    for title in draw(st.lists(st.sampled_from(["UBND XÃ", "DANH SÁCH", None]), max_size=3)):
        sheet.append([title])
    sheet.append(header)
    if draw(st.booleans()):
        sheet.append(list(range(1, len(header) + 1)))
    for number, household in enumerate(drawn, 1):
        for place, member in enumerate(household["members"]):
            said = {
                Field.HOUSEHOLD_NO: f"HN-{number}",
                Field.VILLAGE: household["village"],
                Field.RELATION: "Con" if place else draw(st.sampled_from(["Chủ hộ", "CH", "CHỦ HỘ"])),
                Field.POVERTY: {"poor": "Hộ nghèo", "near_poor": "Hộ cận nghèo"}.get(household["poverty"])
                if not place
                else None,
                **{
                    field: as_cell(draw, field.value, member[field.value])
                    for field in fields
                    if field in member
                },
            }
            sheet.append([said[field] for field in order])
    return drawn, book


def read_book(book: openpyxl.Workbook) -> Register:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "so-ho.xlsx"
        book.save(path)
        return read_register(path, CHOSEN)


@quick
@given(registers())
def test_a_register_is_read_back_as_it_was_meant(drawn_and_book):
    drawn, book = drawn_and_book
    register = read_book(book)
    assert [
        (
            h.no,
            h.village,
            h.poverty,
            [(m.full_name, m.sex, m.birth, m.phone, m.ethnicity, m.note) for m in h.members],
        )
        for h in register.households
    ] == [
        (
            f"HN-{number}",
            h["village"],
            h["poverty"],
            [
                (m["full_name"], m["sex"], m["birth"], m["phone"], SLUGS[m["ethnicity"]], m["note"])
                for m in h["members"]
            ],
        )
        for number, h in enumerate(drawn, 1)
    ]
    assert {w.code for w in register.warnings} <= {"possible_duplicate"}


def carried_out(plan: ImportPlan) -> ExistingRegister:
    """Return the vault that an empty one becomes by a plan."""
    made = {write.ref: f"{write.kind}{write.ref}".encode() for write in plan.writes}
    homes, people = [], []
    for write in plan.writes:
        fields = {
            name: made[value.number] if isinstance(value, Ref) else value
            for name, value in write.fields.items()
        }
        if write.kind == HOUSEHOLD:
            homes.append(ExistingHousehold(made[write.ref], **fields))
        else:
            fields["more_phones"] = tuple(fields.get("more_phones", ()))
            people.append(ExistingPerson(made[write.ref], **fields))
    return ExistingRegister(tuple(homes), tuple(people))


@quick
@given(registers())
def test_the_same_file_a_second_time_changes_nothing(drawn_and_book):
    register = read_book(drawn_and_book[1])
    ids = {village.name: village.name.encode() for village in register.villages}
    first = plan_import(register, ExistingRegister(), village_ids=ids)
    assert first.households_new == len(register.households)
    assert sum(write.kind != HOUSEHOLD for write in first.writes) == register.people
    again = plan_import(register, carried_out(first), village_ids=ids)
    assert (again.writes, again.households_same) == ((), len(register.households))


DANGEROUS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            '=HYPERLINK("http://x.invalid";"a")',
            "=cmd|' /C calc'!A0",
            "+1+1",
            "-2+3",
            "@SUM(A1:A9)",
            "<img src=x onerror=alert(1)>",
            "&lt;b&gt;",
            "'; DROP TABLE person; --",
            "\u202eơnáv",
            "A" * 10_000,
            "_x0000_",
            "1e400",
            "\u0669\u0668\u0661\u0662",
        ]
    ),
)


@quick
@given(st.lists(st.lists(DANGEROUS, min_size=6, max_size=6), min_size=1, max_size=5))
def test_any_text_in_any_cell_stays_plain_text(rows):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["STT", "Họ và tên", "Năm sinh", "CCCD", "SĐT", "Ghi chú"])
    for row in rows:
        sheet.append([])
        for column, text in enumerate(row, 1):
            cell = sheet.cell(sheet.max_row + (column == 1), column)
            kept = "".join(c for c in text if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff"))
            cell.value = kept.replace("\ufffe", "").replace("\uffff", "")
            cell.data_type = "s"
    register = read_book(book)
    # Text that may be of an old font is kept to the letter, so that it can still be converted.
    old = {w.row for w in register.warnings if w.code == "legacy_unclear"}
    members = [m for h in register.households for m in h.members if m.row not in old]
    texts = [m.full_name + (m.note or "") for m in members]
    assert not any(c < " " or "\u202a" <= c <= "\u202e" for text in texts for c in text)
    named = {w.row for w in register.warnings if w.code in {"formula_text", "legacy_unclear"}}
    like_formulas = [
        m.row for h in register.households for m in h.members if m.full_name.startswith(("=", "+", "-", "@"))
    ]
    assert named.issuperset(like_formulas)


def attempt(data: bytes) -> Register | str:
    """Read a file: a register, or the code of a refusal that has a sentence."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "so-ho.xlsx"
        path.write_bytes(data)
        try:
            return read_register(path, CHOSEN)
        except UserError as error:
            refused = error.code
    assert refused in SENTENCES
    return refused


SAMPLE = (DATA / "ho-dan-cu.xlsx").read_bytes()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_by_name(data):
    damaged = bytearray(SAMPLE)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del damaged[data.draw(st.integers(0, len(damaged))) :]
    attempt(bytes(damaged))


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


PARTS = parts_of(SAMPLE)
READ_PARTS = ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/worksheets/sheet1.xml"]
WORDS = [
    "",
    "-1",
    "999999999999999999999",
    "x",
    "A0",
    "ZZZZ9",
    "A1:A",
    "nan",
    "1e999",
    "s",
    "d",
    "str",
    "\u0663",
    "-0",
]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_package_with_nonsense_inside_is_read_or_refused_by_name(data):
    part = data.draw(st.sampled_from(READ_PARTS))
    text = PARTS[part].decode()
    quoted = [at for at, char in enumerate(text) if char == '"']
    chance = random.Random(data.draw(st.integers(0, 2**32)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = chance.choice(quoted[:-1])
        end = text.find('"', at + 1)
        if end > at:
            text = text[: at + 1] + chance.choice(WORDS) + text[end:]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, held in PARTS.items():
            archive.writestr(name, text.encode() if name == part else held)
    attempt(target.getvalue())


def test_the_undamaged_file_is_read():
    register = attempt(SAMPLE)
    assert isinstance(register, Register)
    by_village = defaultdict(int)
    for household in register.households:
        by_village[household.village] += 1
    assert sum(by_village.values()) == 60
