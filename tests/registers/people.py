"""Invented people and villages, and what old registers make of each of their values.

A habit is one way to write a value; it says at once what the rules of import make of it. Every function
returns what stands in the cell, what must be read, and the codes of the warnings it must get.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tests.registers import letters
from tests.registers.book import DEFAULT_FONT, Day, Formula, Number, Text, Value, plain, serial

MALE, FEMALE = "male", "female"
_FAMILY = [
    "Lò",
    "Cà",
    "Giàng",
    "Thạch",
    "Nguyễn",
    "Đinh",
    "Quàng",
    "Vừ",
    "Trần",
    "Lưu",
    "Ứng",
    "Âu",
    "K'Brèo",
]
_MIDDLE = {MALE: ["Văn", "A", "Đức", "Xuân", "Ước"], FEMALE: ["Thị", "Thị Ánh", "Mỷ", "Thị Quỳnh", "Ý"]}
_GIVEN = {
    MALE: ["Páo", "Hoà", "Hòa", "Ánh", "Sóc", "Dũng", "Ổn", "Kỳ", "Thọ", "Hưởng", "Ệt", "Vượng"],
    FEMALE: ["Xiên", "Thuý", "Thúy", "Ngân", "Én", "Ửng", "Mẩy", "Nguyệt", "Oanh", "H'Hen", "Duyên", "Thuỷ"],
}
_ONE_TONE_PLACE = {"hoà": "hòa", "thuý": "thúy", "thuỷ": "thủy"}
ETHNIC = {
    "Thái": "thai", "THÁI": "thai", "thái": "thai", "Mông": "mong", "H'Mông": "mong", "Hmông": "mong",
    "Kinh": "kinh", "Mường": "muong", "Tày": "tay", "Nùng": "nung", "Dao": "dao", "Hoa": "hoa",
    "Khmer": "khmer", "Khơ-me": "khmer", "Cơ-ho": "co-ho", "K'Ho": "co-ho", "Khơ-mú": "kho-mu",
    "Xinh-mun": "xinh-mun", "Thổ": "tho", "La-ha": "la-ha",
}  # fmt: skip
_PLACES = ["001", "002", "006", "008", "011", "014", "038", "042", "068", "079", "092"]
_NO_PLACES = ["003", "013", "097", "100", "500"]
_NO_PHONES = ["09812", "0412345678", "không nhớ số", "09812345678"]
_OLD_PREFIXES = {
    "0120": "070",
    "0123": "083",
    "0168": "038",
    "0164": "034",
    "0186": "056",
    "0199": "059",
    "0127": "081",
}
NOTES = [
    "đi làm ở Bắc Ninh", "học sinh bán trú", "Chủ tịch Hội Nông dân", "cộng tác viên dân số", "=1+1",
    "@SUM(A1)", "<b>nghèo</b> & <img src=x>", "x'; DROP TABLE person; --", "Người cao tuổi, ở một mình",
    "+84 là mã nước", "già yếu; ở với con", "x" * 300,
]  # fmt: skip
NOTHING = ["-", "--", "không", "không có", "chưa", "chưa có", "chưa làm", "k", "ko", "Không"]


@dataclass
class Person:
    """Somebody as they are, before anything is written."""

    name: str
    sex: str
    birth: date
    id_number: str
    phone: str
    ethnicity: str


@dataclass(frozen=True)
class Written:
    """A cell, what must be read from it, and the codes it must be warned with."""

    cell: Value | None
    read: str | None
    codes: tuple[str, ...] = ()
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class Able:
    """What a format can hold."""

    fonts: bool = True
    typed: bool = True
    uncached: bool = True
    whole: str = ""
    """The old encoding of a whole text file."""
    unicode: bool = True
    hides: bool = True
    merges: bool = True


def name_key(name: str) -> str:
    """Return what must be equal for two names to be the same."""
    words = unicodedata.normalize("NFC", name).lower().split()
    return " ".join(_ONE_TONE_PLACE.get(word, word) for word in words)


def person(chance: Random, today: date) -> Person:
    """Return somebody new."""
    sex = chance.choice((MALE, FEMALE))
    name = f"{chance.choice(_FAMILY)} {chance.choice(_MIDDLE[sex])} {chance.choice(_GIVEN[sex])}"
    birth = date(1930, 1, 1) + timedelta(days=chance.randrange((today - date(1930, 1, 1)).days))
    number = id_for(chance, sex, birth)
    return Person(name, sex, birth, number, new_phone(chance), chance.choice(list(ETHNIC)))


def id_for(chance: Random, sex: str, birth: date, place: str | None = None) -> str:
    """Return a personal number that agrees with sex and birth."""
    fourth = (birth.year - 1900) // 100 * 2 + (sex == FEMALE)
    return f"{place or chance.choice(_PLACES)}{fourth}{birth.year % 100:02d}{chance.randrange(10**6):06d}"


# Letters


def coded(text: str, family: str, chance: Random) -> tuple[Value, str]:
    """Return a cell with a text in a family of letters, and what of the text is left then.

    Families: "" (Unicode), "tcvn3", "tcvn3h" (capitals), "vni", and "whole tcvn3" or "whole vni" for files
    without fonts.
    """
    font = {"tcvn3": ".VnTime", "tcvn3h": ".VnTimeH", "vni": "VNI-Times"}.get(family, DEFAULT_FONT)
    if family in {"tcvn3", "tcvn3h"}:
        font = chance.choice(
            (font, font.replace("Time", "Arial"), font.upper() if family == "tcvn3h" else font.lower())
        )
    if family == "tcvn3" and text.isupper():
        return plain(letters.tcvn3(text), f"{font}H"), text  # nobody types capitals with tones in .VnTime
    match family.removeprefix("whole "):
        case "tcvn3":
            return plain(letters.tcvn3(text), font), letters.after_tcvn3(text)
        case "tcvn3h":
            return plain(letters.tcvn3(chance.choice((text, text.lower()))), font), text.upper()
        case "vni":
            return plain(
                letters.vni(text), chance.choice((font, "VNI-Helve")) if family == "vni" else font
            ), text
    return plain(text), text


def write_words(text: str, family: str, able: Able, chance: Random) -> tuple[Value, str]:
    """Return a cell with words, and the words that must be read."""
    cell, left = coded(text, family, chance)
    if family == "" and able.unicode:
        cell = plain(letters.untidy(text, chance))
    if able.fonts and isinstance(cell, Text) and chance.random() < 0.1:
        cell = _parted(cell, chance)
    return cell, left


def _parted(text: Text, chance: Random) -> Text:
    """Return a text whose look changes in its midst, perhaps amid a letter; the font stays."""
    ((whole, font),) = text.runs
    at = chance.randrange(len(whole) + 1)
    return Text(tuple((part, font) for part in (whole[:at], whole[at:]) if part))


def write_name(name: str, family: str, able: Able, chance: Random) -> Written:
    """Write a person's name one of the ways people do."""
    if family == "" and chance.random() < 0.04:
        sign = chance.choice(("=", "+", "-", "@"))
        return Written(plain(sign + name), sign + name, ("formula_text",))
    if able.fonts and chance.random() < 0.05:
        old = letters.tcvn3(name)
        if letters.looks_like_an_old_font(old):
            return Written(plain(f" {old} "), old, ("legacy_unclear",))
    if family == "tcvn3" and chance.random() < 0.15:
        return _partly_old(name, chance)
    if family in {"tcvn3", "vni"} and chance.random() < 0.1 and _beyond_latin_1(name):
        return Written(plain(name, ".VnTime" if family == "tcvn3" else "VNI-Times"), name)
    written = chance.choice((name, name, name, name.upper(), name.lower()))
    if family in {"tcvn3", "whole tcvn3"}:
        written = chance.choice((name, name, name.lower()))
    cell, left = write_words(written, family, able, chance)
    return Written(cell, name, ("case_restored",) if left != name else ())


