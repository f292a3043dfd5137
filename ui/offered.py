"""Which papers a screen offers to be printed or saved, and how each is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from tongcds.actions import Core, documents, printing
from tongcds.actions.printing import Printout
from tongcds.domain.views import HouseholdDetail, HouseholdFilter, LogFilter, Role
from tongcds.i18n import _
from tongcds.papers.offices import Payment

Maker = Callable[[bool, str], Printout]
"""Makes a paper, with whole phone numbers or without, and on a ground also of who did not agree.

It runs off the UI thread.
"""

Narrowed = tuple[HouseholdFilter, HouseholdDetail | None]
"""What the list of households is narrowed to, and the household that is open there."""


class Offered(NamedTuple):
    """A paper by its words; `has_numbers`: phone numbers are in it.

    `pays` makes it of what each member is paid, which is asked first.
    """

    words: str
    make: Maker
    has_numbers: bool = False
    pays: Callable[[Payment | None], Maker] | None = None


def offered(core: Core, narrowed: Narrowed | None) -> list[Offered]:
    """The papers that fit whoever works here and what is on the screen."""
    role = core.whoami().role
    papers: list[Offered] = []
    if role is Role.TRAINER:
        # What they teach they print where it stands.
        return papers
    if role in {Role.TEAM, Role.COMMUNE}:
        papers += _of_households(core, narrowed)
    papers.append(
        Offered(
            _("Members of the team (B14)"),
            lambda numbers, _ground: printing.members(core, numbers=numbers),
            has_numbers=True,
        )
    )
    return [*papers, *_of_offices(core, role)]


def _of_households(core: Core, narrowed: Narrowed | None) -> Iterator[Offered]:
    wanted, opened = narrowed if narrowed is not None else (HouseholdFilter(), None)
    if opened is not None:
        words = _("Survey sheet of {name} (B02)").format(name=opened.head_name)
        yield Offered(words, partial(_sheets, core, [opened.household_id]), has_numbers=True)
    if narrowed is not None:
        words = _("Survey sheets of all households in the list (B02)")
        yield Offered(words, partial(_sheets, core, wanted), has_numbers=True)
    month = LogFilter(since=core.today.replace(day=1), until=core.today)
    yield Offered(_("Empty survey sheet (B02)"), lambda _numbers, _ground: printing.empty_sheet(core))
    yield Offered(
        _("Households without a smartphone (B07)"),
        lambda _numbers, ground: printing.without_smartphone(core, wanted, ground=ground),
    )
    yield Offered(
        _("Households on e-markets (B11)"),
        lambda _numbers, ground: printing.on_marketplaces(core, wanted, ground=ground),
    )
    yield Offered(
        _("Book of activities of this month (B01)"),
        lambda _numbers, ground: printing.activities(core, month, ground=ground),
    )
    if opened is not None:
        words = _("Handing a device over to {name} (B08)").format(name=opened.head_name)
        yield Offered(words, partial(_handover, core, opened.household_id))


def _sheets(
    core: Core,
    households: list[bytes] | HouseholdFilter,
    numbers: bool,  # noqa: FBT001 - as `Maker`
    ground: str,
) -> Printout:
    return printing.sheets(core, households, numbers=numbers, ground=ground)


def _handover(core: Core, household_id: bytes, _numbers: bool, ground: str) -> Printout:  # noqa: FBT001 - as `Maker`
    return documents.handover(core, household_id, ground=ground)


def _of_offices(core: Core, role: Role) -> Iterator[Offered]:
    if role is not Role.AREA:
        yield Offered(
            _("Periodic report as an official paper"), lambda _numbers, _ground: documents.report(core)
        )
        yield Offered(_("Figures of the report (B03)"), lambda _numbers, _ground: documents.figures(core))
    form = documents.own_form(core)
    if form:
        words = _("Figures by unit of this month ({form})").format(form=form)
        yield Offered(words, lambda _numbers, _ground: documents.table(core, form))
    if role in {Role.TEAM, Role.COMMUNE}:
        yield Offered(_("Villages without coverage (B09)"), lambda _numbers, _ground: documents.gaps(core))
        yield Offered(_("List for a training (B10)"), lambda _numbers, _ground: documents.training(core))
        yield Offered(_("List of payments (B15)"), _payments(core, None), pays=partial(_payments, core))


def _payments(core: Core, payment: Payment | None) -> Maker:
    return lambda _numbers, _ground: documents.payments(core, payment)
