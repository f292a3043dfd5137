"""What everybody of a vault answered about their data, and who objects to its use, for many people at once.

The consent of one household, as its screen shows it, is in `privacy`; what follows is `domain.consent`'s.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from tongcds.domain.consent import Answers
from tongcds.domain.privacy import RequestState
from tongcds.storage.merged import MERGED
from tongcds.storage.presence import PERSON
from tongcds.storage.privacy import CONSENT, REQUEST, consent_state

_OBJECTS: Final = ("withdraw", "restrict", "object")
"""Kinds of request after which data are not used until somebody agreed anew."""


def answers(connection: Connection, on: date) -> Answers:
    """The latest answer of everybody, as it stands on this day, and since when somebody objects.

    A request that was declined with a reason is no objection.
    """
    shown = dict(connection.execute(select(MERGED.c.id, MERGED.c.survivor)).all())
    consents = {}
    rows = connection.execute(
        select(CONSENT)
        .where(CONSENT.c.deleted == 0, CONSENT.c.erased.is_(None))
        .order_by(CONSENT.c.on, CONSENT.c.stamp)
    )
    for row in rows:
        subject = shown.get(row.subject_id, row.subject_id)
        state = consent_state(row.subject, subject, "", row, {})
        consents[subject] = replace(state, expired=state.expires_on is not None and state.expires_on < on)
    objections = {}
    asked = connection.execute(
        select(REQUEST.c.subject_id, REQUEST.c.received_on)
        .where(
            REQUEST.c.kind.in_(_OBJECTS),
            REQUEST.c.state != RequestState.DECLINED,
            REQUEST.c.subject_id.is_not(None),
            REQUEST.c.deleted == 0,
            REQUEST.c.erased.is_(None),
        )
        .order_by(REQUEST.c.received_on)
    )
    for subject, received_on in asked:
        objections[shown.get(subject, subject)] = date.fromisoformat(received_on)
    return Answers(consents, objections)


def home_of(connection: Connection, person_id: bytes) -> bytes:
    """The household of a person, b"" where there is none."""
    query = select(PERSON.c.household_id).where(PERSON.c.id == person_id)
    return connection.execute(query).scalar_one_or_none() or b""
