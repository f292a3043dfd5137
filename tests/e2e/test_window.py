"""A real window on a real (if unseen) screen: somebody types a visit with the keyboard alone and syncs it."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tests.e2e import display
from tests.e2e.display import Keyboard
from tests.e2e.province import COMMUNE, PASSPHRASE, SAMPLE, SECONDS, VILLAGES, Laptop
from tests.faults.amounts import times
from tests.meta.rules import ROOT
from tongcds.actions import importing, overview, register, visits
from tongcds.domain.views import HouseholdFilter, Role
from ui.shell.places import places_of

pytestmark = pytest.mark.display


@dataclass
class Window:
    """The process of the window, and how it last looked."""

    process: subprocess.Popen
    looks: dict
    rest: bytes = b""

    def until(self, fits: Callable[[dict], bool], seconds: float = SECONDS) -> dict:
        """Wait until it looks like that."""
        end = time.monotonic() + seconds
        while not (self.looks and fits(self.looks)):
            left = end - time.monotonic()
            ready = left > 0 and select.select([self.process.stdout], [], [], left)[0]
            piece = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            assert piece, f"it never looked like that; at last {self.looks}"
            *lines, self.rest = (self.rest + piece).split(b"\n")
            for line in lines:
                self.looks = json.loads(line)
        return self.looks


@pytest.fixture
def screen() -> Iterator[str]:
    with display.screen() as name:
        yield name


@pytest.fixture
def computers(province, tmp_path):
    """A team that received its village, and the commune that imported it; both vaults closed."""
    made = {}
    for role, unit, name in (("commune", COMMUNE, "Cà Thị Hương"), ("team", VILLAGES[0], "Lò Thị Ngân")):
        file = tmp_path / f"{role}.tcds"
        province.invite(unit, name, file, url=province.url)
        made[role] = Laptop(tmp_path / role)
        core = made[role].enrolled(file, name)
        core.runner.exchange_now()
        if role == "commune":
            importing.apply_import(core, importing.prepare_import(core, SAMPLE))
            core.runner.exchange_now()
        core.close()
    return made


@contextmanager
def opened(laptop: Laptop, screen: str, *more: str) -> Iterator[Window]:
    """The program's window on a laptop; killed at the end, without a word."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.watched_window", str(laptop.profile), *more],
        cwd=ROOT,
        env={**os.environ, "DISPLAY": screen, "QT_QPA_PLATFORM": "xcb"},
        stdout=subprocess.PIPE,
    )
    try:
        yield Window(process, {})
    finally:
        process.kill()
        process.wait(SECONDS)
        process.stdout.close()


@pytest.fixture
def window(computers, screen) -> Iterator[Window]:
    with opened(computers["team"], screen) as made:
        yield made


def accounts(core):
    """Whether the commune knows of anybody with an account: numerator and denominator."""
    (tile,) = [t.figure for t in overview.overview(core).tiles if t.figure.indicator == "XHS09"]
    return tile.numerator, tile.denominator


def unlock(window: Window, keys: Keyboard) -> None:
    """Open the vault with its passphrase; afterwards the keyboard is the main window's."""
    keys.into(str(window.until(lambda now: now["place"] == "opening")["window"]))
    window.until(lambda now: now["active"] and now["focus"] != "")
    keys.type(PASSPHRASE)
    keys.press("Return")
    keys.into(str(window.until(lambda now: now["place"] == "today")["window"]))
    window.until(lambda now: now["active"])


def open_the_log(window: Window, keys: Keyboard) -> None:
    keys.press("ctrl+n")
    window.until(lambda now: now["place"] == "log" and now["focus"] not in {"", "Rail"})


def choose_people(window: Window, keys: Keyboard) -> None:
    """A household, two of its people, and on to the services."""
    picker = window.looks["focus"]
    keys.type("vi van keo")
    keys.press("Return")
    window.until(lambda now: now["focus"] != picker)
    people = window.looks["focus"]
    keys.type("12")
    keys.press("Return")
    window.until(lambda now: now["focus"] != people)


def type_a_visit(window: Window, keys: Keyboard) -> None:
    """From wherever the window is to "saved", as a person would who looks at the screen now and then."""
    open_the_log(window, keys)
    choose_people(window, keys)
    keys.type("mo tai khoan")
    keys.type("1")
    keys.type("lua dao")
    keys.type("2")
    keys.press("ctrl+Return")
    window.until(lambda now: "Vì Văn Kẻo" in now["said"])


