"""Tổng hợp: figures of the commune by village, of the area or province by commune."""

from __future__ import annotations

from dataclasses import replace

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
    with core.vault.count() as connection:
        if role is Role.COMMUNE:
            view = reports.village_overview(connection, who.unit_id, core.today)
        elif role in {Role.AREA, Role.PROVINCE}:
            view = reports.commune_overview(connection, who.unit_id, core.today)
        else:
            raise UserError("no_overview")
    return replace(view, title=_in_a_sentence(who.unit_name))


def _in_a_sentence(unit_name: str) -> str:
    """A unit's full name within a line: "xã Chiềng Mung", "khu vực Mai Sơn"."""
    return unit_name[:1].lower() + unit_name[1:]
