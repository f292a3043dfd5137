"""D7: whoever guesses waits longer and longer, also over restarts and kills, and nothing is ever wiped."""

from __future__ import annotations

import pytest

from tests.faults import scenes, workers
from tests.faults.amounts import chance
from tests.faults.scenes import Scene
from tests.faults.test_a1_kills import PROCESSES
from tests.surroundings import FakeClock
from tests.unit.storage.homes import PASSPHRASE, Ticking
from tongcds.actions import sessions
from tongcds.actions.core import Core
from tongcds.actions.sessions import Pins
from tongcds.errors import UserError, sentence
from tongcds.storage import tries
from tongcds.storage.vault import Vault

WRONG = "tám con chim én nhỏ"
PIN, WRONG_PIN = "482913", "111222"
MINUTE = 60
LONGEST = 5 * MINUTE


def guessed(scene: Scene, passphrase: str, second: float, *, killed: bool = False) -> tuple[str, int]:
    """What a program that starts at this second says to one try, and for how long it is to wait."""
    ours, theirs = PROCESSES.Pipe(duplex=False)
    program = PROCESSES.Process(target=workers.guess, args=(scene.folder, passphrase, second, theirs))
    program.start()
    theirs.close()
    said = ours.recv()
    if killed:
        program.kill()
    program.join()
    program.close()
    ours.close()
    return said


def test_ten_wrong_passphrases_in_ten_starts_are_ten_wrong_ones(scene):
    random, second = chance("D7"), 0.0
    for _ in range(10):
        assert guessed(scene, WRONG, second, killed=random.random() < 0.5) == ("passphrase_wrong", 0)
        second += LONGEST + 1
    second -= LONGEST
    for wait in (LONGEST - 1, LONGEST - 2):
        code, seconds = guessed(scene, PASSPHRASE, second)
        assert code == "passphrase_wait"
        assert wait <= seconds <= wait + 1, "rounded up"
        second += 1
    assert guessed(scene, PASSPHRASE, second + LONGEST) == ("opened", 0)
    vault = Vault.open(scene.folder, PASSPHRASE, now=Ticking())
    assert scenes.problems(vault, scene.writes) == []
    vault.close()


def test_without_the_count_on_the_disk_a_restart_would_end_the_wait(scene):
    """The control."""
    for at in range(10):
        guessed(scene, WRONG, at * (LONGEST + 1))
        (scene.folder / tries.FILE_NAME).unlink()
    assert guessed(scene, PASSPHRASE, 10 * (LONGEST + 1)) == ("opened", 0)


@pytest.fixture
def locked(scene, tmp_path):
    """A running program that somebody locked after setting a PIN: profile, PINs, whose, clock."""
    pins, clock = Pins(), FakeClock()
    core = Core(Vault.open(scene.folder, PASSPHRASE, now=Ticking()), clock)
    pins.set(core, PIN)
    slot_id = core.session.slot_id
    core.close()
    return tmp_path, pins, slot_id, clock


def refused(locked, pin: str = WRONG_PIN) -> UserError:
    profile, pins, slot_id, clock = locked
    with pytest.raises(UserError) as problem:
        pins.open(profile, slot_id, pin, clock)
    return problem.value


def test_each_wrong_pin_makes_the_next_one_wait_longer_and_the_fifth_ends_it(scene, locked):
    clock = locked[-1]
    waits = []
    for left in (4, 3, 2, 1):
        problem = refused(locked)
        assert (problem.code, problem.params["left"]) == ("pin_wrong", left)
        waits.append(problem.params["seconds"])
        if waits[-1]:
            clock.advance(seconds=waits[-1] - 1)
            waiting = refused(locked, PIN)
            assert (waiting.code, waiting.params["seconds"]) == ("pin_wait", 1)
            assert "{" not in sentence(waiting)
            clock.advance(seconds=1)
    assert waits == sorted(set(waits))
    assert (waits[0], waits[-1]) == (0, LONGEST)
    assert refused(locked).code == "pin_gone"
    assert refused(locked, PIN).code == "pin_gone"
    # Nothing is wiped, and the passphrase has no part in it.
    vault = Vault.open(scene.folder, PASSPHRASE, now=Ticking())
    assert scenes.problems(vault, scene.writes) == []
    vault.close()


def test_tries_while_one_has_to_wait_do_not_count_and_the_right_pin_then_opens(locked):
    profile, pins, slot_id, clock = locked
    for _ in range(2):
        refused(locked)
    for _ in range(50):
        assert refused(locked).code == "pin_wait"
    clock.advance(seconds=10)
    pins.open(profile, slot_id, PIN, clock).close()
    # Then they count from the beginning.
    assert refused(locked).params == {"left": 4, "seconds": 0}


def test_a_clock_that_is_put_back_makes_nobody_wait_for_years_with_the_pin(locked):
    profile, pins, slot_id, clock = locked
    for _ in range(2):
        refused(locked)
    clock.advance(days=-3650)
    assert refused(locked, PIN).params == {"seconds": 10}
    clock.advance(seconds=10)
    pins.open(profile, slot_id, PIN, clock).close()


def test_without_the_waits_five_pins_could_be_tried_at_once(locked, monkeypatch):
    """The control."""
    monkeypatch.setattr(sessions, "WAITS", (0, 0, 0, 0))
    assert [refused(locked).code for _ in range(5)] == ["pin_wrong"] * 4 + ["pin_gone"]
