"""What watches over every test would notice what it watches for."""

from __future__ import annotations

import logging
import socket
import threading
import urllib.request

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from tests.surroundings import ExpectedLogs, QtTraces, is_loopback, left_threads
from tongcds import paths


def test_a_thread_that_does_not_end_is_named():
    before = set(threading.enumerate())
    end = threading.Event()
    thread = threading.Thread(target=end.wait, name="forgotten")
    thread.start()
    assert left_threads(before, seconds=0) == ["forgotten"]
    end.set()
    thread.join()
    assert left_threads(before) == []


@pytest.mark.gui
def test_a_window_and_a_timer_left_behind_are_named(qapp, monkeypatch):
    traces = QtTraces()
    window = QWidget(objectName="forgotten")
    timer = QTimer()
    timer.start(60_000)
    traces.timers.add(timer)
    left = traces.left()
    timer.stop()
    window.deleteLater()
    assert [name in trace for name, trace in zip(["forgotten", "timer"], left, strict=True)] == [True, True]
    assert traces.left() == []


@pytest.mark.gui
def test_a_timer_that_is_started_is_remembered(qapp):
    timer = QTimer()
    timer.start(60_000)
    assert QTimer.start.__name__ == "remembered"
    timer.stop()


def record(logger, message):
    return logging.LogRecord(logger, logging.WARNING, "", 0, message, None, None)


def test_a_warning_that_nobody_announced_is_a_problem():
    expected = ExpectedLogs([record("tongcds.sync.runner", "server is busy")])
    assert len(expected.problems()) == 1
    expected.expect("tongcds.sync", "busy")
    assert expected.problems() == []


def test_an_announced_warning_that_does_not_come_is_a_problem():
    expected = ExpectedLogs()
    expected.expect("tongcds.sync")
    assert len(expected.problems()) == 1


def test_the_network_is_out_of_reach():
    with pytest.raises(OSError, match="tests look up no names"):
        urllib.request.urlopen("http://tongcds.example/")
    with pytest.raises(AssertionError, match="reached for the network"), socket.socket() as line:
        line.connect(("192.0.2.1", 80))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_the_loopback_is_within_reach(host):
    assert is_loopback(host)


def test_two_tests_do_not_share_a_profile(profile, tmp_path_factory):
    assert paths.profile_folder() == profile
    assert list(profile.iterdir()) == []
