"""Where the figure of each indicator comes from: counted from records, typed in, or from a register to come.

Every indicator of the catalogue is one of these; one that waits says for what (`waiting.csv`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tongcds.domain import formulas
from tongcds.domain.catalogue import load_indicators, lost_indicators
from tongcds.domain.tables import Lines, read_some
from tongcds.paths import resources_folder

_EXTERNAL: Final = "external figure"


class Source(StrEnum):
    """Where figures of an indicator come from. `BROKEN`: its formula makes no sense."""

    COUNTED = "counted"
    TYPED_IN = "typed_in"
    WAITS = "waits"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    code: str
    for_vi: str
    for_en: str
    notes: str = ""


@cache
def waiting_lines(folder: Path | None = None) -> Lines[_Line]:
    """The lines of the table, with what is wrong in it."""
    path = (folder or resources_folder() / "catalogues") / "waiting.csv"
    refers, lost = {"code": load_indicators().keys()}, {"code": lost_indicators()}
    return read_some(path, _Line, refers=refers, lost=lost)


@cache
def waiting(folder: Path | None = None) -> Mapping[str, Mapping[str, str]]:
    """By indicator and language: what it waits for; lines that make no sense are left out."""
    rows = waiting_lines(folder).rows
    return MappingProxyType({line.code: {"vi": line.for_vi, "en": line.for_en} for line in rows})


def source_of(indicator: str) -> Source:
    """Where figures of an indicator come from.

    Raises:
        KeyError: the catalogue has no such indicator.
    """
    entry = load_indicators()[indicator]
    if indicator in formulas.load_formulas():
        return Source.COUNTED
    if entry.data_source == _EXTERNAL:
        return Source.TYPED_IN
    return Source.WAITS if indicator in waiting() else Source.BROKEN
