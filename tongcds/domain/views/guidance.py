"""What a commune tells its teams and asks of them, as both sides see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from tongcds.domain.words import Standing

LONGEST_TITLE: Final = 120
LONGEST_TEXT: Final = 2_000
"""Letters of an announcement: it is read on a screen, whatever is longer belongs in a document."""


@dataclass(frozen=True, slots=True)
class AnnouncementText:
    """What an announcement says and when it holds, both days included."""

    title: str
    text: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True, slots=True)
class AnnouncementRow:
    """An announcement. `village` is "" where it is for the whole commune; `is_read` by who is here."""

    announcement_id: bytes
    village: str
    says: AnnouncementText
    by: str
    is_read: bool
    in_force: bool
    standing: Standing


@dataclass(frozen=True, slots=True)
class QuotaTerms:
    """How much is asked for from one day to another, both included; kind and code as in `domain.quotas`."""

    kind: str
    code: str
    amount: int
    since: date
    until: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """A quota and how far its team has come. `households`: it counts households, otherwise people."""

    quota_id: bytes
    village_id: bytes
    village: str
    name: str
    terms: QuotaTerms
    households: bool
    done: int
    standing: Standing

    @property
    def share(self) -> float:
        """How much of it is done, 1 being all; more than was asked for is more than 1."""
        return self.done / self.terms.amount


@dataclass(frozen=True, slots=True)
class GuidanceView:
    """Everything of it that this vault holds, and the villages that something can be given to.

    `may_write`: this is the commune's own window.
    """

    on: date
    announcements: tuple[AnnouncementRow, ...]
    quotas: tuple[QuotaRow, ...]
    villages: tuple[tuple[bytes, str], ...]
    may_write: bool
