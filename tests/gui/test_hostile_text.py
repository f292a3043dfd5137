"""Fifty texts that would like to be something else, on every screen: drawn as typed, nothing is loaded.

They are written as another laptop's would come, past the gate of the form, so that the screens are alone
with them; what turns the direction of writing is no part of a record, whoever sends it. What the form and an
import make of such text stands in `tests.unit.actions.test_hostile_text`.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6 import QtGui
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QTextDocument
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget

from tests.unit.actions.conftest import COMMUNE, MEMBER, VILLAGE, Home, core_of, home, team
from tongcds.actions import Core
from tongcds.domain.text import storable
from tongcds.domain.views import HouseholdFilter, LogFilter
from tongcds.settings import Settings
from ui.desktop import Desktop
from ui.outline import outline
from ui.preview.screens import settle
from ui.screens.households import HouseholdsScreen
from ui.tasks import InlineExecutor
from ui.widgets.text import tip

__all__ = ["core_of", "home", "team"]

CANARY = QColor("#ff00fe")
"""Of no theme: where it is drawn, a text had a picture loaded."""


@dataclass(frozen=True, slots=True)
class Traps:
    """A picture that must not be drawn, and an address that must not be asked."""

    picture: str
    address: str
    listener: socket.socket

    def asked(self) -> bool:
        try:
            self.listener.accept()
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def traps(tmp_path: Path) -> Iterator[Traps]:
    image = QImage(64, 64, QImage.Format.Format_RGB32)
    image.fill(CANARY)
    file = tmp_path / "canary.png"
    assert image.save(str(file))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        yield Traps(file.as_uri(), f"http://127.0.0.1:{listener.getsockname()[1]}/x.png", listener)


def payloads(traps: Traps) -> list[str]:
    shapes = (
        '<img src="{}">', "<img src='{}'/>", "<IMG SRC={}>", '<b>Lò</b><img src="{}">',
        '<table background="{}"><tr><td>x</td></tr></table>', '<body background="{}">x</body>',
        '<p style="background-image:url({})">x</p>', '<link rel="stylesheet" href="{}">',
        '<style>@import url("{}");</style>', '<a href="{}">x</a>', '<iframe src="{}"></iframe>',
        '<object data="{}"></object>', "<script src={}></script>", "![x]({})", "[x]({})", "<{}>",
        '<!DOCTYPE html><img src="{}">', '<qt><img src="{}"></qt>', '&lt;img src="{}"&gt;',
    )  # fmt: skip
    plain = (
        '=HYPERLINK("http://x.invalid";"a")', "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1:A9)", "=1+1",
        "' OR 1=1; DROP TABLE person; --", '%_" glob X', "\\'; --",
        "${{jndi:x}} {0} %s %n {name}", "&Lò & Cà",
        "Lò\u202eneB\u202c Xuân", "\u2066Lò\u2069 \u200fVăn",
    )  # fmt: skip
    return [shape.format(where) for shape in shapes for where in (traps.picture, traps.address)] + list(plain)


@pytest.fixture
def desktop(
    team: Core, home: Home, tmp_path: Path, traps: Traps, keep: Callable[[QWidget], QWidget]
) -> Iterator[Desktop]:
    """The window of a team whose every record holds one of the texts in each of its texts."""
    today = team.today.isoformat()
    with team.vault.change(MEMBER) as change:
        made = change.writer.create
        rounds = [made("round", village_id=VILLAGE, name=text, begins_on=today, ends_on=today)
                  for text in payloads(traps)[:3]]  # fmt: skip
        for at, text in enumerate(payloads(traps)):
            household = change.writer.reserve()
            person = made(
                "person", village_id=VILLAGE, household_id=household, full_name=text, note=text, birth="1980",
                relation=text[:40], phone=text[:40], id_number=text[:40],
            )  # fmt: skip
            made(
                "household", reserved=household, village_id=VILLAGE, code=f"H{at}", head_id=person, note=text,
                address=text,
            )  # fmt: skip
            visit = made(
                "visit", village_id=VILLAGE, household_id=household, on=today, by_id=MEMBER, note=text
            )
            made(
                "support", village_id=VILLAGE, visit_id=visit, service="PY01", person_ids=person,
                result="together",
            )  # fmt: skip
            made("follow_up", village_id=VILLAGE, household_id=household, visit_id=visit, due_on=today,
                 state="open", service="PY01")  # fmt: skip
            made("announcement", unit_id=COMMUNE, title=text, text=text, valid_from=today, by_id=MEMBER)
            made("privacy_request", village_id=VILLAGE, kind="view", who=text, detail=text, received_on=today,
                 reply_by=today, due_on=today, state="open")  # fmt: skip
            made("round_stop", village_id=VILLAGE, round_id=rounds[at % 3], household_id=household,
                 member_id=MEMBER, place=at, state="open", note=text)  # fmt: skip
    everywhere = {name: InlineExecutor() for name in ("writes", "reads", "files", "net")}
    shown = Desktop(team, Settings(tmp_path), **everywhere, automatic=False)
    keep(shown.shell)
    shown.shell.resize(1366, 768)
    shown.show()
    yield shown
    shown.close()
    shown.deleteLater()


def loads(window: QWidget) -> list[str]:
    """What of a window shows that a text was taken for markup."""
    settle()
    found = []
    image = window.grab().toImage()
    if any(
        image.pixelColor(across, down) == CANARY
        for across in range(0, image.width(), 8)
        for down in range(0, image.height(), 8)
    ):
        found.append("a picture was drawn")
    for widget in (window, *window.findChildren(QWidget)):
        if isinstance(widget, QLabel) and widget.textFormat() is not Qt.TextFormat.PlainText:
            found.append(f"{type(widget).__name__} may take its text for markup")
        said = widget.toolTip()
        if QtGui.Qt.mightBeRichText(said):
            shown = QTextDocument()
            shown.setHtml(said)
            if "\ufffc" in shown.toPlainText() or 'href="' in shown.toHtml():
                found.append(f"the tip of {type(widget).__name__} loads something")
    return found


def windows(desktop: Desktop, home: Home) -> Iterator[tuple[str, QWidget]]:
    """Every screen and what opens over it, one after the other."""
    shell = desktop.shell
    for place in ("today", "households", "log", "sync", "settings"):
        shell.show_place(place)
        yield place, shell
    register = shell.screen_of("households")
    assert isinstance(register, HouseholdsScreen)
    with desktop.core.vault.read() as connection:
        ids = [row[0] for row in connection.exec_driver_sql("select id from household order by code")]
    for household in ids[:20]:
        desktop.open_household(household)
        yield "a household", shell
    wanted = HouseholdFilter()
    opens: dict[str, Callable[[], object]] = {
        "tasks": desktop.today.list_tasks,
        "announcements": desktop.today.guidance.open,
        "rounds": lambda: desktop.rounds.open(wanted),
        "duplicates": desktop.doubting._duplicates.open,
        "doubts": desktop.doubting.open,
        "privacy": desktop.privacy.open,
        "a form": lambda: desktop.editing.edit(ids[0]),
        "a visit": lambda: desktop.visiting.start(ids[0]),
        "facts": lambda: desktop.editing.history(ids[0], "x"),
        "leaving": lambda: desktop.movements.open(ids[0]),
        "away": desktop.movements.list_away,
        "poverty": lambda: desktop.poverty.open(ids[0]),
        "poor": desktop.poverty.list_poor,
        "consent": lambda: desktop.privacy.ask_consent(ids[0]),
        "filters": lambda: desktop.filtering.open(wanted),
        "a paper": lambda: desktop.printing.sheet(ids[0]),
        "the book": lambda: desktop.printing.activities(LogFilter()),
    }
    for name, open_it in opens.items():
        open_it()
        settle()
        over = [one for one in shell.findChildren(QDialog) if one.isVisible()]
        yield name, over[-1] if over else shell
        for dialog in reversed(over):
            dialog.reject()
        while shell.seen() is not None and shell.seen() is not shell.screen_of(shell.place):
            shell.back()


def test_no_text_is_anything_but_text_on_any_screen(desktop: Desktop, home: Home, traps: Traps) -> None:
    wrong = {name: found for name, window in windows(desktop, home) if (found := loads(window))}
    assert wrong == {}
    assert not traps.asked()


def test_the_list_shows_each_as_it_was_typed(desktop: Desktop, home: Home, traps: Traps) -> None:
    desktop.shell.show_place("households")
    settle()
    said = outline(desktop.shell)
    missing = [text for text in payloads(traps) if storable(text) not in said]
    assert missing == []


@pytest.mark.parametrize("shape", ['<img src="{}">', '<b>Lò</b><img src="{}">'])
def test_a_label_or_a_tip_that_takes_text_for_markup_is_noticed(
    traps: Traps, keep: Callable[[QWidget], QWidget], qapp: QApplication, shape: str
) -> None:
    # Negative control.
    text = shape.format(traps.picture)
    label = QLabel(text)
    keep(label)
    label.show()
    assert loads(label) == ["a picture was drawn", "QLabel may take its text for markup"]
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setToolTip(text)
    assert loads(label) == ["the tip of QLabel loads something"]
    label.setToolTip(tip(text))
    assert loads(label) == []
