"""What a commune tells its teams and asks of them: announcements and quotas, written there, read by teams."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.domain.quotas import LARGEST, measures
from tongcds.domain.text import clean, clean_lines
from tongcds.domain.views import (
    AnnouncementRow,
    AnnouncementText,
    EditUndo,
    GuidanceView,
    QuotaRow,
    QuotaTerms,
    Role,
)
from tongcds.domain.views.guidance import LONGEST_TEXT, LONGEST_TITLE
from tongcds.errors import UserError
from tongcds.records import Value, record_type
from tongcds.storage import guidance as stored
from tongcds.storage import register

Written = tuple[tuple[bytes, ...], EditUndo, Changes]
"""The records that were made, how to take them back, and what changed."""


def view(core: Core) -> GuidanceView:
    """Everything that was said and asked for, what is over too."""
    who, may_write = core.author(), _may_write(core)
    with core.vault.read() as connection:
        return GuidanceView(
            on=core.today,
            announcements=stored.announcements(connection, who, core.today),
            quotas=stored.quotas(connection),
            villages=register.villages(connection),
            may_write=may_write,
        )


def of_today(core: Core) -> tuple[tuple[AnnouncementRow, ...], tuple[QuotaRow, ...]]:
    """What Hôm nay shows a team: announcements that hold and were not read, quotas that hold.

    Nothing for a commune, which wrote them.
    """
    if _may_write(core):
        return (), ()
    who = core.author()
    with core.vault.read() as connection:
        said = stored.announcements(connection, who, core.today)
        unread = tuple(row for row in said if row.in_force and not row.is_read)
        return unread, stored.quotas(connection, core.today)


def announce(core: Core, says: AnnouncementText, villages: Sequence[bytes] = ()) -> Written:
    """Tell the teams of these villages something, or all teams of the commune.

    Raises:
        UserError: not_a_commune, announcement_empty, announcement_too_long, days_reversed, village_unknown.
    """
    values = _checked_text(core, says)
    units = _villages(core, villages) if villages else (core.credentials().unit_id,)
    return _create(core, "announcement", units, values)


def rewrite(core: Core, announcement: bytes, says: AnnouncementText) -> tuple[EditUndo, Changes]:
    """Change an announcement; with other words, teams have it to read anew.

    Raises:
        UserError: as `announce`, and announcement_unknown.
    """
    return _update(core, "announcement", announcement, _checked_text(core, says))


def take_down(core: Core, announcement: bytes) -> tuple[EditUndo, Changes]:
    """Take an announcement away from everybody.

    Raises:
        UserError: not_a_commune, announcement_unknown.
    """
    return _remove(core, "announcement", announcement)


def mark_read(core: Core, announcement: bytes, *, read: bool = True) -> Changes:
    """Keep that the person who is here read an announcement, or did not after all; on this computer alone.

    Raises:
        UserError: announcement_unknown.
    """
    who = core.author()
    with core.vault.write() as connection:
        known = stored.announcements(connection, who, core.today)
        row = next((row for row in known if row.announcement_id == announcement), None)
        if row is None:
            raise UserError("announcement_unknown")
        stored.mark_read(connection, who, row, read=read)
    return Changes.of("announcement")


def give(core: Core, terms: QuotaTerms, villages: Sequence[bytes] = ()) -> Written:
    """Ask the teams of these villages for so much each, or every team of the commune.

    Raises:
        UserError: not_a_commune, quota_measure_unknown, quota_amount_invalid, days_reversed, village_unknown.
    """
    return _create(core, "quota", _villages(core, villages), _checked_terms(core, terms))


def change_quota(core: Core, quota: bytes, terms: QuotaTerms) -> tuple[EditUndo, Changes]:
    """Change what is asked for.

    Raises:
        UserError: as `give`, and quota_unknown.
    """
    return _update(core, "quota", quota, _checked_terms(core, terms))


def withdraw_quota(core: Core, quota: bytes) -> tuple[EditUndo, Changes]:
    """Ask for it no more.

    Raises:
        UserError: not_a_commune, quota_unknown.
    """
    return _remove(core, "quota", quota)


def _may_write(core: Core) -> bool:
    return core.credentials().role == Role.COMMUNE


def _checked_text(core: Core, says: AnnouncementText) -> dict[str, Value]:
    _require_commune(core)
    title = clean(says.title)
    text = clean_lines(says.text)
    if not text:
        raise UserError("announcement_empty")
    if len(title) > LONGEST_TITLE or len(text) > LONGEST_TEXT:
        raise UserError("announcement_too_long", title=LONGEST_TITLE, text=LONGEST_TEXT)
    if says.valid_to < says.valid_from:
        raise UserError("days_reversed")
    return {
        "title": title or None,
        "text": text,
        "valid_from": says.valid_from.isoformat(),
        "valid_to": says.valid_to.isoformat(),
    }


def _checked_terms(core: Core, terms: QuotaTerms) -> dict[str, Value]:
    _require_commune(core)
    if (terms.kind, terms.code) not in measures():
        raise UserError("quota_measure_unknown", kind=terms.kind, code=terms.code)
    if not 1 <= terms.amount <= LARGEST:
        raise UserError("quota_amount_invalid", most=LARGEST)
    if terms.until < terms.since:
        raise UserError("days_reversed")
    return {
        "kind": terms.kind,
        "code": terms.code or None,
        "amount": terms.amount,
        "since": terms.since.isoformat(),
        "until": terms.until.isoformat(),
        "note": clean(terms.note) or None,
    }


def _require_commune(core: Core) -> None:
    if not _may_write(core):
        raise UserError("not_a_commune")


def _villages(core: Core, wanted: Sequence[bytes]) -> tuple[bytes, ...]:
    """Those that were named, or all."""
    with core.vault.read() as connection:
        known = [village for village, _name in register.villages(connection)]
    if not set(wanted) <= set(known) or not known:
        raise UserError("village_unknown")
    return tuple(wanted) or tuple(known)


def _create(core: Core, kind: str, units: Sequence[bytes], values: dict[str, Value]) -> Written:
    author = core.author()
    with core.vault.change(author) as change:
        journal = Journal(change.writer)
        made = tuple(journal.create(kind, {"unit_id": unit, **values, "by_id": author}) for unit in units)
        undo = journal.undo()
    return made, undo, Changes.of(kind)


def _update(core: Core, kind: str, record: bytes, values: dict[str, Value]) -> tuple[EditUndo, Changes]:
    with core.vault.change(core.author()) as change:
        _require(change.connection, kind, record)
        journal = Journal(change.writer)
        change.writer.load(kind, [record])
        journal.update(kind, record, **values)
        undo = journal.undo()
    return undo, Changes.of(kind)


def _remove(core: Core, kind: str, record: bytes) -> tuple[EditUndo, Changes]:
    _require_commune(core)
    with core.vault.change(core.author()) as change:
        _require(change.connection, kind, record)
        journal = Journal(change.writer)
        change.writer.load(kind, [record])
        journal.remove(kind, record)
        undo = journal.undo()
    return undo, Changes.of(kind)


def _require(connection: Connection, kind: str, record: bytes) -> None:
    table = record_type(kind).table
    known = select(table.c.id).where(table.c.id == record, table.c.deleted == 0)
    if connection.execute(known).one_or_none() is None:
        raise UserError(f"{kind}_unknown")
