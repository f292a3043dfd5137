"""Announcements and quotas from the keyboard: written at the commune, read by a team."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.desktops import desktop_of
from tests.gui.keyboard import CTRL, DOWN, ENTER, ESCAPE, TAB, Keyboard
from tests.gui.places import button, press
from tests.unit.actions.conftest import COMMUNE, VILLAGE, commune, core_of, team
from tongcds.actions import Core, guidance
from tongcds.domain.views import AnnouncementText, QuotaTerms
from ui.changes import ChangeBus
from ui.desktop import Desktop
from ui.forms.guidance_dialogs import AnnouncementDialog, QuotaDialog
from ui.preview import guidance as invented
from ui.screens.guidance import GuidanceScreen
from ui.screens.today import TodayScreen
from ui.tasks import InlineExecutor, Tasks

__all__ = ["commune", "core_of", "desktop_of", "team"]
pytestmark = pytest.mark.usefixtures("english")
TODAY = date(2026, 11, 23)
VILLAGES = ((b"v" * 16, "Bản Nà Ngà"), (b"w" * 16, "Bản Nà Hạ"))


def heard(signal):
    told = []
    signal.connect(lambda *values: told.append(values))
    return told


@pytest.fixture
def opened(qtbot, keep):
    def make(widget):
        keep(widget)
        widget.show()
        widget.activateWindow()
        qtbot.waitUntil(widget.isActiveWindow)
        return Keyboard(widget)

    return make


@pytest.fixture
def screen(opened):
    def make(*, may_write):
        made = GuidanceScreen(
            lambda: invented.view(may_write=may_write), Tasks(InlineExecutor()), ChangeBus()
        )
        made.keys = opened(made)
        made.announcements.setFocus()
        return made

    return make


def test_an_office_changes_and_takes_down_what_is_chosen_in_either_list(screen):
    shown = screen(may_write=True)
    announced, asked, removed = (
        heard(shown.announce_requested),
        heard(shown.quota_requested),
        heard(shown.removed),
    )
    shown.keys.press(DOWN, ENTER)
    shown.keys.press(Qt.Key.Key_F2, Qt.Key.Key_Delete)
    shown.quotas.setFocus()
    shown.keys.press(DOWN, ENTER)
    shown.keys.press(Qt.Key.Key_F2, Qt.Key.Key_Delete)
    second, quota = invented.ANNOUNCEMENTS[1], invented.quotas()[1]
    assert announced == [(second,), (second,)]
    assert asked == [(quota,), (quota,)]
    assert removed == [(second,), (quota,)]


def test_a_team_reads_and_can_neither_write_nor_take_down(screen):
    shown = screen(may_write=False)
    told = [heard(signal) for signal in (shown.announce_requested, shown.quota_requested, shown.removed)]
    read = heard(shown.read_changed)
    shown.keys.press(ENTER)
    shown.keys.press(Qt.Key.Key_F2, Qt.Key.Key_Delete)
    shown.keys.press(DOWN)
    press(button(shown, "Not read after all"))
    shown.quotas.setFocus()
    shown.keys.press(ENTER, Qt.Key.Key_Delete)
    assert told == [[], [], []]
    assert read == [(invented.ANNOUNCEMENTS[0], True), (invented.ANNOUNCEMENTS[1], False)]
    assert not shown.write.isVisible()
    left = heard(shown.left)
    shown.keys.press(ESCAPE)
    assert left == [()]


def test_an_announcement_is_written_from_the_keyboard_alone(opened):
    dialog = AnnouncementDialog(VILLAGES, TODAY)
    keys, written = opened(dialog), heard(dialog.written)
    keys.type("Ra quan")
    keys.press(TAB)
    keys.press(ENTER, with_=CTRL)
    assert dialog.isVisible(), "without words it stays"
    keys.type("Tap trung luc 7 gio")
    keys.press(TAB, TAB)
    keys.type("+3")
    keys.press(TAB, DOWN)
    keys.press(ENTER, with_=CTRL)
    says = AnnouncementText("Ra quan", "Tap trung luc 7 gio", TODAY, TODAY + timedelta(days=3))
    assert written == [(says, VILLAGES[0][0])]
    assert not dialog.isVisible()


@pytest.mark.parametrize("last", ["1/11/2026", "?"])
def test_days_that_cannot_be_are_said_at_their_place(opened, last):
    dialog = AnnouncementDialog(VILLAGES, TODAY, invented.ANNOUNCEMENTS[0])
    opened(dialog)
    written = heard(dialog.written)
    dialog.days.last.setText(last)
    dialog.save()
    assert dialog.isVisible()
    assert written == []
    assert dialog.days.last.accessibleDescription()


def test_a_quota_is_given_and_a_number_that_is_none_is_refused(opened):
    dialog = QuotaDialog(VILLAGES, TODAY)
    opened(dialog)
    given = heard(dialog.given)
    dialog.code.choose("XHS09")
    for words in ("", "nhiều", "0", "1000001"):
        dialog.amount.setText(words)
        dialog.save()
        assert dialog.isVisible()
    dialog.amount.setText("1.500")
    dialog.save()
    assert given == [(QuotaTerms("indicator", "XHS09", 1500, TODAY, date(2026, 12, 31)), None)]


def test_visits_need_no_code_and_a_quota_that_is_changed_stays_what_it_was(opened):
    row = invented.quotas()[1]
    dialog = QuotaDialog(VILLAGES, TODAY, row)
    opened(dialog)
    assert not dialog.code.isVisible()
    given = heard(dialog.given)
    dialog.save()
    assert given == [(row.terms, None)]


def test_a_long_list_of_services_does_not_widen_the_form(opened):
    dialog = QuotaDialog(VILLAGES, TODAY)
    opened(dialog)
    before = dialog.width()
    for kind in range(dialog.kind.count()):
        dialog.kind.setCurrentIndex(kind)
        assert dialog.width() <= before


def guidance_of(desktop: Desktop) -> GuidanceScreen:
    today = desktop.shell.screen_of("today")
    press(button(today, "Announcements and quotas"))
    screen = desktop.shell.seen()
    assert isinstance(screen, GuidanceScreen)
    return screen


def test_the_office_writes_gives_takes_down_and_takes_that_back(
    desktop_of: Callable[[Core], Desktop], commune: Core
) -> None:
    desktop = desktop_of(commune)
    screen = guidance_of(desktop)
    screen.announce_requested.emit(None)
    dialog = desktop.today.guidance.dialog
    assert isinstance(dialog, AnnouncementDialog)
    dialog.text.setPlainText("Họp lúc 19:30")
    dialog.save()
    screen.quota_requested.emit(None)
    form = desktop.today.guidance.dialog
    assert isinstance(form, QuotaDialog)
    form.amount.setText("20")
    form.save()
    view = guidance.view(commune)
    assert [row.says.text for row in view.announcements] == ["Họp lúc 19:30"]
    assert [(row.terms.amount, row.village) for row in view.quotas] == [(20, "Bản Nà Ngà")]
    assert screen.announcements.model().rowCount() == 1
    screen.removed.emit(view.quotas[0])
    assert guidance.view(commune).quotas == ()
    press(button(desktop.shell.messages, "Undo"))
    assert len(guidance.view(commune).quotas) == 1
    screen.announce_requested.emit(view.announcements[0])
    again = desktop.today.guidance.dialog
    assert isinstance(again, AnnouncementDialog)
    again.text.setPlainText("Họp lúc 20:00")
    again.save()
    assert [row.says.text for row in guidance.view(commune).announcements] == ["Họp lúc 20:00"]
    today = desktop.shell.screen_of("today")
    assert isinstance(today, TodayScreen)
    assert not today.announcements.isVisibleTo(today), "the office knows what it wrote"


def test_a_team_has_read_it_with_one_key_and_it_is_gone_from_today(
    desktop_of: Callable[[Core], Desktop], team: Core
) -> None:
    with team.vault.change(team.author()) as change:
        day = team.today.isoformat()
        change.writer.create(
            "announcement", unit_id=COMMUNE, title="Ra quân", text="Lúc 7 giờ", valid_from=day, valid_to=day
        )
        change.writer.create("quota", unit_id=VILLAGE, kind="visits", amount=9, since=day, until=day)
    desktop = desktop_of(team)
    today = desktop.shell.screen_of("today")
    assert isinstance(today, TodayScreen)
    assert today.announcements.isVisible()
    assert today.quotas.isVisible()
    read = button(today, "I have read: Ra quân")
    QTest.keyClick(read, Qt.Key.Key_Space)
    assert not today.announcements.isVisible()
    assert [row.is_read for row in guidance.view(team).announcements] == [True]
    screen = guidance_of(desktop)
    screen.read_changed.emit(guidance.view(team).announcements[0], False)
    desktop.shell.back()
    assert today.announcements.isVisible()
