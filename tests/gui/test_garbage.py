"""Screens are taken down on the UI thread, whoever makes the object that is one too many."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QPushButton

from tongcds import memory
from ui import garbage
from ui.garbage import Garbage
from ui.tasks import Tasks


class Ring(QPushButton):
    """A button that is reachable from itself alone, as a closed screen is; says where it goes down."""

    def __init__(self, ended: Callable[[int], None]) -> None:
        super().__init__("Ghi lại")
        self._me = self
        self._ended = ended

    def __del__(self) -> None:
        self._ended(threading.get_ident())


@pytest.fixture
def ends() -> Iterator[list[int]]:
    """The threads on which rings went down."""
    gc.collect()
    yield []
    gc.disable()
    gc.collect()


def make_much() -> None:
    """More objects than make Python look, if it looks by itself."""
    kept = [[number] for number in range(gc.get_threshold()[0] + 1)]
    del kept


def make_young() -> list[list[int]]:
    """Enough for the next look to be due."""
    return [[number] for number in range(10_000)]


def test_a_screen_goes_down_on_the_ui_thread_when_another_thread_makes_much(ends, qtbot):
    Ring(ends.append)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(make_much).result()
    assert ends == []
    kept = make_young()
    qtbot.waitUntil(lambda: bool(ends))
    assert len(kept) == 10_000
    assert ends == [threading.get_ident()]


def test_without_that_it_would_go_down_on_the_other_thread(ends):
    Ring(ends.append)
    gc.enable()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(make_much).result()
    gc.disable()
    assert len(ends) == 1
    assert ends != [threading.get_ident()]


def test_the_program_has_one_that_looks_and_python_does_not(qapp: QApplication):
    assert len(qapp.findChildren(Garbage)) == 1
    assert not gc.isenabled()


def test_nobody_looks_while_much_is_made_that_lives(ends):
    Ring(ends.append)
    with memory.looking_later():
        kept = make_young()
        garbage.look()
        assert ends == []
    assert len(kept) == 10_000
    gc.collect()
    assert ends == [threading.get_ident()]


class Work:
    """Something to do that says where it is let go of."""

    def __init__(self, ended: Callable[[int], None]) -> None:
        self._ended = ended

    def __call__(self) -> str:
        return "done"

    def __del__(self) -> None:
        self._ended(threading.get_ident())


def test_the_other_thread_is_never_the_last_to_hold_the_work(qtbot):
    owner, done, ended = QObject(), [], []
    tasks = Tasks(ThreadPoolExecutor(1))
    for _ in range(300):
        tasks.run(Work(ended.append), done.append, owner=owner)
    qtbot.waitUntil(lambda: len(done) == 300)
    tasks.close()
    assert set(ended) == {threading.get_ident()}
    assert len(ended) == 300


def test_an_executor_by_itself_would_be():
    ended: list[int] = []
    held = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(held.wait)
        pool.submit(Work(ended.append))
        held.set()
    assert len(ended) == 1
    assert ended != [threading.get_ident()]
