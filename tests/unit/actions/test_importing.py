"""A register brought in, as a whole or not at all, and taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.unit.actions.conftest import COMMUNE, MEMBER
from tests.unit.actions.test_visits import rows
from tongcds.actions import Core, column_memory, importing, register, visits
from tongcds.domain.views import HouseholdFilter, Result, SupportEntry, VisitEntry
from tongcds.errors import CancelledError, UserError

DATA = Path(__file__).parents[2] / "data" / "imports"
CLEAN, MESSY = DATA / "ho-dan-sach.xlsx", DATA / "ho-dan-cu.xlsx"


def bring_in(core: Core, path: Path = MESSY) -> bytes:
    row, _changes = importing.apply_import(core, importing.prepare_import(core, path))
    return row.import_id


def test_a_commune_imports_a_whole_register_with_its_villages(commune: Core) -> None:
    prepared = importing.prepare_import(commune, MESSY)
    assert (prepared.preview.households_new, prepared.preview.people_to_write) == (60, 235)
    bring_in(commune)
    assert (len(rows(commune, "household")), len(rows(commune, "person"))) == (60, 235)
    names = {str(row["name"]) for row in rows(commune, "village") if row["commune_id"] == COMMUNE}
    assert names >= {"Thôn Tràng Cát", "Thôn Kha", "Thôn Buồng"}
    heads = {row["head_id"] for row in rows(commune, "household")}
    assert heads <= {row["id"] for row in rows(commune, "person")}


def test_importing_the_same_file_again_changes_nothing(commune: Core) -> None:
    bring_in(commune)
    again = importing.prepare_import(commune, MESSY).preview
    assert (again.households_new, again.households_changed, again.households_same) == (0, 0, 60)


def test_a_team_is_told_of_rows_of_other_villages_and_takes_none_of_them(team: Core) -> None:
    preview = importing.prepare_import(team, CLEAN).preview
    assert preview.households_to_write == 0
    assert len(preview.villages_missing) == 5


def test_a_cancelled_import_leaves_nothing(commune: Core) -> None:
    prepared = importing.prepare_import(commune, MESSY)
    steps: list[int] = []

    def cancelled() -> bool:
        return len(steps) >= 1

    with pytest.raises(CancelledError):
        importing.apply_import(commune, prepared, lambda done, _total: steps.append(done), cancelled)
    assert not rows(commune, "household")
    assert len(rows(commune, "village")) == 1


def test_taking_an_import_back_leaves_the_register_as_it_was(commune: Core) -> None:
    import_id = bring_in(commune)
    undone, _changes = importing.undo_import(commune, import_id)
    assert (undone.removed, undone.kept) == (60 + 235 + 3, 0)
    assert not rows(commune, "household")
    assert not rows(commune, "person")
    with pytest.raises(UserError, match="import_not_undoable"):
        importing.undo_import(commune, import_id)


def test_what_was_edited_or_visited_since_stays_when_an_import_is_taken_back(commune: Core) -> None:
    import_id = bring_in(commune)
    first, second = register.households(commune, HouseholdFilter()).rows[:2]
    people = visits.people(commune, first.household_id)
    entry = VisitEntry(
        first.household_id, commune.today, (SupportEntry("SE01", (people[0].person_id,), Result.ALONE),)
    )
    visits.save_visit(commune, entry)
    with commune.vault.change(MEMBER) as change:
        change.writer.update("household", second.household_id, note="đã sửa tay")
    undone, _changes = importing.undo_import(commune, import_id)
    assert undone.kept == 2
    assert {row["id"] for row in rows(commune, "household")} == {first.household_id, second.household_id}
    left = {row["household_id"] for row in rows(commune, "person")}
    assert left == {first.household_id, second.household_id}


def test_an_import_that_changed_a_value_gives_the_former_one_back(commune: Core) -> None:
    bring_in(commune)
    row = register.households(commune, HouseholdFilter()).rows[0]
    person = visits.people(commune, row.household_id)[0].person_id
    with commune.vault.change(MEMBER) as change:
        before = change.writer.value_of("person", person, "phone")
        change.writer.update("person", person, phone="0990000000")
    second = bring_in(commune)
    with commune.vault.change(MEMBER) as change:
        assert change.writer.value_of("person", person, "phone") == (before or "0990000000")
    importing.undo_import(commune, second)
    with commune.vault.change(MEMBER) as change:
        assert change.writer.value_of("person", person, "phone") == "0990000000"


@pytest.mark.parametrize("damage", ["missing", "cut", "text"])
def test_a_file_that_is_no_register_is_refused_and_changes_nothing(
    commune: Core, tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "so.xlsx"
    if damage == "cut":
        path.write_bytes(MESSY.read_bytes()[:9000])
    elif damage == "text":
        path.write_bytes(b"%PDF-1.7 \x00\x01")
    with pytest.raises(UserError) as refused:
        importing.prepare_import(commune, path)
    assert (
        refused.value.code
        == {"missing": "file_missing", "cut": "file_damaged", "text": "file_not_spreadsheet"}[damage]
    )
    assert not rows(commune, "household")


def contacts(path: Path, title: str = "Hộ dân") -> Path:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in (["STT", "Họ và tên", "Năm sinh", "Liên lạc"], [1, "Lò Văn Ánh", 1980, "0912000145"]):
        book.active.append(row)
    book.save(path)
    return path


def phones(prepared: importing.PreparedImport) -> list[str | None]:
    return [member.phone for home in prepared.register.households for member in home.members]


@pytest.mark.parametrize(
    "said",
    [{"column_mapping": {("Hộ dân", "D"): "phone"}}, {"column_names": {"LIÊN LẠC": "phone"}}],
    ids=["by letter", "by heading"],
)
def test_what_a_column_means_is_remembered_for_files_with_the_same_headings_until_forgotten(
    commune: Core, tmp_path: Path, said: dict[str, Any]
) -> None:
    path = contacts(tmp_path / "a.xlsx")
    assert phones(importing.prepare_import(commune, path)) == [None]
    prepared = importing.prepare_import(commune, path, **said)
    assert (phones(prepared), prepared.preview.remembered_on) == (["0912000145"], None)
    importing.apply_import(commune, prepared)

    later = importing.prepare_import(commune, contacts(tmp_path / "b.xlsx", "Trang khác"))
    assert (phones(later), later.preview.remembered_on) == (["0912000145"], commune.today)
    other = importing.prepare_import(
        commune, contacts(tmp_path / "c.xlsx"), column_mapping={("Hộ dân", "D"): ""}
    )
    assert phones(other) == [None]

    column_memory.forget_columns(commune, later.register)
    assert phones(importing.prepare_import(commune, path)) == [None]


def test_a_header_that_nobody_knows_is_shown_once_and_known_in_the_next_file(
    commune: Core, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "Hộ dân"
    for row in (["Danh sách"], ["Người trong nhà", "Máy"], ["Lò Văn Ánh", "0912000145"]):
        book.active.append(row)
    book.save(path)
    with pytest.raises(UserError, match="no_register"):
        importing.prepare_import(commune, path)
    (sheet,) = importing.peek_import(commune, path)
    columns = {("Hộ dân", "A"): "full_name", ("Hộ dân", "B"): "phone"}
    said = importing.prepare_import(
        commune, path, header_rows={sheet.name: sheet.header_row}, column_mapping=columns
    )
    importing.apply_import(commune, said)
    later = importing.prepare_import(commune, path)
    assert (phones(later), later.preview.remembered_on) == (["0912000145"], commune.today)
    column_memory.forget_columns(commune, later.register)
    with pytest.raises(UserError, match="no_register"):
        importing.prepare_import(commune, path)


def test_a_preview_alone_remembers_nothing(commune: Core, tmp_path: Path) -> None:
    path = contacts(tmp_path / "a.xlsx")
    importing.prepare_import(commune, path, column_mapping={("Hộ dân", "D"): "phone"})
    assert phones(importing.prepare_import(commune, path)) == [None]