def sync_by_keyboard(window: Window, keys: Keyboard) -> None:
    """Go to Sync, find its button with Tab, press it."""
    number = [place.key for place in places_of(Role.TEAM)].index("sync") + 1
    keys.press(f"ctrl+{number}")
    window.until(lambda now: now["place"] == "sync")
    for _ in range(12):
        before = window.looks["focus"]
        if before == "Đồng bộ ngay":
            break
        keys.press("Tab")
        window.until(lambda now, before=before: now["focus"] != before)
    keys.press("Return")
    window.until(lambda now: "đã nhận đủ" in now["badge"])


def test_a_visit_typed_into_a_real_window_reaches_the_commune(
    window, computers, province, screen, capsys, record_property
):
    keys = Keyboard(screen)
    unlock(window, keys)
    province.stop()
    before, began = keys.strokes, time.monotonic()
    type_a_visit(window, keys)
    strokes, seconds = keys.strokes - before, time.monotonic() - began
    assert window.until(lambda now: "7" in now["badge"])["place"] == "today"

    # The network is back; still nobody touches a mouse.
    province.start()
    sync_by_keyboard(window, keys)

    commune = computers["commune"].opened()
    try:
        nobody, grown = accounts(commune)
        commune.runner.exchange_now()
        assert nobody is None
        assert accounts(commune) == (2, grown)
        (row,) = register.households(commune, HouseholdFilter(text="CM-0001")).rows
        (visit,) = register.household(commune, row.household_id).history
        assert visit.by == "Lò Thị Ngân"
        assert len(visit.lines) == 2
    finally:
        commune.close()

    record_property("strokes", strokes)
    record_property("seconds", round(seconds, 1))
    with capsys.disabled():
        sys.stdout.write(f"\na visit typed without a mouse: {strokes} keys in {seconds:.1f} s; ")
        sys.stdout.write(f"{keys.strokes - before - strokes} more to sync\n")
    # Twenty seconds are promised to a volunteer, who types two keys a second.
    assert strokes <= 40


def draft_of(laptop: Laptop) -> dict:
    """What the vault kept of the visit that was being typed."""
    core = laptop.opened()
    try:
        kept = visits.load_draft(core, "visit")
    finally:
        core.close()
    return {} if kept is None else kept.content


@pytest.mark.parametrize(
    "typed", ["", "mo tai khoan", "mo tai khoan|1", "mo tai khoan|1|lua d"] * times(1, 25)
)
def test_a_program_killed_while_somebody_types_loses_at_most_the_field_being_typed(computers, screen, typed):
    """A9: no pause before the end; what was left before the last field is there, and the visit goes on."""
    laptop, keys = computers["team"], Keyboard(screen)
    with opened(laptop, screen) as window:
        unlock(window, keys)
        open_the_log(window, keys)
        choose_people(window, keys)
        for text in filter(None, typed.split("|")):
            keys.type(text)
            # Shown, so that the program has it; not a moment longer.
            shown = "" if text == "1" else text
            window.until(lambda now, shown=shown: now["text"] == shown)
    draft = draft_of(laptop)
    assert draft["household"]
    assert len(draft["helped"]) == 2
    # A service with its result is one field; the first one was left when the second was begun.
    left_one = typed.count("|") > 1
    results = [support["result"] for support in draft["supports"]]
    assert not left_one or results[:1] == ["alone"]
    if left_one:
        with opened(laptop, screen) as window:
            unlock(window, keys)
            open_the_log(window, keys)
            window.until(lambda now: any("bản nháp" in words for words in now["head"]))
            keys.press("ctrl+Return")
            window.until(lambda now: "Vì Văn Kẻo" in now["said"])


def test_without_drafts_a_kill_would_lose_what_was_typed(computers, screen):
    """The control of A9."""
    laptop, keys = computers["team"], Keyboard(screen)
    with opened(laptop, screen, "--forgetful") as window:
        unlock(window, keys)
        open_the_log(window, keys)
        choose_people(window, keys)
        keys.type("mo tai khoan")
        window.until(lambda now: now["text"] == "mo tai khoan")
    assert draft_of(laptop) == {}
