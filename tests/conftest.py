"""What every test gets: a fresh profile, a clock that stands still, no network, and no traces left behind."""

from __future__ import annotations

import gc
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from scripts import strings
from tests.surroundings import ExpectedLogs, FakeClock, QtTraces, is_loopback, left_threads
from tongcds import i18n, paths

# Before anything imports Qt. Tests of a real window start their own process with their own display.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

hypothesis.settings.register_profile("developer", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "developer")


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


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(autouse=True)
def profile(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty profile folder that the program takes for its own; in child processes too."""
    folder = tmp_path_factory.mktemp("profile")
    monkeypatch.setenv(paths.PROFILE_VARIABLE, str(folder))
    monkeypatch.setenv(paths.EXPORTS_VARIABLE, str(folder / "exports"))
    return folder


@pytest.fixture(autouse=True)
def _vietnamese() -> Iterator[None]:
    if i18n.language() != i18n.DEFAULT_LANGUAGE:
        i18n.set_language(i18n.DEFAULT_LANGUAGE)
    yield
    if i18n.language() != i18n.DEFAULT_LANGUAGE:
        i18n.set_language(i18n.DEFAULT_LANGUAGE)


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


@pytest.fixture(autouse=True)
def _windows_are_taken_down_on_their_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    """Has Python look for garbage as the window's program does; other tests leave it to Python."""
    if request.node.get_closest_marker("gui") is not None:
        from PySide6.QtCore import QCoreApplication, QEvent

        from ui import garbage

        gc.disable()
        yield
        # What is to be deleted goes first, as it does in a running program: a window of which only Python's
        # half is left would be asked for its size.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        garbage.look()
        return
    if not gc.isenabled():
        gc.collect()
        gc.enable()
    yield


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


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = left_threads(before)
    if left:
        pytest.fail(f"threads still running: {left}")


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
