"""Exporting what can be read of a vault that does not open: one file, what is told, and that it is noted."""

from __future__ import annotations

import ast
import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.scenes import quickly
from tests.meta.rules import sources
from tests.surroundings import FakeClock
from tests.unit.actions.conftest import MEMBER, PASSPHRASE, VILLAGE, enrolled
from tongcds import cli, paths
from tongcds.actions import Core, audit, belated, exports, opening, rescue, salvage
from tongcds.domain.views import Role
from tongcds.errors import UnavailableError, UserError, sentence
from tongcds.storage import belated as notes
from tongcds.storage import journal, keyslots
from tongcds.storage.vault import FILE_NAME

PAGE = 4096
NAMES = ("Hà Thị Xuân", "=HYPERLINK(0)", "Lò Thị Mai")


@pytest.fixture(autouse=True)
def _quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyslots, "_passphrase_key", quickly)


@pytest.fixture(autouse=True)
def logs(logs):
    """Repairs and the export are announced in the log; here they are what is wanted."""
    yield logs
    logs.records[:] = [r for r in logs.records if not r.name.startswith("tongcds.")]


@pytest.fixture
def place(tmp_path: Path, clock: FakeClock) -> Path:
    """A vault with a household and what was done there, copied onto a stick and worked on since."""
    place = tmp_path / "computer"
    core = enrolled(opening.vault_folder(place), Role.TEAM, clock)
    with core.vault.change(MEMBER) as change:
        writer = change.writer
        home = writer.reserve()
        people = [
            writer.create("person", village_id=VILLAGE, household_id=home, full_name=name, birth="1978-02-03",
                          phone="0981234521", sex="female")
            for name in NAMES
        ]  # fmt: skip
        writer.create("household", reserved=home, village_id=VILLAGE, code="HN-0087", head_id=people[0])
        visit = writer.create("visit", village_id=VILLAGE, household_id=home, on="2026-11-03", by_id=MEMBER)
        writer.create("support", village_id=VILLAGE, visit_id=visit, service="DVC-03", person_ids=people[2],
                      result="together")  # fmt: skip
    rescue.backup_to(core, tmp_path / "stick")
    core.close()
    return place


def damage(place: Path) -> None:
    """The database has lost its first page, and there is no backup beside it."""
    path = opening.vault_folder(place) / FILE_NAME
    path.write_bytes(bytes(PAGE) + path.read_bytes()[PAGE:])


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def note_of(place: Path) -> Path:
    return opening.vault_folder(place) / notes.FILE_NAME


def told_of(core: Core) -> list[tuple[str, str, str, int]]:
    return [
        (line.kind, line.detail, line.person, line.count)
        for line in audit.access_log(core).lines
        if line.detail == belated.SALVAGED
    ]


def test_what_can_be_read_goes_into_one_file_with_the_words_a_person_needs(place, clock):
    damage(place)
    told = salvage.salvage(place, PASSPHRASE, clock)
    assert list(paths.exports_folder().iterdir()) == [told.path]
    head, *lines = table(told.path)
    assert head[:4] == ["Loại", "Thôn, bản", "Mã hộ", "Họ và tên"]
    names = [line[3] for line in lines]
    assert names[0] == "Hà Thị Xuân"
    assert sorted(names[1:4]) == sorted(["Hà Thị Xuân", "'=HYPERLINK(0)", "Lò Thị Mai"])
    assert names[4:] == ["Hà Thị Xuân", "Lò Thị Mai"]
    assert {line[2] for line in lines} == {"HN-0087"}
    support = lines[-1]
    assert "03/11/2026" in support
    assert "làm cùng" in support
    assert lines[1][4] == "03/02/1978"
    assert lines[1][7] == "0981234521"
    counts = {one.kind: (one.told, one.from_journal, one.unread) for one in told.kinds}
    assert counts == {
        "household": (1, 1, None), "person": (3, 3, None), "visit": (1, 1, None), "support": (1, 1, None),
    }  # fmt: skip
    assert "không biết được" in " ".join(salvage.words(told))


def test_the_damaged_files_stay_as_they_are(place, clock):
    damage(place)
    folder = opening.vault_folder(place)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    salvage.salvage(place, PASSPHRASE, clock)
    assert {path: path.read_bytes() for path in before} == before


def test_the_next_opening_puts_it_into_the_access_log_and_the_list(place, clock, tmp_path):
    damage(place)
    told = salvage.salvage(place, PASSPHRASE, clock)
    exported_at = clock()
    clock.advance(days=2)
    core = rescue.restore_backup(place, tmp_path / "stick", PASSPHRASE, clock)
    assert told_of(core) == [("export", "salvaged", "Lò Thị Ngân", 3)]
    (listed,) = exports.listed(core)
    assert (listed.kind, listed.people, listed.at) == ("salvaged", 3, exported_at)
    assert Path(listed.folder) / listed.name == told.path
    assert audit.access_log(core).findings == ()
    core.close()
    assert not note_of(place).exists()
    again = opening.open_vault(place, PASSPHRASE, clock)
    assert len(told_of(again)) == 1
    again.close()


def test_a_note_that_outlived_its_line_tells_nothing_twice(place, clock, tmp_path, monkeypatch):
    damage(place)
    salvage.salvage(place, PASSPHRASE, clock)
    with monkeypatch.context() as patch:
        patch.setattr(notes, "forget", lambda _folder: None)
        rescue.restore_backup(place, tmp_path / "stick", PASSPHRASE, clock).close()
    assert note_of(place).exists()
    core = opening.open_vault(place, PASSPHRASE, clock)
    assert len(told_of(core)) == 1
    core.close()


