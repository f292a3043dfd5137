"""Units of both eras as the program ships them."""

import csv
import shutil
import uuid
from datetime import date

import pytest

from tongcds.domain.text import clean
from tongcds.domain.units import Era, EventKind, UnitKind, Units, load_units, unit_id
from tongcds.errors import UserError, sentence
from tongcds.paths import resources_folder

TODAY = date(2026, 11, 23)
LAST_YEAR_BEFORE = date(2024, 12, 31)
OLD, NEW = Era.BEFORE_2025, Era.SINCE_2025


@pytest.fixture
def copy_of_units(tmp_path):
    folder = tmp_path / "units"
    shutil.copytree(resources_folder() / "units", folder)
    return folder


def test_both_eras_are_complete():
    units = load_units()
    kinds = [(unit.kind, unit.valid_to is None) for unit in units]
    assert kinds.count((UnitKind.PROVINCE, True)) == len(units.provinces(TODAY)) == 34
    assert kinds.count((UnitKind.COMMUNE, True)) == 3321
    assert kinds.count((UnitKind.PROVINCE, False)) == len(units.provinces(LAST_YEAR_BEFORE)) == 63
    assert kinds.count((UnitKind.DISTRICT, False)) == 696
    assert kinds.count((UnitKind.COMMUNE, False)) == 10_035


@pytest.mark.parametrize(("code", "communes"), [("14", 75), ("38", 166), ("68", 124), ("92", 103)])
def test_four_provinces_have_their_communes(code, communes):
    province = load_units().by_code(code, NEW)
    assert len(load_units().children(province.id, TODAY)) == communes


def test_a_reused_code_names_two_units():
    before, today = (load_units().by_code("04123", era) for era in (OLD, NEW))
    assert before.name == today.name == "Xã Chiềng Mung"
    assert before.id != today.id
    assert not before.stands_on(TODAY)
    assert today.stands_on(date(2025, 7, 1))
    assert before.stands_on(date(2025, 6, 30))


def test_ids_are_uuids_of_version_8_and_never_change():
    mung = unit_id("commune", "04123", "2025")
    assert mung.hex() == "979bf4d4ff9b8e5682766953279ea168"
    as_uuid = uuid.UUID(bytes=mung)
    assert (as_uuid.version, as_uuid.variant) == (8, uuid.RFC_4122)
    assert mung == unit_id(UnitKind.COMMUNE, "04123", NEW)


def test_no_two_units_share_an_id():
    units = load_units()
    assert len({unit.id for unit in units}) == len(units) == 14_149


def test_a_commune_is_found_by_its_id():
    mung = load_units().by_code("04123", NEW)
    assert load_units().by_id(mung.id) == mung
    assert load_units().by_id(b"\0" * 16) is None
    assert load_units().by_code("99999", NEW) is None


def test_parents_go_through_the_district_before_and_not_since():
    units = load_units()
    before, today = (units.by_code("04123", era) for era in (OLD, NEW))
    assert [unit.name for unit in units.parents(before.id, LAST_YEAR_BEFORE)] == [
        "Huyện Mai Sơn",
        "Tỉnh Sơn La",
    ]
    assert [unit.name for unit in units.parents(today.id, TODAY)] == ["Tỉnh Sơn La"]
    assert units.parents(before.id, TODAY) == units.parents(today.id, LAST_YEAR_BEFORE) == ()
    assert before.parent_id == units.parents(before.id, LAST_YEAR_BEFORE)[0].id


def test_children_stand_only_on_days_of_their_parent():
    son_la = load_units().by_code("14", NEW)
    assert load_units().children(son_la.id, LAST_YEAR_BEFORE) == ()


def test_children_are_in_vietnamese_order():
    son_la = load_units().by_code("14", OLD)
    names = [unit.bare_name for unit in load_units().children(son_la.id, LAST_YEAR_BEFORE)]
    assert names[:3] == ["Bắc Yên", "Mai Sơn", "Mộc Châu"]


def test_a_merged_commune_knows_its_parts_and_they_know_it():
    units = load_units()
    today = units.by_code("04123", NEW)
    parts = units.predecessors(today.id)
    assert [link.unit.bare_name for link in parts] == ["Mường Bằng", "Chiềng Mung", "Mường Bon"]
    for link in parts:
        (onward,) = units.successors(link.unit.id)
        assert onward.unit == today
        assert onward.whole
        assert not units.needs_asking(link.unit.id)
    (event,) = units.events_into(today.id)
    assert (event.kind, event.date, len(event.from_ids)) == (EventKind.MERGE, date(2025, 7, 1), 3)


