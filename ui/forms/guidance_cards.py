"""What a commune told its team and asked of it, as cards of Hôm nay, and how both are said in words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain.views import AnnouncementRow, QuotaRow, Tone
from tongcds.i18n import _, format_date, format_number, ngettext
from ui.theme import Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.meter import MeterBar
from ui.widgets.surface import Card, Divider, ItemRow, clear, column
from ui.widgets.text import IconTile, Text

MOST_SHOWN: Final = 4


def announcement_title(row: AnnouncementRow) -> str:
    """What it is about: its title, or the first line of what it says."""
    return row.says.title or row.says.text.partition("\n")[0]


def announcement_about(row: AnnouncementRow) -> str:
    """Who says it, to whom, and until when."""
    until = _("until {day}").format(day=format_date(row.says.valid_to))
    return " · ".join(filter(None, (row.by, row.village or _("the whole commune"), until)))


def quota_name(row: QuotaRow) -> str:
    """What is asked for."""
    return row.name or _("Households visited")


def quota_done(row: QuotaRow) -> str:
    """How much of how much is done."""
    done, amount = format_number(row.done), format_number(row.terms.amount)
    if row.households:
        return ngettext("{done}/{n} household", "{done}/{n} households", row.terms.amount).format(
            done=done, n=amount
        )
    return ngettext("{done}/{n} person", "{done}/{n} people", row.terms.amount).format(done=done, n=amount)


def quota_days(row: QuotaRow) -> str:
    """From which day to which."""
    return _("{first} to {last}").format(
        first=format_date(row.terms.since), last=format_date(row.terms.until)
    )


class AnnouncementsCard(Card):
    """Announcements that were not read. `was_read` carries an `AnnouncementRow`."""

    was_read = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("From the commune"), parent=parent)
        self.hide()

    def show_rows(self, rows: Sequence[AnnouncementRow]) -> None:
        """Show these; the card is there only while there are some."""
        clear(self.body)
        self.setVisible(bool(rows))
        for at, row in enumerate(rows):
            if at:
                self.body.addWidget(Divider())
            read = Button(_("I have read it"), icon="check", kind=Kind.SMALL)
            read.setAccessibleName(_("I have read: {title}").format(title=announcement_title(row)))
            read.clicked.connect(partial(self.was_read.emit, row))
            text = row.says.text if row.says.title else row.says.text.partition("\n")[2]
            detail = "\n".join(filter(None, (text, announcement_about(row))))
            tile = IconTile("messages-square")
            self.body.addWidget(
                ItemRow(announcement_title(row), detail, before=tile, behind=[read], wrap=True)
            )


class QuotasCard(Card):
    """Quotas that hold, each with how far it has come."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Quotas of the team"), parent=parent)
        self.hide()

    def show_rows(self, rows: Sequence[QuotaRow]) -> None:
        """Show these, those that end first; the card is there only while there are some."""
        clear(self.body)
        self.setVisible(bool(rows))
        for row in sorted(rows, key=lambda row: row.terms.until)[:MOST_SHOWN]:
            self.body.addWidget(self._row(row))
        if (left := len(rows) - MOST_SHOWN) > 0:
            more = ngettext("and {n} more quota", "and {n} more quotas", left)
            self.body.addWidget(Text(more.format(n=format_number(left)), Style.NOTE))

    @staticmethod
    def _row(row: QuotaRow) -> QWidget:
        about = " · ".join((
            quota_done(row), _("until {day}").format(day=format_date(row.terms.until)),
        ))  # fmt: skip
        framed = QWidget()
        box = column(framed, gap=1)
        box.setContentsMargins(0, space(1.5), 0, space(1.5))
        box.addWidget(Text(quota_name(row), Style.STRONG))
        box.addWidget(Text(about, Style.NOTE))
        meter = MeterBar()
        meter.show_share(row.share, tone=Tone.GOOD if row.share >= 1 else None)
        box.addWidget(meter)
        framed.setAccessibleName(f"{quota_name(row)}. {about}")
        return framed
