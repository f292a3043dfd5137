"""Sync, Overview and Settings pass on what a person wants, and read again when something changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QLibraryInfo, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QTableView

from tests.gui.places import Source, button, press
from tongcds import i18n
from tongcds.actions import place
from tongcds.domain.views import SyncPhase, Tone
from tongcds.settings import LANGUAGE, TEXT_SIZE, THEME, Settings
from ui import app, theme
from ui.changes import ChangeBus
from ui.outline import outline
from ui.preview import samples
from ui.preview.screens import settle
from ui.screens.overview import OverviewScreen, reporting
from ui.screens.settings import About, SettingsScreen
from ui.screens.sync import SyncScreen
from ui.screens.sync.aside import ReturnedPart
from ui.screens.sync.parts import ConflictPart
from ui.screens.sync.state import progress, time_left
from ui.tasks import InlineExecutor, Tasks
from ui.widgets.button import Button
from ui.widgets.choices import ChoicePills
from ui.widgets.field import Choice, LineField

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def sync(shown):
    def make(kind="typical", **options):
        source = Source(samples.sync_view(kind))
        screen = SyncScreen(source, Tasks(InlineExecutor()), ChangeBus(), lambda: samples.NOW, **options)
        return shown(screen)

    return make


def test_one_version_of_a_conflict_is_chosen_by_its_button(sync, qtbot):
    screen = sync()
    with qtbot.waitSignal(screen.version_chosen) as chosen:
        press(button(screen, "Use 0912 000 145 for số điện thoại"))
    assert chosen.args == [samples.sync_view().conflicts[0].conflict_id, 1]


def test_an_import_can_be_taken_back(sync, qtbot):
    screen = sync()
    with qtbot.waitSignal(screen.import_undone) as undone:
        press(button(screen, "Undo the import of ho-dan-sach.xlsx"))
    assert undone.args == [samples.sync_view().imports[0].import_id]


def test_an_import_that_was_taken_back_offers_nothing(sync):
    screen = sync()
    undone = tuple(replace(row, undone_at=samples.NOW) for row in samples.sync_view().imports)
    screen.show_view(replace(samples.sync_view(), imports=undone))
    settle()
    assert [one for one in screen.findChildren(Button) if "Undo" in one.accessibleName()] == []


def test_an_exchange_is_asked_for_and_paused(sync, qtbot):
    screen = sync()
    with qtbot.waitSignal(screen.sync_requested):
        press(button(screen, "Sync now"))
    screen.show_status(samples.sync_status("sending"))
    assert not button(screen, "Sync now").isEnabled()
    with qtbot.waitSignal(screen.pause_requested):
        press(button(screen, "Pause"))
    with qtbot.waitSignal(screen.cancel_requested):
        press(button(screen, "Stop this exchange"))
    screen.show_status(replace(samples.sync_status(), phase=SyncPhase.PAUSED))
    with qtbot.waitSignal(screen.sync_requested):
        press(button(screen, "Go on"))


def test_only_an_exchange_that_runs_can_be_stopped_and_the_focus_stays_beside_it(sync):
    screen = sync()
    stop = next(one for one in screen.findChildren(Button) if one.accessibleName() == "Stop this exchange")
    assert not stop.isVisible()
    screen.show_status(samples.sync_status("sending"))
    settle()
    stop.setFocus()
    assert screen.focusWidget() is stop
    screen.show_status(samples.sync_status())
    settle()
    assert not stop.isVisible()
    assert screen.focusWidget() is button(screen, "Sync now")


def test_usb_is_offered_only_where_it_is_ready(sync, qtbot):
    assert [
        one.accessibleName() for one in sync().findChildren(Button) if "USB" in one.accessibleName()
    ] == []
    screen = sync(usb=True)
    with qtbot.waitSignal(screen.export_requested):
        press(button(screen, "Export to USB"))
    with qtbot.waitSignal(screen.usb_requested):
        press(button(screen, "Import from USB"))


def test_a_status_before_the_first_view_is_passed_over(qtbot, keep):
    screen = SyncScreen(
        Source(samples.sync_view()), Tasks(InlineExecutor()), ChangeBus(), lambda: samples.NOW
    )
    keep(screen)
    screen.show_status(samples.sync_status("sending"))


@pytest.mark.parametrize("kind", samples.STATUSES)
def test_the_strip_always_says_something_and_shows_a_meter_only_while_sending(kind):
    said = progress(samples.sync_status(kind), (("visit", 2),), samples.NOW)
    assert said.words
    assert (said.share is not None) == (kind == "sending")


def test_the_strip_goes_on_counting_while_an_answer_is_taken_in():
    sending = samples.sync_status("sending")
    taking = replace(sending, phase=SyncPhase.RECEIVING)
    assert progress(taking, (), samples.NOW) == progress(sending, (), samples.NOW)
    all_sent = progress(replace(taking, sent=taking.to_send), (), samples.NOW)
    assert all_sent.words == "Fetching what others changed"


def test_the_strip_says_when_it_is_tried_again():
    status = replace(samples.sync_status("error"), problem="server_busy")
    again = replace(status, again_at=samples.NOW + timedelta(seconds=40))
    words, clock = progress(status, (), samples.NOW).detail, i18n.format_time(again.again_at)
    assert "is busy" in words
    assert progress(again, (), samples.NOW).detail == f"{words} The next try is at {clock}."


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(20, "about 20 seconds left"), (80, "about 1 minute left"), (600, "about 10 minutes left")],
)
def test_an_estimate_is_no_more_exact_than_it_is(seconds, words):
    assert time_left(seconds) == words


def test_a_row_of_the_overview_is_opened_where_that_leads_somewhere(shown, qtbot):
    screen = shown(
        OverviewScreen(
            Source(samples.overview_view("commune")),
            Tasks(InlineExecutor()),
            ChangeBus(),
            lambda: samples.NOW,
            can_open=True,
        )
    )
    table = screen.findChild(QTableView)
    table.choose(2)
    with qtbot.waitSignal(screen.opened) as opened:
        press(table, Qt.Key.Key_Return)
    assert opened.args == [samples.overview_view("commune").rows[2].unit_id]


def test_a_chosen_row_of_the_overview_stays_chosen_when_figures_come(shown, qtbot):
    first = samples.overview_view("commune")
    later = replace(first, households=(first.households or 0) + 1)
    views = [first, later]
    screen = shown(
        OverviewScreen(
            lambda: views.pop(0), Tasks(InlineExecutor()), ChangeBus(), lambda: samples.NOW, can_open=True
        )
    )
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    table = screen.findChild(QTableView)
    table.setFocus()
    table.choose(2)
    screen.reload()
    again = screen.focusWidget()
    assert again is not table
    assert again.current_row().unit_id == first.rows[2].unit_id


@pytest.mark.parametrize(
    ("teams", "in_time", "words", "tone"),
    [
        (0, 0, "No team yet", Tone.QUIET),
        (4, 4, "In time", Tone.GOOD),
        (4, 3, "1 missing", Tone.WARN),
        (4, 2, "2 missing", Tone.BAD),
    ],
)
def test_a_unit_says_whether_its_teams_have_sent(teams, in_time, words, tone):
    row = replace(samples.overview_view().rows[0], teams=teams, teams_in_time=in_time)
    assert reporting(row)[:2] == (words, tone)


@pytest.fixture
def settings(profile: Path) -> Settings:
    return Settings(profile)


def test_a_setting_is_on_disk_before_anybody_hears_of_it(shown, settings, profile):
    screen, heard = shown(SettingsScreen(settings, samples.whoami(), About("0.1.0", "C:/TongCDS"))), []
    screen.changed.connect(lambda setting: heard.append((setting, Settings(profile).get(setting))))
    for key, setting, steps in (("text_size", TEXT_SIZE, 4), ("theme", THEME, 1), ("language", LANGUAGE, 1)):
        pills = screen.findChild(ChoicePills, key)
        for _step in range(steps if setting is TEXT_SIZE else 1):
            press(pills, Qt.Key.Key_Right)
    assert heard[-2:] == [(THEME, "dark"), (LANGUAGE, "en")]
    assert [setting for setting, _value in heard[:-2]] == [TEXT_SIZE] * 4


def test_settings_tell_of_a_bad_place_of_the_data(shown, settings):
    """A11."""
    told = place.vault_warning(Path("D:/Ngan/Dropbox/TongCDS"))
    about = About("0.1.0", "D:/Ngan/Dropbox/TongCDS/vault", told)
    assert told in outline(shown(SettingsScreen(settings, samples.whoami(), about)))
    about = About("0.1.0", "D:/Ngan/TongCDS/vault")
    assert told not in outline(shown(SettingsScreen(settings, samples.whoami(), about)))


def test_the_settings_show_what_was_chosen_before(shown, settings):
    settings.set(TEXT_SIZE, 125)
    screen = shown(SettingsScreen(settings, samples.whoami()))
    assert screen.findChild(ChoicePills, "text_size").value() == 125


def test_the_settings_of_the_profile_dress_the_application(qapp, settings):
    settings.set(TEXT_SIZE, 150)
    settings.set(THEME, "dark")
    app.dress(qapp, settings)
    assert (theme.current().name, theme.current().text_percent) == ("dark", 150)


def test_qts_own_buttons_speak_vietnamese(qapp, keep):
    i18n.set_language("vi")
    app.speak(qapp)
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel | QDialogButtonBox.StandardButton.Save)
    keep(box)
    words = {one.text() for one in box.buttons()}
    i18n.set_language("en")
    app.speak(qapp)
    assert words == {i18n_in("vi", "Cancel"), i18n_in("vi", "Save")}
    assert words.isdisjoint({"Cancel", "Save"})


def i18n_in(language, message):
    before = i18n.language()
    i18n.set_language(language)
    try:
        return i18n._(message)
    finally:
        i18n.set_language(before)


def test_qt_itself_still_has_no_vietnamese():
    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    assert list(folder.glob("qtbase_vi*")) == []


def test_a_third_value_is_written_with_the_keyboard_and_refused_beside_it(sync, qtbot):
    screen = sync()
    press(button(screen, "Write another value for số điện thoại"))
    editor = QApplication.focusWidget() or screen.findChild(LineField)
    editor.setText("12")
    with qtbot.waitSignal(screen.value_written) as written:
        press(editor, Qt.Key.Key_Return)
    conflict = samples.sync_view().conflicts[0].conflict_id
    assert written.args == [conflict, "12"]
    screen.show_value_error(conflict, "This is no phone number.")
    assert editor.accessibleDescription() == "This is no phone number."


def test_what_waits_can_be_looked_at_and_opened(sync, qtbot):
    screen = sync()
    pills = screen.findChild(ChoicePills)
    assert pills.shown() == [("To look at", True), ("Waiting to be sent", False)]
    press(pills, Qt.Key.Key_2)
    table = next(
        one for one in screen.findChildren(QTableView) if one.isVisible() and one.model().rowCount() == 3
    )
    table.setCurrentIndex(table.model().index(1, 0))
    with qtbot.waitSignal(screen.household_opened) as opened:
        press(table, Qt.Key.Key_Return)
    assert opened.args == [samples.sync_view().waiting[1].household_id]


def test_who_was_not_heard_of_depends_on_the_days_chosen(sync):
    screen = sync("commune")
    screen.show_view(replace(samples.sync_view("commune"), quarantined=()))
    settle()
    pills = next(one for one in screen.findChildren(ChoicePills) if one.isVisible())

    def shown():
        return [
            one.model().rowCount()
            for one in screen.findChildren(QTableView)
            if one.isVisible() and one.accessibleName() == "Not heard of"
        ]

    assert shown() == [3]
    press(pills, Qt.Key.Key_3)
    assert shown() == [1]


def test_a_change_that_came_back_is_mended_with_the_keyboard_or_taken_back(sync, qtbot):
    screen = sync("needs_you")
    row = samples.sync_view("needs_you").returned[0]
    press(button(screen, "Mend and send again…"))
    part = screen.findChild(ReturnedPart)
    birth, sex = part.findChild(LineField), part.findChild(Choice)
    QTest.keyClicks(birth, "")
    birth.selectAll()
    QTest.keyClicks(birth, "28/02/1978")
    with qtbot.waitSignal(screen.mended) as mended:
        press(button(screen, "Send again"))
    assert mended.args == [row.n, {"birth": "28/02/1978", "sex": "female"}]
    screen.show_mending_error(row.n, "This is no date of birth.")
    assert sex.accessibleDescription() == "This is no date of birth."
    with qtbot.waitSignal(screen.withdrawn) as withdrawn:
        press(button(screen, "Take it back"))
    assert withdrawn.args == [row.n]


def test_what_is_being_typed_at_one_place_stays_when_another_is_settled(sync):
    screen = sync("needs_you")
    view = samples.sync_view("needs_you")
    press(button(screen, "Mend and send again…"))
    typed = screen.findChild(ReturnedPart).findChild(LineField)
    typed.selectAll()
    QTest.keyClicks(typed, "28/02/1978")
    screen.show_view(replace(view, conflicts=view.conflicts[1:]))
    settle()
    assert [part.isVisible() for part in screen.findChildren(ReturnedPart)] == [True]
    assert screen.findChild(ReturnedPart).findChild(LineField).text() == "28/02/1978"
    assert screen.window().focusWidget() is typed


def test_the_keyboard_goes_from_a_place_that_was_settled_to_the_next_one(sync):
    screen = sync()
    view = samples.sync_view()
    _first, second = view.conflicts
    screen.findChildren(ConflictPart)[0].findChild(Button).setFocus()
    screen.show_view(replace(view, conflicts=(second,)))
    settle()
    (left,) = screen.findChildren(ConflictPart)
    assert left.conflict_id == second.conflict_id
    assert left.isAncestorOf(screen.window().focusWidget())
    screen.show_view(replace(view, conflicts=()))
    settle()
    assert screen.window().focusWidget() is screen


def test_whoever_works_elsewhere_keeps_the_keyboard_when_a_place_is_settled(sync):
    screen = sync()
    view = samples.sync_view()
    now = button(screen, "Sync now")
    now.setFocus()
    screen.show_view(replace(view, conflicts=view.conflicts[1:]))
    settle()
    assert screen.window().focusWidget() is now


def test_what_is_not_typed_over_is_not_written_as_it_is_shown(sync, qtbot):
    screen = sync("needs_you")
    press(button(screen, "Mend and send again…"))
    with qtbot.waitSignal(screen.mended) as mended:
        press(button(screen, "Send again"))
    assert "birth" not in mended.args[1]


def test_an_officer_accepts_or_refuses_what_was_set_aside(sync, qtbot):
    screen = sync("commune")
    row = samples.sync_view("commune").quarantined[0]
    for words, signal in (("Accept", screen.accepted), ("Refuse", screen.refused)):
        with qtbot.waitSignal(signal) as said:
            press(button(screen, words))
        assert said.args == [row.record_id]
