"""Commands about the time line of observations; observing itself is `observe` in `households`."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from tongcds.actions import observations
from tongcds.actions.core import Core
from tongcds.commands.answers import DONE, show, the_household
from tongcds.domain.facts import Mistake, how_words
from tongcds.domain.text import fold
from tongcds.domain.views import ObservationRow
from tongcds.errors import UserError
from tongcds.i18n import _, format_date

Add = Callable[[str, Callable[[argparse.Namespace, Core], int], str], argparse.ArgumentParser]


def add_to(add: Add) -> None:
    """Put the commands into a parser."""
    made = add("observations", listed, "every observation of a household and its people, the latest first")
    made.add_argument("household", help="household code, or a text that matches one household")
    made.add_argument("--person", default="", help="name of a person; only what was observed of them")
    made = add("observe-withdraw", withdraw, "take a wrong observation off the record")
    made.add_argument("observation", help="its id, as `observations --json` answers it")
    made.add_argument("--why", required=True, help=", ".join(Mistake))


def listed(options: argparse.Namespace, core: Core) -> int:
    """List the time line."""
    household = the_household(core, options.household)
    rows = observations.observations(core, household.household_id)
    wanted = fold(options.person)
    rows = tuple(row for row in rows if not wanted or (row.whom and wanted in fold(row.whom)))
    values = [{name: getattr(row, name) for name in ObservationRow.__slots__} for row in rows]
    show(options, {"observations": values}, [_line(row) for row in rows])
    return DONE


def withdraw(options: argparse.Namespace, core: Core) -> int:
    """Withdraw one observation."""
    try:
        observation_id = bytes.fromhex(options.observation)
    except ValueError:
        raise UserError("observation_unknown") from None
    observations.withdraw(core, observation_id, options.why)
    show(options, {"withdrawn": options.observation}, [_("The observation was withdrawn.")])
    return DONE


def _line(row: ObservationRow) -> str:
    answer = _("yes") if row.value else _("not yet")
    whom = row.whom or _("Household")
    parts = (row.observation_id.hex(), format_date(row.held_on), whom, f"{row.label}: {answer}")
    return "  ".join(filter(None, (*parts, how_words(row.how), row.by)))
