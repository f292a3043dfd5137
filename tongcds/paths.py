"""Where the program's own files are; what they hold is known to the modules that open them."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

import platformdirs

PROFILE_VARIABLE = "TONGCDS_PROFILE"
EXPORTS_VARIABLE = "TONGCDS_EXPORTS"
_EXPORTS = "TongCDS – Tệp xuất"
TEMPLATES_VARIABLE = "TONGCDS_TEMPLATES"
_TEMPLATES = "TongCDS – Mẫu văn bản"


def profile_folder(override: Path | str | None = None) -> Path:
    """The folder of this user's vault, settings and log, made if it is not there.

    Args:
        override: a folder to use instead; without it the environment's TONGCDS_PROFILE decides, and without
            that the operating system's place for a program's own data.
    """
    chosen = override or os.environ.get(PROFILE_VARIABLE)
    folder = Path(chosen) if chosen else platformdirs.user_data_path("TongCDS", appauthor=False)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder.resolve()


def exports_folder() -> Path:
    """The one folder for files that people write out of the vault; TONGCDS_EXPORTS names another."""
    chosen = os.environ.get(EXPORTS_VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_documents_path() / _EXPORTS


def templates_folder() -> Path:
    """The folder of this person's own templates; it may not be there. TONGCDS_TEMPLATES names another."""
    chosen = os.environ.get(TEMPLATES_VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_documents_path() / _TEMPLATES


@cache
def _installed_root() -> Path:
    """The folder that holds `resources` and `i18n`: of a packaged program, a checkout or a wheel."""
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        return Path(frozen)
    package = Path(__file__).resolve().parent
    checkout = package.parent
    return checkout if (checkout / "pyproject.toml").is_file() else package / "bundled"


def resources_folder() -> Path:
    """The folder of units, catalogues, fonts, icons and sample data; read-only."""
    return _installed_root() / "resources"


def translations_folder() -> Path:
    """The folder that holds `vi/LC_MESSAGES` and `en/LC_MESSAGES`; read-only."""
    return _installed_root() / "i18n"
