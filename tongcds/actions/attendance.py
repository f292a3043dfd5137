"""Who is invited to a training session and who is there: ticked, typed in, or written down as a guest.

Every tick is a save of its own. Laptops that take the same list offline write records of their own; together
they say who was there, and nobody twice (`storage.trainings`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.domain.identity import is_future
from tongcds.domain.text import clean, fold
from tongcds.domain.training import Audience, State, guest_id
from tongcds.domain.views import EditUndo, HouseholdFilter
from tongcds.domain.views.training import LARGEST, LONGEST, Candidate, Guest
from tongcds.errors import UserError
from tongcds.records import Value
from tongcds.storage import candidates as found_by
from tongcds.storage import register
from tongcds.storage import trainings as stored
from tongcds.storage.members import Staff, staff
from tongcds.storage.vault import Change

FOUND: Final = 12
"""As many are offered while a name is being typed."""

_FIRST_YEAR: Final = 1900
_KIND: Final = "attendance"


def candidates(core: Core, training: bytes, typed: str, limit: int = FOUND) -> tuple[Candidate, ...]:
    """Whom typing finds, marks aside, a year of birth behind the name or none; list of the session first."""
    if not typed.strip():
        return ()
    with core.vault.read() as connection:
        return found_by.candidates(connection, training, typed, core.today, limit)


def come(core: Core, training: bytes, people: Sequence[bytes]) -> tuple[EditUndo, Changes]:
    """Note that these people of registers, or guests of the list, are there.

    Raises:
        UserError: training_unknown, training_cancelled, nothing_selected, person_unknown.
    """
    return _set(core, training, people, here=True)


def not_here(core: Core, training: bytes, people: Sequence[bytes]) -> tuple[EditUndo, Changes]:
    """Take ticks away; whoever was invited stays on the list.

    Raises:
        UserError: as `come`.
    """
    return _set(core, training, people, here=False)


def invite(core: Core, training: bytes, people: Sequence[bytes]) -> tuple[EditUndo, Changes]:
    """Put people of registers on the list of those who are expected.

    Raises:
        UserError: as `come`, and training_full for more than there is room in any session.
    """
    return _set(core, training, people, invited=True)


def call_off(core: Core, training: bytes, people: Sequence[bytes]) -> tuple[EditUndo, Changes]:
    """Take people off the list altogether.

    Raises:
        UserError: as `come`.
    """
    return _set(core, training, people, here=False, invited=False)


def invitable(core: Core, training: bytes, wanted: HouseholdFilter, least_age: int = 0) -> tuple[bytes, ...]:
    """The people of the households that a filter leaves, of an age or older, who are not on the list yet.

    Raises:
        UserError: training_unknown.
    """
    _session(core, training)
    with core.vault.read() as connection:
        homes = register.households_matching(connection, wanted, core.today)
        listed = {one.subject_id for one in stored.attendees(connection, training)}
        found = stored.people_of(connection, homes, core.today, least_age)
    return tuple(person for person in found if person not in listed)


def members_to_invite(core: Core, training: bytes) -> tuple[bytes, ...]:
    """Who of the teams is not on the list yet; of a session for officials, who of the office.

    Raises:
        UserError: training_unknown, training_cancelled.
    """
    planned = _session(core, training)
    with core.vault.read() as connection:
        listed = {one.subject_id for one in stored.attendees(connection, training)}
        known = staff(connection, core.today)
    teams = planned.audience is not Audience.OFFICIALS
    return tuple(
        one.member_id
        for one in known
        if one.in_team is teams
        and one.member_id not in listed
        and (not planned.villages or one.village_id is None or one.village_id in planned.villages)
    )


def guest(
    core: Core, training: bytes, who: Guest, *, another: bool = False
) -> tuple[bytes, EditUndo, Changes]:
    """Note that somebody is there whom no register here has; answers who they are on the list.

    The same name, year and village on another laptop are the same person; `another` says that there is a
    second one of that name.

    Raises:
        UserError: training_unknown, training_cancelled, name_missing, text_too_long, guest_year_wrong,
            guest_is_here where they are on the list already.
    """
    planned, name, home = _session(core, training), clean(who.name), clean(who.home)
    if not name:
        raise UserError("name_missing")
    if max(len(name), len(home)) > LONGEST:
        raise UserError("text_too_long", most=LONGEST)
    year = who.birth_year
    if year is not None and (year < _FIRST_YEAR or is_future(str(year), core.today)):
        raise UserError("guest_year_wrong")
    author = core.author()
    with core.vault.change(author) as change:
        known = {one.subject_id: one for one in stored.attendees(change.connection, training)}
        number, called = 1, name
        subject = guest_id(training, called, year, home)
        while another and subject in known:
            number += 1
            called = f"{name} ({number})"
            subject = guest_id(training, called, year, home)
        if subject in known and known[subject].here:
            raise UserError("guest_is_here", name=name)
        village = _village_of(change, home, planned.villages)
        journal = Journal(change.writer)
        journal.create(
            _KIND,
            {
                "village_id": village,
                "training_id": training,
                "subject_id": subject,
                "name": called,
                "birth_year": year,
                "home": home or None,
                "here": 1,
                "on": planned.slot.on.isoformat(),
                "by_id": author,
            },
        )
        undo = journal.undo()
    return subject, undo, Changes.of(_KIND)


def _set(
    core: Core,
    training: bytes,
    people: Sequence[bytes],
    *,
    here: bool | None = None,
    invited: bool | None = None,
) -> tuple[EditUndo, Changes]:
    planned = _session(core, training)
    if not people:
        raise UserError("nothing_selected")
    said: dict[str, Value] = {}
    if here is not None:
        said["here"] = int(here)
    if invited is not None:
        said["invited"] = int(invited)
    author = core.author()
    with core.vault.change(author) as change:
        if invited and len(stored.attendees(change.connection, training)) + len(people) > LARGEST:
            raise UserError("training_full", most=LARGEST)
        journal = Journal(change.writer)
        for subject in dict.fromkeys(people):
            records = stored.attendance_of(change.connection, training, subject)
            change.writer.load(_KIND, [one.record_id for one in records])
            if here or invited:
                _say_yes(change, journal, records, said, (planned, subject, author))
            else:
                # Whoever unticks has seen all of these; a tick that they had not seen stays.
                for one in records:
                    yes = {"here": one.here, "invited": one.invited}
                    journal.update(_KIND, one.record_id, **{name: 0 for name in said if yes[name]})
        undo = journal.undo()
    return undo, Changes.of(_KIND)


def _say_yes(
    change: Change,
    journal: Journal,
    records: Sequence[stored.Noted],
    said: dict[str, Value],
    whose: tuple[stored.Planned, bytes, bytes],
) -> None:
    """Say it in a record of its own, unless one says it already.

    What a record says is only ever taken back, so that two who change the same one agree.
    """
    planned, subject, author = whose
    if any(one.here if "here" in said else one.invited for one in records):
        return
    values: dict[str, Value] = {
        "training_id": planned.training_id,
        "subject_id": subject,
        "on": planned.slot.on.isoformat(),
        "by_id": author,
    }
    person = stored.place_of(change.connection, subject)
    if person is not None:
        values["village_id"] = person.village_id
    elif (member := _member(change, subject, planned.slot.on)) is not None:
        place = member.village_id or _village_of(change, "", planned.villages)
        values |= {"village_id": place, "name": member.name, "birth_year": member.birth_year}
        values["home"] = member.unit or None
    elif records:
        first = records[0]
        values["village_id"] = first.village_id
        if first.household_id is None:
            values |= {"home": first.home, "name": first.name, "birth_year": first.birth_year}
    else:
        raise UserError("person_unknown")
    journal.create(_KIND, {**values, **said})


def _member(change: Change, subject: bytes, on: date) -> Staff | None:
    return next((one for one in staff(change.connection, on) if one.member_id == subject), None)


def _village_of(change: Change, home: str, of_session: Sequence[bytes]) -> bytes:
    """In whose area a guest is written down: their village where it is one of here, or the session's."""
    villages = register.villages(change.connection)
    named = register.named(villages, home) if fold(home) else None
    known = [village for village, _name in villages]
    for village in (named, *of_session, *known):
        if village is not None and village in known:
            return village
    raise UserError("village_unknown")


def _session(core: Core, training: bytes) -> stored.Planned:
    with core.vault.read() as connection:
        found = stored.planned(connection, training)
    if not found:
        raise UserError("training_unknown")
    if found[0].state is State.CANCELLED:
        raise UserError("training_cancelled")
    return found[0]
