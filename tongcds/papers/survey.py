"""B02, the survey sheet of a household: what is known is filled in, the rest is there for a pen.

A known yes is a ticked box, a known no a struck one, and a box that nobody asked about is empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from tongcds.domain import record_code
from tongcds.domain.facts import load_facts, open_needs
from tongcds.domain.privacy import consent_text, load_purposes
from tongcds.domain.views import ConsentState, FactState, HouseholdDetail, PersonRow, Whoami
from tongcds.i18n import _, format_date, language
from tongcds.papers.letterhead import letterhead
from tongcds.papers.lists import number_column, signature
from tongcds.papers.paper import (
    Align,
    Block,
    Boxes,
    Choice,
    Code,
    Column,
    Fact,
    Facts,
    Lines,
    Look,
    Mark,
    Paper,
    Paragraph,
    Row,
    Sheet,
    Signatures,
    Table,
    Title,
)

FORM: Final = "B02"
_OF_PEOPLE: Final = ("smartphone", "phone_2g", "vneid2", "account", "e_health", "digital_signature")
_OF_HOUSEHOLD: Final = ("household_smartphone", "fibre")
_POVERTY: Final = ("poor", "near_poor", "none")
_ADULT: Final = 15
_ELDER: Final = 60
_SPARE_ROWS: Final = 1
_EMPTY_ROWS: Final = 6
_ROW_MM: Final = 5.5
_MOST_NEEDS: Final = 5


def sheets(who: Whoami, households: Sequence[HouseholdDetail | None], on: date) -> Paper:
    """A sheet for each household; None makes an empty one for a household that is not on record."""
    made = tuple(_sheet(who, household, on) for household in households)
    return Paper(FORM, _("survey sheets") if len(made) > 1 else _("survey sheet"), made)


def _sheet(who: Whoami, household: HouseholdDetail | None, on: date) -> Sheet:
    blocks: list[Block] = []
    if household is None:
        blocks.append(Facts(_identity(who, None)))
    else:
        blocks.append(_code(who, household))
    blocks += [_counts(household), _poverty(household), _own_facts(household), _people(household)]
    legend = _("In the boxes: a tick is yes, a stroke is not yet, empty is not asked.")
    blocks.append(Paragraph(legend, Look.NOTE))
    blocks += _needs(household)
    blocks += _consent(household, on)
    blocks.append(Signatures((signature(_("For the household")), signature(_("Surveyor")))))
    title = Title(_("Survey sheet of a household"), note=_("(Day of the survey: … / … / 20…)"))
    name = (household.code or household.head_name) if household is not None else _("empty sheet")
    return Sheet(name, letterhead(who, on), title, tuple(blocks))


def _code(who: Whoami, household: HouseholdDetail) -> Code:
    words = _(
        "To find this household again, scan the code into the search field (Ctrl+K) or type what stands "
        "under it. The code holds the number of the record alone and says nothing about anybody."
    )
    return Code(
        record_code.scanned(household.household_id),
        record_code.short(household.household_id),
        words,
        _identity(who, household),
    )


def _identity(who: Whoami, household: HouseholdDetail | None) -> tuple[Fact, ...]:
    if household is None:
        village = who.unit_name if who.unit_name != who.commune_name else ""
        values = ("", "", village, "")
    else:
        values = household.head_name, household.code, household.village_name, household.phone_masked
    labels = _("Head of household"), _("Household code"), _("Village"), _("Phone")
    return tuple(Fact(label, value) for label, value in zip(labels, values, strict=True))


def _counts(household: HouseholdDetail | None) -> Facts:
    values = ["", "", ""]
    if household is not None:
        ages = [person.age for person in household.people if person.age is not None]
        values = [
            str(len(household.people)),
            str(sum(age >= _ADULT for age in ages)),
            str(sum(age >= _ELDER for age in ages)),
        ]
    labels = _("People"), _("Aged 15 and over"), _("Aged 60 and over")
    address = Fact(_("Address"), household.address if household is not None else "", wide=True)
    counts = tuple(Fact(label, value) for label, value in zip(labels, values, strict=True))
    return Facts((address, *counts), across=3)


def _poverty(household: HouseholdDetail | None) -> Boxes:
    known = household.poverty if household is not None else None
    words = {"poor": _("poor"), "near_poor": _("nearly poor"), "none": _("neither poor nor nearly poor")}
    choices = tuple(Choice(words[code], Mark.YES if code == known else Mark.OPEN) for code in _POVERTY)
    return Boxes(_("The household is"), choices)


def _short(code: str) -> str:
    return load_facts()[code].short(language())


def _mark(facts: Sequence[FactState], code: str) -> Mark:
    return Mark.of(next((fact.value for fact in facts if fact.fact == code), None))


def _own_facts(household: HouseholdDetail | None) -> Boxes:
    facts = household.facts if household is not None else ()
    choices = tuple(Choice(_short(code), _mark(facts, code)) for code in _OF_HOUSEHOLD)
    return Boxes(_("The household has"), choices)


def _people(household: HouseholdDetail | None) -> Table:
    columns = (
        number_column(),
        Column(_("Full name"), 25),
        Column(_("Birth"), 10, Align.CENTRE),
        Column(_("Relation"), 13),
        *(Column(_short(code), 11.5, Align.CENTRE) for code in _OF_PEOPLE),
    )
    people = household.people if household is not None else ()
    spare = _SPARE_ROWS if household is not None else _EMPTY_ROWS
    rows = [_person(at, person) for at, person in enumerate(people, 1)]
    rows += [
        Row((str(at), "", "", "", *(Mark.OPEN for _code in _OF_PEOPLE)))
        for at in range(len(people) + 1, len(people) + 1 + spare)
    ]
    return Table(columns, tuple(rows), least_mm=_ROW_MM)


def _person(at: int, person: PersonRow) -> Row:
    relation = _("head of household") if person.is_head else person.relation
    marks = (_mark(person.facts, code) for code in _OF_PEOPLE)
    return Row((str(at), person.full_name, str(person.birth_year or ""), relation, *marks))


def _needs(household: HouseholdDetail | None) -> list[Block]:
    promised = household.open_follow_ups[:_MOST_NEEDS] if household is not None else ()
    known = [Paragraph(f"- {one.title} ({format_date(one.due)})", Look.PLAIN) for one in promised]
    known += [Paragraph(f"- {words}", Look.PLAIN) for words in _needed(household)[:_MOST_NEEDS]]
    return [*known, Lines(_("What the household needs"), 1 if known else 2)]


def _needed(household: HouseholdDetail | None) -> list[str]:
    """What is on record as needed: the household's own needs, then each person's."""
    if household is None:
        return []
    own = [need.name(language()) for need in open_needs({one.fact: one.value for one in household.facts})]
    return own + [
        f"{person.full_name}: {need.name(language())}"
        for person in household.people
        for need in open_needs({one.fact: one.value for one in person.facts})
    ]


def _consent(household: HouseholdDetail | None, on: date) -> list[Block]:
    state = household.consent if household is not None else None
    columns = (
        Column(_("What the data may be used for"), 56),
        Column(_("Agrees"), 14, Align.CENTRE),
        Column(_("Does not agree"), 18, Align.CENTRE),
    )
    rows = tuple(Row((one.name(), *_answer(state, code))) for code, one in load_purposes().items())
    return [
        Paragraph(_("Consent"), Look.HEADING),
        Paragraph(consent_text(on).text(), Look.NOTE),
        Table(columns, rows),
        Boxes(
            _("Asked on …/…/20…"),
            (Choice(_("signed paper")), Choice(_("spoken, with a witness")), Choice(_("ticked in person"))),
        ),
    ]


def _answer(state: ConsentState | None, code: str) -> tuple[Mark, Mark]:
    """Silence is no answer, and an answer that was taken back is asked anew."""
    if state is None or state.withdrawn_on is not None or state.expired:
        return Mark.OPEN, Mark.OPEN
    return (
        Mark.YES if code in state.given else Mark.OPEN,
        Mark.YES if code in state.declined else Mark.OPEN,
    )
