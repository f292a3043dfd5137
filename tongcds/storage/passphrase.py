"""Which passphrases may lock a vault.

What makes one easy to guess is in `domain.guessing`, how they turn into keys in `keyslots`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

from tongcds.domain.guessing import bits
from tongcds.domain.text import fold
from tongcds.errors import UserError

LEAST_LENGTH: Final = 15
LEAST_WORDS: Final = 4
_LEAST_LETTERS: Final = 2

LEAST_BITS: Final = 28.0
"""Guesses, as a power of two, that nobody gets through who knows what people like to take.

One try costs a second or so, and 64 MiB. Four words that were drawn have 44 bits; four short ones of
somebody's own making may have no more letters than this asks.
"""


def normalised(passphrase: str) -> str:
    """The passphrase as it is used: NFC and single spaces, so that every keyboard types the same one.

    This must never change: vaults would stay locked.
    """
    return unicodedata.normalize("NFC", " ".join(passphrase.split()))


def require_strong(passphrase: str, about: Iterable[str] = ()) -> None:
    """Refuse what is easily guessed: fewer than four different words and fewer than 15 characters, or common.

    Args:
        passphrase: as typed.
        about: names that whoever finds the laptop knows, say the person's.

    Raises:
        UserError: `passphrase_weak`, with the `length` that would do; `passphrase_common` for what is long
            enough and put together from what anybody tries first.
    """
    text = normalised(passphrase)
    words = {word for word in fold(text).split() if len(word) >= _LEAST_LETTERS}
    if len(words) < LEAST_WORDS and len(text) < LEAST_LENGTH:
        raise UserError("passphrase_weak", length=LEAST_LENGTH)
    if bits(text, about) < LEAST_BITS:
        raise UserError("passphrase_common")
