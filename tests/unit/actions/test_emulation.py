"""Campaigns and proposals to commend on one computer: the command line, taking back, what is hidden."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.unit.actions.conftest import COMMUNE, VILLAGE
from tests.unit.documents.read_back import Book
from tests.unit.documents.read_back import Word as Document
from tongcds import cli
from tongcds.actions import Core, campaigns, commendations, documents, printing, score_sheets, scoring
from tongcds.actions.journal import take_back
from tongcds.actions.printing import Printout
from tongcds.documents import Format, Written
from tongcds.domain.commendations import CommendationText, Sort, Votes
from tongcds.domain.emulation import SheetContent, SheetLine, read_criteria, with_codes
from tongcds.domain.reporting import Word
from tongcds.papers.paper import Table
from tongcds.storage.emulation import packed

CRITERIA = "Nhật ký đầy đủ; 60\nSáng kiến; 40"


def came_down(core: Core) -> bytes:
    """A campaign of the commune for its teams, as a page brings it."""
    today = core.today
    with core.vault.change(core.author()) as change:
        return change.writer.create(
            "campaign",
            unit_id=COMMUNE,
            unit="Xã Chiềng Mung",
            title="Chung tay chuyển đổi số",
            level="team",
            first=(today - timedelta(days=30)).isoformat(),
            last=(today + timedelta(days=30)).isoformat(),
            due_on=today.isoformat(),
            criteria=packed(with_codes(read_criteria(CRITERIA), ())),
        )


@pytest.fixture
def runs(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict]:
    """Runs a command on a core and answers what it said."""

    def run(core: Core, *arguments: str) -> dict:
        options = cli._parser().parse_args([*arguments, "--json"])
        assert options.command(options, core) == cli.DONE
        return json.loads(capsys.readouterr().out)

    return run


def test_a_score_is_taken_back_and_the_same_again_is_none(team: Core):
    campaign = came_down(team)
    undo, _changes = scoring.score(team, campaign, "1", Decimal(50), "Sổ")
    again, _changes = scoring.score(team, campaign, "1", Decimal(50), "Sổ ")
    assert (bool(undo.created), bool(again.created)) == (True, False)
    take_back(team, undo)
    assert score_sheets.own_sheet(team, campaign).lines[0].own.points is None


def test_a_sheet_is_handed_up_taken_back_and_handed_up_anew(team: Core):
    campaign = came_down(team)
    for code, points in (("1", 50), ("2", 40)):
        scoring.score(team, campaign, code, Decimal(points))
    first, _undo, _changes = scoring.hand_up(team, campaign)
    with pytest.raises(Exception, match="sheet_handed_up"):
        scoring.score(team, campaign, "1", Decimal(1))
    with pytest.raises(Exception, match="sheet_handed_up"):
        scoring.hand_up(team, campaign)
    scoring.withdraw_sheet(team, first)
    scoring.score(team, campaign, "1", Decimal(45))
    second, _undo, _changes = scoring.hand_up(team, campaign)
    view = score_sheets.own_sheet(team, campaign)
    assert (view.sheet_id, view.own, view.twice) == (second, 85, False)


def test_a_team_scores_on_the_command_line(team: Core, runs):
    campaign = came_down(team)
    (row,) = runs(team, "campaigns")["rows"]
    assert row["campaign_id"] == campaign.hex()
    beginning = campaign.hex()[:14]
    said = ("--score", "1=55,5", "--evidence", "1=Sổ nhật ký", "--score", "2=40")
    sheet = runs(team, "scores", beginning, *said)
    assert (sheet["own"], sheet["may_hand_up"]) == ("95.5", True)
    # Evidence alone leaves the points as they are.
    runs(team, "scores", beginning, "--evidence", "2=Mã QR")
    sheet = runs(team, "scores", beginning, "--hand-up")
    assert (sheet["state"], sheet["lines"][1]["own"]["words"][0]["text"]) == ("sent", "Mã QR")
    assert runs(team, "scores", beginning, "--take-back")["may_score"]


def test_an_office_appraises_and_publishes_on_the_command_line(commune: Core, runs):
    today = commune.today.isoformat()
    made = runs(
        commune, "campaign-set", "Chung tay",
        "--criterion", "Nhật ký; 60; XHS01", "--criterion", "Sáng kiến; 40",
        "--from", "2026-01-01", "--to", today, "--due", today, "--plan", "15/KH-UBND",
    )["campaign"]  # fmt: skip
    campaign = bytes.fromhex(made["campaign_id"])
    (found,) = campaigns.view(commune).rows
    assert (found.says.plan_no, [one.indicator for one in found.says.criteria]) == (
        "15/KH-UBND",
        ["XHS01", ""],
    )
    sheet = arrived(commune, campaign)
    view = runs(
        commune, "score-sheet", sheet.hex()[:14], "--appraise", "2=20", "--why", "2=Chưa áp dụng", "--agree",
        "--say", "accept",
    )  # fmt: skip
    assert (view["own"], view["final"], view["state"]) == ("90", "80", "accepted")
    result = runs(commune, "campaign", made["campaign_id"], "--publish")["result"]
    assert [(row["unit"], row["place"]) for row in result["content"]["rows"]] == [("Bản Nà Ngà", 1)]


def arrived(core: Core, campaign: bytes) -> bytes:
    """The team's score sheet, as a page brings it."""
    criteria = campaigns.view(core).rows[0].says.criteria
    lines = tuple(
        SheetLine(one, points) for one, points in zip(criteria, map(Decimal, (60, 30)), strict=True)
    )
    with core.vault.change(core.author()) as change:
        return change.writer.create(
            "campaign_sheet",
            unit_id=VILLAGE,
            unit="Bản Nà Ngà",
            campaign_id=campaign,
            addressee_id=COMMUNE,
            handed_on=core.today.isoformat(),
            content=packed(SheetContent("Chung tay", lines)),
        )


