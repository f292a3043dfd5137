"""Targets and typed-in figures: offices write them, everybody reads them beside the figures."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.unit.actions.conftest import COMMUNE, MEMBER, VILLAGE, Core
from tongcds import cli
from tongcds.actions import guidance, targets, typed_figures
from tongcds.actions.journal import take_back
from tongcds.domain.catalogue import Comparator
from tongcds.domain.targets import Verdict
from tongcds.domain.views import FigureSource, FigureTerms, TargetTerms
from tongcds.errors import UserError

TODAY = date(2026, 11, 23)
TERMS = TargetTerms(
    unit_id=COMMUNE,
    indicator="XHS09",
    comparator=Comparator.AT_LEAST,
    value=Decimal(80),
    measure="",
    first=date(2026, 1, 1),
    last=date(2026, 12, 31),
    document_no="12/KH-UBND",
    dated=date(2026, 1, 15),
    issuer="UBND xã Chiềng Mung",
    wording="80% người từ 15 tuổi có tài khoản",
)
RANK = FigureTerms(
    unit_id=COMMUNE,
    indicator="EXT06",
    first=date(2025, 1, 1),
    last=date(2025, 12, 31),
    numerator=Decimal(12),
    denominator=Decimal(34),
    source="Bộ KH&CN",
)


def people(core: Core, *accounts: tuple[str, int | None]) -> None:
    """Grown people of the village: the day on which somebody looked, and what was found."""
    with core.vault.change(MEMBER) as change:
        writer = change.writer
        for number, (day, value) in enumerate(accounts):
            home = writer.create("household", village_id=VILLAGE, code=f"HN-{number}")
            person = writer.create("person", village_id=VILLAGE, household_id=home, birth="1980")
            if value is not None:
                writer.create(
                    "observation",
                    village_id=VILLAGE,
                    subject="person",
                    subject_id=person,
                    fact="account",
                    value=value,
                    held_on=day,
                )


def the_row(core: Core, target_id: bytes):
    (row,) = [row for row in targets.view(core).targets if row.target_id == target_id]
    return row


def test_a_target_stands_beside_the_counted_figure_with_its_document(commune: Core) -> None:
    people(commune, ("2025-12-20", 1), ("2025-12-21", 0), ("2026-08-01", 1), ("", None))
    made, _undo, changes = targets.set_target(commune, TERMS)
    row = the_row(commune, made)
    assert (row.source, row.numerator, row.denominator, row.value) == (FigureSource.COUNTED, 2, 4, 50)
    assert row.fingerprint
    assert row.document == "12/KH-UBND, 15/01/2026, UBND xã Chiềng Mung"
    assert row.mine
    assert changes.kinds == {"target"}


def test_the_forecast_is_linear_from_the_day_before_the_working_period(commune: Core) -> None:
    people(commune, ("2025-12-20", 1), ("2025-12-21", 0), ("2026-08-01", 1), ("", None))
    made, _undo, _changes = targets.set_target(commune, TERMS)
    row = the_row(commune, made)
    days, left = (TODAY - date(2025, 12, 31)).days, (TERMS.last - TODAY).days
    assert row.expected == Decimal(50) + Decimal(25) / days * left
    assert row.verdict is Verdict.BEHIND


def test_where_nobody_looked_before_a_month_ago_it_is_too_early_to_say(commune: Core) -> None:
    people(commune, ("2026-11-20", 1), ("", None))
    made, _undo, _changes = targets.set_target(commune, TERMS)
    assert the_row(commune, made).verdict is Verdict.TOO_EARLY


def test_where_nobody_looked_at_all_nothing_is_shown_as_0(commune: Core) -> None:
    people(commune, ("", None))
    made, _undo, _changes = targets.set_target(commune, TERMS)
    row = the_row(commune, made)
    assert (row.value, row.numerator, row.verdict) == (None, None, Verdict.UNKNOWN)


def test_a_target_reached_is_said_to_be(commune: Core) -> None:
    people(commune, ("2026-03-01", 1))
    made, _undo, _changes = targets.set_target(commune, TERMS)
    assert the_row(commune, made).verdict is Verdict.MET


def test_a_target_for_a_village_is_held_against_that_village(commune: Core) -> None:
    people(commune, ("2026-03-01", 1))
    made, _undo, _changes = targets.set_target(commune, replace(TERMS, unit_id=VILLAGE))
    row = the_row(commune, made)
    assert (row.unit, row.numerator) == ("Bản Nà Ngà", 1)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"value": None}, "target_value_missing"),
        ({"value": Decimal(180)}, "target_percent_invalid"),
        ({"value": Decimal(-1), "measure": "%"}, "target_percent_invalid"),
        ({"indicator": "XHS99"}, "indicator_unknown"),
        ({"indicator": "XHS23", "measure": "%"}, "target_without_whole"),
        ({"measure": "người"}, "target_measure_differs"),
        ({"indicator": "EXT06", "value": Decimal("1.5"), "measure": "hạng"}, "target_rank_invalid"),
        ({"last": date(2025, 1, 1)}, "days_reversed"),
        ({"dated": date(2027, 1, 1)}, "document_in_future"),
        ({"issuer": "  "}, "target_source_missing"),
        ({"document_no": "", "wording": ""}, "target_source_missing"),
        ({"wording": "a" * 1001}, "text_too_long"),
        ({"unit_id": b"x" * 16}, "target_unit_unknown"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused_with_a_sentence(
    commune: Core, changed: dict[str, object], code: str
) -> None:
    with pytest.raises(UserError) as refused:
        targets.set_target(commune, replace(TERMS, **changed))
    assert refused.value.code == code
    assert targets.view(commune).targets == ()


def test_two_targets_for_the_same_are_refused_until_one_has_ended(commune: Core) -> None:
    made, _undo, _changes = targets.set_target(commune, TERMS)
    with pytest.raises(UserError, match="target_exists"):
        targets.set_target(commune, replace(TERMS, value=Decimal(90)))
    targets.end_target(commune, made)
    targets.set_target(commune, replace(TERMS, value=Decimal(90)))
    assert the_row(commune, made).verdict is Verdict.ENDED
    with pytest.raises(UserError, match="target_has_ended"):
        targets.end_target(commune, made)


def test_a_target_is_changed_and_the_change_is_taken_back(commune: Core) -> None:
    made, _undo, _changes = targets.set_target(commune, TERMS)
    undo, _changes = targets.change_target(
        commune, made, replace(TERMS, value=Decimal("96.52"), indicator="XHS01")
    )
    terms = the_row(commune, made).terms
    assert (terms.value, terms.indicator) == (Decimal("96.52"), "XHS09")
    take_back(commune, undo)
    assert the_row(commune, made).terms.value == 80


def test_a_team_reads_targets_and_sets_none(team: Core) -> None:
    with pytest.raises(UserError, match="not_an_office"):
        targets.set_target(team, replace(TERMS, unit_id=VILLAGE))
    assert not targets.view(team).may_write


@pytest.mark.parametrize(
    ("indicator", "value", "measure", "verdict"),
    [("XHS09", "80", "%", Verdict.BEHIND), ("ACT01", "240", "lượt", Verdict.OF_THE_WHOLE)],
)
def test_a_number_that_the_commune_is_to_reach_is_not_held_against_one_team(
    team: Core, indicator: str, value: str, measure: str, verdict: Verdict
) -> None:
    people(team, ("2025-12-20", 1), ("2025-12-21", 0), ("2026-08-01", 1), ("", None))
    with team.vault.change(MEMBER) as change:
        made = change.writer.create(
            "target", unit_id=COMMUNE, indicator=indicator, comparator=">=", value=value, first="2026-01-01",
            last="2026-12-31", measure=measure, document_no="12/KH-UBND", issuer="UBND xã",
        )  # fmt: skip
    row = the_row(team, made)
    assert row.verdict is verdict
    assert (row.value is None) is (verdict is Verdict.OF_THE_WHOLE)


def test_all_targets_of_the_catalogue_are_there_with_their_wording(commune: Core) -> None:
    listed = targets.view(commune).catalogue
    assert len(listed) == 34
    assert all(row.terms.wording and row.document for row in listed)
    with pytest.raises(UserError, match="target_unknown"):
        targets.proposed(commune, "T99")


def test_a_target_of_the_catalogue_is_taken_over_for_the_own_unit(commune: Core) -> None:
    terms = replace(targets.proposed(commune, "T10"), last=date(2026, 12, 31))
    made, _undo, _changes = targets.set_target(commune, terms)
    row = the_row(commune, made)
    assert (row.terms.seed, row.terms.value, row.terms.document_no) == ("T10", 80, "811/QĐ-UBND")


def test_what_is_lacking_is_given_to_teams_as_quotas_and_taken_back_at_once(commune: Core) -> None:
    people(commune, *[("2026-03-01", 1)] * 3, *[("2026-03-01", 0)] * 2)
    made, _undo, _changes = targets.set_target(commune, TERMS)
    (portion,) = targets.sharing(commune, made).portions
    assert (portion.village, portion.amount) == ("Bản Nà Ngà", 1)
    given, undo, _changes = targets.share_out(commune, made)
    (quota,) = guidance.view(commune).quotas
    assert given == 1
    assert (quota.terms.code, quota.terms.amount, quota.terms.until) == ("XHS09", 1, TERMS.last)
    take_back(commune, undo)
    assert guidance.view(commune).quotas == ()


def test_of_a_village_of_which_nothing_is_known_no_quota_is_made_up(commune: Core) -> None:
    people(commune, ("", None))
    made, _undo, _changes = targets.set_target(commune, TERMS)
    assert [one.amount for one in targets.sharing(commune, made).portions] == [None]
    with pytest.raises(UserError, match="target_nothing_missing"):
        targets.share_out(commune, made)


def test_what_teams_cannot_be_asked_for_is_not_shared_out(commune: Core) -> None:
    made, _undo, _changes = targets.set_target(commune, replace(TERMS, indicator="TEA01"))
    with pytest.raises(UserError, match="target_not_shared"):
        targets.share_out(commune, made)


# Typed-in figures


def test_a_typed_figure_has_its_source_and_who_typed_it(commune: Core) -> None:
    typed_figures.type_in(commune, RANK)
    (figure,) = typed_figures.all_of(commune)
    assert (figure.value, figure.terms.denominator, figure.terms.source) == (12, 34, "Bộ KH&CN")
    assert (figure.by, figure.typed_on) == ("Lò Thị Ngân", TODAY)


def test_it_is_corrected_by_a_newer_one_and_stays_as_history(commune: Core, clock) -> None:
    first, _undo, _changes = typed_figures.type_in(commune, RANK)
    clock.advance(days=1)
    typed_figures.correct(commune, first, replace(RANK, numerator=Decimal(11), first=date(2020, 1, 1)))
    (figure,) = typed_figures.all_of(commune)
    assert (figure.value, figure.terms.first) == (11, RANK.first)
    assert [old.value for old in figure.before] == [12]


def test_a_figure_typed_in_by_mistake_goes_with_its_history_and_comes_back(commune: Core) -> None:
    first, _undo, _changes = typed_figures.type_in(commune, RANK)
    made, _undo, _changes = typed_figures.correct(commune, first, replace(RANK, numerator=Decimal(11)))
    undo, _changes = typed_figures.take_out(commune, made)
    assert typed_figures.all_of(commune) == ()
    take_back(commune, undo)
    assert [figure.value for figure in typed_figures.all_of(commune)] == [11]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"indicator": "XHS09"}, "typed_figure_counted"),
        ({"indicator": "XHS99"}, "indicator_unknown"),
        ({"source": " "}, "typed_source_missing"),
        ({"denominator": None}, "typed_rank_without_field"),
        ({"denominator": Decimal(0)}, "typed_whole_is_zero"),
        ({"numerator": Decimal(35)}, "typed_part_above_whole"),
        ({"numerator": Decimal("1.5")}, "target_rank_invalid"),
        ({"indicator": "EXT01", "numerator": Decimal(120), "denominator": None}, "target_percent_invalid"),
        ({"indicator": "EXT12", "numerator": Decimal(-1), "denominator": None}, "target_negative"),
        ({"first": date(2026, 1, 1)}, "days_reversed"),
        ({"first": date(2027, 1, 1), "last": date(2027, 12, 31)}, "typed_period_ahead"),
        ({"dated": date(2027, 1, 1)}, "document_in_future"),
        ({"unit_id": b"x" * 16}, "target_unit_unknown"),
    ],
)
def test_a_typed_figure_that_makes_no_sense_is_refused_with_a_sentence(
    commune: Core, changed: dict[str, object], code: str
) -> None:
    with pytest.raises(UserError) as refused:
        typed_figures.type_in(commune, replace(RANK, **changed))
    assert refused.value.code == code
    assert typed_figures.all_of(commune) == ()


def test_a_second_one_for_the_same_is_a_correction_or_refused(commune: Core) -> None:
    typed_figures.type_in(commune, RANK)
    with pytest.raises(UserError, match="typed_figure_exists"):
        typed_figures.type_in(commune, RANK)


def test_a_team_types_nothing_in(team: Core) -> None:
    with pytest.raises(UserError, match="not_an_office"):
        typed_figures.type_in(team, replace(RANK, unit_id=VILLAGE))


def test_labour_productivity_may_fall(commune: Core) -> None:
    typed_figures.type_in(
        commune, replace(RANK, indicator="EXT07", numerator=Decimal("-1.5"), denominator=None)
    )
    assert [figure.value for figure in typed_figures.all_of(commune)] == [Decimal("-1.5")]


def test_a_typed_figure_stands_beside_a_target_that_nobody_can_count(commune: Core) -> None:
    wanted = replace(TERMS, indicator="EXT01", value=Decimal(10), first=date(2025, 1, 1), wording="10% GRDP")
    made, _undo, _changes = targets.set_target(commune, wanted)
    for year, part in ((2025, "6"), (2026, "9")):
        typed_figures.type_in(
            commune,
            replace(
                RANK,
                indicator="EXT01",
                first=date(year, 1, 1),
                last=date(year, 6, 30),
                numerator=Decimal(part),
                denominator=None,
            ),
        )
    row = the_row(commune, made)
    assert (row.source, row.value, row.numerator, row.fingerprint) == (FigureSource.TYPED, 9, None, "")
    left, between = (TERMS.last - date(2026, 6, 30)).days, (date(2026, 6, 30) - date(2025, 6, 30)).days
    assert row.expected == Decimal(9) + Decimal(3) / between * left
    assert row.verdict is Verdict.ON_THE_WAY


def test_ranks_among_63_and_among_34_have_no_pace_together(commune: Core) -> None:
    wanted = replace(
        TERMS, indicator="EXT06", comparator=Comparator.AT_MOST, value=Decimal(10), measure="rank"
    )
    made, _undo, _changes = targets.set_target(commune, replace(wanted, first=date(2024, 1, 1)))
    for year, field in ((2024, 63), (2025, 34)):
        typed_figures.type_in(
            commune,
            replace(RANK, first=date(year, 1, 1), last=date(year, 12, 31), denominator=Decimal(field)),
        )
    row = the_row(commune, made)
    assert (row.value, row.expected, row.verdict) == (12, None, Verdict.TOO_EARLY)


# Commands


@pytest.fixture
def run(commune: Core, capsys: pytest.CaptureFixture[str]):
    def call(*arguments: str):
        options = cli._parser().parse_args([*arguments, "--json"])
        assert options.command(options, commune) == cli.DONE
        return json.loads(capsys.readouterr().out)

    return call


def test_a_target_lives_on_the_command_line(run) -> None:
    made = run(
        "target-set", "XHS09", "--value", "96,52", "--to", "2026-12-31", "--document", "1/KH",
        "--issuer", "UBND xã",
    )  # fmt: skip
    assert made["terms"]["value"] == "96.52"
    beginning = made["target_id"][:12]
    assert run("target", beginning, "--value", "80")["terms"]["value"] == "80"
    assert run("target", beginning, "--lacking")["villages"][0]["amount"] is None
    assert run("target", beginning, "--end")["verdict"] == "ended"
    assert len(run("targets", "--catalogue")["catalogue"]) == 34
    assert run("target-set", "--from-catalogue", "T09", "--to", "2027-12-31")["terms"]["indicator"] == "XHS01"


def test_a_typed_figure_lives_on_the_command_line(run) -> None:
    period = ("--period", "year", "--on", "2025-05-05")
    common = ("typed-figure-add", "EXT06", "--whole", "34", "--source", "Bộ KH&CN", *period)
    assert run(*common, "--value", "12")["value"] == "12"
    corrected = run(*common, "--value", "11", "--correct")
    assert [old["value"] for old in corrected["before"]] == ["12"]
    assert len(run("typed-figures", "--history")["figures"]) == 1
    assert run("typed-figure", corrected["figure_id"], "--take-out")["taken_out"] is True
    assert run("typed-figures")["figures"] == []


def test_what_is_no_number_is_said_to_be_none(run) -> None:
    with pytest.raises(UserError) as refused:
        run("typed-figure-add", "EXT01", "--value", "mười", "--source", "Cục Thống kê")
    assert (refused.value.code, refused.value.params) == ("number_unreadable", {"text": "mười"})
