"""The log screen over a notebook that stands for the vault, and what its tests do again and again."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.gui.keyboard import ENTER
from tongcds.domain.views import Draft
from ui.preview import village
from ui.screens.log_visit import LogVisitScreen
from ui.tasks import InlineExecutor, Tasks
from ui.widgets.text import Text

NOW = datetime(2026, 11, 23, 3, 52, tzinfo=UTC)
XUAN = village.identity("HN-0087")
PEOPLE = [village.identity(f"HN-0087/{at}") for at in range(4)]


class Notebook:
    """What the screen hands over; stands for the vault."""

    def __init__(self) -> None:
        self.visits = []
        self.draft = None
        self.kept = []
        self.problem = None

    def save(self, entry):
        if self.problem is not None:
            raise self.problem
        self.visits.append(entry)
        self.draft = None
        return f"visit {len(self.visits)}"

    def keep(self, content):
        self.kept.append(content)
        self.draft = Draft("visit", NOW, content)

    def load(self):
        return self.draft

    def drop(self):
        self.draft = None


def open_log(qtbot, notebook, *, reads=None, **more):
    """The screen in a window that has the keyboard."""
    screen = LogVisitScreen(
        find=village.find,
        household=village.household,
        services=village.services,
        save=notebook.save,
        save_draft=notebook.keep,
        load_draft=notebook.load,
        drop_draft=notebook.drop,
        reads=Tasks(reads or InlineExecutor()),
        writes=Tasks(InlineExecutor()),
        clock=lambda: NOW,
        **more,
    )
    qtbot.addWidget(screen)
    screen.resize(1154, 712)
    screen.show()
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    return screen


def found(screen):
    return [row.head_name for row in screen.form.picker.shown()]


def choose_xuan(keys, qtbot):
    keys.type("ha thi xu")
    qtbot.waitUntil(lambda: len(found(keys.window)) == 2)
    keys.press(ENTER)
    qtbot.waitUntil(lambda: keys.focus() is keys.window.form.people.rows()[0])


def shown_words(screen):
    return [text.words() for text in screen.findChildren(Text) if not text.isHidden()]


def with_two_services(keys, qtbot):
    choose_xuan(keys, qtbot)
    keys.type("13")
    keys.press(ENTER)
    keys.type("mo tai1")
    keys.type("lua dao2")
    return keys.window.form


def top_left(form, widget):
    return widget.mapTo(form, widget.rect().topLeft())
