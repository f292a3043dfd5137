"""Writing that can be taken back: keeps what a change made, and what stood before in what it changed."""

from __future__ import annotations

from collections.abc import Mapping

from tongcds.actions import audit
from tongcds.actions.core import Changes, Core
from tongcds.domain.views import EditUndo, FieldValue
from tongcds.records import Value
from tongcds.replica import Writer


class Journal:
    """Writes through a `Writer` and remembers how to undo it."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self._created: dict[str, list[bytes]] = {}
        self._changed: dict[str, dict[bytes, dict[str, FieldValue]]] = {}
        self._removed: dict[str, list[bytes]] = {}

    def create(self, kind: str, values: Mapping[str, Value], *, reserved: bytes | None = None) -> bytes:
        """Make a record, under an id that was reserved or a fresh one."""
        record_id = self.writer.create(kind, reserved=reserved, **values)
        self._created.setdefault(kind, []).append(record_id)
        return record_id

    def update(self, kind: str, record_id: bytes, /, **values: Value) -> None:
        """Change fields of a record; those that hold the value already are left alone."""
        before = {name: self.writer.value_of(kind, record_id, name) for name in values}
        different = {name: value for name, value in values.items() if before[name] != value}
        if different and self.writer.update(kind, record_id, **different):
            kept = self._changed.setdefault(kind, {}).setdefault(record_id, {})
            for name in different:
                kept.setdefault(name, before[name])

    def remove(self, kind: str, record_id: bytes) -> None:
        """Remove a record; what was removed already is left alone."""
        if self.writer.remove(kind, record_id):
            self._removed.setdefault(kind, []).append(record_id)

    def kinds(self) -> tuple[str, ...]:
        """The types of the records that were touched."""
        return tuple({*self._created, *self._changed, *self._removed})

    def undo(self) -> EditUndo:
        """What is needed to take everything back that was written until now."""
        made = {record_id: kind for kind, records in self._created.items() for record_id in records}
        changed: dict[str, Mapping[bytes, Mapping[str, FieldValue]]] = {
            kind: {record_id: before for record_id, before in records.items() if record_id not in made}
            for kind, records in self._changed.items()
        }
        created = {kind: tuple(ids) for kind, ids in self._created.items()}
        removed = {kind: tuple(ids) for kind, ids in self._removed.items()}
        return EditUndo(created, changed, self.writer.next_n - 1, removed)


def take_back(core: Core, undo: EditUndo) -> Changes:
    """Undo what a journal wrote: what it made goes, what it changed becomes as it was.

    A field that was set again since, here or elsewhere, stays as it is.
    """
    with core.vault.change(core.author()) as change:
        writer = change.writer
        for kind, ids in undo.created.items():
            writer.load(kind, ids)
            for record_id in ids:
                writer.remove(kind, record_id)
        for kind, records in undo.changed.items():
            writer.load(kind, list(records))
            for record_id, before in records.items():
                later = writer.set_after(kind, record_id, undo.last_n)
                writer.update(kind, record_id, **{k: v for k, v in before.items() if k not in later})
        for kind, ids in undo.removed.items():
            writer.load(kind, ids)
            for record_id in ids:
                writer.restore(kind, record_id)
        audit.record(core, change, audit.UNDO)
    return Changes.of(*undo.created, *undo.changed, *undo.removed)
