"""Once a day, after an exchange: the vault lets go of what is settled everywhere (`replica.upkeep`).

So it does of lines of the access log whose time is over; their records are the server's to let go.
"""

from __future__ import annotations

import logging
from typing import Final

from sqlalchemy import func, select

from tongcds.clock import day_of
from tongcds.domain.privacy import log_kept_from
from tongcds.replica import load_identity
from tongcds.replica.lost import forget_old
from tongcds.replica.upkeep import OWN_KEPT_MS, drop_own, drop_tombstones
from tongcds.storage import audit
from tongcds.storage.local import EXCHANGE, get_note, put_note
from tongcds.storage.vault import Vault
from tongcds.sync.answers import RESTORED

DONE: Final = "tidied"
_DAY_MS: Final = 86_400_000
log = logging.getLogger(__name__)


def tidy_if_due(vault: Vault, *, now: int) -> int:
    """Let go of own writes, tombstones and lines of the access log that are old enough; how many went."""
    with vault.read() as connection:
        last = int(get_note(connection, DONE) or 0)
    if last <= now < last + _DAY_MS:
        return 0
    with vault.write() as connection:
        put_note(connection, DONE, str(now))
        me = load_identity(connection, now=lambda: now)
        if me is None:
            return 0
        # Receipts of a server that was put back from a copy since do not count: it asked for all of it again.
        restored = int(get_note(connection, RESTORED) or 0)
        covered = select(func.max(EXCHANGE.c.watermark)).where(
            EXCHANGE.c.at <= now - OWN_KEPT_MS, EXCHANGE.c.at >= restored
        )
        through = connection.execute(covered).scalar_one() or 0
        count = drop_own(connection, me, through) + drop_tombstones(connection, me, now=now)
        count += forget_old(connection, now - OWN_KEPT_MS)
        today = day_of(now)
        count += audit.let_go(connection, log_kept_from(today).isoformat())
    if count:
        log.info("tidied", extra={"count": count})
    return count
