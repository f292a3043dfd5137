"""An invented support log for the preview of its screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from tongcds.domain.catalogue import load_services
from tongcds.domain.views import (
    GroupBy,
    LogFilter,
    LogGroup,
    LogPage,
    LogPlace,
    LogRow,
    LogSums,
    Result,
    Standing,
)
from tongcds.i18n import format_day, language
from ui.preview.village import TODAY, identity

_BY: Final = "Lò Thị Ngân"
# Days ago, household code, whom, service, result, note.
_LINES: Final = (
    (0, "HN-0087", "Hà Thị Xuân", "PY03", "alone", "Tự quét QR trả tiền ở chợ phiên."),
    (0, "HN-0087", "Hà Thị Xuân, Lò Thị Mai", "SE01", "together", ""),
    (0, "HN-0012", "Cà Thị Hương", "PY01", "come_back", "Chưa nhận được mã OTP."),
    (1, "HN-0101", "Lèo Thị Hặc", "IN03", "together", ""),
    (1, "HN-0130", "Vì Văn Sơn", "ID02", "declined", ""),
    (3, "HN-0122", "Cầm Thị Én", "PS01", "alone", ""),
    (3, "HN-0141", "Lò Văn Kẻo", "EC01", "together", "Đưa mận lên sàn."),
    (6, "HN-0109", "Quàng Văn Bun", "ID02", "alone", ""),
)


def page(wanted: LogFilter, _after: LogPlace | None = None) -> LogPage:
    """What matches by day and service."""
    rows = tuple(
        LogRow(
            support_id=identity(f"S{at}"),
            visit_id=identity(f"V{at}"),
            household_id=identity(code),
            on=TODAY - timedelta(days=ago),
            village="Bản Nà Ngà",
            code=code,
            whom=whom,
            service=service,
            service_name=load_services()[service].short(language()),
            service_group=load_services()[service].group,
            result=Result(result),
            by=_BY,
            again_on=None,
            minutes=20,
            note=note,
            withdrawn=None,
            standing=Standing.WAITING,
        )
        for at, (ago, code, whom, service, result, note) in enumerate(_LINES)
    )
    fitting = tuple(
        row
        for row in rows
        if (wanted.since is None or wanted.since <= row.on <= (wanted.until or TODAY))
        and wanted.service in {"", row.service}
    )
    return LogPage(fitting, None)


def sums(wanted: LogFilter, _by: GroupBy) -> LogSums:
    """The same by day."""
    rows = page(wanted).rows
    days = sorted({row.on for row in rows}, reverse=True)
    groups = tuple(
        LogGroup(
            format_day(day),
            sum(row.on == day for row in rows),
            len({row.household_id for row in rows if row.on == day}),
            replace(wanted, since=day, until=day),
        )
        for day in days
    )
    services = tuple(sorted({(row.service, row.service_name) for row in rows}))
    return LogSums(
        len(rows),
        len({row.household_id for row in rows}),
        groups,
        ((identity("M1"), _BY), (identity("M2"), "Cầm Văn Thuận")),
        ((identity("B1"), "Bản Nà Ngà"),),
        services,
    )


def nothing(_wanted: LogFilter, _by: GroupBy) -> LogSums:
    """A log in which nothing was written yet."""
    return LogSums(0, 0, (), (), (), ())
