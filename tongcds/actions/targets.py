"""Targets of units: set, changed and ended by their office, held against figures, shared out among teams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Connection

from tongcds.actions import guidance
from tongcds.actions.core import Changes, Core
from tongcds.actions.journal import Journal
from tongcds.domain.catalogue import Comparator, Indicator, load_indicators, load_targets
from tongcds.domain.formulas import counted_indicators
from tongcds.domain.periods import month_to
from tongcds.domain.quotas import QuotaKind, measures
from tongcds.domain.targets import days_of, is_percent, is_rank, may_be_a_share, measure_of, missing_to
from tongcds.domain.text import clean
from tongcds.domain.views import EditUndo, Portion, QuotaTerms, Role, Sharing, TargetsView, TargetTerms
from tongcds.domain.views.targets import LONGEST_LINE, LONGEST_WORDING
from tongcds.errors import UserError
from tongcds.i18n import language
from tongcds.protocol.messages import Credentials
from tongcds.records import Value
from tongcds.replica.above import units_above
from tongcds.reports import places, units
from tongcds.reports.known import known_figures
from tongcds.reports.progress import Asked, asked_of, asked_of_catalogue, progress
from tongcds.storage import targets as stored
from tongcds.storage.standing import standings

OFFICES = frozenset({Role.COMMUNE, Role.AREA, Role.PROVINCE})
"""Whose offices set targets and type figures in."""

HOLDERS = frozenset({Role.TEAM, Role.COMMUNE})
"""Who holds records, so that figures are counted and not read."""


def view(core: Core) -> TargetsView:
    """Every target that this computer knows of, each beside its figure, and the catalogue's.

    A target of a unit above is held against the figure of the unit of whoever looks.
    """
    who, role, on = core.credentials(), Role(core.credentials().role), core.today
    with core.vault.count() as connection:
        mine = writable(connection, who, on)
        names = _names(connection, who.unit_id, mine, on)
        above = set(units_above(connection, [who.unit_id])[who.unit_id])
        kept = stored.targets(connection)
        stand = standings(connection, [one.target_id for one in kept])
        asked: list[Asked] = []
        for one in kept:
            set_for = one.terms.unit_id
            unit = who.unit_id if set_for in above else set_for
            asked.append(
                asked_of(
                    one,
                    unit,
                    names.get(set_for) or units.unit_names(connection, [set_for])[set_for],
                    mine=role in OFFICES and set_for in {unit_id for unit_id, _name in mine},
                    standing=stand[one.target_id],
                )
            )
        own = names[who.unit_id]
        old = _old_provinces(connection, who.unit_id, on)
        listed = asked_of_catalogue(who.unit_id, own, old)
        typed = stored.typed_figures(connection)
        parts = _places(connection, [one.unit_id for one in asked] + [who.unit_id], on)
        rows = progress(connection, (*asked, *listed), parts, typed, on, holds_records=role in HOLDERS)
        return TargetsView(
            on=on,
            unit_id=who.unit_id,
            unit=own,
            targets=rows[: len(asked)],
            typed=typed,
            catalogue=rows[len(asked) :],
            units=mine,
            may_write=role in OFFICES,
        )


def writable(connection: Connection, who: Credentials, on: date) -> tuple[tuple[bytes, str], ...]:
    """The units that this office may set something for: its own, a commune's also its villages."""
    own = (who.unit_id, who.unit_name)
    if who.role != Role.COMMUNE:
        return (own,)
    found = places.place(connection, who.unit_id, on)
    return (own, *(found.below if found is not None else ()))


def proposed(core: Core, seed: str) -> TargetTerms:
    """A target of the catalogue as a beginning for one of this unit.

    Raises:
        UserError: target_unknown.
    """
    target = load_targets().get(seed)
    if target is None:
        raise UserError("target_unknown")
    who = core.credentials()
    (row,) = [
        one.terms for one in asked_of_catalogue(who.unit_id, who.unit_name, []) if one.terms.seed == seed
    ]
    first, last = days_of(target)
    indicator = load_indicators()[target.indicator]
    measure = row.measure if is_rank(row.measure) else measure_of(indicator)
    return replace(row, first=first, last=last, measure=measure)


def set_target(core: Core, terms: TargetTerms) -> tuple[bytes, EditUndo, Changes]:
    """Set a target for a unit.

    Raises:
        UserError: not_an_office, target_unit_unknown, indicator_unknown, days_reversed, target_exists, and
            the others of `_checked`.
    """
    values = _checked(core, terms)
    author = core.author()
    with core.vault.change(author) as change:
        _require_new(change.connection, terms)
        journal = Journal(change.writer)
        made = journal.create("target", {**values, "by_id": author})
        undo = journal.undo()
    return made, undo, Changes.of("target")


