"""What leaves the vault on purpose: one folder, listed for whoever wrote it, without numbers unless asked."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.unit.actions.conftest import MEMBER, Home, agree
from tongcds import paths
from tongcds.actions import Core, audit, exports
from tongcds.errors import UserError
from tongcds.storage import exports as kept


@pytest.fixture
def numbered(team: Core, home: Home) -> Core:
    with team.vault.change(MEMBER) as change:
        change.writer.update("person", home.people[0], phone="0981234521", id_number="014178000321")
        change.writer.update("person", home.people[1], full_name="=HYPERLINK(1)")
    agree(team, home)
    return team


def rows(path: Path) -> list[list[str]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))


def test_the_register_goes_into_the_one_folder_without_numbers(numbered: Core) -> None:
    done = exports.export_register(numbered)
    path = done.path
    assert path.parent == paths.exports_folder()
    assert done.lines == 3
    written = rows(path)
    assert written[0] == ["Thôn, bản", "Mã hộ", "Họ và tên", "Năm sinh", "Giới tính", "Quan hệ"]
    assert written[1][2] == "Hà Thị Xuân"
    assert "0981234521" not in path.read_text(encoding="utf-8-sig")


def test_numbers_go_along_when_somebody_asks_for_them(numbered: Core) -> None:
    path = exports.export_register(numbered, numbers=True).path
    assert rows(path)[1][-2:] == ["0981234521", "014178000321"]


def test_nothing_in_the_file_is_a_formula(numbered: Core) -> None:
    path = exports.export_register(numbered).path
    assert [row[2] for row in rows(path)].count("'=HYPERLINK(1)") == 1


def test_an_export_is_listed_noted_and_deleted(numbered: Core) -> None:
    first = exports.export_register(numbered).path
    second = exports.export_register(numbered).path
    assert first != second
    assert [(row.name, row.people, row.there) for row in exports.listed(numbered)] == [
        (second.name, 3, True), (first.name, 3, True),
    ]  # fmt: skip
    assert [line.kind for line in audit.access_log(numbered).lines] == ["export", "export"]
    exports.delete(numbered, exports.listed(numbered)[0].export_id)
    assert not second.exists()
    first.unlink()
    assert [row.there for row in exports.listed(numbered)] == [False]


def test_nobody_sees_or_deletes_the_files_of_another_person(numbered: Core, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.csv"
    theirs.write_text("x", encoding="utf-8")
    with numbered.vault.write() as connection:
        kept.add(connection, at=1, who=b"o" * 16, kind="register", path=theirs, people=1)
        (other,) = kept.of(connection, b"o" * 16)
    assert exports.listed(numbered) == ()
    with pytest.raises(UserError, match="export_unknown"):
        exports.delete(numbered, other.id)
    assert theirs.exists()


def test_a_folder_that_cannot_be_made_is_said(
    numbered: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    monkeypatch.setenv(paths.EXPORTS_VARIABLE, str(tmp_path / "file" / "inside"))
    with pytest.raises(UserError, match="export_unwritable"):
        exports.export_register(numbered)
    assert exports.listed(numbered) == ()
