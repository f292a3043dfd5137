"""What is kept beside the records and follows them: told of each change inside its transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from tongcds.storage import attachment_notes, quality, search


def follow(connection: Connection, touched: Mapping[str, Iterable[bytes]]) -> None:
    """Follow a change: `touched` holds the ids of changed, new and removed records by type."""
    attachment_notes.follow(connection, touched.get("attachment", ()))
    quality.note(connection, touched)
    search.refresh(connection, touched)
