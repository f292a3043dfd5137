"""Reading targets and typed-in figures; holding them against counted ones is `reports.progress`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sqlalchemy import Connection, select

from tongcds.domain.catalogue import Comparator, load_indicators
from tongcds.domain.targets import measure_of, value_in
from tongcds.domain.views.targets import FigureTerms, TargetTerms, TypedFigure
from tongcds.records import record_type
from tongcds.storage.people import member_names
from tongcds.storage.standing import standings

_TARGET: Final = record_type("target").table
_TYPED: Final = record_type("typed_figure").table

# Any: rows answer each column under its name, with the type that the column has.
_Row = Any


@dataclass(frozen=True, slots=True)
class KeptTarget:
    """A target as its record has it."""

    target_id: bytes
    terms: TargetTerms
    ended_on: date | None
    proposal_id: bytes | None = None
    proposal: str = ""


def targets(connection: Connection, unit_ids: Sequence[bytes] | None = None) -> tuple[KeptTarget, ...]:
    """Targets of these units (None: of all), by the last day and the indicator.

    What is not whole, or speaks of an indicator that this version does not know, is left out.
    """
    table = _TARGET.c
    query = select(_TARGET).where(table.deleted == 0, table.first.is_not(None), table.last.is_not(None))
    if unit_ids is not None:
        query = query.where(table.unit_id.in_(unit_ids))
    found = []
    for row in connection.execute(query.order_by(table.last, table.indicator, table.id)):
        comparator = next((word for word in Comparator if word == row.comparator), None)
        if row.indicator not in load_indicators() or comparator is None:
            continue
        terms = TargetTerms(
            unit_id=row.unit_id,
            indicator=row.indicator,
            comparator=comparator,
            value=decimal_of(row.value),
            measure=row.measure or measure_of(load_indicators()[row.indicator]),
            first=date.fromisoformat(row.first),
            last=date.fromisoformat(row.last),
            document_no=row.document_no or "",
            dated=_day(row.dated),
            issuer=row.issuer or "",
            wording=row.wording or "",
            note=row.note or "",
            seed=row.seed or "",
        )
        if terms.value is not None or comparator is Comparator.BY:
            found.append(KeptTarget(row.id, terms, _day(row.ended_on), row.proposal_id, row.proposal or ""))
    return tuple(found)


def typed_figures(connection: Connection, unit_ids: Sequence[bytes] | None = None) -> tuple[TypedFigure, ...]:
    """Typed-in figures of these units (None: of all), those of the latest period first.

    Of one unit, indicator and period the one that was typed last holds; the others are its history.
    """
    table = _TYPED.c
    query = select(_TYPED).where(
        table.deleted == 0, table.first.is_not(None), table.last.is_not(None), table.numerator.is_not(None)
    )
    if unit_ids is not None:
        query = query.where(table.unit_id.in_(unit_ids))
    rows = connection.execute(query.order_by(table.last.desc(), table.indicator, table.stamp.desc())).all()
    names = member_names(connection, [row.author for row in rows])
    stand = standings(connection, [row.id for row in rows])
    together: defaultdict[tuple[object, ...], list[TypedFigure]] = defaultdict(list)
    for row in rows:
        numerator = decimal_of(row.numerator)
        if numerator is None or row.indicator not in load_indicators():
            continue
        terms = FigureTerms(
            unit_id=row.unit_id,
            indicator=row.indicator,
            first=date.fromisoformat(row.first),
            last=date.fromisoformat(row.last),
            numerator=numerator,
            denominator=decimal_of(row.denominator),
            source=row.source or "",
            document_no=row.document_no or "",
            dated=_day(row.dated),
            note=row.note or "",
        )
        measure = row.measure or measure_of(load_indicators()[row.indicator])
        together[terms.unit_id, terms.indicator, terms.first, terms.last].append(
            TypedFigure(
                figure_id=row.id,
                terms=terms,
                measure=measure,
                value=value_in(measure, terms.numerator, terms.denominator),
                by=names.get(row.author, ""),
                typed_on=_day(row.typed_on),
                standing=stand[row.id],
            )
        )
    return tuple(replace(versions[0], before=tuple(versions[1:])) for versions in together.values())


def decimal_of(words: str | None) -> Decimal | None:
    """A number as it is stored; None where there is none that can be read."""
    try:
        found = Decimal(words) if words else None
    except InvalidOperation:
        return None
    return found if found is None or found.is_finite() else None


def _day(words: str | None) -> date | None:
    return date.fromisoformat(words) if words else None
