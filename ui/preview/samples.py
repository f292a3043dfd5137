"""Invented values for previews and tests: every name here is made up.

`typical` is a working day, `empty` a first day; the screens' own words are not here.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from tongcds.domain.views import (
    ConflictRow,
    ConflictSide,
    ExchangeRow,
    Figure,
    ImportRow,
    OverviewRow,
    OverviewView,
    OwnValue,
    QuarantinedRow,
    RecentRow,
    RememberedRow,
    Result,
    ReturnedChange,
    ReturnedRow,
    Role,
    SearchHit,
    SilentRow,
    Standing,
    SyncPhase,
    SyncStatus,
    SyncView,
    Tile,
    TodayView,
    TodoRow,
    TrendPoint,
    WaitingRow,
    Whoami,
)

TODAY: Final = date(2026, 11, 23)
STATUSES: Final = ("typical", "error", "sending", "received", "needs_you", "update", "empty")
NOW: Final = datetime(2026, 11, 23, 3, 52, tzinfo=UTC)
_TARGETS: Final = {"XHS01": 0.9652, "XHS09": 0.8, "XHS11": 0.4856, "XHS04": 0.8}
_LABELS: Final = (
    ("XHS01", "Hộ có điện thoại thông minh"),
    ("XHS09", "Người ≥ 15 tuổi có TK thanh toán"),
    ("XHS11", "Người dùng Internet"),
    ("XHS04", "Hộ có cáp quang"),
)


def _id(number: int) -> bytes:
    return number.to_bytes(16, "big")


def _at(day: int, month: int, hour: int, minute: int) -> datetime:
    """A moment of 2026 on Vietnam's clock."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


def whoami(role: Role = Role.TEAM) -> Whoami:
    """Who sits at the screen, by role."""
    person, unit = {
        Role.TEAM: ("Lò Thị Ngân", "Tổ CNSCĐ bản Nà Ngà"),
        Role.COMMUNE: ("Cầm Văn Tuấn", "UBND xã Chiềng Mung"),
        Role.AREA: ("Quàng Văn Hải", "Khu vực Mai Sơn"),
        Role.PROVINCE: ("Hoàng Thu Hà", "Tỉnh Sơn La"),
        Role.TRAINER: ("Vì Thị Xôm", "Giảng viên Mai Sơn"),
    }[role]
    return Whoami(
        person=person,
        role=role,
        unit_name=unit,
        commune_name="xã Chiềng Mung",
        province_name="Sơn La",
        server_name="Máy chủ tỉnh Sơn La",
        device=17,
    )


def _figure(code: str, numerator: int | None, denominator: int | None, *, hidden: bool = False) -> Figure:
    return Figure(
        indicator=code,
        unit_id=_id(1),
        on=TODAY,
        entity="household" if code in {"XHS01", "XHS04"} else "person",
        numerator=numerator,
        denominator=denominator,
        target=_TARGETS[code],
        hidden=hidden,
    )


_TODO: Final = (
    ("Lường Văn Pản — đổi máy 2G sang 4G", "Hộ nghèo · máy tài trợ đã về xã, hẹn giao lúc 15:00", "IN", -2),
    ("Cà Thị Hương — kích hoạt tài khoản thanh toán", "Lần trước: đã mở tài khoản, chưa nhận được mã OTP",
     "PY", 0),
    ("Quàng Văn Inh — nộp hồ sơ khai sinh trực tuyến", "Cần VNeID mức 2 của vợ · đã hướng dẫn 1 lần",
     "PS", 0),
    ("Tòng Thị Biên — cài Sổ sức khoẻ điện tử", "Hẹn sau buổi chợ phiên", "HE", 2),
)  # fmt: skip

_RECENT: Final = (
    ("Hà Thị Xuân · Thanh toán QR", Result.ALONE, 25, "PY", _at(23, 11, 10, 42), Standing.WAITING),
    ("Lò Văn Thoan · Nhận biết lừa đảo", Result.TOGETHER, 15, "SE", _at(23, 11, 9, 58), Standing.WAITING),
    ("Tòng Thị Biên · Kích hoạt VNeID mức 2", Result.COME_BACK, 30, "ID", _at(23, 11, 9, 20),
     Standing.WAITING),
    ("Hộ Lèo Văn Sương · Đưa mận hậu lên sàn", Result.ALONE, 60, "EC", _at(22, 11, 16, 5),
     Standing.RECEIVED),
)  # fmt: skip


