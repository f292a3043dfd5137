"""The command that rebuilds units and catalogues, tried on sources as small as they can be."""

import csv
import shutil

import pytest

from resources import build
from tongcds.domain.catalogue import load_services, load_targets
from tongcds.paths import resources_folder

SERVICE = {
    "group_vi": "Danh tính số",
    "group_en": "Digital identity",
    "name_vi": "Việc",
    "name_en": "Work",
    "unit": "person",
    "done_when_vi": "Xong",
    "core5": "NTK",
    "pdpl_class": "basic",
    "record_only": "flag",
    "lead_agency_vi": "UBND xã",
    "valid_from": "",
    "valid_to": "",
    "scope": "toàn quốc",
    "source_tag": "own",
    "notes": "seed 002 section 7",
}


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def source(tmp_path):
    """Sources with the research tables turned back from what ships."""
    folder, shipped = tmp_path / "source", resources_folder()
    shutil.copytree(shipped / "units", folder / "data" / "units")
    services = [
        SERVICE | {"code": row["code"], "group": row["group"], "unit": row["unit"]}
        for row in read(shipped / "catalogues" / "services.csv")
    ]
    write(folder / "domain" / "services.csv", services)
    skills = [
        row | {"audience": row["audience_vi"], "source_tag": row["basis"]}
        for row in read(shipped / "catalogues" / "skills.csv")
    ]
    write(folder / "domain" / "skills.csv", skills)
    indicators = [
        row | {"pillar": row["pillar_vi"], "source_tag": row["basis"], "seed_files": "002"}
        for row in read(shipped / "catalogues" / "indicators.csv")
    ]
    write(folder / "domain" / "indicators.csv", indicators)
    targets = [
        row
        | {
            "id": row["code"],
            "province_at_time": row["province"],
            "target_year": row["year_text"],
            "indicator_code": row["indicator"],
            "exact_wording_vi": row["wording"],
            "seed_file": "002_x.txt",
            "tcds_can_measure": row["measurable"],
        }
        for row in read(shipped / "catalogues" / "targets.csv")
    ]
    write(folder / "domain" / "seed_targets.csv", targets)
    return folder


def test_the_sources_become_catalogues_that_load(source, tmp_path):
    into = tmp_path / "built"
    build.build(source, into)
    services = load_services(into / "catalogues")
    assert list(services) == list(load_services())
    assert services["ID01"].fact == "vneid2"
    assert services["ID01"].notes == "QĐ 811/QĐ-UBND (Sơn La) section 7"
    assert load_targets(into / "catalogues")["T09"].share == pytest.approx(0.9652)
    units = "commune_successors.csv"
    assert (into / "units" / units).read_bytes() == (resources_folder() / "units" / units).read_bytes()


def test_what_ships_says_nothing_of_seeds():
    for table in (resources_folder() / "catalogues").glob("*.csv"):
        assert "seed" not in table.read_text(encoding="utf-8").lower(), table.name


def test_a_mistake_in_the_sources_stops_the_command_with_a_sentence_and_changes_nothing(source, capsys):
    shipped = resources_folder() / "units" / "provinces_2025.csv"
    before = shipped.read_bytes()
    (source / "data" / "units" / "provinces_2025.csv").write_text("code\n", encoding="utf-8")
    assert build.main([str(source)]) == 1
    assert "provinces_2025.csv" in capsys.readouterr().err
    assert shipped.read_bytes() == before


def test_the_command_says_how_to_call_it(capsys):
    assert build.main([]) == build.main(["/nowhere/at/all"]) == 2
    assert "SOURCE_DIR" in capsys.readouterr().err


def test_an_addition_for_a_code_that_is_gone_is_no_silent_loss(source):
    rows = [row for row in read(source / "domain" / "services.csv") if row["code"] != "PY01"]
    write(source / "domain" / "services.csv", rows)
    with pytest.raises(LookupError, match="PY01"):
        build.build(source, source / "built")
