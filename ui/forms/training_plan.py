"""Planning a training session: what is taught, when, where, by whom, for which villages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain.catalogue import load_skills
from tongcds.domain.training import (
    AUDIENCE_WORDS,
    Audience,
    Course,
    load_courses,
    names_in,
    read_time,
    skill_name,
    time_words,
)
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
from ui.widgets.surface import ScrollColumn, line, open_at
from ui.widgets.text import Text

_EVENING: Final = 19 * 60 + 30
_WIDE, _HIGH = 560, 700

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
        self._clashing = clashing
        self.audience = Choice([(_(AUDIENCE_WORDS[one]).capitalize(), one.value) for one in Audience])
        self.audience.choose((plan.audience if plan is not None else Audience.CITIZENS).value)
        speech = language()
        named: list[tuple[str, object]] = [(course.name(speech), course.code) for course in courses]
        if plan is not None and plan.course and plan.course not in {course.code for course in courses}:
            named.append((plan.course, plan.course))
        named.append((_("Own choice of skills"), ""))
        self.course = Choice(named)
        if plan is not None:
            self.course.choose(plan.course)
        self.day = DayLine(partial(read_coming_day, today=today), today)
        self.day.show_day(plan.on if plan is not None else today)
        self.time = LineField(time_words(plan.starts if plan is not None else _EVENING))
        self.minutes = NumberField(LONGEST_MINUTES, plan.minutes if plan is not None else None)
        self.capacity = NumberField(LARGEST, plan.capacity if plan is not None else None)
        self.skills = LineField("; ".join(plan.skills) if plan is not None else "")
        self.title = LineField(plan.title if plan is not None else "")
        self.place = LineField(plan.place if plan is not None else "")
        self.trainers = LineField(", ".join(plan.trainers) if plan is not None else "")
        self.note = LineField(plan.note if plan is not None else "")
        for field in (self.title, self.place, self.trainers, self.note):
            field.setMaxLength(LONGEST)
        self._lay_out(villages, plan)
        if plan is None:
            self._take_course()
        self._usual()
        self.course.activated.connect(self._take_course)
        self.skills.textEdited.connect(self._usual)
        for asked in (self.day, self.time, self.minutes, self.place, self.trainers):
            asked.editingFinished.connect(self._ask_clashes)
        self.end(self.save)
        open_at(self, _WIDE, _HIGH)
        self.course.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self, villages: Sequence[tuple[bytes, str]], plan: TrainingPlan | None) -> None:
        # All of it has no room on a small screen with large text.
        inside = ScrollColumn(gap=3)
        self.box.addWidget(inside, 1)
        self._course = LabeledField(_("Course"), self.course)
        self._day = LabeledField(_("Day"), self.day)
        self._time = LabeledField(_("Begins at"), self.time)
        self._minutes = LabeledField(_("Minutes"), self.minutes)
        self._capacity = LabeledField(_("Room for"), self.capacity)
        self._place = LabeledField(_("Place"), self.place)
        self._audience = LabeledField(_("Audience"), self.audience)
        what = line(gap=3)
        what.addWidget(self._course, 2)
        what.addWidget(self._audience, 1)
        inside.body.addLayout(what)
        self._skills = LabeledField(_("Skills by their codes"), self.skills)
        taught = line(gap=3)
        taught.addWidget(self._skills, 1)
        taught.addWidget(LabeledField(_("Title"), self.title), 1)
        inside.body.addLayout(taught)
        self._names = Text("", Style.NOTE, wrap=True)
        inside.body.addWidget(self._names)
        when = line(gap=3)
        for field in (self._day, self._time, self._minutes, self._capacity):
            when.addWidget(field)
        inside.body.addLayout(when)
        self.clash = Text("", Style.ERROR, wrap=True)
        self.clash.hide()
        inside.body.addWidget(self.clash)
        inside.body.addWidget(self._place)
        inside.body.addWidget(
            LabeledField(_("Trainers"), self.trainers, _("Several are separated by commas."))
        )
        inside.body.addWidget(LabeledField(_("Materials"), self.note, _("Name nobody: units above read it.")))
        self.villages = [CheckRow(name, key=village, compact=True) for village, name in villages]
        chosen = plan.villages if plan is not None else ()
        if len(self.villages) > 1:
            inside.body.addWidget(Text(_("For the villages (none: for all)"), Style.LABEL))
            for row in self.villages:
                row.setChecked(row.key in chosen)
                inside.body.addWidget(row)
        inside.body.addStretch(1)

    def _codes(self) -> tuple[str, ...]:
        return tuple(code.upper() for code in names_in(self.skills.text()))

    def _take_course(self) -> None:
        """Put the skills of the course down; they can be changed for this session."""
        course = load_courses().get(self.course.currentData() or "")
        if course is not None:
            self.skills.setText("; ".join(course.skills))
            self.title.clear()
        self._usual()

    def _usual(self) -> None:
        """Say which skills these are, how long they take, and what it is called unless somebody says so."""
        known, speech, codes = load_skills(), language(), self._codes()
        self._names.setText("; ".join(map(skill_name, codes)))
        self.minutes.setPlaceholderText(str(sum(known[code].minutes for code in codes if code in known)))
        course = load_courses().get(self.course.currentData() or "")
        first = skill_name(codes[0]) if codes and codes[0] in known else ""
        # A course says itself for whom it is.
        self._audience.setEnabled(course is None)
        if course is not None:
            self.audience.choose(course.audience.value)
        self.title.setPlaceholderText(course.name(speech) if course is not None else first)

    def _ask_clashes(self) -> None:
        plan = self._read()
        if plan is not None and self._clashing is not None:
            self._clashing(plan, self.show_clash)

    def show_clash(self, words: str) -> None:
        """Say what it gets in the way of."""
        self.clash.setText(words)
        self.clash.setVisible(bool(words))

    def _read(self) -> TrainingPlan | None:
        day, starts = self.day.day(), read_time(self.time.text())
        if day is None or starts is None:
            return None
        return TrainingPlan(
            on=day,
            starts=starts,
            place=self.place.text().strip(),
            course=self.course.currentData() or "",
            skills=self._codes(),
            title=self.title.text().strip(),
            minutes=self.minutes.number(),
            trainers=names_in(self.trainers.text()),
            capacity=self.capacity.number() or None,
            note=self.note.text().strip(),
            audience=Audience(self.audience.currentData()),
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
        unknown = [code for code in self._codes() if code not in load_skills()]
        if unknown:
            self._skills.show_error(_(SENTENCES["training_skill_unknown"]).format(code=unknown[0]))
        else:
            missing = _(SENTENCES["training_nothing_taught"])
            self._skills.show_error("" if self._codes() else missing)
        if plan is not None and place and self._codes() and not unknown:
            self.written.emit(plan)
            self.accept()
