"""What training sessions came to: people, hours, villages, skills, trainers."""

from __future__ import annotations

from datetime import date

from tongcds.actions.core import Core
from tongcds.domain.views.training import TrainingFigures
from tongcds.errors import UserError
from tongcds.storage import training_figures as stored


def figures(core: Core, first: date, last: date) -> TrainingFigures:
    """Count the sessions from one day to another.

    Raises:
        UserError: period_invalid where it ends before it begins.
    """
    if last < first:
        raise UserError("period_invalid")
    with core.vault.count() as connection:
        return stored.figures(connection, first, last)
