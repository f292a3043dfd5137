"""Papers that leave the vault: what they hold, how the access log hears of them, the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.unit.actions.conftest import COMMUNE, MEMBER, VILLAGE, Home, agree
from tongcds import cli, paths
from tongcds.actions import Core, audit, exports, printing, register
from tongcds.documents import Written
from tongcds.domain import record_code
from tongcds.domain.views import HouseholdFilter, LogFilter
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


def test_a_folder_that_cannot_be_written_is_said(
    office: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(paths.EXPORTS_VARIABLE, str(tmp_path / "file"))
    with pytest.raises(UserError, match="export_unwritable"):
        printing.save(office, printing.members(office), b"")
    assert exports.listed(office) == ()


def test_what_was_printed_is_noted(office: Core) -> None:
    printing.printed(office, printing.members(office))
    assert lines(office) == [("print", "B14", 3)]


def test_the_command_draws_and_writes_into_the_one_folder(
    office: Core, capsys: pytest.CaptureFixture[str]
) -> None:
    options = cli._parser().parse_args(["print", "members", "--json"])
    options.draw = lambda paper: Written(paper.form.encode())
    assert options.command(options, office) == cli.DONE
    answer = json.loads(capsys.readouterr().out)
    assert (answer["people"], answer["sheets"]) == (3, 1)
    assert Path(answer["file"]).read_bytes() == b"B14"
    assert Path(answer["file"]).parent == paths.exports_folder()


@pytest.fixture
def furnished(team: Core, home: Home) -> Core:
    with team.vault.change(MEMBER) as change:
        change.writer.update("person", home.people[0], phone="0981234521")
        visit = change.writer.create(
            "visit",
            village_id=VILLAGE,
            household_id=home.household,
            on="2026-11-03",
            by_id=MEMBER,
            note="Hẹn",
        )
        for service, who in (("DVC-03", home.people[2]), ("DVC-04", home.people[0])):
            change.writer.create(
                "support",
                village_id=VILLAGE,
                visit_id=visit,
                service=service,
                person_ids=who,
                result="together",
            )
        change.writer.create(
            "follow_up", village_id=VILLAGE, household_id=home.household, visit_id=visit, due_on="2026-11-20",
            state="open",
        )  # fmt: skip
        change.writer.create("visit", village_id=VILLAGE, household_id=home.household, on="2026-12-01")
    return team


def test_a_sheet_masks_the_phone_and_notes_who_looked(furnished: Core, home: Home) -> None:
    made = printing.sheets(furnished, [home.household])
    assert "098 ••• ••21" in repr(made.paper)
    assert (made.people, made.subject_id) == (3, home.household)
    assert [home_id for _who, home_id, _at in furnished.take_views()] == [home.household]
    assert "098 123 45 21" not in repr(made.paper)
    assert lines(furnished) == []
    assert "0981234521" in repr(printing.sheets(furnished, [home.household], numbers=True)).replace(" ", "")
    assert lines(furnished) == [("reveal", "B02", 3)]


def test_sheets_of_a_filter_are_all_that_match_and_none_is_said(furnished: Core) -> None:
    assert len(printing.sheets(furnished, HouseholdFilter(text="xuan")).paper.sheets) == 1
    with pytest.raises(UserError, match="nothing_to_print"):
        printing.sheets(furnished, HouseholdFilter(text="nobody of that name"))
    assert len(printing.empty_sheet(furnished).paper.sheets) == 1


def test_the_log_is_what_the_support_log_has_by_day(furnished: Core) -> None:
    november = LogFilter(since=date(2026, 11, 1), until=date(2026, 11, 30))
    found = cells(printing.activities(furnished, november).paper)
    assert [row[0] for row in found] == ["Thứ Ba, 03/11/2026: 2 lượt", "1", "2"]
    assert [row[3] for row in found[1:]] == ["Lò Thị Mai (HN-0087)", "Hà Thị Xuân (HN-0087)"]
    assert [row[6] for row in found[1:]] == ["Lò Thị Ngân"] * 2
    with pytest.raises(UserError, match="period_invalid"):
        printing.activities(furnished, LogFilter(since=date(2026, 11, 30), until=date(2026, 11, 1)))


def test_lists_follow_what_is_known_of_a_household_and_its_people(furnished: Core, home: Home) -> None:
    agree(furnished, home)
    everybody = HouseholdFilter()
    assert printing.without_smartphone(furnished, everybody).people == 1
    assert printing.on_marketplaces(furnished, everybody).people == 0
    with furnished.vault.change(MEMBER) as change:
        for subject, subject_id, fact in (
            ("person", home.people[1], "smartphone"),
            ("household", home.household, "online_shop"),
        ):
            change.writer.create(
                "observation", village_id=VILLAGE, subject=subject, subject_id=subject_id, fact=fact,
                value=1, held_on="2026-05-01", how="seen",
            )  # fmt: skip
    assert printing.without_smartphone(furnished, everybody).people == 0
    assert cells(printing.on_marketplaces(furnished, everybody).paper)[0][4] == "01/05/2026"


@pytest.mark.parametrize(
    "how", [record_code.scanned, record_code.short, lambda one: record_code.short(one).lower()]
)
def test_the_code_of_a_sheet_finds_its_household(
    furnished: Core, home: Home, how: Callable[[bytes], str]
) -> None:
    hits = register.search(furnished, how(home.household))
    assert [(hit.kind, hit.household_id) for hit in hits] == [("household", home.household)]
    assert register.search(furnished, how(bytes(16))) == ()


@pytest.mark.parametrize(
    ("words", "form"),
    [
        (["sheet", "HN-0087"], "B02"), (["sheet"], "B02"), (["sheet", "--all", "--text", "xuan"], "B02"),
        (["log", "--since", "2026-11-01", "--until", "2026-11-30"], "B01"), (["log"], "B01"),
        (["no-smartphone"], "B07"), (["marketplaces"], "B11"),
    ],
)  # fmt: skip
def test_every_paper_has_its_command(
    furnished: Core, capsys: pytest.CaptureFixture[str], words: list[str], form: str
) -> None:
    options = cli._parser().parse_args(["print", *words, "--json"])
    options.draw = lambda paper: Written(paper.form.encode())
    assert options.command(options, furnished) == cli.DONE
    assert json.loads(capsys.readouterr().out)["form"] == form
