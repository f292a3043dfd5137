"""Attaching a photo or paper: which file, when it was taken, a note; and what must not be attached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from tongcds.domain.views import NOBODY, LeftOut, Tone
from tongcds.errors import SENTENCES
from tongcds.forms.days import read_past_day
from tongcds.i18n import _
from ui import theme
from ui.forms.day_line import DayLine
from ui.forms.ground_choice import GroundChoice
from ui.theme import Length, Style, space
from ui.widgets.button import Button
from ui.widgets.field import LabeledField, LineField
from ui.widgets.form_dialog import FormDialog
from ui.widgets.notice import Notice
from ui.widgets.surface import column, line
from ui.widgets.text import Text


def choose_file(parent: QWidget) -> str:
    """The path of a photo or PDF that the person chose, or ""."""
    path, _kind = QFileDialog.getOpenFileName(
        parent, _("Choose a photo or PDF"), "", _("Photos and PDF (*.jpg *.jpeg *.png *.pdf)")
    )
    return path


class AttachDialog(FormDialog):
    """Asks for a file. `saved` carries its path, the day (None when left empty) and the note.

    Args:
        name: of the household.
        today: no later day can be chosen.
        choose: asks for a file; the system's own window unless told otherwise.
    """

    help_topic = "attachments"

    saved = Signal(object, object, str)

    def __init__(
        self,
        name: str,
        today: date,
        *,
        choose: Callable[[QWidget], str] = choose_file,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Attach a photo or paper"), name, parent=parent)
        self._today = today
        self._choose = choose
        self._path = ""
        self.file = LineField("", _("No file chosen yet"))
        self.file.setReadOnly(True)
        self.file_field = LabeledField(_("File"), self.file)
        self.browse = Button(_("Choose a file…"), icon="folder-open")
        self.browse.clicked.connect(self._browse)
        self.day = DayLine(partial(read_past_day, today=today), today, _("leave empty if unknown"))
        self.day_field = LabeledField(_("Day it was taken"), self.day)
        self.note = LineField("", _("what it shows"))
        self._build()

    def _build(self) -> None:
        box = self.box
        box.addWidget(
            Notice(
                "triangle-alert",
                Tone.WARN,
                _(
                    "No photos of identity cards, bank cards or passwords: these must not be kept here. "
                    "Where and with which phone a photo was taken is left out by itself."
                ),
            )
        )
        which = line(gap=2)
        which.addWidget(self.file_field, 1)
        which.addWidget(self.browse, 0, Qt.AlignmentFlag.AlignBottom)
        box.addLayout(which)
        box.addWidget(self.day_field)
        box.addWidget(LabeledField(_("Note"), self.note))
        box.addWidget(Text(_("JPEG, PNG or PDF, at most {n} MB.").format(n=20), Style.NOTE))
        self.end(self.save, _("Attach"))
        self.browse.setFocus(Qt.FocusReason.OtherFocusReason)

    def _browse(self) -> None:
        if path := self._choose(self):
            self.choose_path(path)

    def choose_path(self, path: str) -> None:
        """Take this file; its name alone is shown."""
        self._path = path
        self.file.setText(Path(path).name)
        self.file_field.show_error("")
        self.note.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand over what was chosen and close, unless something is missing."""
        self.file_field.show_error("" if self._path else _("Choose a file first."))
        day = self.day.day() if self.day.text().strip() else None
        wrong = "date_invalid" if self.day.text().strip() and day is None else ""
        if day is not None and day > self._today:
            wrong = "date_in_future"
        self.day_field.show_error(_(SENTENCES[wrong]) if wrong else "")
        if wrong:
            self.day.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not self._path:
            self.browse.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.saved.emit(Path(self._path), day, self.note.text())
            self.accept()


class ExportDialog(QDialog):
    """Warns before a copy leaves the vault. `accepted` when the person wants it all the same.

    Args:
        name: of the file.
        why: what else to say first, or "".
        left_out: whether whoever it is about did not agree; then a ground has to be chosen.
    """

    help_topic = "attachments"

    def __init__(
        self, name: str, why: str = "", *, left_out: LeftOut = NOBODY, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._left_out = left_out
        self.setWindowTitle(_("Export a copy"))
        self.setMinimumWidth(theme.current().scaled(Length.DIALOG))
        box = column(self, gap=3)
        box.setContentsMargins(space(5), space(5), space(5), space(5))
        box.addWidget(Text(name, Style.TITLE))
        warning = _(
            "The copy lies outside the vault: anybody who has it can open it, and it is not removed with the "
            "household. That you exported it is noted. Delete it under Personal data when you no longer need "
            "it."
        )
        box.addWidget(Notice("triangle-alert", Tone.WARN, " ".join(part for part in (why, warning) if part)))
        self.without = GroundChoice()
        self.without.changed.connect(self._choose)
        box.addWidget(self.without)
        buttons = line(gap=2)
        buttons.addStretch(1)
        self.leave = Button(_("Leave"), hint="Escape")
        self.leave.clicked.connect(self.reject)
        self.go_on = Button(_("Write the copy"), icon="hard-drive-download")
        self.go_on.clicked.connect(self.accept)
        self._choose("")
        buttons.addWidget(self.leave)
        buttons.addWidget(self.go_on)
        box.addLayout(buttons)
        self.leave.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self, ground: str) -> None:
        self.without.show_left(replace(self._left_out, ground=ground))
        self.go_on.setEnabled(bool(ground) or not self._left_out.total)
