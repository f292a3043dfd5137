"""Sealed files: what goes in comes out, in order, and nothing else is believed."""

from __future__ import annotations

from contextlib import suppress
from random import Random

import pytest

from tongcds.protocol.messages import ProtocolError
from tongcds.protocol.sealed import PIECE, Growing, GrownError, read, size_of

KEY, ABOUT = bytes(range(32)), b"about"
CONTENT = Random(7).randbytes(3 * PIECE + 17)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file"


def write(path, *parts, about=ABOUT):
    for part in parts:
        growing = Growing(path, KEY, about)
        growing.add(part)
        growing.sync()
        growing.close()


def content(path, start=0, *, key=KEY, about=ABOUT):
    return b"".join(read(path, key, about, start))


@pytest.mark.parametrize("parts", [(0,), (1, 2), (PIECE,), (PIECE - 1, 2, PIECE + 1), (100_000, 17)])
def test_what_was_added_at_any_time_is_read_in_order(path, parts):
    at, pieces = 0, []
    for size in parts:
        pieces.append(CONTENT[at : at + size])
        at += size
    write(path, *pieces)
    assert size_of(path) == at
    for start in {0, 1, at // 2, max(0, at - 1), at}:
        assert content(path, start) == CONTENT[start:at]


def test_there_is_nothing_in_what_is_not_there(path):
    assert size_of(path) == 0


def test_what_a_crash_left_of_a_piece_is_cut_off(path):
    write(path, CONTENT[:1000], CONTENT[1000:3000])
    whole = path.read_bytes()
    after_first = len(whole) - 2000 - 44
    for end in range(after_first, len(whole), 97):
        path.write_bytes(whole[:end])
        assert size_of(path) == 1000
        write(path, CONTENT[1000:5000])
        assert content(path) == CONTENT[:5000]


def test_what_is_no_sealed_file_at_all_is_begun_anew(path):
    for content_before in (b"x", b"something else that is longer than a head" * 9, bytes(9000)):
        path.write_bytes(content_before)
        assert size_of(path) == 0
        write(path, b"one", b"two")
        assert content(path) == b"onetwo"
        path.unlink()


def test_an_end_of_zeros_is_no_piece(path):
    write(path, CONTENT[:1000])
    with path.open("ab") as out:
        out.write(bytes(500))
    assert size_of(path) == 1000
    assert content(path) == CONTENT[:1000]
    write(path, CONTENT[1000:1010])
    assert content(path) == CONTENT[:1010]


def test_a_change_of_any_byte_is_noticed(path):
    write(path, CONTENT[:300])
    whole = bytearray(path.read_bytes())
    for at in range(len(whole)):
        damaged = bytearray(whole)
        damaged[at] ^= 1
        path.write_bytes(damaged)
        with suppress(ProtocolError):
            assert content(path) != CONTENT[:300]


def test_pieces_of_another_place_or_file_are_not_believed(path, tmp_path):
    write(path, CONTENT[:1000], CONTENT[1000:2000])
    whole = path.read_bytes()
    size = (len(whole) - 8) // 2
    path.write_bytes(whole[:8] + whole[8 + size :] + whole[8 : 8 + size])
    with pytest.raises(ProtocolError):
        content(path)
    path.write_bytes(whole)
    for how in ({"about": b"other"}, {"key": bytes(32)}):
        with pytest.raises(ProtocolError):
            content(path, **how)
    assert content(path) == CONTENT[:2000]


def test_the_clear_bytes_are_nowhere_in_the_file(path):
    write(path, b"CANARY" * 100)
    assert b"CANARY" not in path.read_bytes()


def test_two_writers_are_kept_apart(path):
    write(path, b"begin")
    first, second = Growing(path, KEY, ABOUT), Growing(path, KEY, ABOUT)
    second.add(b"second")
    with pytest.raises(GrownError):
        first.add(b"first")
    first.close()
    second.close()
    assert content(path) == b"beginsecond"


def test_pieces_can_be_taken_back(path):
    write(path, b"one", b"two")
    growing = Growing(path, KEY, ABOUT)
    growing.add(b"three")
    growing.cut(6)
    growing.add(b"four")
    growing.close()
    assert content(path) == b"onetwofour"


def test_only_its_owner_may_read_it(path):
    write(path, b"x")
    assert path.stat().st_mode & 0o077 == 0
