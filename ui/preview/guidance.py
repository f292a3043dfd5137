"""Invented announcements and quotas for previews and tests."""

from __future__ import annotations

from datetime import date

from tongcds.domain.quotas import measures
from tongcds.domain.views import (
    AnnouncementRow,
    AnnouncementText,
    GuidanceView,
    QuotaRow,
    QuotaTerms,
    Standing,
)
from tongcds.i18n import language
from ui.preview import samples
from ui.preview.village import identity

_BY = "Cầm Văn Tuấn"
ANNOUNCEMENTS = (
    AnnouncementRow(
        identity("A1"),
        "",
        AnnouncementText(
            "Ra quân Ngày Chuyển đổi số",
            "Các tổ tập trung tại nhà văn hoá xã lúc 7 giờ 30 thứ Sáu 27/11, mang theo phiếu rà soát.",
            date(2026, 11, 20),
            date(2026, 11, 27),
        ),
        _BY,
        is_read=False,
        in_force=True,
        standing=Standing.WAITING,
    ),
    AnnouncementRow(
        identity("A2"),
        "Bản Nà Ngà",
        AnnouncementText(
            "", "Cột sóng bản Nà Ngà bảo trì từ 24 đến 25/11.", date(2026, 11, 19), date(2026, 11, 25)
        ),
        _BY,
        is_read=True,
        in_force=True,
        standing=Standing.RECEIVED,
    ),
    AnnouncementRow(
        identity("A3"),
        "",
        AnnouncementText(
            "Tập huấn nhận biết lừa đảo", "Mỗi tổ cử hai người.", date(2026, 10, 1), date(2026, 10, 9)
        ),
        _BY,
        is_read=True,
        in_force=False,
        standing=Standing.RECEIVED,
    ),
)


def quotas() -> tuple[QuotaRow, ...]:
    """Two of one village, one of another."""
    lines = (
        ("Bản Nà Ngà", "indicator", "XHS09", 50, 32, Standing.RECEIVED),
        ("Bản Nà Ngà", "visits", "", 148, 148, Standing.RECEIVED),
        ("Bản Nà Hạ", "indicator", "XHS09", 50, 4, Standing.WAITING),
    )
    return tuple(
        QuotaRow(
            identity(f"Q{at}"),
            identity(village),
            village,
            measures()[kind, code].name(language()),
            QuotaTerms(kind, code, amount, date(2026, 10, 1), date(2026, 12, 31)),
            households=measures()[kind, code].households,
            done=done,
            standing=where,
        )
        for at, (village, kind, code, amount, done, where) in enumerate(lines)
    )


def view(kind: str = "typical", *, may_write: bool = True) -> GuidanceView:
    """What the screen shows; `kind` is typical or empty."""
    empty = kind == "empty"
    names = ("Bản Nà Ngà", "Bản Nà Hạ")
    mine = quotas() if may_write else quotas()[:2]
    return GuidanceView(
        on=samples.TODAY,
        announcements=() if empty else ANNOUNCEMENTS,
        quotas=() if empty else mine,
        villages=tuple((identity(name), name) for name in names),
        may_write=may_write,
    )


def of_today() -> tuple[tuple[AnnouncementRow, ...], tuple[QuotaRow, ...]]:
    """What Hôm nay shows of it."""
    return ANNOUNCEMENTS[:1], quotas()[:2]