def today_view(kind: str = "typical") -> TodayView:
    """What Hôm nay shows; `kind` is typical or empty."""
    empty = kind == "empty"
    counts = (
        {"XHS01": (None, None), "XHS09": (None, None), "XHS11": (None, None), "XHS04": (None, None)}
        if empty
        else {"XHS01": (135, 148), "XHS09": (287, 450), "XHS11": (312, 612), "XHS04": (63, 148)}
    )
    return TodayView(
        on=TODAY,
        unit_name="bản Nà Ngà",
        commune_name="xã Chiềng Mung",
        households=0 if empty else 148,
        people=0 if empty else 612,
        tiles=tuple(Tile(label, _figure(code, *counts[code])) for code, label in _LABELS),
        todo=()
        if empty
        else tuple(
            TodoRow(_id(at), _id(at), title, detail, group, TODAY + timedelta(days=days), days)
            for at, (title, detail, group, days) in enumerate(_TODO)
        ),
        todo_today=0 if empty else 3,
        todo_week=0 if empty else 9,
        todo_overdue=0 if empty else 1,
        todo_total=0 if empty else 9,
        recent=()
        if empty
        else tuple(
            RecentRow(_id(at), _id(at), title, how, minutes, group, at_time.date(), at_time, where)
            for at, (title, how, minutes, group, at_time, where) in enumerate(_RECENT)
        ),
        week_supports=0 if empty else 41,
        week_households=0 if empty else 26,
    )


def sync_status(kind: str = "typical") -> SyncStatus:
    """How the exchange stands: typical (offline), sending, received, needs_you, update, empty."""
    last = _at(18, 11, 16, 40)
    return {
        "typical": SyncStatus(SyncPhase.WAITING, waiting=37, received_at=last),
        "error": SyncStatus(
            SyncPhase.WAITING, waiting=37, received_at=last, problem="server_unreachable", seconds_left=90
        ),
        "sending": SyncStatus(
            SyncPhase.SENDING, waiting=428, sent=812, to_send=1240, bytes_sent=31_000, bytes_to_send=46_000,
            seconds_left=20, received_at=last, online=True,
        ),
        "received": SyncStatus(SyncPhase.IDLE, waiting=0, received_at=_at(23, 11, 8, 15), online=True),
        "commune": SyncStatus(SyncPhase.IDLE, waiting=0, received_at=_at(23, 11, 8, 15), online=True),
        "needs_you": SyncStatus(SyncPhase.NEEDS_YOU, waiting=2, needs_you=2, received_at=last, online=True),
        "update": SyncStatus(SyncPhase.NEEDS_UPDATE, waiting=5, received_at=last, online=True),
        "empty": SyncStatus(SyncPhase.IDLE, waiting=0),
    }[kind]  # fmt: skip


_CONFLICTS: Final = (
    ConflictRow(
        _id(1), "Hà Thị Xuân", "số điện thoại", "HN-0087",
        (
            ConflictSide("0987 654 321", "Lò Thị Ngân", _at(22, 11, 17, 5), this_device=True, in_use=True),
            ConflictSide("0912 000 145", "Cầm Văn Tuấn", _at(21, 11, 9, 12), this_device=False, in_use=False),
        ),
        OwnValue(),
    ),
    ConflictRow(
        _id(2), "Hộ Lèo Văn Sương", "loại kết nối", "HN-0031",
        (
            ConflictSide("4G", "Lò Thị Ngân", _at(20, 11, 8, 0), this_device=True, in_use=False),
            ConflictSide("Cáp quang", "Cầm Văn Tuấn", _at(21, 11, 9, 20), this_device=False, in_use=True),
        ),
    ),
)  # fmt: skip


