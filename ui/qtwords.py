"""Qt's own words (buttons of dialogs, the file dialog, menus of text fields) in the program's catalogue.

Qt ships about thirty languages; Vietnamese is not among them.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QTranslator

from tongcds.i18n import N_, _

# Written exactly as Qt writes them: & marks the letter for Alt, %1 is a name. Those of 6.11.
WORDS: Final = frozenset({
    N_("OK"),
    N_("Cancel"),
    N_("Open"),
    N_("Save"),
    N_("Save All"),
    N_("&Yes"),
    N_("Yes to &All"),
    N_("&No"),
    N_("N&o to All"),
    N_("Abort"),
    N_("Retry"),
    N_("Ignore"),
    N_("Close"),
    N_("Discard"),
    N_("Help"),
    N_("Apply"),
    N_("Reset"),
    N_("Restore Defaults"),
    N_("&Look in:"),
    N_("Back"),
    N_("Go back"),
    N_("Forward"),
    N_("Go forward"),
    N_("Parent Directory"),
    N_("Go to the parent directory"),
    N_("Create New Folder"),
    N_("Create a New Folder"),
    N_("List View"),
    N_("Change to list view mode"),
    N_("Detail View"),
    N_("Change to detail view mode"),
    N_("Sidebar"),
    N_("List of places and bookmarks"),
    N_("Files"),
    N_("Files of &type:"),
    N_("File &name:"),
    N_("&Open"),
    N_("All Files (*)"),
    N_("&Rename"),
    N_("&Delete"),
    N_("Show &hidden files"),
    N_("&New Folder"),
    N_("Find Directory"),
    N_("Directories"),
    N_("Directory:"),
    N_("&Choose"),
    N_("&Save"),
    N_("Save As"),
    N_("Recent Places"),
    N_("Remove"),
    N_("Delete"),
    N_("New Folder"),
    N_("%1 already exists.\nDo you want to replace it?"),
    N_("%1\nFile not found.\nPlease verify the correct file name was given."),
    N_("%1\nDirectory not found.\nPlease verify the correct directory name was given."),
    N_("Are you sure you want to delete '%1'?"),
    N_("'%1' is write protected.\nDo you want to delete it anyway?"),
    N_("Could not delete directory."),
    N_("Computer"),
    N_("Name"),
    N_("Size"),
    N_("Type"),
    N_("Date Modified"),
    N_("Drive"),
    N_("Folder"),
    N_("File"),
    N_("&Undo"),
    N_("&Redo"),
    N_("Cu&t"),
    N_("&Copy"),
    N_("&Paste"),
    N_("Select All"),
    N_("Show Details..."),
    N_("Hide Details..."),
    N_("Copy &Link Location"),
    N_("&Step up"),
    N_("Step &down"),
})  # fmt: skip


class QtWords(QTranslator):
    """Answers Qt from gettext; what is not in `WORDS` (names of keys, say) stays as Qt wrote it."""

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
