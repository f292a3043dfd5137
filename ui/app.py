"""Sets Qt up: fonts, theme, Qt's own words in the user's language. The window itself is `ui.shell`."""

from __future__ import annotations

import os
import sys
from typing import Final

from PySide6.QtCore import QLocale, QSettings
from PySide6.QtWidgets import QApplication

from tongcds import i18n
from tongcds.settings import TEXT_SIZE, THEME, Settings
from ui import stylesheet, theme
from ui.garbage import Garbage
from ui.qtwords import QtWords
from ui.words import NAME

_SWITCH_SECONDS: Final = 0.0005


def forget_folders() -> None:
    """Let Qt keep no list of visited folders and chosen files: their names may be people's names.

    Its file dialog writes one into the settings of the account whenever it closes, and has no switch for it.
    """
    # Qt opens these anew each time, so what they say of a place counts from here on; a place that nothing
    # can be written to costs it no more than its memory.
    for form in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(form, QSettings.Scope.UserScope, os.devnull)
    # Where the system keeps settings itself (Windows) the place is fixed, and an older list may be there.
    kept = QSettings(QSettings.Scope.UserScope, "QtProject")
    for name in ("history", "lastVisited", "shortcuts"):
        kept.remove(f"FileDialog/{name}")


def create(arguments: list[str], *, text_percent: int = 100, theme_name: str = "light") -> QApplication:
    """Make the application, dressed and speaking; or dress the one that runs already."""
    running = QApplication.instance()
    app = running if isinstance(running, QApplication) else QApplication(arguments)
    # Qt gives the interpreter away at many a call and has to have it back: a thread that computes would keep
    # the window waiting for five thousandths of a second each time.
    sys.setswitchinterval(_SWITCH_SECONDS)
    if app.findChild(Garbage) is None:
        Garbage(app)
    app.setApplicationName(NAME)
    forget_folders()
    app.setStyle("Fusion")
    theme.load_fonts()
    stylesheet.dress(app, theme.load(theme_name, text_percent=text_percent))
    speak(app)
    return app


def start(arguments: list[str], settings: Settings) -> QApplication:
    """Make the application as the settings want it. The language is set before, by `tongcds.i18n`."""
    return create(arguments, text_percent=settings.get(TEXT_SIZE), theme_name=settings.get(THEME))


def dress(app: QApplication, settings: Settings) -> None:
    """Show another theme or text size at once, in every open window."""
    stylesheet.dress(app, theme.load(settings.get(THEME), text_percent=settings.get(TEXT_SIZE)))


def speak(app: QApplication) -> None:
    """Give Qt's own dialogs the language in force; windows made before keep their words."""
    for old in app.findChildren(QtWords):
        app.removeTranslator(old)
        old.deleteLater()
    app.installTranslator(QtWords(app))
    QLocale.setDefault(QLocale("vi_VN" if i18n.language() == "vi" else "en_GB"))
