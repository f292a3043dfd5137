"""Programs of their own that save one thing after the other and say so, until somebody kills them."""

from __future__ import annotations

from itertools import count, cycle
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event

from tests.unit.forms.test_visit import ACCOUNT, HOME, TODAY, household, person
from tests.unit.storage.homes import AUTHOR, PASSPHRASE, Home, Ticking, visit
from tongcds.domain.views import Result
from tongcds.forms.visit import VisitSession
from tongcds.records import record_type
from tongcds.storage import local
from tongcds.storage.vault import Vault

SUPPORTS = 3
NEIGHBOURS = household(person(4, "Quàng Văn Inh"), n=8)


def say_and_wait(out: Connection, what: bytes) -> None:
    """Say it and stay there: whoever hears it kills us before anything more is done."""
    out.send_bytes(what)
    Event().wait()


def save_for_ever(folder: Path, out: Connection, *, too_early: bool) -> None:
    """Send each visit's id when it is saved or, with `too_early`, before, and then wait to be killed."""
    vault = Vault.open(folder, PASSPHRASE, now=Ticking())
    household = record_type("household").table
    with vault.read() as connection:
        row = connection.execute(household.select()).one()
    to = Home(row.id, row.village_id, [])
    supports = [{"service": "PY01", "result": "alone"}] * SUPPORTS
    while True:
        with vault.change(AUTHOR) as change:
            made = visit(change.writer, to, "2026-11-23", *supports)
            if too_early:
                say_and_wait(out, made)
        if not too_early:
            out.send_bytes(made)


def group() -> VisitSession:
    """One session for two households, each person with a result of their own."""
    session = VisitSession(TODAY)
    session.choose_household(HOME)
    for one in HOME.people:
        session.tick(one.person_id, on=True)
    session.take_along()
    session.choose_household(NEIGHBOURS)
    session.choose(ACCOUNT)
    session.set_apart(ACCOUNT.code)
    for line, result in zip(session.chosen(), cycle((Result.ALONE, Result.COME_BACK)), strict=False):
        session.answer(line.key, result)
    return session


def type_for_ever(folder: Path, out: Connection, *, too_early: bool) -> None:
    """Keep the draft of a session for two households, longer by a word each time; else the same."""
    vault = Vault.open(folder, PASSPHRASE, now=Ticking())
    session = group()
    for number in count(1):
        session.note = f"note {number}"
        with vault.write() as connection:
            local.save_draft(connection, AUTHOR, local.SavedDraft("visit", number, session.content()))
            if too_early:
                say_and_wait(out, number.to_bytes(8, "big"))
        if not too_early:
            out.send_bytes(number.to_bytes(8, "big"))