_RETURNED: Final = ReturnedRow(
    4, "Hà Thị Xuân", "Máy chủ không giữ được một giá trị này.", "HN-0087", "bad_value", _at(5, 11, 9, 10),
    "Lò Thị Ngân",
    (
        ReturnedChange("birth", "ngày sinh", "1978", "30/02/1978", OwnValue()),
        ReturnedChange("sex", "giới tính", "trống", "nữ", OwnValue((("male", "nam"), ("female", "nữ")))),
    ),
    can_be_mended=True,
)  # fmt: skip
_QUARANTINED: Final = QuarantinedRow(
    _id(61), "Hộ Tòng Thị Biên", "HN-0009", "Bản Nà Ngà", "Lò Thị Ngân", _at(20, 11, 15, 30),
    "Máy này không còn được sửa dữ liệu của đơn vị này.", "not_allowed",
    (ReturnedChange("address", "địa chỉ", "Nhóm 1", "Nhóm 3, cạnh nhà văn hoá"),), can_be_accepted=True,
)  # fmt: skip


def sync_view(kind: str = "typical") -> SyncView:
    """What Đồng bộ shows; kinds as in `sync_status`."""
    quiet = kind in {"empty", "received", "commune"}
    history = (
        ExchangeRow(_at(18, 11, 16, 40), "network", 212, 38, "done", 1),
        ExchangeRow(_at(12, 11, 8, 3), "usb", 640, 95, "done", 1),
        ExchangeRow(_at(5, 11, 17, 22), "network", 77, 0, "resumed", 3),
        ExchangeRow(_at(30, 10, 7, 55), "network", 154, 61, "done", 1),
        ExchangeRow(_at(28, 10, 19, 2), "network", 0, 0, "failed", 2, "server_unreachable"),
    )
    return SyncView(
        server_name="Máy chủ tỉnh Sơn La",
        server_url="https://tongcds.example.vn",
        status=sync_status(kind),
        waiting_by_type=() if quiet else (("visit", 12), ("support", 19), ("observation", 6)),
        conflicts=() if quiet else _CONFLICTS,
        returned=(_RETURNED,) if kind == "needs_you" else (),
        quarantined=(_QUARANTINED,) if kind == "commune" else (),
        history=() if kind == "empty" else history,
        imports=()
        if kind == "empty"
        else (ImportRow(_id(9), _at(2, 11, 14, 10), "ho-dan-sach.xlsx", 141, 583, None),),
        waiting=() if quiet else _WAITING,
        heard=_HEARD if kind == "commune" else None,
        remembered=_REMEMBERED if kind == "commune" else (),
    )


_WAITING: Final = (
    WaitingRow(_id(41), "Hộ Hà Thị Xuân", "HN-0087", (("visit", 1), ("support", 3), ("observation", 2)),
               _at(23, 11, 10, 42), Standing.WAITING),
    WaitingRow(_id(42), "Hộ Lò Văn Thoan", "HN-0112", (("visit", 1), ("support", 1)),
               _at(23, 11, 9, 58), Standing.PACKED),
    WaitingRow(_id(43), "Hộ Tòng Thị Biên", "HN-0009", (("person", 2), ("follow_up", 1)),
               _at(22, 11, 16, 5), Standing.PACKED),
)  # fmt: skip
_REMEMBERED: Final = (RememberedRow(3, on=date(2026, 12, 4)), RememberedRow(12, "Bản Co Trai"))
_HEARD: Final = (
    SilentRow(_id(51), "Bản Pá Hốc", "", 1, None),
    SilentRow(_id(52), "Bản Co Trai", "", 1, _at(26, 10, 7, 1)),
    SilentRow(_id(53), "Bản Huổi Lặp", "", 1, _at(31, 10, 9, 1)),
    SilentRow(_id(54), "Bản Nà Ngà", "", 1, _at(23, 11, 8, 2)),
)


