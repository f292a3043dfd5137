"""Cài đặt: language, text size and colours as they are declared, and who and what this computer is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tongcds.domain.views import Role, Tone, Whoami
from tongcds.i18n import LANGUAGES, N_, _, format_number, format_percent
from tongcds.settings import DECLARED, LANGUAGE, PRICE, TEXT_SIZE, THEME, Setting, Settings
from ui.theme import Style, space
from ui.widgets.button import Button
from ui.widgets.choices import Answer, CheckRow, ChoicePills
from ui.widgets.notice import Notice
from ui.widgets.page import Page
from ui.widgets.surface import Card, Divider, PageHead, SideBySide, column, line
from ui.widgets.text import Text

_THEMES: Final = {"light": N_("Light"), "dark": N_("Dark")}

_ROLES: Final[dict[Role, str]] = {
    Role.TEAM: N_("Community digital team"),
    Role.COMMUNE: N_("Commune office"),
    Role.AREA: N_("Area office"),
    Role.PROVINCE: N_("Province"),
    Role.TRAINER: N_("Trainer"),
}


@dataclass(frozen=True, slots=True)
class About:
    """What the program is: its version, where its data lie on this computer, and what is wrong with that."""

    version: str
    data_folder: str
    warning: str = ""


def choice_words(setting: Setting[str] | Setting[int] | Setting[bool], value: object) -> str:
    """A choice of a setting as the person reads it."""
    if setting is LANGUAGE:
        return LANGUAGES[str(value)]
    if setting is TEXT_SIZE and isinstance(value, int):
        return format_percent(value / 100)
    if setting is THEME:
        return _(_THEMES[str(value)])
    if setting is PRICE and isinstance(value, int):
        return format_number(value) if value else _("not known")
    return str(value)


class SettingsScreen(Page):
    """Draws the declared settings and keeps each change at once.

    `backup_requested` asks for a copy elsewhere, `privacy_requested` for requests and the access log,
    `retire_requested` for the end of the vault on this computer;
    `changed` carries the `Setting` whose value is new and already on disk; what follows from it (another
    theme, another language) is the shell's affair.
    """

    help_topic = "settings"

    changed = Signal(object)
    backup_requested = Signal()
    privacy_requested = Signal()
    members_requested = Signal()
    retire_requested = Signal()

    def __init__(
        self,
        settings: Settings,
        who: Whoami,
        about: About | None = None,
        *,
        can_back_up: bool = False,
        can_retire: bool = False,
        cards: Sequence[QWidget] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self.body.addWidget(PageHead(_("Settings"), _("They hold for this computer only")))
        left = Card(_("Language and display"))
        left.body.setSpacing(space(5))
        left.body.addSpacing(space(2))
        for setting in DECLARED:
            left.body.addLayout(self._drawn(setting))
        left.body.addStretch(1)
        beside = QWidget()
        own = column(beside, gap=4)
        own.addWidget(left)
        for card in cards:
            own.addWidget(card)
        own.addStretch(1)
        right = column(gap=4)
        right.addWidget(Notice("triangle-alert", Tone.WARN, "" if about is None else about.warning))
        mine = self._facts(_("This computer"), self._who(who))
        if can_back_up and who.role is not Role.TRAINER:
            members = Button(_("Print the members of the team (B14)…"), icon="printer")
            members.clicked.connect(self.members_requested)
            mine.body.addWidget(members, 0, Qt.AlignmentFlag.AlignLeft)
        if can_retire:
            retire = Button(_("Remove the vault from this computer…"), icon="x")
            retire.clicked.connect(self.retire_requested)
            mine.body.addSpacing(space(2))
            mine.body.addWidget(retire, 0, Qt.AlignmentFlag.AlignLeft)
        right.addWidget(mine)
        if can_back_up:
            right.addWidget(self._backup())
        if can_back_up:
            right.addWidget(self._privacy())
        if about is not None:
            right.addWidget(self._facts(_("About TongCDS"), self._about(about)))
        right.addStretch(1)
        both = SideBySide()
        both.add(beside, 1)
        both.add(right, 1)
        self.body.addWidget(both, 1)

    def _drawn(self, setting: Setting[str] | Setting[int] | Setting[bool]) -> QVBoxLayout:
        box = column(gap=1.5)
        value: object = self._settings.get(setting)  # type: ignore[misc]  # a value of any of the three types
        if isinstance(setting.default, bool):
            row = CheckRow(setting.description(), key=setting)
            row.setChecked(bool(value))
            row.toggled.connect(self._tick)
            box.addWidget(row)
            return box
        label = Text(setting.description(), Style.LABEL)
        answers = [Answer(choice, choice_words(setting, choice), None) for choice in setting.choices]
        pills = ChoicePills(setting.description(), answers, value, large=True)
        pills.setObjectName(setting.key)
        pills.changed.connect(self._choose)
        label.setBuddy(pills)
        box.addWidget(label)
        box.addWidget(pills, 0, Qt.AlignmentFlag.AlignLeft)
        return box

    def _backup(self) -> Card:
        card = Card(_("Backup"))
        why = _("A copy is kept on this computer by itself. One on a stick helps when the computer is lost.")
        card.body.addWidget(Text(why, Style.NOTE, wrap=True))
        button = Button(_("Back up onto a stick…"), icon="usb")
        button.clicked.connect(self.backup_requested)
        card.body.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _privacy(self) -> Card:
        card = Card(_("Personal data"))
        why = _("Requests of people with their due days, and who looked at what on this computer.")
        card.body.addWidget(Text(why, Style.NOTE, wrap=True))
        button = Button(_("Requests and access log"), icon="shield-check")
        button.clicked.connect(self.privacy_requested)
        card.body.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _tick(self) -> None:
        row = self.sender()
        if isinstance(row, CheckRow):
            self._keep(row.key, row.isChecked())

    def _choose(self, value: object) -> None:
        pills = self.sender()
        if isinstance(pills, ChoicePills):
            setting = next(setting for setting in DECLARED if setting.key == pills.objectName())
            self._keep(setting, value)

    def _keep(self, setting: object, value: object) -> None:
        self._settings.set(setting, value)  # type: ignore[type-var,arg-type]  # both come from one declaration
        self.changed.emit(setting)

    @staticmethod
    def _who(who: Whoami) -> list[tuple[str, str]]:
        return [
            (_("Person"), who.person),
            (_("Role"), _(_ROLES[who.role])),
            (_("Unit"), who.unit_name),
            (_("Commune"), who.commune_name),
            (_("Province"), who.province_name),
            (_("Server"), who.server_name),
            (_("Number of this computer"), str(who.device)),
        ]

    @staticmethod
    def _about(about: About) -> list[tuple[str, str]]:
        return [
            (_("Version"), about.version),
            (_("Licence"), _("GPL-3.0-or-later, free to use, study, share and improve")),
            (_("Font"), _("Be Vietnam Pro, SIL Open Font License")),
            (_("Icons"), _("Lucide, ISC licence")),
            (_("Data on this computer"), about.data_folder),
        ]

    @staticmethod
    def _facts(title: str, facts: list[tuple[str, str]]) -> Card:
        card = Card(title)
        for at, (name, value) in enumerate((name, value) for name, value in facts if value):
            if at:
                card.body.addWidget(Divider())
            row = line(gap=4)
            row.setContentsMargins(0, space(2), 0, space(2))
            row.addWidget(Text(name, Style.MUTED))
            words = Text(value, Style.BODY, wrap=True)
            words.setAlignment(Qt.AlignmentFlag.AlignRight)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            row.addWidget(words, 1)
            card.body.addLayout(row)
        return card
