"""Before the window: unlock the vault with its passphrase, or join a team by an invitation and make a vault.

Nothing is lost on the way: a vault that was made stays, and an enrolment that was cut off goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tongcds.errors import TongcdsError
from tongcds.i18n import _
from ui import theme
from ui.errors import words_for
from ui.forms.opening_panes import InvitationPane, PassphrasePane, UnlockPane, WaitingPane
from ui.forms.rescue_pane import RescuePane
from ui.tasks import Tasks
from ui.theme import Length, Style, space
from ui.widgets.surface import Card, ScrollColumn, column, line
from ui.widgets.text import IconTile, Text
from ui.words import NAME


class Invited(Protocol):
    """What an invitation says; names are empty where only a code was typed."""

    @property
    def member_name(self) -> str:
        """Whom it is for."""

    @property
    def unit_name(self) -> str:
        """The team it is for."""


Vault = TypeVar("Vault")
Opened_co = TypeVar("Opened_co", covariant=True)
Invitation = TypeVar("Invitation", bound=Invited)


class Rescue(Protocol[Opened_co]):
    """What can be done with a vault that does not open."""

    def copy(self, target: Path) -> Path:
        """Copy its files, sealed as they are, into a new folder in `target`; answers which."""

    def restore(self, source: Path, passphrase: str) -> Opened_co:
        """Open it as a backup in `source` has it."""

    def begin_anew(self) -> Path:
        """Move it aside, so that an empty one can be made."""


class OpeningScreen(QWidget, Generic[Vault, Invitation]):
    """`opened` carries the vault once it is open and enrolled.

    Args:
        person: whose vault this is, "" if unknown; shown over the passphrase.
        exists: whether there is a vault to unlock; without one it begins with the invitation.
        unlock: opens the vault with a passphrase.
        create: makes a vault with a passphrase for a person.
        is_enrolled: whether a vault belongs to a team already.
        read_file, read_code: an invitation from a file, or from a code and a server's address.
        enrol: makes the vault a member of the team; may be called again after a failure.
        tasks: runs them all, in order.
        rescue: offered when the vault is damaged and nothing could put it right.
    """

    opened = Signal(object)

    def __init__(
        self,
        *,
        person: str,
        exists: bool,
        unlock: Callable[[str], Vault],
        create: Callable[[str, str], Vault],
        is_enrolled: Callable[[Vault], bool],
        read_file: Callable[[Path], Invitation],
        read_code: Callable[[str, str], Invitation],
        enrol: Callable[[Vault, Invitation], object],
        tasks: Tasks,
        rescue: Rescue[Vault] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._unlock = unlock
        self._create = create
        self._is_enrolled = is_enrolled
        self._read_file = read_file
        self._read_code = read_code
        self._enrol = enrol
        self._tasks = tasks
        self._rescue = rescue
        self._passphrase = ""
        self._vault: Vault | None = None
        self._invitation: Invitation | None = None
        self.setProperty("role", "page")
        self.setWindowTitle(NAME)
        self.unlock = UnlockPane(person)
        self.invitation = InvitationPane()
        self.passphrase = PassphrasePane()
        self.waiting = WaitingPane()
        self.rescue = RescuePane()
        self._panes = (self.unlock, self.invitation, self.passphrase, self.waiting, self.rescue)
        self._pane: QWidget = self.unlock
        self._build()
        self.unlock.entered.connect(self._try_to_unlock)
        self.invitation.code_entered.connect(self._take_code)
        self.invitation.file_chosen.connect(self._take_file)
        self.passphrase.made.connect(self._make)
        self.passphrase.left.connect(self._ask_invitation)
        self.waiting.again.connect(self._join)
        self.waiting.back.connect(self._ask_invitation)
        self.rescue.copy_chosen.connect(self._copy)
        self.rescue.backup_chosen.connect(self._restore)
        self.rescue.anew.connect(self._begin_anew)
        self.rescue.again.connect(self._ask_passphrase)
        self._show(self.unlock if exists else self.invitation)

    def _build(self) -> None:
        names = column()
        names.addWidget(Text(NAME, Style.HEADING))
        names.addWidget(Text(_("Register and support log of the community digital team"), Style.NOTE))
        head = line(gap=3)
        head.addWidget(IconTile("radio-tower"))
        head.addLayout(names, 1)
        card = Card()
        card.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        card.body.setSpacing(space(5))
        card.body.addLayout(head)
        for pane in self._panes:
            # Not a stack, which is always as high as its highest page.
            card.body.addWidget(pane)
        self._card = card
        scroll = ScrollColumn()
        scroll.body.setContentsMargins(space(5), space(5), space(5), space(5))
        scroll.body.addStretch(2)
        # Between stretches, not aligned: what is aligned is never asked for its height at its width.
        middle = line()
        middle.addStretch(1)
        middle.addWidget(card)
        middle.addStretch(1)
        scroll.body.addLayout(middle)
        scroll.body.addStretch(3)
        column(self).addWidget(scroll)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._card.setFixedWidth(theme.current().scaled(Length.DIALOG))
        self._pane.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, pane: QWidget) -> None:
        self._pane = pane
        for other in self._panes:
            other.setVisible(other is pane)
        if self.isVisible():
            pane.setFocus(Qt.FocusReason.OtherFocusReason)

    # Unlocking

    def _try_to_unlock(self, passphrase: str) -> None:
        self._passphrase = passphrase
        self._tasks.run(
            partial(self._open, passphrase), self._unlocked, owner=self, failed=self._stays_locked
        )

    def _open(self, passphrase: str) -> tuple[Vault, bool]:
        vault = self._unlock(passphrase)
        return vault, self._is_enrolled(vault)

    def _unlocked(self, answer: tuple[Vault, bool]) -> None:
        self._vault, enrolled = answer
        self._passphrase = ""
        self.unlock.set_busy(busy=False)
        self.unlock.field.clear()
        if enrolled:
            self.opened.emit(self._vault)
        else:
            self._ask_invitation()

    def _stays_locked(self, problem: Exception) -> None:
        if self._rescue is not None and isinstance(problem, TongcdsError) and problem.code == "vault_damaged":
            self.unlock.set_busy(busy=False)
            self._show(self.rescue)
            return
        wrong = isinstance(problem, TongcdsError) and problem.code == "passphrase_wrong"
        self.unlock.refuse(words_for(problem), wrong=wrong)

    # A vault that does not open

    def _ask_passphrase(self) -> None:
        self._show(self.unlock)

    def _copy(self, target: Path) -> None:
        if self._rescue is not None:
            copy = partial(self._rescue.copy, target)
            self._tasks.run(copy, self._copied, owner=self, failed=self._not_rescued)

    def _copied(self, where: Path) -> None:
        self.rescue.tell(_("Everything was copied to {folder}, still locked.").format(folder=where))

    def _restore(self, source: Path) -> None:
        if self._rescue is not None:
            work = partial(self._opened_from, self._rescue, source, self._passphrase)
            self._tasks.run(work, self._unlocked, owner=self, failed=self._not_rescued)

    def _opened_from(self, rescue: Rescue[Vault], source: Path, passphrase: str) -> tuple[Vault, bool]:
        vault = rescue.restore(source, passphrase)
        return vault, self._is_enrolled(vault)

    def _begin_anew(self) -> None:
        if self._rescue is not None:
            self._tasks.run(self._rescue.begin_anew, self._begun, owner=self, failed=self._not_rescued)

    def _begun(self, _aside: Path) -> None:
        self._passphrase = ""
        self._ask_invitation()

    def _not_rescued(self, problem: Exception) -> None:
        self.rescue.tell(words_for(problem))

    # Joining

    def _ask_invitation(self) -> None:
        self._show(self.invitation)

    def _take_code(self, code: str, address: str) -> None:
        read = partial(self._read_code, code, address)
        self._tasks.run(read, self._take, owner=self, failed=self._not_taken)

    def _take_file(self, path: Path) -> None:
        self._tasks.run(partial(self._read_file, path), self._take, owner=self, failed=self._not_taken)

    def _not_taken(self, problem: Exception) -> None:
        self.invitation.refuse(words_for(problem))

    def _take(self, invitation: Invitation) -> None:
        self._invitation = invitation
        if self._vault is not None:
            self._join()
        else:
            self.passphrase.ask(invitation.member_name, invitation.unit_name)
            self._show(self.passphrase)

    def _make(self, passphrase: str, person: str) -> None:
        self.waiting.wait(_("Making your vault"), _("This takes a few seconds."))
        self._show(self.waiting)
        make = partial(self._create, passphrase, person)
        self._tasks.run(make, self._made, owner=self, failed=self._not_made)

    def _not_made(self, problem: Exception) -> None:
        self._show(self.passphrase)
        self.passphrase.refuse(words_for(problem))

    def _made(self, vault: Vault) -> None:
        self._vault = vault
        self.passphrase.first.clear()
        self.passphrase.second.clear()
        self._join()

    def _join(self) -> None:
        vault, invitation = self._vault, self._invitation
        if vault is None or invitation is None:
            self._ask_invitation()
            return
        self.waiting.wait(
            _("Joining your team"), _("The province's server is asked to let this computer in.")
        )
        self._show(self.waiting)
        self._tasks.run(
            partial(self._enrol, vault, invitation), self._joined, owner=self, failed=self._not_joined
        )

    def _joined(self, _answer: object) -> None:
        self.opened.emit(self._vault)

    def _not_joined(self, problem: Exception) -> None:
        kept = _("What you entered is kept on this computer.")
        self.waiting.fail(_("This computer has not joined yet"), f"{words_for(problem)} {kept}")
        self.waiting.retry.setFocus(Qt.FocusReason.OtherFocusReason)
