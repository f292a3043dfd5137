"""What a hostile chunk costs before it is refused: measured from outside, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from random import Random

import msgspec
import pytest

from tests.unit.protocol import hungry
from tests.unit.protocol.samples import DEVICE, PREFIX, write
from tongcds.protocol import compression, structure
from tongcds.protocol.chunks import WriteChunk, pack_most, pack_writes, unpack_writes
from tongcds.protocol.messages import ProtocolError
from tongcds.records import record_type

VISIT = record_type("visit")


def cost(case: str, *without: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", hungry.__name__, case, *without],
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("case", hungry.CASES)
def test_a_hostile_chunk_costs_little_memory(case: str) -> None:
    found = cost(case)
    assert found["grown"] < hungry.MOST, found
    assert found["spread"] <= compression.MAX_UNPACKED, found


@pytest.mark.parametrize(
    ("case", "guard"),
    [
        ("few empty lists", "parts"),
        ("short texts", "parts"),
        ("a gigabyte of nothing", "unpacked"),
        ("long lists", "room"),
        ("a long word", "room"),
    ],
)
def test_each_bound_is_needed(case: str, guard: str) -> None:
    with_it, without = cost(case), cost(case, guard)
    assert without["grown"] > 4 * with_it["grown"] or without["spread"] > 100 * compression.MAX_UNPACKED


PARTS = [
    *(
        None,
        True,
        False,
        0,
        127,
        128,
        256,
        1 << 16,
        1 << 32,
        -1,
        -32,
        -33,
        -(1 << 15),
        -(1 << 31),
        -(1 << 63),
    ),
    *(0.5, "", "x" * 31, "x" * 32, "x" * 256, "x" * 70_000, b"", b"x" * 255, b"x" * 256, b"x" * 70_000),
    *(msgspec.msgpack.Ext(5, b"x" * size) for size in (0, 1, 2, 3, 4, 8, 16, 17, 256, 70_000)),
]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: f"{type(part).__name__}-{str(part)[:8]}")
def test_parts_of_every_form_are_counted(part: object) -> None:
    raw = msgspec.msgpack.encode([part] * 100)
    structure.bounded(raw, most=101)
    with pytest.raises(ProtocolError, match="too many parts"):
        structure.bounded(raw, most=99)


def test_heads_of_every_form_are_counted() -> None:
    for inner in ([], [1] * 16, [1] * 70_000, {}, dict.fromkeys(range(16)), dict.fromkeys(range(70_000))):
        raw = msgspec.msgpack.encode([inner, inner])
        parts = 1 + 2 * (1 + len(inner) * (2 if isinstance(inner, dict) else 1))
        structure.bounded(raw, most=parts)
        with pytest.raises(ProtocolError):
            structure.bounded(raw + b"\xc0" * 8, most=parts)


def test_the_largest_honest_chunk_fits() -> None:
    words = ["bản", "nhà", "cài", "VNeID", "quên", "mật khẩu", "hẹn", "tuần sau", "con gái", "giúp"]
    dice = Random(20261123)
    writes = [
        write(n, VISIT, {"on": "2026-11-23", "minutes": n % 90, "note": " ".join(dice.choices(words, k=25))})
        for n in range(1, 20_001)
    ]
    assert unpack_writes(pack_writes(WriteChunk(DEVICE, PREFIX, writes))).writes == writes


def test_the_same_long_note_everywhere_goes_in_several_chunks() -> None:
    """It shrinks like a bomb; nothing is lost through that."""
    waiting = [write(n, VISIT, {"note": "Vắng nhà, hẹn tuần sau. " * 20}) for n in range(1, 20_001)]
    rounds = 0
    while waiting:
        packed, count = pack_most(WriteChunk(DEVICE, PREFIX, waiting), limit=900_000)
        assert unpack_writes(packed).writes == waiting[:count]
        del waiting[:count]
        rounds += 1
    assert 1 < rounds < 20


def test_what_a_reader_would_refuse_is_never_packed() -> None:
    """Long notes go in several chunks; the longest record that there is goes in one."""
    longest = {
        field.name: "à" * 20_000 for field in record_type("person").fields if field.kind.name == "TEXT"
    }
    writes = [write(n, record_type("person"), longest) for n in range(1, 501)]
    with pytest.raises(ProtocolError, match="too_big"):
        pack_writes(WriteChunk(DEVICE, PREFIX, writes))
    packed, count = pack_most(WriteChunk(DEVICE, PREFIX, writes), limit=900_000)
    assert 1 <= count < 500
    assert unpack_writes(packed).writes == writes[:count]
    assert unpack_writes(pack_writes(WriteChunk(DEVICE, PREFIX, writes[:1]))).writes == writes[:1]


def test_a_chunk_never_weighs_more_than_it_may() -> None:
    writes = [write(n, VISIT, {"note": hungry.DULL[n * 900 :][:900].hex()}) for n in range(1, 401)]
    packed, count = pack_most(WriteChunk(DEVICE, PREFIX, writes), limit=100_000)
    assert len(packed) <= 100_000 < len(pack_writes(WriteChunk(DEVICE, PREFIX, writes[: count * 2])))
    assert pack_most(WriteChunk(DEVICE, PREFIX, writes), limit=1)[1] == 1


@pytest.mark.parametrize("odd", [[], [1], {}, {"a": 1}, msgspec.msgpack.Ext(5, b"x")])
@pytest.mark.parametrize("field", ["note", "on", "minutes"])
def test_a_value_with_parts_is_no_value(field: str, odd: object) -> None:
    packed = pack_writes(WriteChunk(DEVICE, PREFIX, [write(1, VISIT, {field: odd})]))  # type: ignore[dict-item]
    with pytest.raises(ProtocolError, match="bad_chunk"):
        unpack_writes(packed)
