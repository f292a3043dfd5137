"""One spelling for each village, however lists and registers write its name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from tongcds.domain.text import tone_fold

TYPES: Final = (
    "tổ dân phố",
    "tiểu khu",
    "khu phố",
    "thôn",
    "bản",
    "ấp",
    "khóm",
    "xóm",
    "buôn",
    "bon",
    "tdp",
)
"""The words that a village's name may begin with, longest first."""

ANY_TYPE: Final = "|".join(TYPES)
_BEGINS_WITH_TYPE: Final = re.compile(rf"(?:{ANY_TYPE})(?![^\W\d_])")
_SPACES_AND_PUNCTUATION: Final = re.compile(r"[\W_]+")


def type_word(name: str) -> str:
    """Return the type word a name begins with, in small letters, or ""."""
    found = _BEGINS_WITH_TYPE.match(tone_fold(name))
    return found[0] if found else ""


@dataclass(slots=True)
class _Spelling:
    name: str
    kind: str


@dataclass(slots=True)
class VillageSpellings:
    """The villages met on one sheet, each in the spelling it was first met in."""

    _known: dict[str, list[_Spelling]] = field(default_factory=dict)
    _seen: dict[str, str] = field(default_factory=dict)

    def spelled(self, name: str) -> str:
        """Return the spelling of the village this name means, learning a new one.

        The same village may differ in case, spaces, punctuation, tone place, or have no type word. Accents
        and two different type words make different villages.
        """
        if name not in self._seen:
            self._seen[name] = self._find(name)
        return self._seen[name]

    def _find(self, name: str) -> str:
        kind = type_word(name)
        key = _SPACES_AND_PUNCTUATION.sub("", tone_fold(name)[len(kind) :])
        met = self._known.setdefault(key, [])
        for village in met:
            if kind == village.kind or not kind or not village.kind:
                village.kind = village.kind or kind
                return village.name
        met.append(_Spelling(name, kind))
        return name
