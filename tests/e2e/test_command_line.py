"""Every command of a laptop's command line, as another program would call it: JSON answers and exit codes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import openpyxl
import pytest

import main as program
from tests.e2e import province as provinces
from tests.e2e.province import COMMUNE, PASSPHRASE, SAMPLE, VILLAGES, Laptop, Province
from tests.meta.rules import ROOT
from tongcds import cli
from tongcds.actions import importing, opening
from tongcds.clock import system_clock
from tongcds.errors import SENTENCES


class Terminal:
    """Calls the program's entry point and reads what it says."""

    def __init__(self, profile, capsys, monkeypatch):
        self.profile = profile
        self._capsys = capsys
        self.env = monkeypatch

    def run(self, *words, json_=True):
        self._capsys.readouterr()
        asked = [str(word) for word in words] + ["--profile", str(self.profile)] + ["--json"] * json_
        code = program.main(asked)
        said = self._capsys.readouterr()
        assert "Traceback" not in said.err
        return code, json.loads(said.out) if json_ and said.out else said.out or said.err

    def does(self, *words, code=cli.DONE):
        ended, answer = self.run(*words)
        assert ended == code, answer
        return answer

    def refuses(self, error, *words, code=cli.USER):
        answer = self.does(*words, code=code)
        assert answer["error"] == error
        assert error in SENTENCES
        assert "{" not in answer["message"]
        ended, plain = self.run(*words, json_=False)
        assert (ended, plain.strip()) == (code, answer["message"])


