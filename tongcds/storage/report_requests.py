"""Reading the reports that were asked for, and the kinds of report there are with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from tongcds.domain.formulas import counted_indicators
from tongcds.domain.periods import Period
from tongcds.domain.report_requests import ASKED_BY, Request, Sort
from tongcds.domain.report_types import Level, ReportType, load_report_types
from tongcds.records import record_type
from tongcds.storage.wording import split_ids

_REQUEST: Final = record_type("report_request").table


def requests(connection: Connection) -> tuple[Request, ...]:
    """All that are whole, the next due first. An indicator that this program does not count is left out."""
    table = _REQUEST.c
    rows = connection.execute(
        select(_REQUEST)
        .where(
            table.deleted == 0,
            table.title.is_not(None),
            table.first.is_not(None),
            table.last >= table.first,
            table.due_on.is_not(None),
            table.sort.in_(list(Sort)),
            table.level.in_(list(ASKED_BY)),
        )
        .order_by(table.due_on, table.stamp, table.id)
    ).all()
    counted = counted_indicators()
    return tuple(
        Request(
            request_id=row.id,
            unit_id=row.unit_id,
            unit=row.unit or "",
            sort=Sort(row.sort),
            title=row.title,
            text=row.text or "",
            level=Level(row.level),
            asked=tuple(split_ids(row.asked)),
            indicators=tuple(code for code in (row.indicators or "").split(";") if code in counted),
            period=Period(date.fromisoformat(row.first), date.fromisoformat(row.last)),
            due_on=date.fromisoformat(row.due_on),
            on=date.fromisoformat(row.on) if row.on else None,
        )
        for row in rows
    )


def kinds(connection: Connection) -> Mapping[str, ReportType]:
    """Every kind of report by code: those of the table, then those that were asked for once."""
    asked = {kind.code: kind for kind in (one.kind() for one in requests(connection))}
    return {**load_report_types(), **asked}
