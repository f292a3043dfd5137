from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tongcds.protocol import columns
from tongcds.protocol.messages import ProtocolError

Coder = tuple[Callable[[Sequence[int]], bytes], Callable[[bytes, int], list[int]]]


@pytest.mark.parametrize("values", [[], [0], [0, 0, 0], [1, 255, 256, 65_535, 1 << 40], [(1 << 63) - 1]])
def test_numbers_come_back(values: list[int]) -> None:
    assert columns.unpack_numbers(columns.pack_numbers(values), len(values)) == values
    assert columns.unpack_steps(columns.pack_steps([v >> 1 for v in values]), len(values)) == [
        v >> 1 for v in values
    ]


@pytest.mark.parametrize("values", [[], [0], [-1, 1, 0, -(1 << 40)], [1 << 61, -(1 << 61)]])
def test_numbers_of_either_sign_come_back(values: list[int]) -> None:
    assert columns.unpack_signed(columns.pack_signed(values), len(values)) == values
    with_gaps: list[int | None] = [*values, None, 0, None]
    assert columns.unpack_optional(columns.pack_optional(with_gaps), len(with_gaps)) == with_gaps


def test_noughts_cost_one_byte_in_all() -> None:
    assert columns.pack_numbers([0] * 1000) == b"\x00"


@pytest.mark.parametrize(
    ("packed", "count"),
    [(b"", 1), (b"\x01", 1), (b"\x01\x05\x06", 1), (b"\x09" + bytes(9), 1), (b"\xff", 1), (b"\x00", 0)],
)
def test_a_column_of_another_length_is_refused(packed: bytes, count: int) -> None:
    with pytest.raises(ProtocolError):
        columns.unpack_numbers(packed, count)


def test_steps_below_nought_or_above_the_highest_number_are_refused() -> None:
    for values in ([-1], [(1 << 62), (1 << 62)]):
        with pytest.raises(ProtocolError):
            columns.unpack_steps(columns.pack_signed(values), len(values))


def test_words_are_written_once() -> None:
    values = ["poor", None, "poor", "none", None]
    packed = columns.pack_words(values)
    assert packed[0] == ["poor", None, "none"]
    assert columns.unpack_words(packed, 5) == values


@pytest.mark.parametrize(
    "column", [None, [], [["a"], b"\x01\x01"], [["a"]], [[], b"\x00"], "x", [["a"], b"\x00", 1]]
)
def test_a_word_that_is_not_in_the_list_is_refused(column: object) -> None:
    with pytest.raises(ProtocolError):
        columns.unpack_words(column, 1)
