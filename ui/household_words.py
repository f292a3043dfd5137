"""A household in words: its quiet second line and its one pill, the same in every list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from tongcds.domain.facts import open_needs
from tongcds.domain.leaving import leaving_words
from tongcds.domain.quality import Member, doubts_about_facts
from tongcds.domain.views import HouseholdDetail, HouseholdRow, PersonRow, Standing, Suggestion, Tone
from tongcds.i18n import _, format_date, format_month, language, ngettext, pgettext
from ui.words import State, capital, standing

OLD_AGE = 60
_POVERTY = ("poor", "near_poor")


def short_day(day: date, today: date) -> str:
    """A day in few letters: 12/10 in the year of today, 10/2025 in any other."""
    return f"{day:%d/%m}" if day.year == today.year else format_month(day)


def people_words(people: int) -> str:
    """How many people a household has."""
    return ngettext("{n} person", "{n} people", people).format(n=people)


def household_line(row: HouseholdRow, today: date, *, with_village: bool = False) -> str:
    """Code, size, last visit: "HN-0087 · 4 people · visited 12/10"; the village where there are several."""
    if row.last_visit is None:
        visited = _("not visited yet")
    else:
        visited = _("visited {day}").format(day=short_day(row.last_visit, today))
    village = row.village_name if with_village else ""
    return " · ".join(part for part in (row.code, village, people_words(row.people), visited) if part)


def poverty_words(poverty: str | None) -> str:
    """What is said of a poor or nearly poor household; nothing of any other."""
    if poverty not in _POVERTY:
        return ""
    return pgettext("household", "Poor") if poverty == "poor" else pgettext("household", "Nearly poor")


def need_words(household: HouseholdDetail) -> tuple[str, ...]:
    """What is needed, each with who needs it: "Xuân needs: a smartphone"."""
    own = open_needs({fact.fact: fact.value for fact in household.facts})
    said = [_("Needs: {what}").format(what=need.short(language())) for need in own]
    for person in household.people:
        for need in open_needs({fact.fact: fact.value for fact in person.facts}):
            name = given_names([person])
            said.append(_("{name} needs: {what}").format(name=name, what=need.short(language())))
    return tuple(said)


def fact_warnings(person: PersonRow, today: date, answered: Mapping[str, bool]) -> tuple[str, ...]:
    """What is doubtful about answers of a person, beside what was known before; it stops nobody."""
    known = {fact.fact: fact.value for fact in person.facts if fact.value is not None}
    # The age counts, not the day: a birth in January makes somebody of this age all year.
    birth = f"{today.year - person.age:04d}" if person.age is not None else None
    who = Member(person.person_id, birth, person.sex, phone=person.phone, facts=known | dict(answered))
    return tuple(rule.words() for rule in doubts_about_facts(who, today, answered))


def class_words(poverty: str | None) -> str:
    """A poverty class as it is called, also the one of the other households."""
    if poverty == "none":
        return pgettext("poverty", "Neither")
    return poverty_words(poverty) or _("Not known")


def household_pill(row: HouseholdRow) -> tuple[str, Tone]:
    """The one thing that matters most about a household in a list, with its tone; no words for nothing."""
    if row.standing is Standing.CONFLICT:
        return standing(row.standing).words, Tone.BAD
    if row.overdue:
        return _("Overdue"), Tone.BAD
    if words := poverty_words(row.poverty):
        return words, Tone.WARN
    return (_("Aged 60 and over"), Tone.QUIET) if row.has_elder else ("", Tone.QUIET)


def person_note(person: PersonRow) -> str:
    """Birth year, place in the household, and whether they are away: "1978 · head of household"."""
    relation = _("head of household") if person.is_head else person.relation
    year = str(person.birth_year) if person.birth_year is not None else ""
    return " · ".join(part for part in (year, relation, _away(person)) if part)


def _away(person: PersonRow) -> str:
    if not person.away_why:
        return ""
    words = leaving_words(person.away_why).lower()
    if person.back_by is None:
        return words
    return _("{why}, expected {day}").format(why=words, day=format_date(person.back_by))


def given_names(people: Sequence[PersonRow]) -> str:
    """People as they are called: "Xuân, Mai"; two of the same name get their middle name too."""
    last = [person.full_name.split()[-1:] for person in people]
    return ", ".join(
        " ".join(person.full_name.split()[-2:] if last.count(name) > 1 else name)
        for person, name in zip(people, last, strict=True)
    )


def row_of(household: HouseholdDetail) -> HouseholdRow:
    """An opened household as a line of a list."""
    return HouseholdRow(
        household.household_id,
        household.code,
        household.head_name,
        household.village_name,
        len(household.people),
        household.poverty,
        max((visit.on for visit in household.history), default=None),
        overdue=any(promise.days_left < 0 for promise in household.open_follow_ups),
        has_elder=any(person.age is not None and person.age >= OLD_AGE for person in household.people),
        standing=household.standing,
    )


def due_words(days_left: int) -> State:
    """When a promise is due, as a pill says it."""
    if days_left < 0:
        late = ngettext("{n} day overdue", "{n} days overdue", -days_left)
        return State(late.format(n=-days_left), Tone.BAD)
    if days_left == 0:
        return State(_("Today"), Tone.WARN)
    if days_left == 1:
        return State(_("Tomorrow"), Tone.QUIET)
    return State(ngettext("in {n} day", "in {n} days", days_left).format(n=days_left), Tone.QUIET)


def suggestion_words(row: Suggestion) -> str:
    """Why a household is worth a visit, and when it was last visited."""
    parts = [capital(", ".join(row.why))]
    if row.furthest:
        parts.append(row.furthest)
    if row.last_visit is not None:
        parts.append(_("visited {day}").format(day=format_date(row.last_visit)))
    return " · ".join(parts)
