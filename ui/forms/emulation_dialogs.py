"""Forms of emulation: setting a campaign, scoring a criterion, proposing that somebody be commended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from tongcds.domain.commendations import SORT_WORDS, CommendationText, Sort, Votes, load_awards
from tongcds.domain.emulation import LONGEST_NAME, criteria_words, read_criteria
from tongcds.domain.targets import read_amount
from tongcds.domain.views.emulation import (
    CampaignRow,
    CampaignText,
    CommendationRow,
    CriterionLine,
    SheetView,
)
from tongcds.errors import SENTENCES, UserError
from tongcds.forms.days import read_coming_day, read_past_day
from tongcds.i18n import _, format_number, language
from ui.errors import words_for
from ui.forms.day_line import DayLine
from ui.forms.text_dialog import TextDialog
from ui.theme import Style, space
from ui.widgets.field import Choice, LabeledField, LineField, TextArea
from ui.widgets.form_dialog import FormDialog
from ui.widgets.surface import ScrollColumn, line
from ui.widgets.text import Text

_LONG: Final = timedelta(days=90)
_LINES: Final = 7


class KeptDialog(FormDialog):
    """A form that stays until what it says was saved, and says why when it was not; its fields scroll."""

    help_topic = "emulation"

    def __init__(self, title: str, heading: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(title, heading, parent=parent)
        self.fields = ScrollColumn(gap=3)
        self.fields.body.setContentsMargins(0, 0, space(3), 0)
        self.box.addWidget(self.fields, 1)
        self.problem = Text("", Style.ERROR, wrap=True)
        self.problem.hide()

    def finish(self, save: Callable[[], None]) -> None:
        """Put the refusal and the buttons under the fields."""
        self.box.addWidget(self.problem)
        self.end(save)

    def show_problem(self, problem: Exception) -> None:
        """Say why it was not saved; what was written stays."""
        self.problem.setText(words_for(problem))
        self.problem.show()


class CampaignDialog(KeptDialog):
    """`written` carries a `CampaignText` and the units that take part, none for all.

    Args:
        today: the first day of a new one.
        below: the units that can take part.
        row: the campaign of which this is a new version.
    """

    written = Signal(object, object)

    def __init__(
        self,
        today: date,
        below: Sequence[tuple[bytes, str]],
        row: CampaignRow | None = None,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Set a campaign"), "" if row is None else _("New version"), parent=parent)
        self._row = row
        says = None if row is None else row.says
        self.title, self.plan = LineField(says.title if says else ""), LineField(says.plan_no if says else "")
        for field in (self.title, self.plan):
            field.setMaxLength(LONGEST_NAME)
        self.text = TextArea(says.text if says else "")
        self.criteria = TextArea(criteria_words(says.criteria) if says else "")
        self.criteria.setMinimumHeight(self.fontMetrics().lineSpacing() * _LINES)
        any_day = partial(read_past_day, today=today), partial(read_coming_day, today=today)

        def day(shown: date | None) -> DayLine:
            field = DayLine(lambda words: any_day[0](words) or any_day[1](words), today)
            field.show_day(shown)
            return field

        self.first, self.last = day(says.first if says else today), day(says.last if says else today + _LONG)
        self.due = day(says.due_on if says else today + _LONG)
        self.dated, self.mid = day(says.dated if says else None), day(says.mid_on if says else None)
        self.final = day(says.final_on if says else None)
        self.units = Choice([(_("All units below"), None), *((name, unit) for unit, name in below)])
        if row is not None and row.asked:
            self.units.choose(row.asked[0])
        self._title = LabeledField(_("Name of the campaign"), self.title)
        self._criteria = LabeledField(
            _("Criteria"),
            self.criteria,
            _("One a line: name; points. A code of an indicator behind it puts its figure beside the score. "
              "Lines of a spreadsheet can be pasted."),
        )  # fmt: skip
        self._days = {
            LabeledField(_("From"), self.first): (self.first, True),
            LabeledField(_("To"), self.last): (self.last, True),
            LabeledField(_("Score sheets due"), self.due): (self.due, True),
            LabeledField(_("Review half way"), self.mid): (self.mid, False),
            LabeledField(_("Last review"), self.final): (self.final, False),
            LabeledField(_("Day of the plan"), self.dated): (self.dated, False),
        }
        self.fields.body.addWidget(self._title)
        self.fields.body.addWidget(LabeledField(_("What it is about"), self.text))
        self.fields.body.addWidget(self._criteria)
        fields = list(self._days)
        for some in (fields[:3], fields[3:]):
            row_of_days = line(gap=3)
            for labeled in some:
                row_of_days.addWidget(labeled)
            self.fields.body.addLayout(row_of_days)
        ends = line(gap=3)
        ends.addWidget(LabeledField(_("Number of the plan"), self.plan), 1)
        ends.addWidget(LabeledField(_("Who takes part"), self.units), 1)
        self.fields.body.addLayout(ends)
        self.finish(self.save)
        self.title.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand the campaign over, where it can be read; it closes once it was saved."""
        wrong = False
        for labeled, (field, needed) in self._days.items():
            unread = field.day() is None and (needed or bool(field.text().strip()))
            labeled.show_error(_(SENTENCES["date_invalid"]) if unread else "")
            wrong = wrong or unread
        title = self.title.text().strip()
        self._title.show_error("" if title else _(SENTENCES["campaign_untitled"]))
        try:
            criteria = read_criteria(self.criteria.toPlainText())
        except UserError as error:
            self._criteria.show_error(words_for(error))
            return
        self._criteria.show_error("" if criteria else _(SENTENCES["campaign_without_criteria"]))
        first, last, due = self.first.day(), self.last.day(), self.due.day()
        if wrong or not title or not criteria or first is None or last is None or due is None:
            return
        says = CampaignText(
            title, criteria, first, last, due, self.text.toPlainText(), self.plan.text(), self.dated.day(),
            self.mid.day(), self.final.day(),
        )  # fmt: skip
        self.written.emit(says, self._units())

    def _units(self) -> tuple[bytes, ...]:
        chosen = self.units.currentData()
        if chosen is None:
            return ()
        # A version for several units keeps them, unless another one was chosen.
        if self._row is not None and self._row.asked and chosen == self._row.asked[0]:
            return self._row.asked
        return (chosen,)