def test_a_lower_score_needs_a_reason(commune: Core, runs):
    day = commune.today.isoformat()
    made = runs(
        commune, "campaign-set", "Chung tay", "--criterion", "A; 60", "--criterion", "B; 40",
        "--from", day, "--to", day, "--due", day,
    )["campaign"]  # fmt: skip
    sheet = arrived(commune, bytes.fromhex(made["campaign_id"]))
    with pytest.raises(Exception, match="appraisal_reason_missing"):
        scoring.appraise(commune, sheet, "1", Decimal(10), " ")


def test_a_person_is_proposed_on_the_command_line_and_taken_back(team: Core, runs):
    row = runs(
        team, "commend", "Lò Văn Ún", "--person", "--post", "Tổ trưởng", "--merits", "300 buổi",
        "--award", "province_merit", "--votes", "9/11", "--agreed",
    )  # fmt: skip
    assert (row["says"]["post"], row["says"]["votes"]["in_favour"], row["state"]) == ("Tổ trưởng", 9, "sent")
    found = row["commendation_id"][:14]
    assert runs(team, "commendation", found, "--take-back")["state"] == "withdrawn"
    assert commendations.listed(team) == ()


def test_whoever_proposed_does_not_decide(team: Core):
    says = CommendationText(Sort.COLLECTIVE, "commune_merit", "Tổ bản Nà Ngà", "Giúp dân")
    found, undo, _changes = commendations.propose(team, says)
    with pytest.raises(Exception, match="commendation_not_yours"):
        commendations.decide(team, found, Word.ACCEPTED)
    take_back(team, undo)
    assert commendations.view(team) == ()


def table_of(printout: Printout) -> Table:
    return next(
        block for sheet in printout.paper.sheets for block in sheet.blocks if isinstance(block, Table)
    )


def told(printout: Printout) -> list[list[str]]:
    return [[getattr(cell, "words", cell) for cell in row.cells] for row in table_of(printout).rows]


