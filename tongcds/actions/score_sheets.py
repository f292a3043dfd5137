"""Score sheets of a campaign as they stand: the own one, one handed up, all of them with their places.

Scoring, handing up and deciding is `actions.scoring`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection

from tongcds.actions import board
from tongcds.actions.campaigns import Known, known, row_of, the_campaign
from tongcds.actions.core import Core
from tongcds.documents.numbers import figure_words
from tongcds.domain.emulation import NOT_SCORED, Campaign, Pair, Score, Scored, SheetLine, Total, scored
from tongcds.domain.periods import Period
from tongcds.domain.reporting import State
from tongcds.domain.steps import last_words
from tongcds.domain.views.emulation import CriterionLine, RankingView, ResultView, SheetView, UnitScore
from tongcds.errors import UserError
from tongcds.protocol.messages import Credentials
from tongcds.reports.withheld import as_read_above
from tongcds.storage import emulation as stored
from tongcds.storage.emulation import SaidScore, Sheet
from tongcds.storage.standing import gravest

_BACK: Final = frozenset({State.RETURNED, State.WITHDRAWN})


def own_sheet(core: Core, campaign_id: bytes) -> SheetView:
    """The own score sheet as it stands, with the figures of today for criteria that name an indicator.

    Raises:
        UserError: campaign_unknown, campaign_not_about_you.
    """
    who = core.credentials()
    with core.vault.read() as connection:
        found = taking_part(connection, who, core.today, campaign_id)
        said = stored.scores(connection, found.ids)
        sheets = found.of_unit(who.unit_id)
    figures = _figures(core, found.campaign) if is_open(found, sheets) else {}
    return _own(found, said, sheets, who, figures)


def sheet(core: Core, sheet_id: bytes) -> SheetView:
    """A score sheet that was handed up, with what it was appraised at so far.

    Raises:
        UserError: sheet_unknown.
    """
    who = core.credentials()
    with core.vault.read() as connection:
        found, one = the_sheet(connection, who, core.today, sheet_id)
        said = stored.scores(connection, found.ids)
    return _handed(found, one, said, who)


def sheet_or_own(core: Core, wanted: bytes) -> SheetView:
    """A sheet that was handed up, or the own one of a campaign.

    Raises:
        UserError: campaign_unknown, campaign_not_about_you.
    """
    try:
        return sheet(core, wanted)
    except UserError as problem:
        if problem.code != "sheet_unknown":
            raise
        return own_sheet(core, wanted)


def ranking(core: Core, campaign_id: bytes) -> RankingView:
    """The units of an own campaign with their scores so far; of another one what was published.

    Raises:
        UserError: campaign_unknown.
    """
    who = core.credentials()
    with core.vault.read() as connection:
        found = the_campaign(connection, who, core.today, campaign_id)
        said = stored.scores(connection, found.ids)
    campaign = row_of(found, who)
    rows = _rows(found, said)
    decided = any(row.state is State.ACCEPTED and not row.earlier for row in rows)
    return RankingView(campaign, rows, _published(found), campaign.mine and decided)


def totals_of(found: Known, said: Sequence[SaidScore]) -> tuple[tuple[Total, ...], tuple[str, ...]]:
    """Sums of the units whose sheet is decided; the names of the others."""
    totals, missing = [], []
    for unit, name in found.below:
        sheets = _current(found, unit)
        if len(sheets) > 1:
            raise UserError("result_twice", unit=name)
        pairs = _pairs(sheets[0], said) if sheets and sheets[0].state is State.ACCEPTED else None
        if sheets and sheets[0].state is State.ACCEPTED and pairs is None:
            raise UserError("result_contrary", unit=name)
        if pairs is None:
            missing.append(name)
        else:
            own = sum((pair.own for pair in pairs), Decimal(0))
            final = sum((pair.final for pair in pairs), Decimal(0))
            totals.append(Total(unit, name, own, final, pairs))
    return tuple(totals), tuple(missing)


def _current(found: Known, unit_id: bytes) -> tuple[Sheet, ...]:
    """The sheets of a unit about the version that holds."""
    return tuple(one for one in found.of_unit(unit_id) if one.campaign_id == found.campaign.campaign_id)


def _rows(found: Known, said: Sequence[SaidScore]) -> tuple[UnitScore, ...]:
    rows = []
    for unit, name in found.below:
        sheets = found.of_unit(unit)
        current = _current(found, unit)
        one = (current or sheets or (None,))[-1]
        if one is None:
            rows.append(UnitScore(unit, name, None, None, None, None, None))
            continue
        pairs = _pairs(one, said)
        final = None if pairs is None else sum((pair.final for pair in pairs), Decimal(0))
        twice, earlier = len(current) > 1, not current
        rows.append(
            UnitScore(unit, name, one.sheet_id, one.state, one.content.points, final, None, twice, earlier)
        )
    counted = [row.final for row in rows if _counts(row)]
    return tuple(
        UnitScore(
            row.unit_id, row.unit, row.sheet_id, row.state, row.own, row.final,
            1 + sum(other > row.final for other in counted if other is not None)
            if _counts(row) and row.final is not None
            else None,
            row.twice, row.earlier,
        )
        for row in rows
    )  # fmt: skip


def _counts(row: UnitScore) -> bool:
    return row.state is State.ACCEPTED and row.final is not None and not row.earlier


def _pairs(one: Sheet, said: Sequence[SaidScore]) -> tuple[Pair, ...] | None:
    """Own and final points by criterion; None while one is missing or in question."""
    appraised = appraisals(said, one.sheet_id)
    pairs = []
    for line in one.content.lines:
        final = appraised.get(line.criterion.code, NOT_SCORED).points
        if final is None:
            return None
        pairs.append(Pair(line.points, final))
    return tuple(pairs)


def _published(found: Known) -> ResultView | None:
    last = last_words(found.results)
    if not last:
        return None
    one = last[-1]
    twice = len({result.content for result in last}) > 1
    return ResultView(one.content, one.on, one.by, len(found.results) - len(last) + 1, twice)


def _own(
    found: Known,
    said: Sequence[SaidScore],
    sheets: Sequence[Sheet],
    who: Credentials,
    figures: Mapping[str, str],
) -> SheetView:
    campaign = row_of(found, who)
    current = [one for one in sheets if one.campaign_id == found.campaign.campaign_id]
    if current and current[-1].state is not State.RETURNED:
        return _handed(found, current[-1], said, who)
    own = own_scores(said, who.unit_id)
    appraised = appraisals(said, current[-1].sheet_id) if current else {}
    lines = tuple(
        CriterionLine(
            one,
            own.get(one.code, NOT_SCORED),
            appraised.get(one.code, NOT_SCORED),
            figures.get(one.indicator, ""),
        )
        for one in found.campaign.criteria
    )
    points = [line.own.points for line in lines]
    whole = all(one is not None for one in points)
    back = current[-1] if current else None
    open_ = is_open(found, sheets)
    return SheetView(
        campaign,
        who.unit_id,
        who.unit_name,
        back.sheet_id if back else None,
        lines,
        sum((one for one in points if one is not None), Decimal(0)) if whole else None,
        None,
        back.state if back else None,
        back.steps if back else (),
        back.handed_on if back else None,
        back.by if back else "",
        len(current) > 1,
        open_,
        open_ and whole,
        may_withdraw=False,
        may_appraise=False,
        may_decide=False,
        standing=gravest(
            [found.standing, *(one.standing for one in said if one.sheet_id is None and _is_own(one, who))]
        ),
    )


def _is_own(one: SaidScore, who: Credentials) -> bool:
    return one.unit_id == who.unit_id


def _handed(found: Known, one: Sheet, said: Sequence[SaidScore], who: Credentials) -> SheetView:
    appraised = appraisals(said, one.sheet_id)
    lines = tuple(
        CriterionLine(
            line.criterion,
            Scored((_frozen(line),)),
            appraised.get(line.criterion.code, NOT_SCORED),
            line.figure,
        )
        for line in one.content.lines
    )
    pairs = _pairs(one, said)
    theirs = one.addressee_id == who.unit_id
    open_ = theirs and not one.locked and one.state is not State.WITHDRAWN
    return SheetView(
        row_of(found, who),
        one.unit_id,
        one.unit,
        one.sheet_id,
        lines,
        one.content.points,
        None if pairs is None else sum((pair.final for pair in pairs), Decimal(0)),
        one.state,
        one.steps,
        one.handed_on,
        one.by,
        len(_current(found, one.unit_id)) > 1,
        may_score=False,
        may_hand_up=False,
        may_withdraw=one.unit_id == who.unit_id and not one.locked and one.state not in _BACK,
        may_appraise=open_,
        may_decide=theirs and one.state is not State.WITHDRAWN,
        standing=gravest([one.standing, *(each.standing for each in said if each.sheet_id == one.sheet_id)]),
    )


def _frozen(line: SheetLine) -> Score:
    return Score(b"", line.criterion.code, line.points, line.text, None, "", ())


def taking_part(connection: Connection, who: Credentials, on: date, campaign_id: bytes) -> Known:
    """The campaign, in which the own unit takes part.

    Raises:
        UserError: campaign_unknown, campaign_not_about_you.
    """
    found = the_campaign(connection, who, on, campaign_id)
    if not row_of(found, who).takes_part:
        raise UserError("campaign_not_about_you")
    return found


def is_open(found: Known, sheets: Sequence[Sheet]) -> bool:
    """Whether own scores can still be given: nothing is up there about the version that holds."""
    current = [one for one in sheets if one.campaign_id == found.campaign.campaign_id]
    return all(one.state in _BACK for one in current)


def the_sheet(connection: Connection, who: Credentials, on: date, sheet_id: bytes) -> tuple[Known, Sheet]:
    """A sheet, and the campaign that it is of.

    Raises:
        UserError: sheet_unknown.
    """
    for found in known(connection, who, on):
        for one in found.sheets:
            if one.sheet_id == sheet_id:
                return found, one
    raise UserError("sheet_unknown")


def own_scores(said: Iterable[SaidScore], unit_id: bytes) -> Mapping[str, Scored]:
    """What holds of each criterion by the own scores of a unit."""
    return scored(one.score for one in said if one.sheet_id is None and one.unit_id == unit_id)


def appraisals(said: Iterable[SaidScore], sheet_id: bytes) -> Mapping[str, Scored]:
    """What each criterion of a sheet was appraised at."""
    return scored(one.score for one in said if one.sheet_id == sheet_id)


def _figures(core: Core, campaign: Campaign) -> Mapping[str, str]:
    """The own figures of the criteria so far, in words, as those above may read them."""
    codes = tuple(dict.fromkeys(one.indicator for one in campaign.criteria if one.indicator))
    codes = tuple(code for code in codes if code in {choice.code for choice in board.choices()})
    if not codes or core.today < campaign.first:
        return {}
    view = as_read_above(board.board(core, codes, Period(campaign.first, min(campaign.last, core.today))))
    return {one.indicator: figure_words(one) for one in view.whole.figures}
