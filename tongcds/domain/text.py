"""Vietnamese text: the one gate every text passes, search keys, sort keys and search-hit spans.

Names of administrative units and catalogues stand in `units` and `catalogue`; file formats and legacy fonts
in `tongcds.imports`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import islice
from typing import Final

Span = tuple[int, int]

_NFC: Final = "NFC"
_GRAPHEME_JOINER = "\u034f"
_LOOK_ALIKES = {0x00D0: "Đ", 0x0189: "Đ", 0x00F0: "đ", 0x0256: "đ"}
_APOSTROPHES = frozenset("'`\u00b4\u02b9\u02bb\u02bc\u02bd\u2018\u2019\u201b\u2032\uff07")
_HYPHENS = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2212")
_STROKED = {"đ": "d", "ƀ": "b", "ɖ": "d", "ð": "d"}

_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT = "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"
_TONES = {_GRAVE: 2, _HOOK: 3, _TILDE: 4, _ACUTE: 5, _DOT: 6}
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_MARKED_VOWELS = frozenset("ăâêôơư")


def _is_mark(char: str) -> bool:
    return "\u0300" <= char <= "\u036f"


class _CleanTable(dict[int, str]):
    """Maps a code point to what the gate makes of it; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kind = unicodedata.category(char)
        if code in _LOOK_ALIKES:
            out = _LOOK_ALIKES[code]
        elif kind.startswith("Z") or char in "\t\n\v\f\r\x85":
            out = " "
        elif kind in {"Cc", "Cf", "Cs"} or char == _GRAPHEME_JOINER:
            out = ""
        else:
            out = char
        self[code] = out
        return out


class _FoldTable(dict[int, str]):
    """Maps a code point to its search key; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        char = _CLEAN[code].lower()
        if char in _APOSTROPHES:
            out = "'"
        elif char in _HYPHENS:
            out = "-"
        else:
            bare = "".join(c for c in unicodedata.normalize("NFD", char) if not _is_mark(c))
            out = unicodedata.normalize(_NFC, "".join(_STROKED.get(c, c) for c in bare))
        self[code] = out
        return out


_CLEAN = _CleanTable()
_FOLD = _FoldTable()


def clean(text: str) -> str:
    """Return `text` as the program stores it; every text from outside goes through here once.

    NFC; the four look-alikes of Đ and đ put right; zero-width and direction characters, soft hyphens and
    control characters removed; every kind and number of spaces (line breaks too) one space; trimmed. Tone
    places stay as written, as a person's papers say.
    """
    return " ".join(unicodedata.normalize(_NFC, text.translate(_CLEAN)).split())


def clean_lines(text: str) -> str:
    """A text of several lines through the gate, line by line, without empty ends."""
    return "\n".join(clean(line) for line in text.splitlines()).strip("\n")


# Controls but the line break, halves of surrogates, and what turns the direction of writing.
_NO_TEXT = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def is_storable(text: str) -> bool:
    """Whether a text may stand in a record: NFC, nothing that steers a terminal or turns what is shown."""
    if text.isascii() and text.isprintable():
        return True
    return _NO_TEXT.search(text) is None and unicodedata.is_normalized(_NFC, text)


def storable(text: str) -> str:
    """Return `text` as a record may hold it.

    This is the last gate and does the least: spaces, line breaks and what may be letters of an old font stay.
    What people type goes through `clean` before.
    """
    if is_storable(text):
        return text
    return unicodedata.normalize(_NFC, _NO_TEXT.sub("", text.replace("\t", " ")))


def fold(text: str) -> str:
    """Return the search key of `text`: lower case without marks, đ as d, apostrophes as ', single spaces."""
    folded = unicodedata.normalize(_NFC, text).translate(_FOLD)
    if not folded.isascii():
        folded = unicodedata.normalize(_NFC, folded)
    return " ".join(folded.split())


def tone_fold(text: str) -> str:
    """Return `text` in lower case with all marks, but one place for the tone: hoà and hòa give hòa.

    For comparing names and for ranking hits typed with marks. A misplaced tone (tòan) moves to its place too;
    syllables that are not Vietnamese stay as they are.
    """
    lowered = clean(text).lower()
    return clean(_SYLLABLE.sub(lambda found: _place_tone(found[0]), lowered))


