"""Modules that are loaded when something of them is first wanted: what the first picture does not need."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Later:
    """Stands for a module; whichever thread wants something of it first loads it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a module holds anything
        return getattr(import_module(self._name), name)
