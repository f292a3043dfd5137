"""Papers that leave the vault: what they hold, how the access log hears of them, the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.actions.conftest import COMMUNE, MEMBER
from tongcds import cli, paths
from tongcds.actions import Core, audit, exports, printing
from tongcds.errors import UserError
from tongcds.papers.paper import Paper, Table


@pytest.fixture
def office(commune: Core) -> Core:
    with commune.vault.change(MEMBER) as change:
        for name, phone, left in (
            ("Quàng Văn Bó", "0980004521", None),
            ("Hà Thị An", None, None),
            ("Lò Văn Đi", None, "2020-01-01"),
        ):
            change.writer.create("member", unit_id=COMMUNE, full_name=name, phone=phone, left_on=left)
    return commune


def cells(paper: Paper) -> list[tuple[object, ...]]:
    return [
        row.cells for sheet in paper.sheets for block in sheet.blocks if isinstance(block, Table)
        for row in block.rows
    ]  # fmt: skip


def lines(core: Core) -> list[tuple[str, str, int]]:
    return [(line.kind, line.detail, line.count) for line in reversed(audit.access_log(core).lines)]


def test_members_are_those_who_are_in_the_team_by_given_name(office: Core) -> None:
    found = [row[1] for row in cells(printing.members(office).paper)]
    assert found == ["Hà Thị An", "Quàng Văn Bó", "Lò Thị Ngân"]


def test_phones_are_masked_unless_asked_for_and_asking_is_noted(office: Core) -> None:
    assert "0980004521" not in repr(printing.members(office).paper).replace(" ", "")
    assert lines(office) == []
    assert "0980004521" in repr(printing.members(office, numbers=True).paper).replace(" ", "")
    assert lines(office) == [("reveal", "B14", 3)]


def test_a_saved_paper_is_listed_and_noted_and_its_name_names_nobody(office: Core) -> None:
    path, _changes = printing.save(office, printing.members(office), b"%PDF-")
    assert path.parent == paths.exports_folder()
    assert path.read_bytes() == b"%PDF-"
    assert [(row.kind, row.people, row.name) for row in exports.listed(office)] == [("B14", 3, path.name)]
    assert lines(office) == [("export", "B14", 3)]
    second, _changes = printing.save(office, printing.members(office), b"%PDF-")
    assert second != path


def test_a_folder_that_cannot_be_written_is_said(office: Core, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="export_unwritable"):
        printing.save(office, printing.members(office), b"", tmp_path / "nowhere" / "a.pdf")
    assert exports.listed(office) == ()


def test_what_was_printed_is_noted(office: Core) -> None:
    printing.printed(office, printing.members(office))
    assert lines(office) == [("print", "B14", 3)]


def test_the_command_draws_and_writes(
    office: Core, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "b14.pdf"
    options = cli._parser().parse_args(["print", "members", "--out", str(file), "--json"])
    options.draw = lambda paper: paper.form.encode()
    assert options.command(options, office) == cli.DONE
    assert file.read_bytes() == b"B14"
    answer = json.loads(capsys.readouterr().out)
    assert (answer["file"], answer["people"], answer["sheets"]) == (str(file), 3, 1)