def _partly_old(name: str, chance: Random) -> Written:
    """Write the first words in .VnTime and the last in Unicode, as whoever corrected it did."""
    first, _, last = name.rpartition(" ")
    runs = ((letters.tcvn3(first + " "), ".VnTime"), (last, chance.choice(("Arial", DEFAULT_FONT))))
    lost = letters.after_tcvn3(first) != first
    if not _beyond_latin_1(last) and letters.looks_like_an_old_font(last):
        raise ValueError(last)
    return Written(Text(runs), name, ("case_restored",) if lost else ())


def _beyond_latin_1(text: str) -> bool:
    return any(c in "ĂăĐđĨĩŨũƠơƯư" or "\u1ea0" <= c <= "\u1ef9" for c in text)


# Births


def write_birth(
    who: Person, able: Able, chance: Random, *, today: date, id_read: str | None, date1904: bool
) -> Written:
    """Write a birth one of the ways people do; `id_read` is the personal number read from the same row."""
    b = who.birth
    year, month = f"{b.year}", f"{b.year}-{b.month:02d}"
    split = chance.choice("/-.")
    ways = [
        Written(Number(b.year), year),
        Written(plain(year), year),
        Written(plain(f"{b.month}{split if split != '-' else '/'}{year}"), month),
        Written(plain(f"{b.day:02d}{split}{b.month:02d}{split}{year}"), b.isoformat()),
        Written(plain(f"{b.day}{split}{b.month}{split}{year}"), b.isoformat()),
        Written(plain(f"31/2/{year}"), year, ("birth_invalid",)),
        Written(plain(f"5/13/{year}"), year, ("birth_invalid",)),
        _two_digits(b, split, today, id_read),
        Written(plain(str(today.year + 3)), str(today.year + 3), ("birth_future",)),
        Written(plain(chance.choice([*NOTHING, "0"])), None),
        Written(None, None),
    ]
    if able.typed:
        ways += [
            Written(Day(b), b.isoformat()),
            Written(Number(serial(b, date1904=date1904)), b.isoformat()),
            Written(Formula(Number(b.year)), year),
            Written(Formula("#REF!"), None, ("formula_error",)),
        ]
    if able.typed and able.uncached:
        ways.append(Written(Formula(None), None, ("formula_uncached",)))
    usual = [ways[0], ways[1], ways[3], *(ways[11:12])]
    return chance.choice(usual if chance.random() < 0.5 else ways)


