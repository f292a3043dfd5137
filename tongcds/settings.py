"""Settings of this computer, each declared once; what belongs to the team's data is in the vault instead."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

from tongcds.i18n import LANGUAGES, _

_MOST_LETTERS: Final = 1_000_000

Value = TypeVar("Value", str, int, bool)


@dataclass(frozen=True, slots=True)
class Setting(Generic[Value]):
    """One setting: its key in the file, its default (whose type is the setting's type) and its words.

    The description is a callable because text made while importing would never be translated.
    """

    key: str
    default: Value
    description: Callable[[], str]
    choices: tuple[Value, ...] = ()

    def accepts(self, value: object) -> bool:
        """Whether the value has this setting's type and is one of its choices."""
        return type(value) is type(self.default) and (not self.choices or value in self.choices)


LANGUAGE: Final = Setting("language", "vi", lambda: _("Language"), choices=tuple(LANGUAGES))
TEXT_SIZE: Final = Setting(
    "text_size", 100, lambda: _("Text size, in percent"), choices=(90, 100, 110, 125, 150)
)
THEME: Final = Setting("theme", "light", lambda: _("Colours"), choices=("light", "dark"))
ASK_WHEN_METERED: Final = Setting(
    "ask_when_metered",
    default=True,
    description=lambda: _("Ask before sending much over a network that is paid by volume"),
)
PRICE: Final = Setting(
    "price_per_megabyte",
    0,
    lambda: _("What a megabyte costs there, in đồng"),
    choices=(0, 50, 200, 1000, 1500),
)

ASK_MINUTES: Final = Setting("ask_minutes", default=True, description=lambda: _("Ask how long a visit took"))
ASK_DISTANCE: Final = Setting(
    "ask_distance", default=False, description=lambda: _("Ask how far it was to a visit")
)

LOCK_AFTER: Final = Setting(
    "lock_after_minutes",
    10,
    lambda: _("Lock when nobody touches the computer, after minutes"),
    choices=(2, 5, 10, 20, 30),
)

DECLARED: Final[tuple[Setting[str] | Setting[int] | Setting[bool], ...]] = (
    LANGUAGE,
    TEXT_SIZE,
    THEME,
    LOCK_AFTER,
    ASK_MINUTES,
    ASK_DISTANCE,
    ASK_WHEN_METERED,
    PRICE,
)
"""Every setting, in the order of the settings screen."""


class Settings:
    """The settings of one profile folder, read once and written whole at each change."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "settings.json"
        self._values: dict[str, object] = self._read()

    def _read(self) -> dict[str, object]:
        try:
            with self._file.open(encoding="utf-8") as file:
                text = file.read(_MOST_LETTERS + 1)
            values = json.loads(text) if len(text) <= _MOST_LETTERS else None
        except FileNotFoundError:
            return {}
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict):
            # Kept for a look; the program must start all the same.
            self._file.replace(self._file.with_suffix(".damaged"))
            return {}
        return values

    def get(self, setting: Setting[Value]) -> Value:
        """The chosen value, or the default where none was chosen or the file holds nonsense."""
        value = self._values.get(setting.key, setting.default)
        return value if setting.accepts(value) else setting.default  # type: ignore[return-value]  # accepts() saw its type

    def set(self, setting: Setting[Value], value: Value) -> None:
        """Choose a value and put it on disk before returning.

        Raises:
            ValueError: when the setting does not accept the value.
        """
        if not setting.accepts(value):
            raise ValueError(setting.key)
        # Keys that this version does not know stay: a newer program may have written them.
        self._values = {**self._values, setting.key: value}
        fresh = self._file.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as out:
            json.dump(self._values, out, ensure_ascii=False, indent=2, sort_keys=True)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(self._file)
