"""What an open vault does by itself: it exchanges, backs up, counts its lease, logs what was seen.

When to exchange is the runner's affair (`tongcds.sync`); this brings it the time, the network and what was
saved. What is done on request is wired by the neighbours: Đồng bộ by `ui.exchanging`.
"""

from __future__ import annotations

from concurrent.futures import Executor
from functools import partial
from time import monotonic
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from tongcds.actions import audit, lease, rescue
from tongcds.settings import ASK_WHEN_METERED, Settings
from ui.desk import Desk
from ui.link import Link
from ui.tasks import Crossing

_TICK_MS: Final = 5_000
_LEASE_SECONDS: Final = 60
_FIRST_EXCHANGE_MS: Final = 1_500
# So that a laptop hears within a minute that it was stopped, and what others changed.
_LOOK_SECONDS: Final = 50
_LOOK_SECONDS_METERED: Final = 900


class Background(QObject):
    """Works from `start` to `stop`; before that and without it nothing happens that nobody asked for.

    `exchanged` carries the kinds of records that an exchange touched. `lease_over` says that this vault may
    not be worked with any more.

    Args:
        desk: what is worked with; its core gets the runner that is made here.
        settings: of this profile.
        net: where exchanges run.
    """

    exchanged = Signal(object)
    lease_over = Signal()

    def __init__(
        self, desk: Desk, settings: Settings, net: Executor, *, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._settings = settings
        self._link = Link(self)
        self._link.reachable.connect(self._reachable)
        self._news = Crossing(self.exchanged.emit, self)
        self._runner = desk.core.make_runner(net.submit, self._news.send, self._asks_first)
        self._counted = monotonic()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._looked = monotonic()
        for duty in (self._runner.tick, self._look, self._back_up, self._keep_views, self._use_lease):
            self._timer.timeout.connect(duty)

    def start(self) -> None:
        """Begin; the first exchange waits until the window is there."""
        self._timer.start()
        # Today is a day of use, however short.
        self._desk.write(partial(lease.tick, self._desk.core, 0), self._heed_lease, owner=self)
        QTimer.singleShot(_FIRST_EXCHANGE_MS, self, self._runner.saved)

    def stop(self) -> None:
        """End the exchange that runs, and begin nothing more."""
        self._timer.stop()
        self._runner.pause()

    def saved(self) -> None:
        """Something was written that the server wants."""
        if self._timer.isActive():
            self._runner.saved()

    def _look(self) -> None:
        """Ask the server though nothing waits here; less often where bytes are paid for."""
        wait = _LOOK_SECONDS_METERED if self._link.metered else _LOOK_SECONDS
        if monotonic() - self._looked >= wait:
            self._looked = monotonic()
            self._runner.saved()

    def _reachable(self) -> None:
        if self._timer.isActive():
            self._runner.reachable()

    def _asks_first(self) -> bool:
        """Whether the link is paid by volume and the person wants to be asked; any thread may ask."""
        return self._link.metered and self._settings.get(ASK_WHEN_METERED)

    def _back_up(self) -> None:
        due = partial(rescue.backup_if_due, self._desk.core)
        self._desk.write(due, lambda _made: None, owner=self)

    def _keep_views(self) -> None:
        self._desk.write(partial(audit.keep_views, self._desk.core), self._desk.changed, owner=self)

    def _use_lease(self) -> None:
        """Count the minutes of use; the clock of the machine may be wrong."""
        now = monotonic()
        if now - self._counted >= _LEASE_SECONDS:
            ran, self._counted = int((now - self._counted) * 1000), now
            self._desk.write(partial(lease.tick, self._desk.core, ran), self._heed_lease, owner=self)

    def _heed_lease(self, over: bool) -> None:  # noqa: FBT001 - the answer of an action
        if over:
            self.lease_over.emit()
