"""The time line of what was observed of a household and its people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tongcds.domain.words import Standing


@dataclass(frozen=True, slots=True)
class ObservationRow:
    """One observation. `whom` is a person's name, or "" for the household itself; `by` who it is from.

    `label` names the fact in the language in force; `how` is a word of `domain.facts.How`. `of_visit`: it
    follows from a support, so it is taken back by correcting the visit.
    """

    observation_id: bytes
    subject_id: bytes
    whom: str
    fact: str
    label: str
    value: bool
    held_on: date
    how: str
    by: str
    standing: Standing
    of_visit: bool
