"""Opening a vault, making one, and enrolling it by an invitation: a typed code, a QR text or a file."""

from __future__ import annotations

import contextlib
from enum import StrEnum
from pathlib import Path
from time import perf_counter

from msgspec import structs

from tongcds.actions import lease
from tongcds.actions.belated import caught_up
from tongcds.actions.core import Core
from tongcds.actions.doorstep import vault_exists, vault_folder
from tongcds.clock import Clock, milliseconds
from tongcds.errors import TongcdsError, UnavailableError, UserError
from tongcds.protocol import invitations
from tongcds.protocol.messages import Invitation, ProtocolError
from tongcds.storage import backups, keyslots
from tongcds.storage.local import load_enrolment
from tongcds.storage.vault import Vault
from tongcds.sync import enrol

__all__ = [
    "Invitation",
    "Joined",
    "create_vault",
    "enrol_device",
    "invitation_of_code",
    "is_enrolled",
    "is_registered",
    "open_vault",
    "prove",
    "read_invitation",
    "vault_exists",
    "vault_folder",
]


def open_vault(profile: Path, passphrase: str, clock: Clock, *, at_once: bool = False) -> Core:
    """Open the profile's vault; `at_once` before all of it was looked at, for `prove` to wait for.

    Raises:
        UserError: passphrase_wrong, passphrase_wait; team_code_given for the four words of an invited person
            (then see `actions.people`).
        UnavailableError: vault_missing, vault_newer, vault_in_use; vault_damaged when no backup could put it
            right (then see `actions.rescue`).
    """
    folder = vault_folder(profile)

    def now() -> int:
        return milliseconds(clock)

    core = Core(Vault.open(folder, passphrase, now=now, at_once=at_once), clock)
    try:
        if at_once and not _shows(core):
            session = core.session
            core.close()
            core = Core(Vault.open_with(folder, session, now=now), clock)
        return caught_up(core)
    except BaseException:
        # Nobody else could, and the next try would find it in use.
        core.close()
        raise


def _shows(core: Core) -> bool:
    """Whether what the frame of the window needs can be read; a screen says by itself what it cannot read."""
    try:
        if is_enrolled(core):
            core.whoami()
            is_registered(core)
            lease.at_start(core)
    except UnavailableError:
        return False
    return True


def prove(core: Core) -> None:
    """Wait until every page of a vault that was opened at once was looked at; until then nothing is written.

    Raises:
        UnavailableError: vault_damaged, disk_failing; nothing was changed. Close it, and open it again,
            not at once: that puts it right.
    """
    core.vault.require_sound()


def create_vault(profile: Path, passphrase: str, person: str, clock: Clock) -> Core:
    """Make an empty vault for a person; a try of a passphrase will cost half a second on this machine.

    Raises:
        UserError: passphrase_weak, passphrase_common.
    """
    vault = Vault.create(
        vault_folder(profile),
        passphrase,
        person=person,
        now=lambda: milliseconds(clock),
        passes=keyslots.calibrated(perf_counter),
    )
    return Core(vault, clock)


def read_invitation(path: Path) -> Invitation:
    """An invitation file.

    Raises:
        UserError: file_missing, invitation_damaged.
    """
    try:
        return invitations.read_file(path)
    except FileNotFoundError:
        raise UserError("file_missing") from None
    except (ProtocolError, OSError):
        raise UserError("invitation_damaged") from None


def invitation_of_code(text: str, url: str = "") -> Invitation:
    """An invitation typed or scanned: the text of a QR code, or a code with the server's address beside it.

    Raises:
        UserError: invitation_damaged, or address_missing when no address is known.
    """
    try:
        invitation = invitations.from_text(text)
    except ProtocolError:
        raise UserError("invitation_damaged") from None
    if not (invitation.url or url):
        raise UserError("address_missing")
    return invitation if invitation.url else structs.replace(invitation, url=url.strip())


def is_enrolled(core: Core) -> bool:
    """Whether the vault knows which device it is."""
    with core.vault.read() as connection:
        enrolment = load_enrolment(connection)
    return enrolment is not None


class Joined(StrEnum):
    """How a vault joined its team."""

    KNOWN = "known"
    OFFLINE = "offline"


def is_registered(core: Core) -> bool:
    """Whether the server knows this device; one that began from a file is known after its first exchange."""
    return is_enrolled(core) and enrol.pending(core.vault) is None


def enrol_device(core: Core, invitation: Invitation) -> Joined:
    """Enrol this vault; when the server cannot be reached now, asking again later goes on from here.

    With an invitation file the vault begins to work without the server, which hears of it at the first
    exchange or from the first bundle.

    Raises:
        UserError: already_enrolled, invitation_unknown, invitation_used, invitation_expired,
            invitation_withdrawn, server_key_changed, server_refused; invitation_expired_here.
        UnavailableError: server_unreachable, captive_portal, server_busy, for an invitation without a file.
    """
    begun = enrol.begin(core.vault, invitation)
    transport = core.connect(begun.url)
    joined = Joined.KNOWN
    try:
        enrol.finish(core.vault, begun, transport, core.clock)
    except UnavailableError:
        if not begun.ticket:
            raise
        enrol.start(core.vault, begun, core.clock)
        joined = Joined.OFFLINE
    finally:
        transport.close()
    # From here on the vault holds what cannot be had again: the device's key. Later backups are tried again.
    with contextlib.suppress(TongcdsError):
        core.vault.backup(backups.REGULAR)
    return joined
