"""Invented reports for previews and tests: a team's of November 2026, and what came in at its commune."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from tongcds.domain.catalogue import load_indicators
from tongcds.domain.report_types import About, load_sections
from tongcds.domain.reporting import State
from tongcds.domain.targets import Verdict, missing_in, missing_to
from tongcds.domain.views import Role, Standing, TargetRow
from tongcds.domain.views.board import BoardFigure, Mark, Why
from tongcds.domain.views.differences import FigureSeen, HeldAgainst, ReportHeldAgainst
from tongcds.domain.views.report import (
    Heading,
    Report,
    ReportRow,
    ReportSection,
    TargetLine,
    cause_key,
    reason_key,
    with_text,
)
from tongcds.domain.views.reporting import (
    Completeness,
    CycleView,
    DueRow,
    IncomingRow,
    IncomingView,
    Proposal,
)
from tongcds.i18n import language
from ui.preview import samples, targets
from ui.preview.village import identity
from ui.screens.report import ReportShown

_FIRST, _LAST, _DUE = date(2026, 10, 26), date(2026, 11, 25), date(2026, 11, 27)
_FIGURES: Final = (
    ("ACT01", 81, None, 96, None, None, "1C4E-77A0"),
    ("ACT02", 120, None, 148, None, None, "7F3A-19C2"),
    ("XHS01", 132, 148, 135, 148, 0.9652, "51D0-0A3E"),
    ("XHS09", 268, 450, 287, 450, 0.8, "02BD-77E1"),
    ("XHS11", 305, 612, 312, 612, 0.4856, "9E12-44B8"),
    ("XHS04", 61, 148, 63, 148, 0.8, "A0F7-C3D9"),
)


def _figure(code: str, number: int, whole: int | None, target: float | None, mark: str) -> BoardFigure:
    goal = None if target is None else Mark(target, at_most=False, says="811/QĐ-UBND")
    return BoardFigure(code, number, whole, Why.KNOWN, goal, number, mark, "1")


def _rows() -> tuple[ReportRow, ...]:
    found = []
    for code, before, whole_before, number, whole, target, mark in _FIGURES:
        entry = load_indicators()[code]
        now = _figure(code, number, whole, target, mark)
        earlier = _figure(code, before, whole_before, None, "")
        year = now if whole is not None else _figure(code, number * 9, None, None, "")
        found.append(ReportRow(code, entry.short(language()), entry.unit, whole is None, earlier, now, year))
    return tuple(found)


def report(kind: str = "typical") -> Report:
    """A team's monthly report; `kind` empty: nothing typed yet, and no figure known."""
    typed = {
        "I": "Tổ họp ngày 28/10, phân công từng thành viên phụ trách nhóm hộ.",
        "III": "Sóng di động yếu ở đầu bản, ba hộ không gọi được.",
        "IV": "Đi hết các hộ chưa có tài khoản thanh toán.",
    }
    leads = {
        "II.3": (
            "Trong kỳ đã đến 96 lượt hộ, hướng dẫn 148 lượt cho 87 người.",
            ("ACT01", "ACT02"),
        )
    }
    known = kind != "empty"
    sections = tuple(
        ReportSection(
            one.code,
            one.title(language()),
            leads.get(one.code, ("", ()))[0] if known else "",
            typed.get(one.code, "") if known else "",
            leads.get(one.code, ("", ()))[1] if known else (),
        )
        for one in load_sections()
    )
    heading = Heading("team", "bản Nà Ngà", "xã Chiềng Mung", "tỉnh Sơn La", "Xã Chiềng Mung", "Lò Thị Ngân")
    return Report(
        type_code="T-MONTH",
        title="Báo cáo tháng của Tổ",
        heading=heading,
        unit_id=identity("Bản Nà Ngà"),
        period="Tháng 11/2026",
        first=_FIRST,
        last=_LAST,
        drawn_on=_LAST,
        due_on=_DUE,
        rows=_rows() if known else (),
        sections=sections,
        notes=() if known else ("Chưa có số liệu nào của kỳ này: chưa chỉ tiêu nào có số.",),
    )


def compared(kind: str) -> ReportShown:
    """A commune's comparison of plan and result while it is drawn up."""
    lines = tuple(
        TargetLine(row, missing_in(row.terms.comparator, row.terms.value, row.value), _lacking(row))
        for row in (targets.view().targets if kind != "empty" else ())
    )
    why = {
        cause_key(lines[0].key): "away",
        reason_key(lines[0].key): "Nhiều người đi làm ăn xa, chỉ về dịp Tết.",
    } if lines else {}  # fmt: skip
    sections = tuple(
        ReportSection(one.code, one.title(language()), "", "") for one in load_sections(About.TARGETS)
    )
    drawn = replace(
        report(kind),
        type_code="C-PLAN",
        title="Đối chiếu kế hoạch và kết quả của xã",
        heading=Heading(
            "commune", "Xã Chiềng Mung", "Xã Chiềng Mung", "tỉnh Sơn La",
            "Sở Khoa học và Công nghệ tỉnh Sơn La", "Cầm Văn Tuấn",
        ),
        period="Quý IV/2026",
        rows=(),
        sections=sections,
        targets=lines,
    )  # fmt: skip
    return ReportShown(with_text(drawn, why))


