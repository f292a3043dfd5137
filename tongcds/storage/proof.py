"""Whether a vault is sound, found out beside the work that only reads it; whoever writes waits for that."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, wait

from tongcds.errors import UnavailableError


class Proof:
    """Looks at everything once, on a thread of its own; before `begin` there is nothing to wait for."""

    def __init__(self) -> None:
        self._found: Future[None] | None = None
        self._prover: threading.Thread | None = None

    @property
    def is_given(self) -> bool:
        """Whether there is nothing to wait for, or no more, and nothing was found."""
        found = self._found
        return found is None or (found.done() and found.exception() is None)

    def begin(self, look: Callable[[], None]) -> None:
        """Begin to look; what `look` itself asks for does not wait."""
        found: Future[None] = Future()

        def prove(look: Callable[[], None]) -> None:
            try:
                look()
            except BaseException as problem:  # noqa: BLE001 - a future carries whatever happened
                # What was found lives as long as the vault; what looking had in its hands must not: the key.
                del look
                traceback.clear_frames(problem.__traceback__)
                found.set_exception(problem)
            else:
                found.set_result(None)

        self._found = found
        self._prover = threading.Thread(target=prove, args=(look,), name="proof")
        self._prover.start()

    def require(self) -> None:
        """Wait until everything was looked at.

        Raises:
            UnavailableError: what was found, each time it is asked for.
            RuntimeError: looking ended in a mistake of ours, and nobody knows whether it is sound.
        """
        if self._found is None or threading.current_thread() is self._prover:
            return
        problem = self._found.exception()
        # One for each who asks: they are on several threads.
        if isinstance(problem, UnavailableError):
            raise UnavailableError(problem.code, **problem.params) from problem
        if problem is not None:
            raise RuntimeError("nobody knows whether the vault is sound") from problem

    def end(self) -> None:
        """Wait until it is over, whatever it found."""
        if self._found is not None and self._prover is not None:
            wait([self._found])
            self._prover.join()
