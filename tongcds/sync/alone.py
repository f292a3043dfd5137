"""What this laptop holds alone since the server was put back from a copy: said again, as its own, in the end.

Whoever wrote a record offers it again by themselves (`answers`), so they are given time. What nobody offered
then, since its author's laptop is gone, would be lost with the laptops that hold it: each of them may hand it
in, under the record's own id, wherever it may write such records. Two that do so at once say the same.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from tongcds.domain.views import Role
from tongcds.protocol.messages import State, Write
from tongcds.records import type_numbered
from tongcds.replica import Identity, Writer, authority, chain_at
from tongcds.replica.rows import read_rows
from tongcds.storage import following
from tongcds.storage.local import Enrolment

AUTHORS_HAVE_MS: Final = 14 * 86_400_000
"""How long after the server was put back its own authors have to offer a record again."""

log = logging.getLogger(__name__)


def is_due(me: Identity, enrolment: Enrolment) -> bool:
    """Whether authors had their time; an epoch is the second in which the server was put back."""
    return me.clock.now() + me.clock.offset >= enrolment.epoch * 1000 + AUTHORS_HAVE_MS


def say_again(
    connection: Connection, me: Identity, enrolment: Enrolment, alone: Sequence[State]
) -> dict[str, list[bytes]]:
    """Say these records again, as far as this laptop may write them; returns their ids by type.

    What it may not write stays: a laptop that may, will.
    """
    known = enrolment.credentials
    allowed = authority(connection, Role(known.role), known.unit_id, known.member_id, enrolment.entries)
    writer = Writer(connection, me, known.member_id)
    for state in alone:
        record = type_numbered(state.type)
        if record is None or record.server_only or state.id not in read_rows(connection, record, [state.id]):
            continue
        if state.version.device == me.device and chain_at(connection, state.version.n) is not None:
            # Our own, and said already: the server set it aside.
            continue
        area = record.area_of(state.id, state.values)
        write = Write(state.type, state.id, 0, state.version.stamp, known.member_id, state.values, {})
        if area is not None and not allowed(record, area, write, None):
            writer.say_again(record.name, state.id)
    said = writer.flush()
    following.follow(connection, said)
    if said:
        log.warning("the server lost records that this laptop says again", extra={"count": _count(said)})
    return said


def _count(said: dict[str, list[bytes]]) -> int:
    return sum(map(len, said.values()))
