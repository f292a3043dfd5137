"""What the opening screen asks of whoever knows the vault: rescue, and the ways in beside a passphrase."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, TypeVar

Opened_co = TypeVar("Opened_co", covariant=True)
Held = TypeVar("Held")


class Invited(Protocol):
    """What an invitation says; names are empty where only a code was typed."""

    @property
    def member_name(self) -> str:
        """Whom it is for."""

    @property
    def unit_name(self) -> str:
        """The team it is for."""


class Rescue(Protocol[Opened_co]):
    """What can be done with a vault that does not open."""

    def phone(self) -> str:
        """Whom to call about it; "" when nobody said."""

    def copy(self, target: Path) -> Path:
        """Copy its files, sealed as they are, into a new folder in `target`; answers which."""

    def restore(self, source: Path, passphrase: str) -> Opened_co:
        """Open it as a backup in `source` has it."""

    def open_from_backup(self, passphrase: str) -> Opened_co:
        """Open it from the newest backup here, though what was saved after it is lost."""

    def about_export(self) -> tuple[str, str, str]:
        """Where exported files go, what to warn of before one is written, and of that folder."""

    def salvage(self, passphrase: str) -> str:
        """Write what can be read of it into a file there; answers what was and what was not."""

    def begin_anew(self, passphrase: str) -> Path:
        """Move it aside, so that an empty one can be made."""


class Help(Protocol):
    """What a locked vault may say about forgotten passphrases."""

    @property
    def exists(self) -> bool:
        """Whether the province holds a recovery code."""

    @property
    def reference(self) -> str:
        """Under which number."""

    @property
    def phone(self) -> str:
        """Whom to call."""


class Lease(Protocol):
    """How long this computer may go on without a word from the province."""

    @property
    def over(self) -> bool:
        """Whether nothing is to be shown."""

    @property
    def revoked(self) -> bool:
        """Whether the province said so itself."""

    @property
    def device(self) -> int:
        """What to read out: the number of the computer."""

    @property
    def number(self) -> str:
        """And the number that the code must fit."""

    @property
    def phone(self) -> str:
        """Whom to call."""


class OtherWays(Protocol[Held]):
    """Ways in beside a passphrase that one knows. People are pairs of a slot and a name."""

    def people_with_pin(self) -> tuple[tuple[bytes, str], ...]:
        """Who may come back with six digits."""

    def open_with_pin(self, slot_id: bytes, pin: str) -> Held:
        """Come back."""

    def accept(self, code: str, passphrase: str) -> Held:
        """Begin as an invited person, with the four words."""

    def recovery_help(self) -> Help:
        """Whom to ask for a recovery code."""

    def check_code(self, words: str) -> tuple[tuple[bytes, str], ...]:
        """Try the eight words; who had a way in."""

    def recover(self, slot_id: bytes, passphrase: str) -> Held:
        """Give one of them a new passphrase, after the words were right."""

    def lease(self, vault: Held) -> Lease:
        """How the lease of an open vault stands."""

    def sync(self, vault: Held) -> object:
        """Exchange once, which renews it."""

    def enter_lease_code(self, vault: Held, words: str) -> None:
        """Take the province's four words."""

    def take_answer(self, vault: Held, path: Path) -> object:
        """Take the province's answer from a stick."""

    def export(self, vault: Held, folder: Path) -> object:
        """Write what waits onto a stick."""
