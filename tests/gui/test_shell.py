"""The window: places by role, keys that go everywhere, and a search that never shows an old answer."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from tests.gui.keyboard import CTRL, DOWN, ENTER, ESCAPE
from tongcds.domain.views import Role, SearchHit
from ui.preview import samples
from ui.preview.screens import settle
from ui.shell import Shell, places_of
from ui.shell.search import SearchEverything
from ui.tasks import InlineExecutor, Tasks

KEYS = ("overview", "today", "households", "log", "sync", "settings")


def a_screen(key: str) -> QWidget:
    screen = QLineEdit(key)
    screen.setObjectName(key)
    return screen


@pytest.fixture
def shell(qtbot, keep):
    def make(role=Role.TEAM, find=samples.search, tasks=None, keys=KEYS):
        window = Shell(
            samples.whoami(role),
            {key: partial(a_screen, key) for key in keys},
            find=find,
            tasks=tasks or Tasks(InlineExecutor()),
        )
        keep(window)
        window.show_place(window.places[0].key)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        settle()
        return window

    return make


def press(window, key, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(window.focusWidget() or window, key, modifier)


@pytest.mark.parametrize(
    ("role", "places"),
    [
        (
            Role.TEAM,
            ["today", "households", "log", "training", "difficulties", "reports", "sync", "settings"],
        ),
        (
            Role.COMMUNE,
            [
                "overview",
                "today",
                "households",
                "log",
                "training",
                "guidance",
                "difficulties",
                "reports",
                "sync",
                "settings",
            ],
        ),
        (Role.AREA, ["overview", "training", "difficulties", "reports", "sync", "settings"]),
        (Role.PROVINCE, ["overview", "training", "difficulties", "reports", "sync", "settings"]),
        (Role.TRAINER, ["training", "sync", "settings"]),
    ],
)
def test_each_role_has_its_places(role, places):
    assert [place.key for place in places_of(role)] == places


def test_a_place_that_has_no_screen_does_not_appear(shell):
    window = shell(keys=("today", "sync"))
    assert [place.key for place in window.places] == ["today", "sync"]
    window.show_place("households")
    assert window.place == "today"


def test_ctrl_and_a_number_go_to_the_places_in_their_order(shell):
    window = shell()
    for number, place in enumerate(window.places, 1):
        press(window, Qt.Key(Qt.Key.Key_0 + number), CTRL)
        assert window.place == place.key


def test_ctrl_0_goes_to_the_tenth_place_of_a_commune_and_nowhere_without_one(shell):
    everywhere = [place.key for place in places_of(Role.COMMUNE)]
    window = shell(Role.COMMUNE, keys=everywhere)
    press(window, Qt.Key.Key_0, CTRL)
    assert window.place == everywhere[9] == "settings"
    team = shell(keys=everywhere)
    press(team, Qt.Key.Key_0, CTRL)
    assert team.place == team.places[0].key


def test_ctrl_n_asks_for_a_visit_where_visits_are_logged(shell, qtbot):
    team = shell()
    with qtbot.waitSignal(team.log_requested):
        press(team, Qt.Key.Key_N, CTRL)
    area = shell(Role.AREA)
    with qtbot.assertNotEmitted(area.log_requested):
        press(area, Qt.Key.Key_N, CTRL)


def test_f1_asks_for_help_about_the_place(shell, qtbot):
    window = shell()
    window.show_place("sync")
    with qtbot.waitSignal(window.help_requested) as asked:
        press(window, Qt.Key.Key_F1)
    assert asked.args == ["sync"]


def test_escape_leaves_what_lies_over_a_place_and_stays_in_the_place(shell, qtbot):
    window = shell()
    window.open_over(a_screen("form"))
    assert window.focusWidget().objectName() == "form"
    press(window, ESCAPE)
    settle()
    assert window.place == "today"
    assert window.seen() is window.screen_of("today")
    qtbot.waitUntil(lambda: window.findChild(QLineEdit, "form") is None)
    press(window, ESCAPE)
    assert window.place == "today"


def test_a_screen_is_made_when_it_is_first_shown_and_kept(shell):
    window = shell()
    assert window.findChild(QLineEdit, "sync") is None
    window.show_place("sync")
    first = window.screen_of("sync")
    window.show_place("today")
    window.show_place("sync")
    assert window.screen_of("sync") is first


def test_the_count_beside_a_place_is_also_said(shell):
    window = shell()
    window.set_count("sync", 2)
    window.set_count("no such place", 5)
    names = [button.accessibleName() for button in window.rail.findChildren(QWidget)]
    assert [name for name in names if "2" in name] != []


def test_a_click_on_the_badge_goes_to_sync(shell, qtbot):
    window = shell()
    window.show_status(samples.sync_status(), samples.NOW)
    qtbot.mouseClick(window.top.badge, Qt.MouseButton.LeftButton)
    assert window.place == "sync"


def test_a_message_offers_undo_and_ctrl_z_takes_back_what_was_said(shell, qtbot):
    window = shell()
    window.say("Đã lưu", undo="visit 7")
    assert window.messages.isVisible()
    with qtbot.waitSignal(window.undo_requested) as taken_back:
        press(window, Qt.Key.Key_Z, CTRL)
    assert taken_back.args == ["visit 7"]
    assert not window.messages.isVisible()


def test_a_message_without_undo_leaves_ctrl_z_alone(shell, qtbot):
    window = shell()
    window.say("Đã gửi")
    with qtbot.assertNotEmitted(window.undo_requested):
        press(window, Qt.Key.Key_Z, CTRL)
    window.messages.hide()


def test_a_message_stays_in_sight_when_another_place_is_shown(shell):
    window = shell()
    window.say("Đã lưu", stays=True)
    for place in ("households", "today", "sync"):
        window.show_place(place)
        middle = window.messages.geometry().center()
        assert window.messages.parentWidget().childAt(middle) in [
            window.messages,
            *window.messages.findChildren(QWidget),
        ]


def test_an_empty_message_is_not_shown(shell):
    window = shell()
    window.say("")
    assert not window.messages.isVisible()


def test_roles_without_persons_have_no_search(shell):
    assert shell(Role.AREA, find=None).findChildren(SearchEverything) == []


def search(window, words):
    press(window, Qt.Key.Key_K, CTRL)
    field = window.top.search
    assert field.hasFocus()
    QTest.keyClicks(field, words)
    press(window, ENTER)  # asks at once, as the timer would a moment later
    return field


def test_ctrl_k_words_enter_enter_opens_the_first_hit(shell, qtbot):
    window = shell()
    field = search(window, "ha thi xu")
    assert [hit.title for hit in field.hits()] == ["Hà Thị Xuân", "Hà Thị Xuyến"]
    with qtbot.waitSignal(window.hit_opened) as opened:
        press(window, ENTER)
    assert opened.args[0].title == "Hà Thị Xuân"
    assert field.hits() == []
    assert field.text() == ""


def test_down_chooses_the_next_hit(shell, qtbot):
    window = shell()
    search(window, "ha thi xu")
    press(window, DOWN)
    with qtbot.waitSignal(window.hit_opened) as opened:
        press(window, ENTER)
    assert opened.args[0].title == "Hà Thị Xuyến"


def test_nothing_found_says_what_to_try(shell):
    window = shell()
    search(window, "zzz")
    told = [label for label in window.findChildren(QLabel) if "zzz" in label.text()]
    assert [label.isVisible() for label in told] == [True]


def test_escape_empties_the_search_and_then_leaves_it(shell):
    window = shell()
    field = search(window, "ha")
    press(window, ESCAPE)
    assert (field.text(), field.hits()) == ("", [])
    press(window, ESCAPE)
    assert not field.hasFocus()


class Held(Executor):
    """Keeps each piece of work until it is let go."""

    def __init__(self):
        self.work = []

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        self.work.append((future, fn))
        return future

    def let_go(self, at):
        future, fn = self.work[at]
        future.set_result(fn())


def test_the_answer_to_an_older_question_is_passed_over(shell):
    held = Held()
    window = shell(find=lambda words: [SearchHit("household", b"", words, "")], tasks=Tasks(held))
    field = search(window, "ha")
    QTest.keyClicks(field, " thi")
    press(window, ENTER)
    held.let_go(1)
    held.let_go(0)
    assert [hit.title for hit in field.hits()] == ["ha thi"]


def test_the_keys_of_the_window_do_not_contradict_each_other(shell):
    from PySide6.QtGui import QShortcut

    window = shell()
    keys = [shortcut.key().toString() for shortcut in window.findChildren(QShortcut)]
    assert len(keys) == len(set(keys))
    assert QKeySequence("Ctrl+K").toString() in keys


def test_a_wrong_clock_is_said_over_every_place_until_it_is_right(shell):
    window = shell()
    wrong = replace(samples.sync_status("received"), clock_wrong_ms=5 * 86_400_000)
    window.show_status(wrong, samples.NOW)
    settle()
    assert window.warning.isVisible()
    window.show_status(samples.sync_status("received"), samples.NOW)
    settle()
    assert not window.warning.isVisible()


def test_the_screens_of_other_places_are_made_one_by_one_ahead(shell, qtbot):
    made = []
    window = Shell(
        samples.whoami(Role.TEAM),
        {key: lambda key=key: made.append(key) or a_screen(key) for key in KEYS},
        find=samples.search,
        tasks=Tasks(InlineExecutor()),
    )
    qtbot.addWidget(window)
    window.show_place("today")
    assert made == ["today"]
    window.make_ahead()
    window._ahead.timeout.emit()
    assert made == ["today", "households"]
    window._ahead.timeout.emit()
    assert made == ["today", "households", "log"]
    assert not window._ahead.isActive()
    assert window.seen() is window.screen_of("today")
