"""A register brought in, as a whole or not at all, and taken back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.unit.actions.conftest import COMMUNE, MEMBER
from tests.unit.actions.test_visits import rows
from tongcds.actions import Core, column_memory, importing, poverty, register, visits
from tongcds.domain.views import (
    HouseholdFilter,
    ImportChoices,
    PovertyClass,
    Result,
    SupportEntry,
    VisitEntry,
)
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
    [{"choices": ImportChoices(columns={("Hộ dân", "D"): "phone"})}, {"column_names": {"LIÊN LẠC": "phone"}}],
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
        commune, contacts(tmp_path / "c.xlsx"), ImportChoices(columns={("Hộ dân", "D"): ""})
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
        commune, path, ImportChoices(header_rows={sheet.name: sheet.header_row}, columns=columns)
    )
    importing.apply_import(commune, said)
    later = importing.prepare_import(commune, path)
    assert (phones(later), later.preview.remembered_on) == (["0912000145"], commune.today)
    column_memory.forget_columns(commune, later.register)
    with pytest.raises(UserError, match="no_register"):
        importing.prepare_import(commune, path)


def test_a_preview_alone_remembers_nothing(commune: Core, tmp_path: Path) -> None:
    path = contacts(tmp_path / "a.xlsx")
    importing.prepare_import(commune, path, ImportChoices(columns={("Hộ dân", "D"): "phone"}))
    assert phones(importing.prepare_import(commune, path)) == [None]


def poor_list(path: Path, *said: str, title: str = "") -> Path:
    """A list of two households in the village of the tests, marked as poor or not."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Hộ nghèo"
    if title:
        sheet.append([title])
    sheet.append(["STT", "Họ và tên chủ hộ", "Năm sinh", "Diện hộ"])
    for at, (name, birth) in enumerate((("Lò Văn Pản", 1970), ("Cà Thị Hương", 1981))):
        sheet.append([at + 1, name, birth, said[at]])
    book.save(path)
    return path


def classes(core: Core, name: str) -> list[tuple[str | None, date | None, str]]:
    found = next(row for row in register.households(core, HouseholdFilter()).rows if row.head_name == name)
    course = poverty.history(core, found.household_id)
    return [(one.poverty, one.valid_from, one.decision_no) for one in course]


def field_of(core: Core, name: str) -> str | None:
    found = next(row for row in register.households(core, HouseholdFilter()).rows if row.head_name == name)
    return register.household(core, found.household_id).poverty


MAN, WOMAN = "Lò Văn Pản", "Cà Thị Hương"
DECISION = "(Kèm theo Quyết định số 123/QĐ-UBND ngày 15/12/2025 của UBND xã)"


@pytest.fixture
def two_homes(team: Core, tmp_path: Path) -> Core:
    bring_in(team, poor_list(tmp_path / "before.xlsx", "Hộ nghèo", ""))
    return team


def test_a_class_that_an_import_changes_holds_since_the_decision_in_the_title(
    two_homes: Core, tmp_path: Path
) -> None:
    path = poor_list(tmp_path / "2025.xlsx", "Hộ cận nghèo", "", title=DECISION)
    prepared = importing.prepare_import(two_homes, path)
    shown = prepared.preview
    assert (shown.poverty_changes, shown.held_on, shown.decision_no) == (
        1, date(2025, 12, 15), "123/QĐ-UBND",
    )  # fmt: skip
    importing.apply_import(two_homes, prepared)
    assert classes(two_homes, MAN) == [
        ("near_poor", date(2025, 12, 15), "123/QĐ-UBND"), ("poor", None, ""),
    ]  # fmt: skip
    assert classes(two_homes, WOMAN) == []
    assert field_of(two_homes, MAN) == "near_poor"
    assert [row.poverty for row in poverty.poor(two_homes, date(2025, 12, 14))] == ["poor"]
    assert [row.poverty for row in poverty.poor(two_homes, two_homes.today)] == ["near_poor"]


def test_a_file_without_a_day_holds_as_of_today_unless_somebody_says_another(
    two_homes: Core, tmp_path: Path
) -> None:
    path = poor_list(tmp_path / "undated.xlsx", "Hộ cận nghèo", "")
    assert importing.prepare_import(two_homes, path).held_on == two_homes.today
    said = ImportChoices(held_on=date(2026, 1, 1), decision_no="9/QĐ")
    importing.apply_import(two_homes, importing.prepare_import(two_homes, path, said))
    assert classes(two_homes, MAN)[0] == ("near_poor", date(2026, 1, 1), "9/QĐ")
    with pytest.raises(UserError, match="date_in_future"):
        importing.prepare_import(two_homes, path, ImportChoices(held_on=date(2126, 1, 1)))


def test_an_older_register_does_not_change_what_holds_today(two_homes: Core, tmp_path: Path) -> None:
    newer = poor_list(tmp_path / "2026.xlsx", "Hộ cận nghèo", "")
    said = ImportChoices(held_on=date(2026, 6, 1))
    importing.apply_import(two_homes, importing.prepare_import(two_homes, newer, said))
    older = poor_list(tmp_path / "2024.xlsx", "Hộ cận nghèo", "Hộ nghèo")
    said = ImportChoices(held_on=date(2024, 1, 1))
    importing.apply_import(two_homes, importing.prepare_import(two_homes, older, said))
    assert [row[:2] for row in classes(two_homes, MAN)] == [
        ("near_poor", date(2026, 6, 1)), ("near_poor", date(2024, 1, 1)), ("poor", None),
    ]  # fmt: skip
    assert field_of(two_homes, MAN) == "near_poor"
    assert [row[:2] for row in classes(two_homes, WOMAN)] == [("poor", date(2024, 1, 1)), ("none", None)]


def test_the_same_list_again_changes_no_class(two_homes: Core, tmp_path: Path) -> None:
    path = poor_list(tmp_path / "2025.xlsx", "Hộ cận nghèo", "", title=DECISION)
    bring_in(two_homes, path)
    assert importing.prepare_import(two_homes, path).preview.poverty_changes == 0


def test_taking_an_import_back_takes_its_classes_back(two_homes: Core, tmp_path: Path) -> None:
    path = poor_list(tmp_path / "2025.xlsx", "Hộ cận nghèo", "", title=DECISION)
    importing.undo_import(two_homes, bring_in(two_homes, path))
    assert classes(two_homes, MAN) == []
    assert field_of(two_homes, MAN) == "poor"
    assert [row.poverty for row in poverty.poor(two_homes, two_homes.today)] == ["poor"]


def test_what_held_before_stays_known_while_a_later_class_stands(two_homes: Core, tmp_path: Path) -> None:
    path = poor_list(tmp_path / "2025.xlsx", "Hộ cận nghèo", "", title=DECISION)
    import_id = bring_in(two_homes, path)
    home = next(r for r in register.households(two_homes, HouseholdFilter()).rows if r.head_name == MAN)
    poverty.classify(two_homes, PovertyClass(home.household_id, "none", date(2026, 1, 1)))
    importing.undo_import(two_homes, import_id)
    assert classes(two_homes, MAN) == [("none", date(2026, 1, 1), ""), ("poor", None, "")]
    assert field_of(two_homes, MAN) == "none"
    assert [row.poverty for row in poverty.poor(two_homes, date(2025, 12, 31))] == ["poor"]
