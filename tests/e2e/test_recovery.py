"""A forgotten passphrase without a network (D5): the code is read from the server, works once, is logged."""

from __future__ import annotations

import io
import json
import os
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

import main as program
from tests.e2e import province as provinces
from tests.e2e.province import PASSPHRASE, VILLAGES, Laptop, Province, administer
from tests.surroundings import ExpectedLogs
from tongcds.actions import opening, people
from tongcds.clock import system_clock
from tongcds.commands import passphrases
from tongcds.domain.text import fold
from tongcds.errors import UserError
from tongcds.server import keys_cli
from tongcds.storage import keyslots
from tongcds.storage import lease as leases
from tongcds.storage.vault import Vault

NEW = "bay cai gui moi dan xong"
SECOND = "nam con ga trong do"
OFFICER = "vuon cam sau nha chin"
HALVES = ("hai cai ghe go lim", "ba ngon den dau cu")
PHONE = "0212 000 123"


@dataclass
class Safe:
    """The province's key files and the passphrases of whoever holds them."""

    folder: Path

    def secret(self, at: int) -> Path:
        path = self.folder / f"secret-{at}"
        path.write_text((OFFICER, *HALVES)[at], "utf-8")
        return path

    def make(self, province: Province) -> None:
        words = [word for at in range(3) for word in ("--passphrase-file", self.secret(at))]
        administer("recovery", "make", "--data", province.folder, "--out", self.folder / "keys", *words)
        administer("terms", "--data", province.folder, "--phone", PHONE)

    def show(self, province: Province, reference: str) -> str:
        """What the officer reads out."""
        shown = administer(
            *("recovery", "show", "--data", province.folder, "--reference", reference),
            *("--by", "Cầm Văn Tuấn", "--key", self.folder / "keys" / keys_cli.CODES_FILE),
            *("--passphrase-file", self.secret(0)),
        )
        return " ".join(shown["words"])

    def halves(self, *which: int) -> list[object]:
        names = (keys_cli.FIRST_FILE, keys_cli.SECOND_FILE)
        words: list[object] = []
        for at in which:
            words += ["--share", self.folder / "keys" / names[at], "--share-passphrase-file"]
            words.append(self.secret(at + 1))
        return words


@dataclass
class Terminal:
    """A laptop's command line in this process, under whatever passphrases."""

    laptop: Laptop
    patch: pytest.MonkeyPatch

    def run(self, *words: object, passphrase: str = PASSPHRASE, new: str = NEW) -> tuple[int, dict]:
        said = io.StringIO()
        with self.patch.context() as patch, redirect_stdout(said):
            patch.setenv(passphrases.VARIABLE, passphrase)
            patch.setenv(passphrases.NEW_VARIABLE, new)
            code = program.main([*map(str, words), "--json", "--profile", str(self.laptop.profile)])
        return code, json.loads(said.getvalue())

    def does(self, *words: object, **how: str) -> dict:
        code, answer = self.run(*words, **how)
        assert code == 0, answer
        return answer

    def refused(self, *words: object, **how: str) -> str:
        code, answer = self.run(*words, **how)
        assert code in {3, 4}, answer
        return answer["error"]


@pytest.fixture
def safe(tmp_path: Path) -> Safe:
    return Safe(tmp_path)


