"""Commands of emulation: campaigns, score sheets, results, and proposals to commend."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Final

from tongcds.actions import campaigns, commendations, score_sheets, scoring
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, read_day, show
from tongcds.domain.commendations import CommendationText, Sort, Votes, load_awards
from tongcds.domain.emulation import Scored, read_criteria
from tongcds.domain.reporting import STATE_WORDS, WORD_WORDS, State, Step, Word
from tongcds.domain.targets import read_amount
from tongcds.domain.text import fold
from tongcds.domain.views.emulation import (
    CampaignRow,
    CampaignText,
    CommendationRow,
    CriterionLine,
    RankingView,
    SheetView,
)
from tongcds.errors import UserError
from tongcds.i18n import _, format_date, format_number

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]
_WORDS: Final = {"return": Word.RETURNED, "accept": Word.ACCEPTED, "refuse": Word.REFUSED}
_ID: Final = "as the lists give it, or the beginning of it"
_OF_CRITERION: Final = "N=TEXT"


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    add("campaigns", list_campaigns, "campaigns of emulation, what has to be done here first")
    made = add("campaign-set", set_one, "set a campaign for the units below (offices only)")
    made.add_argument("title")
    made.add_argument("--criterion", action="append", default=[], metavar="NAME;POINTS[;CODE]")
    for name, what in (("from", "first day"), ("to", "last day"), ("due", "score sheets are due")):
        made.add_argument(f"--{name}", dest=f"{name}_", metavar="DAY", required=True, help=what)
    made.add_argument("--text", default="", help="what it is about")
    made.add_argument("--plan", default="", help="number of its plan")
    made.add_argument("--dated", metavar="DAY", help="day of the plan")
    made.add_argument("--mid", metavar="DAY", help="day of the review half way")
    made.add_argument("--final", metavar="DAY", help="day of the last review")
    made.add_argument("--unit", action="append", default=[], metavar="NAME", help="only this one, or more")
    made.add_argument("--correct", metavar="ID", default="", help="a new version of this one")
    made = add("campaign", one_campaign, "a campaign with the units' scores; publish its result")
    made.add_argument("id", help=_ID)
    made.add_argument("--publish", action="store_true", help="publish scores and places to all")
    made.add_argument("--withdraw", action="store_true", help="take it back, while nothing is published")
    made = add("scores", own_scores, "the own score sheet: score by criterion, hand it up")
    made.add_argument("id", help=_ID)
    made.add_argument("--score", action="append", default=[], metavar="N=POINTS")
    made.add_argument("--evidence", action="append", default=[], metavar=_OF_CRITERION)
    made.add_argument("--hand-up", action="store_true")
    made.add_argument("--take-back", action="store_true", help="to score again (not once decided)")
    made = add("score-sheet", one_sheet, "a score sheet that was handed up: appraise it, decide on it")
    made.add_argument("id", help=_ID)
    made.add_argument("--appraise", action="append", default=[], metavar="N=POINTS")
    made.add_argument("--why", action="append", default=[], metavar=_OF_CRITERION)
    made.add_argument("--agree", action="store_true", help="with all that is not appraised yet")
    made.add_argument("--say", choices=["accept", "return"], help="decide it, or send it back")
    made.add_argument("--reason", default="", help="why, needed to return it")
    _add_commendations(add)


def _add_commendations(add: Add) -> None:
    add("commendations", list_commendations, "proposals to commend, what has to be decided here first")
    made = add("commend", propose, "propose to the unit above that somebody be commended")
    made.add_argument("name", help="a collective, or with --person an individual")
    made.add_argument("--merits", required=True, help="what they did, in short")
    made.add_argument("--award", required=True, choices=list(load_awards()))
    made.add_argument("--person", action="store_true")
    made.add_argument("--post", default="", help="of an individual")
    made.add_argument("--sex", default="", choices=["", "male", "female"])
    made.add_argument("--agreed", action="store_true", help="they agreed to be named in lists")
    made.add_argument("--votes", metavar="FOR/OF", help="as 9/11")
    made.add_argument("--voted", metavar="DAY", help="day of the meeting")
    made.add_argument("--campaign", metavar="ID", default="")
    made.add_argument("--correct", metavar="ID", default="", help="in the place of this one")
    made = add("commendation", one_commendation, "one proposal to commend; decide on it")
    made.add_argument("id", help=_ID)
    made.add_argument("--say", choices=list(_WORDS), help="what this unit decides (its addressee only)")
    made.add_argument("--reason", default="", help="why, needed to return or refuse it")
    made.add_argument("--take-back", action="store_true", help="take an own one back")


def list_campaigns(options: argparse.Namespace, core: Core) -> int:
    """List campaigns."""
    view = campaigns.view(core)
    show(options, view, [_line(row) for row in view.rows])
    return DONE


def set_one(options: argparse.Namespace, core: Core) -> int:
    """Set a campaign, or another version of one."""
    says = CampaignText(
        options.title,
        read_criteria("\n".join(options.criterion)),
        read_day(options.from_),
        read_day(options.to_),
        read_day(options.due_),
        options.text,
        options.plan,
        _day(options.dated),
        _day(options.mid),
        _day(options.final),
    )
    units = [_unit_below(core, name) for name in options.unit]
    if options.correct:
        made = campaigns.correct(core, _campaign(core, options.correct), says, units)[0]
    else:
        made = campaigns.launch(core, says, units)[0]
    return _show_campaign(options, core, made)


def one_campaign(options: argparse.Namespace, core: Core) -> int:
    """A campaign with its scores."""
    found = _campaign(core, options.id)
    if options.withdraw:
        campaigns.withdraw(core, found)
        return list_campaigns(options, core)
    if options.publish:
        scoring.publish(core, found)
    return _show_campaign(options, core, found)


def own_scores(options: argparse.Namespace, core: Core) -> int:
    """The own score sheet."""
    found = _campaign(core, options.id)
    view = score_sheets.own_sheet(core, found)
    if options.take_back:
        if view.sheet_id is None:
            raise UserError("sheet_unknown")
        scoring.withdraw_sheet(core, view.sheet_id)
    evidence = _by_number(view.lines, options.evidence)
    points = _by_number(view.lines, options.score)
    for code in {**points, **evidence}:
        line = next(line for line in view.lines if line.criterion.code == code)
        given = _points(points[code]) if code in points else line.own.points
        if given is None:
            raise UserError("points_missing")
        scoring.score(core, found, code, given, evidence.get(code, line.own.text))
    if options.hand_up:
        scoring.hand_up(core, found)
    _show_sheet(options, score_sheets.own_sheet(core, found))
    return DONE


def one_sheet(options: argparse.Namespace, core: Core) -> int:
    """A score sheet that was handed up."""
    found = _sheet(core, options.id)
    view = score_sheets.sheet(core, found)
    why = _by_number(view.lines, options.why)
    for code, points in _by_number(view.lines, options.appraise).items():
        scoring.appraise(core, found, code, _points(points), why.get(code, ""))
    if options.agree:
        scoring.agree(core, found)
    if options.say:
        scoring.decide(core, found, _WORDS[options.say], options.reason)
    _show_sheet(options, score_sheets.sheet(core, found))
    return DONE


def list_commendations(options: argparse.Namespace, core: Core) -> int:
    """List proposals to commend."""
    rows = commendations.view(core)
    show(options, {"rows": [asdict(row) for row in rows]}, [_commendation_line(row) for row in rows])
    return DONE


def propose(options: argparse.Namespace, core: Core) -> int:
    """Propose that somebody be commended."""
    says = CommendationText(
        Sort.PERSON if options.person else Sort.COLLECTIVE,
        options.award,
        options.name,
        options.merits,
        options.post,
        options.sex,
        agreed=options.agreed,
        votes=None if options.votes is None else _votes(options.votes),
    )
    campaign = _campaign(core, options.campaign) if options.campaign else None
    corrects = _commendation(core, options.correct) if options.correct else None
    made = commendations.propose(core, says, campaign, _day(options.voted), corrects=corrects)[0]
    return _show_commendation(options, core, made)


def one_commendation(options: argparse.Namespace, core: Core) -> int:
    """One proposal to commend."""
    found = _commendation(core, options.id)
    if options.take_back:
        commendations.withdraw(core, found)
    elif options.say:
        commendations.decide(core, found, _WORDS[options.say], options.reason)
    return _show_commendation(options, core, found)


def _day(words: str | None) -> date | None:
    return None if words is None else read_day(words)


def _points(words: str) -> Decimal:
    points = read_amount(words)
    if points is None:
        raise UserError("points_missing")
    return points


def _votes(words: str) -> Votes:
    in_favour, _slash, voters = words.partition("/")
    try:
        return Votes(int(in_favour), int(voters))
    except ValueError:
        raise UserError("votes_outside") from None


def _by_number(lines: Sequence[CriterionLine], given: Sequence[str]) -> dict[str, str]:
    """By the code of a criterion what was given for it; N is its number in the list."""
    found = {}
    for one in given:
        number, _equals, words = one.partition("=")
        if not number.isdigit() or not 0 < int(number) <= len(lines):
            raise UserError("criterion_unknown", code=number)
        found[lines[int(number) - 1].criterion.code] = words
    return found


def _one(fitting: Sequence[bytes], beginning: str, code: str) -> bytes:
    found = {one for one in fitting if one.hex().startswith(beginning.lower())}
    if not beginning or len(found) != 1:
        raise UserError(code)
    return found.pop()


def _campaign(core: Core, beginning: str) -> bytes:
    return _one([row.campaign_id for row in campaigns.view(core).rows], beginning, "campaign_unknown")


def _sheet(core: Core, beginning: str) -> bytes:
    rows = [
        row for one in campaigns.view(core).rows for row in score_sheets.ranking(core, one.campaign_id).rows
    ]
    own = [score_sheets.own_sheet(core, one.campaign_id).sheet_id
           for one in campaigns.view(core).rows if one.takes_part]  # fmt: skip
    known = [one for one in (*(row.sheet_id for row in rows), *own) if one is not None]
    return _one(known, beginning, "sheet_unknown")


def _commendation(core: Core, beginning: str) -> bytes:
    known = [row.commendation_id for row in commendations.view(core)]
    return _one(known, beginning, "commendation_unknown")


def _unit_below(core: Core, name: str) -> bytes:
    fitting = [unit for unit, called in campaigns.units_below(core) if fold(called) == fold(name)]
    if len(fitting) != 1:
        raise UserError("board_unit_unknown")
    return fitting[0]


def _show_campaign(options: argparse.Namespace, core: Core, campaign: bytes) -> int:
    view = score_sheets.ranking(core, campaign)
    lines = [_line(view.campaign)]
    for number, one in enumerate(view.campaign.says.criteria, 1):
        lines.append(f"    {number}. {one.name}  {format_number(one.most)}  {one.indicator}".rstrip())
    show(options, asdict(view), [*lines, *_ranking_lines(view)])
    return DONE


def _ranking_lines(view: RankingView) -> list[str]:
    lines = []
    for row in view.rows:
        sheet = "" if row.sheet_id is None else row.sheet_id.hex()
        place = "" if row.place is None else _("place {n}").format(n=row.place)
        state = "" if row.state is None else _(STATE_WORDS[row.state])
        final = "" if row.final is None else format_number(row.final)
        own = "" if row.own is None else format_number(row.own)
        lines.append("    " + "  ".join(filter(None, (row.unit, place, own, final, state, sheet))))
    if view.result is not None:
        day = "" if view.result.on is None else format_date(view.result.on)
        lines.append(_("Published on {day}").format(day=day))
        lines += [
            f"    {row.place}. {row.unit}  {format_number(row.final)}" for row in view.result.content.rows
        ]
    return lines


def _show_sheet(options: argparse.Namespace, view: SheetView) -> None:
    state = "" if view.state is None else _(STATE_WORDS[view.state])
    head = (view.campaign.says.title, view.unit, state, "" if view.sheet_id is None else view.sheet_id.hex())
    lines = ["  ".join(filter(None, head))]
    for number, line in enumerate(view.lines, 1):
        of = format_number(line.criterion.most)
        told = f"{_said(line.own)}/{of} → {_said(line.appraised)}"
        parts = (
            f"    {number}. {line.criterion.name}",
            told,
            line.figure,
            line.own.text,
            line.appraised.text,
        )
        lines.append("  ".join(filter(None, parts)))
    show(options, asdict(view), [*lines, *_steps(view.steps)])


def _said(what: Scored) -> str:
    if what.contrary:
        return " ≠ ".join(format_number(one.points) for one in what.words)
    return "–" if what.points is None else format_number(what.points)


def _show_commendation(options: argparse.Namespace, core: Core, found: bytes) -> int:
    row = next(row for row in commendations.view(core) if row.commendation_id == found)
    lines = [_commendation_line(row), f"    {row.says.merits}".rstrip(), *_steps(row.steps)]
    show(options, asdict(row), lines)
    return DONE


def _steps(steps: Sequence[Step]) -> list[str]:
    found = []
    for step in steps:
        when = "" if step.on is None else format_date(step.on)
        found.append("    " + "  ".join(filter(None, (when, step.by, _(WORD_WORDS[step.word]), step.reason))))
    return found


def _line(row: CampaignRow) -> str:
    due = _("due {day}").format(day=format_date(row.says.due_on))
    state = "" if row.state is None else _(STATE_WORDS[row.state])
    handed = f"{row.handed}/{row.units}" if row.mine else ""
    place = "" if row.place is None else _("place {n}").format(n=row.place)
    parts = (row.campaign_id.hex(), row.unit, row.says.title, due, state, handed, place)
    return "  ".join(filter(None, parts))


def _commendation_line(row: CommendationRow) -> str:
    votes = "" if row.says.votes is None else f"{row.says.votes.in_favour}/{row.says.votes.voters}"
    name = row.says.name or _("one person")
    state = _("corrected by a later one") if row.corrected else _(STATE_WORDS[State(row.state)])
    return "  ".join(
        filter(None, (row.commendation_id.hex(), row.unit, name, row.says.post, row.award, votes, state))
    )
