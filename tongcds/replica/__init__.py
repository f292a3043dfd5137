"""One replica, on any SQLAlchemy connection: the only way to write, merge, page out and take in records.

The desktop's vault and the province's server are both replicas and run this code. The doors:

- `Writer` makes a person's changes: rows, versions and the log of own writes in the caller's transaction;
- `receive` merges another device's writes and hands out numbers (the server's half of a push);
- `page` reads what lies above a cursor, `adopt` takes such a page in (the two halves of a pull);
- `acknowledge` marks own writes as received once a receipt was verified; `digest` sums up what a scope holds.

Everything that makes merging hard stays behind them. Transactions are the caller's.
"""

from __future__ import annotations

from tongcds.replica.aside import REUSED
from tongcds.replica.authority import WRITE, Allowed, authority
from tongcds.replica.devices import advance_watermark, device_row, register_device
from tongcds.replica.doubt import doubt, drop_doubted
from tongcds.replica.identity import Identity, load_identity, new_identity
from tongcds.replica.incarnations import Number, contents, held, incarnate, prefixes_of, register_fork
from tongcds.replica.offering import offer_again
from tongcds.replica.own import (
    Writer,
    acknowledge,
    chain_at,
    first_kept,
    forget_words,
    mark_returned,
    pending,
    pending_count,
    settle_own,
    unsent_records,
)
from tongcds.replica.pages import (
    FIGURES_ONLY,
    Page,
    Touched,
    adopt,
    cursors_of,
    digest,
    leave_areas,
    page,
    put_cursors,
)
from tongcds.replica.peers import Merged, merge_in, told_by_the_server
from tongcds.replica.receive import Received, receive
from tongcds.replica.tables import create_tables

__all__ = [
    "FIGURES_ONLY",
    "REUSED",
    "WRITE",
    "Allowed",
    "Identity",
    "Merged",
    "Number",
    "Page",
    "Received",
    "Touched",
    "Writer",
    "acknowledge",
    "adopt",
    "advance_watermark",
    "authority",
    "chain_at",
    "contents",
    "create_tables",
    "cursors_of",
    "device_row",
    "digest",
    "doubt",
    "drop_doubted",
    "first_kept",
    "forget_words",
    "held",
    "incarnate",
    "leave_areas",
    "load_identity",
    "mark_returned",
    "merge_in",
    "new_identity",
    "offer_again",
    "page",
    "pending",
    "pending_count",
    "prefixes_of",
    "put_cursors",
    "receive",
    "register_device",
    "register_fork",
    "settle_own",
    "told_by_the_server",
    "unsent_records",
]
