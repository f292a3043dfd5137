"""A vault leaves its computer beside a real server: what waited is there first, the commune reads who."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.province import COMMUNE, PASSPHRASE, VILLAGES, Laptop, Province, administer, cheaply, enrolled
from tongcds.actions import audit, retirement, syncing
from tongcds.actions.retirement import Order
from tongcds.errors import UserError
from tongcds.storage import lease
from tongcds.storage.vault import Vault

ORDER = Order("xóa kho", PASSPHRASE)


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    cheaply(monkeypatch)


def write(core, code):
    with core.vault.change(core.author()) as change:
        change.writer.create("household", village_id=core.credentials().unit_id, code=code)


def test_what_waited_is_sent_first_and_the_commune_reads_who_did_it(province: Province, tmp_path: Path):
    with enrolled(province, tmp_path, VILLAGES[0], "Lò Thị Ngân") as team:
        write(team, "HN-0999")
        gone = retirement.retire(team, ORDER)
        assert (gone.households, gone.writes, gone.files) == (1, 0, 0)
        retirement.complete(team)
        assert not Vault.exists(team.vault.folder)
    with enrolled(province, tmp_path, COMMUNE, "Quàng Văn Inh") as office:
        syncing.sync_now(office)
        assert [line.kind for line in audit.access_log(office).lines] == ["retire"]
    # The same computer joins again with another invitation.
    file = tmp_path / "again.tongcds-moi"
    province.invite(VILLAGES[0], "Lò Văn Ún", file, url=province.url)
    again = Laptop(tmp_path / "of Lò Thị Ngân").enrolled(file, "Lò Văn Ún")
    syncing.sync_now(again)
    assert retirement.stock(again).households == 1
    again.close()


def test_without_a_server_it_waits_until_there_is_one(province: Province, tmp_path: Path):
    with enrolled(province, tmp_path, VILLAGES[0], "Lò Thị Ngân") as team:
        write(team, "HN-0999")
        province.stop()
        with pytest.raises(UserError, match="unsent_retire") as refused:
            retirement.retire(team, ORDER)
        assert refused.value.params["count"] >= 2
        province.start()
        assert retirement.retire(team, ORDER).writes == 0
        retirement.complete(team)


def test_a_revoked_computer_hands_its_work_in_and_is_emptied(province: Province, tmp_path: Path):
    with enrolled(province, tmp_path, VILLAGES[0], "Lò Thị Ngân") as team:
        write(team, "HN-0999")
        (device,) = administer("devices", "--data", province.folder)["devices"]
        administer("devices", "--data", province.folder, "--revoke", device["device"])
        assert retirement.retire(team, ORDER).writes == 0
        retirement.complete(team)
    kept = administer("quarantine", "--data", province.folder)
    assert {row["type"] for row in kept["waiting"]} >= {"household", "audit"}


def test_a_lease_that_is_over_keeps_nobody_from_it(province: Province, tmp_path: Path):
    with enrolled(province, tmp_path, VILLAGES[0], "Lò Thị Ngân") as team:
        with team.vault.write() as connection:
            for day in range(31):
                lease.use(connection, f"day {day}", 0)
        folder = team.vault.folder
    laptop = Laptop(folder.parent)
    assert laptop.sees("retire", "--word", "xoa kho")["removed"]
    assert not Vault.exists(folder)