class ScoreDialog(KeptDialog):
    """`written` carries the points and the words to them."""

    written = Signal(object, str)

    def __init__(self, view: SheetView, one: CriterionLine, *, parent: QWidget | None = None) -> None:
        appraises = view.may_appraise
        super().__init__(_("Appraise") if appraises else _("Score"), one.criterion.name, parent=parent)
        most = _("{n} points at the most").format(n=format_number(one.criterion.most))
        figure = _("Figure: {figure}").format(figure=one.figure) if one.figure else ""
        own = ""
        if appraises:
            own = _("Own score {n}").format(n=format_number(one.own.points or 0))
        told = "\n".join(filter(None, (most, figure, own, one.own.text if appraises else "")))
        self.fields.body.addWidget(Text(told, Style.NOTE, wrap=True))
        said = one.appraised if appraises else one.own
        shown = said.points if said.words else one.own.points if appraises else None
        self.points = LineField("" if shown is None else format_number(shown))
        self.words = TextArea(said.text)
        self._points = LabeledField(_("Points"), self.points)
        hint = (
            _("Why it differs; the unit reads it.")
            if appraises
            else _("Books, minutes, links. Name nobody: units above read it.")
        )
        self.fields.body.addWidget(self._points)
        self.fields.body.addWidget(
            LabeledField(_("Reason") if appraises else _("Evidence"), self.words, hint)
        )
        self.finish(self.save)
        self.points.setFocus(Qt.FocusReason.OtherFocusReason)
        self.points.selectAll()

    def save(self) -> None:
        """Hand it over, where it is a number."""
        points = read_amount(self.points.text())
        self._points.show_error(_(SENTENCES["points_missing"]) if points is None else "")
        if points is not None:
            self.written.emit(points, self.words.toPlainText())


