"""The targets of a comparison of plan and result: each with its figures, the cause and the reason typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain.report_types import load_causes
from tongcds.domain.targets import Verdict
from tongcds.domain.views import Tone
from tongcds.domain.views.report import TargetLine, cause_key, explained, reason_key
from tongcds.i18n import _, format_date, language
from tongcds.papers import targets as words
from ui.theme import Style
from ui.widgets.cells import Cell, MarkCell
from ui.widgets.field import Choice, LabeledField, TextArea
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import column
from ui.widgets.text import Text


class ReasonsPart(QWidget):
    """`typed` carries under what something was typed, and the words; `opened` the `TargetLine` of a row."""

    typed = Signal(str, str)
    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words: dict[str, str] = {}
        self._lines: RowsModel[TargetLine] = RowsModel([Column("", self._line_cell, stretch=1)], self)
        self.lines = RowsView(self._lines, name=_("Targets"), headings=False)
        self.lines.picked.connect(self._pick)
        self.lines.opened.connect(self.opened)
        self._about = Text("", Style.NOTE, wrap=True)
        self.cause = Choice([(_("not chosen"), "")])
        for code, cause in load_causes().items():
            self.cause.addItem(cause.name(language()), code)
        self.cause.activated.connect(self._choose)
        self.text = TextArea()
        self.text.textChanged.connect(self._type)
        box = column(self, gap=3)
        box.addWidget(self.lines, 3)
        box.addWidget(self._about)
        box.addWidget(LabeledField(_("Cause"), self.cause))
        box.addWidget(LabeledField(_("Why, in words"), self.text), 2)

    def show_lines(self, lines: Sequence[TargetLine], typed: Mapping[str, str], *, fixed: bool) -> None:
        """Show targets with what was typed about them; `fixed` where nothing can be typed any more."""
        self._words = dict(typed)
        self.text.setReadOnly(fixed)
        self.cause.setEnabled(not fixed and bool(lines))
        self.text.setEnabled(bool(lines))
        at = max(0, self.lines.currentIndex().row())
        self._lines.set_rows(tuple(lines))
        self.lines.choose(min(at, len(lines) - 1))
        self._pick(self.lines.current_row())

    def to_text(self) -> None:
        """Go on typing."""
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _chosen(self) -> TargetLine | None:
        row = self.lines.current_row()
        return row if isinstance(row, TargetLine) else None

    def _pick(self, _row: object) -> None:
        line = self._chosen()
        self._about.setText("" if line is None else _about(line))
        blocked = self.text.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.text.setPlainText("" if line is None else self._words.get(reason_key(line.key), ""))
        self.text.blockSignals(blocked)
        code = "" if line is None else self._words.get(cause_key(line.key), "")
        if code and self.cause.findData(code) < 0:
            # A cause that is no longer in the list stays the one that was chosen.
            self.cause.addItem(line.cause_name if line is not None else code, code)
        self.cause.choose(code)

    def _choose(self) -> None:
        line = self._chosen()
        if line is not None:
            self._say(cause_key(line.key), str(self.cause.currentData() or ""))

    def _type(self) -> None:
        line = self._chosen()
        if line is not None:
            self._say(reason_key(line.key), self.text.toPlainText())

    def _say(self, place: str, said: str) -> None:
        self._words[place] = said
        self.lines.viewport().update()
        self.typed.emit(place, said)

    def _line_cell(self, line: TargetLine) -> Cell:
        now = explained(line, self._words)
        said = f"{line.row.name}: {words.now(line.row)} / {words.wanted(line.row)}"
        if line.row.verdict in {Verdict.MET, Verdict.ON_THE_WAY}:
            return MarkCell(said, "circle-check", Tone.GOOD)
        if not line.falls_short:
            return MarkCell(said, "circle-dashed", Tone.QUIET)
        told = now.cause_name or now.reason.strip()
        icon, tone = ("circle-check", Tone.INFO) if told else ("circle-alert", Tone.BAD)
        return MarkCell(said, icon, tone)


def _about(line: TargetLine) -> str:
    row = line.row
    parts = [
        _("Target: {target} by {day}").format(target=words.wanted(row), day=format_date(row.terms.last)),
        _("Now: {value}").format(value=words.now(row)),
        _("Missing: {value}").format(value=words.missing(line)) if line.missing is not None else "",
        _("Forecast: {value}").format(value=words.expected(row)) if row.expected is not None else "",
        _("Set by {unit}").format(unit=row.unit),
    ]
    return " · ".join(filter(None, parts))
