"""A vault leaves its computer for good: when it may, who may say so, and what is said about it."""

from __future__ import annotations

import json

import pytest

from tests.faults.scenes import quickly
from tests.pictures import jpeg
from tests.unit.actions.conftest import MEMBER, PASSPHRASE, VILLAGE, core_of, enrolled, home, team
from tongcds import cli
from tongcds.actions import audit, doorstep, opening, people, register, rescue, retirement, visits
from tongcds.actions.retirement import Order, confirmation
from tongcds.domain.views import Role
from tongcds.errors import UnavailableError, UserError, sentence
from tongcds.i18n import set_language
from tongcds.replica import acknowledge, load_identity
from tongcds.storage import keyslots, outside
from tongcds.storage import retirement as storage_retirement
from tongcds.storage.keyslots import About
from tongcds.storage.vault import Vault

__all__ = ["core_of", "home", "team"]

SECOND = "bảy cái gùi mới đan"
THIRD = "năm con gà trống choai"
OWN = Order("xoá kho", PASSPHRASE)


@pytest.fixture(autouse=True)
def _no_server(monkeypatch):
    """Nobody answers at the address of these vaults; what a server does is in `tests/e2e`."""
    monkeypatch.setattr(keyslots, "_passphrase_key", quickly)

    def unreachable(_core):
        raise UnavailableError("server_unreachable")

    monkeypatch.setattr("tongcds.actions.retirement.syncing.sync_now", unreachable)


def receive(core):
    """The server has everything."""
    with core.vault.write() as connection:
        me = load_identity(connection, now=core.now)
        acknowledge(connection, me, me.next_n - 1)


def let_in(core, name, passphrase):
    """Another person with a passphrase of their own."""
    code = people.invite_person(core, name)[0].code
    invited = core.vault.slots.open(code, now=core.now)
    core.vault.slots.set_passphrase(invited, passphrase)


def refused(core, order):
    with pytest.raises(UserError) as problem:
        retirement.retire(core, order)
    assert not storage_retirement.is_decided(core.vault.folder)
    assert Vault.exists(core.vault.folder)
    return problem.value


def lines(core):
    return [line.kind for line in audit.access_log(core).lines]


def test_what_waits_is_told_in_numbers_and_holds_the_vault(team, home):
    visits.save_draft(team, "visit", {"note": "đang gõ dở"})
    there = retirement.stock(team)
    assert (there.households, there.people, there.drafts, there.files) == (1, 3, 1, 0)
    assert there.writes == 4
    words = " ".join(retirement.stock_words(there))
    assert "số thay đổi: 4" in words
    problem = refused(team, OWN)
    # The line that says so waits with the rest.
    assert (problem.code, problem.params) == ("unsent_retire", {"count": 5, "files": 0})
    assert "5" in sentence(problem)
    assert lines(team)[0] == "retire"


def test_a_backup_elsewhere_lets_it_go_with_the_line_that_says_so(team, home, tmp_path, logs):
    refused(team, OWN)
    rescue.backup_to(team, tmp_path / "stick")
    gone = retirement.retire(team, OWN)
    assert (gone.writes, gone.files, gone.households) == (0, 0, 1)
    retirement.complete(team)
    assert not Vault.exists(team.vault.folder)
    with pytest.raises(UnavailableError, match="vault_missing"):
        Vault.open(team.vault.folder, PASSPHRASE, now=team.now)
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    again = rescue.restore_backup(tmp_path / "new", tmp_path / "stick", PASSPHRASE, team.clock)
    assert "retire" in lines(again)
    assert register.household(again, home.household).code == "HN-0087"
    again.close()


def test_what_was_written_after_the_backup_holds_it_again(team, home, tmp_path):
    refused(team, OWN)
    rescue.backup_to(team, tmp_path / "stick")
    with team.vault.change(MEMBER) as change:
        change.writer.update("household", home.household, address="Khu 2")
    assert refused(team, OWN).params == {"count": 1, "files": 0}


def test_a_backup_into_the_vault_itself_is_none(team, home):
    with pytest.raises(UserError, match="stick_unwritable"):
        rescue.backup_to(team, team.vault.folder / "stick")


def test_receipts_let_it_go_and_a_photo_without_one_does_not(team, home):
    refused(team, OWN)
    content = jpeg(3_000)
    digest = team.vault.attachments.keep(content)
    with team.vault.change(MEMBER) as change:
        change.writer.create(
            "attachment", village_id=VILLAGE, subject="household", subject_id=home.household, hash=digest,
            size=len(content), media_type="image/jpeg", name="anh.jpg",
        )  # fmt: skip
    receive(team)
    problem = refused(team, OWN)
    assert problem.params == {"count": 0, "files": 1}
    with team.vault.write() as connection:
        from tongcds.storage import attachment_notes

        attachment_notes.confirmed(connection, team.vault.attachments.name_of(digest), team.now())
    retirement.retire(team, OWN)
    retirement.complete(team)
    assert not Vault.exists(team.vault.folder)


def test_without_the_refusal_it_would_be_gone(team, home, monkeypatch):
    """The control."""
    monkeypatch.setattr(outside, "only_here", lambda *_: outside.Only())
    retirement.retire(team, OWN)
    retirement.complete(team)
    assert not Vault.exists(team.vault.folder)


