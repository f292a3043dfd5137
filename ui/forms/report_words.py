"""A report in words over its screen: who reports to whom, and what was said of it."""

from __future__ import annotations

from tongcds.domain.reporting import STATE_WORDS, WORD_WORDS, State
from tongcds.domain.views import Standing, Tone
from tongcds.domain.views.report import Report
from tongcds.domain.views.reporting import ReportPage
from tongcds.i18n import _, format_date, format_number, ngettext
from ui.words import standing


def about(report: Report | None, page: ReportPage | None) -> str:
    """Who reports to whom, until when, and where it is on its way."""
    parts: tuple[str, ...] = ()
    if page is not None:
        due = "" if page.due_on is None else _("due {day}").format(day=format_date(page.due_on))
        when = "" if page.handed_on is None else _("handed up {day}").format(day=format_date(page.handed_on))
        sending = "" if page.standing is Standing.RECEIVED else standing(page.standing).words
        parts = (f"{page.unit} → {page.addressee}", due, when, page.by, sending)
    elif report is not None:
        until = _("figures until {day}").format(day=format_date(min(report.last, report.drawn_on)))
        due = _("due {day}").format(day=format_date(report.due_on))
        parts = (f"{report.heading.unit} → {report.heading.addressee}", due, until)
    return " · ".join(filter(None, parts))


def news(report: Report | None, page: ReportPage | None, asks: str = "") -> str:
    """What was said of a report, or what is to be known of one that is drawn up."""
    if page is None:
        wanted = _("Asked for: {text}").format(text=asks) if asks else ""
        return " ".join(filter(None, (wanted, *(report.notes if report is not None else ()))))
    told = [_(STATE_WORDS[page.state]).capitalize() + "."]
    for step in page.steps[-3:]:
        when = "" if step.on is None else format_date(step.on)
        said = " ".join(filter(None, (when, step.by, _(WORD_WORDS[step.word]))))
        told.append(f"{said}: {step.reason.rstrip('.')}." if step.reason else f"{said}.")
    if len(page.versions) > 1:
        count = len(page.versions)
        told.append(ngettext("{n} version.", "{n} versions.", count).format(n=format_number(count)))
    if report is None:
        told.append(_("Its figures stay with the team and its commune."))
    return " ".join(told)


def tone(page: ReportPage | None) -> Tone:
    """The colour of that."""
    if page is None:
        return Tone.INFO
    bad = {State.RETURNED, State.CONTRARY}
    return Tone.BAD if page.state in bad else Tone.GOOD if page.state is State.ACCEPTED else Tone.INFO
