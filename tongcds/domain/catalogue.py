"""The catalogues of services, skills, indicators and targets, as data that a province can edit.

Codes never change their meaning; what ends gets a last day. The facts that services make true stand in
`facts`, the checks of the tables in `tables`, and how figures are computed in `tongcds.reports`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from tongcds.domain.facts import Fact, fact_lines, load_facts
from tongcds.domain.tables import Lines, read_lines, refer_within
from tongcds.errors import UserError
from tongcds.paths import resources_folder


class ServiceUnit(StrEnum):
    """Whom or what a service is given to."""

    PERSON = "person"
    HOUSEHOLD = "household"
    BUSINESS = "business"
    VILLAGE = "village"
    PRODUCT = "product"
    SITE = "site"


class Basis(StrEnum):
    """Where a row comes from: a published source, or this program's draft that a province should confirm."""

    SOURCE = "source"
    OWN = "own"


class DataClass(StrEnum):
    """The class of personal data that giving the service may show."""

    NONE = "none"
    BASIC = "basic"
    SENSITIVE = "sensitive"


class RollUp(StrEnum):
    """How figures of units add up: both parts of a ratio are summed, never percentages averaged."""

    RATIO = "ratio"
    SUM = "sum"


class Comparator(StrEnum):
    """How a figure is held against its target."""

    AT_LEAST = ">="
    AT_MOST = "<="
    EQUAL = "="
    ABOUT = "~"
    BY = "by"