@pytest.mark.parametrize("word", ["", "xoá", "xoa kho nay", "có"])
def test_it_never_happens_without_the_word(team, word):
    receive(team)
    assert refused(team, Order(word, PASSPHRASE)).code == "retire_unconfirmed"
    assert lines(team) == []


def test_the_word_counts_with_marks_or_without_and_in_both_languages(team):
    assert confirmation() == "xóa kho"
    refused(team, Order("XOA KHO", PASSPHRASE))
    set_language("en")
    refused(team, Order("remove vault", PASSPHRASE))
    assert lines(team) == ["retire"]


def test_wrong_passphrases_make_the_next_try_wait_and_nothing_else(team, clock):
    receive(team)
    codes = [refused(team, Order("xoá kho", "sai sai sai sai")).code for _ in range(6)]
    assert codes[:4] == ["passphrase_wrong"] * 4
    assert codes[4:] == ["passphrase_wait"] * 2
    assert lines(team) == []


def test_only_the_lead_may_alone(team, home):
    let_in(team, "Lò Văn Ún", SECOND)
    receive(team)
    team.session = team.vault.slots.open(SECOND, now=team.now)
    assert not retirement.stock(team).alone
    assert refused(team, Order("xoá kho", PASSPHRASE)).code == "passphrase_wrong"
    assert refused(team, Order("xoá kho", SECOND)).code == "only_lead"


def test_two_people_may_give_up_what_is_nowhere_else(team, home, logs):
    let_in(team, "Lò Văn Ún", SECOND)
    assert retirement.stock(team).others == 1
    gone = retirement.retire(team, Order("xoá kho", PASSPHRASE, SECOND))
    assert gone.writes > 4
    line = audit.access_log(team).lines[0]
    assert (line.kind, line.detail) == ("retire", "two")
    retirement.complete(team)
    assert not Vault.exists(team.vault.folder)


def test_one_person_is_not_two(team, home, clock):
    for passphrase in (PASSPHRASE, "ai cũng được nhé"):
        assert refused(team, Order("xoá kho", PASSPHRASE, passphrase)).code == "second_same"
    # A second way in of the same person, and the four words of somebody who never came.
    team.vault.slots.add_person(THIRD, About("Lò Thị Ngân", MEMBER))
    assert refused(team, Order("xoá kho", PASSPHRASE, THIRD)).code == "second_same"
    code = people.invite_person(team, "Lò Văn Ún")[0].code
    assert refused(team, Order("xoá kho", PASSPHRASE, code)).code == "second_same"
    assert retirement.stock(team).others == 0


def test_what_was_opened_yesterday_is_counted_before(team, home, clock):
    register.household(team, home.household)
    audit.keep_views(team)
    clock.advance(days=1)
    refused(team, OWN)
    assert lines(team)[:2] == ["retire", "day"]


def test_a_start_after_a_cut_finishes_and_leaves_an_empty_computer(tmp_path, clock):
    core = enrolled(opening.vault_folder(tmp_path), Role.TEAM, clock)
    receive(core)
    refused(core, OWN)
    receive(core)
    retirement.retire(core, OWN)
    core.close()
    assert not opening.vault_exists(tmp_path)
    doorstep.finish_retirement(tmp_path)
    assert {path.name for path in opening.vault_folder(tmp_path).iterdir()} == {"vault.lock"}
    opening.create_vault(tmp_path, SECOND, "Lò Văn Ún", clock).close()
    doorstep.finish_retirement(tmp_path)
    opening.open_vault(tmp_path, SECOND, clock).close()


# ---- without a window


@pytest.fixture
def run(tmp_path, clock, capsys, monkeypatch):
    monkeypatch.setenv("TONGCDS_PASSPHRASE", PASSPHRASE)

    def do(*words):
        code = cli.main([*words, "--json", "--profile", str(tmp_path)], clock)
        return code, json.loads(capsys.readouterr().out)

    return do


def test_the_command_tells_first_and_removes_when_it_is_told_the_word(tmp_path, clock, run):
    enrolled(opening.vault_folder(tmp_path), Role.TEAM, clock).close()
    code, told = run("retire")
    assert (code, told["removed"], told["writes"]) == (cli.LOOK, False, 0)
    assert run("retire", "--word", "xoa")[1]["error"] == "retire_unconfirmed"
    assert run("retire", "--word", "xoa kho")[1]["error"] == "unsent_retire"
    assert run("backup", str(tmp_path / "stick"))[0] == cli.DONE
    code, told = run("retire", "--word", "xoa kho")
    assert (code, told["removed"]) == (cli.DONE, True)
    assert run("households")[1]["error"] == "vault_missing"


def test_two_people_by_command(tmp_path, clock, run, monkeypatch):
    core = enrolled(opening.vault_folder(tmp_path), Role.TEAM, clock)
    let_in(core, "Lò Văn Ún", SECOND)
    core.close()
    second = tmp_path / "second"
    second.write_text("sai sai sai\n", encoding="utf-8")
    words = ("retire", "--word", "xoa kho", "--second-passphrase-file", str(second))
    assert run(*words)[1]["error"] == "second_same"
    second.write_text(SECOND + "\n", encoding="utf-8")
    assert run(*words)[1]["removed"] is True
    assert not opening.vault_exists(tmp_path)
