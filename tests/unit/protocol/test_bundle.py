"""A bundle file keeps what is inside from everybody not named, and shows every damage."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from nacl.signing import SigningKey

from tongcds.protocol import bundle
from tongcds.protocol.bundle import REAL, TRAINING, Note
from tongcds.protocol.messages import ProtocolError

SENDER, SERVER, STRANGER = SigningKey.generate(), SigningKey.generate(), SigningKey.generate()
NOTE = Note("push", device=7, counter=1, epoch=5, time=1_795_000_000_000)
SEED = 20261123


def sealed(content: bytes, magic: bytes = REAL) -> bytes:
    return bundle.seal(content, NOTE, key=SENDER, readers=[bytes(SERVER.verify_key)], magic=magic)


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 300_000])
def test_the_named_reader_gets_every_byte(size: int) -> None:
    content = random.Random(SEED).randbytes(size)
    assert bundle.opened(sealed(content), key=SERVER).content == content


def test_whoever_is_not_named_sees_only_who_sent_it() -> None:
    found = bundle.opened(sealed(b"a phone number"), key=STRANGER)
    assert found.content is None
    assert (found.header.device, found.header.sender) == (7, bytes(SENDER.verify_key))
    assert b"phone" not in sealed(b"a phone number")


def test_one_changed_bit_anywhere_is_seen() -> None:
    raw = sealed(random.Random(SEED).randbytes(70_000))
    chosen = random.Random(SEED)
    for bit in [*range(8 * 300), *(chosen.randrange(8 * len(raw)) for _ in range(700))]:
        damaged = bytearray(raw)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ProtocolError):
            bundle.opened(bytes(damaged), key=SERVER)


def test_a_file_that_is_cut_is_seen_wherever_it_is_cut() -> None:
    raw = sealed(random.Random(SEED).randbytes(140_000))
    for length in range(0, len(raw), 997):
        with pytest.raises(ProtocolError):
            bundle.opened(raw[:length], key=SERVER)


def test_pieces_of_another_bundle_do_not_fit() -> None:
    one, other = sealed(bytes(200_000)), sealed(bytes(200_000))
    mixed = one[: len(one) // 2] + other[len(other) // 2 :]
    with pytest.raises(ProtocolError, match="bundle_damaged"):
        bundle.opened(mixed, key=SERVER)


def test_training_never_passes_for_real() -> None:
    with pytest.raises(ProtocolError, match="bundle_foreign"):
        bundle.opened(sealed(b"invented", TRAINING), key=SERVER)


def test_a_name_is_given_only_to_a_file_that_reads_back_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "read_bytes", lambda _self: b"what a lying stick gives back")
    with pytest.raises(ProtocolError, match="bundle_damaged"):
        bundle.write(tmp_path / "a.tcds", b"work", NOTE, key=SENDER, readers=[bytes(SERVER.verify_key)])
    assert list(tmp_path.iterdir()) == []
