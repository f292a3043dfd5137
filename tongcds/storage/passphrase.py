"""Which passphrases may lock a vault. How they turn into keys is in `keyslots`."""

from __future__ import annotations

import unicodedata
from typing import Final

from tongcds.domain.text import fold
from tongcds.errors import UserError

LEAST_LENGTH: Final = 15
LEAST_WORDS: Final = 4
_LEAST_LETTERS: Final = 2
_LEAST_DIFFERENT: Final = 5
_LONGEST_PERIOD: Final = 5

# Long enough for the rule and yet among the first that anybody would try; compared folded, without spaces.
_COMMON: Final = frozenset(
    fold(text).replace(" ", "")
    for text in (
        "mật khẩu của tôi",
        "mật khẩu là gì",
        "tôi yêu việt nam",
        "anh yêu em nhiều lắm",
        "em yêu anh nhiều lắm",
        "việt nam muôn năm",
        "việt nam đất nước tôi",
        "chuyển đổi số quốc gia",
        "tổ công nghệ số cộng đồng",
        "không có gì quý hơn độc lập tự do",
        "độc lập tự do hạnh phúc",
        "cộng hòa xã hội chủ nghĩa việt nam",
        "hồ chí minh muôn năm",
        "một hai ba bốn",
        "một hai ba bốn năm",
        "xin chào việt nam",
        "ủy ban nhân dân xã",
        "công nghệ thông tin",
        "correct horse battery staple",
        "let me in please",
        "this is my password",
        "the quick brown fox",
        "qwertyuiopasdfgh",
        "qwertyuiopasdfghjkl",
        "1q2w3e4r5t6y7u8i",
        "1qaz2wsx3edc4rfv",
        "passwordpassword",
        "administrator123",
    )
)
_RUNS: Final = (
    "0123456789" * 3,
    "9876543210" * 3,
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
)


def normalised(passphrase: str) -> str:
    """The passphrase as it is used: NFC and single spaces, so that every keyboard types the same one.

    This must never change: vaults would stay locked.
    """
    return unicodedata.normalize("NFC", " ".join(passphrase.split()))


def require_strong(passphrase: str) -> None:
    """Refuse what is easily guessed: fewer than four different words and fewer than 15 characters, or common.

    Raises:
        UserError: `passphrase_weak`, with the `length` that would do.
    """
    text = normalised(passphrase)
    words = {word for word in fold(text).split() if len(word) >= _LEAST_LETTERS}
    bare = fold(text).replace(" ", "")
    long_enough = len(words) >= LEAST_WORDS or len(text) >= LEAST_LENGTH
    if not long_enough or _easy(bare):
        raise UserError("passphrase_weak", length=LEAST_LENGTH)


def _easy(bare: str) -> bool:
    return (
        bare in _COMMON
        or len(set(bare)) < _LEAST_DIFFERENT
        or any(bare in run for run in _RUNS)
        or any((bare[:period] * len(bare)).startswith(bare) for period in range(1, _LONGEST_PERIOD + 1))
    )
