"""The lease runs out by use and not by the clock (D8); it locks, keeps everything, four words renew it."""

from __future__ import annotations

import pytest
from nacl.signing import SigningKey

from tests.surroundings import FakeClock
from tests.unit.actions.conftest import Home
from tongcds.actions import Core, lease
from tongcds.domain import wordcode
from tongcds.domain.text import fold
from tongcds.errors import UserError
from tongcds.protocol.custody import lease_code
from tongcds.storage import lease as leases

SERVER, DEVICE = SigningKey(bytes(32)), SigningKey(bytes(32))
HOUR = 3_600_000


def use_days(core: Core, clock: FakeClock, days: int) -> list[bool]:
    over = []
    for _ in range(days):
        clock.advance(days=1)
        over.append(lease.tick(core, HOUR))
    return over


def code_for(view: lease.LeaseView) -> str:
    """What the province reads out."""
    return lease_code(SERVER, bytes(DEVICE.verify_key), view.device, view.number)


def test_it_is_over_after_thirty_days_of_use(team: Core, clock: FakeClock):
    assert use_days(team, clock, 30) == [False] * 29 + [True]
    with pytest.raises(UserError, match="lease_over"):
        lease.require(team)


def test_a_clock_that_jumps_is_one_day_of_use(team: Core, clock: FakeClock):
    lease.tick(team, HOUR)
    clock.advance(days=3650)
    assert not lease.tick(team, HOUR)
    clock.advance(days=-7300)
    assert not lease.tick(team, HOUR)
    assert lease.standing(team).days_left == 27


def test_a_clock_that_stands_still_does_not_make_it_last(team: Core):
    ticks = [lease.tick(team, HOUR) for _ in range(30 * 8)]
    assert ticks.index(True) == 29 * 8 - 1
    assert lease.standing(team).over


def test_a_lease_of_dates_alone_would_last_for_ever_on_a_clock_that_stands(
    team: Core, monkeypatch: pytest.MonkeyPatch
):
    """The control."""
    monkeypatch.setattr(leases, "HOURS_A_DAY", 1 << 40)
    assert not any(lease.tick(team, HOUR) for _ in range(60 * 8))


def test_a_newer_receipt_renews_it_and_an_old_one_does_not(team: Core, clock: FakeClock):
    with team.vault.write() as connection:
        leases.renew(connection, 1000)
    use_days(team, clock, 31)
    with team.vault.write() as connection:
        leases.renew(connection, 1000)
    assert lease.standing(team).over
    with team.vault.write() as connection:
        leases.renew(connection, 1001)
    assert not lease.standing(team).over
    assert lease.standing(team).days_left == 30


def test_four_words_from_the_province_renew_it_once(team: Core, clock: FakeClock):
    use_days(team, clock, 31)
    view = lease.standing(team)
    assert lease.standing(team).number == view.number
    lease.enter_code(team, fold(code_for(view)))
    assert not lease.standing(team).over
    lease.require(team)
    use_days(team, clock, 31)
    again = lease.standing(team)
    with pytest.raises(UserError, match="lease_code_wrong"):
        lease.enter_code(team, code_for(view) if again.number != view.number else wordcode.draw(4))


def test_wrong_words_are_refused_and_make_one_wait(team: Core, clock: FakeClock):
    use_days(team, clock, 31)
    for _ in range(4):
        with pytest.raises(UserError, match="lease_code_wrong"):
            lease.enter_code(team, wordcode.draw(4))
    with pytest.raises(UserError, match="passphrase_wait"):
        lease.enter_code(team, code_for(lease.standing(team)))
    clock.advance(seconds=10)
    lease.enter_code(team, code_for(lease.standing(team)))


def test_a_code_for_another_computer_or_number_does_not_fit(team: Core, clock: FakeClock):
    use_days(team, clock, 31)
    view = lease.standing(team)
    other = lease_code(SERVER, bytes(DEVICE.verify_key), view.device + 1, view.number)
    with pytest.raises(UserError, match="lease_code_wrong"):
        lease.enter_code(team, other)
    stranger = lease_code(SigningKey.generate(), bytes(DEVICE.verify_key), view.device, view.number)
    with pytest.raises(UserError, match="lease_code_wrong"):
        lease.enter_code(team, stranger)


def test_a_revoked_computer_stops_at_once_and_a_later_receipt_lets_it_go_on(team: Core):
    with team.vault.write() as connection:
        leases.revoke(connection, 5000)
    with pytest.raises(UserError, match="device_stopped"):
        lease.require(team)
    with team.vault.write() as connection:
        leases.renew(connection, 5001)
    lease.require(team)


def test_nothing_is_lost_while_it_is_over(team: Core, clock: FakeClock, home: Home):
    use_days(team, clock, 31)
    with team.vault.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM household").scalar_one() == 1
        assert connection.exec_driver_sql("SELECT count(*) FROM own_write").scalar_one() > 0
