"""What could be read of a damaged vault as a plain table for a file: households, their people, what was done.

Nobody can be left out: who agreed to what is itself in the damaged vault.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from tongcds.domain.text import natural_sort_key
from tongcds.i18n import N_, _
from tongcds.records import Value, record_type
from tongcds.storage import wording
from tongcds.storage.salvage import KINDS, Salvage, Source, Told

_HEADINGS: Final = (
    N_("Kind"), N_("Village"), N_("Household code"), N_("Full name"), N_("Birth"), N_("Sex"), N_("Relation"),
    N_("Phone"), N_("Personal number"), N_("Address"), N_("Day"), N_("Service"), N_("Result"),
    N_("Day of leaving"), N_("Note"), N_("Read from"),
)  # fmt: skip
_SOURCES: Final = {
    Source.VAULT: N_("the vault"),
    Source.JOURNAL: N_("the journal"),
    Source.PART: N_("the journal, in part"),
}


def headings() -> list[str]:
    """The names of the columns."""
    return [_(words) for words in _HEADINGS]


def lines(found: Salvage) -> list[list[str]]:
    """A line each, household by household; what lost its household comes at the end of its village."""
    told = (Line(found, kind, one) for kind in KINDS for one in found.told[kind].values())
    return [line.cells() for line in sorted(told, key=Line.place)]


class Line:
    """One record, with what is known of the household and the visit that it belongs to."""

    def __init__(self, found: Salvage, kind: str, told: Told) -> None:
        self._found, self._kind, self._told = found, kind, told
        self._visit = self._named("visit", "visit_id") if kind == "support" else told
        home = told if kind == "household" else self._named("household", "household_id")
        if kind == "support" and self._visit is not None:
            home = self._of("household", self._visit.values["household_id"])
        self._home = home

    def place(self) -> tuple[object, ...]:
        """By village and household; in it the people, then each visit with what was done on it."""
        on = "" if self._visit is None else str(self._visit.values.get("on") or "")
        visit = b"" if self._visit is None or self._kind in {"household", "person"} else self._visit.id
        home = self._home
        code = "" if home is None else str(home.values["code"] or "")
        whose = b"" if home is None else home.id
        return (
            natural_sort_key(self._village()), home is None, natural_sort_key(code), whose,
            KINDS.index(self._kind) if not visit else KINDS.index("visit"), on, visit,
            KINDS.index(self._kind), self._told.id,
        )  # fmt: skip

    def cells(self) -> list[str]:
        """The line's texts."""
        values = self._told.values
        day = self._visit.values["on"] if self._visit is not None and "on" in self._visit.values else None
        return [
            wording.type_name(self._kind),
            self._village(),
            "" if self._home is None else _text(self._home.values["code"]),
            ", ".join(self._names()),
            self._said("birth"),
            self._said("sex"),
            self._said("relation"),
            "; ".join(filter(None, (_text(values.get(each)) for each in ("phone", "more_phones")))),
            _text(values.get("id_number")),
            _text(values.get("address")),
            "" if day is None else _words("visit", "on", day),
            self._said("service"),
            self._said("result") or self._said("withdrawn_why"),
            self._said("left_on"),
            _text(values.get("note")).replace("\n", " "),
            _(_SOURCES[self._told.source]),
        ]

    def _names(self) -> Iterator[str]:
        values = self._told.values
        if self._kind == "person":
            yield _text(values["full_name"])
            return
        ids: Iterable[bytes] = wording.split_ids(_packed(values.get("person_ids")))
        if self._kind != "support" or not ids:
            ids = [] if self._home is None else wording.split_ids(_packed(self._home.values["head_id"]))
        for person in ids:
            named = self._found.told["person"].get(person)
            if named is not None:
                yield _text(named.values["full_name"])

    def _village(self) -> str:
        village = self._of("village", self._told.values["village_id"])
        return "" if village is None else _text(village.values["name"])

    def _said(self, field: str) -> str:
        return _words(self._kind, field, self._told.values.get(field))

    def _named(self, kind: str, field: str) -> Told | None:
        return self._of(kind, self._told.values.get(field))

    def _of(self, kind: str, record_id: Value) -> Told | None:
        return self._found.told[kind].get(record_id) if isinstance(record_id, bytes) else None


def _words(kind: str, field: str, value: Value) -> str:
    if value is None or value == "":
        return ""
    if field == "withdrawn_why":
        return wording.withdrawal_words(str(value))
    return wording.value_words(field, record_type(kind).kinds[field], value, {})


def _text(value: Value) -> str:
    return "" if value is None else str(value)


def _packed(value: Value) -> bytes | None:
    return value if isinstance(value, bytes) else None
