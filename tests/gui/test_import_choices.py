"""What is said of a file before it is imported: since when classes hold, how the letters of a column read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.surroundings import FakeClock
from tongcds.errors import UserError, sentence
from ui.outline import outline
from ui.preview import register
from ui.screens.import_register import ImportScreen
from ui.tasks import InlineExecutor, Tasks


class Vault:
    """What the screen asked for, the last thing last."""

    def __init__(self) -> None:
        self.asked = []

    def prepare(self, path, progress, cancelled, *, choices, forget):
        self.asked.append(choices)
        return register.prepare(Path(path), progress, cancelled, choices=choices, forget=forget)


@pytest.fixture
def vault():
    return Vault()


@pytest.fixture
def screen(qtbot, vault):
    clock = FakeClock()
    made = ImportScreen(
        prepare=vault.prepare, apply=None, peek=register.peek, tasks=Tasks(InlineExecutor()), clock=clock
    )
    qtbot.addWidget(made)
    made.resize(1154, 712)
    made.show()
    return made


def test_the_day_since_which_poverty_classes_hold_can_be_corrected(screen, vault):
    screen.open_file("/reviewed.xlsx")
    review = screen.pane.review
    assert review.isVisible()
    assert (review.day.text(), review.decision.text()) == ("15/12/2025", "123/QĐ-UBND")
    asked = len(vault.asked)
    review.day.setFocus()
    review.day.selectAll()
    QTest.keyClicks(review.day, "1/1/2026")
    QTest.keyClick(review.day, Qt.Key.Key_Tab)
    assert (vault.asked[-1].held_on, vault.asked[-1].decision_no) == (date(2026, 1, 1), "123/QĐ-UBND")
    assert len(vault.asked) == asked + 1


def test_a_day_to_come_is_refused_beside_its_field(screen, vault):
    screen.open_file("/reviewed.xlsx")
    review, asked = screen.pane.review, len(vault.asked)
    review.day.setText("1/1/2027")
    review.day.editingFinished.emit()
    assert sentence(UserError("date_in_future")) in outline(review)
    assert len(vault.asked) == asked


def test_nobody_is_asked_about_classes_that_do_not_change(screen):
    screen.open_file("/ho-dan.xlsx")
    assert not screen.pane.review.isVisible()


def test_the_letters_of_one_column_are_chosen_by_their_sample(screen, vault):
    screen.open_file("/reviewed.xlsx")
    asked = [field for field in screen.pane._columns._letters.values() if field.isVisible()]
    (choice,) = [field.editor for field in asked]
    shown = [choice.itemText(place) for place in range(choice.count())]
    assert [words.partition(" (")[0] for words in shown[:2]] == [
        "NguyÔn V¨n An · Lß ThÞ Tõ", "Nguyễn Văn An · Lò Thị Từ",
    ]  # fmt: skip
    choice.setCurrentIndex(1)
    choice.activated.emit(1)
    assert vault.asked[-1].column_encodings == {(register.SHEET, "B"): "tcvn3"}
    choice.setCurrentIndex(0)
    choice.activated.emit(0)
    assert vault.asked[-1].column_encodings == {}
