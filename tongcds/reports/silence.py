"""Which teams have not been heard of, and since when; what they did is counted in `overview`."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Connection

from tongcds.domain.views import SilentRow
from tongcds.reports import units

MOST_ROWS = 1000
_NEVER = datetime.min.replace(tzinfo=UTC)


def last_heard(
    connection: Connection, unit_id: bytes, on: date, *, is_commune: bool
) -> tuple[SilentRow, ...]:
    """Every village below a commune, an area or a province that has a team, the longest silent first.

    At most 1,000; those that never synced come before all others.
    """
    communes = [unit_id] if is_commune else units.communes_of(connection, unit_id, on)
    villages = units.villages_in(connection, communes, on)
    ids = list(villages)
    known = units.village_statuses(connection, ids, on) if is_commune else units.statuses(connection, ids)
    names = {} if is_commune else units.unit_names(connection, communes)
    rows = [
        SilentRow(village, name, names.get(commune, ""), known[village].teams, known[village].last_sync)
        for village, (name, commune) in villages.items()
        if village in known and (known[village].teams or known[village].last_sync is not None)
    ]
    rows.sort(key=lambda row: (row.last_sync or _NEVER, row.above, row.name))
    return tuple(rows[:MOST_ROWS])