def _lacking(row: TargetRow) -> int | None:
    value = row.terms.value
    if value is None or row.numerator is None or row.denominator is None or row.verdict is Verdict.MET:
        return None
    return missing_to(value, row.numerator, row.denominator)


def shown(kind: str) -> ReportShown:
    """The report while it is drawn up."""
    lines = ("- Sóng di động yếu ở đầu bản, ba hộ không gọi được.", "- Tổ chưa có máy in.")
    known = kind != "empty"
    return ReportShown(report(kind), proposal=Proposal("III", lines, len(lines)) if known else None)


def _own() -> tuple[DueRow, ...]:
    name, to = "Báo cáo tháng của Tổ", "Xã Chiềng Mung"
    return (
        DueRow(
            "T-MONTH", name, "Tháng 10/2026", date(2026, 9, 26), date(2026, 10, 25), date(2026, 10, 27), to,
            State.RETURNED, identity("r1"), date(2026, 10, 26), 1, reason="Ghi rõ bản nào mất sóng",
        ),
        DueRow(
            "T-MONTH", name, "Tháng 11/2026", _FIRST, _LAST, _DUE, to, State.DUE, drafted=True,
            standing=Standing.DRAFT,
        ),
        DueRow(
            "T-MONTH", name, "Tháng 9/2026", date(2026, 8, 26), date(2026, 9, 25), date(2026, 9, 29), to,
            State.ACCEPTED, identity("r3"), date(2026, 9, 30), 2,
        ),
    )  # fmt: skip


def look(_code: str = "", _day: date | None = None) -> IncomingView:
    """What came in at the commune."""
    lines = (
        ("Bản Nà Ngà", State.SENT, date(2026, 11, 25), False),
        ("Bản Nà Hạ", State.ACCEPTED, date(2026, 11, 26), False),
        ("Bản Co Trai", State.CONTRARY, date(2026, 11, 28), False),
        ("Bản Nong Lay", State.RETURNED, date(2026, 11, 26), False),
        ("Bản Xum", State.OVERDUE, None, False),
        ("Tiểu khu 3", State.SENT, date(2026, 11, 26), True),
    )
    rows = tuple(
        IncomingRow(
            identity(name),
            name,
            state,
            _DUE,
            report_id=None if on is None else identity(f"report {name}"),
            handed_on=on,
            versions=0 if on is None else 1,
            twice=twice,
            reason="Thiếu phần III" if state is State.RETURNED else "",
            decides=True,
            standing=Standing.WAITING if state is State.RETURNED else Standing.RECEIVED,
        )
        for name, state, on, twice in lines
    )
    return IncomingView(
        kind="T-MONTH",
        name="Báo cáo tháng của Tổ",
        period="Tháng 11/2026",
        first=_FIRST,
        last=_LAST,
        due_on=_DUE,
        rows=rows,
        sums=Completeness(6, 5, 4, 1),
        kinds=(("T-MONTH", "Báo cáo tháng của Tổ"), ("T-YEAR", "Báo cáo năm của Tổ")),
        periods=((_LAST, "Tháng 11/2026"), (date(2026, 10, 25), "Tháng 10/2026")),
    )


def cycle(kind: str, role: Role) -> CycleView:
    """What the place shows: a team's own reports; a commune's list too."""
    commune = role is Role.COMMUNE
    rows = () if kind == "empty" or commune else _own()
    below = look() if commune and kind != "empty" else None
    return CycleView(
        samples.TODAY, "Xã Chiềng Mung" if commune else "bản Nà Ngà", rows, below, may_ask=commune
    )


def held_against() -> ReportHeldAgainst:
    """The figures of the report beside the server's: one differs, and one that a unit below reported."""
    rows = []
    for code, _before, _whole_before, number, whole, _target, mark in _FIGURES:
        ours = FigureSeen(number, whole, mark)
        theirs = FigureSeen(number - 3, whole, "77AC-10F2") if code == "XHS09" else ours
        name = load_indicators()[code].short(language())
        rows.append(HeldAgainst(code, name, None, "", ours, None if code == "ACT01" else theirs))
    name = load_indicators()["XHS01"].short(language())
    here, told = FigureSeen(41, 52, "0B10-9C31"), FigureSeen(40, 52, "4D00-71AA")
    rows.append(HeldAgainst("XHS01", name, identity("Bản Nà Hạ"), "Bản Nà Hạ", here, told))
    return ReportHeldAgainst(tuple(rows), asked=True, below=6, reported=5)
