"""Wires the cards about PIN, passphrase and people to the vault."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from tongcds.actions import Changes, Core, people
from tongcds.actions.sessions import Pins
from tongcds.errors import TongcdsError
from tongcds.i18n import _
from ui.errors import words_for
from ui.forms.people_card import OwnKeysCard, PeopleCard
from ui.tasks import Tasks


class Keys(QObject):
    """The cards of one window.

    Args:
        core: an open, enrolled vault.
        pins: of this program; without them (in a demo) there is no card about oneself.
        leads: whether the person may let others in.
        writes: where changes are made.
        changed: told of what was changed.
        parent: whose window it is.
    """

    def __init__(
        self,
        core: Core,
        pins: Pins | None,
        *,
        leads: bool,
        writes: Tasks,
        changed: Callable[[Changes], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._core = core
        self._leads = leads
        self._pins = pins
        self._writes = writes
        self._changed = changed
        self._people: PeopleCard | None = None
        self._own: OwnKeysCard | None = None

    def cards(self) -> tuple[QWidget, ...]:
        """The cards, made anew for a settings screen."""
        self._people = PeopleCard(may_change=self._leads)
        self._people.invited.connect(self._invite)
        self._people.removed.connect(self._remove)
        self._people.show_people(people.people(self._core))
        if self._pins is None:
            return (self._people,)
        self._own = OwnKeysCard()
        self._own.pin_set.connect(self._set_pin)
        self._own.passphrase_set.connect(self._change_passphrase)
        return self._own, self._people

    def _invite(self, name: str) -> None:
        card = self._people
        if card is None:
            return

        def done(answer: tuple[people.TeamCode, Changes]) -> None:
            made, changes = answer
            self._changed(changes)
            words = _(
                "Four words for {name}: {code}. They type them in place of a passphrase on this computer, "
                "once, within {days} days, and then make up their own."
            )
            card.tell(words.format(name=made.name, code=made.code, days=made.days))
            card.show_people(people.people(self._core))

        invite = partial(people.invite_person, self._core, name)
        self._writes.run(invite, done, owner=card, failed=lambda problem: card.refuse(words_for(problem)))

    def _remove(self, slot_id: bytes) -> None:
        card = self._people
        if card is None:
            return

        def done(_nothing: object) -> None:
            if self._pins is not None:
                self._pins.forget(slot_id)
            card.tell(_("Taken away. What they wrote stays, under their name."))
            card.show_people(people.people(self._core))

        remove = partial(people.remove_person, self._core, slot_id)
        self._writes.run(remove, done, owner=card, failed=lambda problem: card.refuse(words_for(problem)))

    def _set_pin(self, pin: str) -> None:
        card, pins = self._own, self._pins
        if card is None or pins is None:
            return

        def done(_nothing: object) -> None:
            card.tell(_("The PIN is set, until the program ends. Ctrl+L locks the window."))

        set_pin = partial(pins.set, self._core, pin)
        self._writes.run(
            set_pin, done, owner=card, failed=lambda problem: card.refuse_pin(words_for(problem))
        )

    def _change_passphrase(self, old: str, new: str) -> None:
        card, pins = self._own, self._pins
        if card is None or pins is None:
            return
        before = self._core.session.slot_id

        def done(_nothing: object) -> None:
            pins.forget(before)
            card.tell(_("The passphrase was changed. If you had a PIN, set it once more."))
            if self._people is not None:
                self._people.show_people(people.people(self._core))

        def failed(problem: Exception) -> None:
            about_old = isinstance(problem, TongcdsError) and problem.code in {
                "passphrase_wrong",
                "passphrase_wait",
            }
            card.refuse_passphrase(words_for(problem), old=about_old)

        change = partial(people.change_passphrase, self._core, old, new)
        self._writes.run(change, done, owner=card, failed=failed)
