"""Pictures of every screen in every language, colour and size of text, from the demo's data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tongcds import i18n
from tongcds.actions import visits
from tongcds.domain.text import fold
from tongcds.domain.views import Role
from tongcds.settings import LANGUAGE, TEXT_SIZE, THEME
from ui import app as dressing
from ui import stage
from ui.demo import Afternoon, Demo
from ui.stage import Stage
from ui.tour import SAMPLE, import_screen

THEMES: Final = ("light", "dark")
TEXT_SIZES: Final = (100, 150)

Scene = Callable[[Stage], None]


def _place(key: str) -> Scene:
    def go(at: Stage) -> None:
        at.go(key)

    return go


def _log(at: Stage) -> None:
    visits.drop_draft(at.core, "visit")
    at.hands.press(Qt.Key.Key_N, ctrl=True)
    at.hands.type("thi")
    at.hands.press(Qt.Key.Key_Return)
    at.hands.type("1")
    at.hands.press(Qt.Key.Key_Return)
    names = {service.code: service.name for service in visits.services(at.core)}
    for code, result in (("PY01", "1"), ("SE01", "2")):
        at.hands.type(fold(names[code]))
        at.hands.type(result)


def _import(at: Stage) -> None:
    import_screen(at).open_file(str(SAMPLE))


SCENES: Final[dict[Role, dict[str, Scene]]] = {
    Role.TEAM: {
        "today": _place("today"),
        "households": _place("households"),
        "log": _log,
        "sync": _place("sync"),
        "settings": _place("settings"),
    },
    Role.COMMUNE: {
        "overview": _place("overview"),
        "households": _place("households"),
        "import": _import,
    },
    Role.AREA: {
        "overview": _place("overview"),
        "sync": _place("sync"),
    },
}
"""How each screen is come to, for the roles that have it."""


def take_all(folder: Path) -> int:
    """Take every picture; returns how many. Leaves the language and the colours as they were.

    Raises:
        UserError: demo_needs_server.
        UnavailableError: demo_server_failed.
    """
    language = i18n.language()
    count = 0
    with Demo(Afternoon()) as demo, ExitStack() as windows:
        opened = {
            role: windows.enter_context(Stage(demo.enrol(role), demo.settings(role))) for role in SCENES
        }
        for words, theme_name, percent in _variants():
            i18n.set_language(words)
            stage.text_size(percent, theme_name)
            running = QApplication.instance()
            if isinstance(running, QApplication):
                dressing.speak(running)
            for role, at in opened.items():
                at.settings.set(LANGUAGE, words)
                at.settings.set(THEME, theme_name)
                at.settings.set(TEXT_SIZE, percent)
                at.desktop.rebuild()
                for name, scene in SCENES[role].items():
                    scene(at)
                    at.take(folder / f"{role.value}-{name}-{words}-{theme_name}-{percent}.png")
                    count += 1
    i18n.set_language(language)
    return count


def _variants() -> Iterator[tuple[str, str, int]]:
    for words in i18n.LANGUAGES:
        for theme_name in THEMES:
            for percent in TEXT_SIZES:
                yield words, theme_name, percent
