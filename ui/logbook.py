"""Wires the support log to the window: its list, withdrawing, correcting, and their undo."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal

from tongcds.actions import Changes, exports, logbook, place, register, visits
from tongcds.domain.views import Draft, HouseholdRow, LeftOut, LogFilter, LogRow, Withdrawn
from tongcds.forms.visit import drafted
from tongcds.i18n import _, format_date, format_number, ngettext
from ui.desk import Desk
from ui.forms.export_dialog import TableExportDialog
from ui.forms.household_dialog import HouseholdDialog
from ui.forms.visit_parts import asked_effort
from ui.forms.withdraw_dialog import WithdrawDialog
from ui.screens.log_visit import LogVisitScreen, SavedVisit
from ui.screens.logbook import LogbookScreen


class Logbook(QObject):
    """Makes the screen of the log and does what is chosen on it; `log_requested` wants a visit logged.

    `find` answers the households that fit what was typed; `print_log` shows the paper of what matches.
    """

    log_requested = Signal()

    def __init__(
        self,
        desk: Desk,
        find: Callable[[str], tuple[HouseholdRow, ...]],
        print_log: Callable[[LogFilter], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._find = find
        self._print_log = print_log
        self.dialog: TableExportDialog | None = None
        self.picking: HouseholdDialog | None = None

    def screen(self) -> LogbookScreen:
        """Nhật ký hỗ trợ, connected."""
        core = self._desk.core
        screen = LogbookScreen(
            page=partial(logbook.page, core),
            sums=partial(logbook.sums, core),
            reads=self._desk.reads,
            changes=self._desk.changes,
            clock=core.clock,
        )
        screen.log_requested.connect(self.log_requested)
        screen.household_requested.connect(partial(self._ask_household, screen))
        screen.opened.connect(self._desk.show)
        screen.correct_requested.connect(self._correct)
        screen.withdraw_requested.connect(self._ask_why)
        screen.export_requested.connect(self._export)
        screen.print_requested.connect(self._print_log)
        return screen

    def _ask_household(self, screen: LogbookScreen) -> None:
        today = self._desk.core.today
        dialog = HouseholdDialog(self._find, self._desk.reads, today, parent=self._desk.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(screen.show_household)
        self.picking = dialog
        dialog.open()

    def _ask_why(self, row: LogRow) -> None:
        dialog = WithdrawDialog(
            " · ".join((format_date(row.on), row.whom, row.service_name)),
            logbook.reasons(),
            parent=self._desk.window(),
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(partial(self._withdraw, row.visit_id))
        dialog.open()

    def _withdraw(self, visit_id: bytes, why: str) -> None:
        work = partial(logbook.withdraw, self._desk.core, visit_id, why)
        self._desk.write(work, self._withdrawn, owner=self)

    def _withdrawn(self, answer: tuple[Withdrawn, Changes]) -> None:
        done, changes = answer
        self._desk.changed(changes)
        back = partial(logbook.restore, self._desk.core, done)
        words = _("The visit was withdrawn. It is still readable under “Withdrawn”.")
        self._desk.window().say(words, undo=(back, _("The withdrawal was taken back.")))

    def _correct(self, row: LogRow) -> None:
        """The form of a visit, filled with this one; what is saved stands in its place."""
        core, form = self._desk.core, f"visit {row.visit_id.hex()}"
        screen = LogVisitScreen(
            find=self._find,
            household=partial(register.household, core),
            services=partial(visits.services, core),
            save=partial(logbook.correct, core, row.visit_id),
            save_draft=partial(visits.save_draft, core, form),
            load_draft=partial(self._draft, form, row.visit_id),
            drop_draft=partial(visits.drop_draft, core, form),
            reads=self._desk.reads,
            writes=self._desk.writes,
            clock=core.clock,
            effort=asked_effort(self._desk.settings),
            correcting=_("Correcting the visit of {day}. The former version stays readable.").format(
                day=format_date(row.on)
            ),
        )
        shell = self._desk.window()
        screen.left.connect(shell.back)
        screen.saved.connect(partial(self._corrected, form))
        shell.open_over(screen)

    def _draft(self, form: str, visit_id: bytes) -> Draft:
        core = self._desk.core
        kept = visits.load_draft(core, form)
        return kept or Draft(form, core.clock(), drafted(logbook.entry_of(core, visit_id)))

    def _corrected(self, form: str, saved: SavedVisit) -> None:
        match saved.answer:
            case (bytes() as corrected, Withdrawn() as done, Changes() as changes):
                core = self._desk.core
                self._desk.window().back()
                self._desk.changed(changes)
                self._desk.write(partial(visits.drop_draft, core, form), _nothing, owner=self)
                back = partial(logbook.undo_correction, core, corrected, done)
                self._desk.window().say(_("The visit was corrected."), undo=(back, _("Taken back.")))
            case _:
                raise TypeError(type(saved.answer))

    def _export(self, wanted: LogFilter) -> None:
        ask = partial(self._warn, wanted)
        self._desk.read(partial(logbook.left_out, self._desk.core, wanted), ask, owner=self)

    def _warn(self, wanted: LogFilter, told: tuple[int, LeftOut]) -> None:
        dialog = TableExportDialog(
            _("Export the support log"),
            str(exports.folder()),
            *told,
            folder_warning=place.exports_warning(),
            has_numbers=False,
            parent=self._desk.window(),
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(partial(self._write, wanted))
        self.dialog = dialog
        dialog.open()

    def _write(self, wanted: LogFilter, _numbers: bool, ground: str) -> None:  # noqa: FBT001 - Qt's own signal
        work = partial(logbook.export_log, self._desk.core, wanted, ground=ground)
        self._desk.write(work, self._exported, owner=self)

    def _exported(self, done: exports.Written) -> None:
        self._desk.changed(done.changes)
        words = ngettext(
            "Wrote {n} support to {file}, in the folder of exports.",
            "Wrote {n} supports to {file}, in the folder of exports.",
            done.lines,
        ).format(n=format_number(done.lines), file=done.path.name)
        warning = _("Anybody who has this copy can open it.")
        self._desk.window().say(" ".join(filter(None, (words, warning, done.words()))), stays=True)


def _nothing(_answer: object) -> None:
    """Nobody waits for this."""
