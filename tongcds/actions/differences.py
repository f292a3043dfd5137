"""Why this computer and the server have another number for one figure, record by record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, TypedDict

from tongcds.actions.core import Core
from tongcds.actions.indicators import require_counted
from tongcds.domain.catalogue import load_indicators
from tongcds.domain.periods import Period
from tongcds.domain.views import Role
from tongcds.domain.views.differences import (
    Cause,
    DifferingRecord,
    FigureBeside,
    FigureDifference,
    FiguresBeside,
    FigureSeen,
)
from tongcds.errors import UnavailableError, UserError
from tongcds.i18n import N_, _, format_number, language, ngettext
from tongcds.protocol.behind import ITEM, BehindAnswer, Held
from tongcds.protocol.messages import Credentials
from tongcds.records import type_numbered
from tongcds.replica import unsent_records
from tongcds.reports import units
from tongcds.reports.behind import (
    Item,
    Part,
    Standing,
    behind,
    bits_for,
    bucket_of,
    standings,
    sums_of,
)
from tongcds.reports.figures import Count, added, definition, figures
from tongcds.reports.known import until
from tongcds.storage import named, register
from tongcds.storage.local import load_enrolment
from tongcds.storage.wording import type_name
from tongcds.sync.behind import ask
from tongcds.sync.exchange import compare_soon

_MOST_ASKED: Final = 2_000
_OWN_PART: Final = -12
"""The hex digits that tell records of one computer apart; what is before them they have in common."""
SENTENCES: Final[Mapping[Cause, str]] = {
    Cause.NOT_SENT: N_("It waits on this computer to be sent; after the next exchange both have it."),
    Cause.LACKING_HERE: N_("This computer does not have it yet; the next exchange brings it."),
    Cause.LACKING_THERE: N_("The server does not have it, although this computer sent it."),
    Cause.REMOVED_HERE: N_("It was removed on this computer; the server still counts it."),
    Cause.REMOVED_THERE: N_("It was removed on the server; this computer still counts it."),
    Cause.ELSEWHERE_HERE: N_("On this computer it belongs to another unit or village."),
    Cause.ELSEWHERE_THERE: N_("On the server it belongs to another unit or village."),
    Cause.OLDER_HERE: N_("The server has a later version of it than this computer."),
    Cause.OLDER_THERE: N_("This computer has a later version of it than the server."),
    Cause.FOLLOWS: N_(
        "Both sides have the same version of it; what it is about differs, or what one of them kept of it."
    ),
}


class _Heading(TypedDict):
    code: str
    name: str
    unit: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class _Ours:
    places: tuple[bytes, ...]
    count: Count
    items: frozenset[Item]


def figure_difference(
    core: Core, code: str, period: Period, village_id: bytes | None = None
) -> FigureDifference:
    """The figure of the own unit, or of one of its villages, beside the server's; asks the server.

    A period that still runs is looked at up to today, as everywhere. Without a network it is held against
    what the server published of the unit. Where records differ that do not wait to be sent, the next exchange
    compares the whole vault with the server and mends it.

    Raises:
        UserError: indicator_unknown, indicator_not_counted, figures_only, not_enrolled; server_refused.
    """
    who = core.credentials()
    _check(code, who)
    period = until(period, core.today)
    unit = village_id or who.unit_id
    ours = _ours(core, code, period, unit, who)
    bits = bits_for(ours.items)
    transport = core.connect(_address(core))
    days = (period.first.isoformat(), period.last.isoformat())
    try:
        told = ask(core.vault, transport, code, unit, days, (bits, sums_of(ours.items, bits)))
        if not told.known:
            return _offline(core, code, period, unit, ours)
        buckets = frozenset(told.buckets)
        theirs = frozenset(_items(told))
        mine = {item for item in ours.items if bucket_of(item, bits) in buckets}
        only_here, only_there = sorted(mine - theirs), sorted(theirs - mine)
        held = {one.id: one for one in told.held}
        if only_here:
            records = sorted({(item.kind, item.id) for item in only_here})[:_MOST_ASKED]
            again = ask(core.vault, transport, code, unit, days, (bits, sums_of(ours.items, bits)), records)
            held |= {one.id: one for one in again.held}
    except UnavailableError:
        return _offline(core, code, period, unit, ours)
    finally:
        transport.close()
    # Of a list that was cut short nobody knows what is missing from the rest.
    rows = _rows(core, ours, [] if told.more else only_here, only_there, held)
    if any(row.why is not Cause.NOT_SENT for row in rows):
        compare_soon(core.vault)
    return FigureDifference(
        **_heading(core, code, period, unit),
        ours=_seen(ours.count),
        theirs=FigureSeen(told.numerator, told.denominator, told.fingerprint),
        rows=rows,
        asked=True,
        summary=_summary(ours.count, told, rows),
        more=told.more,
        other_way=told.definition != definition(code, period.last),
    )


def figures_beside(core: Core, codes: Sequence[str], period: Period) -> FiguresBeside:
    """Figures of the own unit, each beside the server's; which records differ is not asked for.

    Where the server cannot be asked, what it published is taken, as in `figure_difference`.

    Raises:
        UserError: as `figure_difference`.
    """
    who = core.credentials()
    for code in codes:
        _check(code, who)
    period = until(period, core.today)
    days = (period.first.isoformat(), period.last.isoformat())
    transport = core.connect(_address(core))
    asked, found = True, []
    try:
        for code in codes:
            ours = _ours(core, code, period, who.unit_id, who)
            theirs = None
            if asked:
                bits = bits_for(ours.items)
                sums = (bits, sums_of(ours.items, bits))
                try:
                    told = ask(core.vault, transport, code, who.unit_id, days, sums)
                    theirs = (
                        FigureSeen(told.numerator, told.denominator, told.fingerprint) if told.known else None
                    )
                except UnavailableError:
                    asked = False
            theirs = theirs or _published(core, code, period, who.unit_id)
            found.append(FigureBeside(code, _seen(ours.count), theirs))
    finally:
        transport.close()
    return FiguresBeside(tuple(found), asked)


def villages(core: Core) -> tuple[tuple[bytes, str], ...]:
    """The villages of this computer, by id and name, whose figures can be held against the server's too."""
    with core.vault.read() as connection:
        return register.villages(connection)


