"""Every error reaches a person in words; our own mistakes reach one window, with a report to copy."""

from __future__ import annotations

import sys

import pytest
import shiboken6
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QPushButton

from tongcds.errors import CancelledError, UnavailableError, UserError, sentence
from ui.errors import ErrorWindow, Excepthook, report_of, words_for


def caught(problem):
    try:
        raise problem
    except BaseException as raised:  # noqa: BLE001 - whatever it is, with its place
        return raised


def test_words_are_those_of_the_code_and_a_cancellation_has_none():
    problem = UserError("date_invalid")
    assert words_for(problem) == sentence(problem)
    assert words_for(CancelledError()) == ""
    assert words_for(ZeroDivisionError()) != ""


def test_a_report_says_where_and_never_what_was_in_the_record():
    report = report_of(caught(ValueError("Lò Thị Ngân 0987654321")), "the last lines of the log")
    assert "ValueError" in report
    assert "test_errors_window.py" in report
    assert "the last lines of the log" in report
    assert "0987654321" not in report


@pytest.fixture
def hook(qtbot):
    opened = []

    def window(report):
        dialog = QDialog()
        opened.append((report, dialog))
        return dialog

    made = Excepthook(lambda: "recent", window=window)
    made.opened = opened
    yield made
    for _report, dialog in opened:
        if shiboken6.isValid(dialog):
            dialog.deleteLater()


def test_two_mistakes_open_one_window_and_a_third_one_after_it_was_closed(hook, logs):
    logs.expect("ui.errors", "unexpected error")
    for _time in range(2):
        problem = caught(ZeroDivisionError())
        hook.handle(type(problem), problem, problem.__traceback__)
    assert len(hook.opened) == 1
    hook.opened[0][1].done(0)
    hook.handle(ZeroDivisionError, caught(ZeroDivisionError()), None)
    assert len(hook.opened) == 2


def test_a_cancellation_opens_nothing(hook):
    hook.handle(CancelledError, caught(CancelledError()), None)
    assert hook.opened == []


def test_the_hook_is_put_in_place_and_taken_out_again(hook):
    before = sys.excepthook
    hook.install()
    assert sys.excepthook == hook.handle
    hook.remove()
    assert sys.excepthook is before


def test_an_unavailable_vault_is_no_mistake_but_still_shown_when_nobody_caught_it(hook, logs):
    logs.expect("ui.errors", "unexpected error")
    hook.handle(UnavailableError, caught(UnavailableError("disk_full")), None)
    assert len(hook.opened) == 1


def test_the_report_can_be_read_and_copied(keep):
    window = ErrorWindow("ValueError\nsomewhere.py:3 something")
    keep(window)
    window.show()
    shown = window.findChild(QPlainTextEdit)
    assert shown.toPlainText() == "ValueError\nsomewhere.py:3 something"
    window.findChildren(QPushButton)[0].click()
    assert QGuiApplication.clipboard().text() == shown.toPlainText()
