"""What is wrong in the tables that a province edits, all of them looked over at once.

Each module leaves out the lines that make no sense and goes on; here they come together for whoever can mend
them (Settings, the command `indicators`). How a line is read stands in `tables`.
"""

from __future__ import annotations

from tongcds.domain import (
    catalogue,
    consent,
    formulas,
    kinship,
    kinship_change,
    leaving,
    needs,
    privacy,
    quality,
    sources,
    training,
)
from tongcds.errors import UserError


def problems() -> tuple[UserError, ...]:
    """Each with its file, line and column."""
    tables = (
        sources.waiting_lines(),
        needs.reason_lines(),
        quality.rule_lines(),
        kinship.relation_lines(),
        kinship_change.head_change_lines(),
        leaving.leaving_lines(),
        consent.ground_lines(),
        training.course_lines(),
        training.proof_lines(),
    )
    of_tables = [problem for lines in tables for problem in lines.problems]
    return (*catalogue.problems(), *formulas.problems(), *privacy.problems(), *of_tables)
