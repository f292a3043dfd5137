"""Forms of figures, periodic reports and an office's other papers, out of what is counted or read here."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from tongcds import paths
from tongcds.actions import board, commendations, difficulties, handed, reporting, score_sheets, trainings
from tongcds.actions.core import Core
from tongcds.actions.exports import gate
from tongcds.actions.printing import Printout
from tongcds.documents import tabulated
from tongcds.documents.emulated import commended_paper, score_paper
from tongcds.documents.forms import Form, RowsOf, forms_of
from tongcds.documents.listed import difficulties_paper
from tongcds.documents.reported import report_head, report_paper, report_signer, signer_at
from tongcds.domain.commendations import Sort
from tongcds.domain.consent import NOTES, Gate, left_out_words
from tongcds.domain.periods import Period, month_of
from tongcds.domain.report_types import About, Level, load_report_types
from tongcds.domain.views import BoardView, MemberLine, Role, Whoami
from tongcds.domain.views.report import Report
from tongcds.domain.views.training import Attendee
from tongcds.errors import UserError, sentence
from tongcds.i18n import _, format_number
from tongcds.papers import offices
from tongcds.papers.offices import LARGEST, LONGEST_MONTHS, Payment
from tongcds.papers.paper import Signature
from tongcds.papers.trainings import certificates as certificates_of
from tongcds.papers.trainings import confirmation as confirmation_of
from tongcds.papers.trainings import earned, session_list
from tongcds.papers.trainings import name_cards as cards_of
from tongcds.reports import coverage
from tongcds.reports.withheld import as_read_above
from tongcds.storage import register
from tongcds.storage.members import members_of

FIGURES: Final = "B03"
OBSTACLES: Final = "B06"
COMPARED: Final = "M06"
SCORES: Final = "B12"
COMMENDED: Final = "B13"
_OF_ROLE: Final = {Role.COMMUNE: "B04", Role.AREA: "B05", Role.PROVINCE: "B05"}
_HOUSEHOLDS, _PEOPLE = "XHS01", "XHS11"


def form_codes() -> tuple[str, ...]:
    """The forms whose rows are units, an office's own among them."""
    forms, _wrong = forms_of(paths.templates_folder())
    return tuple(code for code, form in forms.items() if form.line.rows is RowsOf.UNITS)


def own_form(core: Core) -> str:
    """The form of figures by unit that an office of this role makes; "" for a team."""
    return _OF_ROLE.get(Role(core.credentials().role), "")


def table(core: Core, code: str, period: Period | None = None, unit_id: bytes | None = None) -> Printout:
    """B04, B05 or a form of the office's own: a row for each unit below the own one, or below `unit_id`.

    Figures that would tell of single people are hidden, as those who receive the form may see them.

    Raises:
        UserError: form_unknown; as `board.board`.
    """
    form, notes = _form(code, RowsOf.UNITS)
    view = board.board(core, form.indicators(), period or month_of(core.today), unit_id=unit_id)
    if view.holds_records:
        # The form is made to be handed up.
        view = as_read_above(view)
    view = replace(view, notes=(*view.notes, *_nothing_known(view)))
    paper = tabulated.units_paper(form, view, core.whoami(), core.today)
    return Printout(paper, 0, notes=(*notes, *view.notes))


def figures(core: Core, kind: str = "", day: date | None = None) -> Printout:
    """B03: the figures of the own periodic report, a row for each indicator; M06 with one for each target.

    Raises:
        UserError: as `report`.
    """
    report = _report(core, kind, day)
    form, notes = _form_of(report)
    paper = tabulated.figures_paper(form, report, report_head(report), report_signer(report))
    return Printout(paper, 0, notes=(*notes, *report.notes))


def obstacles(core: Core, period: Period | None = None, unit_id: bytes | None = None) -> Printout:
    """B06: the difficulties of this unit and those below, or of `unit_id`, that were open within a period.

    Raises:
        UserError: form_unknown; as `difficulties.of_period`.
    """
    form, notes = _form(OBSTACLES, RowsOf.DIFFICULTIES)
    found = difficulties.of_period(core, period or month_of(core.today), unit_id)
    who = core.whoami()
    return Printout(difficulties_paper(form, found, who, _own_signer(core, who), core.today), 0, notes=notes)


