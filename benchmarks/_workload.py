"""What teams send, made of invented people: a register, a day's work, a single visit; always the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from tongcds.domain.catalogue import facts_made, load_services
from tongcds.domain.invented import InventedHousehold, village
from tongcds.domain.stamps import derived_id
from tongcds.protocol.messages import Write
from tongcds.replica import Identity, Writer, create_tables, new_identity, pending

TODAY: Final = date(2026, 11, 23)
START_MS: Final = 1_794_960_000_000  # the morning of that day
DEVICE: Final = 4711
HOUSEHOLDS, PEOPLE, SUPPORTS = 2_000, 7_697, 10_000
"""A commune's register, and the work of its first year."""

NOTES: Final = (
    "Quên mật khẩu, đã hướng dẫn đặt lại",
    "Máy cũ không cài được, cần đổi máy",
    "Hẹn tuần sau mang thẻ căn cước",
    "Con đi làm xa, gọi video hướng dẫn",
    "Sóng yếu, phải ra nhà văn hóa",
    "Đã tự làm lại được lần hai",
    "Bà con chưa biết đọc, làm cùng cháu",
    "Đã dặn không đọc mã OTP cho ai",
    "Nhờ bưu điện giao hàng giúp",
    "Đang chờ công an xã duyệt",
)
_RESULTS: Final = ("alone", "together", "come_back", "declined")
_WEIGHTS: Final = (25, 55, 15, 5)
_PLACES: Final = ("Nà Ngà", "Co Trai", "Hua Ít", "Phiêng Tam", "Nà Tọp")
_ALL: Final = 1 << 40


@dataclass(frozen=True, slots=True)
class Home:
    """A household that was written, with its people."""

    village_id: bytes
    household_id: bytes
    people: tuple[bytes, ...]


class Team:
    """A laptop's replica in memory, with somebody at work on it.

    Args:
        seed: another seed gives other people and another order of work.
        notes: the sentences that they write.
        me, author: a replica that is enrolled already, and who writes there.
    """

    def __init__(
        self,
        connection: Connection,
        seed: int | str,
        *,
        notes: Sequence[str] = NOTES,
        me: Identity | None = None,
        author: bytes = b"",
    ) -> None:
        self.connection = connection
        self.random = Random(f"team {seed}")  # noqa: S311 - invented people need no secrecy
        self.now = START_MS
        self.me: Identity = me or new_identity(
            connection, device=DEVICE, now=lambda: self.now, prefix=self.random.getrandbits(60)
        )
        self.author = author or derived_id("member", str(seed))
        self.homes: list[Home] = []
        self._seed = seed
        self._notes = notes
        self._services = [s for s in load_services().values() if s.in_force(TODAY) and s.unit == "person"]

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """A person's changes, put down at the end."""
        writer = Writer(self.connection, self.me, self.author)
        yield writer
        writer.flush()

    def writes(self, after: int = 0) -> list[Write]:
        """Everything written after the n-th write."""
        return pending(self.connection, after, _ALL)

    def moved_in(
        self, households: Sequence[InventedHousehold], village_id: bytes, *, facts: bool = False
    ) -> None:
        """Write households with their people, as an import does: one after the other, in no time."""
        with self.writing() as writer:
            for home in households:
                self.now += 1
                self.homes.append(_write_home(writer, home, village_id, facts=facts))

    def register(self, villages: Sequence[bytes]) -> None:
        """Write a commune's whole register, spread over the villages, and all supports."""
        homes = households(self._seed, HOUSEHOLDS, PEOPLE)
        for number, village_id in enumerate(villages):
            self.moved_in(homes[number :: len(villages)], village_id)
        self.visits(SUPPORTS)

    def visits(self, supports: int) -> None:
        """Visits until so many supports were given; notes on 30 %."""
        while supports:
            some = min(supports, self.random.choice((1, 1, 2, 2, 3)))
            supports -= some
            self.visit(some, note_share=0.3)

    def visit(self, supports: int, *, note_share: float, facts: bool = False, edit: bool = False) -> None:
        """One visit with so many supports; a few minutes pass before it."""
        random = self.random
        home = random.choice(self.homes)
        self.now += random.randint(8 * 60_000, 25 * 60_000)
        on = TODAY - timedelta(days=random.randrange(2))
        with self.writing() as writer:
            visit_id = writer.create(
                "visit",
                village_id=home.village_id,
                household_id=home.household_id,
                on=on.isoformat(),
                minutes=random.choice((10, 15, 20, 30, 45)),
                by_id=self.author,
                note=random.choice(self._notes) if random.random() < note_share else None,
            )
            for _ in range(supports):
                service, person = random.choice(self._services), random.choice(home.people)
                result = random.choices(_RESULTS, _WEIGHTS)[0]
                writer.create(
                    "support",
                    village_id=home.village_id,
                    visit_id=visit_id,
                    service=service.code,
                    person_ids=person,
                    result=result,
                )
                if facts and result in {"alone", "together"}:
                    _observe(writer, home, person, service.code, on, visit_id)
            if edit:
                writer.update("household", home.household_id, **self._edit())

    def _edit(self) -> dict[str, str | int]:
        random = self.random
        changes: tuple[dict[str, str | int], ...] = (
            {"address": f"Nhóm {random.randint(1, 9)}, bản {random.choice(_PLACES)}"},
            {"poverty": random.choice(("poor", "near_poor", "none"))},
            {"note": random.choice(self._notes)},
            {"stated_size": random.randint(1, 9)},
        )
        return random.choice(changes)

    def day(self, supports: int, edits: int, *, facts: bool = False) -> int:
        """A day's work; returns the number of the last write before it."""
        before = self.me.next_n - 1
        left = supports
        while left:
            some = min(left, self.random.choice((1, 1, 2, 2, 3)))
            left -= some
            edit = edits > 0
            edits -= edit
            self.visit(some, note_share=0.3, facts=facts, edit=edit)
        return before


