"""Why people leave a household: for good, for a time, or because they never belonged there.

`resources/register/leaving.csv` is the table. Whoever is away for a time (works, studies, serves) still
belongs to the household and counts there, as in the books of residence; whoever left for good does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType

from tongcds.domain.tables import Lines, read_some
from tongcds.i18n import language
from tongcds.paths import resources_folder


class Leaving(StrEnum):
    """What a reason does to the household."""

    GOOD = "good"
    AWAY = "away"
    MISTAKE = "mistake"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingReason:
    """A reason; `code` never changes its meaning. `returns`: such a person can come back."""

    code: str
    leaving: Leaving
    returns: bool
    name_vi: str
    name_en: str

    def name(self) -> str:
        """The reason in the language of the screen."""
        return self.name_vi if language() == "vi" else self.name_en


@cache
def leaving_lines(folder: Path | None = None) -> Lines[LeavingReason]:
    """The lines of the table, with what is wrong in it."""
    return read_some((folder or resources_folder() / "register") / "leaving.csv", LeavingReason)


@cache
def load_leaving_reasons(folder: Path | None = None) -> Mapping[str, LeavingReason]:
    """All reasons by code, in the order of the table; lines that make no sense are left out."""
    return MappingProxyType({one.code: one for one in leaving_lines(folder).rows})


def leaving_words(why: str) -> str:
    """A reason in words; one of a newer program as it is."""
    known = load_leaving_reasons().get(why)
    return known.name() if known is not None else why
