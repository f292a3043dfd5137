"""Campaigns, score sheets and proposals to commend in words, as their lists and cards say them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from tongcds.domain.emulation import Scored
from tongcds.domain.reporting import STATE_WORDS, WORD_WORDS, State, Step
from tongcds.domain.views import Standing, Tone
from tongcds.domain.views.emulation import CampaignRow, CommendationRow, CriterionLine, SheetView, UnitScore
from tongcds.i18n import _, format_date, format_number
from ui.widgets.cells import PillCell
from ui.words import standing

_TONES: Final = MappingProxyType(
    {
        State.SENT: Tone.INFO,
        State.RECEIVED: Tone.INFO,
        State.RETURNED: Tone.WARN,
        State.WITHDRAWN: Tone.QUIET,
        State.ACCEPTED: Tone.GOOD,
        State.REFUSED: Tone.BAD,
        State.CONTRARY: Tone.BAD,
    }
)


GOOD: Final = Tone.GOOD
"""The colours of what is decided."""


def sending(where: Standing) -> str:
    """Where a record is on its way; "" once it was received."""
    return "" if where is Standing.RECEIVED else standing(where).words


def points(value: Decimal | None) -> str:
    """Points as they are read; a dash where there are none."""
    return "–" if value is None else format_number(value)


def scored(what: Scored) -> str:
    """Points of one criterion; both where two people scored differently."""
    if what.contrary:
        return " ≠ ".join(format_number(one.points) for one in what.words)
    return points(what.points)


def state_pill(state: State | None) -> PillCell:
    """Where a score sheet stands."""
    if state is None:
        return PillCell(_("not handed up"), Tone.QUIET)
    return PillCell(_("decided") if state is State.ACCEPTED else _(STATE_WORDS[state]), _TONES[state])


def unit_pill(row: UnitScore) -> PillCell:
    """Where the score sheet of a unit stands."""
    if row.twice:
        return PillCell(_("handed up twice"), Tone.BAD)
    if row.earlier:
        return PillCell(_("of an earlier version"), Tone.WARN)
    return state_pill(row.state)


def campaign_pill(row: CampaignRow) -> PillCell:
    """Where a campaign stands for whoever looks."""
    if row.twice:
        return PillCell(_("two versions at once"), Tone.BAD)
    if row.mine and row.to_decide:
        return PillCell(_("{n} to appraise").format(n=format_number(row.to_decide)), Tone.WARN)
    if row.published:
        place = _("place {n}").format(n=format_number(row.place)) if row.place is not None else ""
        return PillCell(place or _("published"), Tone.GOOD)
    if row.mine:
        told = _("{n} of {all} handed up")
        return PillCell(told.format(n=format_number(row.handed), all=format_number(row.units)), Tone.QUIET)
    return state_pill(row.state)


def commendation_pill(row: CommendationRow) -> PillCell:
    """Where a proposal to commend stands."""
    if row.corrected:
        return PillCell(_("corrected by a later one"), Tone.QUIET)
    return PillCell(_(STATE_WORDS[row.state]), _TONES[row.state])


def who(row: CommendationRow) -> str:
    """Who is to be commended; above the commune nobody reads who a person is."""
    return row.says.name or _("one person")


def votes(row: CommendationRow) -> str:
    """How many of how many voted for it."""
    said = row.says.votes
    return "" if said is None else f"{format_number(said.in_favour)}/{format_number(said.voters)}"


def in_full(row: CampaignRow | CommendationRow) -> str:
    """All that there is to say of a row."""
    return _campaign(row) if isinstance(row, CampaignRow) else _commendation(row)


def steps(taken: Sequence[Step]) -> list[str]:
    """What was said of it, in the order in which it came."""
    lines = []
    for one in taken:
        when = "" if one.on is None else format_date(one.on)
        head = " ".join(filter(None, (when, one.by, _(WORD_WORDS[one.word]))))
        lines.append(f"{head}: {one.reason}" if one.reason else head)
    return lines


def _campaign(row: CampaignRow) -> str:
    says = row.says
    when = "" if row.on is None else format_date(row.on)
    version = _("version {n}").format(n=format_number(row.version)) if row.version > 1 else ""
    plan = " ".join(filter(None, (says.plan_no, "" if says.dated is None else format_date(says.dated))))
    lines = [" · ".join(filter(None, (row.unit, when, row.by, version))), says.text]
    for words, day in ((_("Review half way"), says.mid_on), (_("Last review"), says.final_on)):
        if day is not None:
            lines.append(f"{words}: {format_date(day)}")
    if plan:
        lines.append(_("Plan: {plan}").format(plan=plan))
    if row.mine:
        told = _("{n} of {all} handed up")
        lines.append(told.format(n=format_number(row.handed), all=format_number(row.units)))
    listed = [
        f"{number}. {one.name} ({format_number(one.most)})" for number, one in enumerate(says.criteria, 1)
    ]
    lines.append("\n".join(listed))
    return "\n\n".join(filter(None, lines))


def _commendation(row: CommendationRow) -> str:
    says = row.says
    when = "" if row.on is None else format_date(row.on)
    lines = [" · ".join(filter(None, (row.unit, when, row.by))), row.award, says.merits]
    if not row.known:
        lines.append(_("Who it is stands in the commune and on the list (B13) that it sends."))
    if says.votes is not None:
        day = "" if row.voted_on is None else format_date(row.voted_on)
        told = _("Votes: {votes}").format(votes=votes(row))
        lines.append(" · ".join(filter(None, (told, day))))
    if row.campaign:
        lines.append(_("Campaign: {title}").format(title=row.campaign))
    if says.name and row.says.sort == "person" and not says.agreed:
        lines.append(_("Did not agree to be named: the list has a line without the name."))
    return "\n\n".join(filter(None, (*lines, *steps(row.steps))))


def criterion_in_full(line: CriterionLine) -> str:
    """A criterion with what each said of it."""
    most = _("{n} points at the most").format(n=format_number(line.criterion.most))
    lines = [line.criterion.name, most]
    if line.figure:
        lines.append(_("Figure: {figure}").format(figure=line.figure))
    for words, what in ((_("Own score"), line.own), (_("Appraised"), line.appraised)):
        lines += [
            ": ".join(filter(None, (f"{words} {format_number(one.points)}", one.text))) for one in what.words
        ]
        if what.contrary:
            lines.append(_("Two people scored differently; score it again to settle it."))
    return "\n\n".join(lines)


def sheet_head(view: SheetView) -> str:
    """The line under the title of a score sheet."""
    state = state_pill(view.state).words
    own = _("own score {n}").format(n=points(view.own))
    final = "" if view.final is None else _("appraised {n}").format(n=points(view.final))
    return " · ".join(filter(None, (view.unit, state, own, final, view.reason, sending(view.standing))))
