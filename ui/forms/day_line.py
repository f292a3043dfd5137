"""A field for a day that a form reads in its own way, such as "hôm qua" or "+7"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtWidgets import QWidget

from ui.widgets.field import DayField


class DayLine(DayField):
    """A day typed freely, written out in full when the field is left; Up and Down move it by a day.

    Args:
        read: answers the day that some words mean, None if they mean none.
    """

    def __init__(
        self,
        read: Callable[[str], date | None],
        today: date,
        placeholder: str = "",
        *,
        parent: QWidget | None = None,
    ) -> None:
        self._read = read
        super().__init__(today, None, placeholder, parent=parent)

    def day(self) -> date | None:
        """The day that stands here."""
        return self._read(self.text())
