"""Proposals that somebody be commended: who, for what, in which form, and how the vote went.

Pure values; records are read by `storage.commendations`. The forms are a table that a province edits.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tongcds.domain.tables import read_table
from tongcds.i18n import N_
from tongcds.paths import resources_folder


class Sort(StrEnum):
    """Whom a proposal is about."""

    COLLECTIVE = "collective"
    PERSON = "person"


SORT_WORDS: Final = MappingProxyType({Sort.COLLECTIVE: N_("Collective"), Sort.PERSON: N_("Individual")})
"""Sorts in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """A form of commendation."""

    code: str
    name_vi: str
    name_en: str

    def name(self, language: str) -> str:
        """What it is called, in "vi" or "en"."""
        return self.name_vi if language == "vi" else self.name_en


@cache
def load_awards(folder: Path | None = None) -> MappingProxyType[str, Award]:
    """Forms of commendation by code, in the order in which they are offered.

    Raises:
        UserError: the table has a mistake; the parameters say where.
    """
    rows = read_table((folder or resources_folder() / "emulation") / "awards.csv", Award)
    return MappingProxyType({row.code: row for row in rows})


@dataclass(frozen=True, slots=True)
class Votes:
    """How many of how many voted for it."""

    in_favour: int
    voters: int


@dataclass(frozen=True, slots=True)
class CommendationText:
    """What is proposed. Of a person `name`, `sex`, `post` and `merits` stay in the commune.

    `agreed`: the person agreed to be named in lists that others read.
    """

    sort: Sort
    award: str
    name: str
    merits: str
    post: str = ""
    sex: str = ""
    agreed: bool = False
    votes: Votes | None = None
