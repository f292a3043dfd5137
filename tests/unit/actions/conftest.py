"""A vault of a team or commune enrolled without a server: real SQLCipher, an invented village."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from nacl.signing import SigningKey

from tests.surroundings import FakeClock
from tongcds.actions import Core, privacy
from tongcds.domain.privacy import load_purposes
from tongcds.domain.stamps import derived_id, new_prefix
from tongcds.domain.views import ConsentAnswer, Role
from tongcds.protocol.messages import Credentials, ScopeEntry, State, Version
from tongcds.records import record_type
from tongcds.replica import adopt, load_identity, new_identity
from tongcds.storage.local import Enrolment, save_enrolment
from tongcds.storage.vault import Vault

PASSPHRASE = "con trâu ăn cỏ non"
COMMUNE = derived_id("commune")
VILLAGE = derived_id("village")
MEMBER = derived_id("member")


@dataclass(frozen=True, slots=True)
class Home:
    """One invented household of the vault."""

    household: bytes
    people: tuple[bytes, ...]


def _credentials(role: Role) -> Credentials:
    unit = VILLAGE if role is Role.TEAM else COMMUNE
    return Credentials(
        device=7,
        member_id=MEMBER,
        member_name="Lò Thị Ngân",
        role=role.value,
        unit_id=unit,
        unit_name="Bản Nà Ngà" if role is Role.TEAM else "Xã Chiềng Mung",
        commune_name="Xã Chiềng Mung",
        province_name="Tỉnh Sơn La",
        server_name="Máy chủ thử",
        server_key=bytes(SigningKey(bytes(32)).verify_key),
        epoch=1,
        scope=1,
        entries=[ScopeEntry(VILLAGE, "write"), ScopeEntry(COMMUNE, "write")],
    )


def _published(vault: Vault, clock: FakeClock) -> None:
    """The village and the member, as a page from the server brings them."""
    states = []
    for name, record_id, values in (
        ("village", VILLAGE, {"commune_id": COMMUNE, "name": "Bản Nà Ngà", "village_type": "bản"}),
        ("member", MEMBER, {"unit_id": COMMUNE, "full_name": "Lò Thị Ngân"}),
    ):
        record = record_type(name)
        everything = {**dict.fromkeys(record.field_names), **values, "deleted": 0}
        states.append(State(record.number, record_id, Version(1, len(states) + 1, 1, MEMBER), everything, {}))
    with vault.write() as connection:
        me = load_identity(connection, now=lambda: int(clock().timestamp() * 1000))
        assert me is not None
        adopt(connection, me, states, [], {}, frozenset({VILLAGE, COMMUNE}))


def enrolled(folder: Path, role: Role, clock: FakeClock) -> Core:
    """A core in a new vault, enrolled without a server."""

    def now() -> int:
        return int(clock().timestamp() * 1000)

    vault = Vault.create(folder, PASSPHRASE, person="Lò Thị Ngân", now=now)
    known = _credentials(role)
    with vault.write() as connection:
        new_identity(connection, device=known.device, now=now, prefix=new_prefix())
        save_enrolment(
            connection,
            Enrolment("http://127.0.0.1:9", bytes(32), known, 0, 1, 1, tuple(known.entries)),
        )
    _published(vault, clock)
    return Core(vault, clock)


@pytest.fixture
def core_of(tmp_path: Path, clock: FakeClock) -> Iterator[Callable[[Role], Core]]:
    """Makes an enrolled core for a role."""
    made: list[Core] = []

    def make(role: Role) -> Core:
        made.append(enrolled(tmp_path / role.value, role, clock))
        return made[-1]

    yield make
    for core in made:
        core.close()


@pytest.fixture
def team(core_of: Callable[[Role], Core]) -> Core:
    return core_of(Role.TEAM)


@pytest.fixture
def commune(core_of: Callable[[Role], Core]) -> Core:
    return core_of(Role.COMMUNE)


def agree(core: Core, home: Home) -> None:
    """The household agrees to everything."""
    purposes = dict.fromkeys(load_purposes(), True)
    privacy.keep_consent(
        core, ConsentAnswer(home.household, "household", home.household, purposes, "spoken", core.today)
    )


@pytest.fixture
def home(team: Core) -> Home:
    """A household of three in the team's village."""
    with team.vault.change(MEMBER) as change:
        household = change.writer.reserve()
        people = tuple(
            change.writer.create(
                "person", village_id=VILLAGE, household_id=household, full_name=name, birth=birth
            )
            for name, birth in (("Hà Thị Xuân", "1978"), ("Lò Văn Ún", "1975"), ("Lò Thị Mai", "2004"))
        )
        change.writer.create(
            "household", reserved=household, village_id=VILLAGE, code="HN-0087", head_id=people[0]
        )
    return Home(household, people)
