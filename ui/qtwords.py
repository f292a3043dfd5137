"""Qt's own words (buttons of dialogs, the file dialog, menus of text fields) in the program's catalogue.

Qt ships about thirty languages, Vietnamese is not among them.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QTranslator

from tongcds.i18n import N_, _

WORDS: Final = frozenset({
    N_("Cancel"),
})  # fmt: skip


class QtWords(QTranslator):
    """Answers Qt from gettext; what is not in `WORDS` stays as Qt wrote it."""

    def translate(
        self,
        _context: str,
        sourceText: str,  # noqa: N803 - Qt's name
        _disambiguation: str | None = None,
        _n: int = -1,
    ) -> str:
        return _(sourceText) if sourceText in WORDS else sourceText

    def isEmpty(self) -> bool:
        return False
