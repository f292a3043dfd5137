"""A team's monthly report as its commune receives it, and the period that it is about."""

from __future__ import annotations

from datetime import date

from tests.unit.actions.conftest import COMMUNE, VILLAGE
from tongcds.actions import Core
from tongcds.domain.periods import Period
from tongcds.domain.report_types import load_report_types

MONTH = load_report_types()["T-MONTH"]


def closed(core: Core) -> Period:
    """The period that ended last."""
    return MONTH.before(MONTH.period_of(core.today))


def came_in(core: Core, on: date) -> bytes:
    """A team's report over that period, as a page brings it."""
    period = closed(core)
    with core.vault.change(core.author()) as change:
        return change.writer.create(
            "report",
            unit_id=VILLAGE,
            unit="Bản Nà Ngà",
            kind="T-MONTH",
            first=period.first.isoformat(),
            last=period.last.isoformat(),
            addressee_id=COMMUNE,
            due_on=MONTH.due_on(period).isoformat(),
            handed_on=on.isoformat(),
        )