_SYLLABLE = re.compile(r"[^\W\d_]+")
_PARTS = re.compile(
    r"(?P<onset>qu(?=[aăâeêiouơy])|gi(?=[aăâeêouôơư])|[bcdđghklmnpqrstvx]{0,3})"
    r"(?P<vowels>[aăâeêioôơuưy]{1,3})(?P<coda>ch|ng|nh|[cmnpt])?"
)


@lru_cache(maxsize=4096)
def _place_tone(syllable: str) -> str:
    letters: list[str] = []
    tones: list[str] = []
    for char in unicodedata.normalize("NFD", syllable):
        (tones if char in _TONES else letters).append(char)
    if len(tones) != 1:
        return syllable
    toneless = unicodedata.normalize(_NFC, "".join(letters))
    parts = _PARTS.fullmatch(toneless)
    if parts is None:
        return syllable
    vowels = parts["vowels"]
    marked = [i for i, vowel in enumerate(vowels) if vowel in _MARKED_VOWELS]
    if marked:
        place = marked[-1]
    else:
        closed = parts["coda"] is not None
        place = (len(vowels) - 1 + closed) // 2
    at = parts.start("vowels") + place + 1
    return unicodedata.normalize(_NFC, toneless[:at] + tones[0] + toneless[at:])


def name_sort_key(full_name: str, sort_name: str | None = None) -> str:
    """Return the key that sorts people the Vietnamese way: given name (the last word) first, then the rest.

    Keys compare as plain strings, in Python and in SQLite alike. `sort_name` is for people whose given name
    is not their last word alone: "Hà Nhất" for Rơ Ông Hà Nhất.
    """
    if sort_name:
        return _collate(sort_name) + "\x00" + _collate(full_name)
    words = clean(full_name).split()
    return _collate(" ".join(words[-1:])) + "\x00" + _collate(" ".join(words[:-1]))


def natural_sort_key(name: str) -> str:
    """Return the key that sorts villages and units: Vietnamese letters, numbers by value.

    Thôn 2 comes before Thôn 10. Keys compare as plain strings, in Python and in SQLite alike.
    """
    return _collate(name)


_TOKEN = re.compile(r"[0-9]+|[^\W_]", re.ASCII)
_DIGITS = frozenset("0123456789")
_RANK = {letter: chr(0x40 + i) for i, letter in enumerate(_LETTERS)}


@lru_cache(maxsize=4096)
def _collate(text: str) -> str:
    # A syllable's key is its letters, then its tones: tones rank below letters and the break between
    # syllables below tones, so "an" < "án" < "anh" and "an x" < "án".
    out: list[str] = []
    tones: list[str] = []
    number = ""
    for char in clean(text).lower() + " ":
        if char in _DIGITS:
            number += char
            continue
        if number:
            value = number.lstrip("0") or "0"
            out.append(chr(0x10 + min(len(value), 0x1F)) + value)
            number = ""
        letter, tone = _letter_and_tone(char)
        if letter:
            out.append(letter)
            if tone:
                tones.append(tone)
        elif _is_mark(char):
            continue
        elif out and out[-1] != "\x01":
            out.extend(tones)
            out.append("\x01")
            tones = []
    return "".join(out)


@lru_cache(maxsize=2048)
def _letter_and_tone(char: str) -> tuple[str, str]:
    if char in _RANK:
        return _RANK[char], ""
    parts = unicodedata.normalize("NFD", char)
    tone = "".join(chr(_TONES[c]) for c in parts if c in _TONES)
    base = unicodedata.normalize(_NFC, "".join(c for c in parts if c not in _TONES))
    if base not in _RANK:
        base = unicodedata.normalize(_NFC, "".join(c for c in parts if not _is_mark(c)))
    if base in _RANK:
        return _RANK[base], tone
    return (base, tone) if base[:1].isalpha() or unicodedata.category(char) in {"Mn", "Mc"} else ("", "")


