"""Making vaults, households and people in few words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from tongcds.domain.stamps import derived_id
from tongcds.errors import TongcdsError
from tongcds.records import Value, record_type
from tongcds.replica import Writer, new_identity
from tongcds.storage.vault import Vault

PASSPHRASE = "bốn con vịt vàng"
TODAY = date(2026, 11, 23)
AUTHOR = derived_id("member", "Ngân")
COMMUNE = derived_id("commune")
PAGE = 4096


class Ticking:
    """Milliseconds that go on by one at each look, and as far as told."""

    def __init__(self) -> None:
        self.at = int(datetime(2026, 11, 23, 7, 32, tzinfo=UTC).timestamp() * 1000)

    def __call__(self) -> int:
        self.at += 1
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += int(seconds * 1000)


def spoil(path: Path, at: int) -> None:
    """Turn one bit, so many bytes from the beginning or, where negative, the end."""
    content = bytearray(path.read_bytes())
    content[at] ^= 4
    path.write_bytes(bytes(content))


def enrol(vault: Vault, now: Callable[[], int], device: int = 11) -> None:
    with vault.write() as connection:
        new_identity(connection, device=device, now=now)


@dataclass
class Home:
    id: bytes
    village: bytes
    people: list[bytes]


def village(writer: Writer, name: str = "Bản Nà Ngà") -> bytes:
    return writer.create("village", commune_id=COMMUNE, name=name)


def home(
    writer: Writer, village_id: bytes, code: str, *people: str | dict[str, Value], **fields: Value
) -> Home:
    """A household whose first person is its head; people by name or by fields."""
    household = writer.reserve()
    ids = [
        writer.create(
            "person",
            village_id=village_id,
            household_id=household,
            **({"full_name": person} if isinstance(person, str) else person),
        )
        for person in people
    ]
    head = ids[0] if ids else None
    writer.create("household", reserved=household, village_id=village_id, code=code, head_id=head, **fields)
    return Home(household, village_id, ids)


def observe(
    writer: Writer, subject: bytes, fact: str, value: bool | None, held_on: str, **fields: Value
) -> bytes:
    kind = "household" if fact in {"household_smartphone", "fibre", "zalo_group"} else "person"
    return writer.create(
        "observation",
        village_id=fields.pop("village_id", COMMUNE),
        subject=kind,
        subject_id=subject,
        fact=fact,
        value=None if value is None else int(value),
        held_on=held_on,
        how="seen",
        **fields,
    )


def visit(writer: Writer, to: Home, on: str, *supports: dict[str, Value], **fields: Value) -> bytes:
    visit_id = writer.create(
        "visit", **{"village_id": to.village, "household_id": to.id, "on": on, "by_id": AUTHOR} | fields
    )
    for support in supports:
        writer.create("support", village_id=to.village, visit_id=visit_id, **support)
    return visit_id


def promise(writer: Writer, to: Home, due_on: str, **fields: Value) -> bytes:
    usual = {"village_id": to.village, "household_id": to.id, "state": "open", "service": "PY01"}
    return writer.create("follow_up", **usual | {"due_on": due_on} | fields)


def names(connection: Connection) -> list[str]:
    """The villages that are there."""
    village = record_type("village").table
    return list(connection.execute(select(village.c.name).order_by(village.c.name)).scalars())


def add(vault: Vault, name: str) -> bytes:
    with vault.change(AUTHOR) as change:
        return village(change.writer, name)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def refusal(folder: Path, now: Ticking) -> str:
    with pytest.raises(TongcdsError) as refused:
        Vault.open(folder, PASSPHRASE, now=now)
    return refused.value.code


def abandon(vault: Vault) -> None:
    """End as a killed program does: the files stay as they are, nothing is moved into the main file."""
    vault._damaged = True
    vault.close()