def scores(core: Core, wanted: bytes) -> Printout:
    """B12: the own score sheet of a campaign as it stands, or one that was handed up.

    Args:
        core: an open vault.
        wanted: a sheet, or a campaign in which the own unit takes part.

    Raises:
        UserError: form_unknown, campaign_unknown, campaign_not_about_you.
    """
    form, notes = _form(SCORES, RowsOf.CRITERIA)
    view = score_sheets.sheet_or_own(core, wanted)
    who = core.whoami()
    return Printout(score_paper(form, view, who, _own_signer(core, who), core.today), 0, notes=notes)


def commended(core: Core) -> Printout:
    """B13: whom this unit proposes to commend, with those from below that it accepted.

    Raises:
        UserError: form_unknown.
    """
    form, notes = _form(COMMENDED, RowsOf.COMMENDATIONS)
    rows = commendations.listed(core)
    who = core.whoami()
    people = sum(row.says.sort is Sort.PERSON and row.says.agreed for row in rows)
    return Printout(commended_paper(form, rows, who, _own_signer(core, who), core.today), people, notes=notes)


def report(core: Core, kind: str = "", day: date | None = None) -> Printout:
    """The own periodic report as an official paper, with the words typed so far and its figures as an annex.

    Args:
        core: an open vault.
        kind: which report; the first that an office of this role makes where none is named.
        day: a day of its period; that which ended last where none is given.

    Raises:
        UserError: report_kind_unknown; as `reporting.drawn_up`.
    """
    return of_report(_report(core, kind, day))


def handed_up(core: Core, report_id: bytes) -> Printout:
    """A report that was handed up, with the numbers that it had then.

    Raises:
        UserError: report_unknown.
    """
    page = handed.read(core, report_id)
    if page.report is None:
        raise UserError("report_unknown")
    return of_report(page.report)


def of_report(found: Report) -> Printout:
    """A report as a paper."""
    form, notes = _form_of(found)
    return Printout(report_paper(found, form), 0, notes=(*notes, *found.notes))


def handover(core: Core, household_id: bytes | None = None, *, ground: str = "") -> Printout:
    """B08: handing a device over to a household, or an empty form.

    Raises:
        UserError: ground_unknown, household_unknown.
    """
    if household_id is None:
        return Printout(offices.handover(core.whoami(), None, core.today), 0)
    named = gate(core, ground, unasked=True)
    with core.vault.read() as connection:
        found = register.household_detail(connection, household_id, core.today)
        head = register.head_of(connection, household_id)
        agreed = found is not None and named.passes(NOTES, head, household_id)
    if found is None:
        raise UserError("household_unknown")
    core.saw(household_id)
    paper = offices.handover(core.whoami(), found if agreed else None, core.today)
    return Printout(paper, 1 if agreed else 0, household_id, named.left_out)


def gaps(core: Core) -> Printout:
    """B09: villages without broadband over the air, with how many households and people live there."""
    codes = (_HOUSEHOLDS, _PEOPLE)
    view = board.board(core, codes)
    counts = {row.unit_id: row.figures for row in (*view.rows, view.whole)}
    with core.vault.read() as connection:
        found = coverage.gaps(connection, tuple(counts))
    lines = tuple(
        replace(
            one,
            households=counts[one.village_id][0].denominator,
            people=counts[one.village_id][1].denominator,
        )
        for one in found
    )
    return Printout(offices.coverage_gaps(core.whoami(), lines, core.today), 0)


def training(core: Core) -> Printout:
    """B10: the members of this team or office as a list for a training."""
    members = _members(core)
    return Printout(offices.training(core.whoami(), members, core.today), len(members))


def session(core: Core, training: bytes, *, ground: str = "") -> Printout:
    """B10 of a training session, to be signed. Who said no to notes has a line without a name.

    Raises:
        UserError: training_unknown, ground_unknown.
    """
    opened = trainings.open_one(core, training)
    named = gate(core, ground, unasked=True)
    people = tuple(
        one if _may_name(named, one) else replace(one, name=_("not named"), birth_year=None)
        for one in opened.people
    )
    left = named.left_out
    paper = session_list(core.whoami(), opened.row, people, core.today, left_out_words(left))
    return Printout(paper, len(people), training, left)


