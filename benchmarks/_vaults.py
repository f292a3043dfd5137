"""Vaults full of invented people for the benchmarks, on the disk that the program itself would use."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks._day import PASSPHRASE, TODAY, now
from tongcds.actions.opening import vault_folder
from tongcds.domain.invented import InventedHousehold, village
from tongcds.domain.stamps import derived_id
from tongcds.protocol.messages import Credentials, ScopeEntry
from tongcds.replica import Writer, new_identity
from tongcds.storage import backups
from tongcds.storage.keyslots import PASSES
from tongcds.storage.local import Enrolment, save_enrolment
from tongcds.storage.vault import Vault

HOUSEHOLDS_A_VILLAGE = 150
MEMBER = derived_id("benchmark", "member")
_COMMUNE = derived_id("benchmark", "commune")
_BUILD = Path(__file__).resolve().parents[1] / "build"


@dataclass(frozen=True, slots=True)
class Home:
    """A household of the vault, for benchmarks that write about it."""

    household_id: bytes
    people: tuple[bytes, ...]
    village_id: bytes = b""


@contextmanager
def on_disk() -> Iterator[Path]:
    """A folder beside the program, removed afterwards; a temporary one may lie in memory."""
    _BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_BUILD, prefix="bench-") as folder:
        yield Path(folder)


@contextmanager
def filled(people: int) -> Iterator[tuple[Vault, list[Home]]]:
    """An enrolled vault with at least so many people in villages of 150 households."""
    with on_disk() as folder:
        vault = Vault.create(folder / "vault", PASSPHRASE, person="Lò Thị Ngân", now=now)
        try:
            yield vault, _fill(vault, people)
        finally:
            vault.close()


@contextmanager
def filled_profile(
    people: int, live: Callable[[Vault, list[Home]], None], *, role: str = "team"
) -> Iterator[Path]:
    """The profile of such a vault, closed again, after `live` wrote what was done there."""
    with on_disk() as folder:
        vault = Vault.create(vault_folder(folder), PASSPHRASE, person="Lò Thị Ngân", now=now, passes=PASSES)
        try:
            live(vault, _fill(vault, people, role=role))
            # As half an hour of use leaves it.
            vault.backup(backups.REGULAR)
        finally:
            vault.close()
        yield folder


def _fill(vault: Vault, people: int, *, role: str = "commune") -> list[Home]:
    with vault.write() as connection:
        new_identity(connection, device=11, now=now)
        save_enrolment(connection, _enrolment(role))
    homes: list[Home] = []
    number = count = 0
    while count < people:
        number += 1
        name = f"Bản Nà Ngà {number}"
        made = village(
            number, households=HOUSEHOLDS_A_VILLAGE, on=TODAY, name=name, first_number=len(homes) + 1
        )
        with vault.change(MEMBER) as change:
            village_id = change.writer.create("village", name=name, commune_id=_COMMUNE)
            for household in made.households:
                homes.append(write_home(change.writer, village_id, household))
                count += len(household.people)
    return homes


def write_home(writer: Writer, village_id: bytes, household: InventedHousehold) -> Home:
    """Write a household and its people into a village."""
    household_id = writer.reserve()
    people = tuple(
        writer.create(
            "person",
            village_id=village_id,
            household_id=household_id,
            full_name=person.full_name,
            relation=person.relation,
            sex=person.sex,
            birth=person.birth,
            phone=person.phone,
        )
        for person in household.people
    )
    writer.create(
        "household",
        reserved=household_id,
        village_id=village_id,
        code=household.code,
        head_id=people[0],
        address=household.address,
        poverty=household.poverty,
    )
    return Home(household_id, people, village_id)


def _enrolment(role: str) -> Enrolment:
    credentials = Credentials(
        device=11,
        member_id=MEMBER,
        member_name="Lò Thị Ngân",
        role=role,
        unit_id=_COMMUNE,
        unit_name="xã Chiềng Mung",
        commune_name="xã Chiềng Mung",
        province_name="tỉnh Sơn La",
        server_name="máy chủ tỉnh Sơn La",
        server_key=bytes(32),
        epoch=1,
        scope=1,
        entries=[ScopeEntry(_COMMUNE, "write")],
    )
    return Enrolment("https://localhost", bytes(32), credentials, 0, 1, 1, tuple(credentials.entries))