@pytest.fixture
def terminal(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv(cli.PASSPHRASE_VARIABLE, PASSPHRASE)
    return Terminal(tmp_path / "profile", capsys, monkeypatch)


@pytest.fixture(scope="module")
def prepared(founded, tmp_path_factory):
    """A server, and the commune's profile before and after the import of the register; to be copied."""
    folder = tmp_path_factory.mktemp("prepared")
    served = Province(folder / "server", provinces.free_port())
    shutil.copytree(founded, served.folder)
    served.start()
    served.invite(COMMUNE, "Cà Thị Hương", folder / "commune.tcds", url=served.url)
    with pytest.MonkeyPatch.context() as patch:
        provinces.cheaply(patch)
        core = Laptop(folder / "commune").enrolled(folder / "commune.tcds", "Cà Thị Hương")
        core.runner.exchange_now()
        core.close()
        shutil.copytree(folder / "commune", folder / "register")
        core = Laptop(folder / "register").opened()
        importing.apply_import(core, importing.prepare_import(core, SAMPLE))
        core.close()
    served.stop()
    return served


@pytest.fixture
def commune(terminal, prepared, monkeypatch):
    """The terminal of a commune that is enrolled and has no households yet."""
    provinces.cheaply(monkeypatch)
    shutil.copytree(prepared.folder.parent / "commune", terminal.profile)
    return terminal


@pytest.fixture
def register(terminal, prepared, monkeypatch):
    """The same with the sample register in it, which the server has not heard of."""
    provinces.cheaply(monkeypatch)
    shutil.copytree(prepared.folder.parent / "register", terminal.profile)
    return terminal


@pytest.fixture
def server(prepared, tmp_path):
    """The server of both."""
    served = Province(tmp_path / "server", prepared.port)
    shutil.copytree(prepared.folder, served.folder)
    served.start()
    yield served
    served.stop()


def test_enrolling_makes_the_vault_and_says_who_it_belongs_to(terminal, province, tmp_path):
    file = tmp_path / "team.tcds"
    made = province.invite(VILLAGES[0], "Lò Thị Ngân", file, url=province.url)
    terminal.refuses("file_missing", "enrol", "--file", tmp_path / "none.tcds")
    terminal.refuses("invitation_damaged", "enrol", "--code", "much too short", "--url", province.url)
    who = terminal.does("enrol", "--code", made["code"], "--url", province.url)
    assert (who["person"], who["role"], who["unit_name"]) == ("Lò Thị Ngân", "team", VILLAGES[0])
    assert terminal.does("sync")["waiting"] == 0
    terminal.refuses("already_enrolled", "enrol", "--file", file)


def test_a_preview_writes_nothing_and_an_import_can_be_taken_back(commune):
    preview = commune.does("import", SAMPLE)
    assert (preview["households_new"], preview["rows_doubtful"]) == (150, 0)
    assert commune.does("households")["households"] == 0
    done = commune.does("import", SAMPLE, "--apply")
    assert (done["households"], done["people"]) == (150, 606)
    again = commune.does("import", SAMPLE)
    assert (again["households_new"], again["households_same"]) == (0, 150)
    (past,) = commune.does("imports")["imports"]
    assert (past["import_id"], past["people"], past["undone_at"]) == (done["import_id"], 606, None)
    assert commune.does("undo-import", past["import_id"])["kept"] == 0
    assert commune.does("imports")["imports"][0]["undone_at"]
    assert commune.does("households")["households"] == 0
    commune.refuses("import_not_undoable", "undo-import", done["import_id"])
    commune.refuses("import_unknown", "undo-import", "no number")


def test_an_import_with_visits_on_top_keeps_those_households(register):
    register.does("log", "--household", "CM-0001", "--service", "PY01")
    (done,) = register.does("status")["imports"]
    undone = register.does("undo-import", done["import_id"], code=cli.LOOK)
    assert undone["kept"] == 1
    assert register.does("households")["households"] == 1


def test_rows_to_look_at_are_said_in_the_exit_code(commune, tmp_path):
    book = openpyxl.load_workbook(SAMPLE)
    book.active["H2"] = "12345"
    book.save(tmp_path / "doubtful.xlsx")
    preview = commune.does("import", tmp_path / "doubtful.xlsx", code=cli.LOOK)
    assert (preview["households_new"], preview["rows_doubtful"]) == (150, 1)


def test_a_preview_says_how_many_rows_are_wrong_and_left_out(commune, tmp_path, capsys):
    book = openpyxl.load_workbook(SAMPLE)
    book.active["C3"] = None
    book.save(tmp_path / "wrong.xlsx")
    words = ("--profile", str(commune.profile), "--language", "en", "import", str(tmp_path / "wrong.xlsx"))
    assert program.main(list(words)) == cli.LOOK
    told = capsys.readouterr().out
    assert "0 rows to look at" in told
    assert "1 row wrong, left out" in told


def test_households_are_found_without_marks(register):
    found = register.does("households", "vi van keo")
    assert [row["code"] for row in found["rows"]] == ["CM-0064", "CM-0001"]
    assert register.does("households", "CM-0002")["rows"][0]["head_name"] == "Cà Văn Ánh"
    assert register.does("households", "zzz")["rows"] == []


def test_a_visit_is_logged_with_people_results_and_the_next_appointment(register):
    saved = register.does(
        *("log", "--household", "CM-0001", "--person", "kẻo", "--person", "noi"),
        *("--service", "PY01=alone", "--service", "IN03", "--on", "2026-11-20"),
        *("--minutes", "25", "--note", "hẹn mang giấy tờ", "--again", "2030-01-31"),
    )
    assert [support["result"] for support in saved["supports"]] == ["alone", "together"]
    assert [len(support["person_ids"]) for support in saved["supports"]] == [2, 2]
    assert (saved["on"], saved["follow_up_on"]) == ("2026-11-20", "2030-01-31")
    waiting = dict(register.does("status")["waiting_by_type"])
    assert (waiting["visit"], waiting["support"], waiting["follow_up"]) == (1, 2, 2)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("household_unclear", ["--household", "thi", "--service", "PY01"]),
        ("household_unclear", ["--household", "nobody", "--service", "PY01"]),
        ("person_unclear", ["--household", "CM-0001", "--person", "zzz", "--service", "PY01"]),
        ("person_unclear", ["--household", "CM-0001", "--person", "vi", "--service", "PY01"]),
        ("service_unknown", ["--household", "CM-0001", "--service", "XX99"]),
        ("result_unknown", ["--household", "CM-0001", "--service", "PY01=maybe"]),
        ("date_invalid", ["--household", "CM-0001", "--service", "PY01", "--on", "31/12/2026"]),
        ("date_in_future", ["--household", "CM-0001", "--service", "PY01", "--on", "2099-01-01"]),
    ],
)
def test_a_visit_that_is_unclear_is_refused_and_not_saved(register, error, words):
    before = register.does("status")["status"]["waiting"]
    register.refuses(error, "log", *words)
    assert register.does("status")["status"]["waiting"] == before