def test_without_the_note_nobody_would_know(place, clock, tmp_path):
    """The control: the note is all that remembers it."""
    damage(place)
    salvage.salvage(place, PASSPHRASE, clock)
    note_of(place).unlink()
    core = rescue.restore_backup(place, tmp_path / "stick", PASSPHRASE, clock)
    assert told_of(core) == []
    core.close()


def test_the_note_is_there_before_the_file_and_says_nothing_to_a_thief(place, clock, monkeypatch):
    damage(place)
    (place / "no folder").touch()
    monkeypatch.setenv(paths.EXPORTS_VARIABLE, str(place / "no folder" / "inside"))
    with pytest.raises(UserError, match="export_unwritable"):
        salvage.salvage(place, PASSPHRASE, clock)
    assert not note_of(place).exists()
    target = place / "exports"
    monkeypatch.setenv(paths.EXPORTS_VARIABLE, str(target))
    write_whole = notes.write_whole

    def watched(path: Path, content: bytes) -> None:
        assert not list(target.iterdir())
        write_whole(path, content)

    monkeypatch.setattr(notes, "write_whole", watched)
    told = salvage.salvage(place, PASSPHRASE, clock)
    assert told.path.name.encode() not in note_of(place).read_bytes()


def test_where_the_note_cannot_be_written_there_is_no_file(place, clock, monkeypatch):
    damage(place)

    def full(_path: Path, _content: bytes) -> None:
        raise UnavailableError("disk_full")

    monkeypatch.setattr(notes, "write_whole", full)
    with pytest.raises(UnavailableError, match="disk_full"):
        salvage.salvage(place, PASSPHRASE, clock)
    assert not list(paths.exports_folder().iterdir())


def test_a_note_of_another_vault_is_left_alone(place, clock):
    note_of(place).write_bytes(b"sealed by somebody else" * 9)
    core = opening.open_vault(place, PASSPHRASE, clock)
    assert told_of(core) == []
    core.close()
    assert note_of(place).exists()


def test_the_note_goes_along_where_the_vault_is_moved_aside(place, clock, tmp_path):
    damage(place)
    salvage.salvage(place, PASSPHRASE, clock)
    rescue.copy_everything(place, tmp_path / "second stick", clock)
    aside = rescue.begin_anew(place, PASSPHRASE, clock)
    assert (aside / notes.FILE_NAME).is_file()
    assert not note_of(place).exists()


def test_a_vault_that_opens_is_not_exported_so(place, clock):
    with pytest.raises(UserError, match="vault_sound"):
        salvage.salvage(place, PASSPHRASE, clock)


def test_a_wrong_passphrase_reads_nothing(place, clock):
    damage(place)
    with pytest.raises(UserError, match="passphrase_wrong"):
        salvage.salvage(place, "tám con chim én nhỏ", clock)
    assert not paths.exports_folder().exists()


def test_where_nothing_can_be_read_there_is_a_sentence_and_no_file(place, clock):
    damage(place)
    (opening.vault_folder(place) / journal.FILE_NAME).unlink()
    with pytest.raises(UserError, match="salvage_nothing") as told:
        salvage.salvage(place, PASSPHRASE, clock)
    assert "Không đọc được gì" in sentence(told.value)
    assert not paths.exports_folder().exists()
    assert not note_of(place).exists()


@pytest.fixture
def command(
    place: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, dict[str, object]]]:
    monkeypatch.setenv(cli.PASSPHRASE_VARIABLE, PASSPHRASE)

    def run(*words: str) -> tuple[int, dict[str, object]]:
        code = cli.main(["--profile", str(place), "--json", *words], clock)
        return code, json.loads(capsys.readouterr().out)

    return run


def test_the_command_warns_first_and_answers_what_was_read(place, command):
    damage(place)
    assert command("rescue-export") == (cli.LOOK, {"file": ""})
    assert not paths.exports_folder().exists()
    code, answer = command("rescue-export", "--yes")
    assert code == cli.LOOK, "nobody knows what could not be read"
    assert Path(answer["file"]).is_file()
    assert answer["kinds"]["person"] == {"told": 3, "from_journal": 3, "unread": None}


def ways_past_the_note(source: str) -> list[str]:
    """Functions that hand out an opened vault without a look at its note; a new vault has none."""
    return [
        function.name
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef) and function.name != "create_vault"
        if any(is_opened(node.value, function) for node in ast.walk(function) if isinstance(node, ast.Return))
    ]


def is_opened(answer: ast.expr | None, function: ast.FunctionDef) -> bool:
    """Whether this is a vault as `Core` opens it, by itself or by a name that it got."""
    if isinstance(answer, ast.Name):
        named = [
            node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and answer.id in map(ast.unparse, node.targets)
        ]
        return any(is_opened(one, function) for one in named if not isinstance(one, ast.Name))
    return isinstance(answer, ast.Call) and ast.unparse(answer.func) == "Core"


def test_however_a_vault_is_opened_its_note_is_looked_at():
    for path in sources("tongcds/actions"):
        assert ways_past_the_note(path.read_text(encoding="utf-8")) == [], path


@pytest.mark.parametrize("way", ["return Core(vault, clock)", "core = Core(vault, clock)\n    return core"])
def test_a_way_past_the_note_would_be_noticed(way):
    assert ways_past_the_note(f"def open_it(vault):\n    {way}") == ["open_it"]
