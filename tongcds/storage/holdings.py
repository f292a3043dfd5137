"""What would go with a vault that is destroyed; how that is done is `retirement`'s."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from tongcds.records import record_type
from tongcds.storage import exports, local


@dataclass(frozen=True, slots=True)
class Holdings:
    """What goes with a vault: households and people in it, forms that are half filled in.

    `exported` counts files that were written out of it, still lie there in the clear, and do not go.
    """

    households: int
    people: int
    drafts: int
    exported: int


def holdings(connection: Connection) -> Holdings:
    """What is in a vault, in numbers."""

    def living(name: str) -> int:
        table = record_type(name).table
        query = select(func.count()).where(table.c.deleted == 0, table.c.left_on.is_(None))
        return connection.execute(query).scalar_one()

    drafts = connection.execute(select(func.count()).select_from(local.DRAFT)).scalar_one()
    paths = connection.execute(select(exports.EXPORT.c.path)).scalars()
    return Holdings(living("household"), living("person"), drafts, sum(Path(path).exists() for path in paths))
