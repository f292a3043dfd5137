"""What every test gets: a fresh profile, a clock that stands still, no network, and no traces left behind."""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
import weakref
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import hypothesis
import pytest

from scripts import strings
from tongcds import i18n, paths

# Before anything imports Qt. Tests of a real window start their own process with their own display.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

hypothesis.settings.register_profile("developer", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "developer")

SECONDS_TO_END = 5
"""How long a thread that was told to stop may still take."""


def pytest_sessionstart() -> None:
    strings.compile_all()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folders = item.path.parts
        if "gui" in folders:
            item.add_marker("gui")
        if "e2e" in folders:
            item.add_marker("e2e")
        if item.get_closest_marker("display"):
            # One after the other: a window that types needs the display, and the machine, for itself.
            item.add_marker(pytest.mark.xdist_group("display"))


class FakeClock:
    """A clock that moves only when it is told to; 23/11/2026 14:32 in Vietnam at first."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 23, 7, 32, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **amount: float) -> None:
        """Move on, say by `days=2` or `seconds=0.5`."""
        self.moment += timedelta(**amount)

    def set(self, moment: datetime) -> None:
        """Jump to an aware moment, forward or back."""
        assert moment.tzinfo is not None
        self.moment = moment


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(autouse=True)
def profile(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty profile folder that the program takes for its own; in child processes too."""
    folder = tmp_path_factory.mktemp("profile")
    monkeypatch.setenv(paths.PROFILE_VARIABLE, str(folder))
    return folder


@pytest.fixture(autouse=True)
def _vietnamese() -> Iterator[None]:
    if i18n.language() != i18n.DEFAULT_LANGUAGE:
        i18n.set_language(i18n.DEFAULT_LANGUAGE)
    yield
    if i18n.language() != i18n.DEFAULT_LANGUAGE:
        i18n.set_language(i18n.DEFAULT_LANGUAGE)


def is_loopback(host: object) -> bool:
    """Whether a socket address names this machine itself."""
    if host in {"localhost", "", None}:
        return True
    try:
        return ip_address(str(host)).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def _no_network_but_loopback() -> Iterator[None]:
    def guarded(original: Callable[..., object]) -> Callable[..., object]:
        def connect(self: socket.socket, address: object) -> object:
            if self.family in {socket.AF_INET, socket.AF_INET6} and not is_loopback(address[0]):  # type: ignore[index]
                raise AssertionError(f"a test reached for the network: {address}")
            return original(self, address)

        return connect

    real_lookup = socket.getaddrinfo

    def lookup(host: str | bytes | None, *args: object, **kwargs: object) -> object:
        name = host.decode() if isinstance(host, bytes) else host
        if not is_loopback(name):
            raise socket.gaierror(socket.EAI_NONAME, f"tests look up no names: {name}")
        return real_lookup(host, *args, **kwargs)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
        patch.setattr(socket, "getaddrinfo", lookup)
        yield


@dataclass
class ExpectedLogs:
    """Which records of level WARNING or above a test is about; any other one fails it."""

    records: list[logging.LogRecord] = field(default_factory=list)
    _expected: list[tuple[str, str]] = field(default_factory=list)

    def expect(self, logger: str, message: str = "") -> None:
        """Such a record will come at least once: a logger (or its parent) and a part of the message."""
        self._expected.append((logger, message))

    @staticmethod
    def _fits(record: logging.LogRecord, expected: tuple[str, str]) -> bool:
        logger, message = expected
        return f"{record.name}.".startswith(f"{logger}.") and message in record.getMessage()

    def problems(self) -> list[str]:
        unexpected = [
            f"unexpected {record.levelname} by {record.name}: {record.getMessage()}"
            for record in self.records
            if not any(self._fits(record, expected) for expected in self._expected)
        ]
        absent = [
            f"expected and not logged: {expected}"
            for expected in self._expected
            if not any(self._fits(record, expected) for record in self.records)
        ]
        return unexpected + absent


class _Collector(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__(logging.WARNING)
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)


@pytest.fixture(autouse=True)
def logs() -> Iterator[ExpectedLogs]:
    """Fails the test on a warning in the log that it did not announce with `logs.expect(logger, message)`."""
    expected = ExpectedLogs()
    collector = _Collector(expected.records)
    root = logging.getLogger()
    root.addHandler(collector)
    yield expected
    root.removeHandler(collector)
    problems = expected.problems()
    if problems:
        pytest.fail("\n".join(problems))


def left_threads(before: set[threading.Thread], *, seconds: float = SECONDS_TO_END) -> list[str]:
    """The names of threads that started since and do not end."""
    for thread in set(threading.enumerate()) - before:
        thread.join(seconds)
    return sorted(thread.name for thread in set(threading.enumerate()) - before)


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = left_threads(before)
    if left:
        pytest.fail(f"threads still running: {left}")


class QtTraces:
    """Remembers what Qt objects were there before a test and names those that it left behind."""

    def __init__(self) -> None:
        from PySide6.QtWidgets import QApplication

        self._before = set(map(id, QApplication.topLevelWidgets()))
        self.timers: weakref.WeakSet[object] = weakref.WeakSet()

    def left(self) -> list[str]:
        from PySide6.QtCore import QCoreApplication, QEvent, QTimer
        from PySide6.QtWidgets import QApplication
        from shiboken6 import isValid

        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        widgets = [
            f"top-level {type(widget).__name__} {widget.objectName()!r}"
            for widget in QApplication.topLevelWidgets()
            if id(widget) not in self._before and widget.parent() is None
        ]
        timers = [
            f"running timer of {timer.parent()!r}"
            for timer in self.timers
            if isinstance(timer, QTimer) and isValid(timer) and timer.isActive()
        ]
        return widgets + timers


@pytest.fixture(autouse=True)
def _no_qt_object_is_left(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    if request.node.get_closest_marker("gui") is None or "PySide6.QtWidgets" not in sys.modules:
        yield
        return
    from PySide6.QtCore import QTimer

    traces = QtTraces()
    start = QTimer.start

    def remembered(timer: QTimer, *interval: int) -> None:
        traces.timers.add(timer)
        start(timer, *interval)

    monkeypatch.setattr(QTimer, "start", remembered)
    yield
    left = traces.left()
    if left:
        pytest.fail(f"left behind: {left}")