def _write_home(writer: Writer, home: InventedHousehold, village_id: bytes, *, facts: bool) -> Home:
    household_id = writer.reserve()
    people = []
    for person in home.people:
        person_id = writer.create(
            "person",
            village_id=village_id,
            household_id=household_id,
            full_name=person.full_name,
            relation=person.relation,
            sex=person.sex,
            birth=person.birth,
            ethnicity=person.ethnicity,
            id_number=person.id_number,
            id_kind="cccd" if person.id_number else None,
            phone=person.phone,
        )
        people.append(person_id)
    writer.create(
        "household",
        reserved=household_id,
        village_id=village_id,
        code=home.code,
        head_id=people[0],
        address=home.address,
        poverty=home.poverty,
        hardship=int(home.hardship),
        stated_size=len(people),
    )
    if facts:
        subjects = [("household", household_id, home.facts)]
        subjects += [("person", i, p.facts) for i, p in zip(people, home.people, strict=True)]
        for subject, subject_id, seen in subjects:
            for one in seen:
                writer.create(
                    "observation",
                    village_id=village_id,
                    subject=subject,
                    subject_id=subject_id,
                    fact=one.fact,
                    value=int(one.value),
                    held_on=one.held_on.isoformat(),
                    how=one.how.value,
                )
    return Home(village_id, household_id, tuple(people))


def _observe(  # noqa: PLR0917 - all that an observation says
    writer: Writer, home: Home, person: bytes, service: str, on: date, visit_id: bytes
) -> None:
    for fact, value in facts_made(service):
        writer.create(
            "observation",
            village_id=home.village_id,
            subject=fact.subject.value,
            subject_id=person if fact.subject == "person" else home.household_id,
            fact=fact.code,
            value=int(value),
            held_on=on.isoformat(),
            how="done_with_us",
            visit_id=visit_id,
        )


@contextmanager
def team(seed: int | str, *, notes: Sequence[str] = NOTES) -> Iterator[Team]:
    """A team with an empty replica in memory, gone at the end."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        create_tables(connection)
        yield Team(connection, seed, notes=notes)
    engine.dispose()


def households(seed: int | str, count: int, people: int | None = None) -> list[InventedHousehold]:
    """So many households, with so many people in all where it is said."""
    found = list(village(seed, households=count, on=TODAY).households)
    if people is None:
        return found
    spare = sum(len(home.people) for home in found) - people
    if spare < 0:
        raise ValueError(f"only {people + spare} people were invented")
    trimmed = []
    for home in found:
        cut = min(spare, max(0, len(home.people) - 3))
        spare -= cut
        kept = home.people[: len(home.people) - cut]
        trimmed.append(
            InventedHousehold(home.code, home.address, home.poverty, home.hardship, kept, home.facts)
        )
    return trimmed
