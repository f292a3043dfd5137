"""Who may use this computer: each person with an own passphrase, and every act under the right name.

The team's lead, for whom the computer was enrolled, lets others in without a network: with four words that
are good for one person, once, within a week.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tongcds.actions import audit
from tongcds.actions.belated import caught_up
from tongcds.actions.core import Changes, Core
from tongcds.actions.doorstep import vault_folder
from tongcds.clock import Clock, milliseconds
from tongcds.domain import wordcode
from tongcds.domain.text import clean
from tongcds.errors import UserError
from tongcds.storage import keyslots, members
from tongcds.storage.keyslots import About
from tongcds.storage.slots import Slots
from tongcds.storage.vault import Vault

DAYS: Final = 7
_DAY_MS: Final = 86_400_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may use this computer. `here`: who sits at it now; `leads`: the team's lead."""

    slot_id: bytes
    name: str
    here: bool
    leads: bool
    invited: bool


@dataclass(frozen=True, slots=True)
class TeamCode:
    """What the lead reads to a new person: four words, good once, for so many days."""

    name: str
    code: str
    days: int


def people(core: Core) -> tuple[Person, ...]:
    """Everybody who may use this computer, in the order in which they came."""
    lead = core.credentials()
    return tuple(
        Person(
            slot_id=holder.slot_id,
            name=holder.person if holder.member else lead.member_name,
            here=holder.slot_id == core.session.slot_id,
            leads=holder.member in {b"", lead.member_id},
            invited=holder.invited,
        )
        for holder in core.vault.slots.holders()
    )


def invite_person(core: Core, name: str) -> tuple[TeamCode, Changes]:
    """Let another person of the team in: makes their member record, and a code for their first time.

    Raises:
        UserError: only_lead, name_missing.
        UnavailableError: disk_full.
    """
    lead = core.credentials()
    _require_lead(core)
    name = clean(name)
    if not name:
        raise UserError("name_missing")
    with core.vault.change(lead.member_id) as change:
        member = members.member_named(change.connection, lead.unit_id, name)
        if member is None:
            member = change.writer.create(
                "member",
                unit_id=lead.unit_id,
                team_id=members.team_of(change.connection, lead.member_id),
                full_name=name,
                role=lead.role,
                joined_on=core.today.isoformat(),
            )
        audit.record(core, change, audit.KEYS, member, detail="invited")
    code = wordcode.draw(keyslots.INVITATION_WORDS)
    core.vault.slots.invite(code, About(name, member, core.now() + DAYS * _DAY_MS))
    log.info("a person was invited to this computer", extra={"record_id": member.hex()})
    return TeamCode(name, code, DAYS), Changes.of("member")


def remove_person(core: Core, slot_id: bytes) -> None:
    """Take somebody's way in away; what they wrote stays, under their name.

    Raises:
        UserError: only_lead, last_person (also for oneself), person_gone.
        UnavailableError: disk_full.
    """
    _require_lead(core)
    going = next((one.member for one in core.vault.slots.holders() if one.slot_id == slot_id), b"")
    core.vault.slots.remove(slot_id)
    audit.note(core, audit.KEYS, going, detail="removed")
    log.info("a person's slot was removed")


def accept(profile: Path, code: str, passphrase: str, clock: Clock) -> Core:
    """Begin as an invited person with a passphrase of one's own; the four words are used up. Opens the vault.

    Raises:
        UserError: passphrase_wrong, passphrase_wait, team_code_expired; passphrase_weak, passphrase_common,
            passphrase_taken.
        UnavailableError: as `opening.open_vault`.
    """

    def now() -> int:
        return milliseconds(clock)

    folder = vault_folder(profile)
    invited = keyslots.open_slots(folder, code, now=now)
    if invited.kind != keyslots.INVITED:
        raise UserError("passphrase_wrong")
    mine = Slots(folder, invited).set_passphrase(invited, passphrase)
    return caught_up(Core(Vault.open_with(folder, mine, now=now), clock))


def change_passphrase(core: Core, old: str, new: str) -> None:
    """Another passphrase for the person who is here.

    Raises:
        UserError: passphrase_wrong when `old` is not theirs, passphrase_wait, passphrase_weak,
            passphrase_common,
            passphrase_taken.
        UnavailableError: disk_full.
    """
    opened = core.vault.slots.open(old, now=core.now)
    if opened.slot_id != core.session.slot_id:
        raise UserError("passphrase_wrong")
    core.session = core.vault.slots.set_passphrase(opened, new)
    audit.note(core, audit.KEYS, core.author(), detail="passphrase")
    log.info("a passphrase was changed")


def _require_lead(core: Core) -> None:
    if core.author() != core.credentials().member_id:
        raise UserError("only_lead")
