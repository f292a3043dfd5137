"""What training sessions came to: people, hours, villages, skills, trainers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from tongcds.actions.core import Core
from tongcds.domain.views.training import AskAgain, TrainingFigures
from tongcds.errors import UserError
from tongcds.storage import own_training, retention
from tongcds.storage import training_figures as stored

SESSIONS: Final = "ACT05"
"""The first of the indicators of training, which units above a commune read of those below."""


def figures(core: Core, first: date, last: date) -> TrainingFigures:
    """Count the sessions from one day to another.

    Raises:
        UserError: period_invalid where it ends before it begins.
    """
    if last < first:
        raise UserError("period_invalid")
    with core.vault.count() as connection:
        found = stored.figures(connection, first, last)
        return replace(
            found,
            kept=retention.kept(connection, first, last, core.today),
            members=own_training.member_skills(connection, core.today),
        )


def to_ask(core: Core) -> tuple[AskAgain, ...]:
    """Whom to ask today whether they can still do what they were taught 30 or 90 days ago."""
    with core.vault.read() as connection:
        return retention.to_ask(connection, core.today)
