"""How chunks grow on a good link and shrink on a bad one."""

from __future__ import annotations

from tongcds.sync.pace import FIRST_BYTES, LARGEST_BYTES, SMALLEST_BYTES, Pace


def test_an_unknown_link_is_tried_with_a_small_chunk() -> None:
    assert Pace().writes() * Pace().bytes_per_write <= FIRST_BYTES


def test_a_fast_link_soon_gets_large_chunks() -> None:
    pace = Pace()
    for _ in range(4):
        pace.sent(writes=pace.writes(), size=pace.chunk_bytes, seconds=0.01)
    assert pace.chunk_bytes == LARGEST_BYTES


def test_a_chunk_takes_about_four_seconds_of_a_slow_link() -> None:
    pace = Pace()
    for _ in range(6):
        pace.sent(writes=pace.writes(), size=pace.chunk_bytes, seconds=pace.chunk_bytes / 8000)
    assert 3 <= pace.chunk_bytes / 8000 <= 6


def test_each_break_halves_the_chunk_down_to_a_bound() -> None:
    pace = Pace(chunk_bytes=20_000)
    pace.broke()
    assert pace.chunk_bytes == 10_000
    for _ in range(10):
        pace.broke()
    assert pace.chunk_bytes == SMALLEST_BYTES
    assert pace.writes() >= 1


def test_pages_grow_once_on_a_link_that_brings_them_soon_enough():
    pace = Pace()
    pace.came(records=2_000, first=2_000, seconds=2.0)
    assert pace.page(2_000) == 2_000
    pace.came(records=2_000, first=2_000, seconds=0.5)
    assert pace.page(2_000) == 5_000
    pace.came(records=3, first=2_000, seconds=1.0)
    assert pace.page(2_000) == 5_000, "the server made the next page of that size"


def test_pages_are_small_again_after_a_break():
    pace = Pace(quick=True)
    pace.broke()
    assert pace.page(2_000) == 2_000


def test_a_page_with_nothing_in_it_says_nothing_of_the_link():
    pace = Pace()
    pace.came(records=0, first=2_000, seconds=0.1)
    assert not pace.quick
