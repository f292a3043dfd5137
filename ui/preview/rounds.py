"""Invented rounds, for previews and tests."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from tongcds.domain.views import (
    Draft,
    MemberChoice,
    PaperHome,
    PaperStart,
    RoundRow,
    RoundView,
    StopRow,
    StopState,
)
from ui.preview import samples, village
from ui.screens.rounds import RoundsShown

NGAN, UN = (MemberChoice(village.identity(name), name) for name in ("Lò Thị Ngân", "Lò Văn Ún"))

_Then = tuple[StopState, int, str]

_STOPS: tuple[tuple[str, str, int, MemberChoice | None, _Then], ...] = (
    ("HN-0012", "Lường Văn Pản", 5, NGAN, (StopState.DONE, 22, "")),
    ("HN-0019", "Cà Văn Thoong", 3, NGAN, (StopState.ABSENT, 22, "đi nương, chiều mới về")),
    ("HN-0087", "Hà Thị Xuân", 4, NGAN, (StopState.OPEN, 0, "")),
    ("HN-0101", "Lèo Thị Hặc", 2, UN, (StopState.DECLINED, 23, "con trai đã làm")),
    ("HN-0109", "Quàng Văn Bun", 2, UN, (StopState.OPEN, 0, "")),
    ("HN-0122", "Tòng Văn Diên", 2, None, (StopState.OPEN, 0, "")),
)


def shown(kind: str) -> RoundsShown:
    """What the screen shows: typical, or empty."""
    if kind == "empty":
        return RoundsShown((), None, (NGAN, UN))
    stops = tuple(replace(_stop(*values), place=at) for at, values in enumerate(_STOPS, 1))
    states = Counter(stop.state for stop in stops)
    counts = {state: states[state] for state in StopState}
    rows = (
        _row("Hộ chưa có điện thoại thông minh", date(2026, 11, 21), None, len(stops), 4),
        _row("Đợt chợ phiên", date(2026, 10, 5), date(2026, 10, 12), 34, 0),
    )
    return RoundsShown(rows, RoundView(rows[0], stops, counts), (NGAN, UN))


def _row(name: str, begins: date, closed: date | None, stops: int, left: int) -> RoundRow:
    ends = begins + timedelta(days=6)
    return RoundRow(village.identity(name), name, "bản Nà Ngà", begins, ends, closed, stops, left)


def start(kind: str) -> PaperStart:
    """What typing in a list begins with: two lines of a draft, or no round at all."""
    if kind == "empty":
        return PaperStart(None, (), (NGAN, UN))
    opened = shown(kind).opened
    homes = tuple(_home(stop) for stop in opened.stops) if opened is not None else ()
    lines = {
        homes[2].household_id.hex(): {
            "met": "1", "services": "1.2 4h", "facts": "pv- 2pt", "again": "+7", "note": "máy của con hỏng",
        },
        homes[4].household_id.hex(): {
            "met": "2", "services": "", "facts": "", "again": "", "note": "đi nương",
        },
    }  # fmt: skip
    draft = Draft("paper", samples.NOW, {"day": "22/11/2026", "who": "", "lines": lines})
    return PaperStart(opened.row if opened is not None else None, homes, (NGAN, UN), draft)


def _home(stop: StopRow) -> PaperHome:
    names = (stop.head_name, "Lò Văn Ún", "Lò Thị Mai", "Lò Văn Pản", "Lò Thị Hoa")[: stop.people]
    people = tuple((village.identity(f"{stop.code}/{at}"), name) for at, name in enumerate(names))
    return PaperHome(
        stop.household_id,
        stop.code,
        stop.head_name,
        people,
        stop.place,
        stop.stop_id,
        stop.member_id,
        stop.state,
    )


def _stop(code: str, head: str, people: int, who: MemberChoice | None, then: _Then) -> StopRow:
    state, day, note = then
    on = date(2026, 11, day) if day else None
    visited = on if state is StopState.DONE else None
    return StopRow(
        village.identity(f"stop {code}"), village.identity(code), code, head, "", people,
        who.member_id if who else None, who.name if who else "", state, on, visited, note, here=True,
    )  # fmt: skip
