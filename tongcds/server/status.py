"""How the server is doing, for whoever looks after it: what it refused since it started, what was set aside.

Refusals are counted in the memory of the process that serves, which is asked over HTTP; writes that were set
aside stand in the database. Neither says anything about a person.
"""

from __future__ import annotations

from dataclasses import dataclass

import requests
from sqlalchemy import func, select

from tongcds.i18n import _
from tongcds.replica.tables import QUARANTINE
from tongcds.server.ops import Province
from tongcds.server.tables import DEVICE

_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Status:
    """`refused`: requests by problem code, None when no server answers; `set_aside`: writes by reason."""

    laptops: int
    revoked: int
    set_aside: dict[str, int]
    refused: dict[str, int] | None


def status_of(province: Province, url: str) -> Status:
    """The state of this server, which answers at `url` while it runs."""
    with province.database.read() as connection:
        revoked = func.count(DEVICE.c.revoked_at)
        laptops, gone = connection.execute(select(func.count(), revoked).select_from(DEVICE)).one()
        reasons = select(QUARANTINE.c.code, func.count()).group_by(QUARANTINE.c.code)
        set_aside = {row.code: row[1] for row in connection.execute(reasons.order_by(QUARANTINE.c.code))}
    return Status(laptops - gone, gone, set_aside, _refused(url))


def told(status: Status) -> str:
    """The status in words."""
    lines = [_("Laptops: {count}, taken out: {revoked}").format(count=status.laptops, revoked=status.revoked)]
    lines.append(_("Changes set aside, by reason:"))
    lines += _counts(status.set_aside)
    if status.refused is None:
        lines.append(_("The server does not answer, so what it refused is not known."))
    else:
        lines.append(_("Requests refused since the server started, by reason:"))
        lines += _counts(status.refused)
    return "\n".join(lines)


def _counts(counts: dict[str, int]) -> list[str]:
    return [f"{count:>8}  {code}" for code, count in counts.items()] or [f"{0:>8}"]


def _refused(url: str) -> dict[str, int] | None:
    try:
        answer = requests.get(url.rstrip("/") + "/health", timeout=_SECONDS, allow_redirects=False)
        refused = answer.json()["refused"]
        return {str(code): int(count) for code, count in refused.items()}
    except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError):
        return None