@pytest.fixture
def terminal(province: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A team's laptop with two people and a register, enrolled and synced."""
    provinces.cheaply(monkeypatch)
    laptop = Laptop(tmp_path / "laptop")
    province.invite(VILLAGES[0], "Lò Thị Ngân", tmp_path / "team.tongcds-moi", url=province.url)
    core = laptop.enrolled(tmp_path / "team.tongcds-moi", "Lò Thị Ngân")
    code = people.invite_person(core, "Lò Văn Ún")[0].code
    core.close()
    people.accept(laptop.profile, code, SECOND, system_clock).close()
    made = Terminal(laptop, monkeypatch)
    made.does("sync")
    made.does("household-add", "--person", "full_name=Hà Thị Xuân,birth=1978")
    return made


def test_a_forgotten_passphrase_without_a_network(province: Province, safe: Safe, terminal: Terminal):
    safe.make(province)
    assert terminal.does("recovery")["exists"] is False
    assert terminal.refused("recover", "--code", "meo do " * 8) == "recovery_missing"
    assert terminal.does("sync")["waiting"] == 0
    told = terminal.does("recovery")
    assert (told["exists"], told["phone"]) == (True, PHONE)
    before = terminal.does("households")["matching"]

    # No network from here on: the code comes over the phone.
    province.stop()
    code = safe.show(province, told["reference"])
    assert len(code.split()) == 16
    wrong = "meo do " * 8
    assert terminal.refused("recover", "--code", wrong, "--person", "Ngân") == "code_wrong"
    assert terminal.refused("recover", "--code", fold(code)) == "holder_unclear"
    assert terminal.does("recover", "--code", fold(code), "--person", "Ngân")["name"] == "Lò Thị Ngân"
    assert terminal.does("households", passphrase=NEW)["matching"] == before == 1
    assert terminal.does("households", passphrase=SECOND)["matching"] == before
    assert terminal.refused("households", passphrase=PASSPHRASE) == "passphrase_wrong"
    assert "recovery" in json.dumps(terminal.does("audit", passphrase=NEW))
    # It works once, and until the next sync there is none: the window must not promise one.
    assert terminal.refused("recover", "--code", code, "--person", "Ngân") == "recovery_missing"
    assert terminal.does("recovery")["exists"] is False

    listed = administer("recovery", "list", "--data", province.folder)["codes"]
    assert [(c["told"], c["told_by"], c["name"]) for c in listed] == [(1, "Cầm Văn Tuấn", "Lò Thị Ngân")]

    province.start()
    terminal.does("sync", passphrase=NEW)
    again = terminal.does("recovery")
    assert again["exists"] is True
    assert again["reference"] != told["reference"]
    assert terminal.refused("recover", "--code", code, "--person", "Ngân") == "code_wrong"


def test_a_code_that_was_read_out_and_not_used_is_replaced_at_the_next_sync(
    province: Province, safe: Safe, terminal: Terminal
):
    safe.make(province)
    terminal.does("sync")
    first = terminal.does("recovery")["reference"]
    terminal.does("sync")
    assert terminal.does("recovery")["reference"] == first
    code = safe.show(province, first)
    terminal.does("sync")
    assert terminal.does("recovery")["reference"] != first
    assert terminal.refused("recover", "--code", code, "--person", "Ngân") == "code_wrong"


def test_the_province_opens_a_vault_with_both_halves_of_its_key_alone(
    province: Province, safe: Safe, terminal: Terminal, tmp_path: Path, logs: ExpectedLogs
):
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    safe.make(province)
    assert terminal.refused("province-open", *safe.halves(0, 1), "--person", "Ngân") == "province_key_wrong"
    terminal.does("sync")
    assert terminal.refused("province-open", *safe.halves(0, 0), "--person", "Ngân") == "shares_differ"
    assert terminal.refused("province-open", *safe.halves(0), "--person", "Ngân") == "shares_differ"
    terminal.does("backup", tmp_path / "stick")
    before = terminal.does("households")["matching"]
    assert terminal.does("province-open", *safe.halves(0, 1), "--person", "Ngân")["name"] == "Lò Thị Ngân"
    assert terminal.does("households", passphrase=NEW)["matching"] == before

    # And a backup of it, on a computer that never had it.
    other = Terminal(Laptop(tmp_path / "other"), terminal.patch)
    opened = other.does("province-open", *safe.halves(0, 1), "--person", "Ún", "--backup", tmp_path / "stick")
    assert opened["name"] == "Lò Văn Ún"
    assert other.does("households", passphrase=NEW)["matching"] == before
    stranger = Safe(tmp_path / "stranger")
    stranger.folder.mkdir()
    administer(
        *("recovery", "make", "--replace", "--data", province.folder, "--out", stranger.folder / "keys"),
        *[word for at in range(3) for word in ("--passphrase-file", stranger.secret(at))],
    )
    third = Terminal(Laptop(tmp_path / "third"), terminal.patch)
    wrong = third.refused(
        "province-open", *stranger.halves(0, 1), "--person", "Ún", "--backup", tmp_path / "stick"
    )
    assert wrong == "province_key_wrong"
    assert not Vault.exists(opening.vault_folder(third.laptop.profile))


def test_the_private_keys_are_not_in_the_server_s_folder_and_codes_not_to_be_read_there(
    province: Province, safe: Safe, terminal: Terminal
):
    safe.make(province)
    terminal.does("sync")
    code = safe.show(province, terminal.does("recovery")["reference"])
    for path in province.folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert code.encode() not in content
        assert b"TCDSTINH1" not in content
    for path in terminal.laptop.profile.rglob("*"):
        assert not path.is_file() or code.encode() not in path.read_bytes()


def test_a_vault_opens_on_a_machine_that_knows_nothing_of_it(terminal: Terminal, tmp_path: Path):
    """D6: nothing of the operating system's account, keychain or machine is needed."""
    moved = tmp_path / "another account"
    terminal.laptop.profile.rename(moved)
    terminal.patch.setenv("HOME", str(tmp_path / "nobody"))
    terminal.patch.setenv("USER", "nobody")
    assert Terminal(Laptop(moved), terminal.patch).does("households")["matching"] == 1


def test_a_key_that_hung_on_the_account_would_be_lost_with_it(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The control of D6: a passphrase that is stretched together with the account's name."""
    real = keyslots._passphrase_key

    def bound(text: str, salt: bytes, memory: int, passes: int) -> bytes:
        return real(f"{text} {os.environ.get('USER', '')}", salt, memory, passes)

    monkeypatch.setattr(keyslots, "_passphrase_key", bound)
    monkeypatch.setenv("USER", "ngan")
    folder = tmp_path / "bound"
    Vault.create(folder, PASSPHRASE, person="Lò Thị Ngân", now=lambda: 1).close()
    Vault.open(folder, PASSPHRASE, now=lambda: 1).close()
    monkeypatch.setenv("USER", "nobody")
    with pytest.raises(UserError, match="passphrase_wrong"):
        Vault.open(folder, PASSPHRASE, now=lambda: 1)


def use_up(laptop: Laptop, days: int) -> None:
    """The program ran on so many days without a word from the province."""
    core = opening.open_vault(laptop.profile, PASSPHRASE, system_clock)
    with core.vault.write() as connection:
        for day in range(days):
            leases.use(connection, f"day {day}", 0)
    core.close()


def test_a_laptop_that_was_away_for_long_opens_again_with_four_words_or_a_sync(
    province: Province, terminal: Terminal
):
    administer("terms", "--data", province.folder, "--lease-days", 7)
    terminal.does("sync")
    assert terminal.does("lease")["days_left"] == 7
    use_up(terminal.laptop, 8)
    assert terminal.refused("households") == "lease_over"
    code, view = terminal.run("lease")
    assert (code, view["over"]) == (5, True)
    words = administer(
        *("lease", "--data", province.folder, "--device", view["device"], "--number", view["number"])
    )["words"]
    assert terminal.refused("lease", "--code", "meo do meo do meo do meo do") == "lease_code_wrong"
    terminal.does("lease", "--code", fold(" ".join(words)))
    assert terminal.does("households")["matching"] == 1
    terminal.does("household-add", "--person", "full_name=Vì Thị Nga")
    use_up(terminal.laptop, 8)
    assert terminal.refused("households") == "lease_over"
    # What was written and not sent finds its way all the same.
    assert terminal.does("status")["status"]["waiting"] > 0
    assert terminal.does("sync")["waiting"] == 0
    assert terminal.does("households")["matching"] == 2


def test_a_revoked_laptop_stops_and_gets_no_four_words(province: Province, terminal: Terminal):
    number = administer("devices", "--data", province.folder)["devices"][0]["device"]
    administer("devices", "--data", province.folder, "--revoke", number)
    code, _answer = terminal.run("sync")
    assert code != 0
    assert terminal.refused("households") == "device_stopped"
    view = terminal.run("lease")[1]
    with pytest.raises(AssertionError, match=r"thu hồi"):
        administer("lease", "--data", province.folder, "--device", number, "--number", view["number"])
