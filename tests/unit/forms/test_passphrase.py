"""What a passphrase still lacks is said in plain words, and never more than the vault itself asks."""

from __future__ import annotations

import pytest

from tongcds.errors import UserError
from tongcds.forms.passphrase import LEAST_LENGTH, LEAST_WORDS, is_ready, rules, same
from tongcds.storage import passphrase as vaults

GOOD = "trau vang gam co"


@pytest.mark.parametrize("typed", [GOOD, "Trâu vàng gặm cỏ non", "mot-chuoi-dai-15", "ao ba om ngu nguoi"])
def test_what_is_good_enough_here_is_good_enough_for_the_vault(typed):
    assert is_ready(typed, typed)
    vaults.require_strong(typed)


@pytest.mark.parametrize("typed", ["", "ngan", "trau vang gam", "a b c d e"])
def test_what_is_too_weak_here_is_too_weak_for_the_vault(typed):
    assert not is_ready(typed, typed)
    with pytest.raises(UserError):
        vaults.require_strong(typed)


def test_the_numbers_are_the_vaults():
    assert (LEAST_WORDS, LEAST_LENGTH) == (vaults.LEAST_WORDS, vaults.LEAST_LENGTH)


def test_the_rule_counts_down_while_one_types():
    assert [
        rules(typed, "")[0].words.rpartition(": ")[2] for typed in ("trau", "trau vang", "trau vang gam")
    ] == [
        "còn thiếu 3",
        "còn thiếu 2",
        "còn thiếu 1",
    ]
    assert ":" not in rules("", "")[0].words
    assert rules(GOOD, "")[0].kept


def test_typed_twice_is_the_same_whatever_the_spaces():
    assert same(" trau  vang", "trau vang ")
    assert not same("trau vang", "trau vang gam")
    assert [rule.kept for rule in rules(GOOD, "trau vang gam")] == [True, False]
    assert not rules("", "")[1].kept
