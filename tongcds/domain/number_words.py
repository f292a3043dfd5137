"""Numbers in words, as official papers write them ("hai mươi mốt nghìn không trăm linh năm đồng").

The words are Vietnamese in every language of the program: they stand on papers that are Vietnamese. The rules
(own reading of how offices write; the packages that were tried say "lẻ" and leave "không trăm" out):

- Groups of three digits from the right: nghìn, triệu, tỷ; above that the tỷ are counted in turn.
- A group after the first that is not zero says its hundreds too, "không trăm" where there are none.
- "linh" stands for tens that are zero; 1 after mươi is "mốt", 4 "tư"; 5 after mười or mươi is "lăm".
"""

from __future__ import annotations

from typing import Final

_DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS: Final = ("", "nghìn", "triệu")
_THOUSAND: Final = 1_000
_BILLION: Final = 1_000_000_000


def in_words(number: int) -> str:
    """A whole number in words, of any size and sign; all in small letters."""
    if number < 0:
        return f"âm {in_words(-number)}"
    return " ".join(_words(number, first=True)) or _DIGITS[0]


def dong_in_words(amount: int) -> str:
    """An amount of đồng as papers write it under a sum, with a capital letter at its beginning."""
    words = f"{in_words(amount)} đồng"
    return words[0].upper() + words[1:]


def _words(number: int, *, first: bool) -> list[str]:
    """A number; `first`: nothing stands before it."""
    billions, rest = divmod(number, _BILLION)
    words = [*_words(billions, first=first), "tỷ"] if billions else []
    for at in range(len(_GROUPS) - 1, -1, -1):
        group = rest // _THOUSAND**at % _THOUSAND
        if group:
            words += _group(group, first=first and not words)
            words += filter(None, (_GROUPS[at],))
    return words


def _group(group: int, *, first: bool) -> list[str]:
    """Three digits that are not all zero; the hundreds are left out only of the first group."""
    hundreds, tens, ones = group // 100, group // 10 % 10, group % 10
    words = [] if first and not hundreds else [_DIGITS[hundreds], "trăm"]
    if tens > 1:
        words += [_DIGITS[tens], "mươi"]
    elif tens == 1:
        words.append("mười")
    elif ones and words:
        words.append("linh")
    if ones:
        words.append(_one(ones, tens))
    return words


def _one(ones: int, tens: int) -> str:
    changed = {5: "lăm"} if tens == 1 else {1: "mốt", 4: "tư", 5: "lăm"} if tens > 1 else {}
    return changed.get(ones, _DIGITS[ones])
