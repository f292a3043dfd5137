"""The rules of the house hold everywhere, and each of them would notice if it did not."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtWidgets import QWidget

from tests.meta import rules
from tongcds.log import ALLOWED_FIELDS

CODE = rules.sources("tongcds", "ui", "benchmarks", "scripts")
TESTS = rules.sources("tests")

LONG_FILES: dict[str, str] = {
    "tongcds/errors.py": "one table of sentences, which people read from its top to its end",
}
"""Files over the limit, each with the reason why it is better whole."""

READS_THE_CLOCK = {"tongcds/clock.py"}
"""The one place where the clock is real."""


def test_no_file_is_long_without_a_reason():
    long = {
        rules.relative(path)
        for path in [*CODE, *TESTS]
        if len(path.read_text(encoding="utf-8").splitlines()) > rules.MAXIMUM_LINES
    }
    assert long == set(LONG_FILES)


@pytest.mark.parametrize("path", CODE, ids=rules.relative)
def test_nothing_reaches_for_the_clock_or_sleeps(path):
    if rules.relative(path) in READS_THE_CLOCK:
        return
    assert rules.banned_calls(path.read_text(encoding="utf-8")) == []


def test_no_test_sleeps():
    found = {rules.relative(path): rules.banned_calls(path.read_text(encoding="utf-8")) for path in TESTS}
    assert {name: complaints for name, complaints in found.items() if complaints} == {}


@pytest.mark.parametrize(
    "line",
    [
        "datetime.now(UTC)",
        "datetime.datetime.now()",
        "dt.date.today()",
        "uuid.uuid4()",
        "time.sleep(1)",
        "QThread(self)",
        "QApplication.processEvents()",
        "qtbot.wait(100)",
    ],
)
def test_a_banned_call_would_be_noticed(line):
    assert len(rules.banned_calls(line)) == 1


def test_a_fake_clock_is_no_banned_call():
    assert rules.banned_calls("clock.now()\nself.clock()\nevent.wait(1)") == []


def test_nothing_imports_the_entry_point():
    assert [
        rules.relative(path) for path in CODE if rules.imports_main(path.read_text(encoding="utf-8"))
    ] == []
    assert rules.imports_main("from main import main")
    assert rules.imports_main("import main")
    assert not rules.imports_main("from ui.app import main")


def test_only_harmless_fields_are_logged():
    found = {rules.relative(path): rules.logged_fields(path.read_text(encoding="utf-8")) for path in CODE}
    assert {name: fields - ALLOWED_FIELDS for name, fields in found.items() if fields - ALLOWED_FIELDS} == {}
    assert rules.logged_fields('log.info("saved", extra={"name": n, "count": 1})') == {"name", "count"}


def test_no_trace_of_a_machine_is_in_the_project():
    found = {name: rules.machine_traces(text) for name, text in rules.tracked_texts()}
    assert {name: traces for name, traces in found.items() if traces} == {}


@pytest.mark.parametrize("path", ["work", "root", "home/lan"])
def test_a_trace_of_a_machine_would_be_noticed(path):
    assert rules.machine_traces(f"open('/{path}/register.xlsx')")
    assert rules.machine_traces("https://pypi" + ".org/simple")
    assert not rules.machine_traces("see docs/root/plan.md and https://tongcds.example/root/")


def drift_of_none(widget) -> int:
    before = sys.getrefcount(None)
    for _ in range(200):
        widget.setEnabled(True)
    return abs(sys.getrefcount(None) - before)


@pytest.mark.gui
def test_qt_gives_back_the_references_it_borrows(qtbot):
    # PySide6 6.12.0 on Python 3.11 takes one reference to None a call, until the interpreter aborts.
    widget = QWidget()
    qtbot.addWidget(widget)
    assert drift_of_none(widget) < 50


def test_lost_references_would_be_noticed():
    kept = []

    class Leaking:
        def setEnabled(self, _on):  # noqa: N802 - Qt's name
            kept.append(None)

    assert drift_of_none(Leaking()) >= 200
