"""What the demo stands on: a server that may be missing or fail, a clock for pictures, a display or none."""

from __future__ import annotations

import sys
from argparse import Namespace
from datetime import UTC, datetime

import pytest

from tongcds.errors import UnavailableError, UserError
from ui import commands, demo


def test_a_packaged_program_without_a_server_says_so(monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with pytest.raises(UserError, match="demo_needs_server"), demo.Demo(demo.Afternoon()):
        pass


def test_a_server_that_does_not_start_is_told_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with demo.Demo(demo.Afternoon()) as begun:
        with pytest.raises(UnavailableError, match="demo_server_failed"):
            begun.server.wait()
        folder = begun.folder
        assert folder.is_dir()
    assert not folder.exists()


def test_the_afternoon_moves_only_when_it_is_told_to():
    clock = demo.Afternoon()
    began = clock()
    assert began == clock() == datetime(2026, 11, 23, 7, 2, tzinfo=UTC)
    clock.pass_minutes(28)
    assert (clock() - began).total_seconds() == 28 * 60


@pytest.mark.parametrize(
    ("given", "seen"),
    [({}, False), ({"DISPLAY": ":0"}, True), ({"WAYLAND_DISPLAY": "w"}, True), ({"DISPLAY": ""}, False)],
)
def test_a_display_is_one_that_the_surroundings_name(monkeypatch, given, seen):
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert commands.has_display() is seen


def test_windows_always_has_a_display(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    assert commands.has_display()


def test_a_demo_without_a_display_takes_the_tour_instead(monkeypatch, capsys, tmp_path):
    taken = []
    monkeypatch.setattr(commands, "has_display", lambda: False)
    monkeypatch.setattr(commands, "_tour", lambda folder: taken.append(folder) or 0)
    assert commands.run(Namespace(name="demo", role="team")) == 0
    assert [folder.name for folder in taken] == ["tour"]
    assert capsys.readouterr().out.strip()
