"""Names that one person may have been written under, and names of two people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongcds.domain import likeness as measured
from tongcds.domain.likeness import ALIKE, likeness, slips


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hà Thị Xuân", "Ha Thi Xuan"),
        ("Hà Thị Hoà", "Hà Thị Hòa"),
        ("Xuân Hà Thị", "Hà Thị Xuân"),
        ("HÀ THỊ XUÂN", "hà thị xuân"),
        ("Hà ThịXuân", "Hà Thị Xuân"),
    ],
)
def test_one_name_written_in_two_ways_is_the_same(one: str, other: str) -> None:
    assert likeness(one, other) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lường Văn Quyết", "Lường Quyết"),
        ("Nguyễn Thị Thuỷ", "Nguyễn Thi Thuyr"),
        ("Nguyễn Văn Hùng", "Nguyễn Văn Hưng"),
        ("Lò Thị Ngân", "Lò Thị Nagn"),
    ],
)
def test_a_slip_makes_names_alike_but_not_the_same(one: str, other: str) -> None:
    assert ALIKE <= likeness(one, other) < 1
    assert likeness(one, other) == likeness(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hà Thị Xuân", "Hà Thị Mai"),
        ("Lò Văn Ún", "Lò Thị Ún"),
        ("Lò Văn A", "Vì Văn A"),
        ("Xuân", ""),
        ("Lường Văn Quyết", "Quyết"),
    ],
)
def test_names_of_two_people_are_not_alike(one: str, other: str) -> None:
    assert likeness(one, other) == 0


def by_the_table(one: str, other: str) -> int:
    """The same by the plain table of distances."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (a != b))
            if i > 1 and j > 1 and (a, one[i - 2]) == (other[j - 2], b):
                best = min(best, rows[i - 2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


words = st.text(alphabet="abc", max_size=12)


@given(words, words)
def test_slips_are_those_of_the_plain_table(one: str, other: str) -> None:
    assert slips(one, other) == by_the_table(one, other)


def test_counting_without_swaps_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    # Negative control: a swap counts as two.
    monkeypatch.setattr(measured, "slips", lambda one, other: by_the_table(one, other) + 1)
    with pytest.raises(AssertionError):
        test_a_slip_makes_names_alike_but_not_the_same("Lò Thị Ngân", "Lò Thị Nagn")
