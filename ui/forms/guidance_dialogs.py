"""Writing an announcement, and giving a quota: small forms of the commune's office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain.quotas import LARGEST, QuotaKind, measures
from tongcds.domain.views import AnnouncementRow, AnnouncementText, QuotaRow, QuotaTerms
from tongcds.domain.views.guidance import LONGEST_TEXT, LONGEST_TITLE
from tongcds.errors import SENTENCES
from tongcds.forms.days import read_coming_day
from tongcds.i18n import _, language
from ui.forms.day_line import DayLine
from ui.widgets.field import Choice, LabeledField, LineField, TextArea
from ui.widgets.form_dialog import FormDialog
from ui.widgets.surface import line

_A_FORTNIGHT: Final = timedelta(days=13)

Villages = Sequence[tuple[bytes, str]]


class _Days:
    """Two days, the first not after the last."""

    def __init__(self, first: date, last: date, today: date) -> None:
        read = partial(read_coming_day, today=today)
        self.first, self.last = DayLine(read, today), DayLine(read, today)
        self.first.show_day(first)
        self.last.show_day(last)
        self._first = LabeledField(_("From"), self.first)
        self._last = LabeledField(_("To"), self.last)
        self.row = line(gap=3)
        self.row.addWidget(self._first)
        self.row.addWidget(self._last)

    def read(self) -> tuple[date, date] | None:
        """Both days, or None after saying what is wrong."""
        first, last = self.first.day(), self.last.day()
        self._first.show_error("" if first else _(SENTENCES["date_invalid"]))
        wrong = "date_invalid" if last is None else "days_reversed" if first and last < first else ""
        self._last.show_error(_(SENTENCES[wrong]) if wrong else "")
        return None if first is None or last is None or wrong else (first, last)


class AnnouncementDialog(FormDialog):
    """`written` carries an `AnnouncementText` and the village that it is for, None for all of the commune."""

    help_topic = "guidance"

    written = Signal(object, object)

    def __init__(
        self,
        villages: Villages,
        today: date,
        row: AnnouncementRow | None = None,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Announcement"), parent=parent)
        says = row.says if row is not None else AnnouncementText("", "", today, today + _A_FORTNIGHT)
        self.title = LineField(says.title)
        self.title.setMaxLength(LONGEST_TITLE)
        self.text = TextArea(says.text)
        self._text = LabeledField(_("What the teams should know"), self.text)
        self.days = _Days(says.valid_from, says.valid_to, today)
        self.whom = Choice([(_("All teams of the commune"), None), *((name, key) for key, name in villages)])
        self.box.addWidget(LabeledField(_("Title"), self.title))
        self.box.addWidget(self._text)
        self.box.addLayout(self.days.row)
        whom = LabeledField(_("To whom"), self.whom)
        # Somebody who heard of it must not lose it again: another village gets one of its own.
        if row is not None:
            whom.hide()
        self.box.addWidget(whom)
        self.end(self.save)
        self.title.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> None:
        """Hand it over and close, where it is whole."""
        text = self.text.toPlainText().strip()
        wrong = (
            "announcement_empty" if not text else "announcement_too_long" if len(text) > LONGEST_TEXT else ""
        )
        sentence = _(SENTENCES[wrong]).format(title=LONGEST_TITLE, text=LONGEST_TEXT) if wrong else ""
        self._text.show_error(sentence)
        days = self.days.read()
        if not wrong and days is not None:
            says = AnnouncementText(self.title.text().strip(), text, *days)
            self.written.emit(says, self.whom.currentData())
            self.accept()


class QuotaDialog(FormDialog):
    """`given` carries `QuotaTerms` and the village that they are for, None for every one."""

    help_topic = "guidance"

    given = Signal(object, object)

    def __init__(
        self,
        villages: Villages,
        today: date,
        row: QuotaRow | None = None,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Quota"), parent=parent)
        kinds = (
            (_("Households visited"), QuotaKind.VISITS),
            (_("A target"), QuotaKind.INDICATOR),
            (_("A group of services"), QuotaKind.GROUP),
            (_("A service"), QuotaKind.SERVICE),
        )
        year_end = date(today.year, 12, 31)
        terms = row.terms if row is not None else QuotaTerms(QuotaKind.INDICATOR, "", 0, today, year_end)
        self.kind = Choice([(words, kind.value) for words, kind in kinds])
        self.kind.choose(QuotaKind(terms.kind).value)
        self.code = Choice()
        self.code.setMaximumWidth(self.minimumWidth())
        self._code = LabeledField(_("Of what"), self.code)
        self.amount = LineField(str(terms.amount or ""))
        self._amount = LabeledField(
            _("How many for each team"),
            self.amount,
            _("People, each counted once in these days; households for visits and targets about households."),
        )
        self.days = _Days(terms.since, terms.until, today)
        self.note = LineField(terms.note)
        self.whom = Choice([(_("Every team of the commune"), None), *((n, key) for key, n in villages)])
        whom = LabeledField(_("To whom"), self.whom)
        if row is not None:
            whom.hide()
        self.box.addWidget(LabeledField(_("What is asked for"), self.kind))
        self.box.addWidget(self._code)
        self.box.addWidget(self._amount)
        self.box.addLayout(self.days.row)
        self.box.addWidget(LabeledField(_("Note"), self.note))
        self.box.addWidget(whom)
        self.end(self.save)
        self.kind.currentIndexChanged.connect(self._offer_codes)
        self._offer_codes()
        if terms.code:
            self.code.choose(terms.code)
        self.kind.setFocus(Qt.FocusReason.OtherFocusReason)

    def _offer_codes(self) -> None:
        kind = self.kind.currentData()
        self.code.clear()
        for (of_kind, code), measure in measures().items():
            if of_kind == kind and code:
                self.code.addItem(f"{measure.name(language())} ({code})", code)
        self._code.setVisible(self.code.count() > 0)

    def save(self) -> None:
        """Hand it over and close, where it is whole."""
        typed = self.amount.text().replace(".", "").strip()
        amount = int(typed) if typed.isdecimal() else 0
        right = 1 <= amount <= LARGEST
        self._amount.show_error("" if right else _(SENTENCES["quota_amount_invalid"]).format(most=LARGEST))
        days = self.days.read()
        if right and days is not None:
            kind, code = str(self.kind.currentData()), str(self.code.currentData() or "")
            terms = QuotaTerms(kind, code, amount, *days, self.note.text().strip())
            self.given.emit(terms, self.whom.currentData())
            self.accept()
