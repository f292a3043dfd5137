"""Numbered steps from one shape of the vault to the next, each whole or not at all.

`PRAGMA user_version` says how many were done. Before the first release step 1 makes what is declared now;
from then on its tables are frozen as `schema.sql` has them, and every change is a further step. `schema.sql`
is the shape after the last step, for reading and for the test that compares; running this module prints it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import sqlcipher3.dbapi2
from sqlalchemy import Connection, create_engine

from tongcds import replica
from tongcds.errors import UnavailableError
from tongcds.storage import attachment_notes, audit, custody, exports, lease, local, merged, quality, search


@dataclass(frozen=True, slots=True)
class Step:
    """One change of shape; runs inside a transaction together with its number."""

    number: int
    what: str
    apply: Callable[[Connection], None]


# What the screens of a big commune look up at every letter typed; the server asks other questions. The first
# has all that figures read of observations, in the order in which one replaces another: nothing is sorted.
_INDEXES = (
    (
        "CREATE INDEX ix_observation_latest"
        " ON observation (fact, subject_id, held_on, stamp, device, n, value, area, id) WHERE deleted = 0"
    ),
    "CREATE INDEX ix_person_id_number ON person (id_number) WHERE id_number IS NOT NULL",
    "CREATE INDEX ix_person_phone ON person (phone) WHERE phone IS NOT NULL",
    "CREATE INDEX ix_support_stamp ON support (stamp)",
    'CREATE INDEX ix_visit_on ON visit ("on")',
)


def _first_tables(connection: Connection) -> None:
    replica.create_tables(connection)
    local.create_tables(connection)
    attachment_notes.create_tables(connection)
    audit.create_tables(connection)
    exports.create_tables(connection)
    custody.create_tables(connection)
    lease.create_tables(connection)
    merged.create_tables(connection)
    search.create_tables(connection)
    quality.create_tables(connection)
    for index in _INDEXES:
        connection.exec_driver_sql(index)


STEPS: tuple[Step, ...] = (Step(1, "records, books, local tables, search", _first_tables),)


def version(connection: Connection) -> int:
    """How many steps this vault has seen; 0 for an empty file."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def pending_steps(connection: Connection, steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps that this vault still needs, in order.

    Raises:
        UnavailableError: `vault_newer`.
    """
    done = version(connection)
    if done > len(steps):
        raise UnavailableError("vault_newer")
    return tuple(steps[done:])


def apply_step(connection: Connection, step: Step) -> None:
    """Make one step in the caller's transaction, number and all."""
    if version(connection) != step.number - 1:
        message = f"step {step.number} does not follow {version(connection)}"
        raise ValueError(message)
    step.apply(connection)
    connection.exec_driver_sql(f"PRAGMA user_version = {step.number:d}")


def bring_up(write: Callable[[], AbstractContextManager[Connection]], back_up: Callable[[], object]) -> None:
    """Make the steps that a vault still needs, each in a transaction of its own, after a backup.

    Raises:
        UnavailableError: `vault_newer`.
    """
    with write() as connection:
        steps = pending_steps(connection, STEPS)
        old = version(connection) > 0
    if steps and old:
        back_up()
    for step in steps:
        with write() as connection:
            apply_step(connection, step)


def schema(connection: Connection) -> str:
    """The vault's shape as SQL, by name; shadow tables of the search follow from it and are left out."""
    rows = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'search_words_%'"
        " AND name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    return "\n".join(f"{' '.join(sql.split())};" for _name, sql in rows) + "\n"


def _print_schema() -> None:
    with create_engine("sqlite://", module=sqlcipher3.dbapi2, hide_parameters=True).begin() as connection:
        for step in STEPS:
            apply_step(connection, step)
        sys.stdout.write(schema(connection))


if __name__ == "__main__":
    _print_schema()
