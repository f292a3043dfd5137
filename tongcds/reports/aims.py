"""Which target holds for a unit: its own, else that of the next unit above, else the catalogue's.

The catalogue knows targets by the provinces of before 1 July 2025. A target is only ever set beside the
indicator it was made for: coverage and subscription differ by tens of points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection

from tongcds.domain.catalogue import Comparator, load_documents, target_for
from tongcds.replica.above import communes_of_villages, units_above
from tongcds.reports import units
from tongcds.storage.targets import KeptTarget, targets


@dataclass(frozen=True, slots=True)
class Aim:
    """A target that holds: `value` in `measure` (80 and "%"); `says` its document and wording in one line."""

    value: Decimal
    measure: str
    comparator: Comparator
    last: date
    says: str

    @property
    def share(self) -> float | None:
        """The target as a share (0.8), None where it is no percentage."""
        return float(self.value) / 100 if self.measure.startswith("%") else None


class Aims:
    """The targets of some units on a day, read once."""

    def __init__(
        self,
        kept: Sequence[KeptTarget],
        above: Mapping[bytes, Sequence[bytes]],
        provinces: Mapping[bytes, str],
        on: date,
    ) -> None:
        self._above = above
        self._provinces = provinces
        self._on = on
        self._kept: dict[tuple[bytes, str], list[KeptTarget]] = {}
        for one in kept:
            if one.terms.value is not None and (one.ended_on is None or one.ended_on > on):
                self._kept.setdefault((one.terms.unit_id, one.terms.indicator), []).append(one)

    def of(self, unit: bytes, indicator: str) -> Aim | None:
        """The target of an indicator that holds for a unit; None where there is none.

        Of several the one that ends first among those whose time is not over. One whose time is over is
        answered only where nothing else is known.
        """
        over: list[KeptTarget] = []
        for place in self._above.get(unit, (unit,)):
            found = self._kept.get((place, indicator), [])
            ahead = [one for one in found if one.terms.last >= self._on]
            if ahead:
                return _aim(min(ahead, key=lambda one: (one.terms.first > self._on, one.terms.last)))
            over += found
        listed = target_for(indicator, self._provinces.get(unit, ""), self._on)
        if listed is not None and listed.indicator == indicator and listed.value is not None:
            document = load_documents()[listed.document].name_vi
            last = date(listed.year, 12, 31)
            says = f"{document}: {listed.wording}"
            return Aim(listed.value, listed.unit, listed.comparator, last, says)
        return _aim(max(over, key=lambda one: one.terms.last)) if over else None

    def share(self, unit: bytes, indicator: str) -> float | None:
        """The same as a share (0.8), None where there is none or it is no percentage."""
        aim = self.of(unit, indicator)
        return None if aim is None else aim.share


def document_words(document_no: str, dated: date | None, issuer: str) -> str:
    """A document as people cite it: "811/QĐ-UBND, 04/05/2024, UBND tỉnh Sơn La"."""
    return ", ".join(filter(None, (document_no, "" if dated is None else f"{dated:%d/%m/%Y}", issuer)))


def _aim(kept: KeptTarget) -> Aim:
    terms = kept.terms
    document = document_words(terms.document_no, terms.dated, terms.issuer)
    says = ": ".join(filter(None, (document, terms.wording)))
    return Aim(terms.value or Decimal(0), terms.measure, terms.comparator, terms.last, says)


def aims_of(connection: Connection, unit_ids: Sequence[bytes], on: date) -> Aims:
    """The targets that hold for these units on a day."""
    above = units_above(connection, unit_ids)
    wanted = sorted({place for chain in above.values() for place in chain})
    commune_of = communes_of_villages(connection, unit_ids)
    of_place: dict[bytes, str] = {}
    provinces: dict[bytes, str] = {}
    for unit in unit_ids:
        place = commune_of.get(unit, unit)
        if place not in of_place:
            of_place[place] = units.province_before(connection, units.communes_of(connection, place, on))
        provinces[unit] = of_place[place]
    return Aims(targets(connection, wanted), above, provinces, on)