class CommendDialog(KeptDialog):
    """`written` carries a `CommendationText`, the campaign's id or None, and the day of the vote or None.

    Args:
        today: no vote is later.
        campaigns: what it can be for.
        row: the proposal that this one stands in for.
    """

    written = Signal(object, object, object)

    def __init__(
        self,
        today: date,
        campaigns: Sequence[tuple[bytes, str]],
        row: CommendationRow | None = None,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Propose to commend"), parent=parent)
        says = row.says if row is not None else CommendationText(Sort.COLLECTIVE, "", "", "")
        self.sort = Choice([(_(words), sort.value) for sort, words in SORT_WORDS.items()])
        self.award = Choice([(award.name(language()), code) for code, award in load_awards().items()])
        self.campaign = Choice([(_("No campaign"), None), *((title, one) for one, title in campaigns)])
        self.sort.choose(says.sort.value)
        if says.award:
            self.award.choose(says.award)
        if row is not None and row.campaign_id is not None:
            self.campaign.choose(row.campaign_id)
        self.name, self.post = LineField(says.name), LineField(says.post)
        self.sex = Choice([(_("not told"), ""), (_("Female"), "female"), (_("Male"), "male")])
        self.sex.choose(says.sex)
        self.merits = TextArea(says.merits)
        votes = says.votes
        self.votes = LineField("" if votes is None else f"{votes.in_favour}/{votes.voters}")
        self.voted = DayLine(partial(read_past_day, today=today), today)
        self.voted.show_day(None if row is None else row.voted_on)
        self.agreed = QCheckBox(_("Agreed to be named in lists that others read"))
        self.agreed.setChecked(says.agreed)
        self._name = LabeledField(_("Name"), self.name)
        self._post = LabeledField(_("Post"), self.post)
        self._sex = LabeledField(_("Sex"), self.sex)
        self._merits = LabeledField(_("Merits in short"), self.merits)
        self._votes = LabeledField(_("Votes"), self.votes, _("In favour/all, as 9/11"))
        self._voted = LabeledField(_("Day of the vote"), self.voted)
        for widgets in (
            (
                LabeledField(_("Whom it is about"), self.sort),
                LabeledField(_("Form of commendation"), self.award),
            ),
            (self._name,),
            (self._post, self._sex),
            (self.agreed,),
            (self._merits,),
            (self._votes, self._voted),
            (LabeledField(_("Campaign"), self.campaign),),
        ):
            beside = line(gap=3)
            for widget in widgets:
                beside.addWidget(widget, 1)
            self.fields.body.addLayout(beside)
        self.finish(self.save)
        self.sort.currentIndexChanged.connect(self._turn)
        self._turn()
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def _turn(self, _at: int = 0) -> None:
        person = self.sort.currentData() == Sort.PERSON
        for widget in (self._post, self._sex, self.agreed):
            widget.setVisible(person)

    def save(self) -> None:
        """Hand it over, where it can be read; it closes once it was saved."""
        votes, unread = self._read_votes()
        self._votes.show_error(_("Write it as 9/11.") if unread else "")
        day = self.voted.day()
        undated = day is None and bool(self.voted.text().strip())
        self._voted.show_error(_(SENTENCES["date_invalid"]) if undated else "")
        name, merits = self.name.text().strip(), self.merits.toPlainText().strip()
        self._name.show_error("" if name else _(SENTENCES["commendation_unnamed"]))
        self._merits.show_error("" if merits else _(SENTENCES["commendation_merits_missing"]))
        if unread or undated or not name or not merits:
            return
        person = self.sort.currentData() == Sort.PERSON
        says = CommendationText(
            Sort(self.sort.currentData()),
            self.award.currentData(),
            name,
            merits,
            self.post.text() if person else "",
            self.sex.currentData() if person else "",
            agreed=person and self.agreed.isChecked(),
            votes=votes,
        )
        self.written.emit(says, self.campaign.currentData(), day)

    def _read_votes(self) -> tuple[Votes | None, bool]:
        words = self.votes.text().replace(" ", "")
        in_favour, slash, voters = words.partition("/")
        if not words:
            return None, False
        if not slash or not in_favour.isdecimal() or not voters.isdecimal():
            return None, True
        return Votes(int(in_favour), int(voters)), False


class WhyDialog(TextDialog):
    """Why a score sheet or a proposal goes back, or is refused; `given` carries the reason."""

    help_topic = "emulation"
    missing, most = "report_reason_missing", 1_000

    def __init__(self, title: str, about: str, words: str, *, parent: QWidget | None = None) -> None:
        hint = _("Its unit reads it and mends what it names.")
        super().__init__(title, about, _("Reason"), hint, words=words, parent=parent)
