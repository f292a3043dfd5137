"""Wires consent, requests, erasure and the access log to the window.

The other screens are wired in `ui.desktop`; what is worked with is the `Desk`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog

from tongcds.actions import Changes, audit, exports, households, place, privacy, register
from tongcds.domain.privacy import erased_words
from tongcds.domain.views import (
    ConsentAnswer,
    ConsentState,
    EditUndo,
    Erased,
    HouseholdFilter,
    HouseholdStart,
    LeftOut,
    NewRequest,
    RequestRow,
    RetentionRow,
    Role,
)
from tongcds.errors import UserError
from tongcds.i18n import _, format_number, ngettext
from ui.desk import Desk, Undoable
from ui.forms.consent_dialog import ConsentDialog
from ui.forms.erase_dialog import EraseDialog
from ui.forms.export_dialog import TableExportDialog
from ui.forms.request_dialog import CloseDialog, RequestDialog
from ui.screens.privacy import PrivacyScreen, PrivacyView


class Privacy(QObject):
    """Opens what belongs to privacy over the place, and does what is chosen there."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.dialog: QDialog | None = None

    # Consent

    def ask_consent(self, household_id: bytes) -> None:
        """Open what a household agreed to."""
        work = partial(privacy.consents, self._desk.core, household_id)
        self._desk.read(work, partial(self._show_consent, household_id), owner=self)

    def _show_consent(self, household_id: bytes, states: Sequence[ConsentState]) -> None:
        try:
            dialog = ConsentDialog(household_id, states, self._desk.core.today, parent=self._desk.window())
        except UserError as problem:
            # There is no text to ask with.
            self._desk.failed(problem)
            return
        dialog.answered.connect(self._keep_consent)
        dialog.withdrawn.connect(self._withdraw)
        dialog.erase_asked.connect(self._ask_erase)
        self._open(dialog)

    def _keep_consent(self, answer: ConsentAnswer) -> None:
        self._save(partial(privacy.keep_consent, self._desk.core, answer), _("The answer was saved."))

    def _withdraw(self, consent_id: bytes, way: str) -> None:
        work = partial(privacy.withdraw_consent, self._desk.core, consent_id, way)
        self._save(work, _("The consent was taken back today."))

    # Erasure

    def _ask_erase(self, subject: str, subject_id: bytes, name: str) -> None:
        dialog = EraseDialog(name, parent=self._desk.window())
        dialog.confirmed.connect(partial(self._erase, subject, subject_id))
        self._open(dialog)

    def _erase(self, subject: str, subject_id: bytes) -> None:
        work = partial(privacy.erase, self._desk.core, subject, subject_id)
        self._desk.write(work, self._erased, owner=self)

    def _erased(self, answer: tuple[Erased, Changes]) -> None:
        done, changes = answer
        self._desk.changed(changes)
        self._desk.window().say(erased_words(done.records), stays=True)

    # The screen

    def open(self) -> None:
        """Show requests and the access log over the place."""
        role = self._desk.who.role
        screen = PrivacyScreen(
            self._view, self._desk.reads, self._desk.changes, can_write=role in {Role.TEAM, Role.COMMUNE}
        )
        shell = self._desk.window()
        screen.left.connect(shell.back)
        screen.add_requested.connect(self._new_request)
        screen.replied.connect(self._reply)
        screen.extended.connect(self._extend)
        screen.closed.connect(self._ask_close)
        screen.retention_confirmed.connect(self._ask_retention)
        screen.export_requested.connect(self._ask_export)
        screen.export_deleted.connect(self._delete_export)
        screen.consent_asked.connect(self.ask_consent)
        shell.open_over(screen)

    def _view(self) -> PrivacyView:
        core = self._desk.core
        return PrivacyView(
            privacy.requests(core),
            audit.access_log(core),
            privacy.over_their_time(core),
            exports.listed(core),
            privacy.consents_to_renew(core),
        )

    def _new_request(self) -> None:
        self._desk.read(partial(households.start, self._desk.core), self._write_request, owner=self)

    def _write_request(self, start: HouseholdStart) -> None:
        dialog = RequestDialog(start.villages, self._desk.core.today, parent=self._desk.window())
        dialog.written.connect(self._add_request)
        self._open(dialog)

    def _add_request(self, wanted: NewRequest, code: str) -> None:
        def work() -> tuple[EditUndo, Changes]:
            request = wanted
            if code:
                found = register.households(self._desk.core, HouseholdFilter(text=code))
                home = [row.household_id for row in found.rows if row.code.casefold() == code.casefold()]
                if len(home) != 1:
                    raise UserError("household_unclear", count=len(home))
                record = households.start(self._desk.core, home[0]).record
                village = record.village_id if record is not None else wanted.village_id
                request = replace(wanted, household_id=home[0], village_id=village)
            _id, undo, changes = privacy.add_request(self._desk.core, request)
            return undo, changes

        self._save(work, _("The request was written down."))

    def _reply(self, row: RequestRow) -> None:
        self._save(partial(privacy.reply_request, self._desk.core, row.request_id), _("The reply was noted."))

    def _extend(self, row: RequestRow) -> None:
        self._save(
            partial(privacy.extend_request, self._desk.core, row.request_id), _("The request has more time.")
        )

    def _ask_close(self, row: RequestRow) -> None:
        dialog = CloseDialog(row, parent=self._desk.window())
        dialog.closed.connect(partial(self._close, row.request_id))
        self._open(dialog)

    def _close(self, request_id: bytes, state: str, answer: str) -> None:
        work = partial(privacy.close_request, self._desk.core, request_id, state, answer)
        self._save(work, _("The request is closed."))

    def _ask_retention(self, rows: tuple[RetentionRow, ...]) -> None:
        names = ", ".join(dict.fromkeys(row.title for row in rows if row.title))
        count = ngettext("{n} record", "{n} records", len(rows)).format(n=format_number(len(rows)))
        dialog = EraseDialog(f"{count}: {names}" if names else count, parent=self._desk.window())
        dialog.confirmed.connect(partial(self._erase_kept, rows))
        self._open(dialog)

    def _erase_kept(self, rows: tuple[RetentionRow, ...]) -> None:
        work = partial(privacy.erase_over_their_time, self._desk.core, rows)
        self._desk.write(work, self._erased, owner=self)

    # Files that leave the vault

    def _ask_export(self) -> None:
        self._desk.read(partial(exports.register_left_out, self._desk.core), self._warn_export, owner=self)

    def _warn_export(self, told: tuple[int, LeftOut]) -> None:
        dialog = TableExportDialog(
            _("Export the register"),
            str(exports.folder()),
            *told,
            folder_warning=place.exports_warning(),
            has_numbers=True,
            parent=self._desk.window(),
        )
        dialog.wanted.connect(self._export)
        self._open(dialog)

    def _export(self, numbers: bool, ground: str) -> None:  # noqa: FBT001 - Qt's own signal
        work = partial(exports.export_register, self._desk.core, numbers=numbers, ground=ground)
        self._desk.write(work, self._exported, owner=self)

    def _exported(self, done: exports.Written) -> None:
        self._desk.changed(done.changes)
        words = _("Written: {file}. Anybody who has this copy can open it.").format(file=done.path)
        self._desk.window().say(" ".join(filter(None, (words, done.words()))), stays=True)

    def _delete_export(self, export_id: int) -> None:
        def done(changes: Changes) -> None:
            self._desk.changed(changes)
            self._desk.window().say(_("The file was deleted."))

        work = partial(exports.delete, self._desk.core, export_id)
        self._desk.write(work, done, owner=self)

    # Telling everybody

    def _open(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog = dialog
        dialog.open()

    def _save(self, work: Callable[[], Undoable], words: str) -> None:
        self._desk.save(work, words, owner=self)
