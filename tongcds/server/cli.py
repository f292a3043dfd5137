"""The command line of whoever runs the province's server: found it, invite people, look after units, serve.

Exit codes: 0 done, 1 something to put right (said on standard error), 2 a mistake in the command, 3 the
surroundings are not ready.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from tongcds import log, memory, paths
from tongcds.clock import VIETNAM, Clock, day_of, milliseconds, moment_of, system_clock
from tongcds.domain.units import Era, load_units
from tongcds.domain.views import Role
from tongcds.errors import TongcdsError, UnavailableError, UserError, sentence
from tongcds.i18n import _
from tongcds.server import (
    aside_cli,
    attachments,
    demo,
    enrolment,
    inviting,
    keys_cli,
    reforms,
    status,
    tidy,
    units,
)
from tongcds.server.database import BusyError
from tongcds.server.folder import make_folder, open_folder, remove_folder
from tongcds.server.office import found_office, restored
from tongcds.server.ops import Province
from tongcds.server.serving import address_of, listen, serve

_Output = dict[str, object]

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None, *, clock: Clock = system_clock) -> int:
    """Do what the arguments ask for; answers the exit code."""
    memory.look_seldom()
    memory.leave_no_dump()
    given = _parser().parse_args(arguments)

    began = milliseconds(clock)
    shift = int(given.at.timestamp() * 1000) - began if getattr(given, "at", None) else 0

    def now() -> int:
        return milliseconds(clock) + shift

    try:
        work: Callable[[argparse.Namespace, Callable[[], int]], _Output | None] = given.work
        with _logged(given.log):
            output = work(given, now)
    except (DBAPIError, BusyError):
        return _complain(UnavailableError("database_unreachable"), as_json=given.json)
    except TongcdsError as error:
        return _complain(error, as_json=given.json)
    if output is not None:
        _say(output, as_json=given.json)
    return 0


@contextlib.contextmanager
def _logged(folder: Path | None) -> Iterator[None]:
    """Write the log into this folder; without one nothing is written, on the terminal neither."""
    root, silence = logging.getLogger(), logging.NullHandler()
    root.addHandler(silence)
    ring = None if folder is None else log.start(folder)
    try:
        yield
    finally:
        root.removeHandler(silence)
        if ring is not None:
            log.stop(ring)


def _complain(error: TongcdsError, *, as_json: bool) -> int:
    if as_json:
        _print(json.dumps({"error": error.code, "message": sentence(error)}, ensure_ascii=False))
    sys.stderr.write(sentence(error) + "\n")
    return 3 if isinstance(error, UnavailableError) else 1


def _say(output: _Output, *, as_json: bool) -> None:
    if as_json:
        _print(json.dumps({k: v for k, v in output.items() if k != "text"}, ensure_ascii=False))
    else:
        _print(str(output["text"]))


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=Path, default=None, help=_("the server's folder"))
    common.add_argument("--json", action="store_true", help=_("answer one line of JSON"))
    common.add_argument("--log", type=Path, default=None, help=_("write a log into this folder"))
    parser = argparse.ArgumentParser(prog="python -m tongcds.server", description=_("The province's server"))
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, help_: str, work: Callable[..., _Output | None]) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help_, parents=[common])
        made.set_defaults(work=work)
        return made

    init = command("init", _("make a new server in an empty folder"), _init)
    init.add_argument("--name", required=True, help=_("what people call the server"))
    init.add_argument("--url", required=True, help=_("the address under which laptops reach it"))
    init.add_argument("--province", required=True, help=_("the province's code"))
    init.add_argument("--commune", action="append", default=[], help=_("only this commune; may be repeated"))
    init.add_argument("--database", default="", help=_("postgresql://… instead of the embedded database"))

    run = command("serve", _("serve until told to stop"), _serve)
    _listening(run, port=8443)

    invite = command("invite", _("invite a person of a unit"), _invite)
    inviting.options(invite)

    invitations_ = command("invitations", _("list the invitations that nobody used yet"), _invitations)
    invitations_.add_argument("--withdraw", type=int, default=0, help=_("let nobody in by this one"))

    cluster = command("cluster", _("make a set of communes that one office looks after"), _cluster)
    cluster.add_argument("name", help=_("its name"))
    cluster.add_argument("--communes", required=True, help=_("codes, separated by commas"))

    villages = command("villages", _("take in villages from a CSV file"), _villages)
    villages.add_argument("file", type=Path, help=_("columns name and commune_code, and others if known"))

    merge = command("merge", _("merge villages into a village, or communes into a commune"), _merge)
    merge.add_argument("unit", nargs="+", help=_("the units that end"))
    merge.add_argument("--into", required=True, help=_("the unit that goes on"))
    move = command("move", _("give a village to another commune"), _move)
    move.add_argument("village")
    move.add_argument("--to", required=True, help=_("the commune"))
    for reform in (merge, move):
        reform.add_argument("--on", type=date.fromisoformat, default=None, help=_("the day; today without"))
        reform.add_argument("--document", default="", help=_("the decision behind it"))
    reassign = command("reassign", _("let a laptop work for another unit, with the role there"), _reassign)
    reassign.add_argument("device", type=int)
    reassign.add_argument(
        "--unit", required=True, help=_("code of a commune or village, or a cluster's name")
    )
    reassign.add_argument("--role", choices=sorted(Role), default="")

    devices = command("devices", _("list the laptops that are enrolled"), _devices)
    devices.add_argument(
        "--revoke", type=int, default=0, help=_("set aside what it still sends, and say nothing more to it")
    )

    state = command("status", _("tell what was refused and what was set aside, by reason"), _status)
    state.add_argument("--url", default="", help=_("where the server answers, if not at its own address"))

    files = command("attachments", _("say how many photos and papers are here"), _attachments)
    files.add_argument("--sweep", action="store_true", help=_("remove what no record needs any more"))

    keys_cli.add_to(command, _opened)

    command("restored", _("say that the database was put back from a copy"), _restored)

    aside_cli.add_to(command, _opened)
    tidy.add_to(command, _opened)

    _demonstrating(command("demo", _("serve a corner of a province with invented people"), _demo))
    return parser


def _demonstrating(show: argparse.ArgumentParser) -> None:
    _listening(show, port=0)
    show.add_argument("--seed", type=int, default=1)
    show.add_argument(
        "--at", type=_moment_given, default=None, help=_("as if it were now 2026-11-23T14:32+07:00, say")
    )
    show.add_argument(
        "--with-parent", action="store_true", help=_("end when whoever holds our standard input ends")
    )
    show.add_argument("--no-serve", action="store_true", help=_("only make it"))


def _listening(parser: argparse.ArgumentParser, *, port: int) -> None:
    parser.add_argument("--host", default="127.0.0.1", help=_("the address to listen on"))
    parser.add_argument("--port", type=int, default=port, help=_("0 for any free port"))
    parser.add_argument("--ready-json", action="store_true", help=_("say in JSON when requests are answered"))


def _moment_given(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=VIETNAM)


def _folder(given: argparse.Namespace) -> Path:
    return given.data if given.data is not None else paths.profile_folder() / "server"


@contextlib.contextmanager
def _opened(given: argparse.Namespace, now: Callable[[], int]) -> Iterator[Province]:
    province = open_folder(_folder(given), now=now)
    try:
        yield province
    finally:
        province.database.close()


def _init(given: argparse.Namespace, now: Callable[[], int]) -> _Output:
    province = load_units().by_code(given.province, Era.SINCE_2025)
    if province is None:
        raise UserError("unit_unknown", code=given.province)
    folder = _folder(given)
    made = make_folder(folder, name=given.name, url=given.url, database=given.database, now=now)
    try:
        with made.database.write() as connection:
            found_office(connection, name=given.name, province_id=province.id, now=now())
            count = units.seed(connection, given.province, given.commune, now=now())
    except BaseException:
        # A folder without its database would stand in the way of the next try.
        made.database.close()
        remove_folder(folder)
        raise
    _look_at_log(made)
    made.database.close()
    return {
        "server_key": made.server_key.hex(),
        "units": count,
        "text": _("The server is ready in {folder}, with {count} units.").format(folder=folder, count=count),
    }


def _serve(given: argparse.Namespace, now: Callable[[], int]) -> None:
    folder = _folder(given) / "log" if given.log is None else None
    with _opened(given, now) as province, _listen(given) as listening, _logged(folder):
        _look_at_log(province)
        serve(province, listening, ready_json=given.ready_json)


def _look_at_log(province: Province) -> None:
    """Warn of a database that would keep words of people in a log of its own; it serves all the same."""
    if province.database.tells_in_its_log():
        logger.warning("the log of the database may hold what records say")
        sys.stderr.write(
            _(
                "PostgreSQL's own log may hold what records say when something goes wrong there. Nothing is "
                "lost. Please have its administrator set log_error_verbosity = terse and load the settings "
                "anew."
            )
            + "\n"
        )


def _listen(given: argparse.Namespace) -> socket.socket:
    try:
        return listen(given.host, given.port)
    except OSError as error:
        address = f"{given.host}:{given.port}"
        raise UnavailableError("server_address_taken", address=address, why=error.strerror) from error


def _invite(given: argparse.Namespace, now: Callable[[], int]) -> _Output:
    with _opened(given, now) as province:
        return inviting.invite(province, given)


def _cluster(given: argparse.Namespace, now: Callable[[], int]) -> _Output:
    codes = [code.strip() for code in given.communes.split(",") if code.strip()]
    with _opened(given, now) as province, province.database.write() as connection:
        cluster = units.make_cluster(connection, given.name, codes, now=now())
    return {
        "id": cluster.hex(),
        "communes": len(codes),
        "text": _("{name} looks after {count} communes.").format(name=given.name, count=len(codes)),
    }


def _villages(given: argparse.Namespace, now: Callable[[], int]) -> _Output:
    lines = units.read_villages(given.file)
    with _opened(given, now) as province, province.database.write() as connection:
        ids = units.add_villages(connection, lines, now=now(), file=given.file.name)
    return {"villages": len(ids), "text": _("{count} villages were taken in.").format(count=len(ids))}


def _merge(given: argparse.Namespace, now: Callable[[], int]) -> _Output:
    with _opened(given, now) as province, province.database.write() as connection:
        sources = [units.find(connection, code) for code in given.unit]
        target = units.find(connection, given.into)
        on = given.on or day_of(now())
        count = reforms.merge(connection, sources, target, on=on, document=given.document, now=now())
    return {
        "records": count,
        "text": _("{count} records went over to {unit}.").format(count=count, unit=target.name),
    }


def _move(given: argparse.Namespace, now: Callable[[], int]) -> _Output:
    with _opened(given, now) as province, province.database.write() as connection:
        village, commune = units.find(connection, given.village), units.find(connection, given.to)
        on = given.on or day_of(now())
        reforms.move_village(connection, village, commune, on=on, document=given.document, now=now())
    return {
        "village": village.name,
        "commune": commune.name,
        "text": _("{village} belongs to {commune} now.").format(village=village.name, commune=commune.name),
    }


def _reassign(given: argparse.Namespace, now: Callable[[], int]) -> _Output:
    with _opened(given, now) as province, province.database.write() as connection:
        place = units.find(connection, given.unit)
        reforms.reassign(connection, given.device, place, role=given.role, now=now())
    return {
        "device": given.device,
        "text": _("Device {device} works for {unit} now.").format(device=given.device, unit=place.name),
    }


def _devices(given: argparse.Namespace, now: Callable[[], int]) -> _Output:
    with _opened(given, now) as province:
        if given.revoke:
            with province.database.write() as connection:
                if not enrolment.revoke(connection, given.revoke, now=now()):
                    raise UserError("device_unknown", device=given.revoke)
        with province.database.read() as connection:
            rows = enrolment.devices(connection)
    listed = [
        {
            "device": row.device,
            "name": row.full_name or "",
            "role": row.role,
            "last_seen": _moment(row.last_seen_at),
            "revoked": row.revoked_at is not None,
            "invitation": row.invited,
        }
        for row in rows
    ]
    text = "\n".join(
        f"{d['device']:>6}  {d['role']:<9} {d['last_seen'] or '–':<17} {'×' if d['revoked'] else ' '} "
        f"{d['name']}"
        for d in listed
    )
    return {"devices": listed, "text": text or _("No laptop is enrolled yet.")}


def _status(given: argparse.Namespace, now: Callable[[], int]) -> _Output:
    with _opened(given, now) as province:
        found = status.status_of(province, given.url or province.url)
    return {**asdict(found), "text": status.told(found)}


def _invitations(given: argparse.Namespace, now: Callable[[], int]) -> _Output:
    with _opened(given, now) as province:
        return inviting.listed(province, withdrawn=given.withdraw)


def _attachments(given: argparse.Namespace, now: Callable[[], int]) -> _Output:
    with _opened(given, now) as province:
        return attachments.told(province, sweeping=given.sweep)


def _restored(given: argparse.Namespace, now: Callable[[], int]) -> _Output:
    with _opened(given, now) as province, province.database.write() as connection:
        epoch = restored(connection, now=now())
    return {
        "epoch": epoch,
        "text": _("Laptops will send again what the copy lacks, each at its next exchange."),
    }


def _moment(milliseconds: int | None) -> str:
    if milliseconds is None:
        return ""
    return moment_of(milliseconds).astimezone(VIETNAM).isoformat(timespec="minutes")[:16]


def _demo(given: argparse.Namespace, now: Callable[[], int]) -> _Output | None:
    with contextlib.ExitStack() as stack:
        folder = given.data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tongcds-demo-")))
        listening = stack.enter_context(_listen(given))
        made, guests = demo.make(folder, url=address_of(listening), now=now, seed=given.seed)
        stack.callback(made.database.close)
        output: _Output = {
            "invitations": [
                {k: v for k, v in inviting.shown(guest).items() if k != "text"} for guest in guests
            ],
            "text": "\n".join(str(inviting.shown(guest)["text"]) for guest in guests),
        }
        if given.no_serve:
            return output
        if given.with_parent:
            threading.Thread(target=_end_with_parent, daemon=True).start()
        if not given.ready_json:
            _say(output, as_json=given.json)
        serve(made, listening, ready_json=given.ready_json, aside={"invitations": output["invitations"]})
    return None


def _end_with_parent() -> None:
    """A desktop that was killed cannot say goodbye, but the pipe that it held breaks."""
    # Not `sys.stdin`: its lock, held by a thread that waits, would upset Python's own end.
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
