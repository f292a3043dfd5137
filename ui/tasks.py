"""The only place where threads meet widgets: work goes to an executor, its result comes back to the window.

Screens learn from `ui.changes` that something changed; how an error is shown is `ui.errors`' affair.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import partial
from itertools import count
from queue import SimpleQueue
from threading import Event
from typing import Any, ParamSpec, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Signal

from tongcds.errors import CancelledError, TongcdsError

T = TypeVar("T")
P = ParamSpec("P")


class Crossing(QObject):
    """Carries things from whatever thread onto the UI thread, where `deliver` takes them, in their order.

    A signal that carries a Python object must not cross threads: Qt copies it with a lock in its hand,
    and the copy waits for the interpreter, while the UI thread, which has the interpreter, may wait for that
    very lock. Both stand still for ever then (seen with PySide 6.11 and a label that was being made). So the
    signal carries nothing.
    """

    _rang = Signal()

    # Any: what is sent is what `deliver` takes.
    def __init__(self, deliver: Callable[[Any], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._deliver = deliver
        self._waiting: SimpleQueue[Any] = SimpleQueue()
        self._rang.connect(self._take)

    def send(self, thing: Any) -> None:  # noqa: ANN401 - as above
        """Hand a thing over; on any thread. Does nothing once the window is gone."""
        if shiboken6.isValid(self):
            self._waiting.put(thing)
            self._rang.emit()

    def _take(self) -> None:
        self._deliver(self._waiting.get_nowait())


@dataclass(frozen=True, slots=True)
class _Errand:
    work: Callable[[], object]
    done: Callable[[Any], None]  # Any: what `work` answers
    failed: Callable[[Exception], None] | None
    owner: QObject


class Tasks(QObject):
    """Runs work off the UI thread and brings its result back onto it.

    Make one over a single-threaded executor for writes, one for reads, one for the network: work given to the
    same one is done in order. Create it on the UI thread.

    The other thread knows an errand by its number alone. If it held the work or whoever waits for it, it
    might be the last to do so, and take a screen down on a thread where Qt has no screens.
    """

    def __init__(self, executor: Executor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._executor = executor
        self._closed = False
        self._errands: dict[int, _Errand] = {}
        self._numbers = count()
        self._finished = Crossing(self._deliver, self)

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        *,
        owner: QObject,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Do the work elsewhere, then call `done` with its result on the UI thread.

        Nothing is called when the owner (mostly the screen) is gone by then, when the work was cancelled, or
        after `close`. An exception goes to `failed`; without it, or when it is a mistake of ours, to the
        excepthook and so to the error window.
        """
        if self._closed:
            return
        number = next(self._numbers)
        self._errands[number] = _Errand(work, done, failed, owner)
        self._executor.submit(partial(self._do, number))

    def close(self) -> None:
        """Take no more work, drop what is queued, and wait for what is being done. Call before quitting."""
        self._closed = True
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._errands.clear()

    def finish(self) -> None:
        """Take no more work and wait until everything is done that was asked for; nobody is told."""
        self._closed = True
        self._executor.shutdown(wait=True)
        self._errands.clear()

    def _do(self, number: int) -> None:
        """On the other thread."""
        outcome: Future[object] = Future()
        try:
            outcome.set_result(self._errands[number].work())
        except Exception as problem:  # noqa: BLE001 - a future carries whatever happened
            outcome.set_exception(problem)
        if not self._closed:
            self._finished.send((number, outcome))
        del outcome  # an exception holds this frame, which must not hold the exception

    def _deliver(self, parcel: tuple[int, Future[object]]) -> None:
        number, outcome = parcel
        errand = self._errands.pop(number, None)
        if errand is None or self._closed or not shiboken6.isValid(errand.owner):
            return
        try:
            result = outcome.result()
        except CancelledError:
            return
        except Exception as problem:
            if errand.failed is not None:
                errand.failed(problem)
            if errand.failed is None or not isinstance(problem, TongcdsError):
                raise
            return
        errand.done(result)


class InlineExecutor(Executor):
    """Does the work at once, on the thread that asks: tests and previews need no waiting."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as problem:  # noqa: BLE001 - a future carries whatever happened
            future.set_exception(problem)
        return future


class Progress(QObject):
    """How far long work has come, brought onto the UI thread, and the wish to stop it, taken off it.

    Hand `report` and `is_cancelled` to the work; `moved` carries what is done and how much there is.
    """

    moved = Signal(int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cancelled = Event()

    def report(self, done: int, total: int) -> None:
        """Called by the work, on its own thread."""
        if shiboken6.isValid(self):
            self.moved.emit(done, total)

    def cancel(self) -> None:
        """Ask the work to stop; it raises CancelledError when it notices."""
        self._cancelled.set()

    def is_cancelled(self) -> bool:
        """Whether the work was asked to stop; called by the work."""
        return self._cancelled.is_set()
