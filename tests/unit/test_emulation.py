"""Criteria as people type them, who scored what, sums and places."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tongcds.domain.commendations import load_awards
from tongcds.domain.emulation import (
    Criterion,
    Score,
    Total,
    criteria_words,
    placed,
    read_criteria,
    scored,
    versions_of,
    with_codes,
)
from tongcds.errors import UserError


def said(step: str, points: str, *after: str, text: str = "", criterion: str = "1") -> Score:
    return Score(step.encode(), criterion, Decimal(points), text, None, "", tuple(a.encode() for a in after))


def test_criteria_are_read_as_typed_and_as_pasted_from_a_spreadsheet():
    text = "Hỗ trợ tại hộ; ghi nhật ký; 12,5; xhs01\n\nSáng kiến\t10\t\n Báo cáo đúng hạn ;5"
    found = read_criteria(text)
    assert found == (
        Criterion("", "Hỗ trợ tại hộ; ghi nhật ký", Decimal("12.5"), "XHS01"),
        Criterion("", "Sáng kiến", Decimal(10)),
        Criterion("", "Báo cáo đúng hạn", Decimal(5)),
    )
    assert read_criteria(criteria_words(found)) == found


@pytest.mark.parametrize("line", ["Sáng kiến", "Sáng kiến; nhiều", "10", "Sáng kiến; XHS01"])
def test_a_line_without_a_name_or_points_is_named(line):
    with pytest.raises(UserError) as wrong:
        read_criteria(f"Nhật ký; 5\n{line}")
    assert (wrong.value.code, wrong.value.params["line"]) == ("criteria_unreadable", line)


def test_the_last_word_counts_and_two_at_once_are_contrary():
    settled = scored([said("a", "5"), said("b", "6", "a", text="Sổ"), said("c", "9", criterion="2")])
    assert (settled["1"].points, settled["1"].text, settled["2"].points) == (6, "Sổ", 9)
    contrary = scored([said("a", "5", text="Sổ"), said("b", "6", text="Ảnh")])["1"]
    assert (contrary.contrary, contrary.points, contrary.text) == (True, None, "Sổ\nẢnh")
    again = scored([said("a", "5"), said("b", "6"), said("c", "6", "a", "b")])["1"]
    assert (again.contrary, again.points) == (False, 6)


def test_two_who_say_the_same_agree():
    assert scored([said("a", "5"), said("b", "5.0")])["1"].points == 5


def test_as_many_points_have_the_same_place_and_the_next_one_is_left_out():
    totals = [Total(bytes([n]), str(n), Decimal(0), Decimal(p)) for n, p in enumerate((80, 95, 80, 70))]
    assert [(row.unit, row.place) for row in placed(totals)] == [("1", 1), ("0", 2), ("2", 2), ("3", 4)]


def test_a_criterion_keeps_its_code_while_it_keeps_its_name():
    first = with_codes(read_criteria("A; 5\nB; 5"), ())
    second = with_codes(read_criteria("C; 1\nB; 7\nA; 5"), first)
    assert [(one.code, one.name) for one in second] == [("3", "C"), ("2", "B"), ("1", "A")]


def test_versions_are_followed_however_far_back():
    chain = [said("a", "1"), said("b", "1", "a"), said("c", "1", "b"), said("x", "1")]
    assert [one.step_id for one in versions_of(chain[2], chain)] == [b"c", b"b", b"a"]


def test_forms_of_commendation_are_there_in_both_languages():
    assert all(one.name("vi") and one.name("en") for one in load_awards().values())
