"""Invented training sessions for previews and tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from tongcds.domain.text import matches
from tongcds.domain.training import Ability, Audience, Clash, Phase, State, share
from tongcds.domain.views import Standing
from tongcds.domain.views.training import (
    Attendee,
    Candidate,
    Ratings,
    TaskOf,
    TrainingRow,
    TrainingsView,
    TrainingView,
)
from ui.preview.village import identity

_YOUNGER: Final = 1960
_TODAY: Final = date(2026, 11, 23)
_NGA, _HA = (identity("village Nà Ngà"), identity("village Nà Hạ"))
_VILLAGES: Final = ((_HA, "Bản Nà Hạ"), (_NGA, "Bản Nà Ngà"))
_SCAMS, _PASSWORDS, _LOST = "K6.1", "K6.2", "K6.4"
_A, _H, _C = Ability.ALONE, Ability.HELPED, Ability.CANNOT
_ROWS: Final = TrainingRow(
    training_id=identity("training"),
    title="An toàn trên mạng cho người cao tuổi",
    course="older/1",
    skills=(_SCAMS, _PASSWORDS, _LOST),
    audience=Audience.CITIZENS,
    on=date(2026, 11, 25),
    starts=19 * 60 + 30,
    minutes=135,
    place="Nhà văn hoá bản Nà Ngà",
    trainers=("Lò Thị Ngân", "Cầm Văn Tuấn"),
    capacity=40,
    note="Mang theo điện thoại và sạc",
    villages=(_HA, _NGA),
    village_names=("Bản Nà Hạ", "Bản Nà Ngà"),
    state=State.PLANNED,
    moved_from=date(2026, 11, 24),
    reason="Mất điện",
    unit="",
    mine=True,
    invited=22,
    here=0,
    clashes=(),
    standing=Standing.WAITING,
)
_People = tuple[str, int, str, bool, bool, tuple[Ability | None, Ability | None, Ability | None]]
_PEOPLE: Final[tuple[_People, ...]] = (
    ("Lèo Thị Hặc", 1952, "Bản Nà Ngà", True, True, (_H, _C, _H)),
    ("Quàng Văn Bun", 1958, "Bản Nà Ngà", True, True, (_A, _H, None)),
    ("Hà Thị Ón", 1961, "Bản Nà Hạ", False, True, (_A, _A, None)),
    ("Lường Văn Pản", 1961, "Bản Nà Ngà", True, True, (_A, _H, _A)),
    ("Cà Thị Hương", 1965, "Bản Nà Ngà", False, True, (_A, _A, None)),
    ("Vì Thị Xôm", 1949, "Bản Nà Ngà", True, False, (None, None, None)),
    ("Tòng Văn Pánh", 1955, "Bản Nà Hạ", True, True, (_H, _H, None)),
    ("Lò Văn Thoan", 1960, "Bản Khá", False, True, (_A, _A, None)),
)


def view(kind: str) -> TrainingsView:
    """The list: typical, or empty."""
    if kind == "empty":
        return TrainingsView(_TODAY, (), _VILLAGES, may_announce=True)
    clash = replace(
        _ROWS,
        training_id=identity("training 2"),
        title="VNeID và dịch vụ công trực tuyến",
        course="identity/1",
        skills=("K3.1", "K3.2", "K3.4"),
        starts=20 * 60,
        minutes=195,
        trainers=("Cầm Văn Tuấn",),
        place="Trường tiểu học",
        moved_from=None,
        reason="",
        invited=0,
        standing=Standing.RECEIVED,
        clashes=(Clash(identity("training"), place=False, trainers=("Cầm Văn Tuấn",)),),
    )
    first = replace(_ROWS, clashes=(Clash(identity("training 2"), place=False, trainers=("Cầm Văn Tuấn",)),))
    off = replace(
        clash,
        training_id=identity("training 3"),
        title="Thanh toán không dùng tiền mặt",
        on=date(2026, 11, 27),
        state=State.CANCELLED,
        reason="Mưa lũ, đường vào bản bị ngập",
        clashes=(),
    )
    held = replace(
        clash,
        training_id=identity("training 4"),
        title="Làm quen điện thoại thông minh",
        on=date(2026, 11, 14),
        state=State.HELD,
        invited=30,
        here=41,
        unit="Bản Nà Hạ",
        mine=False,
        clashes=(),
    )
    return TrainingsView(_TODAY, (first, clash, off, held), _VILLAGES, may_announce=True)


def opened(kind: str) -> TrainingView:
    """One session: half taken down, or before anybody came."""
    row = replace(_ROWS, moved_from=None, reason="")
    if kind == "empty":
        nothing = tuple(share(code, ()) for code in row.skills)
        return TrainingView(row, (), nothing, (), 0, 0, Ratings(), (), _VILLAGES)
    people = tuple(map(_attendee, _PEOPLE))
    shares = tuple(
        share(
            code,
            [(phase, ability) for one in people for (of, phase), ability in one.checks.items() if of == code],
        )
        for code in row.skills
    )
    who = people[6]
    task = TaskOf(
        subject_id=who.subject_id,
        name=who.name,
        village=who.village,
        skill=_LOST,
        due_on=date(2026, 12, 9),
        visited_on=None,
        called_off=False,
        can=None,
    )
    seen = replace(task, skill=_PASSWORDS, visited_on=date(2026, 11, 30), can=Ability.HELPED)
    takers = (("Lò Thị Ngân", 4), ("Cầm Văn Tuấn", 3))
    return TrainingView(row, people, shares, (task, seen), 1, 1, Ratings(5, 1, 0), takers, _VILLAGES)


def find(typed: str) -> Sequence[Candidate]:
    """Whom typing finds among the invented people."""
    return tuple(
        Candidate(identity(name), name, year, village, "HN-0012", here=here)
        for name, year, village, _invited, here, _checks in _PEOPLE
        if matches(typed, name)
    )


def _attendee(said: _People) -> Attendee:
    name, year, village, invited, here, after = said
    skills = (_SCAMS, _PASSWORDS, _LOST)
    checks = {
        (skill, Phase.AFTER): ability
        for skill, ability in zip(skills, after, strict=True)
        if ability is not None
    }
    if here:
        checks[_SCAMS, Phase.BEFORE] = Ability.ALONE if year > _YOUNGER else Ability.CANNOT
    return Attendee(
        subject_id=identity(name),
        name=name,
        birth_year=year,
        village=village,
        village_id=_NGA,
        household_id=None if village == "Bản Khá" else identity(f"home {name}"),
        invited=invited,
        here=here,
        taken_by=("Lò Thị Ngân",) if here else (),
        checks=checks,
    )