def _check(code: str, who: Credentials) -> None:
    require_counted([code])
    if Role(who.role) not in {Role.TEAM, Role.COMMUNE}:
        raise UserError("figures_only")


def _address(core: Core) -> str:
    with core.vault.read() as connection:
        enrolment = load_enrolment(connection)
    if enrolment is None:
        raise UserError("not_enrolled")
    return enrolment.server_url


def _ours(core: Core, code: str, period: Period, unit: bytes, who: Credentials) -> _Ours:
    with core.counting() as connection:
        villages = [village for village, _name in register.villages(connection)]
        places = [unit]
        if unit == who.unit_id and Role(who.role) is Role.COMMUNE:
            places = [*villages, unit]
        elif unit != who.unit_id and unit not in villages:
            raise UserError("figure_village_unknown")
        (found,) = figures(connection, [code], places, [period])
        items = behind(connection, code, places, period)
    return _Ours(tuple(places), added(list(found.values())), items)


def _items(told: BehindAnswer) -> list[Item]:
    packed = told.items
    if len(packed) % ITEM or any(packed[at] not in set(Part) for at in range(0, len(packed), ITEM)):
        raise UnavailableError("server_unreachable")
    return [
        Item(packed[at], packed[at + 1], packed[at + 2 : at + ITEM]) for at in range(0, len(packed), ITEM)
    ]


def _rows(
    core: Core,
    ours: _Ours,
    only_here: list[Item],
    only_there: list[Item],
    held: Mapping[bytes, Held],
) -> tuple[DifferingRecord, ...]:
    records = {(item.kind, item.id) for item in (*only_here, *only_there)}
    with core.vault.read() as connection:
        mine = standings(connection, records)
        waiting = unsent_records(connection, sorted(record for _, record in records))
        words = named.named(connection, records)
    rows = []
    for here, items in ((True, only_here), (False, only_there)):
        for item in items:
            why = _why(item, mine, held, ours.places, here=here, waits=item.id in waiting)
            record = type_numbered(item.kind)
            kind = "" if record is None else record.name
            known = words.get(item.id, named.Named(f"{type_name(kind)} {item.id.hex()[_OWN_PART:]}"))
            rows.append(
                DifferingRecord(
                    kind=kind,
                    record_id=item.id,
                    words=known.words,
                    why=why,
                    sentence=_(SENTENCES[why]),
                    here=here,
                    counted=item.part == Part.COUNTED,
                    household_id=known.household_id,
                )
            )
    return tuple(sorted(rows, key=lambda row: (not row.counted, not row.here, row.words)))


