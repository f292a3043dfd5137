"""Proves that a packaged program has everything it needs to start; `main.py --self-test` runs it.

Needs no display and touches nothing of the user's: the vault it makes is thrown away.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication, QLabel

import tongcds
import ui
from tongcds import i18n, paths
from tongcds.actions import opening
from tongcds.clock import system_clock
from tongcds.documents import Format, write
from tongcds.papers.paper import Chart, Code, Column, Number, Paper, Row, Series, Sheet, Table, Title
from ui import icons, stylesheet, theme
from ui.paper import pages, writing

# The server is packaged on its own.
_NOT_PACKAGED = "tongcds.server"


def _load_every_module() -> None:
    packages: list[ModuleType] = [tongcds, ui]
    for package in packages:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith(_NOT_PACKAGED):
                importlib.import_module(module.name)


def _speak_vietnamese() -> None:
    i18n.set_language("vi")
    word = "Language"
    if i18n._(word) == word:
        raise LookupError("the Vietnamese catalogue is missing")


def _draw_a_window() -> None:
    app = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(app, QApplication):
        raise TypeError("Qt runs without windows here")
    theme.load_fonts()
    missing = [family for family in theme.FAMILIES if family not in QFontDatabase.families()]
    if missing:
        raise LookupError(f"fonts not bundled: {missing}")
    look = theme.load("light")
    stylesheet.dress(app, look)
    papers = writing.missing_fonts()
    if papers:
        raise LookupError(f"fonts of papers not bundled: {papers}")
    label = QLabel(i18n.LANGUAGES["vi"])
    picture = label.grab()
    label.deleteLater()
    if picture.isNull() or icons.qicon("search", look.colour("ink"), 16).isNull():
        raise LookupError("nothing was drawn")


def _write_papers() -> None:
    """One paper with what each writer needs files of its own for: a template, a picture, a chart."""
    table = Table((Column("A", 1),), (Row((Number("1", 1),)),))
    blocks = (table, Chart("A", ("1",), (Series("A", (1.0,)),)), Code("A", "A", "A"))
    paper = Paper("A", "A", (Sheet("A", None, Title("A"), blocks),))
    begins = {Format.DOCX: b"PK", Format.XLSX: b"PK", Format.PDF: b"%PDF"}
    for kind, first in begins.items():
        # The new profile has no templates in it; the user's own folder may.
        drawn = kind is Format.PDF
        content = pages.pdf(paper) if drawn else write(paper, kind, paths.profile_folder()).content
        if not content.startswith(first):
            raise LookupError(f"no {kind} was written")


def _keep_an_encrypted_vault() -> None:
    folder = paths.profile_folder()
    passphrase = "bốn từ không ai đoán"  # noqa: S105 - of a vault that is thrown away
    opening.create_vault(folder, passphrase, "Lò Thị Mẫu", system_clock).close()
    opening.open_vault(folder, passphrase, system_clock).close()
    for file in opening.vault_folder(folder).rglob("*"):
        if file.is_file() and file.read_bytes()[:15] == b"SQLite format 3":
            raise LookupError(f"{file.name} is not encrypted")


CHECKS: tuple[Callable[[], None], ...] = (
    _load_every_module,
    _speak_vietnamese,
    _draw_a_window,
    _write_papers,
    _keep_an_encrypted_vault,
)


def run() -> int:
    """Check all of it and say what failed; answers the exit code."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="tongcds-") as folder:
        os.environ["TONGCDS_PROFILE"] = str(Path(folder))
        for check in CHECKS:
            name = check.__name__.strip("_").replace("_", " ")
            try:
                check()
            except Exception as error:  # noqa: BLE001 - whatever is missing has to be named
                failed += 1
                _say(f"failed: {name}: {error!r}")
            else:
                _say(f"ok: {name}")
    return 1 if failed else 0


def _say(line: str) -> None:
    # A windowed program on Windows has no standard output.
    if sys.stdout is not None:
        sys.stdout.write(line + "\n")