def change_target(core: Core, target_id: bytes, terms: TargetTerms) -> tuple[EditUndo, Changes]:
    """Change a target; unit and indicator stay what they are.

    Raises:
        UserError: as `set_target`, target_unknown, target_not_yours.
    """
    who = core.credentials()
    with core.vault.read() as connection:
        kept = _the_target(connection, who, target_id, core.today)
    fixed = replace(terms, unit_id=kept.terms.unit_id, indicator=kept.terms.indicator)
    values = _checked(core, fixed)
    with core.vault.change(core.author()) as change:
        _require_new(change.connection, fixed, but=target_id)
        journal = Journal(change.writer)
        change.writer.load("target", [target_id])
        # What the office sets now is no longer what a proposal asked for.
        journal.update("target", target_id, **values, proposal_id=None, proposal=None)
        undo = journal.undo()
    return undo, Changes.of("target")


def end_target(core: Core, target_id: bytes) -> tuple[EditUndo, Changes]:
    """Pursue a target no longer, from today on; it stays on record.

    Raises:
        UserError: not_an_office, target_unknown, target_not_yours, target_has_ended.
    """
    who = core.credentials()
    with core.vault.change(core.author()) as change:
        kept = _the_target(change.connection, who, target_id, core.today)
        if kept.ended_on is not None:
            raise UserError("target_has_ended")
        journal = Journal(change.writer)
        change.writer.load("target", [target_id])
        journal.update("target", target_id, ended_on=core.today.isoformat())
        undo = journal.undo()
    return undo, Changes.of("target")


def sharing(core: Core, target_id: bytes) -> Sharing:
    """What each village still lacks to a percentage target of the commune, out of what is on record today.

    Raises:
        UserError: not_a_commune, target_unknown, target_not_shared.
    """
    who = core.credentials()
    if who.role != Role.COMMUNE:
        raise UserError("not_a_commune")
    with core.vault.count() as connection:
        kept = next((one for one in stored.targets(connection) if one.target_id == target_id), None)
        if kept is None:
            raise UserError("target_unknown")
        terms = kept.terms
        _require_shared(terms)
        found = places.place(connection, who.unit_id, core.today)
        below = found.below if found is not None else ()
        villages = [one for one in below if one[0] == terms.unit_id] or below
        (knowns,) = known_figures(
            connection,
            {village: (village,) for village, _name in villages},
            [terms.indicator],
            [month_to(core.today)],
            core.today,
            holds_records=True,
        )
    rows = []
    for village, name in villages:
        count = knowns[village, terms.indicator].count
        lacking = None
        if count.numerator is not None and count.denominator is not None and terms.value is not None:
            lacking = missing_to(terms.value, count.numerator, count.denominator)
        rows.append(Portion(village, name, lacking, count.numerator, count.denominator))
    known = [row for row in rows if row.amount is not None]
    part, whole = sum(row.numerator or 0 for row in known), sum(row.denominator or 0 for row in known)
    return Sharing(
        name=load_indicators()[terms.indicator].name(language()),
        terms=terms,
        last=_asked_until(core, terms),
        portions=tuple(rows),
        total=sum(row.amount or 0 for row in known),
        lacking=0 if terms.value is None else missing_to(terms.value, part, whole),
    )


def _asked_until(core: Core, terms: TargetTerms) -> date:
    return max(terms.last, core.today + timedelta(days=1))


def share_out(core: Core, target_id: bytes) -> tuple[int, EditUndo, Changes]:
    """Ask the team of each village for what it still lacks to a target, from today to its last day.

    Villages of which nothing is known and those that lack nothing get no quota. Answers how many got one.

    Raises:
        UserError: as `sharing`, target_nothing_missing, and as `guidance.give`.
    """
    shared = sharing(core, target_id)
    wanted = [one for one in shared.portions if one.amount]
    if not wanted:
        raise UserError("target_nothing_missing")
    document = " ".join(filter(None, (shared.terms.document_no, shared.terms.issuer)))
    note = clean(document)[:LONGEST_LINE]
    created: list[bytes] = []
    last_n = 0
    for one in wanted:
        terms = QuotaTerms(
            QuotaKind.INDICATOR, shared.terms.indicator, one.amount or 0, core.today, shared.last, note
        )
        made, undo, _changes = guidance.give(core, terms, (one.village_id,))
        created += made
        last_n = undo.last_n
    return len(created), EditUndo({"quota": tuple(created)}, {}, last_n, {}), Changes.of("quota")


def _require_shared(terms: TargetTerms) -> None:
    name = load_indicators()[terms.indicator].name(language())
    counted = (QuotaKind.INDICATOR.value, terms.indicator) in measures()
    if not counted or not is_percent(terms.measure) or terms.value is None:
        raise UserError("target_not_shared", name=name)