class Measurable(StrEnum):
    """Whether this program's own data can say if a target was met."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceGroup:
    """A group of services, one icon and one heading on the screens."""

    code: str
    name_vi: str
    name_en: str
    short_vi: str
    short_en: str

    def name(self, language: str) -> str:
        """The full name in "vi" or "en"."""
        return self.name_vi if language == "vi" else self.name_en

    def short(self, language: str) -> str:
        """The name for a heading in "vi" or "en"."""
        return self.short_vi if language == "vi" else self.short_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Something a team helps with.

    A support that ended alone or together makes `fact` observed as `fact_value`; "" means it makes none.
    `quick` ranks the services offered first (1 is the first), None the others. `core` names the official core
    contents it counts for (DVC, TTT, MST, BVM, NTK). `record_only` says what may be written down at most.
    `valid_from` and `valid_to` are the first and last day, None for no limit.
    """

    code: str
    group: str
    name_vi: str
    name_en: str
    unit: ServiceUnit
    done_when_vi: str
    core: tuple[str, ...]
    personal_data: DataClass
    record_only: str
    lead_agency_vi: str
    scope: str
    basis: Basis
    short_vi: str = ""
    short_en: str = ""
    fact: str = ""
    fact_value: bool | None = None
    quick: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    notes: str = ""

    def name(self, language: str) -> str:
        """The full name in "vi" or "en"."""
        return self.name_vi if language == "vi" else self.name_en

    def short(self, language: str) -> str:
        """The name for a narrow place in "vi" or "en"; the full one where there is no shorter."""
        return (self.short_vi if language == "vi" else self.short_en) or self.name(language)

    def in_force(self, on: date) -> bool:
        """Whether the service is given on this day."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """A lesson of a class; `services` are those it teaches, `minutes` its usual length."""

    code: str
    group_vi: str
    group_en: str
    name_vi: str
    name_en: str
    level: int
    audience_vi: str
    minutes: int
    assessment_vi: str
    basis: Basis
    services: tuple[str, ...] = ()
    notes: str = ""

    def name(self, language: str) -> str:
        """The full name in "vi" or "en"."""
        return self.name_vi if language == "vi" else self.name_en

    def group(self, language: str) -> str:
        """The name of its group in "vi" or "en"."""
        return self.group_vi if language == "vi" else self.group_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A figure: what is counted over what.

    `fact` is the one it is about, if any; how it is counted stands in `formulas`. `target_of` names the
    indicator whose target is shown beside this one when it has none of its own; say so beside the figure.
    """

    code: str
    pillar_vi: str
    pillar_en: str
    name_vi: str
    name_en: str
    unit: str
    data_source: str
    entity: str
    roll_up: RollUp
    basis: Basis
    short_vi: str = ""
    short_en: str = ""
    numerator_vi: str = ""
    denominator_vi: str = ""
    disaggregation: tuple[str, ...] = ()
    official_ref: str = ""
    documents: tuple[str, ...] = ()
    fact: str = ""
    target_of: str = ""
    notes: str = ""

    def name(self, language: str) -> str:
        """The full name in "vi" or "en"."""
        return self.name_vi if language == "vi" else self.name_en

    def short(self, language: str) -> str:
        """The name for a tile in "vi" or "en"; the full one where there is no shorter."""
        return (self.short_vi if language == "vi" else self.short_en) or self.name(language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A plan or decision that sets targets; `number` is "" where it is only known from an article."""

    code: str
    name_vi: str
    dated: date | None = None
    number: str = ""
    issuer_vi: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a province set out to reach.

    `province_code` is the code before 1 July 2025. `value` is in the indicator's unit (96.52 for 96.52 %),
    None for a milestone. `year` is the last year the target is for and `year_text` what the document says;
    `wording` is the document's own sentence, `note` what readers must know of it, in Vietnamese as well.
    """

    code: str
    province_code: str
    province: str
    scope: str
    year: int
    year_text: str
    indicator: str
    comparator: Comparator
    unit: str
    wording: str
    document: str
    measurable: Measurable
    value: Decimal | None = None
    note: str = ""

    @property
    def share(self) -> float | None:
        """The target as a share (0.9652), None where it is no percentage."""
        return float(self.value) / 100 if self.value is not None and self.unit.startswith("%") else None


_Coded = TypeVar("_Coded", Service, ServiceGroup, Skill, Indicator, Document, Target)


def _by_code(lines: Lines[_Coded]) -> MappingProxyType[str, _Coded]:
    return MappingProxyType({row.code: row for row in lines.rows})


def _place(folder: Path | None) -> Path:
    return folder or resources_folder() / "catalogues"


@cache
def _groups(folder: Path | None) -> Lines[ServiceGroup]:
    return read_lines(_place(folder) / "service_groups.csv", ServiceGroup)


@cache
def _services(folder: Path | None) -> Lines[Service]:
    groups, facts = _groups(folder), fact_lines(folder)
    return read_lines(
        _place(folder) / "services.csv",
        Service,
        refers={"group": load_service_groups(folder), "fact": load_facts(folder)},
        lost={"group": groups.lost, "fact": facts.lost},
    )


@cache
def _skills(folder: Path | None) -> Lines[Skill]:
    refers, lost = {"services": load_services(folder)}, {"services": _services(folder).lost}
    return read_lines(_place(folder) / "skills.csv", Skill, refers=refers, lost=lost)


@cache
def _documents(folder: Path | None) -> Lines[Document]:
    return read_lines(_place(folder) / "documents.csv", Document)


@cache
def _indicators(folder: Path | None) -> Lines[Indicator]:
    path = _place(folder) / "indicators.csv"
    refers = {"fact": load_facts(folder), "documents": load_documents(folder)}
    lost = {"fact": fact_lines(folder).lost, "documents": _documents(folder).lost}
    lines = read_lines(path, Indicator, refers=refers, lost=lost)
    return refer_within(path, lines, "target_of", lambda rows: {row.code for row in rows})


@cache
def _targets(folder: Path | None) -> Lines[Target]:
    return read_lines(
        _place(folder) / "targets.csv",
        Target,
        refers={"indicator": load_indicators(folder), "document": load_documents(folder)},
        lost={"indicator": _indicators(folder).lost, "document": _documents(folder).lost},
    )


def problems(folder: Path | None = None) -> tuple[UserError, ...]:
    """What is wrong with single lines of these tables: they are left out, and everything else is there."""
    facts = fact_lines(folder)
    read = (facts, _groups(folder), _services(folder), _skills(folder), _documents(folder))
    counted = (_indicators(folder), _targets(folder))
    found = [problem for lines in (*read, *counted) for problem in lines.problems]
    indicators = {*load_indicators(folder), *_indicators(folder).lost, ""}
    path = _place(folder) / "facts.csv"
    found += [
        UserError(
            "table_reference_unknown", file=path.name, line=line, column="indicator", value=fact.indicator
        )
        for fact, line in zip(facts.rows, facts.numbers, strict=True)
        if fact.indicator not in indicators
    ]
    return tuple(found)


def forget() -> None:
    """Read every table anew when it is asked for next; for whoever has written one."""
    for read in (
        fact_lines, load_facts, _groups, _services, _skills, _documents, _indicators, _targets,
        load_service_groups, load_services, load_skills, load_documents, load_indicators, load_targets,
    ):  # fmt: skip
        read.cache_clear()


@cache
def load_service_groups(folder: Path | None = None) -> MappingProxyType[str, ServiceGroup]:
    """Return the groups of services by code, in the order of the catalogue."""
    return _by_code(_groups(folder))


@cache
def load_services(folder: Path | None = None) -> MappingProxyType[str, Service]:
    """Return all services by code, retired ones too: old records name them.

    Raises:
        UserError: the table cannot be read at all; a mistake in one line is told by `problems` instead. So
            do the other loaders.
    """
    return _by_code(_services(folder))


@cache
def load_skills(folder: Path | None = None) -> MappingProxyType[str, Skill]:
    """Return all skills by code."""
    return _by_code(_skills(folder))


@cache
def load_documents(folder: Path | None = None) -> MappingProxyType[str, Document]:
    """Return the documents that targets and indicators cite, by code."""
    return _by_code(_documents(folder))


@cache
def load_indicators(folder: Path | None = None) -> MappingProxyType[str, Indicator]:
    """Return all indicators by code."""
    return _by_code(_indicators(folder))


def lost_skills(folder: Path | None = None) -> frozenset[str]:
    """Codes of skills whose line makes no sense; whoever names one need not be told again."""
    return _skills(folder).lost


def lost_indicators(folder: Path | None = None) -> frozenset[str]:
    """Codes of indicators whose line makes no sense; whoever names one need not be told again."""
    return _indicators(folder).lost


@cache
def load_targets(folder: Path | None = None) -> MappingProxyType[str, Target]:
    """Return all targets by code."""
    return _by_code(_targets(folder))


def services_in_force(on: date) -> tuple[Service, ...]:
    """Return the services given on this day, those offered first in their rank, then the others by code."""
    services = [service for service in load_services().values() if service.in_force(on)]
    return tuple(sorted(services, key=lambda s: (s.quick is None, s.quick or 0, s.code)))


def facts_made(service_code: str) -> tuple[tuple[Fact, bool], ...]:
    """Return what is known once a support with this service ended alone or together.

    The fact of the service itself comes first; a fact of the household that follows from one of a person
    comes second. Empty for a service that makes no fact, and for one that this catalogue does not know.
    """
    service = load_services().get(service_code)
    if service is None or not service.fact or service.fact_value is None:
        return ()
    facts = load_facts()
    fact = facts[service.fact]
    made = [(fact, service.fact_value)]
    if fact.implies and service.fact_value:
        made.append((facts[fact.implies], True))
    return tuple(made)


def target_for(indicator_code: str, province_code: str, on: date) -> Target | None:
    """Return the target that holds for an indicator in a province on a day, or None.

    The one of the nearest year that has not passed; if all have passed, the latest. An indicator without a
    target borrows that of its `target_of`: compare the result's `indicator`.

    Args:
        indicator_code: for example "XHS01".
        province_code: the code before 1 July 2025 ("14" for Sơn La).
        on: the day of the figure.
    """
    indicator = load_indicators().get(indicator_code)
    if indicator is None:
        return None
    for code in (indicator.code, indicator.target_of):
        found = [
            t for t in load_targets().values() if t.indicator == code and t.province_code == province_code
        ]
        ahead = [target for target in found if target.year >= on.year]
        if ahead:
            return min(ahead, key=lambda target: target.year)
        if found:
            return max(found, key=lambda target: target.year)
    return None
