"""The head of a paper by who makes it, after Nghị định 30/2020/NĐ-CP, Phụ lục I.

A team has no seal and no register of documents: it stands under its commune, and leaves "Số:" out.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from tongcds.domain.views import Role, Whoami
from tongcds.i18n import _
from tongcds.papers.paper import Letterhead

_KIND: Final = re.compile(r"(xã|phường|thị trấn|đặc khu|tỉnh|thành phố)\s+", re.IGNORECASE)
_PADDED_MONTHS: Final = 2


def letterhead(who: Whoami, on: date) -> Letterhead:
    """The head of a paper of this unit on this day."""
    when = place_and_day(who.commune_name or who.province_name, on)
    match who.role:
        case Role.TEAM:
            office = _("People's Committee of {unit}").format(unit=who.commune_name)
            return Letterhead(office, (team_name(who.unit_name),), place_and_day=when)
        case Role.COMMUNE:
            return Letterhead("", (_("People's Committee"), who.commune_name), place_and_day=when)
        case _:
            office = _("People's Committee of {unit}").format(unit=who.province_name)
            return Letterhead(office, (who.unit_name,), place_and_day=when)


def team_name(unit_name: str) -> str:
    """What the team of a village is called on paper."""
    return _("Community digital-technology team of {unit}").format(unit=unit_name)


def place_and_day(unit_name: str, on: date) -> str:
    """Where and when ("Chiềng An, ngày 05 tháng 02 năm 2026"); days below 10 and months 1, 2 get a 0."""
    month = f"{on.month:02d}" if on.month <= _PADDED_MONTHS else str(on.month)
    words = _("{place}, day {day} month {month} year {year}")
    place = _KIND.sub("", unit_name, count=1) if _KIND.match(unit_name) else unit_name
    return words.format(place=place, day=f"{on.day:02d}", month=month, year=on.year)
