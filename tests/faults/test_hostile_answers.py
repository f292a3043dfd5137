"""A laptop that faces a broken or hostile server says so, keeps what it has, and syncs with the real one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from nacl.signing import SigningKey

from tests.faults.amounts import chance, times
from tests.faults.desk import Desk, invited
from tests.unit.protocol import hungry
from tests.unit.protocol.samples import state
from tests.unit.server import hostile
from tests.unit.server.conftest import COMMUNE, OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE
from tests.unit.storage.homes import PASSPHRASE
from tongcds.errors import TongcdsError, UnavailableError, UserError
from tongcds.protocol import compression
from tongcds.protocol.chunks import pack_states
from tongcds.protocol.messages import Registered, SyncAnswer, decode, encode, registered_text
from tongcds.records import record_type
from tongcds.storage.vault import Vault
from tongcds.sync import answers, enrol

HOUSEHOLD = record_type("household")


@pytest.fixture
def desk(small_world, tmp_path: Path, logs) -> Iterator[Desk]:
    made = Desk(small_world, tmp_path / "of-ngan", VILLAGE, "Lò Thị Ngân")
    for place in range(5):
        made.write(f"HN-000{place}")
    made.sync()
    # Each exchange that fails says why; that is what is wanted here.
    yield made
    logs.records[:] = [r for r in logs.records if not r.name.startswith(("tongcds.sync", "tongcds.replica"))]
    made.close()


def news(desk: Desk) -> None:
    """Something new on the server, so that answers hold a page."""
    commune = desk.world.laptop(COMMUNE, "Cà Thị Hương")
    commune.sync()
    for _ in range(3):
        commune.household(desk.me.unit_id)
    commune.sync()


def bent_answers(desk: Desk, count: int) -> Counter[str]:
    """Exchanges over a way that breaks each answer in another manner; how they ended."""
    random = chance("answers")

    def bend(path: str, answer: bytes) -> bytes:
        whole = decode(SyncAnswer, answer) if path.endswith("sync") else None
        if whole is not None and whole.page and random.random() < 0.3:
            page = hostile.tree_changed(compression.unpack(whole.page), random)
            return encode(msgspec.structs.replace(whole, page=compression.pack(page)))
        return random.choice(
            (
                random.randbytes(random.randrange(300)),
                hostile.bytes_changed(answer, random),
                hostile.tree_changed(answer, random),
                b"<html>Wi-Fi</html>",
            )
        )

    ends: Counter[str] = Counter()
    desk.way.bend = bend
    for _ in range(count):
        try:
            desk.sync()
            ends["believed"] += 1
        except TongcdsError as problem:
            ends[problem.code] += 1
    desk.way.bend = lambda _path, answer: answer
    return ends


def test_broken_answers_are_a_state_and_never_a_crash(desk):
    news(desk)
    desk.write("HN-0099")
    ends = bent_answers(desk, times(400, 20_000))
    assert ends.keys() <= {
        "believed", "server_unreachable", "server_key_changed", "protocol_unsupported", "server_refused",
    }, ends  # fmt: skip
    assert ends["server_unreachable"] > 50
    desk.sync()
    with desk.vault.read() as connection:
        codes = set(connection.exec_driver_sql("SELECT code FROM household WHERE deleted = 0").scalars())
    assert codes >= {"HN-0000", "HN-0004", "HN-0099"}


def page_of(*states) -> bytes:
    return pack_states(list(states))


def in_village(area: bytes):
    return state(HOUSEHOLD, 77, {"village_id": area, "code": "HN-0001"})


def with_page(page: bytes):
    def bend(path: str, answer: bytes) -> bytes:
        if not path.endswith("sync"):
            return answer
        return encode(msgspec.structs.replace(decode(SyncAnswer, answer), page=page, more=False))

    return bend


@pytest.mark.parametrize("place", [SECOND_VILLAGE, OTHER_VILLAGE, None])
def test_a_page_with_records_of_other_places_is_not_taken(desk, place):
    before = desk.dump()
    area = bytes(16) if place is None else desk.world.unit(place)
    desk.way.bend = with_page(page_of(in_village(area)))
    with pytest.raises(UnavailableError, match="server_unreachable"):
        desk.sync()
    assert desk.dump() == before


def test_without_looking_it_would_be_believed(desk, monkeypatch):
    monkeypatch.setattr(answers, "_out_of_place", lambda *_: False)
    took: list[int] = []
    real = answers.adopt
    monkeypatch.setattr(answers, "adopt", lambda *given: took.append(len(given[2])) or real(*given))
    desk.way.bend = with_page(page_of(in_village(desk.world.unit(OTHER_VILLAGE))))
    desk.sync()
    assert 1 in took


@pytest.mark.parametrize("case", hungry.CASES)
def test_a_page_that_is_a_bomb_is_not_taken(desk, case):
    before, scope = desk.dump(), desk.scope()
    desk.way.bend = with_page(hungry.CASES[case]())
    with pytest.raises(UnavailableError, match="server_unreachable"):
        desk.sync()
    assert (desk.dump(), desk.scope()) == (before, scope)


@pytest.mark.parametrize(
    "values",
    [
        {"code": 7}, {"note": b"x"}, {"stated_size": "7"}, {"stated_size": 1 << 63}, {"hardship": "x"},
        {"left_on": 7}, {"poverty": 5}, {"address": 0.5},
    ],
    ids=str,
)  # fmt: skip
def test_a_page_with_values_of_the_wrong_kind_is_not_taken(desk, values):
    before = desk.dump()
    page = page_of(state(HOUSEHOLD, 77, {"village_id": desk.me.unit_id, **values}))
    desk.way.bend = with_page(page)
    with pytest.raises(UnavailableError, match="server_unreachable"):
        desk.sync()
    assert desk.dump() == before


@pytest.mark.parametrize("field", ["cursors", "scope", "moved", "outcomes", "entries", "receipt"])
def test_numbers_and_ids_that_nothing_holds_are_not_taken(desk, field):
    before, scope = desk.dump(), desk.scope()

    def bend(_path: str, answer: bytes) -> bytes:
        tree = msgspec.msgpack.decode(answer)
        odd = {
            "cursors": (1, [1 << 64 - 1]), "scope": (6, 1 << 63), "moved": (4, [[6, b"short", b"", b""]]),
            "outcomes": (5, [[-1, "bad_value"]]), "entries": (7, [[b"short", "write"]]),
            "receipt": (0, [1 << 63, 0, 0, b""]),
        }  # fmt: skip
        place, value = odd[field]
        tree[place] = value
        return hostile.encode_odd(tree)

    desk.way.bend = bend
    with pytest.raises(UnavailableError, match="server_unreachable"):
        desk.sync()
    assert (desk.dump(), desk.scope()) == (before, scope)


def test_a_receipt_that_the_server_did_not_sign_receives_nothing(desk):
    desk.write("HN-0050")
    before = desk.dump()["own_write"]

    def bend(path: str, answer: bytes) -> bytes:
        tree = msgspec.msgpack.decode(answer)
        receipt_or_number = tree[0] if path.endswith("sync") else tree
        (at,) = (
            i for i, value in enumerate(receipt_or_number) if isinstance(value, bytes) and len(value) == 64
        )
        receipt_or_number[at] = bytes(64)
        return hostile.encode_odd(tree)

    desk.way.bend = bend
    with pytest.raises(UserError, match="server_key_changed"):
        desk.sync()
    assert desk.dump()["own_write"] == before
    desk.way.bend = lambda _path, answer: answer
    desk.sync()


def harmless(name: str, value: object) -> bool:
    """Whether a server may well give this."""
    match name:
        case "device":
            return type(value) is int and 0 < value < 1 << 32
        case "epoch" | "scope":
            return type(value) is int and 0 <= value < 1 << 63
        case "member_id" | "unit_id":
            return isinstance(value, bytes) and len(value) == 16
        case "entries":
            return value == []
        case _:
            return isinstance(value, str) and name.endswith("name")


def test_whoever_answers_an_invitation_with_rubbish_enrols_nobody(desk, small_world, tmp_path):
    random = chance("enrolment")
    other = Vault.create(tmp_path / "of-thu", PASSPHRASE, person="Hà Văn Thu", now=small_world.now)
    begun = enrol.begin(other, invited(small_world, SECOND_VILLAGE, "Hà Văn Thu"))
    good = []
    desk.way.bend = lambda _path, answer: good.append(answer) or b""
    with pytest.raises(UserError, match="server_refused"):
        enrol.finish(other, begun, desk.way, small_world.clock)
    tree = msgspec.msgpack.decode(decode(Registered, good[0]).credentials)
    public_key, key = bytes(SigningKey(begun.signing_seed).verify_key), small_world.province.key

    def signed(packed: bytes) -> bytes:
        text = registered_text(public_key, begun.prefix, packed)
        return encode(Registered(packed, key.sign(text).signature))

    odd = [*hostile.ODD, b"\x01" * 31, 1 << 32, 1 << 63, [[b"short", "write"]], [[bytes(16), "all"]]]
    for name in (
        "device",
        "epoch",
        "scope",
        "member_id",
        "unit_id",
        "entries",
        "server_key",
        "role",
        "unit_name",
    ):
        for value in odd:
            if harmless(name, value):
                continue
            packed = hostile.encode_odd({**tree, name: value})
            desk.way.bend = lambda _path, _answer, packed=packed: signed(packed)
            with pytest.raises(UserError) as refused:
                enrol.finish(other, begun, desk.way, small_world.clock)
            assert refused.value.code in {"server_refused", "server_key_changed"}, (name, value)
    for _ in range(200):
        desk.way.bend = lambda _path, answer: hostile.bytes_changed(answer, random)[:-1]
        with pytest.raises(UserError):
            enrol.finish(other, begun, desk.way, small_world.clock)
    desk.way.bend = lambda _path, answer: answer
    assert enrol.finish(other, begun, desk.way, small_world.clock).unit_name
    other.close()
