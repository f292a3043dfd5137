"""One visit, from an old spreadsheet to the province: three real programs and a real server."""

from __future__ import annotations

import pytest

from tests.e2e.province import AREA, COMMUNE, SAMPLE, VILLAGES, Laptop

PEOPLE = {
    "team": (VILLAGES[0], "Lò Thị Ngân"),
    "commune": (COMMUNE, "Cà Thị Hương"),
    "area": (AREA, "Quàng Văn Hải"),
}
ACCOUNTS, FIBRE = "XHS09", "XHS04"


@pytest.fixture
def laptops(province, tmp_path):
    """A computer for each of the three, enrolled by an invitation file."""
    made = {}
    for role, (unit, name) in PEOPLE.items():
        file = tmp_path / f"{role}.tcds"
        province.invite(unit, name, file, url=province.url)
        made[role] = Laptop(tmp_path / role)
        who = made[role].does("enrol", "--file", file)
        assert (who["role"], who["person"]) == (role, name)
    return made


def tile(figures, indicator):
    """Numerator and denominator of a whole unit's figure."""
    (found,) = [t["figure"] for t in figures["tiles"] if t["figure"]["indicator"] == indicator]
    return found["numerator"], found["denominator"]


def row(figures, name, indicator):
    """The same of one unit below."""
    (unit,) = [r for r in figures["rows"] if r["name"] == name]
    (found,) = [f for f in unit["figures"] if f["indicator"] == indicator]
    return found["numerator"], found["denominator"]


def test_a_visit_logged_offline_moves_the_figures_of_commune_and_area(laptops, province):
    team, commune, area = laptops["team"], laptops["commune"], laptops["area"]

    # The commune brings in its old spreadsheet; the team receives its own village and nothing else.
    commune.does("sync")
    preview = commune.does("import", SAMPLE)
    assert (preview["households_new"], preview["people_to_write"]) == (150, 606)
    assert commune.sees("households")["households"] == 0, "a preview writes nothing"
    commune.does("import", SAMPLE, "--apply")
    assert commune.does("sync")["waiting"] == 0
    team.does("sync")
    mine = team.sees("households")
    assert mine["households"] == 32
    assert {household["village_name"] for household in mine["rows"]} == {VILLAGES[0]}
    before = commune.sees("figures")
    assert before["households"] == 150
    assert tile(before, ACCOUNTS)[0] is None, "nobody has asked anybody yet, which is not 0"

    # Without a network: saved here, waiting, not lost.
    province.stop()
    visit = ["--service", "PY01=alone", "--service", "IN03=together", "--minutes", "20"]
    team.does("log", "--household", "CM-0001", "--person", "keo", *visit)
    failed = team.does("sync", code=4)
    assert failed["error"] == "server_unreachable"
    assert team.sees("status")["status"]["waiting"] == 5  # visit, two supports, two observations
    assert tile(commune.sees("figures"), ACCOUNTS)[0] is None

    # A network: the commune sees the figure move, by exactly this visit.
    province.start()
    sent = team.does("sync")
    assert (sent["sent"], sent["waiting"], sent["returned"]) == (5, 0, 0)
    commune.does("sync")
    after = commune.sees("figures")
    for indicator in (ACCOUNTS, FIBRE):
        assert tile(after, indicator) == (1, tile(before, indicator)[1])
        assert row(after, VILLAGES[0], indicator)[0] == 1
        assert row(after, VILLAGES[1], indicator)[0] is None
    assert tile(team.sees("figures"), ACCOUNTS) == row(after, VILLAGES[0], ACCOUNTS)

    # The area sees figures and never a person; a cell of one household is not shown to it.
    area.does("sync")
    seen = area.sees("figures")
    assert seen["households"] == 150
    assert row(seen, "Chiềng Mung", FIBRE) == (None, None)
    assert area.sees("households")["households"] == 0

    # Five households more, and the area sees the same number that the commune counts.
    for number in range(2, 7):
        team.sees("log", "--household", f"CM-000{number}", "--service", "IN03=alone")
    team.does("sync")
    commune.does("sync")
    area.does("sync")
    assert row(area.sees("figures"), "Chiềng Mung", FIBRE) == tile(commune.sees("figures"), FIBRE) == (6, 150)


def test_the_team_imports_its_own_village_and_is_told_of_the_others(laptops):
    team = laptops["team"]
    team.does("sync")
    preview = team.does("import", SAMPLE, code=5)
    assert preview["households_new"] == 32
    assert set(preview["villages_missing"]) == set(VILLAGES[1:])
    team.does("import", SAMPLE, "--apply", code=5)
    assert team.sees("households")["households"] == 32
    assert team.does("sync")["sent"] == 32 + 116
    (done,) = team.sees("status")["imports"]
    team.does("undo-import", done["import_id"])
    assert team.sees("households")["households"] == 0
    assert team.does("sync")["waiting"] == 0
