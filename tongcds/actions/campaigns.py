"""Campaigns of emulation: setting one for the units below, correcting it by a new version, taking it back.

What units score and what is decided on it is `actions.scoring`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from tongcds.actions.core import Changes, Core
from tongcds.actions.indicators import require_counted
from tongcds.actions.journal import Journal
from tongcds.domain.emulation import (
    DECIMALS,
    LARGEST_POINTS,
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_CRITERIA,
    Campaign,
    Criterion,
    versions_of,
    with_codes,
)
from tongcds.domain.report_types import Level
from tongcds.domain.reporting import TO_DECIDE, State
from tongcds.domain.steps import last_words
from tongcds.domain.text import clean, clean_lines
from tongcds.domain.views import EditUndo, Role
from tongcds.domain.views.emulation import CampaignRow, CampaignText, EmulationView
from tongcds.domain.words import Standing
from tongcds.errors import UserError
from tongcds.protocol.messages import Credentials
from tongcds.records import Value
from tongcds.replica.above import units_above
from tongcds.reports import places
from tongcds.reports.addressees import unit_above
from tongcds.storage import emulation as stored
from tongcds.storage.emulation import Result, Sheet
from tongcds.storage.standing import standings

_FOR: Final = MappingProxyType(
    {Role.COMMUNE: Level.TEAM, Role.AREA: Level.COMMUNE, Role.PROVINCE: Level.COMMUNE}
)
_LEVEL_OF: Final = MappingProxyType({Role.TEAM: Level.TEAM, Role.COMMUNE: Level.COMMUNE})


@dataclass(frozen=True, slots=True)
class Known:
    """A campaign as it holds now, with all that it stands in for, and what there is of it."""

    campaign: Campaign
    versions: tuple[Campaign, ...]
    twice: bool
    sheets: tuple[Sheet, ...]
    results: tuple[Result, ...]
    below: tuple[tuple[bytes, str], ...]
    standing: Standing

    @property
    def ids(self) -> tuple[bytes, ...]:
        """The records of all its versions."""
        return tuple(one.campaign_id for one in self.versions)

    def of_unit(self, unit_id: bytes) -> tuple[Sheet, ...]:
        """The sheets of one unit that no later one stands in for and that were not taken back."""
        last = last_words(one for one in self.sheets if one.unit_id == unit_id)
        return tuple(one for one in last if one.state is not State.WITHDRAWN)


def view(core: Core) -> EmulationView:
    """Every campaign that the own unit set or takes part in: what is to be done here first."""
    who = core.credentials()
    with core.vault.read() as connection:
        rows = [row_of(one, who) for one in known(connection, who, core.today)]
        above = unit_above(connection, who)
    ordered = sorted(rows, key=lambda row: (not (row.owed or row.to_decide), row.published))
    return EmulationView(
        core.today,
        who.unit_name,
        tuple(ordered),
        Role(who.role) in _FOR,
        "" if above is None else above[1],
    )


def waiting(core: Core) -> tuple[CampaignRow, ...]:
    """Those in which something is to be done here."""
    return tuple(row for row in view(core).rows if row.owed or row.to_decide)


def units_below(core: Core) -> tuple[tuple[bytes, str], ...]:
    """The units that can take part in a campaign of this one."""
    who = core.credentials()
    if Role(who.role) not in _FOR:
        return ()
    with core.vault.read() as connection:
        place = places.place(connection, who.unit_id, core.today)
    return () if place is None else place.below


def launch(core: Core, says: CampaignText, units: Sequence[bytes] = ()) -> tuple[bytes, EditUndo, Changes]:
    """Set a campaign for these units below, or for all of them; they read it at their next exchange.

    Raises:
        UserError: campaign_not_yours, campaign_untitled, campaign_without_criteria, campaign_too_many,
            criterion_unnamed, criterion_twice, criterion_points, days_reversed, campaign_due_before_start,
            campaign_review_outside, text_too_long, board_unit_unknown, indicator_unknown,
            indicator_not_counted.
    """
    return _keep(core, says, units, ())


def correct(
    core: Core, campaign_id: bytes, says: CampaignText, units: Sequence[bytes] = ()
) -> tuple[bytes, EditUndo, Changes]:
    """Set it anew: another version stands in for what holds now. Sheets of the one before are due again.

    Raises:
        UserError: campaign_unknown, and those of `launch`.
    """
    who = core.credentials()
    with core.vault.read() as connection:
        found = the_campaign(connection, who, core.today, campaign_id)
        # Of two that were made at once, a new one stands in for both.
        last = [
            one.campaign
            for one in known(connection, who, core.today)
            if set(one.ids) & set(found.ids) and one.campaign.unit_id == who.unit_id
        ]
    if not last:
        raise UserError("campaign_not_yours")
    return _keep(core, says, units, last)


def withdraw(core: Core, campaign_id: bytes) -> tuple[EditUndo, Changes]:
    """Take an own campaign back with all its versions, before anything was published of it.

    Raises:
        UserError: campaign_unknown, campaign_not_yours, campaign_published.
    """
    who = core.credentials()
    with core.vault.change(core.author()) as change:
        found = the_campaign(change.connection, who, core.today, campaign_id)
        if found.campaign.unit_id != who.unit_id:
            raise UserError("campaign_not_yours")
        if found.results:
            raise UserError("campaign_published")
        journal = Journal(change.writer)
        change.writer.load("campaign", list(found.ids))
        for one in found.ids:
            journal.remove("campaign", one)
        undo = journal.undo()
    return undo, Changes.of("campaign")


def known(connection: Connection, who: Credentials, on: date) -> tuple[Known, ...]:
    """Campaigns that concern the unit of whoever works here, the latest first."""
    every = [one for one in stored.campaigns(connection) if _concerns(connection, one, who)]
    last = last_words(every)
    ids = [one.campaign_id for one in every]
    sheets, results = stored.sheets(connection, ids), stored.results(connection, ids)
    stand = standings(connection, ids)
    place = places.place(connection, who.unit_id, on)
    below = () if place is None else place.below
    found = []
    for one in reversed(last):
        versions = versions_of(one, every)
        inside = {version.campaign_id for version in versions}
        mine = one.unit_id == who.unit_id
        found.append(
            Known(
                one,
                versions,
                any(
                    other is not one and inside & {v.campaign_id for v in versions_of(other, every)}
                    for other in last
                ),
                tuple(sheet for sheet in sheets if sheet.campaign_id in inside),
                tuple(result for result in results if result.campaign_id in inside),
                tuple(unit for unit in below if one.asks(unit[0])) if mine else (),
                stand[one.campaign_id],
            )
        )
    return tuple(found)


def the_campaign(connection: Connection, who: Credentials, on: date, campaign_id: bytes) -> Known:
    """The campaign of which this is a version, as it holds now.

    Raises:
        UserError: campaign_unknown.
    """
    for one in known(connection, who, on):
        if campaign_id in one.ids:
            return one
    raise UserError("campaign_unknown")


def row_of(one: Known, who: Credentials) -> CampaignRow:
    """A campaign as lists show it to whoever works here."""
    mine, takes_part = one.campaign.unit_id == who.unit_id, _takes_part(one.campaign, who)
    own = one.of_unit(who.unit_id) if takes_part else ()
    handed = {sheet.unit_id for unit, _name in one.below for sheet in one.of_unit(unit)}
    to_decide = {
        sheet.unit_id
        for unit, _name in one.below
        for sheet in one.of_unit(unit)
        if sheet.state in TO_DECIDE and sheet.campaign_id == one.campaign.campaign_id
    }
    published = last_words(one.results)
    places_here = [row.place for row in (published[-1].content.rows if published else ())
                   if row.unit_id == who.unit_id]  # fmt: skip
    current = bool(own) and own[-1].campaign_id == one.campaign.campaign_id
    return CampaignRow(
        campaign_id=one.campaign.campaign_id,
        unit=one.campaign.unit,
        says=text_of(one.campaign),
        asked=one.campaign.asked,
        on=one.campaign.on,
        by=one.campaign.by,
        version=len(one.versions),
        twice=one.twice,
        mine=mine,
        takes_part=takes_part,
        state=own[-1].state if current else None,
        handed=len(handed),
        units=len(one.below),
        to_decide=len(to_decide),
        published=bool(published),
        place=places_here[0] if places_here else None,
        standing=one.standing,
    )


def text_of(one: Campaign) -> CampaignText:
    """What a campaign says, to be typed anew."""
    return CampaignText(
        one.title,
        one.criteria,
        one.first,
        one.last,
        one.due_on,
        one.text,
        one.plan_no,
        one.dated,
        one.mid_on,
        one.final_on,
    )


def _concerns(connection: Connection, one: Campaign, who: Credentials) -> bool:
    """Whether the own unit set it, or takes part in it."""
    if one.unit_id == who.unit_id:
        return True
    return _takes_part(one, who) and one.unit_id in units_above(connection, [who.unit_id])[who.unit_id]


def _takes_part(one: Campaign, who: Credentials) -> bool:
    return one.unit_id != who.unit_id and _LEVEL_OF.get(Role(who.role)) is one.level and one.asks(who.unit_id)


def _keep(
    core: Core, says: CampaignText, units: Sequence[bytes], before: Iterable[Campaign]
) -> tuple[bytes, EditUndo, Changes]:
    who, author, before = core.credentials(), core.author(), tuple(before)
    level = _FOR.get(Role(who.role))
    if level is None:
        raise UserError("campaign_not_yours")
    words = _checked(says)
    if not {unit for unit, _name in units_below(core)}.issuperset(units):
        raise UserError("board_unit_unknown")
    coded = with_codes(_criteria(says), [one for campaign in before for one in campaign.criteria])
    values: dict[str, Value] = {
        **words,
        "unit_id": who.unit_id,
        "unit": who.unit_name,
        "level": level.value,
        "asked": b"".join(units) or None,
        "criteria": stored.packed(coded),
        "on": core.today.isoformat(),
        "after": b"".join(one.campaign_id for one in before) or None,
        "by_id": author,
    }
    with core.vault.change(author) as change:
        journal = Journal(change.writer)
        made = journal.create("campaign", values)
        undo = journal.undo()
    return made, undo, Changes.of("campaign")


def _checked(says: CampaignText) -> Mapping[str, Value]:
    title, text, plan_no = clean(says.title), clean_lines(says.text), clean(says.plan_no)
    if not title:
        raise UserError("campaign_untitled")
    for words, most in ((title, LONGEST_NAME), (text, LONGEST_TEXT), (plan_no, LONGEST_NAME)):
        if len(words) > most:
            raise UserError("text_too_long", most=most)
    if says.last < says.first:
        raise UserError("days_reversed")
    if says.due_on < says.first:
        raise UserError("campaign_due_before_start")
    for day in (says.mid_on, says.final_on):
        if day is not None and day < says.first:
            raise UserError("campaign_review_outside")
    return {
        "title": title,
        "text": text or None,
        "plan_no": plan_no or None,
        "dated": _iso(says.dated),
        "first": says.first.isoformat(),
        "last": says.last.isoformat(),
        "due_on": says.due_on.isoformat(),
        "mid_on": _iso(says.mid_on),
        "final_on": _iso(says.final_on),
    }


def _criteria(says: CampaignText) -> tuple[Criterion, ...]:
    found = tuple(Criterion("", clean(one.name), one.most, one.indicator) for one in says.criteria)
    if not found:
        raise UserError("campaign_without_criteria")
    if len(found) > MOST_CRITERIA:
        raise UserError("campaign_too_many", most=MOST_CRITERIA)
    names: set[str] = set()
    for number, one in enumerate(found, 1):
        if not one.name:
            raise UserError("criterion_unnamed", number=number)
        if len(one.name) > LONGEST_NAME:
            raise UserError("text_too_long", most=LONGEST_NAME)
        if one.name in names:
            raise UserError("criterion_twice", name=one.name)
        names.add(one.name)
        if not 0 < one.most <= LARGEST_POINTS or round(one.most, DECIMALS) != one.most:
            raise UserError("criterion_points", name=one.name, most=LARGEST_POINTS)
    require_counted([one.indicator for one in found if one.indicator])
    return found


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
