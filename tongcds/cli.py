"""Every action without a window: `python main.py COMMAND`; the work is done by `actions`.

Exit codes: 0 done; 2 the command line is wrong; 3 something that you can put right (a wrong passphrase, a
file that is no register); 4 not possible now (no network, vault in use), try again later; 5 done, but
something waits for you (conflicts, returned writes, rows of a file to look at); 1 a mistake of ours.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Final

from tongcds import paths
from tongcds.actions import (
    audit,
    column_memory,
    doorstep,
    importing,
    lease,
    opening,
    overview,
    syncing,
    today,
)
from tongcds.actions import place as places
from tongcds.actions.core import Core
from tongcds.clock import Clock, system_clock
from tongcds.commands import (
    attachments,
    board,
    differences,
    difficulties,
    documents,
    duplicates,
    emulation,
    exchange,
    filters,
    guidance,
    handbook,
    households,
    imports,
    indicators,
    log_visit,
    logbook,
    movements,
    observations,
    paper_entry,
    passphrases,
    people,
    place,
    poverty,
    printing,
    privacy,
    proposals,
    quality,
    recovery,
    reporting,
    rescuing,
    returned,
    rounds,
    spreadsheets,
    targets,
    training_figures,
    trainings,
    windows,
)
from tongcds.commands.answers import (
    DONE,
    LOOK,
    MISTAKE,
    UNAVAILABLE,
    USAGE,
    USER,
    show,
    write,
)
from tongcds.domain.attachments import unwanted_words
from tongcds.domain.views import ImportChoices, Role
from tongcds.errors import CancelledError, UnavailableError, UserError, sentence
from tongcds.i18n import LANGUAGES, _, format_number, format_percent, ngettext, set_language
from tongcds.settings import LANGUAGE, Settings

__all__ = ["DONE", "LOOK", "MISTAKE", "PASSPHRASE_VARIABLE", "UNAVAILABLE", "USAGE", "USER", "main"]

PASSPHRASE_VARIABLE: Final = passphrases.VARIABLE

WITHOUT_LEASE: Final = frozenset(
    {"enrol", "sync", "export", "backup", "restore", "repair", "retire", "take", "status", "lease"}
)
"""Whatever the province thinks of this computer, work that was done on it finds its way."""

Command = Callable[[argparse.Namespace, Core], int]


def main(
    argv: Sequence[str],
    clock: Clock = system_clock,
    *,
    in_window: Callable[[argparse.Namespace], int] | None = None,
    draw: printing.Draw | None = None,
) -> int:
    """Do what the arguments say; answers the exit code.

    Args:
        argv: without the program's name.
        clock: the present moment.
        in_window: does the commands that need Qt; handed in, because nothing here knows the window.
        draw: draws a paper as a PDF, likewise; its notes say what could not be done as the paper asks.
    """
    parser = _parser()
    try:
        options = parser.parse_args(list(argv))
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else USAGE
    options.draw = draw
    profile = paths.profile_folder(options.profile)
    set_language(options.language or Settings(profile).get(LANGUAGE))
    try:
        if options.needs_window:
            if in_window is None:
                parser.error(_("this command needs the desktop program"))
            return in_window(options)
        return _with_core(options, profile, clock)
    except UserError as problem:
        return _tell(options, problem, USER)
    except (UnavailableError, CancelledError) as problem:
        return _tell(options, problem, UNAVAILABLE)
    except BrokenPipeError:
        # Whoever read the output has seen enough; Python would complain once more when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _with_core(options: argparse.Namespace, profile: Path, clock: Clock) -> int:
    doorstep.finish_retirement(profile)
    if options.alone is not None:
        alone: Callable[[argparse.Namespace, Path, Clock], int] = options.alone
        return alone(options, profile, clock)
    opens: Callable[[argparse.Namespace, Path, Clock], Core] = options.opens
    core = opens(options, profile, clock)
    warning = places.vault_warning(profile)
    if warning:
        sys.stderr.write(warning + "\n")
    try:
        lease.tick(core, 0)
        if options.name not in WITHOUT_LEASE:
            lease.require(core)
        command: Command = options.command
        code = command(options, core)
        audit.keep_views(core)
        return code
    finally:
        core.close()


def _open(options: argparse.Namespace, profile: Path, clock: Clock) -> Core:
    return opening.open_vault(profile, passphrases.present(options), clock)


def _create(options: argparse.Namespace, profile: Path, clock: Clock) -> Core:
    """The vault to enrol: an existing one goes on where an earlier try ended."""
    if doorstep.vault_exists(profile):
        return _open(options, profile, clock)
    invitation = _invitation(options)
    return opening.create_vault(profile, passphrases.present(options), invitation.member_name, clock)


def _tell(
    options: argparse.Namespace, problem: UserError | UnavailableError | CancelledError, code: int
) -> int:
    if options.json:
        write(json.dumps({"error": problem.code, "message": sentence(problem)}, ensure_ascii=False))
    else:
        sys.stderr.write(sentence(problem) + "\n")
    return code


def _invitation(options: argparse.Namespace) -> opening.Invitation:
    if options.file:
        return opening.read_invitation(Path(options.file))
    return opening.invitation_of_code(options.code or "", options.url or "")


def enrol(options: argparse.Namespace, core: Core) -> int:
    """Make the vault and enrol it."""
    joined = opening.enrol_device(core, _invitation(options))
    who = core.whoami()
    lines = [f"{who.person} · {who.unit_name} · {who.server_name}"]
    if joined is opening.Joined.OFFLINE:
        lines.append(
            _("Works without a network; the province hears of this computer at the first sync or bundle.")
        )
    show(options, {**asdict(who), "joined": joined}, lines)
    return DONE


def import_file(options: argparse.Namespace, core: Core) -> int:
    """Preview an import; apply it with --apply."""
    path = Path(options.file)

    def first_sheet(encoding: str | None) -> str:
        return importing.peek_import(core, path, ImportChoices(encoding=encoding))[0].name

    choices = spreadsheets.choices_of(options, first_sheet)
    prepare = partial(
        importing.prepare_import, core, path, choices, column_names=spreadsheets.columns_of(options)
    )
    prepared = prepare()
    if options.forget_columns:
        column_memory.forget_columns(core, prepared.register)
        prepared = prepare()
    preview = prepared.preview
    lines = [
        preview.about,
        *spreadsheets.questions(preview),
        ngettext("{n} new household", "{n} new households", preview.households_new).format(
            n=format_number(preview.households_new)
        ),
        ngettext("{n} household changes", "{n} households change", preview.households_changed).format(
            n=format_number(preview.households_changed)
        ),
        ngettext("{n} row to look at", "{n} rows to look at", preview.rows_doubtful).format(
            n=format_number(preview.rows_doubtful)
        ),
        ngettext("{n} row wrong, left out", "{n} rows wrong, left out", preview.rows_wrong).format(
            n=format_number(preview.rows_wrong)
        ),
    ]
    if preview.rows_skipped:
        words = ngettext(
            "{n} row is nobody: a total, a signature",
            "{n} rows are nobody: totals, signatures",
            preview.rows_skipped,
        )
        lines.append(words.format(n=format_number(preview.rows_skipped)))
    lines += [f"{row.sheet}:{row.row}  {row.will_write}  {row.why}" for row in preview.rows if row.why]
    if options.apply:
        done, _changes = importing.apply_import(core, prepared)
        lines.append(
            _("Imported {households} households, {people} people. Undo with: undo-import {id}").format(
                households=format_number(done.households),
                people=format_number(done.people),
                id=done.import_id.hex(),
            )
        )
        show(options, done if options.json else preview, lines)
    else:
        show(options, preview, lines)
    return LOOK if preview.rows_doubtful or preview.rows_wrong else DONE


def sync(options: argparse.Namespace, core: Core) -> int:
    """Exchange with the server until both sides have said everything."""
    outcome = syncing.sync_now(core)
    view = syncing.sync_view(core)
    show(
        options,
        {
            "sent": outcome.sent,
            "received": outcome.received,
            "waiting": view.status.waiting,
            "returned": len(view.returned),
            "conflicts": len(view.conflicts),
            "files_sent": outcome.files.files,
            "files_waiting": view.status.files_waiting,
        },
        [
            _("Sent {sent}, received {received}, waiting {waiting}.").format(
                sent=format_number(outcome.sent),
                received=format_number(outcome.received),
                waiting=format_number(view.status.waiting),
            )
        ],
    )
    return LOOK if view.returned or view.conflicts else DONE


def export(options: argparse.Namespace, core: Core) -> int:
    """Write what waits into a bundle file for a USB stick."""
    done = syncing.export_bundle(core, Path(options.folder))
    answers = syncing.answers_to_bring_back(core, Path(options.folder))
    lines = [
        _("Wrote {n} changes to {file} ({name}).").format(
            n=format_number(done.writes), file=done.path.name, name=done.name
        )
    ]
    if answers:
        lines.append(_("Answers for other computers copied: {n}.").format(n=format_number(answers)))
    show(options, done, lines)
    return DONE


def take(options: argparse.Namespace, core: Core) -> int:
    """Take in a file from a USB stick."""
    done, _changes = syncing.take_bundle(core, Path(options.file))
    show(options, done, [syncing.taken_words(done)])
    return DONE


def status(options: argparse.Namespace, core: Core) -> int:
    """What waits, what came back, and the last exchanges."""
    view = syncing.sync_view(core)
    lines = [_("Waiting: {n}").format(n=format_number(view.status.waiting))]
    if view.status.files_waiting:
        words = _("Photos and papers waiting: {n}")
        lines.append(words.format(n=format_number(view.status.files_waiting)))
    if view.status.files_unwanted:
        lines.append(unwanted_words(view.status.files_unwanted))
    lines += [
        f"{row.at.isoformat()}  {row.way}  {row.sent}/{row.received}  {row.outcome}" for row in view.history
    ]
    lines += [syncing.remembered_words(row) for row in view.remembered]
    show(options, view, lines)
    return DONE


def figures(options: argparse.Namespace, core: Core) -> int:
    """The figures of this unit: of the team's village, or by village or commune."""
    if core.whoami().role is Role.TEAM:
        view = today.today(core)
        show(options, view, [_tile_line(tile.label, tile.figure.share) for tile in view.tiles])
        return DONE
    whole = overview.overview(core)
    lines = [_tile_line(tile.label, tile.figure.share) for tile in whole.tiles]
    for row in whole.rows:
        shares = "  ".join(_share(f.share) for f in row.figures)
        lines.append(f"{row.name:<28} {shares}")
    show(options, whole, lines)
    return DONE


