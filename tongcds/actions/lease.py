"""The lease of this computer: counting its use, saying when it is over, and taking the province's code.

When it is over nothing is shown before an exchange, an answer from a stick, or four words from the province
renewed it. Everything that was written stays and can still be sent.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from hmac import compare_digest

from nacl.signing import SigningKey

from tongcds.actions.core import Core
from tongcds.domain import wordcode
from tongcds.errors import UserError
from tongcds.protocol.custody import LEASE_WORDS, lease_code
from tongcds.replica import load_identity
from tongcds.storage import custody, lease, tries
from tongcds.storage.local import load_enrolment

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LeaseView:
    """How the lease stands; `number` and `device` are what one reads out to be given a code."""

    over: bool
    revoked: bool
    days_left: int
    device: int
    number: str
    phone: str


def tick(core: Core, ran_ms: int) -> bool:
    """Count so much running time (milliseconds, of a clock that nobody sets); whether the lease is over."""
    with core.vault.write() as connection:
        if load_enrolment(connection) is None:
            return False
        used = lease.use(connection, core.today.isoformat(), ran_ms)
        return used.revoked or not used.left(custody.load_terms(connection).lease_days)


def at_start(core: Core) -> LeaseView:
    """How the lease stands with today counted; unless it is over, `tick` has to write that down later.

    So that nobody waits, before they see anything, until it may be written.
    """
    with core.vault.read() as connection:
        now = lease.used(lease.load(connection), core.today.isoformat(), 0)
        terms, me = custody.load_terms(connection), load_identity(connection, now=core.now)
    left = now.left(terms.lease_days)
    if me is None or not (now.revoked or not left):
        device = 0 if me is None else me.device
        return LeaseView(
            over=False, revoked=False, days_left=left, device=device, number="", phone=terms.phone
        )
    tick(core, 0)
    return standing(core)


def standing(core: Core) -> LeaseView:
    """How the lease stands."""
    with core.vault.write() as connection:
        terms, me = custody.load_terms(connection), load_identity(connection, now=core.now)
        now = lease.load(connection)
        left = now.left(terms.lease_days)
        over = me is not None and (now.revoked or not left)
        number = lease.number_for_code(connection) if over else ""
    return LeaseView(over, now.revoked, left, 0 if me is None else me.device, number, terms.phone)


def require(core: Core) -> None:
    """Refuse to show anything once the lease is over.

    Raises:
        UserError: lease_over, or device_stopped when the province said so; with `device` and `number`.
    """
    view = standing(core)
    if view.over:
        code = "device_stopped" if view.revoked else "lease_over"
        raise UserError(code, device=view.device, number=view.number)


def enter_code(core: Core, typed: str) -> None:
    """Take the four words that the province read out for `device` and `number`.

    Raises:
        UserError: code_words, code_word_unknown, lease_code_wrong; passphrase_wait after several wrong ones.
    """
    code = wordcode.normalised(typed, LEASE_WORDS)
    view, folder = standing(core), core.vault.folder
    made = tries.check_delay(folder, core.now())
    with core.vault.read() as connection:
        enrolment = load_enrolment(connection)
    if enrolment is None:
        raise UserError("not_enrolled")
    key = SigningKey(enrolment.signing_seed)
    wanted = lease_code(key, enrolment.credentials.server_key, view.device, view.number)
    if not view.over or not compare_digest(wanted.encode(), code.encode()):
        tries.was_wrong(folder, made, core.now())
        raise UserError("lease_code_wrong")
    tries.was_right(folder, made)
    with core.vault.write() as connection:
        lease.renew_by_code(connection)
    log.info("the lease was renewed by a code")
