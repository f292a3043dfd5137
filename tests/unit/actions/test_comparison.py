"""The comparison of plan and result: its targets, what is missing, the reasons, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.unit.actions.conftest import COMMUNE, VILLAGE, Core
from tests.unit.actions.test_targets import RANK, TERMS, people
from tests.unit.documents.read_back import Word
from tongcds import cli
from tongcds.actions import documents, handed, printing, reporting, targets, typed_figures
from tongcds.documents import Format
from tongcds.documents.reported import report_signer
from tongcds.domain.catalogue import Comparator
from tongcds.domain.report_types import load_report_types
from tongcds.domain.targets import Verdict
from tongcds.domain.views import Role
from tongcds.domain.views.report import Heading, Report, cause_key, reason_key
from tongcds.errors import UserError

QUARTER = load_report_types()["C-PLAN"]


def closed(core: Core):
    return QUARTER.before(QUARTER.period_of(core.today))


def planned(core: Core, **changed) -> bytes:
    """A target that stood at the end of the last quarter."""
    terms = replace(TERMS, first=date(2026, 1, 1), last=closed(core).last, **changed)
    return targets.set_target(core, terms)[0]


def the_line(report, target: bytes):
    (line,) = [one for one in report.targets if one.row.target_id == target]
    return line


@pytest.fixture
def behind(commune: Core) -> tuple[Core, bytes]:
    """A commune of which half the people have an account, against a target of 80 %."""
    people(commune, *[("2026-01-05", number % 2) for number in range(20)])
    return commune, planned(commune)


def test_each_target_has_plan_result_and_what_is_missing_in_the_measure_and_in_people(behind):
    commune, target = behind
    report = reporting.drawn_up(commune, "C-PLAN")
    line = the_line(report, target)
    assert (line.row.value, line.missing, line.lacking) == (50, 30, 6)
    assert (line.row.verdict, line.falls_short) == (Verdict.MISSED, True)
    assert report.rows == ()
    assert report.sections[0].lead.startswith("Có 1 mục tiêu")


def test_it_is_owed_only_where_there_is_a_plan(commune: Core):
    assert {row.kind for row in reporting.due(commune)}.isdisjoint({"C-PLAN"})
    planned(commune)
    assert "C-PLAN" in {row.kind for row in reporting.due(commune)}


def test_it_is_not_handed_up_before_somebody_said_why_a_target_is_not_reached(behind):
    commune, target = behind
    last = closed(commune).last
    with pytest.raises(UserError, match="report_reason_untold") as wrong:
        reporting.hand_up(commune, "C-PLAN", last, {"III": "Đi từng nhà"})
    assert wrong.value.params["names"]
    assert handed.all_ids(commune) == ()
    why = {cause_key(target.hex()): "away", reason_key(target.hex()): " Nhiều người\nđi làm xa "}
    reporting.keep_text(commune, "C-PLAN", last, why)
    made, _undo, _changes = reporting.hand_up(commune, "C-PLAN", last)
    line = the_line(handed.read(commune, made).report, target)
    assert (line.cause, line.cause_name) == ("away", "Nhiều người đi làm ăn xa")
    assert line.reason == "Nhiều người\nđi làm xa"


def test_a_comparison_keeps_the_figures_and_targets_of_the_day_on_which_it_was_handed_up(behind):
    commune, target = behind
    last = closed(commune).last
    made, _undo, _changes = reporting.hand_up(commune, "C-PLAN", last, {cause_key(target.hex()): "skill"})
    first = handed.read(commune, made).report
    targets.change_target(commune, target, replace(TERMS, value=Decimal(40), last=last))
    assert handed.read(commune, made).report == first
    again, _undo, _changes = reporting.hand_up(commune, "C-PLAN", last)
    line = the_line(handed.read(commune, again).report, target)
    assert (line.row.verdict, line.missing, line.falls_short) == (Verdict.MET, None, False)
    assert [one.report_id for one in handed.read(commune, again).versions] == [again, made]


def test_what_goes_to_the_province_hides_few_people(commune: Core):
    people(commune, ("2026-01-05", 1), ("2026-01-05", 0), ("2026-01-05", 1))
    target = planned(commune)
    row = the_line(reporting.drawn_up(commune, "C-PLAN"), target).row
    assert (row.verdict, row.value, row.numerator, row.denominator) == (Verdict.HIDDEN, None, None, None)
    # The commune itself sees it.
    (seen,) = [one for one in targets.view(commune).targets if one.target_id == target]
    assert seen.value is not None


def test_the_nearest_target_holds_and_what_ended_or_is_over_does_not(commune: Core):
    quarter = closed(commune)
    own = planned(commune)
    over = targets.set_target(
        commune, replace(TERMS, first=date(2025, 1, 1), last=quarter.first - timedelta(days=1))
    )[0]
    ahead = targets.set_target(
        commune, replace(TERMS, first=quarter.last + timedelta(days=1), last=date(2027, 12, 31))
    )[0]
    village = targets.set_target(commune, replace(TERMS, unit_id=VILLAGE, value=Decimal(60)))[0]
    found = {line.row.target_id for line in reporting.drawn_up(commune, "C-PLAN").targets}
    assert found == {own}
    assert not {over, ahead, village} & found


def test_a_target_without_a_figure_says_so_and_needs_no_reason(commune: Core):
    last = closed(commune).last
    rank = planned(commune, indicator="EXT06", comparator=Comparator.AT_MOST, value=Decimal(10), measure="")
    made, _undo, _changes = reporting.hand_up(commune, "C-PLAN", last, {})
    report = handed.read(commune, made).report
    line = the_line(report, rank)
    assert (line.row.verdict, line.missing, line.falls_short) == (Verdict.UNKNOWN, None, False)
    assert any(line.row.name in note for note in report.notes)
    figure = replace(RANK, first=date(2026, 1, 1), last=last)
    typed_figures.type_in(commune, figure)
    line = the_line(reporting.drawn_up(commune, "C-PLAN"), rank)
    assert (line.row.value, line.missing, line.lacking) == (12, 2, None)


def test_a_team_is_compared_with_what_its_commune_set(team: Core):
    with team.vault.change(team.author()) as change:
        target = change.writer.create(
            "target", unit_id=COMMUNE, indicator="XHS09", comparator=">=", value="80", measure="%",
            first="2026-01-01", last=closed(team).last.isoformat(), issuer="UBND xã",
        )  # fmt: skip
        change.writer.create(
            "target", unit_id=COMMUNE, indicator="ACT01", comparator=">=", value="900", measure="lượt",
            first="2026-01-01", last=closed(team).last.isoformat(), issuer="UBND xã",
        )  # fmt: skip
    people(team, ("2026-01-05", 1), ("2026-01-05", 0))
    report = reporting.drawn_up(team, "T-PLAN")
    # How many visits the commune is to make is not what each team is to make.
    assert len(report.targets) == 1
    line = the_line(report, target)
    # A team's report goes to its commune, which reads its records.
    assert (line.row.value, line.row.numerator) == (50, 1)
    assert line.row.unit


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"IX": "a"}, "report_section_unknown"),
        ({cause_key("00"): "nobody"}, "report_cause_unknown"),
        ({reason_key("00"): "a" * 4001}, "text_too_long"),
    ],
)
def test_a_mistake_in_what_is_typed_is_named(commune: Core, typed, code):
    with pytest.raises(UserError, match=code):
        reporting.keep_text(commune, "C-PLAN", closed(commune).last, typed)


def test_reasons_belong_to_no_other_kind_of_report(commune: Core):
    with pytest.raises(UserError, match="report_section_unknown"):
        reporting.keep_text(commune, "C-MONTH", commune.today, {reason_key("00"): "a"})


def test_without_any_target_there_is_nothing_to_compare(commune: Core):
    with pytest.raises(UserError, match="report_without_targets"):
        reporting.hand_up(commune, "C-PLAN", closed(commune).last, {})


def test_on_paper_each_target_has_a_row_and_its_number_opens_the_records(behind):
    commune, target = behind
    reporting.keep_text(commune, "C-PLAN", closed(commune).last, {reason_key(target.hex()): "=1+1"})
    printout = documents.report(commune, "C-PLAN")
    assert "Đối chiếu kế hoạch và kết quả" in str(printout.paper.sheets[0].title)
    (table,) = [block for block in printout.paper.sheets[1].blocks if hasattr(block, "columns")]
    assert [column.title for column in table.columns][3:6] == ["Kế hoạch", "Kết quả", "Còn thiếu"]
    cells = table.rows[0].cells
    assert (cells[3].words, cells[4].words, cells[5]) == ("≥ 80%", "50%", "30 điểm % (6)")
    assert cells[4].behind.indicator == "XHS09"
    assert cells[8] == "=1+1"
    assert documents.figures(commune, "C-PLAN").paper.form == "M06"


def test_an_area_prints_no_head_and_no_signature_of_a_peoples_committee(core_of):
    area = core_of(Role.AREA)
    kind, who = load_report_types()["A-PLAN"], area.whoami()
    last = kind.before(kind.period_of(area.today)).last
    targets.set_target(
        area, replace(TERMS, unit_id=area.credentials().unit_id, first=date(2026, 1, 1), last=last)
    )
    word = Word(printing.as_file(documents.report(area, "A-PLAN"), Format.DOCX).content)
    assert word.texts("VB Cơ quan cấp trên")[0].casefold() == f"UBND {who.province_name}".casefold()
    assert word.texts("VB Cơ quan ban hành")[0].casefold() == who.unit_name.casefold()
    assert word.texts("VB Chức vụ ký") == ["Người phụ trách khu vực"]
    assert word.texts("VB Danh sách nhận")[-1] == "- Lưu: khu vực."
    said = "\n".join(line.text for line in word.lines()).casefold()
    for words in ("ủy ban nhân dân", "chủ tịch", "bc-ubnd", "lưu: vt"):
        assert words not in said


def test_a_district_of_the_old_era_keeps_its_peoples_committee():
    """The same level before July 2025 was an authority."""
    heading = Heading("district", "Huyện Mai Sơn", "", "Tỉnh Sơn La", "Sở TT&TT", "Cầm Văn Ín")
    kind, last = load_report_types()["D-MONTH"], date(2025, 6, 14)
    old = Report(
        type_code=kind.code, title=kind.name("vi"), heading=heading, unit_id=COMMUNE, period="Tháng 6/2025",
        first=date(2025, 5, 15), last=last, drawn_on=last, due_on=last, rows=(), sections=(),
        holds_records=False,
    )  # fmt: skip
    paper = documents.of_report(old).paper
    assert paper.sheets[0].letterhead.body == ("Ủy ban nhân dân", "Huyện Mai Sơn")
    assert paper.sheets[0].letterhead.number == "Số: …/BC-UBND"
    assert report_signer(old).role == "Chủ tịch"


def test_by_command_a_reason_is_told_and_the_report_is_handed_up(behind, capsys):
    commune, target = behind
    last = closed(commune).last.isoformat()
    key = target.hex()[:12]

    def run(*words: str):
        options = cli._parser().parse_args([*words, "--json"])
        options.command(options, commune)
        return json.loads(capsys.readouterr().out)

    told = run("report", "C-PLAN", "--on", last, "--cause", f"{key}=away", "--reason", f"{key}=Đi xa")
    assert told["targets"][0]["cause"] == "away"
    shown = run("report", "C-PLAN", "--on", last, "--hand-up")
    assert shown["report"]["targets"][0]["reason"] == "Đi xa"


@pytest.mark.parametrize("seen", ["2026-01-05", None])
def test_a_target_that_ended_with_the_period_was_not_reached_whatever_the_pace(commune: Core, seen):
    """A day later than its last day there is nothing left to wait for, and a reason is owed."""
    people(commune, *[(seen or closed(commune).last.isoformat(), number % 2) for number in range(20)])
    target = planned(commune)
    report = reporting.drawn_up(commune, "C-PLAN")
    line = the_line(report, target)
    assert (line.row.verdict, line.row.expected, line.falls_short) == (Verdict.MISSED, None, True)
    later = replace(line.row.terms, last=closed(commune).last + timedelta(days=40))
    targets.change_target(commune, target, later)
    again = the_line(reporting.drawn_up(commune, "C-PLAN"), target)
    assert again.row.verdict is not Verdict.MISSED
