"""The help, as topics: what F1 shows, what `help` prints and what the manual is made of is one text.

A topic is a Markdown file of `resources/help/<language>`; `contents.csv` there puts them in order. The first
line of a file is its title. Nothing else than headings, paragraphs, lists, tables, bold and links to other
topics is used, so that the text reads well in a terminal too.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tongcds.domain.text import fold
from tongcds.i18n import LANGUAGES, N_, language
from tongcds.paths import resources_folder

FIRST: Final = "start"
"""The topic that is shown where no other one fits."""

PARTS: Final = {
    "begin": N_("First steps"),
    "work": N_("Every day"),
    "share": N_("Sending and receiving"),
    "keep": N_("Keeping data safe"),
    "oversee": N_("Commune, area and province"),
}
"""The parts of the contents; their names are translated when they are shown."""

_MARKS: Final = re.compile(r"\*\*|`|^#+ ", re.MULTILINE)
_LINK: Final = re.compile(r"\[([^\]]+)\]\([a-z-]+\)")


@dataclass(frozen=True, slots=True)
class Topic:
    """A page of the help.

    `text` is Markdown without the title; links in it are keys of other topics. `picture` is the name of the
    screen (`ui.preview`) that the manual shows under the title, "" for none.
    """

    key: str
    part: str
    picture: str
    title: str
    text: str

    def plain(self) -> str:
        """Title and text without any marks, for a terminal."""
        linked = _LINK.sub(r"\1", self.text)
        return f"{self.title}\n\n{_MARKS.sub('', linked)}"


def topics() -> tuple[Topic, ...]:
    """All topics in the language of the program, in the order of the contents."""
    return _read(language() if language() in LANGUAGES else "en")


@functools.cache
def _read(words: str) -> tuple[Topic, ...]:
    folder = resources_folder() / "help"
    with (folder / "contents.csv").open(encoding="utf-8", newline="") as file:
        entries = [(row["topic"], row["part"], row["picture"]) for row in csv.DictReader(file)]
    found = []
    for key, part, picture in entries:
        if part not in PARTS:
            raise ValueError(f"contents.csv: no part “{part}”")
        title, _, text = (folder / words / f"{key}.md").read_text(encoding="utf-8").partition("\n")
        found.append(Topic(key, part, picture, title.removeprefix("# ").strip(), text.strip() + "\n"))
    return tuple(found)


def topic(key: str) -> Topic:
    """The topic with this key; where there is none, the first steps."""
    by_key = {entry.key: entry for entry in topics()}
    return by_key.get(key, by_key[FIRST])


def search(text: str) -> Sequence[Topic]:
    """Topics that hold every word of `text`, with or without marks; those that do in the title come first."""
    wanted = fold(text).split()
    if not wanted:
        return topics()
    titled = [t for t in topics() if _holds(t.title, wanted)]
    return titled + [t for t in topics() if t not in titled and _holds(f"{t.title}\n{t.text}", wanted)]


def _holds(text: str, wanted: Sequence[str]) -> bool:
    folded = fold(text)
    return all(word in folded for word in wanted)
