"""Names of villages as old registers write them: headings, numbers in front, and one spelling for each.

Whether two villages of the vault are the same is not decided here; this is about the names within one sheet.
"""

from __future__ import annotations

import re
from typing import Final

from tongcds.domain.text import title_case
from tongcds.domain.village_names import ANY_TYPE, type_word

_LIST_OF_TYPES: Final = re.compile(rf"(?:tên )?(?:{ANY_TYPE})(?: (?:(?:và|hoặc) )?(?:{ANY_TYPE}))*")
_NUMBER_IN_FRONT: Final = re.compile(r"(?:[IVXL]+|\d+)\s*[./)\-–:]+\s*", re.IGNORECASE)
_ABBREVIATED: Final = frozenset({"tdp"})


def is_list_of_types(key: str) -> bool:
    """Say whether a column's name is village types and nothing else: "thôn bản", "tổ dân phố"."""
    return _LIST_OF_TYPES.fullmatch(key) is not None


def without_number(text: str) -> str:
    """Return a village's name without the number in front ("I.", "2 -") and a colon or full stop behind."""
    numbered = _NUMBER_IN_FRONT.match(text)
    name = text[numbered.end() :] if numbered is not None else text
    return name.rstrip(" .:") or text


def is_heading(text: str) -> bool:
    """Say whether a text, if it is alone on its row, names the village of the rows below."""
    return type_word(without_number(text)) != ""


def village_name(text: str, *, every_word: bool = False) -> str:
    """Return a village's name as it is kept: no number in front, capitals put right.

    All capitals or all small letters become title case, the type word with one capital only ("Tiểu khu 3").
    `every_word`: the text comes from TCVN3, which has no capital Á or Ứ, so each word gets its capital.
    """
    name = without_number(text)
    one_case = name.isupper() or name.islower()
    if not (one_case or every_word):
        return name
    kind = type_word(name)
    rest = name[len(kind) :]
    rest = capitals_at_words(rest) if every_word and not one_case else title_case(rest)
    if not kind:
        return rest.strip()
    shown = kind.upper() if kind in _ABBREVIATED else kind.capitalize()
    return f"{shown} {rest.strip()}".strip()


_WORD: Final = re.compile(r"[^\s'’\-]+")


def capitals_at_words(name: str) -> str:
    """Return a name with a capital at each word and all other letters as they were."""
    return _WORD.sub(lambda found: found[0][:1].upper() + found[0][1:], name)
