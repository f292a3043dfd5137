"""A day at the real window with a thousand invented people, in a process of its own that may be killed.

Run as `python -m tests.faults.day PROFILE BROUGHT STICK ENDING`: `BROUGHT` holds what somebody brings along,
`STICK` is their USB stick. `closed` ends as a program does, `locked` waits behind the lock, and `typing` goes
on writing until it is killed. A line on standard output says when everything before that is done.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog

from tests.faults import scenes
from tests.faults.traces import FILE_NAMES, MARKER, REGISTER, TYPED
from tests.surroundings import FakeClock
from tests.unit.actions.conftest import PASSPHRASE
from tongcds import log, paths
from tongcds.actions import (
    attachments,
    exports,
    importing,
    logbook,
    people,
    printing,
    register,
    rescue,
    syncing,
    visits,
)
from tongcds.domain.views import HouseholdFilter, LogFilter, Result, SupportEntry, VisitEntry
from tongcds.i18n import set_language
from tongcds.settings import LANGUAGE, TEXT_SIZE, Settings
from ui import app as dressing
from ui.errors import Excepthook
from ui.paper.pages import Pages, pdf
from ui.program import Program
from ui.screens.import_register import ImportScreen
from ui.screens.log_visit import LogVisitScreen

LOOK_MS, PATIENCE_MS = 10, 120_000


def until(fits: Callable[[], object]) -> None:
    """Let the window live until it is so."""
    loop, look, patience = QEventLoop(), QTimer(), QTimer()
    look.timeout.connect(lambda: loop.exit(0) if fits() else None)
    look.start(LOOK_MS)
    patience.timeout.connect(lambda: loop.exit(1))
    patience.start(PATIENCE_MS)
    if loop.exec():
        raise TimeoutError
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def unlock(program: Program) -> None:
    assert program.opening is not None
    program.opening.unlock.field.setText(PASSPHRASE)
    program.opening.unlock.field.returnPressed.emit()
    until(lambda: program.desktop is not None and program.desktop.shell.isVisible())


def choose(dialog: QFileDialog, path: Path) -> None:
    """As with mouse and keyboard: into the folder, the file, done. The dialog remembers where one was."""
    dialog.setDirectory(str(path.parent))
    dialog.selectFile(str(path))
    dialog.accept()


def bring_in(program: Program, path: Path) -> None:
    """Import the register through its screen."""
    shell = program.desktop.shell
    program.desktop.importing.open()
    screen = shell.findChildren(ImportScreen)[-1]
    screen.choose_file()
    choose(screen.findChild(QFileDialog), path)
    until(screen.go.isEnabled)
    screen.go.click()
    until(shell.messages.isVisible)


def type_a_note(program: Program, household_id: bytes) -> None:
    """Begin a visit and leave it, so that a draft is kept."""
    program.desktop.visiting.start(household_id)
    screen = program.desktop.shell.seen()
    assert isinstance(screen, LogVisitScreen)
    until(lambda: screen.form.session.household is not None)
    screen.form.note.setPlainText(TYPED)
    screen.keep_draft()
    until(lambda: visits.load_draft(program.desktop.core, "visit") is not None)


def entry(program: Program, household_id: bytes, person_id: bytes, note: str) -> VisitEntry:
    supports = (SupportEntry("PY01", (person_id,), Result.ALONE),)
    return VisitEntry(household_id, program.desktop.core.today, supports, note=note)


def morning(program: Program, brought: Path, stick: Path) -> tuple[bytes, bytes]:
    """Everything that one does with people's data; answers a household and one of its people."""
    core = program.desktop.core
    bring_in(program, brought / REGISTER)
    rows = register.households(core, HouseholdFilter(text="quyzhuc")).rows
    assert rows, "the search finds nobody"
    household_id = rows[0].household_id
    program.desktop.open_household(household_id)
    detail = register.household(core, household_id)
    assert detail is not None
    person_id = detail.people[0].person_id
    assert register.reveal(core, person_id, "phone").number
    assert register.reveal(core, person_id, "id_number").number
    for name in FILE_NAMES:
        attached, _changes = attachments.attach(core, ("household", household_id), brought / name, note=TYPED)
        assert MARKER.encode() in attachments.open_file(core, attached).content
    write_out(program, household_id)
    visits.save_visit(core, entry(program, household_id, person_id, TYPED))
    visit_id, _changes = visits.save_visit(core, entry(program, household_id, person_id, f"{TYPED} 2"))
    assert logbook.export_log(core, LogFilter(), ground="duty").lines
    visits.undo_visit(core, visit_id)
    people.invite_person(core, f"Lò Thị {MARKER}")
    syncing.export_bundle(core, stick)
    rescue.backup_to(core, stick)
    core.vault.backup("regular")
    batch, _changes = importing.apply_import(core, importing.prepare_import(core, brought / REGISTER))
    importing.undo_import(core, batch.import_id)
    type_a_note(program, household_id)
    return household_id, person_id