def test_b12_has_a_row_for_each_criterion_and_the_sums(commune: Core, runs):
    day = commune.today.isoformat()
    made = runs(
        commune, "campaign-set", "Chung tay",
        "--criterion", "=1+1 Nhật ký; 60", "--criterion", "Sáng kiến; 40",
        "--from", day, "--to", day, "--due", day,
    )["campaign"]  # fmt: skip
    sheet = arrived(commune, bytes.fromhex(made["campaign_id"]))
    scoring.appraise(commune, sheet, "2", Decimal("20.5"), "Chưa áp dụng")
    printout = documents.scores(commune, sheet)
    assert [column.title for column in table_of(printout).columns] == [
        "TT", "Tiêu chí", "Điểm tối đa", "Tự chấm", "Thẩm định", "Minh chứng",
    ]  # fmt: skip
    assert told(printout) == [
        ["1", "=1+1 Nhật ký", "60", "60", "", ""],
        ["2", "Sáng kiến", "40", "30", "20,5", "Thẩm định: Chưa áp dụng"],
        ["", "Cộng", "100", "90", "", ""],
    ]
    book = Book(printing.as_file(printout, Format.XLSX).content)
    assert book.formulas == []
    assert {60, 20.5, 90} <= set(book.cells.values())
    lines = {line.text for line in Document(printing.as_file(printout, Format.DOCX).content).lines()}
    assert {"=1+1 Nhật ký", "Thẩm định: Chưa áp dụng", "Chung tay"} <= lines


def test_b13_lists_what_goes_up_and_names_who_agreed(team: Core):
    for name, agreed in (("Lò Văn Ún", True), ("Hà Thị Xuân", False)):
        says = CommendationText(
            Sort.PERSON, "province_merit", name, "300 buổi\ntrong năm", "Tổ trưởng", agreed=agreed,
            votes=Votes(9, 11),
        )  # fmt: skip
        commendations.propose(team, says)
    group = CommendationText(Sort.COLLECTIVE, "commune_merit", "Tổ bản Nà Ngà", "Giúp 120 hộ")
    gone, _undo, _changes = commendations.propose(team, group)
    commendations.propose(team, group)
    commendations.withdraw(team, gone)
    printout = documents.commended(team)
    assert [column.title for column in table_of(printout).columns] == [
        "TT", "Tên tập thể / cá nhân", "Chức vụ", "Đơn vị", "Hình thức đề nghị", "Tóm tắt thành tích",
        "Số phiếu",
    ]  # fmt: skip
    award = "Bằng khen của Chủ tịch UBND tỉnh"
    assert told(printout) == [
        ["1", "Lò Văn Ún", "Tổ trưởng", "Bản Nà Ngà", award, "300 buổi trong năm", "9/11"],
        ["2", "không nêu tên", "", "Bản Nà Ngà", award, "", "9/11"],
        ["3", "Tổ bản Nà Ngà", "", "Bản Nà Ngà", "Giấy khen của Chủ tịch UBND xã", "Giúp 120 hộ", ""],
    ]
    # The access log counts whom the paper names.
    assert printout.people == 1
    book = Book(printing.as_file(printout, Format.XLSX).content)
    assert "Lò Văn Ún" in book.texts()
    assert not any("Hà Thị Xuân" in text for text in book.texts())
    document = Document(printing.as_file(printout, Format.DOCX).content)
    assert "Lò Văn Ún" in [line.text for line in document.lines()]


def test_the_papers_are_made_by_the_command(team: Core, capsys: pytest.CaptureFixture[str]):
    campaign = came_down(team)
    for words in (["B12", "--id", campaign.hex()], ["B13"]):
        for kind in ("docx", "xlsx", "pdf"):
            options = cli._parser().parse_args(["document", *words, "--format", kind, "--json"])
            options.draw = lambda paper: Written(paper.form.encode())
            assert options.command(options, team) == cli.DONE
            assert json.loads(capsys.readouterr().out)["file"].endswith(f".{kind}")
