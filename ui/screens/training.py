"""One training session: ticking who is there by typing, what they can do skill by skill, and who to visit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from tongcds.domain.text import name_sort_key
from tongcds.domain.training import (
    ABILITY_WORDS,
    PHASE_WORDS,
    Ability,
    Phase,
    Share,
    skill_name,
    skill_words,
    time_words,
)
from tongcds.domain.views import Tone
from tongcds.domain.views.training import Attendee, Candidate, Ratings, Shown, TaskOf, TrainingView
from tongcds.i18n import _, format_day, format_number, ngettext
from ui.changes import ChangeBus
from ui.errors import words_for
from ui.forms.attendee_picker import AttendeePicker
from ui.forms.training_words import part_words
from ui.tasks import Tasks
from ui.theme import Length, space
from ui.widgets.button import Button, Kind
from ui.widgets.cells import Cell, MarkCell, PillCell, TextCell
from ui.widgets.detail import DetailCard
from ui.widgets.field import Choice
from ui.widgets.flow import FlowRow
from ui.widgets.page import Page
from ui.widgets.rows import Column, RowsModel, RowsView
from ui.widgets.surface import Card, PageHead, SideBySide, column
from ui.widgets.tile import IndicatorTile, TileRow

_HEEDED: Final = frozenset(
    {"training", "attendance", "skill_check", "training_rating", "follow_up", "visit", "exchange"}
)
_KEYS: Final = MappingProxyType({"1": Ability.CANNOT, "2": Ability.HELPED, "3": Ability.ALONE})
_TONES: Final = MappingProxyType(
    {Ability.CANNOT: Tone.BAD, Ability.HELPED: Tone.INFO, Ability.ALONE: Tone.GOOD}
)
_TILES: Final = 2
_SKILL_LETTERS: Final = 20


class TrainingScreen(Page):
    """`came` and `gone` carry ids of people, `assessed` tuples of `Shown`, `opened` a household's id.

    `guest_wanted` carries what was typed, "" for nothing; `invite_wanted`, `finish_wanted`, `rate_wanted` and
    `print_requested` the session's view, or its id to print.

    Args:
        load: answers the session; runs off the UI thread.
        find: answers whom typing finds, likewise.
    """

    help_topic = "training"

    left = Signal()
    came = Signal(object)
    gone = Signal(object)
    assessed = Signal(object)
    guest_wanted = Signal(str)
    invite_wanted = Signal(object)
    finish_wanted = Signal(object)
    rate_wanted = Signal(object)
    print_requested = Signal(object)
    opened = Signal(object)

    def __init__(
        self,
        load: Callable[[], TrainingView],
        find: Callable[[str], Sequence[Candidate]],
        tasks: Tasks,
        changes: ChangeBus,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load, self._tasks = load, tasks
        self.view: TrainingView | None = None
        self._unticked: dict[bytes, Attendee] = {}
        self.picker = AttendeePicker(find, tasks)
        self.picker.chosen.connect(self._tick)
        self.picker.scanned.connect(self._tick_all)
        self.picker.unknown.connect(self.guest_wanted)
        self.picker.left.connect(self.left)
        self.picker.hits.grown.connect(partial(self.scroll_to, self.picker.hits))
        self._build()
        QShortcut(QKeySequence("Ctrl+G"), self).activated.connect(lambda: self.guest_wanted.emit(""))
        self.begin_at(self.picker.field)
        self.retried.connect(self.reload)
        self.keep_fresh(changes, self.reload, _HEEDED)

    def _build(self) -> None:
        leave = Button(_("Close"), hint="Escape")
        leave.clicked.connect(self.left)
        self.invite = Button(_("Invite…"), icon="plus")
        self.invite.clicked.connect(lambda: self._emit(self.invite_wanted))
        printing = Button(_("List to sign"), icon="printer", hint="Ctrl+P")
        printing.clicked.connect(self.ask_print)
        self.finish = Button(_("End the session…"), icon="check", kind=Kind.PRIMARY)
        self.finish.clicked.connect(lambda: self._emit(self.finish_wanted))
        self._head = PageHead("", "", [leave, self.invite, printing, self.finish])
        self._tiles = TileRow()
        self._model: RowsModel[Attendee] = RowsModel(self._columns(()), self)
        self.people = RowsView(self._model, name=_("People of the session"))
        self.people.opened.connect(self._open)
        for key, act in (
            ("Space", self._toggle),
            ("Left", partial(self._turn, -1)),
            ("Right", partial(self._turn, 1)),
            ("A", self._rest),
            *((key, partial(self._assess, ability)) for key, ability in _KEYS.items()),
        ):
            shortcut = QShortcut(QKeySequence(key), self.people)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(act)
        listed = Card(flush=True)
        inside = QWidget()
        box = column(inside, gap=2)
        box.setContentsMargins(space(3), space(3), space(3), space(1))
        box.addWidget(self.picker)
        box.addWidget(self._choices())
        listed.body.addWidget(inside)
        listed.body.addWidget(self.people, 1)
        cards = SideBySide(narrowest=Length.STACKED + space(40))
        cards.add(listed, 7)
        cards.add(self._side(), 3)
        self.body.addWidget(self._head)
        self.body.addWidget(self._tiles)
        self.body.addWidget(cards, 1)

    def _choices(self) -> QWidget:
        """Which skill and moment the keys of the list mean, and what they do."""
        acts = FlowRow()
        self.phase = Choice([(_(PHASE_WORDS[phase]).capitalize(), phase) for phase in Phase])
        self.phase.setAccessibleName(_("When"))
        self.phase.choose(Phase.AFTER)
        self.phase.activated.connect(self._redraw)
        self.skill = Choice()
        self.skill.setAccessibleName(_("Skill"))
        self.skill.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.skill.setMinimumContentsLength(_SKILL_LETTERS)
        self.skill.activated.connect(self._redraw)
        acts.flow.addWidget(self.phase)
        acts.flow.addWidget(self.skill)
        for key, ability in _KEYS.items():
            button = Button(_(ABILITY_WORDS[ability]).capitalize(), hint=key, kind=Kind.SMALL)
            button.clicked.connect(partial(self._assess, ability))
            acts.flow.addWidget(button)
        rest = Button(_("All others: alone"), hint="A", kind=Kind.SMALL)
        rest.clicked.connect(self._rest)
        acts.flow.addWidget(rest)
        guest = Button(_("Guest…"), icon="plus", hint="Ctrl+G", kind=Kind.SMALL)
        guest.clicked.connect(lambda: self.guest_wanted.emit(""))
        acts.flow.addWidget(guest)
        return acts

    def _side(self) -> QWidget:
        self._about = DetailCard(_("After this session"))
        self.rate = self._about.add_act(_("Count slips…"), "pen-line", partial(self._emit, self.rate_wanted))
        return self._about

    def _columns(self, skills: Sequence[str]) -> list[Column[Attendee]]:
        return [
            Column("", _tick_cell),
            Column(_("Full name"), _name_cell, stretch=3),
            Column(_("Village"), lambda one: TextCell(one.village, muted=True), stretch=1),
            *(Column(self._heading(skill), partial(self._ability_cell, skill)) for skill in skills),
        ]

    def _heading(self, skill: str) -> str:
        return f"▸ {skill}" if self.skill.currentData() == skill else skill

    def _ability_cell(self, skill: str, one: Attendee) -> Cell:
        ability = one.checks.get((skill, self._phase()))
        if ability is None:
            return PillCell("·" if one.here else "")
        return PillCell(_(ABILITY_WORDS[ability]).capitalize(), _TONES[ability])

    # Showing

    def reload(self) -> None:
        """Read everything again."""
        self.is_fresh()
        self._tasks.run(self._load, self.show_view, owner=self, failed=self._failed)

    def _failed(self, problem: Exception) -> None:
        self.show_problem(words_for(problem))

    def show_view(self, view: TrainingView) -> None:
        """Draw the session; who was chosen stays chosen."""
        first = self.view is None
        self.view = view
        self.show_content()
        row = view.row
        when = f"{format_day(row.on)}, {time_words(row.starts)}"
        trainers = ", ".join(row.trainers)
        about = " · ".join(filter(None, (when, row.place, trainers)))
        self._head.set_words(row.title, about)
        self.invite.setVisible(view.has_register)
        if first:
            for code in row.skills:
                self.skill.addItem(skill_words(code), code)
        self._tiles.show_tiles(self._made_tiles(view))
        self._about.set_words("\n\n".join(_after(view)))
        self._show_people(view.people)

    def _redraw(self) -> None:
        if self.view is not None:
            self._show_people(self.view.people)

    def _show_people(self, listed: Sequence[Attendee]) -> None:
        # Whoever was unticked here and not invited stays in sight: a slip is mended with the same key.
        known = {one.subject_id for one in listed}
        slips = [one for one in self._unticked.values() if one.subject_id not in known]
        people = sorted((*listed, *slips), key=lambda one: name_sort_key(one.name)) if slips else listed
        self._model.columns = self._columns(self.view.row.skills if self.view is not None else ())
        self.people.show_rows(people, lambda one: one.subject_id)

    def _made_tiles(self, view: TrainingView) -> list[QWidget]:
        row = view.row
        here = sum(one.here for one in view.people)
        invited = sum(one.invited for one in view.people)
        besides = sum(one.here and not one.invited for one in view.people)
        expected = max(row.capacity or 0, invited)
        note = _("{invited} invited · {besides} came besides").format(
            invited=format_number(invited), besides=format_number(besides)
        )
        tiles: list[QWidget] = [
            IndicatorTile(
                _("There"),
                format_number(here),
                note,
                share=min(here / expected, 1.0) if expected else None,
                meter=bool(expected),
            )
        ]
        tiles += [_share_tile(one) for one in view.shares[:_TILES]]
        words = ngettext("{n} person", "{n} people", view.to_visit).format(n=format_number(view.to_visit))
        notes = _("become tasks of their teams") if view.to_visit else _("nobody is left to visit")
        share = view.to_visit / here if here else None
        tiles.append(IndicatorTile(_("To visit"), words, notes, share=share, tone=Tone.WARN))
        return tiles

    # Acting

    def _phase(self) -> Phase:
        return Phase(self.phase.currentData() or Phase.AFTER)

    def _chosen(self) -> Attendee | None:
        row = self.people.current_row()
        return row if isinstance(row, Attendee) else None

    def _tick(self, one: Candidate) -> None:
        self.came.emit((one.subject_id,))

    def _tick_all(self, several: tuple[Candidate, ...]) -> None:
        self.came.emit(tuple(one.subject_id for one in several))

    def _toggle(self) -> None:
        one = self._chosen()
        if one is not None and one.here:
            self._unticked[one.subject_id] = replace(one, here=False)
            self.gone.emit((one.subject_id,))
        elif one is not None:
            self.came.emit((one.subject_id,))

    def _turn(self, by: int) -> None:
        count = self.skill.count()
        if count:
            self.skill.setCurrentIndex((self.skill.currentIndex() + by) % count)
            self._redraw()

    def _assess(self, ability: Ability) -> None:
        one, skill = self._chosen(), self.skill.currentData()
        if one is not None and isinstance(skill, str):
            self.assessed.emit((Shown(one.subject_id, skill, self._phase(), ability),))
            self.people.choose(self.people.currentIndex().row() + 1)

    def _rest(self) -> None:
        """Everybody there of whom nothing was said for this skill and moment can do it alone."""
        skill, phase = self.skill.currentData(), self._phase()
        if self.view is None or not isinstance(skill, str):
            return
        rest = tuple(
            Shown(one.subject_id, skill, phase, Ability.ALONE)
            for one in self.view.people
            if one.here and (skill, phase) not in one.checks
        )
        if rest:
            self.assessed.emit(rest)

    def _open(self, row: object) -> None:
        if self._knows_homes() and isinstance(row, Attendee) and row.household_id is not None:
            self.opened.emit(row.household_id)

    def _knows_homes(self) -> bool:
        return self.view is not None and self.view.has_register

    def _emit(self, signal: object) -> None:
        if self.view is not None:
            signal.emit(self.view)  # type: ignore[attr-defined]  # a signal of this screen

    def ask_print(self) -> None:
        """Ask for the list on paper; the window calls it for Ctrl+P."""
        if self.view is not None:
            self.print_requested.emit(self.view.row.training_id)


def _tick_cell(one: Attendee) -> Cell:
    if one.here:
        return MarkCell(_("there"), "circle-check", Tone.GOOD)
    return MarkCell("", "circle-dashed", Tone.QUIET)


def _name_cell(one: Attendee) -> Cell:
    guest = _("member") if one.member else _("guest") if one.guest else ""
    words = " · ".join(filter(None, (one.name, str(one.birth_year or ""), guest)))
    return TextCell(words, strong=one.here)


def _share_tile(one: Share) -> IndicatorTile:
    words = f"{part_words(one.part_before)} → {part_words(one.part_after)}"
    note = _("alone, before → after")
    return IndicatorTile(skill_name(one.skill), words, note, share=one.part_after, target=one.part_before)


def _after(view: TrainingView) -> list[str]:
    """What is to be said beside the list: who noted how many, tasks, opinions."""
    lines = []
    if view.takers:
        taken = [f"{name}: {format_number(count)}" for name, count in view.takers]
        lines.append(_("Ticked by") + "\n" + "\n".join(taken))
    lines += [_task_words(task) for task in view.tasks]
    if view.guests_to_visit:
        words = ngettext(
            "{n} guest could not do it; no register here has them, so no team is sent.",
            "{n} guests could not do it; no register here has them, so no team is sent.",
            view.guests_to_visit,
        )
        lines.append(words.format(n=format_number(view.guests_to_visit)))
    if view.ratings != Ratings():
        slips = view.ratings
        words = _("Liked it: {good}, so so: {fair}, not: {poor}")
        lines.append(words.format(good=slips.good, fair=slips.fair, poor=slips.poor))
    if not lines:
        lines.append(
            _("Whoever cannot do a skill yet becomes a task of their team when the session is ended.")
        )
    return lines


def _task_words(task: TaskOf) -> str:
    can = "" if task.can is None else _(ABILITY_WORDS[task.can])
    return f"{task.name} ({task.village})\n" + " · ".join(filter(None, (task.skill, task.words, can)))
