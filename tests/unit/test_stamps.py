"""The hybrid clock: stamps never go back, and copies of one vault never draw the same ones."""

from __future__ import annotations

import pytest

from tongcds.domain import stamps
from tongcds.domain.stamps import HybridClock, milliseconds_of, stamp_of

NOW = 1_795_000_000_000
TWO_YEARS = 2 * 365 * 86_400_000


def drawn(clock: HybridClock, count: int = 200) -> list[int]:
    return [clock.tick() for _ in range(count)]


def test_stamps_follow_the_clock_and_never_go_back():
    moments = iter([NOW, NOW + 5, NOW + 3, NOW - TWO_YEARS, NOW + 6_000_000])
    clock = HybridClock(lambda: next(moments))
    stamps_ = [clock.tick() for _ in range(5)]
    assert stamps_ == sorted(set(stamps_))
    assert stamps_[:3] == [stamp_of(NOW), stamp_of(NOW + 5), stamp_of(NOW + 5, 1)]
    assert stamps_[4] == stamp_of(NOW + 6_000_000)


@pytest.mark.parametrize("behind", [2_000, 3_600_000, TWO_YEARS])
def test_two_copies_of_a_vault_whose_clock_went_back_draw_different_stamps(behind):
    first, second = (HybridClock(lambda: NOW - behind, last=stamp_of(NOW)) for _ in range(2))
    assert not set(drawn(first)) & set(drawn(second))


def test_with_steps_of_one_they_would_draw_the_same(monkeypatch):
    monkeypatch.setattr(stamps, "_STRAY_BITS", 0)
    first, second = (HybridClock(lambda: NOW - TWO_YEARS, last=stamp_of(NOW)) for _ in range(2))
    assert drawn(first) == drawn(second)


def test_a_save_of_many_records_stays_close_to_the_clock():
    clock = HybridClock(lambda: NOW)
    assert milliseconds_of(drawn(clock, 70_000)[-1]) <= NOW + 1
    late = HybridClock(lambda: NOW - TWO_YEARS, last=stamp_of(NOW))
    assert milliseconds_of(drawn(late, 10_000)[-1]) < NOW + 200_000