def _two_digits(b: date, split: str, today: date, id_read: str | None) -> Written:
    two = b.year % 100
    century = 2000 if two <= today.year % 100 else 1900
    if id_read is not None and len(id_read) == 12 and int(id_read[4:6]) == two:
        century = 1900 + int(id_read[3]) // 2 * 100
    read = f"{century + two}-{b.month:02d}-{b.day:02d}"
    future = ("birth_future",) if read > today.isoformat() else ()
    try:
        date.fromisoformat(read)
    except ValueError:  # 29 February of the other century
        return Written(plain(str(b.year)), str(b.year))
    return Written(plain(f"{b.day}{split}{b.month}{split}{two:02d}"), read, ("birth_two_digit_year", *future))


# Numbers


def write_id(who: Person, able: Able, chance: Random) -> Written:
    """Write a personal number one of the ways people do; what it says of its owner is checked by `doubts`."""
    n = who.id_number
    place_00 = id_for(chance, who.sex, who.birth, place=f"00{chance.choice('12468')}")
    old = f"{chance.randrange(10, 40)}{chance.randrange(10**7):07d}"
    other = id_for(chance, chance.choice((MALE, FEMALE)), date(chance.randrange(1935, 2020), 5, 5))
    strange = chance.choice(_NO_PLACES) + n[3:]
    ways = [
        Written(plain(n), n),
        Written(plain(f"{n[:3]} {n[3:6]} {n[6:9]} {n[9:]}"), n),
        Written(plain(f"{n[:3]}.{n[3:6]}-{n[6:]}"), n),
        Written(plain(f"'{n}"), n),
        Written(Number(int(other), "1.4085E+10"), other, ("id_zero_restored",)),
        Written(plain(place_00[2:]), place_00, ("id_zero_restored",)),
        Written(Number(int(old)), old, ("id_old_cmnd",)),
        Written(plain(old), old, ("id_old_cmnd",)),
        Written(plain(old[:2] + old[3:]), f"0{old[:2]}{old[3:]}", ("id_zero_restored", "id_old_cmnd")),
        Written(
            plain(chance.choice(("1.40850E+10", "1,40850E+10", "1.4085E+10"))), None, ("id_digits_lost",)
        ),
        Written(
            plain(chance.choice(("1234567", "01408512345678", "đã mất", "3080123456"))), None, ("id_invalid",)
        ),
        Written(plain(strange), strange),
        Written(plain(chance.choice([*NOTHING, "0"])), None),
        Written(None, None),
    ]
    if len(str(int(n))) == 11:
        ways += [Written(Number(int(n), "1.40850E+10"), n, ("id_zero_restored",))] * 2
    else:  # 00x: two zeros gone
        ways.append(Written(Number(int(n)), n, ("id_zero_restored",)))
    if other.startswith("00"):
        ways[4] = Written(plain(other[1:]), other, ("id_zero_restored",))
    if able.typed:
        ways += [
            Written(Formula("#N/A"), None, ("formula_error",)),
            Written(Formula(plain(n)), n),
        ]
    if able.typed and able.uncached:
        ways.append(Written(Formula(None), None, ("formula_uncached",)))
    return chance.choice(ways[:1] if chance.random() < 0.4 else ways)