def _share(share: float | None) -> str:
    return _("no data") if share is None else format_percent(share, decimals=1)


def _tile_line(label: str, share: float | None) -> str:
    return f"{label}: {_share(share)}"


def _common(parser: argparse.ArgumentParser, default: object = None) -> None:
    """What may stand before the command and after it; what stands after it wins."""
    parser.add_argument("--profile", default=default, help="folder of the vault, instead of the usual one")
    parser.add_argument(
        "--passphrase-file",
        default=default,
        help=f"file with the passphrase; otherwise ${PASSPHRASE_VARIABLE}",
    )
    parser.add_argument("--language", choices=sorted(LANGUAGES), default=default)
    parser.add_argument(
        "--json", action="store_true", default=default, help="one JSON object on standard output"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tongcds", description=_("Register and support log of digital teams")
    )
    _common(parser)
    parser.set_defaults(needs_window=False, opens=_open, alone=None)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Command | None, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        _common(made, default=argparse.SUPPRESS)
        made.set_defaults(command=command, name=name)
        return made

    made = add("enrol", enrol, "make the vault and enrol it by an invitation")
    made.add_argument("--file", help="invitation file")
    made.add_argument("--code", help="invitation code or the text of its QR code")
    made.add_argument("--url", help="the server's address, with a code")
    made.set_defaults(opens=_create)
    made = add("import", import_file, "preview a register from a spreadsheet; write it with --apply")
    made.add_argument("file")
    made.add_argument("--apply", action="store_true")
    spreadsheets.add_options(made)
    for part in (
        differences,
        documents,
        duplicates,
        filters,
        households,
        imports,
        indicators,
        observations,
        privacy,
        printing,
        quality,
    ):
        part.add_to(add)
    attachments.add_to(add, partial(_common, default=argparse.SUPPRESS))
    log_visit.add_to(add)
    logbook.add_to(add)
    guidance.add_to(add)
    targets.add_to(add)
    proposals.add_to(add)
    reporting.add_to(add)
    difficulties.add_to(add)
    emulation.add_to(add)
    trainings.add_to(add)
    training_figures.add_to(add)
    board.add_to(add)
    people.add_to(add)
    recovery.add_to(add)
    movements.add_to(add)
    poverty.add_to(add)
    rounds.add_to(add)
    paper_entry.add_to(add)
    add("sync", sync, "exchange with the province's server")
    made = add("export", export, "write what waits into a bundle file for a USB stick")
    made.add_argument("folder")
    rescuing.add_to(add)
    made = add("take", take, "take in a file from a USB stick, or keep it to carry it on")
    made.add_argument("file")
    exchange.add_to(add)
    returned.add_to(add)
    add("status", status, "what waits to be sent, and the last exchanges")
    add("figures", figures, "figures against targets")
    handbook.add_to(add)
    place.add_to(add)
    windows.add_to(add)
    return parser
