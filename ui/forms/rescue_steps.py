"""What happens behind the rescue pane, and a backup from a stick on a computer that has no vault yet.

The panes only draw; which of them is shown is the opening screen's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtCore import QObject

from tongcds.i18n import _
from ui.errors import words_for
from ui.forms.rescue_pane import RescuePane
from ui.forms.ways_in import Rescue
from ui.tasks import Tasks

Vault = TypeVar("Vault")


class RescueSteps(QObject, Generic[Vault]):
    """Does what is chosen on the pane; what came of it is told there.

    Args:
        pane: shown when a vault does not open.
        rescue: does it.
        tasks: where it runs.
        passphrase: what was typed last.
        open_by: opens a vault in a given way, and says whether it is enrolled.
        unlocked: takes that answer.
        begun: the vault was moved aside.
    """

    def __init__(
        self,
        pane: RescuePane,
        rescue: Rescue[Vault],
        tasks: Tasks,
        *,
        passphrase: Callable[[], str],
        open_by: Callable[[Callable[[], Vault]], tuple[Vault, bool]],
        unlocked: Callable[[tuple[Vault, bool]], None],
        begun: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pane = pane
        self._rescue = rescue
        self._tasks = tasks
        self._passphrase = passphrase
        self._open_by = open_by
        self._unlocked = unlocked
        self._begun = begun
        pane.copy_chosen.connect(self._copy)
        pane.backup_chosen.connect(self._restore)
        pane.anew.connect(self._begin_anew)
        pane.agreed.connect(self._open_from_backup)
        pane.salvage_agreed.connect(self._salvage)

    def ask(self, lossy: str) -> None:
        """Begin; `lossy` as in `RescuePane.ask`."""
        self._pane.ask(lossy, self._rescue.phone(), self._rescue.about_export())

    def _copy(self, target: Path) -> None:
        copy = partial(self._rescue.copy, target)
        self._tasks.run(copy, self._copied, owner=self, failed=self._failed)

    def _copied(self, where: Path) -> None:
        self._pane.tell(_("Everything was copied to {folder}, still locked.").format(folder=where))

    def _salvage(self) -> None:
        self._pane.set_reading(reading=True)
        work = partial(self._rescue.salvage, self._passphrase())
        self._tasks.run(work, self._salvaged, owner=self, failed=self._not_salvaged)

    def _salvaged(self, words: str) -> None:
        self._pane.set_reading(reading=False)
        self._pane.tell(words)

    def _not_salvaged(self, problem: Exception) -> None:
        self._pane.set_reading(reading=False)
        self._failed(problem)

    def _restore(self, source: Path) -> None:
        self._open(partial(self._rescue.restore, source, self._passphrase()))

    def _open_from_backup(self) -> None:
        self._open(partial(self._rescue.open_from_backup, self._passphrase()))

    def _open(self, way: Callable[[], Vault]) -> None:
        work = partial(self._open_by, way)
        self._tasks.run(work, self._unlocked, owner=self, failed=self._failed)

    def _begin_anew(self) -> None:
        work = partial(self._rescue.begin_anew, self._passphrase())
        self._tasks.run(work, lambda _aside: self._begun(), owner=self, failed=self._failed)

    def _failed(self, problem: Exception) -> None:
        self._pane.tell(words_for(problem))
