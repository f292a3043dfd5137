"""The register as it stands, in plain rows, for comparing a spreadsheet with it; `imports` compares."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from tongcds.records import RecordType, record_type
from tongcds.storage.poverty import poverty_on
from tongcds.storage.register import invited_to

_HOUSEHOLD = record_type("household")
_PERSON = record_type("person")
_VILLAGE = record_type("village")


def village_names(connection: Connection) -> dict[str, bytes]:
    """The villages of this vault by name, and those that an invitation names (`invited_to`)."""
    table = _VILLAGE.table
    query = select(table.c.name, table.c.id).where(table.c.deleted == 0, table.c.valid_to.is_(None))
    invited = {name: village for village, name in invited_to(connection)}
    return invited | {name: village for name, village in connection.execute(query) if name}


def household_rows(
    connection: Connection, villages: Sequence[bytes], on: date | None = None
) -> list[dict[str, Any]]:
    """The households that still live in these villages, with their fields.

    `on`: their poverty class is the one of this day instead of what the field says.
    """
    return _rows(connection, _HOUSEHOLD, villages, {} if on is None else {"poverty": poverty_on(on)})


def person_rows(connection: Connection, villages: Sequence[bytes]) -> list[dict[str, Any]]:
    """The people who still belong to a household of these villages, with their fields."""
    return _rows(connection, _PERSON, villages, {})


def _rows(
    connection: Connection,
    record: RecordType,
    villages: Sequence[bytes],
    instead: dict[str, ColumnElement[Any]],
) -> list[dict[str, Any]]:
    table = record.table
    columns = [
        table.c.id,
        *(instead[name].label(name) if name in instead else table.c[name] for name in record.field_names),
    ]
    found: list[dict[str, Any]] = []
    for village in villages:
        query = select(*columns).where(
            table.c.area == village, table.c.deleted == 0, table.c.left_on.is_(None)
        )
        found.extend({**row} for row in connection.execute(query.order_by(table.c.id)).mappings())
    return found


def named_by_visits(connection: Connection, households: Sequence[bytes]) -> set[bytes]:
    """Those of the households that a visit names."""
    visit = record_type("visit").table
    found: set[bytes] = set()
    for start in range(0, len(households), 400):
        query = select(visit.c.household_id).where(
            visit.c.household_id.in_(households[start : start + 400]), visit.c.deleted == 0
        )
        found.update(connection.execute(query).scalars())
    return found
