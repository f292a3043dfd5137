"""F1 opens the page of the screen that is seen; the help loads nothing; the manual holds all of it."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QWidget

import ui
from tests.gui.test_editing import core_of, desktop, home, screen_of, team
from tongcds import handbook
from ui import manual
from ui.forms.help_window import HelpWindow, written
from ui.preview.screens import SCREENS, in_shell
from ui.stage import SIZE
from ui.widgets.page import Page

__all__ = ["core_of", "desktop", "home", "team"]


@pytest.fixture
def window(qtbot):
    made = HelpWindow()
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def seen(qtbot, name):
    """The window of a screen, in front of somebody."""
    shell = in_shell(name)
    qtbot.addWidget(shell)
    shell.show()
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    return shell


# What other windows are made from; the help itself; and our own mistakes, which may come before everything.
WITHOUT = {"Page", "FormDialog", "TextDialog", "HelpWindow", "ErrorWindow"}


def windows() -> list[type[QWidget]]:
    """Every screen and every dialog that there is."""
    found = {}
    for module in pkgutil.walk_packages(ui.__path__, "ui."):
        if not module.name.endswith("__main__"):
            for name, made in vars(importlib.import_module(module.name)).items():
                if isinstance(made, type) and issubclass(made, (QDialog, Page)) and name not in WITHOUT:
                    found[made.__qualname__] = made
    return [made for made in found.values() if made.__module__.startswith("ui.")]


def helpless(made: list[type[QWidget]]) -> list[str]:
    """Those that name no page of the help, or one that is not there."""
    keys = {topic.key for topic in handbook.topics()}
    return sorted(one.__qualname__ for one in made if getattr(one, "help_topic", "") not in keys)


def test_every_screen_and_dialog_names_its_page():
    assert len(windows()) > 30
    assert helpless(windows()) == []


def test_a_dialog_without_a_page_is_noticed():
    # Negative control.
    class Bare(QDialog):
        pass

    class Lost(QDialog):
        help_topic = "nowhere"

    assert len(helpless([*windows(), Bare, Lost])) == 2


def test_f1_in_a_dialog_opens_its_page_over_it(desktop, qtbot):
    screen_of(desktop).filters_requested.emit(screen_of(desktop).wanted())
    dialog = desktop.filtering.dialog
    qtbot.waitUntil(dialog.isActiveWindow)
    QTest.keyClick(dialog, Qt.Key.Key_F1)
    (window,) = dialog.findChildren(HelpWindow)
    qtbot.waitUntil(window.isActiveWindow)
    assert window.reading() == "households"
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    dialog.close()


@pytest.mark.parametrize("name", sorted(SCREENS))
def test_every_screen_has_a_page_of_its_own(qtbot, name):
    shell = seen(qtbot, name)
    with qtbot.waitSignal(shell.help_requested) as asked:
        QTest.keyClick(shell, Qt.Key.Key_F1)
    assert handbook.topic(asked.args[0]).key == asked.args[0]


def test_a_screen_over_the_place_asks_for_its_own_page(qtbot):
    shell = seen(qtbot, "households")
    over = QWidget()
    over.help_topic = "import"
    shell.open_over(over)
    with qtbot.waitSignal(shell.help_requested) as asked:
        QTest.keyClick(shell, Qt.Key.Key_F1)
    assert asked.args == ["import"]
    shell.back()
    with qtbot.waitSignal(shell.help_requested) as asked:
        QTest.keyClick(shell, Qt.Key.Key_F1)
    assert asked.args == ["households"]


def test_somebody_at_the_keyboard_finds_a_page_and_comes_back(window):
    window.show_topic("today")
    QTest.keyClicks(window.field, "usb")
    assert window.reading() == "usb"
    QTest.keyClick(window.field, Qt.Key.Key_Down)
    QTest.keyClick(window.list, Qt.Key.Key_Return)
    assert window.page.hasFocus()
    QTest.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.reading() == "today"
    assert not window.back.isEnabled()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_a_link_turns_to_its_page(window):
    window.show_topic("start")
    window.page.anchorClicked.emit(QUrl("sync"))
    assert window.reading() == "sync"
    assert window.head.title.words() == handbook.topic("sync").title


def test_nothing_is_loaded_and_html_stays_text(qtbot, window, tmp_path):
    canary = tmp_path / "canary.png"
    canary.write_bytes(b"x")
    written(window.page.document(), f'<img src="{canary.as_uri()}"> ![picture]({canary.as_uri()}) <b>so</b>')
    assert (
        window.page.loadResource(
            QTextDocument.ResourceType.ImageResource.value, QUrl.fromLocalFile(str(canary))
        )
        is None
    )
    assert "<b>so</b>" in window.page.toPlainText()


def test_the_manual_has_every_page_and_says_where_each_is(tmp_path):
    file = tmp_path / "m" / "manual.pdf"
    pages = manual.write(file)
    assert file.read_bytes().startswith(b"%PDF")
    assert pages > len(handbook.topics())
    blank = QImage(*SIZE, QImage.Format.Format_RGB32)
    pictures = dict.fromkeys({topic.picture for topic in handbook.topics()}, blank)
    contents = manual._contents(manual._pages_of(manual._document(pictures, {})))
    numbers = [int(found) for found in re.findall(r"\*\*(\d+)\*\*", contents)]
    assert len(numbers) == len(handbook.topics())
    assert numbers == sorted(set(numbers))
    # Behind the contents, which take a page or two.
    assert 2 <= numbers[0] <= 3
