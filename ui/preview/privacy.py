"""Invented requests and lines of an access log, for previews and tests."""

from __future__ import annotations

from datetime import date, timedelta

from tongcds.domain.privacy import due_days, load_request_kinds
from tongcds.domain.views import AuditLine, AuditView, ConsentRenewal, ExportRow, RequestRow
from ui.preview import samples, village
from ui.screens.privacy import PrivacyView


def view(kind: str) -> PrivacyView:
    """What the screen shows: typical, or empty."""
    if kind == "empty":
        return PrivacyView((), AuditView((), ()), ())
    return PrivacyView(_requests(), AuditView(_lines(), ()), (), _exports(), _renewals())


def _requests() -> tuple[RequestRow, ...]:
    return (
        _request("Cà Văn Thoong", "delete", date(2026, 11, 20)),
        _request("Hà Thị Xuân", "view", date(2026, 11, 17), replied=True),
        _request("Lèo Thị Hặc", "withdraw", date(2026, 11, 9), replied=True),
        _request("Quàng Văn Bun", "correct", date(2026, 10, 5), replied=True, done=date(2026, 10, 12)),
    )


def _request(
    who: str, kind: str, received: date, *, replied: bool = False, done: date | None = None
) -> RequestRow:
    reply_by, due = due_days(load_request_kinds()[kind], received)
    left = ((due if replied else reply_by) - village.TODAY).days
    return RequestRow(
        village.identity(f"{who[:3]}{kind}"), village.identity("HN-0087"), kind, who, "bản Nà Ngà", "",
        received, reply_by, due, reply_by if replied else None, None, "done" if done else "open", done, "",
        None if done else left,
    )  # fmt: skip


def _lines() -> tuple[AuditLine, ...]:
    def line(kind: str, about: str, minutes: int, detail: str = "", count: int = 0) -> AuditLine:
        at = samples.NOW - timedelta(minutes=minutes)
        return AuditLine(village.TODAY, at, "Lò Thị Ngân", kind, about, detail, count, here=True)

    return (
        line("without", "", 2, "duty", 21),
        line("export", "", 2, "register", 612),
        line("reveal", "Lường Văn Pản", 3, "phone"),
        line("open", "HN-0012 · Lường Văn Pản", 4),
        line("open", "HN-0019 · Cà Văn Thoong", 21),
        line("undo", "", 55),
        line("open", "HN-0087 · Hà Thị Xuân", 63),
        AuditLine(date(2026, 11, 22), None, "Lò Văn Ún", "day", "", "", 12, here=False),
    )


def _renewals() -> tuple[ConsentRenewal, ...]:
    return (
        ConsentRenewal(village.identity("HN-0031"), "HN-0031 · Lò Văn Inh", date(2026, 11, 14), expired=True),
    )


def _exports() -> tuple[ExportRow, ...]:
    where = "Documents/TongCDS – Tệp xuất"
    return (
        ExportRow(
            2,
            "danh sách hộ 2026-11-20.csv",
            where,
            samples.NOW - timedelta(days=3),
            "register",
            612,
            there=True,
        ),
        ExportRow(
            1, "Giấy mời họp.pdf", where, samples.NOW - timedelta(days=40), "attachment", 1, there=False
        ),
    )
