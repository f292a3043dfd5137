"""A passphrase while it is being made up: what it still lacks, in plain words.

Whether a passphrase may lock a vault is decided by the vault itself; this only says it while one types.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tongcds.domain.text import fold
from tongcds.i18n import _, ngettext

LEAST_WORDS: Final = 4
LEAST_LENGTH: Final = 15
_LEAST_LETTERS: Final = 2


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is asked of a passphrase, and whether it is so."""

    words: str
    kept: bool


def rules(first: str, second: str) -> tuple[Rule, ...]:
    """What is asked of a passphrase that is typed twice."""
    return _length_rule(first), Rule(_("Typed the same twice"), bool(first) and same(first, second))


def is_ready(first: str, second: str) -> bool:
    """Whether every rule is kept."""
    return all(rule.kept for rule in rules(first, second))


def same(first: str, second: str) -> bool:
    """Whether two passphrases open the same vault: a space too many does not count."""
    return first.split() == second.split()


def _length_rule(passphrase: str) -> Rule:
    words = {word for word in fold(passphrase).split() if len(word) >= _LEAST_LETTERS}
    kept = len(words) >= LEAST_WORDS or len(" ".join(passphrase.split())) >= LEAST_LENGTH
    said = _("At least four different words that do not belong together")
    if passphrase and not kept:
        left = LEAST_WORDS - len(words)
        more = ngettext("{n} more", "{n} more", left).format(n=left)
        said = f"{said}: {more}"
    return Rule(said, kept)
