"""Parts of the form of a visit: its note, households taken along, buttons that move a day, its width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from tongcds.forms.visit import Guest, Place, VisitSession
from tongcds.i18n import _, ngettext
from tongcds.settings import ASK_DISTANCE, ASK_MINUTES, Settings
from ui import theme
from ui.forms.service_picker import ServicePicker
from ui.forms.support_table import SupportTable
from ui.household_words import given_names
from ui.theme import Length, Style
from ui.widgets.button import Button, Kind
from ui.widgets.field import LabeledField, LineField, TextArea
from ui.widgets.surface import column, line
from ui.widgets.text import Text

FOLLOW_UP_DAYS: Final = (7, 14)


class Note(TextArea):
    """As low as two lines; what room there is it takes anyway."""

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()


class Companions(QWidget):
    """The households of the same session, and the button `more` that takes the chosen one along."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.more = Button(_("Another household too"), icon="plus", hint="Ctrl+G", kind=Kind.SMALL)
        self._words = Text("", Style.NOTE, wrap=True)
        self._words.hide()
        box = column(self, gap=1)
        box.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        box.addWidget(self._words)

    def show_guests(self, guests: Sequence[Guest]) -> None:
        """Name who was taken along."""
        said = [f"{given_names(guest.people)} ({guest.household.code})" for guest in guests]
        self._words.setText(_("Together with: {people}").format(people="; ".join(said)) if said else "")
        self._words.setVisible(bool(said))

    def words(self) -> str:
        """What it says."""
        return self._words.words()


class Effort(QWidget):
    """How long a visit took and how far it was, each only where it is asked."""

    def __init__(self, *, minutes: bool, distance: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.minutes, self.distance = LineField(), LineField()
        self.fields = {
            Place.MINUTES: LabeledField(_("Time (minutes)"), self.minutes),
            Place.DISTANCE: LabeledField(_("Distance (km)"), self.distance),
        }
        row = line(self, gap=3)
        for field, asked in zip(self.fields.values(), (minutes, distance), strict=True):
            row.addWidget(field, 1)
            field.setVisible(asked)
        if not minutes and not distance:
            self.hide()

    def show_session(self, session: VisitSession) -> None:
        """Show what was typed."""
        self.minutes.setText(session.minutes_words)
        self.distance.setText(session.distance_words)

    def write(self, session: VisitSession) -> None:
        """Put what stands here into the session."""
        session.minutes_words, session.distance_words = self.minutes.text(), self.distance.text()


def asked_effort(settings: Settings) -> Effort:
    """What this computer asks of time and distance."""
    return Effort(minutes=settings.get(ASK_MINUTES), distance=settings.get(ASK_DISTANCE))


def shifts(before: QWidget, moved: Callable[[], None]) -> QHBoxLayout:
    """Buttons that move the next appointment, behind a widget; `moved` asks its sender for `days`."""
    row = line(gap=1)
    row.addWidget(before)
    row.addStretch(1)
    for days in FOLLOW_UP_DAYS:
        # For the mouse; with the keys one types +7 into the field.
        button = Button(ngettext("+{n} day", "+{n} days", days).format(n=days), kind=Kind.LINK)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setProperty("days", days)
        button.clicked.connect(moved)
        row.addWidget(button)
    return row


def fit_cards(
    cards: QBoxLayout, left: QWidget, width: int, tight: tuple[ServicePicker, SupportTable]
) -> None:
    """Two cards side by side where there is room, tighter where there is less, else one under the other."""
    look = theme.current()
    wide = width >= look.scaled(Length.FORM_WIDE)
    beside = width >= look.scaled(Length.FORM_MEDIUM)
    direction = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
    if cards.direction() != direction:
        cards.setDirection(direction)
    for part in tight:
        part.set_tight(tight=beside and not wide)
    side = look.scaled(Length.FORM_SIDE if wide else Length.FORM_SIDE_SMALL)
    left.setMinimumWidth(side if beside else 0)
    left.setMaximumWidth(side if beside else width)
