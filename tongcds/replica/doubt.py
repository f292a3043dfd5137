"""After the server was put back from a copy: what it made itself since then is no more, and goes here too.

What laptops wrote is offered again by those who wrote it. The server's own records (units, members, teams,
figures, conflicts, what was set aside) are offered by nobody: they are doubted, and what the pages from the
beginning do not bring again goes. Until then they stay, so that a link that breaks leaves no laptop without
its names.
"""

from __future__ import annotations

from sqlalchemy import Connection, Update, select, true, update

from tongcds.records import RecordType, all_types
from tongcds.records.declare import DELETED, ERASED
from tongcds.replica.identity import SERVER_DEVICE, Identity
from tongcds.replica.lost import MADE_BY_SERVERS
from tongcds.replica.own import unseen
from tongcds.replica.rows import AreaSums, read_rows
from tongcds.replica.tables import SELF


def doubt(connection: Connection) -> None:
    """Doubt everything that the server made itself. A page that brings a record again ends the doubt."""
    me = connection.execute(select(SELF.c.device)).scalar_one_or_none() or 0
    for record in all_types():
        # On a laptop the column says nothing else: whether it holds a row is the server's question.
        marked = update(record.table).values(editor=SERVER_DEVICE)
        if record.name not in MADE_BY_SERVERS:
            marked = marked.where(record.table.c.device == SERVER_DEVICE)
        connection.execute(marked)
        connection.execute(_removed_by_others(record, me).values(editor=SERVER_DEVICE))


def _removed_by_others(record: RecordType, me: int) -> Update:
    """What others made and was removed, but for what is left of the erased.

    Of records that are there the comparison asks, and what the server lacks stays. Nobody asks about removed
    ones: those that the server has in a place that is not ours any more would stay for ever.
    """
    c = record.table.c
    erased = record.table.c[ERASED].is_(None) if record.erasable else true()
    return update(record.table).where(c[DELETED] == 1, c.device != me, erased)


def drop_doubted(connection: Connection, me: Identity) -> dict[str, list[bytes]]:
    """Everything was pulled again: what is doubted still goes, unless something unsent is in it.

    Returns the ids of what went, by type.
    """
    sums = AreaSums()
    gone: dict[str, list[bytes]] = {}
    for record in all_types():
        table = record.table
        query = select(table.c.id).where(table.c.editor == SERVER_DEVICE)
        ids = list(connection.execute(query.order_by(table.c.id)).scalars())
        waiting = unseen(connection, me, ids)
        for row in read_rows(connection, record, [i for i in ids if i not in waiting]).values():
            sums.drop(record, row)
            connection.execute(table.delete().where(table.c.id == row["id"]))
            gone.setdefault(record.name, []).append(row["id"])
    sums.save(connection)
    return gone
