"""Work leaves the window's thread, its result comes back to it, and nothing reaches what is gone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import shiboken6
from PySide6.QtCore import QMetaMethod, QObject

from tongcds.errors import CancelledError, UnavailableError
from ui.changes import ChangeBus
from ui.errors import Excepthook
from ui.tasks import Crossing, InlineExecutor, Tasks


@pytest.fixture
def tasks():
    made = Tasks(ThreadPoolExecutor(1))
    yield made
    made.close()


def test_work_is_done_elsewhere_and_its_result_arrives_on_the_windows_thread(tasks, qtbot):
    owner, seen = QObject(), []
    tasks.run(threading.get_ident, lambda worker: seen.append((worker, threading.get_ident())), owner=owner)
    qtbot.waitUntil(lambda: bool(seen))
    worker, here = seen[0]
    assert here == threading.get_ident()
    assert worker != here


def test_results_come_in_the_order_of_the_work(tasks, qtbot):
    owner, seen = QObject(), []
    for number in range(5):
        tasks.run(lambda number=number: number, seen.append, owner=owner)
    qtbot.waitUntil(lambda: len(seen) == 5)
    assert seen == [0, 1, 2, 3, 4]


def test_a_result_for_a_screen_that_is_gone_is_dropped(tasks, qtbot):
    gone, here, seen = QObject(), QObject(), []
    held = threading.Event()
    tasks.run(held.wait, seen.append, owner=gone)
    tasks.run(lambda: "second", seen.append, owner=here)
    shiboken6.delete(gone)
    held.set()
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == ["second"]


def test_a_failure_is_handed_to_whom_it_concerns(qtbot):
    def fail():
        raise UnavailableError("disk_full")

    owner, problems = QObject(), []
    Tasks(InlineExecutor()).run(fail, pytest.fail, owner=owner, failed=problems.append)
    assert [problem.code for problem in problems] == ["disk_full"]


def test_a_mistake_of_ours_reaches_the_excepthook_as_well(qtbot):
    def fail():
        raise ZeroDivisionError

    owner, problems = QObject(), []
    tasks = Tasks(InlineExecutor())
    with qtbot.capture_exceptions() as caught:
        tasks.run(fail, pytest.fail, owner=owner, failed=problems.append)
        tasks.run(fail, pytest.fail, owner=owner)
    assert len(problems) == 1
    assert [kind for kind, _value, _trace in caught] == [ZeroDivisionError, ZeroDivisionError]


def test_a_cancellation_says_nothing(qtbot):
    def cancel():
        raise CancelledError

    Tasks(InlineExecutor()).run(cancel, pytest.fail, owner=QObject(), failed=pytest.fail)


def test_after_closing_nothing_is_started_and_nothing_arrives(qtbot):
    owner, seen = QObject(), []
    tasks = Tasks(ThreadPoolExecutor(1))
    held, begun = threading.Event(), threading.Event()

    def work():
        begun.set()
        return held.wait()

    tasks.run(work, seen.append, owner=owner)
    tasks.run(lambda: "queued", seen.append, owner=owner)
    assert begun.wait(5)
    threading.Timer(0.05, held.set).start()
    tasks.close()
    tasks.run(lambda: "late", seen.append, owner=owner)
    assert seen == []


def test_every_open_screen_hears_which_kinds_changed():
    bus, heard = ChangeBus(), []
    bus.changed.connect(heard.append)
    bus.tell(["visit", "support", "visit"])
    bus.tell([])
    assert heard == [frozenset({"visit", "support"})]


def test_what_several_threads_send_all_arrives_on_the_windows_thread_in_the_order_of_each(qtbot):
    seen: list[tuple[int, int, int]] = []
    crossing = Crossing(lambda thing: seen.append((*thing, threading.get_ident())))
    with ThreadPoolExecutor(4) as pool:
        for sender in range(4):
            pool.submit(lambda s=sender: [crossing.send((s, n)) for n in range(500)])
    qtbot.waitUntil(lambda: len(seen) == 2_000)
    assert {thread for _, _, thread in seen} == {threading.get_ident()}
    for sender in range(4):
        assert [n for s, n, _ in seen if s == sender] == list(range(500))


def test_no_python_object_crosses_threads_in_a_signal():
    # Qt holds a lock while it copies one, and the copy waits for the interpreter: both threads stood still.
    assert [bytes(one.methodSignature().data()).decode() for one in signals_of(Crossing)] == ["_rang()"]
    assert signals_of(Tasks) == []
    assert signals_of(Excepthook) == []


def signals_of(kind: type[QObject]) -> list[QMetaMethod]:
    """The signals that the class itself declares."""
    meta = kind.staticMetaObject
    methods = [meta.method(i) for i in range(meta.methodOffset(), meta.methodCount())]
    return [one for one in methods if one.methodType() == QMetaMethod.MethodType.Signal]
