"""What is seen of a profile's vault from outside, before it is opened.

The first picture waits for this, so nothing here reaches for tables: opening is `opening`.
"""

from __future__ import annotations

from pathlib import Path

from tongcds.storage import retirement

_FOLDER = "vault"


def vault_folder(profile: Path) -> Path:
    """Where a profile keeps its vault."""
    return profile / _FOLDER


def vault_exists(profile: Path) -> bool:
    """Whether there is a vault to open, damaged or not."""
    return retirement.is_there(vault_folder(profile))


def finish_retirement(profile: Path) -> None:
    """Destroy the profile's vault where that was decided; call it at each start, and once it is closed.

    Raises:
        UnavailableError: vault_in_use, keys_stay.
    """
    retirement.finish(vault_folder(profile))
