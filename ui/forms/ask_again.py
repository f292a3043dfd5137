"""Whom to ask again: who was taught 30 or 90 days ago, answered down the list with one key each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QWidget

from tongcds.domain.training import ABILITY_WORDS, Ability, skill_words
from tongcds.domain.views import Tone
from tongcds.domain.views.training import AskAgain
from tongcds.i18n import _, format_date, format_number, ngettext
from ui.changes import ChangeBus
from ui.theme import Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import Cell, PillCell, TextCell
from ui.widgets.flow import FlowRow
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, column, line, open_at
from ui.widgets.text import Text

Load = Callable[[Callable[[Sequence[AskAgain]], None]], None]
"""Reads whom to ask and calls back."""

_KEYS: Final = MappingProxyType({"1": Ability.CANNOT, "2": Ability.HELPED, "3": Ability.ALONE})
_TONES: Final = MappingProxyType(
    {Ability.CANNOT: Tone.BAD, Ability.HELPED: Tone.INFO, Ability.ALONE: Tone.GOOD}
)
_HEEDED: Final = frozenset({"skill_check", "attendance", "training", "exchange"})
_WIDE, _HIGH = 860, 560


class AskAgainDialog(QDialog):
    """`answered` carries an `AskAgain` and what they can do; `opened` a household's id."""

    help_topic = "training"

    answered = Signal(object, object)
    opened = Signal(object)

    def __init__(self, changes: ChangeBus, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Ask again"))
        self._load: Load | None = None
        box = column(self, gap=3)
        box.setContentsMargins(space(5), space(5), space(5), space(5))
        box.addWidget(Text(_("Ask again"), Style.TITLE))
        self.about = Text("", Style.NOTE, wrap=True)
        box.addWidget(self.about)
        self._model: RowsModel[AskAgain] = RowsModel(
            [
                Column(_("Full name"), _name_cell, stretch=1),
                Column(_("Skill"), _skill_cell, stretch=1),
                Column(_("At the end of the session"), _end_cell),
            ],
            self,
        )
        self.rows = RowsView(self._model, name=_("Ask again"))
        self.rows.opened.connect(self._open)
        card = Card(flush=True)
        card.body.addWidget(self.rows, 1)
        box.addWidget(card, 1)
        acts = FlowRow()
        for key, ability in _KEYS.items():
            button = Button(_(ABILITY_WORDS[ability]).capitalize(), hint=key, kind=Kind.SMALL)
            button.clicked.connect(partial(self._answer, ability))
            acts.flow.addWidget(button)
            shortcut = QShortcut(QKeySequence(key), self.rows)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(partial(self._answer, ability))
        leave = Button(_("Close"), hint="Escape")
        leave.clicked.connect(self.reject)
        end = line(gap=3)
        end.addWidget(acts, 1)
        end.addWidget(leave)
        box.addLayout(end)
        changes.changed.connect(self._on_changed)
        open_at(self, _WIDE, _HIGH)
        self.rows.setFocus(Qt.FocusReason.OtherFocusReason)

    def begin(self, load: Load) -> None:
        """Read whom to ask, now and whenever something changed."""
        self._load = load
        self.reload()

    def reload(self) -> None:
        """Read everything again."""
        if self._load is not None:
            self._load(self.show_rows)

    def show_rows(self, found: Sequence[AskAgain]) -> None:
        """Draw whom to ask; who stands next is chosen."""
        at = max(self.rows.currentIndex().row(), 0)
        self.rows.show_rows(found, lambda one: (one.training_id, one.subject_id, one.skill))
        if found:
            self.rows.choose(min(at, len(found) - 1))
        people = len({one.subject_id for one in found})
        count = ngettext("{n} person to ask.", "{n} people to ask.", people).format(n=format_number(people))
        how = _("They were taught 30 or 90 days ago: let them show it, then note what they can do.")
        nobody = _("Nobody is to be asked today. Whoever was taught comes here after 30 and after 90 days.")
        self.about.setText(f"{count} {how}" if found else nobody)

    def _on_changed(self, kinds: frozenset[str]) -> None:
        if not kinds.isdisjoint(_HEEDED):
            self.reload()

    def _chosen(self) -> AskAgain | None:
        row = self.rows.current_row()
        return row if isinstance(row, AskAgain) else None

    def _answer(self, ability: Ability) -> None:
        one = self._chosen()
        if one is not None:
            self.answered.emit(one, ability)

    def _open(self, row: object) -> None:
        if isinstance(row, AskAgain):
            self.opened.emit(row.household_id)
            self.accept()


def _name_cell(one: AskAgain) -> Cell:
    words = " · ".join(filter(None, (one.name, str(one.birth_year or ""))))
    return TextCell(words, one.village, strong=True)


def _skill_cell(one: AskAgain) -> Cell:
    after = _("{days} days after {day}").format(days=one.after, day=format_date(one.on))
    return TextCell(skill_words(one.skill), f"{after} · {one.title}")


def _end_cell(one: AskAgain) -> Cell:
    if one.at_end is None:
        return PillCell("")
    return PillCell(_(ABILITY_WORDS[one.at_end]).capitalize(), _TONES[one.at_end])
