"""Pushes that a laptop signs properly and ought never to have made: one kind of forgery after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import msgspec

from tests.unit.server.laptop import Laptop
from tongcds.domain.stamps import Dot, make_id
from tongcds.protocol.chunks import WriteChunk, pack_writes
from tongcds.protocol.messages import WHOLE, Write
from tongcds.records import Kind, all_types, record_type

HOUSEHOLD, PERSON = record_type("household"), record_type("person")
VISIT, OBSERVATION = record_type("visit"), record_type("observation")

WRONG = {
    Kind.TEXT: ("x" * 20_001, "a\x00b", "e\u0301", 7, b"x", True, 0.5),
    Kind.WORD: ("x" * 20_001, "a\x00b", "e\u0301", 7, b"x", 0.5),
    Kind.INT: ("7", 1 << 62, -(1 << 63), (1 << 64) - 1, 0.5, b"x", True),
    Kind.BOOL: (2, -1, "1", b"x", 0.5),
    Kind.DATE: ("2026-02-30", "23/11/2026", "", "2026", "2026-11-23T00:00", 7, b"x"),
    Kind.PARTIAL_DATE: ("1985-13", "85", "", "not a day", 7, b"x"),
}
"""Values that a field of each kind may not have."""


@dataclass
class Forger:
    """Makes writes for a laptop of one village that reaches for the others."""

    laptop: Laptop
    elsewhere: list[bytes]
    strangers: list[bytes]
    their_records: list[tuple[int, bytes, Dot]]
    own_records: list[tuple[int, bytes, Dot]]
    own_observations: list[tuple[int, bytes, Dot]]
    random: Random
    n: int = 0
    made: dict[int, str] = field(default_factory=dict)
    """By number of a write that must not apply: which kind of forgery it is."""

    def __post_init__(self) -> None:
        self._stamp = self.laptop.identity.clock.tick()
        self.kinds: tuple[Callable[[], Write], ...] = (
            self.other_scope, self.other_author, self.other_record, self.taken_home, self.pushed_out,
            self.removed, self.wrong_value, self.server_record, self.rewritten_fact, self.foreign_id,
            self.nowhere, self.unknown_base,
        )  # fmt: skip

    def next(self) -> Write:
        """The next forgery."""
        kind = self.random.choice(self.kinds)
        write = kind()
        self.made[write.n] = kind.__name__
        return write

    def honest(self, note: str = "ours") -> Write:
        """A record in the own village."""
        return self._new(
            VISIT.number, {"village_id": self.laptop.me.unit_id, "on": "2026-11-01", "note": note}
        )

    def _new(
        self, type_: int, values: dict[str, object], *, author: bytes = b"", record_id: bytes = b""
    ) -> Write:
        self.n += 1
        self._stamp += 1 << 16
        made = record_id or make_id(self.laptop.prefix, self._stamp)
        who = author or self.laptop.me.member_id
        return Write(type_, made, self.n, self._stamp, who, values, {})  # type: ignore[arg-type]

    def _change(self, of: list[tuple[int, bytes, Dot]], values: dict[str, object]) -> Write:
        type_, record_id, dot = self.random.choice(of)
        write = self._new(type_, values, record_id=record_id)
        return msgspec.structs.replace(write, bases=dict.fromkeys(values, dot) or {WHOLE: dot})

    def _back_dated(self, write: Write) -> Write:
        stamp = self.random.choice((write.stamp >> 1, 1 << 20, write.stamp + (700 * 86_400_000 << 16)))
        return msgspec.structs.replace(write, stamp=stamp)

    def other_scope(self) -> Write:
        place = self.random.choice([*self.elsewhere, self.random.randbytes(16), bytes(16)])
        record = self.random.choice((HOUSEHOLD, PERSON, VISIT, OBSERVATION))
        return self._new(record.number, {"village_id": place})

    def other_author(self) -> Write:
        who = self.random.choice([*self.strangers, self.random.randbytes(16)])
        return self._new(VISIT.number, {"village_id": self.laptop.me.unit_id}, author=who)

    def other_record(self) -> Write:
        write = self._change(self.their_records, {"code": "HN-9999"})
        return self._back_dated(write) if self.random.random() < 0.5 else write

    def taken_home(self) -> Write:
        return self._change(self.their_records, {"village_id": self.laptop.me.unit_id})

    def pushed_out(self) -> Write:
        return self._change(self.own_records, {"village_id": self.random.choice(self.elsewhere)})

    def removed(self) -> Write:
        type_, record_id, dot = self.random.choice(self.their_records)
        write = self._new(type_, {"deleted": 1}, record_id=record_id)
        return msgspec.structs.replace(write, bases={"deleted": dot, WHOLE: dot})

    def wrong_value(self) -> Write:
        record = self.random.choice((HOUSEHOLD, PERSON, VISIT, OBSERVATION))
        fields = [f for f in record.fields if f.kind in WRONG]
        field_ = self.random.choice(fields)
        bad = self.random.choice(WRONG[field_.kind])
        return self._new(record.number, {"village_id": self.laptop.me.unit_id, field_.name: bad})

    def server_record(self) -> Write:
        names = {
            "unit", "unit_event", "village", "team", "member", "figure", "figure_groups", "unit_status",
            "conflict",
        }  # fmt: skip
        record = self.random.choice([record for record in all_types() if record.name in names])
        area = {record.area_field: self.laptop.me.unit_id} if record.area_field else {}
        return self._new(record.number, dict(area))

    def rewritten_fact(self) -> Write:
        return self._change(self.own_observations, {"value": 0})

    def foreign_id(self) -> Write:
        made = self.random.choice(
            (self.random.randbytes(16), make_id(self.laptop.prefix ^ 5, self._stamp + 7))
        )
        return self._new(VISIT.number, {"village_id": self.laptop.me.unit_id}, record_id=made)

    def nowhere(self) -> Write:
        return self._new(VISIT.number, {"note": "in no village"})

    def unknown_base(self) -> Write:
        write = self._new(VISIT.number, {"village_id": self.laptop.me.unit_id})
        return msgspec.structs.replace(write, bases={"village_id": Dot(self.random.randrange(1 << 40), 3)})


def pushed(laptop: Laptop, writes: list[Write]) -> bytes:
    """A chunk of these writes as the laptop would send it."""
    return pack_writes(WriteChunk(laptop.me.device, laptop.prefix, writes))