_TITLE_WORD = re.compile("[^ " + re.escape("".join(sorted(_APOSTROPHES | _HYPHENS))) + "]+")


def title_case(name: str) -> str:
    """Return a person's name with a capital at each word, also after a hyphen or apostrophe (K'Brèo)."""
    titled = _TITLE_WORD.sub(lambda found: found[0][0].title() + found[0][1:].lower(), clean(name))
    return unicodedata.normalize(_NFC, titled)


def matches(query: str, text: str) -> bool:
    """Say whether every word of `query` begins a word of its own in `text`, marks and case aside.

    An empty query matches everything. Apostrophes do not count: "kbreo" and "breo" both find K'Brèo.
    """
    wanted = _query_words(query)
    return len(_assign(wanted, _starts(text))) == len(wanted)


def highlight(query: str, text: str) -> tuple[Span, ...]:
    """Return the spans of `text` (start, end) that the words of `query` hit, for painting search results.

    Words that hit nothing are passed over, spans with only a space between them are joined, and a combining
    mark belongs to its letter, so "ha thi xu" gives ((0, 9),) in "Hà Thị Xuân".
    """
    spans = sorted(_assign(_query_words(query), _starts(text)))
    joined: list[Span] = []
    for start, reach in spans:
        end = reach
        while text[end - 1] in _APOSTROPHES:
            end -= 1
        if joined and not any(c.isalnum() for c in text[joined[-1][1] : start]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def initials(full_name: str) -> str:
    """Return one or two capitals for an avatar: family and given name (Lò Thị Ngân gives LN, K'Brèo KB)."""
    words = _TITLE_WORD.findall(clean(full_name))
    return "".join(word[0].upper() for word in words[:1] + words[1:][-1:])


# Where a query may begin to match: the folded letters from here to the end of the word, without apostrophes,
# and for each letter where it starts in the text; the last number is where the word ends.
_Start = tuple[str, tuple[int, ...]]


def _query_words(query: str) -> list[str]:
    return fold(query).replace("'", "").replace("-", " ").split()


def _starts(text: str) -> list[_Start]:
    found: list[_Start] = []
    letters: list[str] = []
    places: list[int] = []
    begins: list[int] = []

    def close(end: int) -> None:
        word = "".join(letters)
        found.extend((word[i:], (*places[i:], end)) for i in begins if i < len(word))
        letters.clear()
        places.clear()
        begins.clear()

    for i, char in enumerate(text):
        folded = _FOLD[ord(char)]
        if folded in {" ", "-"}:
            close(i)
        elif folded == "'":
            begins.append(len(letters))
        else:
            if folded and not letters and not begins:
                begins.append(0)
            for piece in folded:
                letters.append(piece)
                places.append(i)
    close(len(text))
    return found


def _assign(wanted: list[str], starts: list[_Start]) -> list[Span]:
    """The spans that the words take, each its own letters; fewer spans than words where some find nothing."""
    # A run of neighbours in the order of the query is what the reader expects to see marked. Failing that the
    # longest word chooses first: whatever a longer prefix can take, a shorter one of it could take too.
    for first in range(len(starts)):
        run = _run(wanted, starts[first:])
        if run:
            return run
    spans: list[Span] = []
    for word in sorted(wanted, key=len, reverse=True):
        hits = (_span(word, start) for start in starts if start[0].startswith(word))
        free = (hit for hit in hits if all(hit[1] <= taken[0] or taken[1] <= hit[0] for taken in spans))
        spans.extend(islice(free, 1))
    return spans


def _run(wanted: list[str], starts: list[_Start]) -> list[Span]:
    """The spans of all the words one after the other from the first start on, or none."""
    spans: list[Span] = []
    same_word = -1
    left = iter(starts)
    for word in wanted:
        for start in left:
            if spans and start[1][0] < spans[-1][1]:
                continue
            if start[0].startswith(word):
                spans.append(_span(word, start))
                same_word = start[1][-1]
                break
            if start[1][-1] != same_word:
                return []
        else:
            return []
    return spans


def _span(word: str, start: _Start) -> Span:
    return start[1][0], start[1][len(word)]
