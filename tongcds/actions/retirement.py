"""Taking the vault off a computer for good, before the computer goes to somebody else.

It is refused while anything is here and nowhere else; or two people of this computer order it, who were told
what is lost. How a vault is destroyed is `storage.retirement`'s.
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass

from tongcds.actions import audit, syncing
from tongcds.actions.core import Core
from tongcds.actions.opening import is_enrolled
from tongcds.domain.text import fold
from tongcds.errors import TongcdsError, UserError
from tongcds.i18n import _, format_number
from tongcds.storage import keyslots, outside, retirement
from tongcds.storage.holdings import holdings
from tongcds.storage.keyslots import VaultKey
from tongcds.sync import carrying

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stock:
    """What would go with the vault.

    `writes` and `files` (photos, papers) are on this computer and nowhere else; `carried` are files of other
    laptops, which have their own; `exported` files lie outside of the vault and stay. `others` counts further
    people of this computer, who could order it as the second; `alone`: whether the person who is here may
    do it without one.
    """

    households: int
    people: int
    writes: int
    files: int
    drafts: int
    carried: int
    exported: int
    others: int
    alone: bool


@dataclass(frozen=True, slots=True, repr=False)
class Order:
    """Who wants it: the word that was typed, the passphrase of whoever is here, that of a second person."""

    word: str
    passphrase: str
    second: str = ""


def confirmation() -> str:
    """What has to be typed."""
    return _("remove vault")


def stock(core: Core) -> Stock:
    """What is in the vault, and what of it is nowhere else."""
    with core.vault.read() as connection:
        there = holdings(connection)
        only = outside.only_here(connection, core.vault.attachments)
    return Stock(
        households=there.households,
        people=there.people,
        writes=only.writes,
        files=only.files,
        drafts=there.drafts,
        carried=len(carrying.carried(core.vault)),
        exported=there.exported,
        others=_others(core),
        alone=not is_enrolled(core) or core.author() == core.credentials().member_id,
    )


def stock_words(there: Stock) -> list[str]:
    """What there is and what waits, a sentence each."""
    words = [
        _("In the vault: households: {homes}, people: {people}.").format(
            homes=format_number(there.households), people=format_number(there.people)
        )
    ]
    if there.writes or there.files:
        words.append(
            _("On this computer and nowhere else: changes: {writes}, photos and papers: {files}.").format(
                writes=format_number(there.writes), files=format_number(there.files)
            )
        )
    else:
        words.append(_("The server, or a backup elsewhere, has everything that was written here."))
    for count, sentence in (
        (there.drafts, _("Forms half filled in, which nobody else has: {n}.")),
        (there.carried, _("Files of other computers carried here; those computers keep theirs: {n}.")),
        (there.exported, _("Exported files that stay on this computer, readable for anybody: {n}.")),
    ):
        if count:
            words.append(sentence.format(n=format_number(count)))
    return words


def retire(core: Core, order: Order) -> Stock:
    """Decide that this vault is destroyed; answers what goes. Close it, then `doorstep.finish_retirement`.

    Before that a line of the access log says so and is sent with whatever waits, where the server can be
    reached.

    Raises:
        UserError: retire_unconfirmed before the word was typed; passphrase_wrong, passphrase_wait;
            only_lead for anybody else without a second person; second_same where that is nobody else;
            unsent_retire with the `count` of changes and the `files` that are nowhere else. Then everything
            is as before.
        UnavailableError: disk_full, disk_failing, vault_damaged; likewise.
    """
    if fold(order.word) != fold(confirmation()):
        raise UserError("retire_unconfirmed", word=confirmation())
    # What is nowhere else may be in the journal alone, and is not counted before that was compared.
    core.vault.require_sound()
    first = core.vault.slots.open(order.passphrase, now=core.now)
    if first.slot_id != core.session.slot_id:
        raise UserError("passphrase_wrong")
    second = _second(core, first, order.second) if order.second else None
    if second is None and not stock(core).alone:
        raise UserError("only_lead")
    if is_enrolled(core):
        _announce(core, second)
    going = stock(core)
    if second is None and (going.writes or going.files):
        raise UserError("unsent_retire", count=going.writes, files=going.files)
    retirement.decide(core.vault.folder)
    kind = "one" if second is None else "two"
    log.info("the vault is destroyed", extra={"kind": kind, "count": going.writes + going.files})
    return going


def complete(core: Core) -> None:
    """Close the vault and destroy it, as was decided.

    Raises:
        UnavailableError: vault_in_use, keys_stay; then `doorstep.finish_retirement` tries again.
    """
    core.close()
    retirement.finish(core.vault.folder)


def _second(core: Core, first: VaultKey, passphrase: str) -> VaultKey:
    """Another person than the first one, who has a way in of their own."""
    try:
        second = core.vault.slots.open(passphrase, now=core.now)
    except UserError as problem:
        # Otherwise nobody knew which of the two was wrong.
        raise (UserError("second_same") if problem.code == "passphrase_wrong" else problem) from None
    if second.kind != keyslots.PERSON or _member(core, second.member) == _member(core, first.member):
        raise UserError("second_same")
    return second


def _others(core: Core) -> int:
    """How many people besides whoever is here could be the second."""
    mine = _member(core, core.session.member)
    return len({_member(core, one.member) for one in core.vault.slots.holders() if not one.invited} - {mine})


def _member(core: Core, member: bytes) -> bytes:
    """Somebody can have two slots; who the computer was enrolled for has one without a member."""
    return member or (core.credentials().member_id if is_enrolled(core) else b"")


def _announce(core: Core, second: VaultKey | None) -> None:
    """Say it in the access log, once a day, and send everything; without a network it waits as the rest."""
    audit.keep_views(core, days=True)
    whom = b"" if second is None else _member(core, second.member)
    if not audit.is_noted_today(core, audit.RETIRE, whom):
        audit.note(core, audit.RETIRE, whom, detail="" if second is None else "two")
    with contextlib.suppress(TongcdsError):
        syncing.sync_now(core)
