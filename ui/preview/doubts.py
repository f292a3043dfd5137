"""Invented doubts about the invented village, in the words of the rules that are in force."""

from __future__ import annotations

from collections import Counter
from typing import Final

from tongcds.domain.quality import load_rules
from tongcds.domain.views import DoubtList, DoubtRow
from ui.preview import village

_DOUBTS: Final = (
    ("relation_age", "person", "HN-0012", "Cà Thị Hương", "Lường Văn Pản"),
    ("id_zero_lost", "person", "HN-0031", "Hà Thị Xuân", "Hà Thị Xuân"),
    ("phone_form", "person", "HN-0074", "Lò Thị Mai", "Vì Trung Ánh"),
    ("id_sex", "person", "HN-0074", "Vì Thị Muôn", "Vì Trung Ánh"),
    ("phone_form", "person", "HN-0087", "Lò Văn Ún", "Hà Thị Xuân"),
)


def shown(kind: str, rule: str = "", _first: int = 0) -> DoubtList:
    """The list of doubts; `kind` is typical or empty."""
    rules = load_rules()
    rows = [
        DoubtRow(
            rule=code,
            name=rules[code].name(),
            words=rules[code].words(),
            field=rules[code].field,
            subject=subject,
            subject_id=village.identity(f"{home}/{person}"),
            household_id=village.identity(home),
            said=b"",
            person=person,
            head=head,
            code=home,
            village="Bản Nà Ngà",
        )
        for code, subject, home, person, head in _DOUBTS
        if kind != "empty"
    ]
    counts = Counter(row.rule for row in rows)
    found = tuple(row for row in rows if rule in {"", row.rule})
    named = tuple((code, rules[code].name(), n) for code, n in counts.items())
    return DoubtList(found, named, waiting=False, matching=len(found))
