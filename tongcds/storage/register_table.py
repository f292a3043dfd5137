"""The register as a plain table for a file: a line a person, numbers only where they were asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from tongcds.domain.consent import CALLS, NOTES, Gate
from tongcds.domain.text import natural_sort_key
from tongcds.i18n import N_, _
from tongcds.records import record_type
from tongcds.storage.presence import HOUSEHOLD, PERSON, household_present, person_present

_VILLAGE = record_type("village").table
_NUMBERS: Final = ("phone", "id_number")
_HEADINGS: Final = {
    "village": N_("Village"),
    "code": N_("Household code"),
    "full_name": N_("Full name"),
    "birth": N_("Birth"),
    "sex": N_("Sex"),
    "relation": N_("Relation"),
    "phone": N_("Phone"),
    "id_number": N_("Personal number"),
}
_SEXES: Final = {"male": N_("male"), "female": N_("female")}


def headings(*, numbers: bool) -> list[str]:
    """The names of the columns."""
    return [_(words) for name, words in _HEADINGS.items() if numbers or name not in _NUMBERS]


def lines(
    connection: Connection, on: date, *, numbers: bool, named: Gate, called: Gate
) -> Iterator[list[str]]:
    """Everybody who is here on a day and whom `named` lets pass, household by household, the head first.

    With `numbers`, phones of those whom `called` lets pass.
    """
    rows = connection.execute(
        select(
            PERSON.c.id,
            PERSON.c.household_id,
            HOUSEHOLD.c.head_id,
            _VILLAGE.c.name.label("village"),
            HOUSEHOLD.c.code,
            PERSON.c.full_name,
            PERSON.c.birth,
            PERSON.c.sex,
            PERSON.c.relation,
            PERSON.c.phone,
            PERSON.c.id_number,
        )
        .join_from(PERSON, HOUSEHOLD, HOUSEHOLD.c.id == PERSON.c.household_id)
        .outerjoin(_VILLAGE, _VILLAGE.c.id == HOUSEHOLD.c.village_id)
        .where(person_present(on), household_present(on))
    ).mappings()
    ordered = sorted(
        rows,
        key=lambda r: (
            natural_sort_key(r["village"] or ""), natural_sort_key(r["code"] or ""), r["id"] != r["head_id"],
            r["birth"] or "9", r["id"],
        ),
    )  # fmt: skip
    for row in ordered:
        who = row["id"], row["household_id"]
        if not named.passes(NOTES, *who):
            continue
        texts = {name: row[name] or "" for name in _HEADINGS} | {
            "birth": "/".join(reversed((row["birth"] or "").split("-"))),
            "sex": _(_SEXES[row["sex"]]) if row["sex"] in _SEXES else "",
        }
        if numbers and texts["phone"] and not called.passes(CALLS, *who):
            texts["phone"] = ""
        yield [text for name, text in texts.items() if numbers or name not in _NUMBERS]