def test_sync_says_what_it_did_and_status_remembers(register, server):
    synced = register.does("sync")
    assert (synced["sent"], synced["waiting"], synced["returned"], synced["conflicts"]) == (756, 0, 0, 0)
    view = register.does("status")
    assert view["server_url"] == server.url
    assert [row["outcome"] for row in view["history"]] == ["done", "done"]
    server.stop()
    register.does("log", "--household", "CM-0001", "--service", "PY01")
    register.refuses("server_unreachable", "sync", code=cli.UNAVAILABLE)
    assert register.does("status")["status"]["waiting"] > 0


def test_figures_are_those_of_the_role(register):
    view = register.does("figures")
    assert [tile["figure"]["indicator"] for tile in view["tiles"]] == ["XHS01", "XHS04", "XHS09", "XHS11"]
    assert sorted(row["name"] for row in view["rows"]) == sorted(VILLAGES)
    ended, words = register.run("figures", json_=False)
    assert ended == cli.DONE
    assert VILLAGES[0] in words


def test_a_wrong_passphrase_an_empty_folder_and_a_vault_in_use_have_their_codes(register, tmp_path):
    register.env.setenv(cli.PASSPHRASE_VARIABLE, "something else entirely")
    register.refuses("passphrase_wrong", "status")
    file = tmp_path / "passphrase.txt"
    file.write_text(PASSPHRASE + "\n", "utf-8")
    register.does("status", "--passphrase-file", file)
    register.refuses("file_missing", "status", "--passphrase-file", tmp_path / "none.txt")
    register.env.setenv(cli.PASSPHRASE_VARIABLE, PASSPHRASE)
    other = Terminal(tmp_path / "empty", register._capsys, register.env)
    assert other.run("status")[1]["error"] == "vault_missing"


def test_an_open_vault_is_not_opened_twice(commune):
    opened = opening.open_vault(commune.profile, PASSPHRASE, system_clock)
    try:
        commune.refuses("vault_in_use", "status", code=cli.UNAVAILABLE)
    finally:
        opened.close()


@pytest.mark.parametrize(
    ("error", "name", "content"),
    [
        ("file_missing", None, b""),
        ("file_damaged", "empty.xlsx", b""),
        ("file_damaged", "cut.xlsx", SAMPLE.read_bytes()[:9000]),
        ("file_not_spreadsheet", "report.xlsx", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"),
    ],
)
def test_a_file_that_is_no_register_is_refused_with_its_reason(commune, tmp_path, error, name, content):
    file = tmp_path / (name or "nothing.xlsx")
    if name:
        file.write_bytes(content)
    commune.refuses(error, "import", file)
    commune.refuses(error, "import", file, "--apply")
    assert commune.does("households")["households"] == 0


def test_a_wrong_command_line_says_how_it_is_used(terminal, capsys):
    for words in ([], ["bake"], ["log"], ["sync", "--backwards"], ["demo", "--role", "king"]):
        assert cli.main(words) == cli.USAGE
    assert "usage:" in capsys.readouterr().err


def test_options_may_stand_before_the_command_too(commune, capsys):
    profile = str(commune.profile)
    assert program.main(["--json", "--profile", profile, "--language", "en", "status"]) == cli.DONE
    assert json.loads(capsys.readouterr().out)["status"]["waiting"] == 0


def test_language_decides_the_words_and_never_the_codes(terminal):
    said = {}
    for language in ("vi", "en"):
        code, answer = terminal.run("status", "--language", language)
        assert (code, answer["error"]) in {(cli.USER, "vault_missing"), (cli.UNAVAILABLE, "vault_missing")}
        said[language] = answer["message"]
    assert said["vi"] != said["en"]


def test_the_program_as_a_process_ends_with_the_same_codes(terminal):
    opening.create_vault(terminal.profile, PASSPHRASE, "Lò Thị Ngân", system_clock).close()

    def process(*words):
        return subprocess.run(
            [sys.executable, "main.py", *words, "--json", "--profile", str(terminal.profile)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    done = process("status")
    assert (done.returncode, done.stderr) == (cli.DONE, "")
    assert json.loads(done.stdout)["status"]["waiting"] == 0
    assert process("bake").returncode == cli.USAGE
    refused = process("sync")
    assert (refused.returncode, json.loads(refused.stdout)["error"]) == (cli.USER, "not_enrolled")