def write_out(program: Program, household_id: bytes) -> None:
    """Everything that leaves the vault on purpose, numbers included."""
    core = program.desktop.core
    assert exports.export_register(core, numbers=True, ground="duty").lines
    for row in attachments.of_household(core, household_id):
        attachments.export(core, row.attachment_id, ground="duty")
    paper = printing.sheets(core, [household_id], numbers=True, ground="duty")
    printing.save(core, paper, pdf(paper.paper))
    printing.printed(core, paper)
    Pages(paper.paper).lay_out().image(0, 96)


def break_down(hook: Excepthook) -> None:
    """An exception that quotes somebody, as a database's does; its report is closed, not copied."""
    try:
        raise ValueError(TYPED)
    except ValueError as problem:
        hook.handle(type(problem), problem, problem.__traceback__)
    logging.getLogger("sqlalchemy").warning("INSERT %s", TYPED)
    logging.getLogger("tongcds.day").warning("a name: %s", TYPED, extra={"name_of": MARKER})
    until(lambda: any(isinstance(one, QDialog) for one in QApplication.topLevelWidgets()))
    for one in QApplication.topLevelWidgets():
        if isinstance(one, QDialog):
            one.accept()


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def clipboard() -> str:
    """What this program would hand to others who paste."""
    board = QApplication.clipboard()
    return board.text() if board.ownsClipboard() else ""


def main(profile: Path, brought: Path, stick: Path, ending: str) -> int:
    scenes.hurry()
    ring = log.start(profile / "log", level=logging.DEBUG)
    settings = Settings(profile)
    settings.set(TEXT_SIZE, 110)
    set_language(settings.get(LANGUAGE))
    dressing.start(sys.argv[:1], settings)
    hook = Excepthook(partial("\n".join, ring.lines))
    hook.install()
    program = Program(profile, settings, FakeClock())
    program.show()
    unlock(program)
    program.desktop.background._timer.stop()
    household_id, person_id = morning(program, brought, stick)
    break_down(hook)
    if ending == "typing":
        say("busy")
        for at in range(1_000_000):
            visits.save_draft(program.desktop.core, "visit", {"note": f"{TYPED} {at}"})
            visits.save_visit(program.desktop.core, entry(program, household_id, person_id, f"{TYPED} {at}"))
            say("saved")
    opened = program.desktop
    say(f"listed={[one.name for one in exports.listed(opened.core) if one.there]}")
    program.lock()
    until(lambda: opened.core.session.key == b"")
    say(f"pasted={clipboard()}")
    if ending == "locked":
        say("locked")
        sys.stdin.read()
    program.close()
    hook.remove()
    log.stop(ring)
    say("closed")
    return 0


if __name__ == "__main__":
    sys.exit(main(paths.profile_folder(sys.argv[1]), *map(Path, sys.argv[2:4]), sys.argv[4]))
