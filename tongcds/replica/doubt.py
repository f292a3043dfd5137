"""After the server was put back from a copy: what it made itself since then is no more, and goes here too.

What laptops wrote is offered again by those who wrote it. The server's own records (units, members, teams,
figures, conflicts, what was set aside) are offered by nobody: they are doubted, and what the pages from the
beginning do not bring again goes. Until then they stay, so that a link that breaks leaves no laptop without
its names.
"""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from tongcds.records import RecordType, all_types
from tongcds.replica.identity import SERVER_DEVICE, Identity
from tongcds.replica.merge import version_of
from tongcds.replica.own import unseen
from tongcds.replica.rows import AreaSums, read_rows

_MADE_BY_SERVERS = frozenset({"conflict", "quarantined"})
_SLICE = 400


def doubt(connection: Connection) -> None:
    """Doubt everything that the server made itself. A page that brings a record again ends the doubt."""
    for record in all_types():
        # On a laptop the column says nothing else: whether it holds a row is the server's question.
        marked = update(record.table).values(editor=SERVER_DEVICE)
        if record.name not in _MADE_BY_SERVERS:
            marked = marked.where(record.table.c.device == SERVER_DEVICE)
        connection.execute(marked)
        if record.area_field:
            ids = _taken_elsewhere(connection, record)
            for start in range(0, len(ids), _SLICE):
                part = ids[start : start + _SLICE]
                connection.execute(
                    update(record.table).where(record.table.c.id.in_(part)).values(editor=SERVER_DEVICE)
                )


def _taken_elsewhere(connection: Connection, record: RecordType) -> list[bytes]:
    """Removed records that the server took to another area, by a merger that may be no more.

    Of those that are there the comparison asks, and what the server lacks stays; removed ones it leaves out.
    """
    table = record.table
    ids = list(
        connection.execute(
            select(table.c.id).where(table.c.versions.is_not(None), table.c.deleted == 1)
        ).scalars()
    )
    rows = read_rows(connection, record, ids)
    return [i for i in ids if version_of(rows[i], record.area_field).device == SERVER_DEVICE]


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
