"""Planning a training session: what is taught, when, where, by whom, for which villages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain.catalogue import load_skills
from tongcds.domain.training import Course, load_courses, names_in, read_time, time_words
from tongcds.domain.views.training import LARGEST, LONGEST, LONGEST_MINUTES, TrainingPlan
from tongcds.errors import SENTENCES
from tongcds.forms.days import read_coming_day
from tongcds.i18n import _, language
from ui.forms.day_line import DayLine
from ui.forms.training_dialogs import NumberField
from ui.theme import Style
from ui.widgets.choices import CheckRow
from ui.widgets.field import Choice, LabeledField, LineField
from ui.widgets.form_dialog import FormDialog
from ui.widgets.surface import ScrollColumn, line
from ui.widgets.text import Text

_EVENING: Final = 19 * 60 + 30

Clashing = Callable[[TrainingPlan, Callable[[str], None]], None]
"""Asks what a plan would get in the way of; calls back with a sentence, or ""."""


class TrainingDialog(FormDialog):
    """`written` carries a `TrainingPlan`.

    Args:
        courses: those that are given today.
        villages: of this vault.
        plan: what stands already, None for a new session.
        clashing: asked while one types; a clash is said and stops nobody.
    """

    help_topic = "training"

    written = Signal(object)

    def __init__(
        self,
        courses: Sequence[Course],
        villages: Sequence[tuple[bytes, str]],
        today: date,
        plan: TrainingPlan | None = None,
        *,
        clashing: Clashing | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Training session"), parent=parent)
        self._before, self._clashing = plan, clashing
        speech = language()
        named: list[tuple[str, object]] = [(course.name(speech), course.code) for course in courses]
        if plan is not None and plan.course and plan.course not in {course.code for course in courses}:
            named.append((plan.course, plan.course))
        if plan is not None and not plan.course:
            named.append((_("Own choice of skills"), ""))
        self.course = Choice(named)
        if plan is not None:
            self.course.choose(plan.course)
        self.day = DayLine(partial(read_coming_day, today=today), today)
        self.day.show_day(plan.on if plan is not None else today)
        self.time = LineField(time_words(plan.starts if plan is not None else _EVENING))
        self.minutes = NumberField(LONGEST_MINUTES, plan.minutes if plan is not None else None)
        self.capacity = NumberField(LARGEST, plan.capacity if plan is not None else None)
        self.place = LineField(plan.place if plan is not None else "")
        self.trainers = LineField(", ".join(plan.trainers) if plan is not None else "")
        self.note = LineField(plan.note if plan is not None else "")
        for field in (self.place, self.trainers, self.note):
            field.setMaxLength(LONGEST)
        self._lay_out(villages, plan)
        self._usual()
        self.course.activated.connect(self._usual)
        for asked in (self.day, self.time, self.minutes, self.place, self.trainers):
            asked.editingFinished.connect(self._ask_clashes)
        self.end(self.save)
        self.course.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self, villages: Sequence[tuple[bytes, str]], plan: TrainingPlan | None) -> None:
        self._course = LabeledField(_("Course"), self.course)
        self._day = LabeledField(_("Day"), self.day)
        self._time = LabeledField(_("Begins at"), self.time)
        self._minutes = LabeledField(_("Minutes"), self.minutes)
        self._capacity = LabeledField(_("Room for"), self.capacity)
        self._place = LabeledField(_("Place"), self.place)
        self.box.addWidget(self._course)
        self._skills = Text("", Style.NOTE, wrap=True)
        self.box.addWidget(self._skills)
        when = line(gap=3)
        for field in (self._day, self._time, self._minutes, self._capacity):
            when.addWidget(field)
        self.box.addLayout(when)
        self.box.addWidget(self._place)
        self.box.addWidget(LabeledField(_("Trainers"), self.trainers, _("Several are separated by commas.")))
        self.box.addWidget(LabeledField(_("Materials"), self.note, _("Name nobody: units above read it.")))
        self.clash = Text("", Style.ERROR, wrap=True)
        self.clash.hide()
        self.box.addWidget(self.clash)
        self.villages = [CheckRow(name, key=village, compact=True) for village, name in villages]
        chosen = plan.villages if plan is not None else ()
        if len(self.villages) > 1:
            self.box.addWidget(Text(_("For the villages (none: for all)"), Style.LABEL))
            rows = ScrollColumn()
            for row in self.villages:
                row.setChecked(row.key in chosen)
                rows.body.addWidget(row)
            self.box.addWidget(rows)

    def _usual(self) -> None:
        """Say what the course teaches, and how long that takes."""
        course = load_courses().get(self.course.currentData() or "")
        same = self._before is not None and self._before.course == self.course.currentData()
        skills = self._before.skills if same and self._before is not None else course.skills if course else ()
        known, speech = load_skills(), language()
        names = [known[code].name(speech) if code in known else code for code in skills]
        self._skills.setText("; ".join(names))
        minutes = sum(known[code].minutes for code in skills if code in known)
        self.minutes.setPlaceholderText(str(minutes))

    def _ask_clashes(self) -> None:
        plan = self._read()
        if plan is not None and self._clashing is not None:
            self._clashing(plan, self.show_clash)

    def show_clash(self, words: str) -> None:
        """Say what it gets in the way of."""
        self.clash.setText(words)
        self.clash.setVisible(bool(words))

    def _read(self) -> TrainingPlan | None:
        day, starts, before = self.day.day(), read_time(self.time.text()), self._before
        if day is None or starts is None:
            return None
        course = self.course.currentData() or ""
        same = before is not None and before.course == course
        return TrainingPlan(
            on=day,
            starts=starts,
            place=self.place.text().strip(),
            course=course,
            skills=before.skills if same and before is not None else (),
            title=before.title if same and before is not None else "",
            minutes=self.minutes.number(),
            trainers=names_in(self.trainers.text()),
            capacity=self.capacity.number() or None,
            note=self.note.text().strip(),
            villages=tuple(
                row.key for row in self.villages if row.isChecked() and isinstance(row.key, bytes)
            ),
        )

    def save(self) -> None:
        """Hand the plan over and close, where it is whole."""
        plan, place = self._read(), self.place.text().strip()
        self._day.show_error("" if self.day.day() else _(SENTENCES["date_invalid"]))
        timed = read_time(self.time.text()) is not None
        self._time.show_error("" if timed else _(SENTENCES["training_time_wrong"]))
        self._place.show_error("" if place else _(SENTENCES["training_place_missing"]))
        if plan is not None and place:
            self.written.emit(plan)
            self.accept()