_ROWS: Final = (
    ("Chiềng Mung", 26, 26, 1842, (0.968, 0.812, 0.521, 0.611), _at(23, 11, 8, 2)),
    ("Chiềng Mai", 19, 18, 1530, (0.951, 0.746, 0.503, 0.548), _at(23, 11, 7, 41)),
    ("Mường Chanh", 21, 14, 1688, (0.884, 0.61, 0.449, 0.402), _at(22, 11, 18, 20)),
    ("Phiêng Cằm", 24, 9, 1904, (0.713, 0.382, 0.317, 0.21), _at(19, 11, 9, 5)),
    ("Tà Hộc", 15, 12, 1122, (0.82, 0.558, 0.402, 0.365), _at(23, 11, 6, 58)),
    ("Chiềng Sung", 22, 22, 1611, (0.94, 0.707, 0.498, 0.533), _at(23, 11, 8, 11)),
    ("Nà Ớt", 11, 3, None, (None, None, None, None), None),
)  # fmt: skip
_CODES: Final = ("XHS01", "XHS09", "XHS11", "XHS04")
_SHORT: Final = ("ĐT thông minh", "TK thanh toán", "Internet", "Cáp quang")


def _row(  # noqa: PLR0917 - a line of the table above
    at: int, name: str, teams: int, in_time: int, households: int | None,
         shares: tuple[float | None, ...], last: datetime | None) -> OverviewRow:  # fmt: skip
    figures = tuple(
        _figure(code, None if part is None else round(part * 1000), None if part is None else 1000)
        for code, part in zip(_CODES, shares, strict=True)
    )
    return OverviewRow(_id(at), name, teams, in_time, households, figures, last)


def overview_view(kind: str = "typical") -> OverviewView:
    """What Tổng hợp shows: typical (an area by commune), commune (by village), empty, empty-commune."""
    rows = tuple(_row(at, *values) for at, values in enumerate(_ROWS))
    commune = kind in {"commune", "empty-commune"}
    if commune:
        names = ("Bản Nà Ngà", "Bản Nà Hạ", "Bản Xum", "Bản Nong Ten", "Tiểu khu 8", "Bản Mé", "Bản Phát")
        rows = tuple(
            OverviewRow(row.unit_id, name, 1, int(row.teams_in_time * 2 > row.teams),
                        row.households and row.households // 12, row.figures, row.last_sync)
            for name, row in zip(names, rows, strict=True)
        )  # fmt: skip
    nothing = kind in {"empty", "empty-commune"}
    if nothing:
        rows = ()
    shares = (0.39, 0.42, 0.44, 0.455, 0.49, 0.515, 0.53, 0.585, 0.62, 0.65, 0.668, 0.701)
    counts = {"XHS01": (903, 1000), "XHS09": (701, 1000), "XHS11": (472, 1000), "XHS04": (514, 1000)}
    changes = {"XHS01": 0.011, "XHS09": 0.042, "XHS11": 0.006, "XHS04": None}
    return OverviewView(
        on=TODAY,
        title="xã Chiềng Mung" if commune else "khu vực Mai Sơn",
        row_kind="village" if commune else "commune",
        units=len(rows) if commune or nothing else 22,
        teams=sum(row.teams for row in rows) if commune or nothing else 412,
        households=None if nothing else 1842 if commune else 38_914,
        data_until=None if nothing else _at(23, 11, 8, 15),
        tiles=tuple(
            Tile(label, _figure(code, *((None, None) if nothing else counts[code])),
                 None if nothing else changes[code])
            for code, label in _LABELS
        ),
        rows=rows,
        indicators=tuple(zip(_CODES, _SHORT, strict=True)),
        trend_label="TK thanh toán",
        trend=()
        if nothing
        else tuple(
            TrendPoint(date(2025 + (11 + at) // 12, (11 + at) % 12 + 1, 28), part)
            for at, part in enumerate(shares)
        ),
        trend_target=0.8,
        silent=tuple(row for row in rows if row.teams_in_time * 2 < row.teams),
    )  # fmt: skip


def search(words: str) -> list[SearchHit]:
    """Hits for anything that is typed."""
    if "zzz" in words:
        return []
    return [
        SearchHit("household", _id(1), "Hà Thị Xuân", "HN-0087 · bản Nà Ngà · 4 người"),
        SearchHit("person", _id(2), "Hà Thị Xuyến", "1990 · HN-0112 · bản Nà Ngà"),
    ]
