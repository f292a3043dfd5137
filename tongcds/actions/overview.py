"""Tổng hợp: figures of the commune by village, of the area or province by commune."""

from __future__ import annotations

from tongcds.actions.core import Core
from tongcds.domain.views import OverviewView, Role
from tongcds.errors import UserError
from tongcds.reports import overview as reports


def overview(core: Core) -> OverviewView:
    """The figures of whoever looks.

    A commune counts its own records, the units above read what was published.

    Raises:
        UserError: no_overview for a team, which has Hôm nay instead.
    """
    who = core.credentials()
    role = Role(who.role)
    with core.vault.read() as connection:
        if role is Role.COMMUNE:
            return reports.village_overview(connection, who.unit_id, core.today)
        if role in {Role.AREA, Role.PROVINCE}:
            return reports.commune_overview(connection, who.unit_id, core.today)
    raise UserError("no_overview")
