"""Before the window: unlock the vault with its passphrase, or join a team by an invitation and make a vault.

Nothing is lost on the way: a vault that was made stays, and an enrolment that was cut off goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tongcds.domain.words import Tone
from tongcds.errors import TongcdsError
from tongcds.i18n import _
from ui import stylesheet, theme
from ui.errors import words_for
from ui.forms.lease_pane import LeasePane
from ui.forms.opening_panes import InvitationPane, PassphrasePane, UnlockPane, WaitingPane
from ui.forms.recovery_panes import PinPane, RecoveryPane
from ui.forms.rescue_pane import RescuePane
from ui.forms.rescue_steps import RescueSteps
from ui.forms.ways_in import Invited, Lease, OtherWays, Rescue
from ui.tasks import Tasks
from ui.theme import Length, Style, space
from ui.widgets.notice import Notice
from ui.widgets.surface import Card, ScrollColumn, column, line
from ui.widgets.text import IconTile, Text
from ui.words import NAME

_DAMAGED = frozenset({"vault_damaged", "repair_loses"})

Vault = TypeVar("Vault")
Invitation = TypeVar("Invitation", bound=Invited)


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
        ways: a PIN, an invitation's four words, the recovery code.
        warning: of the place where the data lie, "" where it is a good one.
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
        ways: OtherWays[Vault] | None = None,
        warning: str = "",
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
        self._ways = ways
        self._new: Callable[[str, bytes], Vault] | None = None
        self._passphrase = ""
        self._source: Path | None = None
        self._vault: Vault | None = None
        self._invitation: Invitation | None = None
        self.setProperty("role", "page")
        self.setWindowTitle(NAME)
        self.unlock = UnlockPane(person)
        self.invitation = InvitationPane()
        self.passphrase = PassphrasePane()
        self.waiting = WaitingPane()
        self.rescue = RescuePane()
        self.recovery = RecoveryPane()
        self.pin = PinPane()
        self.lease = LeasePane()
        self._panes = (
            self.unlock,
            self.invitation,
            self.passphrase,
            self.waiting,
            self.rescue,
            self.recovery,
            self.pin,
            self.lease,
        )
        self._pane: QWidget = self.unlock
        self._build(warning)
        QShortcut(QKeySequence("F1"), self).activated.connect(self._ask_help)
        self.unlock.entered.connect(self._try_to_unlock)
        self.invitation.code_entered.connect(self._take_code)
        self.invitation.file_chosen.connect(self._take_file)
        self.passphrase.made.connect(self._make)
        self.passphrase.left.connect(self._step_back)
        self.unlock.help.setVisible(ways is not None)
        self.unlock.forgotten.connect(self._ask_recovery)
        self.recovery.entered.connect(self._check_code)
        self.recovery.left.connect(self._ask_passphrase)
        self.pin.entered.connect(self._try_pin)
        self.pin.left.connect(self._ask_passphrase)
        self._listen_to_lease()
        self.waiting.again.connect(self._join)
        self.waiting.back.connect(self._ask_invitation)
        self.rescue.again.connect(self._ask_passphrase)
        self._steps = None if rescue is None else self._rescuing(rescue)
        self.invitation.backup.setVisible(rescue is not None and not exists)
        self.invitation.backup_chosen.connect(self._ask_for_backup)
        people = ways.people_with_pin() if ways is not None and exists else ()
        self.pin.ask(people)
        self._show(self.pin if people else self.unlock if exists else self.invitation)

    def _rescuing(self, rescue: Rescue[Vault]) -> RescueSteps[Vault]:
        return RescueSteps(
            self.rescue,
            rescue,
            self._tasks,
            passphrase=lambda: self._passphrase,
            open_by=self._opened_by,
            unlocked=self._unlocked,
            begun=self._begun,
            parent=self,
        )

    def give_up(self) -> Vault | None:
        """The vault that is open and was handed to nobody yet; the screen knows it no more."""
        held, self._vault = self._vault, None
        return held

    def ask_again(self, words: str) -> None:
        """Ask for the passphrase, and say why."""
        self._show(self.unlock)
        self.unlock.refuse(words, wrong=False)

    def _ask_help(self) -> None:
        topics: dict[QWidget, str] = {
            self.unlock: "lock",
            self.pin: "lock",
            self.recovery: "forgotten",
            self.rescue: "forgotten",
        }
        # Hardly anybody asks here, and it takes a tenth of the first picture's time.
        from tongcds import handbook  # noqa: PLC0415 - as above
        from ui.forms.help_window import HelpWindow  # noqa: PLC0415

        window = self.findChild(HelpWindow) or HelpWindow(self)
        window.show_topic(topics.get(self._pane, handbook.FIRST))
        window.show()
        window.activateWindow()

    def _build(self, warning: str) -> None:
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
        card.body.addWidget(Notice("triangle-alert", Tone.WARN, warning))
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
        stylesheet.dress_window(self)

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
        if self._rescue is not None and self._source is not None:
            return self._opened_by(partial(self._rescue.restore, self._source, passphrase))
        return self._opened_by(partial(self._unlock, passphrase))

    def _unlocked(self, answer: tuple[Vault, bool]) -> None:
        self._vault, enrolled = answer
        self._passphrase, self._source = "", None
        self.unlock.set_busy(busy=False)
        self.unlock.field.clear()
        if not enrolled:
            self._ask_invitation()
        elif self._ways is None or self._vault is None:
            self.opened.emit(self.give_up())
        else:
            self._tasks.run(partial(self._ways.lease, self._vault), self._lease_told, owner=self)

    # A computer that the province has not heard of for long

    def _listen_to_lease(self) -> None:
        self.lease.sync_requested.connect(self._renew_by_sync)
        self.lease.code_entered.connect(self._renew_by_code)
        self.lease.answer_chosen.connect(self._renew_by_answer)
        self.lease.folder_chosen.connect(self._export)

    def _lease_told(self, lease: Lease) -> None:
        if lease.over:
            self.lease.ask(revoked=lease.revoked, device=lease.device, number=lease.number, phone=lease.phone)
            self._show(self.lease)
        else:
            self.opened.emit(self.give_up())

    def _renew(self, work: Callable[[OtherWays[Vault], Vault], object]) -> None:
        ways, vault = self._ways, self._vault
        if ways is None or vault is None:
            return

        def renewed() -> Lease:
            work(ways, vault)
            return ways.lease(vault)

        self.lease.set_busy(busy=True)
        self._tasks.run(renewed, self._lease_told, owner=self, failed=self._not_renewed)

    def _renew_by_sync(self) -> None:
        self._renew(lambda ways, vault: ways.sync(vault))

    def _renew_by_code(self, words: str) -> None:
        self._renew(lambda ways, vault: ways.enter_lease_code(vault, words))

    def _renew_by_answer(self, path: Path) -> None:
        self._renew(lambda ways, vault: ways.take_answer(vault, path))

    def _export(self, folder: Path) -> None:
        self._renew(lambda ways, vault: ways.export(vault, folder))

    def _not_renewed(self, problem: Exception) -> None:
        self.lease.refuse(words_for(problem))

    def _stays_locked(self, problem: Exception) -> None:
        code = problem.code if isinstance(problem, TongcdsError) else ""
        if self._source is not None and code not in {"passphrase_wrong", "passphrase_wait"}:
            self._not_restored(problem)
            return
        if self._steps is not None and code in _DAMAGED:
            self.unlock.set_busy(busy=False)
            self._steps.ask(words_for(problem) if code == "repair_loses" else "")
            self._show(self.rescue)
            return
        if isinstance(problem, TongcdsError) and problem.code == "team_code_given" and self._ways is not None:
            self._welcome(self._ways, str(problem.params.get("person", "")))
            return
        self.unlock.refuse(words_for(problem), wrong=code == "passphrase_wrong", wait=_seconds_in(problem))

    # Other ways in

    def _welcome(self, ways: OtherWays[Vault], person: str) -> None:
        """The four words of an invitation were typed: now the passphrase of whom they are for."""
        code = self._passphrase
        self.unlock.set_busy(busy=False)
        self.unlock.field.clear()
        self._new = lambda passphrase, _slot: ways.accept(code, passphrase)
        self.passphrase.ask(person, "")
        self._show(self.passphrase)

    def _ask_recovery(self) -> None:
        if self._ways is not None:
            told = self._ways.recovery_help()
            self.recovery.ask(exists=told.exists, reference=told.reference, phone=told.phone)
            self._show(self.recovery)

    def _check_code(self, words: str) -> None:
        if self._ways is not None:
            check = partial(self._ways.check_code, words)
            self._tasks.run(check, self._code_fits, owner=self, failed=self._code_refused)

    def _code_fits(self, people: tuple[tuple[bytes, str], ...]) -> None:
        ways = self._ways
        assert ways is not None  # noqa: S101 - the code came from there
        self._new = lambda passphrase, slot_id: ways.recover(slot_id, passphrase)
        self.recovery.clear()
        self.passphrase.ask_one_of(people)
        self._show(self.passphrase)

    def _code_refused(self, problem: Exception) -> None:
        self.recovery.refuse(words_for(problem))

    def _try_pin(self, slot_id: bytes, pin: str) -> None:
        if self._ways is not None:
            work = partial(self._opened_by, partial(self._ways.open_with_pin, slot_id, pin))
            self._tasks.run(work, self._unlocked, owner=self, failed=self._pin_refused)

    def _pin_refused(self, problem: Exception) -> None:
        if isinstance(problem, TongcdsError) and problem.code in {"pin_wrong", "pin_wait"}:
            self.pin.refuse(words_for(problem), wait=_seconds_in(problem))
            return
        self.pin.set_busy(busy=False)
        self.ask_again(words_for(problem))

    def _opened_by(self, way: Callable[[], Vault]) -> tuple[Vault, bool]:
        vault = way()
        return vault, self._is_enrolled(vault)

    def _step_back(self) -> None:
        if self._new is None:
            self._ask_invitation()
        else:
            self._new = None
            self._ask_passphrase()

    # A vault that does not open

    def _ask_passphrase(self) -> None:
        self._show(self.unlock)

    def _begun(self) -> None:
        self._passphrase = ""
        self._ask_invitation()

    def _ask_for_backup(self, source: Path) -> None:
        """There is no vault here yet, but one in a backup on a stick: its passphrase opens it."""
        self._source = source
        self._show(self.unlock)

    def _not_restored(self, problem: Exception) -> None:
        self.unlock.set_busy(busy=False)
        self._source = None
        self._ask_invitation()
        self.invitation.refuse_backup(words_for(problem))

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
        title = _("Making your vault") if self._new is None else _("Opening…")
        self.waiting.wait(title, _("This takes a few seconds."))
        self._show(self.waiting)
        if self._new is not None:
            work = partial(self._opened_by, partial(self._new, passphrase, self.passphrase.whose()))
            self._tasks.run(work, self._let_in, owner=self, failed=self._not_made)
            return
        make = partial(self._create, passphrase, person)
        self._tasks.run(make, self._made, owner=self, failed=self._not_made)

    def _let_in(self, answer: tuple[Vault, bool]) -> None:
        self._new = None
        self.passphrase.first.clear()
        self.passphrase.second.clear()
        self._unlocked(answer)

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
        self.opened.emit(self.give_up())

    def _not_joined(self, problem: Exception) -> None:
        kept = _("What you entered is kept on this computer.")
        self.waiting.fail(_("This computer has not joined yet"), f"{words_for(problem)} {kept}")
        self.waiting.retry.setFocus(Qt.FocusReason.OtherFocusReason)


def _seconds_in(problem: Exception) -> int:
    """How long a refusal asks to wait; 0 when it does not."""
    seconds = problem.params.get("seconds") if isinstance(problem, TongcdsError) else None
    return seconds if isinstance(seconds, int) else 0