def certificates(core: Core, training: bytes, *, ground: str = "") -> Printout:
    """What each of a session can do, a sheet for each who can do all of it; who said no to notes has none.

    Raises:
        UserError: training_unknown, ground_unknown; nothing_to_print where nobody can do all of it.
    """
    opened = trainings.open_one(core, training)
    named = gate(core, ground, unasked=True)
    able = [one for one in opened.people if earned(opened.row, one) and _may_name(named, one)]
    if not able:
        raise UserError("nothing_to_print")
    paper = certificates_of(core.whoami(), opened.row, able, core.today)
    return Printout(paper, len(able), training, named.left_out)


def name_cards(core: Core, training: bytes, *, ground: str = "") -> Printout:
    """A card with a code for each on the list of a session; who said no to notes has none.

    Raises:
        UserError: training_unknown, ground_unknown; nothing_to_print where nobody is on the list.
    """
    opened = trainings.open_one(core, training)
    named = gate(core, ground, unasked=True)
    people = [one for one in opened.people if _may_name(named, one)]
    if not people:
        raise UserError("nothing_to_print")
    return Printout(cards_of(opened.row, people), len(people), training, named.left_out)


def confirmation(core: Core, training: bytes, *, ground: str = "") -> Printout:
    """Who of a session can do all of it, as a list for the office that confirms it.

    Raises:
        UserError: as `certificates`.
    """
    opened = trainings.open_one(core, training)
    named = gate(core, ground, unasked=True)
    able = [one for one in opened.people if earned(opened.row, one) and _may_name(named, one)]
    if not able:
        raise UserError("nothing_to_print")
    who, left = core.whoami(), named.left_out
    signer = signer_at(reporting.LEVEL_OF.get(who.role, Level.TEAM), who.person, core.today)
    paper = confirmation_of(who, opened.row, able, core.today, signer=signer, left_out=left_out_words(left))
    return Printout(paper, len(able), training, left)


def _may_name(named: Gate, one: Attendee) -> bool:
    return one.household_id is None or named.passes(NOTES, one.subject_id, one.household_id)


def payments(core: Core, payment: Payment | None = None) -> Printout:
    """B15: what each member of this team or office is paid; without a `payment` there is room for a pen.

    Raises:
        UserError: payment_amount_invalid, payment_months_invalid.
    """
    if payment is not None and not 0 < payment.monthly <= LARGEST:
        raise UserError("payment_amount_invalid", most=format_number(LARGEST))
    if payment is not None and not 0 < payment.months <= LONGEST_MONTHS:
        raise UserError("payment_months_invalid", most=LONGEST_MONTHS)
    members = _members(core)
    return Printout(offices.payments(core.whoami(), members, payment, core.today), len(members))


def _members(core: Core) -> tuple[MemberLine, ...]:
    unit = core.credentials().unit_id
    with core.vault.read() as connection:
        return members_of(connection, unit, core.today, numbers=False)


def _own_signer(core: Core, who: Whoami) -> Signature:
    return signer_at(reporting.LEVEL_OF.get(who.role, Level.TEAM), who.person, core.today)


def _form(code: str, rows: RowsOf) -> tuple[Form, tuple[str, ...]]:
    forms, wrong = forms_of(_own_folder())
    if code not in forms or forms[code].line.rows is not rows:
        raise UserError("form_unknown", form=code)
    return forms[code], tuple(sentence(one) for one in wrong)


def _form_of(report: Report) -> tuple[Form, tuple[str, ...]]:
    kind = load_report_types().get(report.type_code)
    if report.targets or (kind is not None and kind.about is About.TARGETS):
        return _form(COMPARED, RowsOf.TARGETS)
    return _form(FIGURES, RowsOf.INDICATORS)


def _own_folder() -> Path:
    return paths.templates_folder()


def _report(core: Core, kind: str, day: date | None) -> Report:
    return reporting.drawn_up(core, kind or _usual_kind(core), day)


def _usual_kind(core: Core) -> str:
    level: Level | None = reporting.LEVEL_OF.get(Role(core.credentials().role))
    kinds = (one for one in load_report_types().values() if one.level is level and one.holds_for(core.today))
    found = next(kinds, None)
    if found is None:
        raise UserError("report_kind_unknown", code="")
    return found.code


def _nothing_known(view: BoardView) -> tuple[str, ...]:
    if any(figure.numerator for row in (view.whole, *view.rows) for figure in row.figures):
        return ()
    return (_("Nothing is known of this period yet: none of its figures has a number."),)