def _checked(core: Core, terms: TargetTerms) -> dict[str, Value]:
    who = core.credentials()
    require_office(who)
    with core.vault.read() as connection:
        if terms.unit_id not in {unit_id for unit_id, _name in writable(connection, who, core.today)}:
            raise UserError("target_unit_unknown")
    indicator = the_indicator(terms.indicator)
    if terms.last < terms.first:
        raise UserError("days_reversed")
    if terms.dated is not None and terms.dated > core.today:
        raise UserError("document_in_future")
    value = None if terms.comparator is Comparator.BY else terms.value
    if value is None and terms.comparator is not Comparator.BY:
        raise UserError("target_value_missing")
    measure = clean(terms.measure) or measure_of(indicator)
    if value is not None:
        check_value(indicator, measure, value)
    issuer, document_no = line_of(terms.issuer), line_of(terms.document_no)
    wording = clean(terms.wording)
    if len(wording) > LONGEST_WORDING:
        raise UserError("text_too_long", most=LONGEST_WORDING)
    if not issuer or not (document_no or wording):
        raise UserError("target_source_missing")
    return {
        "unit_id": terms.unit_id,
        "indicator": terms.indicator,
        "comparator": terms.comparator.value,
        "value": None if value is None else plain(value),
        "measure": measure,
        "first": terms.first.isoformat(),
        "last": terms.last.isoformat(),
        "document_no": document_no or None,
        "dated": None if terms.dated is None else terms.dated.isoformat(),
        "issuer": issuer,
        "wording": wording or None,
        "note": line_of(terms.note) or None,
        "seed": terms.seed if terms.seed in load_targets() else None,
    }


def check_value(indicator: Indicator, measure: str, value: Decimal) -> None:
    """Go on only with a number that such a target can have.

    Raises:
        UserError: target_without_whole, target_percent_invalid, target_measure_differs, target_rank_invalid,
            target_negative.
    """
    name, unit = indicator.name(language()), measure_of(indicator)
    counted = indicator.code in counted_indicators()
    if is_percent(measure):
        if not may_be_a_share(indicator.code):
            raise UserError("target_without_whole", name=name, unit=unit)
        if not 0 <= value <= 100:  # noqa: PLR2004 - a percentage
            raise UserError("target_percent_invalid")
    elif counted and measure != unit:
        raise UserError("target_measure_differs", name=name, unit=unit, measure=measure)
    if is_rank(measure) and (value < 1 or value != value.to_integral_value()):
        raise UserError("target_rank_invalid")
    if value < 0 and measure != "%/năm":
        raise UserError("target_negative")


def plain(value: Decimal) -> str:
    """A number as it is stored: no exponent, no idle zeros."""
    words = f"{value:f}"
    return (words.rstrip("0").rstrip(".") or "0") if "." in words else words


def line_of(words: str) -> str:
    """What stands in one line, cleaned.

    Raises:
        UserError: text_too_long.
    """
    cleaned = clean(words)
    if len(cleaned) > LONGEST_LINE:
        raise UserError("text_too_long", most=LONGEST_LINE)
    return cleaned


def the_indicator(code: str) -> Indicator:
    """The indicator of this code.

    Raises:
        UserError: indicator_unknown.
    """
    indicator = load_indicators().get(code)
    if indicator is None:
        raise UserError("indicator_unknown", code=code)
    return indicator


def require_office(who: Credentials) -> None:
    """Go on only for an office.

    Raises:
        UserError: not_an_office.
    """
    if who.role not in OFFICES:
        raise UserError("not_an_office")


def _require_new(connection: Connection, terms: TargetTerms, but: bytes | None = None) -> None:
    """Two targets for the same thing would be a question which one holds; an ended one is out of the way."""
    for one in stored.targets(connection, [terms.unit_id]):
        same = (one.terms.indicator, one.terms.first, one.terms.last)
        if (
            one.target_id != but
            and one.ended_on is None
            and same == (terms.indicator, terms.first, terms.last)
        ):
            raise UserError("target_exists")


def _the_target(connection: Connection, who: Credentials, target_id: bytes, on: date) -> stored.KeptTarget:
    """A target that this office may change."""
    require_office(who)
    kept = next((one for one in stored.targets(connection) if one.target_id == target_id), None)
    if kept is None:
        raise UserError("target_unknown")
    if kept.terms.unit_id not in {unit_id for unit_id, _name in writable(connection, who, on)}:
        raise UserError("target_not_yours")
    return kept


def _names(
    connection: Connection, own: bytes, mine: Sequence[tuple[bytes, str]], on: date
) -> dict[bytes, str]:
    found = places.place(connection, own, on)
    names = dict(found.below) if found is not None else {}
    return names | dict(mine)


def _old_provinces(connection: Connection, unit: bytes, on: date) -> tuple[str, ...]:
    chain = units_above(connection, [unit])[unit]
    commune = chain[1] if len(chain) > 1 and not units.communes_of(connection, unit, on) else unit
    code = units.province_before(connection, units.communes_of(connection, commune, on) or [commune])
    return (code,) if code else ()


def _places(connection: Connection, wanted: Sequence[bytes], on: date) -> dict[bytes, tuple[bytes, ...]]:
    found = {}
    for unit in dict.fromkeys(wanted):
        known = places.place(connection, unit, on)
        found[unit] = (unit,) if known is None else known.places
    return found