def _why(
    item: Item,
    mine: Mapping[bytes, Standing],
    held: Mapping[bytes, Held],
    places: tuple[bytes, ...],
    *,
    here: bool,
    waits: bool,
) -> Cause:
    if waits:
        return Cause.NOT_SENT
    ours, theirs = mine.get(item.id), held.get(item.id)
    if ours is None:
        return Cause.LACKING_HERE
    if theirs is None:
        return Cause.LACKING_THERE
    other: Standing | Held = theirs if here else ours
    if other.gone or other.area not in places:
        removed, elsewhere = _AWAY[here]
        return removed if other.gone else elsewhere
    if ours.stamp == theirs.stamp:
        return Cause.FOLLOWS
    return Cause.OLDER_HERE if ours.stamp < theirs.stamp else Cause.OLDER_THERE


# What is said of the side that does not count it, by whether this computer does.
_AWAY: Final = MappingProxyType(
    {
        True: (Cause.REMOVED_THERE, Cause.ELSEWHERE_THERE),
        False: (Cause.REMOVED_HERE, Cause.ELSEWHERE_HERE),
    }
)


def _heading(core: Core, code: str, period: Period, unit: bytes) -> _Heading:
    with core.vault.read() as connection:
        names = dict(register.villages(connection))
        name = names.get(unit) or units.unit_names(connection, [unit])[unit]
    return {
        "code": code,
        "name": load_indicators()[code].name(language()),
        "unit": name,
        "first": period.first,
        "last": period.last,
    }


def _seen(count: Count) -> FigureSeen:
    return FigureSeen(count.numerator, count.denominator, count.fingerprint)


def _summary(ours: Count, told: BehindAnswer, rows: tuple[DifferingRecord, ...]) -> str:
    """One sentence: both numbers, and how many records differ."""
    if (
        not rows
        and not told.more
        and (ours.numerator, ours.denominator) == (told.numerator, told.denominator)
    ):
        return _("This computer and the server have the same figure, from the same records: {n}.").format(
            n=_number(ours.numerator, ours.denominator)
        )
    words = ngettext(
        "This computer has {ours}, the server {theirs}: {n} record differs.",
        "This computer has {ours}, the server {theirs}: {n} records differ.",
        len(rows),
    )
    return words.format(
        ours=_number(ours.numerator, ours.denominator),
        theirs=_number(told.numerator, told.denominator),
        n=format_number(len(rows)),
    )


def _number(numerator: int | None, denominator: int | None) -> str:
    if numerator is None:
        return _("no data")
    number = format_number(numerator)
    return number if denominator is None else f"{number} / {format_number(denominator)}"


def _offline(core: Core, code: str, period: Period, unit: bytes, ours: _Ours) -> FigureDifference:
    """What the server published of the unit, where it cannot be asked for the records."""
    theirs = _published(core, code, period, unit)
    if theirs is None:
        summary = _(
            "The server cannot be asked now, and it published nothing to compare with. This computer has "
            "{ours}; ask again when there is a network."
        )
    elif theirs.fingerprint == ours.count.fingerprint:
        summary = _(
            "The server cannot be asked now; what it published last has the same fingerprint: {ours}."
        )
    else:
        summary = _(
            "The server cannot be asked now. It published {theirs}, and this computer has {ours}; ask again "
            "when there is a network to see which records differ."
        )
    return FigureDifference(
        **_heading(core, code, period, unit),
        ours=_seen(ours.count),
        theirs=theirs,
        rows=(),
        asked=False,
        summary=summary.format(
            ours=_number(ours.count.numerator, ours.count.denominator),
            theirs="" if theirs is None else _number(theirs.numerator, theirs.denominator),
        ),
    )


def _published(core: Core, code: str, period: Period, unit: bytes) -> FigureSeen | None:
    """What the server published of a unit's figure, if that is of the same days."""
    day = min(period.last, core.today)
    with core.vault.read() as connection:
        seen = units.published_figures(connection, [code], [unit], [day])[day].get((unit, code))
    # What was done in a period is published for calendar months only.
    known = seen is not None and not seen.hidden and period.first == day.replace(day=1)
    return _seen(seen.count) if seen is not None and known else None
