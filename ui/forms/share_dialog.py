"""Who would get what when a target is shared out among teams, before it is done."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from tongcds.domain.views import Portion, Sharing
from tongcds.i18n import _, format_date, format_number, ngettext
from tongcds.papers.targets import amount
from ui.theme import Style
from ui.widgets.cells import NumberCell, TextCell
from ui.widgets.form_dialog import FormDialog
from ui.widgets.rows import MOST_ROWS, Column, RowsModel, RowsView
from ui.widgets.text import Text


class ShareDialog(FormDialog):
    """Accepted: it is to be done. Where no village lacks anything it cannot be."""

    help_topic = "targets"

    def __init__(self, shared: Sharing, *, parent: QWidget | None = None) -> None:
        super().__init__(_("Share out to teams"), shared.name, parent=parent)
        self._shared = shared
        value, measure = shared.terms.value, shared.terms.measure
        told = _("To reach {target} by {day}, each team is asked for what its village still lacks.").format(
            target="" if value is None else amount(value, measure), day=format_date(shared.last)
        )
        self.box.addWidget(Text(told, Style.NOTE, wrap=True))
        columns: list[Column[Portion]] = [
            Column(_("Village"), lambda row: TextCell(row.village, strong=True), stretch=1),
            Column(_("Now"), lambda row: NumberCell(_now(row))),
            Column(_("Quota"), lambda row: NumberCell(_quota(row), strong=True)),
        ]
        model: RowsModel[Portion] = RowsModel(columns, self)
        self.table = RowsView(model, name=_("Share of each team"), side=2)
        self.box.addWidget(self.table, 1)
        self.sum = Text(_sum(shared), Style.BODY, wrap=True)
        self.box.addWidget(self.sum)
        given = sum(bool(one.amount) for one in shared.portions)
        words = ngettext("Give to {n} team", "Give to {n} teams", given).format(n=format_number(given))
        self.give = self.end(self._give, words)
        self.give.setEnabled(given > 0)
        model.set_rows(shared.portions[:MOST_ROWS])
        self.table.choose(0)
        self.table.setFocus()

    def _give(self) -> None:
        if self.give.isEnabled():
            self.accept()


def _now(row: Portion) -> str:
    if row.numerator is None or row.denominator is None:
        return _("No data yet")
    return f"{format_number(row.numerator)}/{format_number(row.denominator)}"


def _quota(row: Portion) -> str:
    if row.amount is None:
        return _("none: nothing is known")
    return format_number(row.amount) if row.amount else _("none: reached")


def _sum(shared: Sharing) -> str:
    """The sum, and why it is not what the commune lacks as a whole."""
    total, lacking = format_number(shared.total), format_number(shared.lacking)
    if shared.total == shared.lacking:
        return _("Together {total}, which is what the villages lack as one whole.").format(total=total)
    return _(
        "Together {total}; as one whole the villages lack {lacking}. The rest comes from rounding up in "
        "each village, and from villages that are over the target already."
    ).format(total=total, lacking=lacking)
