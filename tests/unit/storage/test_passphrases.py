"""Which passphrases may lock a vault."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from tests.unit.storage.homes import Ticking
from tongcds.errors import UserError
from tongcds.storage.passphrase import require_strong
from tongcds.storage.vault import Vault


@pytest.mark.parametrize(
    "passphrase",
    ["bốn con vịt vàng", "ba bò ăn cỏ", "Xk7%pQ2!mN9w$Tz", "  nà   ngà đầu suối ", "một_từ_rất_là_dài_đây"],
)
def test_four_words_or_fifteen_characters_will_do(passphrase):
    require_strong(passphrase)


@pytest.mark.parametrize(
    "passphrase",
    [
        "",
        "123456",
        "ba con vịt",
        "vịt vịt vịt vịt",
        "a b c d",
        "Mật khẩu của tôi",
        "mat khau cua toi",
        "tổ công nghệ số cộng đồng",
        "correct horse battery staple",
        "aaaaaaaaaaaaaaaaaa",
        "123451234512345",
        "0123456789012345",
        "abcdefghijklmnop",
    ],
)
def test_what_is_easily_guessed_is_refused_and_nothing_is_made(passphrase, folder: Path):
    with pytest.raises(UserError) as refused:
        Vault.create(folder, passphrase, person="Lò Thị Ngân", now=Ticking())
    assert refused.value.code == "passphrase_weak"
    assert refused.value.params == {"length": 15}
    assert not Vault.exists(folder)


def test_every_way_to_type_the_same_words_opens_the_same_vault(folder: Path, now: Ticking):
    Vault.create(folder, unicodedata.normalize("NFC", "bốn con vịt vàng"), person="x", now=now).close()
    Vault.open(folder, unicodedata.normalize("NFD", " bốn con  vịt vàng "), now=now).close()
    with pytest.raises(UserError, match="passphrase_wrong"):
        Vault.open(folder, "bon con vit vang", now=now)