def test_a_divided_commune_must_be_asked_about_and_the_suggestion_comes_first():
    units = load_units()
    khe = units.by_code("15637", OLD)
    links = units.successors(khe.id)
    assert khe.name == "Xã Luận Khê"
    assert len(links) > 1
    assert units.needs_asking(khe.id)
    assert not any(link.whole for link in links)
    assert [link.suggested for link in links] == sorted((link.suggested for link in links), reverse=True)


def test_442_old_communes_were_divided():
    units = load_units()
    divided = [
        unit for unit in units if unit.kind == "commune" and unit.valid_to and units.needs_asking(unit.id)
    ]
    assert len(divided) == 442


def test_an_island_district_went_whole_to_its_zone():
    units = load_units()
    island = units.by_code("318", OLD)
    (link,) = units.successors(island.id)
    assert link.whole
    assert link.unit.type == "đặc khu"


def test_every_commune_of_today_came_from_somewhere():
    units = load_units()
    communes = [unit for unit in units if unit.kind == "commune" and unit.valid_to is None]
    assert all(units.predecessors(unit.id) for unit in communes)


def test_an_old_district_is_an_area_of_communes_of_today():
    units = load_units()
    (mai_son,) = units.search("Huyện Mai Sơn", on=LAST_YEAR_BEFORE, kind=UnitKind.DISTRICT)
    names = [unit.bare_name for unit in units.area_of_district(mai_son.id)]
    assert "Chiềng Mung" in names
    assert len(names) == 8
    assert units.area_of_district(b"\0" * 16) == ()


@pytest.mark.parametrize("text", ["chieng mung", "Chiềng Mung", "xã chieng mu", "CHIENG  MUNG", "04123"])
def test_a_search_needs_no_marks(text):
    found = load_units().search(text, on=TODAY)
    assert found[0].name == "Xã Chiềng Mung"


def test_a_search_puts_the_very_name_before_longer_ones():
    assert load_units().search("son la", on=TODAY)[0].name == "Tỉnh Sơn La"
    assert load_units().search("", on=TODAY) == ()
    assert len(load_units().search("a", limit=7)) == 7


def test_names_are_clean_text():
    assert all(clean(unit.name) == unit.name for unit in load_units())


def spoil(path, line, column, value):
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[line - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def test_tables_of_a_folder_are_read_like_our_own(copy_of_units):
    assert len(Units.load(copy_of_units)) == len(load_units())


@pytest.mark.parametrize(
    ("file", "line", "column", "value", "code"),
    [
        ("communes_2025.csv", 1, "name", "nane", "table_column_missing"),
        ("communes_2025.csv", 7, "province_code", "99", "table_reference_unknown"),
        ("communes_2025.csv", 7, "code", "00004", "table_code_twice"),
        ("units_before_2025.csv", 900, "parent_code", "998", "table_reference_unknown"),
        ("units_before_2025.csv", 900, "level", "town", "table_value_wrong"),
        ("communes_2025.csv", 7, "valid_from", "1/7/2025", "table_value_wrong"),
        ("commune_successors.csv", 12, "new_commune_code", "00000", "table_reference_unknown"),
        ("commune_successors.csv", 12, "old_commune_code", "00000", "table_reference_unknown"),
    ],
)
def test_a_mistake_in_the_tables_is_named_with_its_file_line_and_column(
    copy_of_units, file, line, column, value, code
):
    spoil(copy_of_units / file, line, column, value)
    with pytest.raises(UserError) as told:
        Units.load(copy_of_units)
    assert told.value.code == code
    for part in (file, str(line), column):
        assert part in sentence(told.value)


def test_an_unknown_column_a_short_row_and_a_missing_file_are_refused(copy_of_units):
    table = copy_of_units / "provinces_2025.csv"
    whole = table.read_text(encoding="utf-8")
    for content, code in (
        (whole.replace("valid_from", "valid_from,more", 1), "table_column_unknown"),
        (whole + "97,Tỉnh Mới\n", "table_row_length"),
        (None, "table_unreadable"),
    ):
        table.unlink() if content is None else table.write_text(content, encoding="utf-8")
        with pytest.raises(UserError) as told:
            Units.load(copy_of_units)
        assert told.value.code == code
