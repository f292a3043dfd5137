"""A program of its own that saves visits one after the other and says so, until somebody kills it."""

from __future__ import annotations

from multiprocessing.connection import Connection
from pathlib import Path

from tests.unit.storage.homes import AUTHOR, PASSPHRASE, Home, Ticking, visit
from tongcds.records import record_type
from tongcds.storage.vault import Vault

SUPPORTS = 3


def save_for_ever(folder: Path, out: Connection, *, too_early: bool) -> None:
    """Send each visit's id when it is saved or, with `too_early`, a moment before."""
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
                out.send_bytes(made)
        if not too_early:
            out.send_bytes(made)
