"""What belongs to a person or household that is to be erased, and where in the vault their words also lie.

Making records empty is `replica.erasure`'s; drafts, imports and the log of own writes are emptied here, in
the same transaction. The journal is made anew by the vault afterwards, and backups age out (`backups`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, select, update

from tongcds.records import record_type
from tongcds.records.declare import ERASED
from tongcds.replica import forget_words
from tongcds.replica.forgetting import TELLING, empty_told, told_about
from tongcds.replica.lost import forget_lost
from tongcds.replica.rows import write_rows
from tongcds.storage import merged, quality
from tongcds.storage.local import DRAFT, IMPORT, get_note, put_note
from tongcds.storage.wording import split_ids

FORGETTING: Final = "the journal holds erased words"
"""The note that says that the journal has to be made anew."""

_PENDING: Final = "tongcds erased"
_PERSON: Final = record_type("person").table
_HOUSEHOLD: Final = record_type("household").table
_VISIT: Final = record_type("visit").table
_SUPPORT: Final = record_type("support").table
_FOLLOW_UP: Final = record_type("follow_up").table
_ABOUT: Final = ("consent", "privacy_request", "settled", "earlier")
_ATTACHMENT: Final = record_type("attachment").table
_ATTENDANCE: Final = record_type("attendance").table
_pack = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class ToErase:
    """The ids of records to erase, by type, and the open promises among them."""

    records: dict[str, tuple[bytes, ...]]
    promises: tuple[bytes, ...]


def others_at_home(connection: Connection, person_id: bytes) -> tuple[bytes | None, bool, tuple[bytes, ...]]:
    """The household of a person, whether they are its head, and who else is on record there."""
    row = connection.execute(
        select(_PERSON.c.household_id).where(_PERSON.c.id == person_id, _PERSON.c.erased.is_(None))
    ).one_or_none()
    if row is None:
        return None, False, ()
    others = connection.execute(
        select(_PERSON.c.id).where(
            _PERSON.c.household_id == row.household_id,
            _PERSON.c.id.not_in(_same_person(connection, person_id)),
            _PERSON.c.deleted == 0,
            _PERSON.c.erased.is_(None),
        )
    ).scalars()
    head = connection.execute(select(_HOUSEHOLD.c.head_id).where(_HOUSEHOLD.c.id == row.household_id))
    return row.household_id, head.scalar_one_or_none() == person_id, tuple(others)


def _same_person(connection: Connection, person_id: bytes) -> list[bytes]:
    """All records of one person: whoever is erased is erased under each of them."""
    return [person_id, *merged.stood_for(connection, [person_id])]


def of_person(connection: Connection, person_id: bytes, household_id: bytes) -> ToErase:
    """A person under every record of theirs, and what was written about nobody but them.

    The note of a visit goes when all that was done there was done for this person alone. What was done stays,
    without a name: figures of past days need it.
    """
    return _with_same(connection, [_of_record(connection, person_id, household_id)], [person_id])


def _with_same(connection: Connection, found: list[ToErase], people: Sequence[bytes]) -> ToErase:
    """What was found, and the same for other records of these people (`merged`)."""
    for person_id in people:
        for other in _same_person(connection, person_id):
            if other not in people:
                home = select(_PERSON.c.household_id).where(_PERSON.c.id == other)
                found.append(_of_record(connection, other, connection.execute(home).scalar_one() or b""))
    records: dict[str, tuple[bytes, ...]] = {}
    for one in found:
        for name, ids in one.records.items():
            records[name] = tuple(dict.fromkeys((*records.get(name, ()), *ids)))
    return ToErase(records, tuple(dict.fromkeys(promise for one in found for promise in one.promises)))


def _of_record(connection: Connection, person_id: bytes, household_id: bytes) -> ToErase:
    visits = _ids(connection, _VISIT.c.household_id, household_id)
    alone = [visit for visit in visits if _only_for(connection, visit, person_id)]
    promises = [
        row.id
        for row in connection.execute(
            select(_FOLLOW_UP.c.id, _FOLLOW_UP.c.person_ids).where(_FOLLOW_UP.c.household_id == household_id)
        )
        if split_ids(row.person_ids) == [person_id]
    ]
    records = {"person": (person_id,), "visit": tuple(alone), "follow_up": tuple(promises)}
    records["attachment"] = _attached(connection, [person_id, *alone])
    records["attendance"] = _ids(connection, _ATTENDANCE.c.subject_id, person_id)
    for name in _ABOUT:
        records[name] = _ids(connection, record_type(name).table.c.subject_id, person_id)
    return ToErase(records, _open(connection, promises))


def of_household(connection: Connection, household_id: bytes) -> ToErase:
    """A household with everybody who is or was on record there, and everything written about them.

    So is every record that this one stands for.
    """
    homes = [household_id, *merged.stood_for(connection, [household_id])]
    found = [_of_home(connection, home) for home in homes]
    return _with_same(connection, found, [who for one in found for who in one.records["person"]])


def _of_home(connection: Connection, household_id: bytes) -> ToErase:
    people = _ids(connection, _PERSON.c.household_id, household_id)
    promises = _ids(connection, _FOLLOW_UP.c.household_id, household_id)
    visits = _ids(connection, _VISIT.c.household_id, household_id)
    records = {"household": (household_id,), "person": people, "visit": visits, "follow_up": promises}
    records["attachment"] = _attached(connection, [household_id, *people, *visits])
    records["attendance"] = tuple(
        one for who in people for one in _ids(connection, _ATTENDANCE.c.subject_id, who)
    )
    for name in (*_ABOUT, "round_stop", "poverty_class"):
        records[name] = _ids(connection, record_type(name).table.c.household_id, household_id)
    return ToErase(records, _open(connection, promises))


def forget(connection: Connection, erased: Mapping[str, Iterable[bytes]], *, tell: bool) -> None:
    """Take the words of erased records out of everything that this vault keeps beside the records.

    With `tell`, own writes about them that no receipt covers come back to whoever made them.
    """
    ids = sorted({record_id for members in erased.values() for record_id in members})
    if not ids:
        return
    forget_words(connection, ids, tell=tell)
    forget_lost(connection, ids)
    quality.forget(connection, ids)
    for name in TELLING:
        telling = told_about(connection, name, ids)
        for row in telling:
            empty_told(name, row)
        write_rows(connection, record_type(name), (), telling)
    _forget_drafts(connection, ids)
    _forget_imports(connection, set(ids))
    put_note(connection, FORGETTING, "1")
    connection.info[_PENDING] = True


def take_pending(connection: Connection) -> bool:
    """Whether something was forgotten on this connection since the last look."""
    return bool(connection.info.pop(_PENDING, False))


def is_unfinished(connection: Connection) -> bool:
    """Whether the journal may still hold erased words, since the program ended in between."""
    return bool(get_note(connection, FORGETTING))


def _forget_drafts(connection: Connection, ids: Sequence[bytes]) -> None:
    """Forms name records in hexadecimal, in their own names and inside."""
    named = [record_id.hex() for record_id in ids]
    for form, content in connection.execute(select(DRAFT.c.form, DRAFT.c.content)).all():
        if any(name in form or name.encode() in content for name in named):
            connection.execute(delete(DRAFT).where(DRAFT.c.form == form))


def _forget_imports(connection: Connection, ids: set[bytes]) -> None:
    """The former values that an import keeps for its undoing."""
    for import_id, packed in connection.execute(select(IMPORT.c.id, IMPORT.c.changed)).all():
        # Any: msgspec cannot decode a union of text and bytes; `save_import` packed this.
        changed = msgspec.msgpack.decode(packed, type=dict[str, dict[bytes, Any]])
        if any(record_id in ids for members in changed.values() for record_id in members):
            left = {
                kind: {record_id: was for record_id, was in members.items() if record_id not in ids}
                for kind, members in changed.items()
            }
            connection.execute(update(IMPORT).where(IMPORT.c.id == import_id).values(changed=_pack(left)))


def _only_for(connection: Connection, visit_id: bytes, person_id: bytes) -> bool:
    done = connection.execute(select(_SUPPORT.c.person_ids).where(_SUPPORT.c.visit_id == visit_id)).scalars()
    helped = [split_ids(packed) for packed in done]
    return bool(helped) and all(one == [person_id] for one in helped)


def _open(connection: Connection, ids: Sequence[bytes]) -> tuple[bytes, ...]:
    query = select(_FOLLOW_UP.c.id).where(_FOLLOW_UP.c.id.in_(ids), _FOLLOW_UP.c.state == "open")
    return tuple(connection.execute(query).scalars())


def _attached(connection: Connection, owners: Sequence[bytes]) -> tuple[bytes, ...]:
    return tuple(one for owner in owners for one in _ids(connection, _ATTACHMENT.c.subject_id, owner))


def _ids(connection: Connection, column: Any, owner: bytes) -> tuple[bytes, ...]:  # noqa: ANN401 - a column of any table
    query = select(column.table.c.id).where(column == owner, column.table.c[ERASED].is_(None))
    return tuple(connection.execute(query).scalars())