def doubts(number: str | None, sex: str | None, birth: str | None) -> tuple[str, ...]:
    """Return what a personal number says otherwise than its row."""
    if number is None or len(number) != 12:
        return ()
    if number[:3] in _NO_PLACES:
        return ("id_unknown_place",)
    found = []
    if sex is not None and (int(number[3]) % 2 == 1) != (sex == FEMALE):
        found.append("id_sex_mismatch")
    century = 1900 + int(number[3]) // 2 * 100
    if birth is not None and int(birth[:4]) != century + int(number[4:6]):
        found.append("id_birth_mismatch")
    return tuple(found)


def write_phone(who: Person, able: Able, chance: Random) -> Written:
    """Write a phone number one of the ways people do."""
    n = who.phone
    second = new_phone(chance)
    old, new = chance.choice(list(_OLD_PREFIXES.items()))
    tail = f"000{chance.randrange(10**4):04d}"
    land = f"0212{chance.randrange(3_000_000, 4_000_000)}"
    between = chance.choice((" / ", "/", ";", ", ", " và ", " hoặc "))
    ways = [
        Written(plain(n), n),
        Written(plain(f"{n[:4]} {n[4:7]} {n[7:]}"), n),
        Written(plain(f"({n[:4]}) {n[4:7]}-{n[7:]}"), n),
        Written(plain(f"{n[:3]}.{n[3:6]}.{n[6:]}"), n),
        Written(plain(f"'{n}"), n),
        Written(Number(int(n)), n, ("phone_zero_restored",)),
        Written(plain(n[1:]), n, ("phone_zero_restored",)),
        Written(plain(f"+84{n[1:]}"), n),
        Written(plain(f"+84 {n[1:4]} {n[4:]}"), n),
        Written(plain(f"84{n[1:]}"), n),
        Written(plain(old + tail), new + tail, ("phone_old_prefix",)),
        Written(Number(int(old + tail)), new + tail, ("phone_zero_restored", "phone_old_prefix")),
        Written(plain(land), land),
        Written(Number(int(land)), land, ("phone_zero_restored",)),
        Written(plain(f"{n}{between}{second}"), n, ("phone_extra",), (second,)),
        Written(plain(chance.choice(_NO_PHONES)), None, ("phone_invalid",)),
        Written(plain(chance.choice([*NOTHING, "0"])), None),
        Written(None, None),
    ]  # fmt: skip
    if able.typed:
        ways += [Written(Formula(plain(n)), n), Written(Formula("#VALUE!"), None, ("formula_error",))]
    return chance.choice(ways[:1] if chance.random() < 0.4 else ways)


def new_phone(chance: Random) -> str:
    """Return a mobile number."""
    return (
        f"{chance.choice(('032', '056', '078', '081', '084', '091', '098'))}000{chance.randrange(10**4):04d}"
    )
