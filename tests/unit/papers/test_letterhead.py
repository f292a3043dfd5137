"""Whose paper it is, after Nghị định 30/2020/NĐ-CP."""

from __future__ import annotations

from datetime import date

import pytest

from tongcds.domain.views import Role, Whoami
from tongcds.papers.letterhead import letterhead, place_and_day


def somebody(role, unit="Bản Nà Ngà", commune="Xã Chiềng Mung"):
    return Whoami("Lò Thị Ngân", role, unit, commune, "Tỉnh Sơn La", "Máy chủ thử", 7)


def test_a_team_stands_under_its_commune_and_numbers_nothing():
    head = letterhead(somebody(Role.TEAM), date(2026, 11, 5))
    assert (head.above, head.body) == ("UBND Xã Chiềng Mung", ("Tổ công nghệ số cộng đồng Bản Nà Ngà",))
    assert head.number == ""


def test_a_commune_has_its_own_name_in_two_lines_and_nobody_above():
    head = letterhead(somebody(Role.COMMUNE, unit="Xã Chiềng Mung"), date(2026, 11, 5))
    assert (head.above, head.body) == ("", ("Ủy ban nhân dân", "Xã Chiềng Mung"))


@pytest.mark.parametrize(
    ("unit", "day", "words"),
    [
        ("Xã Chiềng Mung", date(2026, 2, 5), "Chiềng Mung, ngày 05 tháng 02 năm 2026"),
        ("Phường Tô Hiệu", date(2026, 3, 15), "Tô Hiệu, ngày 15 tháng 3 năm 2026"),
        ("Xã", date(2026, 12, 1), "Xã, ngày 01 tháng 12 năm 2026"),
        ("Xãmmở", date(2026, 12, 1), "Xãmmở, ngày 01 tháng 12 năm 2026"),
    ],
)
def test_days_below_ten_and_the_first_two_months_get_a_zero(unit, day, words):
    assert place_and_day(unit, day) == words
