"""A server that may hold only so much memory refuses whatever unfolds to more, at each door, and goes on."""

from __future__ import annotations

import http.client
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from nacl.signing import SigningKey

from tests.e2e import server_process
from tests.e2e.server_process import ServerProcess
from tests.e2e.test_server import COMMUNE, VILLAGE, Refused, laptop_of, posting
from tests.meta.rules import ROOT
from tests.unit.server.laptop import Laptop
from tongcds.protocol import bundle, compression
from tongcds.protocol.messages import PushContent, encode
from tongcds.server import app

ROOM = 512 << 20
"""Address space beyond what the server has at its start: threads and their heaps take some of it."""

GIGABYTE = 1 << 30
AT_ONCE, ROUNDS = 4, 2

pytestmark = pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs Linux's prlimit")


def address_space(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmSize"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "server"
    server_process.found(place)
    return place


@pytest.fixture
def server(folder: Path) -> Iterator[ServerProcess]:
    with server_process.running(folder) as running:
        most = address_space(running.process.pid) + ROOM
        resource.prlimit(running.process.pid, resource.RLIMIT_AS, (most, most))
        yield running


def nested(depth: int) -> bytes:
    return b"\x91" * depth + b"\xc0"


def many_parts() -> bytes:
    """Millions of empty lists in one, with something that does not shrink, so that the ratio is honest."""
    dull = bytes(SigningKey.generate()) * 8_000
    parts = 10_000_000
    return b"\x92\xdd" + parts.to_bytes(4, "big") + b"\x90" * parts + msgspec.msgpack.encode(dull)


def chunks() -> dict[str, bytes]:
    """Chunks that would take more than there is."""
    return {
        "zeros": compression.zstd.compress(bytes(GIGABYTE)),
        "zeros of zeros": compression.zstd.compress(compression.zstd.compress(bytes(GIGABYTE))),
        "nested": compression.pack(nested(900_000)),
        "parts": compression.zstd.compress(many_parts()),
    }


def bodies(laptop: Laptop) -> dict[str, tuple[str, Callable[[], bytes]]]:
    """Each with the door that it goes to; signed anew each time, as a laptop that turned bad would."""
    request = laptop.request()
    made: dict[str, tuple[str, Callable[[], bytes]]] = {}
    for name, chunk in chunks().items():
        made[f"chunk of {name}"] = (
            "sync",
            lambda chunk=chunk: laptop.sealed(msgspec.structs.replace(request, chunk=chunk)),
        )
    for door in ("sync", "compare", "behind", "incarnation", "register"):
        made[f"nested at {door}"] = (door, lambda: laptop.sealed(nested(500_000)))
        made[f"too long for {door}"] = (door, lambda: bytes(app.MAX_BODY + 1))
    made["enrol"] = ("enrol", lambda: nested(app.MAX_ENROL - 1))
    note = bundle.Note("push", laptop.me.device, 1, 1, 1)
    for name, content in {
        "envelopes": encode(PushContent([b""] * 3_000_000)),
        "zeros": bytes(48 << 20),
        "nested": nested(30_000_000),
    }.items():
        sealed = bundle.seal(content, note, key=laptop.key, readers=[laptop.me.server_key])
        made[f"bundle of {name}"] = ("bundle", lambda sealed=sealed: sealed)
    return made


def refused(port: int, path: str, body: bytes) -> int:
    with posting(port) as post:
        post.forwarded = f"10.1.{len(body) % 256}.{body[-1]}"
        try:
            post(path, body)
        except Refused as problem:
            return problem.args[0]
        except (BrokenPipeError, ConnectionError, http.client.HTTPException):
            # It hung up on a body that it was not going to read.
            return 0
    return 200


def test_whatever_unfolds_to_more_than_there_is_is_refused_and_the_server_goes_on(server, folder):
    ends: Counter[tuple[str, int]] = Counter()
    with posting(server.port) as post, laptop_of(folder, VILLAGE, "Lò Thị Ngân", post) as laptop:
        home = laptop.household(laptop.me.unit_id)
        made = bodies(laptop)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for _ in range(ROUNDS):
                # Counters are drawn in order, here; what arrives out of order is a repetition to the server.
                sent = [(name, f"/api/v1/{door}", make()) for name, (door, make) in made.items()]
                codes = threads.map(lambda each: refused(server.port, *each[1:]), sent)
                ends.update(zip((name for name, _path, _body in sent), codes, strict=True))
        sys.stdout.write(f"{dict(ends)}\n")
        assert server.process.poll() is None
        told = {code for _name, code in ends}
        assert told <= {0, 400, 401, 409, 413, 429, 503}, ends
        for name in made:
            assert any((name, code) in ends for code in (400, 413)), (name, ends)
        laptop.sync()
        with laptop_of(folder, COMMUNE, "Cà Thị Hương", post) as commune:
            commune.sync()
            assert [row["id"] for row in commune.rows("household")] == [home]
    found = server_process.command("status", "--data", folder, "--url", server.url)
    assert {"too_big", "bad_message"} <= found["refused"].keys()


def test_without_a_bound_one_of_them_would_take_more_than_there_is():
    """The control: read to its end under the same limit, a bomb does not fit."""
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from tongcds.protocol import compression\n"
        f"most = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize() + {ROOM}\n"
        "resource.setrlimit(resource.RLIMIT_AS, (most, most))\n"
        "packed = sys.stdin.buffer.read()\n"
        "try:\n"
        "    compression.zstd.decompress(packed)\n"
        "except MemoryError:\n"
        "    print('no room')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=chunks()["zeros"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert done.stdout == b"no room\n"
