"""The part of the server's command line about writes that were set aside: list them, decide them.

Officers of communes decide on their own laptops. Here is what nobody else can: what a commune's own laptops
wrote, what waited for thirty days, and what came from laptops that are gone.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import Connection, select

from tongcds.clock import day_of
from tongcds.errors import UserError
from tongcds.i18n import _
from tongcds.records import record_type, type_numbered
from tongcds.replica.aside import OPEN, Aside, found
from tongcds.replica.tables import QUARANTINE
from tongcds.server import figures, quarantine
from tongcds.server.ops import Province
from tongcds.server.tables import DEVICE

Output = dict[str, object]
Opened = Callable[[argparse.Namespace, Callable[[], int]], AbstractContextManager[Province]]
Command = Callable[[str, str, Callable[..., Output | None]], argparse.ArgumentParser]

_MEMBER = record_type("member").table.c
_DAY_MS = 86_400_000


def add_to(command: Command, opened: Opened) -> None:
    """Put the command into a parser; `opened` gives the server."""

    def work(given: argparse.Namespace, now: Callable[[], int]) -> Output:
        with opened(given, now) as province:
            return _list(province, given) if given.what == "list" else _decide(province, given)

    made = command("quarantine", _("changes that were set aside: list, accept or refuse them"), work)
    made.add_argument("what", nargs="?", choices=["list", "accept", "refuse"], default="list")
    made.add_argument("--device", type=int, default=0, help=_("only of this laptop"))
    made.add_argument("--n", type=int, default=0, help=_("only the change with this number"))
    made.add_argument("--code", default="", help=_("only those set aside for this reason"))
    made.add_argument("--overdue", action="store_true", help=_("only those that waited for thirty days"))


def _fitting(connection: Connection, given: argparse.Namespace, now: int) -> list[Aside]:
    where = [QUARANTINE.c.state == OPEN]
    if given.device:
        where.append(QUARANTINE.c.device == given.device)
    if given.n:
        where.append(QUARANTINE.c.n == given.n)
    if given.code:
        where.append(QUARANTINE.c.code == given.code)
    if given.overdue:
        where.append(QUARANTINE.c.at <= now - quarantine.RISES_AFTER_MS)
    return found(connection, *where)


def _list(province: Province, given: argparse.Namespace) -> Output:
    now = province.now()
    with province.database.read() as connection:
        rows = _fitting(connection, given, now)
        query = select(DEVICE.c.device, _MEMBER.full_name).outerjoin_from(
            DEVICE, record_type("member").table, _MEMBER.id == DEVICE.c.member_id
        )
        people: dict[int, str | None] = dict(connection.execute(query).all())
    listed = [
        {
            "device": row.device,
            "n": row.write.n,
            "name": people.get(row.device) or "",
            "type": _type_name(row),
            "code": row.code,
            "since": _day(row.at),
            "days": (now - row.at) // _DAY_MS,
        }
        for row in rows
    ]
    text = "\n".join(
        f"{d['device']:>6} {d['n']:>8}  {d['type']:<12} {d['code']:<16} {d['since']}  {d['name']}"
        for d in listed
    )
    return {"waiting": listed, "text": text or _("Nothing waits for a decision.")}


def _decide(province: Province, given: argparse.Namespace) -> Output:
    if not (given.device or given.code or given.overdue):
        raise UserError("quarantine_which")
    decision = quarantine.ACCEPT if given.what == "accept" else quarantine.REFUSE
    now = province.now()

    def work(connection: Connection) -> tuple[int, int]:
        chosen = _fitting(connection, given, now)
        touched = quarantine.decide(connection, chosen, decision, now=now)
        figures.touch(connection, touched)
        return len(chosen), len(_fitting(connection, given, now))

    chosen, left = province.database.change(work)
    return {
        "decided": chosen - left,
        "left": left,
        "text": _("Decided: {count}. Could not be accepted: {left}.").format(count=chosen - left, left=left),
    }


def _type_name(row: Aside) -> str:
    record = type_numbered(row.write.type)
    return record.name if record else str(row.write.type)


def _day(milliseconds: int) -> str:
    return day_of(milliseconds).isoformat()
