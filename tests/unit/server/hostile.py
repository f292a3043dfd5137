"""Requests that somebody broke on purpose: at the envelope, inside a signed body, inside a packed chunk."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from random import Random

import msgspec

from tests.unit.server.laptop import Laptop
from tongcds.protocol import compression
from tongcds.protocol.behind import BehindRequest
from tongcds.protocol.chunks import WriteChunk, pack_writes
from tongcds.protocol.messages import VERSION, CompareRequest, EnrolRequest, SyncRequest, encode
from tongcds.replica import pending

ODD = (
    *(None, True, False, 0, 1, -1, 2**31, 2**62, 2**63 - 1, 2**64 - 1, -(2**63)),
    *(0.5, float("nan"), float("inf"), "", "x", "\x00", "e\u0301", "9" * 30_000),
    *(b"", b"\x00", b"\xff" * 16, b"\x01" * 15, b"\x08" + b"\xff" * 64),
    *([], [[]], [None] * 5, {}, {"a": 1}, {1: 2}, msgspec.msgpack.Ext(5, b"x")),
)
"""Values that stand where others are expected."""


def bytes_changed(raw: bytes, random: Random) -> bytes:
    """The same bytes with some of them changed, cut out, doubled or put at the end."""
    broken = bytearray(raw)
    for _ in range(random.randint(1, 4)):
        place = random.randrange(len(broken) + 1)
        match random.randrange(5):
            case 0 if broken:
                broken[place % len(broken)] ^= 1 << random.randrange(8)
            case 1:
                del broken[place : place + random.randint(1, 20)]
            case 2:
                broken[place:place] = random.randbytes(random.randint(1, 20))
            case 3:
                broken[place:place] = broken[place : place + 40]
            case _:
                del broken[place:]
    return bytes(broken)


def nodes(tree: object, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    """Where something stands in nested lists."""
    found = [path] if path else []
    if isinstance(tree, list):
        for place, part in enumerate(tree):
            found += nodes(part, (*path, place))
    return found


def tree_changed(packed: bytes, random: Random) -> bytes:
    """The same MessagePack with something odd in place of one or two of its parts."""
    tree = msgspec.msgpack.decode(packed)
    for _ in range(random.randint(1, 2)):
        path = random.choice(nodes(tree) or [()])
        here = tree
        for step in path[:-1]:
            here = here[step]
        if not path:
            return encode_odd(odd(random))
        old = here[path[-1]]
        match random.randrange(4):
            case 0 if isinstance(old, int) and not isinstance(old, bool):
                here[path[-1]] = max(-(2**63), min(2**64 - 1, old + random.choice((-1, 1, 255, -256, 2**40))))
            case 1 if isinstance(old, bytes):
                here[path[-1]] = bytes_changed(old, random)
            case 2 if isinstance(old, list) and old:
                old.pop(random.randrange(len(old)))
            case _:
                here[path[-1]] = odd(random)
    return encode_odd(tree)


def odd(random: Random) -> object:
    """Something odd of one's own: lists in it may be changed and put into each other."""
    return deepcopy(random.choice(ODD))


def encode_odd(tree: object) -> bytes:
    return msgspec.msgpack.encode(tree)


def cases(laptop: Laptop, random: Random) -> Callable[[], bytes]:
    """Makes one broken request after the other; every second one is properly signed by the laptop."""
    writes = pending(laptop.connection, 0, 100)
    assert len(writes) > 5

    def request() -> SyncRequest:
        # Numbers that follow on, so that what was broken inside is looked at.
        first = 1 + laptop.answers[-1].receipt.watermark if laptop.answers else 1
        moved = [
            msgspec.structs.replace(write, n=first + place)
            for place, write in enumerate(random.sample(writes, 5))
        ]
        chunk = pack_writes(WriteChunk(laptop.me.device, laptop.prefix, moved))
        return msgspec.structs.replace(laptop.request(), chunk=chunk)

    def broken() -> bytes:
        whole = request()
        match random.randrange(6):
            case 0:
                return random.randbytes(random.randrange(400))
            case 1:
                return bytes_changed(laptop.sealed(whole), random)
            case 2:
                return laptop.sealed(bytes_changed(encode(whole), random))
            case 3:
                return laptop.sealed(tree_changed(encode(whole), random))
            case 4:
                return laptop.sealed(
                    msgspec.structs.replace(whole, chunk=bytes_changed(whole.chunk or b"", random))
                )
            case _:
                raw = compression.unpack(whole.chunk or b"")
                changed = random.choice((tree_changed, tree_changed, bytes_changed))(raw, random)
                return laptop.sealed(msgspec.structs.replace(whole, chunk=compression.pack(changed)))

    return broken


DOORS = ("sync", "compare", "behind", "enrol", "register", "incarnation", "bundle")
"""The doors of a server that take a body."""


def at_every_door(laptop: Laptop, random: Random) -> Callable[[], tuple[str, bytes]]:
    """Makes broken requests, each with the path that it goes to: often with the message of another door."""
    syncing = cases(laptop, random)
    credentials = laptop.me

    def broken() -> tuple[str, bytes]:
        door = random.choice(DOORS)
        match random.randrange(5):
            case 0:
                body = random.randbytes(random.randrange(2_000))
            case 3:
                days = ("2026-11-01", "2026-11-30")
                about = BehindRequest(VERSION, "ACT01", credentials.unit_id, *days, 0, bytes(4))
                body = laptop.sealed(tree_changed(encode(about), random))
            case 1:
                body = syncing()
            case 2:
                asked = CompareRequest(
                    VERSION, credentials.epoch, credentials.scope, [(1, 9), (6, 10)], [(0, b"x" * 8)]
                )
                body = laptop.sealed(tree_changed(encode(asked), random))
            case _:
                asked = EnrolRequest(VERSION, "x" * 32, random.randbytes(32), random.randrange(2**31), 1)
                body = random.choice((bytes_changed, tree_changed))(encode(asked), random)
        return f"/api/v1/{door}", body

    return broken


def bomb(size: int) -> bytes:
    """A few bytes that unpack to `size`."""
    return compression.pack(bytes(size))
