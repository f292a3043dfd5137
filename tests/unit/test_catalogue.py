"""The catalogues as the program ships them, and what it says of one that somebody spoilt."""

import csv
import shutil
from datetime import date

import pytest

from tongcds.domain import catalogue
from tongcds.domain.catalogue import (
    Comparator,
    ServiceUnit,
    facts_made,
    load_documents,
    load_indicators,
    load_service_groups,
    load_services,
    load_skills,
    load_targets,
    services_in_force,
    target_for,
)
from tongcds.domain.facts import Subject, load_facts
from tongcds.errors import UserError, sentence
from tongcds.paths import resources_folder

TODAY = date(2026, 11, 23)
LOADERS = {
    "facts.csv": load_facts,
    "service_groups.csv": load_service_groups,
    "services.csv": load_services,
    "skills.csv": load_skills,
    "documents.csv": load_documents,
    "indicators.csv": load_indicators,
    "targets.csv": load_targets,
}


@pytest.fixture
def catalogues(tmp_path):
    folder = tmp_path / "catalogues"
    shutil.copytree(resources_folder() / "catalogues", folder)
    return folder


def change(path, line, column, value):
    """Set one cell; the header is line 1."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[line - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def test_every_catalogue_is_there_and_whole():
    counted = {name: len(load()) for name, load in LOADERS.items()}
    assert counted == {
        "facts.csv": 31,
        "service_groups.csv": 13,
        "services.csv": 85,
        "skills.csv": 40,
        "documents.csv": 5,
        "indicators.csv": 85,
        "targets.csv": 34,
    }


def test_everything_has_a_name_in_both_languages():
    named = [load_services(), load_service_groups(), load_skills(), load_indicators(), load_facts()]
    for row in (row for rows in named for row in rows.values()):
        assert row.name("vi")
        assert row.name("en")
        assert row.name("vi") == row.name_vi
        assert row.name("en") == row.name_en


def test_a_service_without_a_short_name_is_shown_by_its_full_one():
    services = load_services()
    assert services["ID01"].short("vi") == "Kích hoạt VNeID mức 2"
    assert services["AG01"].short("vi") == services["AG01"].name("vi")


def test_twelve_services_are_offered_first_in_their_rank():
    offered = services_in_force(TODAY)
    assert [service.quick for service in offered[:13]] == [*range(1, 13), None]
    assert {service.group for service in offered[:12]} == {"PY", "PS", "ID", "IN", "SE", "EC"}


def test_a_service_is_offered_from_its_first_day_to_its_last():
    codes = {service.code for service in services_in_force(date(2025, 3, 31))}
    assert "ED02" not in codes
    assert "ED02" in {service.code for service in services_in_force(date(2025, 4, 1))}
    assert "ID01" in codes


@pytest.mark.parametrize(
    ("service", "made"),
    [
        ("ID01", [("vneid2", True)]),
        ("PY01", [("account", True)]),
        ("IN01", [("smartphone", True), ("household_smartphone", True)]),
        ("IN02", [("household_smartphone", True)]),
        ("IN03", [("fibre", True)]),
        ("PS02", [("online_service", True)]),
        ("HE01", [("e_health", True)]),
        ("ID05", [("digital_signature", True)]),
        ("CO01", [("zalo_group", True)]),
        ("AG01", []),
        ("ZZ99", []),
    ],
)
def test_a_support_that_went_well_makes_the_facts_of_its_service(service, made):
    assert [(fact.code, value) for fact, value in facts_made(service)] == made


def test_a_service_for_a_person_makes_a_fact_of_a_person_and_one_for_a_household_of_a_household():
    for service in load_services().values():
        if service.fact:
            subject = load_facts()[service.fact].subject
            expected = Subject.PERSON if service.unit is ServiceUnit.PERSON else Subject.HOUSEHOLD
            assert subject is expected, service.code


@pytest.mark.parametrize(
    ("indicator", "fact"),
    [
        ("XHS01", "household_smartphone"),
        ("XHS04", "fibre"),
        ("XHS09", "account"),
        ("XHS11", "internet"),
        ("XHS12", "vneid2"),
    ],
)
def test_an_indicator_says_what_it_is_about(indicator, fact):
    assert load_indicators()[indicator].fact == fact


def test_indicators_of_facts_have_a_short_name():
    for row in load_indicators().values():
        if row.fact:
            assert row.short("vi") != ""


@pytest.mark.parametrize(("indicator", "share"), [("XHS01", 0.9652), ("XHS09", 0.8), ("XHS11", 0.4856)])
def test_son_la_has_its_targets(indicator, share):
    target = target_for(indicator, "14", TODAY)
    assert target.share == pytest.approx(share)
    assert target.indicator == indicator
    assert load_documents()[target.document].name_vi.startswith("Quyết định số 811/QĐ-UBND")


def test_fibre_subscriptions_borrow_the_target_of_coverage_and_say_so():
    target = target_for("XHS04", "14", TODAY)
    assert (target.indicator, target.share) == ("XHS03", 0.8)


def test_the_nearest_target_still_ahead_is_the_one_that_counts():
    assert target_for("EXT06", "38", date(2024, 6, 1)).year == 2025
    assert target_for("EXT06", "38", date(2026, 6, 1)).year == 2030
    assert target_for("XHS01", "92", TODAY) is None
    assert target_for("NOTHING", "14", TODAY) is None


def test_a_milestone_has_no_share():
    milestone = next(target for target in load_targets().values() if target.comparator is Comparator.BY)
    assert milestone.share is None
    assert milestone.value is None


def test_a_copy_of_the_catalogues_loads_like_the_original(catalogues):
    for name, load in LOADERS.items():
        assert load(catalogues) == load(), name


@pytest.mark.parametrize(
    ("file", "line", "column", "value", "code"),
    [
        ("services.csv", 3, "unit", "persons", "table_value_wrong"),
        ("services.csv", 3, "valid_from", "1/4/2025", "table_value_wrong"),
        ("services.csv", 3, "fact_value", "maybe", "table_value_wrong"),
        ("services.csv", 3, "quick", "first", "table_value_wrong"),
        ("services.csv", 3, "name_vi", "  ", "table_value_blank"),
        ("services.csv", 3, "code", "ID01", "table_code_twice"),
        ("services.csv", 3, "fact", "vneid3", "table_reference_unknown"),
        ("services.csv", 3, "group", "XX", "table_reference_unknown"),
        ("services.csv", 1, "unit", "units", "table_column_unknown"),
        ("facts.csv", 2, "subject", "house", "table_value_wrong"),
        ("facts.csv", 9, "implies", "smartphone", "table_reference_unknown"),
        ("skills.csv", 2, "services", "IN01;IN99", "table_reference_unknown"),
        ("skills.csv", 2, "minutes", "45'", "table_value_wrong"),
        ("indicators.csv", 2, "fact", "phone", "table_reference_unknown"),
        ("indicators.csv", 5, "target_of", "XHS99", "table_reference_unknown"),
        ("indicators.csv", 2, "documents", "qd-812", "table_reference_unknown"),
        ("targets.csv", 2, "indicator", "EXT99", "table_reference_unknown"),
        ("targets.csv", 2, "value", "một nửa", "table_value_wrong"),
        ("targets.csv", 2, "comparator", ">", "table_value_wrong"),
        ("targets.csv", 2, "document", "qd-812", "table_reference_unknown"),
    ],
)
def test_a_mistake_is_told_with_its_file_line_and_column(catalogues, file, line, column, value, code):
    change(catalogues / file, line, column, value)
    if code == "table_column_unknown":
        with pytest.raises(UserError) as told:
            LOADERS[file](catalogues)
        wrong = told.value
    else:
        (wrong,) = catalogue.problems(catalogues)
    words = sentence(wrong)
    assert wrong.code == code
    assert file in words
    assert str(line) in words
    assert (value if code == "table_column_unknown" else column) in words


def test_everything_but_the_line_that_is_wrong_is_there(catalogues):
    """A fact is lost: what it stood for is empty, its need cannot be met, nothing else is missing."""
    change(catalogues / "facts.csv", 11, "subject", "persons")
    (wrong,) = catalogue.problems(catalogues)
    assert (wrong.code, wrong.params["line"], wrong.params["value"]) == ("table_value_wrong", 11, "persons")
    gone = set(load_facts()) - set(load_facts(catalogues))
    assert gone == {"vneid2", "need_vneid2"}
    for name, load in LOADERS.items():
        if name != "facts.csv":
            assert load(catalogues).keys() == load().keys(), name
    assert load_services()["ID01"].fact == "vneid2"
    assert load_services(catalogues)["ID01"].fact == ""
    assert load_indicators(catalogues)["XHS12"].fact == ""


def test_what_cannot_be_without_a_lost_line_goes_untold(catalogues):
    change(catalogues / "service_groups.csv", 2, "name_vi", "")
    lost = next(iter(load_service_groups()))
    (wrong,) = catalogue.problems(catalogues)
    assert wrong.params["file"] == "service_groups.csv"
    left = load_services(catalogues)
    assert {one.group for one in left.values()} == {one.group for one in load_services().values()} - {lost}
    assert len(load_skills(catalogues)) <= len(load_skills())


def test_the_tables_of_the_program_have_nothing_wrong():
    assert catalogue.problems() == ()


def test_a_fact_that_points_to_no_indicator_is_told(catalogues):
    change(catalogues / "facts.csv", 2, "indicator", "XHS99")
    (wrong,) = catalogue.problems(catalogues)
    assert (wrong.params["file"], wrong.params["line"], wrong.params["value"]) == ("facts.csv", 2, "XHS99")


def test_a_missing_column_and_an_unreadable_file_are_refused_and_a_short_line_is_told(catalogues):
    table = catalogues / "documents.csv"
    whole = table.read_bytes()
    for content, code in (
        (whole.replace(b",dated", b"", 1), "table_column_missing"),
        (whole + b"\xff\xfe\n", "table_unreadable"),
        (whole + b'"never closed', "table_unreadable"),
        (b"", "table_column_missing"),
    ):
        table.write_bytes(content)
        catalogue.forget()
        with pytest.raises(UserError) as told:
            load_documents(catalogues)
        assert told.value.code == code
    table.write_bytes(whole + b"x,y\n")
    catalogue.forget()
    assert [wrong.code for wrong in catalogue.problems(catalogues)] == ["table_row_length"]
    assert load_documents(catalogues) == load_documents()


def test_columns_may_stand_in_any_order_and_blank_lines_do_not_count(catalogues):
    table = catalogues / "documents.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = [list(reversed(row)) for row in csv.reader(file)]
    with table.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([rows[0], ["", "", ""], *rows[1:]])
    assert load_documents(catalogues) == load_documents()


def test_old_codes_stay_known_after_their_last_day(catalogues):
    change(catalogues / "services.csv", 2, "valid_to", "2026-06-30")
    service = catalogue.load_services(catalogues)["ID01"]
    assert service.in_force(date(2026, 6, 30))
    assert not service.in_force(date(2026, 7, 1))
