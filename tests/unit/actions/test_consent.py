"""Who did not agree is left out of what leaves the vault, or goes along on a ground that the log names."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.pictures import jpeg
from tests.surroundings import FakeClock
from tests.unit.actions.conftest import MEMBER, VILLAGE, Home
from tongcds import cli
from tongcds.actions import Core, attachments, audit, exports, logbook, printing, privacy, register, rounds
from tongcds.documents import Written
from tongcds.domain import consent
from tongcds.domain.consent import Answers, Gate, Stance, detail_words, left_out_words, load_grounds
from tongcds.domain.views import (
    ConsentAnswer,
    ConsentState,
    HouseholdFilter,
    LeftOut,
    LogFilter,
    NewRequest,
    RoundPlan,
)
from tongcds.errors import UserError
from tongcds.papers.paper import Paper, Paragraph, Table

TODAY = date(2026, 11, 23)
XUAN, UN, MAI = "Hà Thị Xuân", "Lò Văn Ún", "Lò Thị Mai"
EVERYBODY, NOVEMBER = HouseholdFilter(), LogFilter(since=date(2026, 11, 1), until=date(2026, 11, 30))


@pytest.fixture
def village(team: Core, home: Home) -> Core:
    """A household of three with a phone, a visit to Mai, and nobody asked for anything."""
    with team.vault.change(MEMBER) as change:
        change.writer.update("person", home.people[0], phone="0981234521", id_number="014178000321")
        change.writer.update("household", home.household, poverty="poor", address="Nhóm 2")
        visit = change.writer.create(
            "visit", village_id=VILLAGE, household_id=home.household, on="2026-11-03", by_id=MEMBER,
            note="Mẹ ốm",
        )  # fmt: skip
        change.writer.create(
            "support", village_id=VILLAGE, visit_id=visit, service="DVC-03", person_ids=home.people[2],
            result="together",
        )  # fmt: skip
    return team


def say(core: Core, home: Home, at: int | None = None, **purposes: bool) -> None:
    """What the household says, or one of its people."""
    subject = ("household", home.household) if at is None else ("person", home.people[at])
    privacy.keep_consent(core, ConsentAnswer(home.household, *subject, dict(purposes), "spoken", core.today))


def take_back(core: Core, home: Home, at: int | None = None) -> None:
    states = privacy.consents(core, home.household)
    found = states[0] if at is None else next(s for s in states if s.subject_id == home.people[at])
    assert found.consent_id is not None
    privacy.withdraw_consent(core, found.consent_id, "spoken")


def names(path: Path) -> list[str]:
    return [row[2] for row in csv.reader(path.read_text(encoding="utf-8-sig").splitlines())][1:]


def noted(core: Core) -> list[tuple[str, int, str]]:
    return [(one.kind, one.count, one.detail) for one in reversed(audit.access_log(core).lines)]


def text(paper: Paper) -> str:
    return repr(paper)


# ---- who stands where


def state(**given: object) -> ConsentState:
    return ConsentState("person", b"p", "", b"c", on=TODAY, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("own", "home", "stance"),
    [
        (None, None, Stance.NOT_ASKED),
        (None, state(given=("support",)), Stance.AGREED),
        (state(declined=("support",)), state(given=("support",)), Stance.DECLINED),
        (state(given=("support",)), state(declined=("support",)), Stance.AGREED),
        (state(given=("support",), withdrawn_on=TODAY), state(given=("support",)), Stance.WITHDRAWN),
        (state(given=("support",), expired=True), None, Stance.EXPIRED),
        (state(given=("support",), expired=True), state(given=("support",)), Stance.AGREED),
        (state(given=("contact",)), None, Stance.NOT_ASKED),
        (state(declined=("support",), expired=True), None, Stance.DECLINED),
    ],
)
def test_a_persons_own_answer_goes_before_the_households_and_silence_is_none(
    own: ConsentState | None, home: ConsentState | None, stance: Stance
) -> None:
    said = {key: value for key, value in ((b"p", own), (b"h", home)) if value is not None}
    assert Answers(said, {}).of(b"p", b"h", "support") is stance


def test_an_objection_holds_until_somebody_agrees_anew() -> None:
    before = Answers({b"p": state(given=("support",))}, {b"p": date(2026, 11, 24)})
    assert before.of(b"p", b"h", "support") is Stance.OBJECTED
    after = Answers({b"p": state(given=("support",))}, {b"p": TODAY})
    assert after.of(b"p", b"h", "support") is Stance.AGREED


def test_where_the_commune_names_a_law_nobody_has_to_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    lawful = {"support": consent.load_purposes()["support"].__class__(
        code="support", name_vi="", name_en="", basis="Luật Căn cước, Điều 9",
    )}  # fmt: skip
    monkeypatch.setattr(consent, "load_purposes", lambda: lawful)
    assert Answers({b"p": state(withdrawn_on=TODAY)}, {}).of(b"p", b"h", "support") is Stance.AGREED


def test_who_is_left_out_and_why_is_a_sentence() -> None:
    left = LeftOut((("not_asked", 20), ("withdrawn", 1)))
    assert left_out_words(left) == "Để lại 21 người: 20 người chưa được hỏi, 1 người đã rút đồng ý."
    assert left_out_words(LeftOut(left.counts, "duty")) == (
        "Có 21 người chưa đồng ý vẫn đi kèm (20 người chưa được hỏi, 1 người đã rút đồng ý). Căn cứ: Nhiệm "
        "vụ của cơ quan nhà nước theo luật. Nhật ký truy cập có ghi."
    )
    assert left_out_words(LeftOut()) == ""
    assert all(ground.source for ground in load_grounds().values())


def test_a_gate_counts_each_once_and_lets_those_through_of_whom_nobody_knows_where_it_may() -> None:
    answers = Answers({b"no": state(declined=("support",))}, {})
    strict, working = Gate(answers), Gate(answers, unasked=True)
    for gate in (strict, working):
        for _time in range(2):
            assert not gate.passes("support", b"no", b"h")
    assert (strict.passes("support", b"?", b"h"), working.passes("support", b"?", b"h")) == (False, True)
    assert strict.left_out == LeftOut((("not_asked", 1), ("declined", 1)))
    assert working.left_out == LeftOut((("declined", 1),))


# ---- files


def test_nobody_is_in_the_table_who_was_not_asked(village: Core) -> None:
    assert exports.register_left_out(village) == (0, LeftOut((("not_asked", 3),)))
    done = exports.export_register(village)
    assert (names(done.path), done.left_out) == ([], LeftOut((("not_asked", 3),)))
    assert done.words() == "Để lại 3 người: 3 người chưa được hỏi."
    assert noted(village) == [("export", 0, "register")]


def test_the_table_holds_who_agreed_and_says_who_it_does_not(village: Core, home: Home) -> None:
    say(village, home, support=True)
    say(village, home, 1, support=False)
    say(village, home, 2, support=True)
    take_back(village, home, 2)
    done = exports.export_register(village)
    assert names(done.path) == [XUAN]
    assert dict(done.left_out.counts) == {"declined": 1, "withdrawn": 1}


def test_on_a_ground_everybody_goes_along_and_the_log_says_how_many(village: Core, home: Home) -> None:
    say(village, home, support=True)
    say(village, home, 1, support=False)
    done = exports.export_register(village, ground="duty")
    assert sorted(names(done.path)) == sorted([XUAN, UN, MAI])
    assert noted(village) == [("export", 3, "register"), ("without", 1, "duty")]
    with village.vault.read() as connection:
        told = connection.exec_driver_sql("SELECT kind, amount FROM audit ORDER BY sequence").all()
    assert [tuple(row) for row in told][-1] == ("without", 1), "the commune hears of it too"


def test_a_phone_needs_its_own_yes(village: Core, home: Home) -> None:
    say(village, home, support=True, contact=False)
    done = exports.export_register(village, numbers=True)
    rows = csv.reader(done.path.read_text(encoding="utf-8-sig").splitlines())
    row = next(row for row in rows if row[2] == XUAN)
    assert row[-2:] == ["", "014178000321"]
    assert done.words() == "Không kèm số điện thoại của 1 người: 1 người không đồng ý."
    say(village, home, support=True, contact=True)
    done = exports.export_register(village, numbers=True)
    assert "0981234521" in done.path.read_text(encoding="utf-8-sig")
    assert done.words() == ""


def test_the_log_keeps_what_was_done_and_leaves_out_the_name(village: Core, home: Home) -> None:
    done = logbook.export_log(village, LogFilter())
    written = done.path.read_text(encoding="utf-8-sig")
    assert done.lines == 1
    assert "DVC-03" in written
    assert [word for word in (MAI, "Mẹ ốm", "HN-0087") if word in written] == []
    assert logbook.left_out(village, LogFilter()) == (1, done.left_out) == (1, LeftOut((("not_asked", 1),)))
    say(village, home, support=True)
    assert MAI in logbook.export_log(village, LogFilter()).path.read_text(encoding="utf-8-sig")
    say(village, home, 2, support=False)
    assert MAI not in logbook.export_log(village, LogFilter()).path.read_text(encoding="utf-8-sig")


def test_a_photo_of_somebody_who_did_not_agree_needs_a_ground(
    village: Core, home: Home, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(2000))
    photo, _changes = attachments.attach(village, ("person", home.people[2]), tmp_path / "a.jpg")
    with pytest.raises(UserError, match="consent_missing") as refused:
        attachments.export(village, photo)
    assert refused.value.params["why"] == "Để lại 1 người: 1 người chưa được hỏi."
    assert noted(village) == []
    attachments.export(village, photo, ground="own_request")
    assert noted(village) == [("export", 1, "attachment"), ("without", 1, "own_request")]
    say(village, home, 2, support=True)
    assert not attachments.left_out(village, photo).total
    with pytest.raises(UserError, match="ground_unknown"):
        attachments.export(village, photo, ground="because")


# ---- papers


def test_a_sheet_is_made_for_those_who_are_still_to_be_asked_and_empty_for_who_said_no(
    village: Core, home: Home
) -> None:
    assert XUAN in text(printing.sheets(village, [home.household]).paper)
    say(village, home, support=True)
    take_back(village, home)
    made = printing.sheets(village, [home.household])
    assert [word for word in (XUAN, MAI, "HN-0087", "Nhóm 2") if word in text(made.paper)] == []
    assert (made.people, made.left_out) == (0, LeftOut((("withdrawn", 1),)))
    made = printing.sheets(village, [home.household], ground="own_request")
    assert XUAN in text(made.paper)
    printing.printed(village, made)
    assert noted(village) == [("print", 3, "B02"), ("without", 1, "own_request")]


def test_a_sheet_has_no_whole_phone_of_who_does_not_want_calls(village: Core, home: Home) -> None:
    say(village, home, support=True, contact=False)
    made = printing.sheets(village, [home.household], numbers=True)
    assert XUAN in text(made.paper)
    assert "0981234521" not in text(made.paper).replace(" ", "")


def test_a_list_for_others_holds_who_agreed_and_says_so_on_the_paper(village: Core, home: Home) -> None:
    made = printing.without_smartphone(village, EVERYBODY)
    assert (made.people, XUAN in text(made.paper)) == (0, False)
    notes = [b.words for s in made.paper.sheets for b in s.blocks if isinstance(b, Paragraph)]
    assert "Để lại 1 người: 1 người chưa được hỏi." in notes
    say(village, home, support=True)
    rows = _rows(printing.without_smartphone(village, EVERYBODY).paper)
    assert (rows[0][1], rows[0][3]) == (f"{XUAN} (HN-0087)", ""), "poverty is another question"
    say(village, home, support=True, sensitive=True)
    assert _rows(printing.without_smartphone(village, EVERYBODY).paper)[0][3] == "nghèo"
    assert printing.without_smartphone(village, EVERYBODY, ground="duty").left_out == LeftOut((), "duty")


def _rows(paper: Paper) -> list[tuple[object, ...]]:
    return [r.cells for s in paper.sheets for b in s.blocks if isinstance(b, Table) for r in b.rows]


def test_the_book_and_the_round_name_everybody_but_who_said_no(village: Core, home: Home) -> None:
    made, _undo, _changes = rounds.plan(
        village, RoundPlan("Đợt 1", date(2026, 11, 24), date(2026, 11, 25), (home.household,))
    )
    papers: tuple[Callable[[], printing.Printout], ...] = (
        lambda: printing.activities(village, NOVEMBER),
        lambda: printing.round_list(village, made[0]),
    )
    for make in papers:
        assert (XUAN in text(make().paper)) or (MAI in text(make().paper))
    say(village, home, support=False)
    for make in papers:
        printout = make()
        assert [word for word in (XUAN, MAI, "Nhóm 2", "Mẹ ốm") if word in text(printout.paper)] == []
        assert printout.left_out == LeftOut((("declined", 1),))
    # A round goes to a place, so its code stays; in the book it would be a name.
    assert "HN-0087" in text(papers[1]().paper)


# ---- numbers on the screen


def test_a_number_of_who_took_consent_back_is_shown_said_and_noted(village: Core, home: Home) -> None:
    say(village, home, support=True, contact=True)
    assert register.reveal_phone(village, home.household).refusal == ""
    take_back(village, home)
    shown = register.reveal_phone(village, home.household)
    assert shown.number == "0981234521", "official work is not held up"
    assert shown.refusal == "Hà Thị Xuân đã rút đồng ý. Nhật ký truy cập ghi rằng bạn đã xem."
    assert register.reveal(village, home.people[0], "id_number").refusal
    assert noted(village) == [
        ("reveal", 0, "phone"), ("reveal", 0, "phone"), ("without", 1, "phone"), ("reveal", 0, "id_number"),
        ("without", 1, "id_number"),
    ]  # fmt: skip


def test_who_was_never_asked_is_no_refusal(village: Core, home: Home) -> None:
    assert register.reveal_phone(village, home.household).refusal == ""
    assert noted(village) == [("reveal", 0, "phone")]


def test_a_request_to_stop_counts_from_the_day_it_came_unless_it_was_declined(
    village: Core, home: Home, clock: FakeClock
) -> None:
    say(village, home, support=True, contact=True)
    clock.advance(days=1)
    wanted = NewRequest("object", XUAN, village.today, VILLAGE, home.household, home.people[0])
    request, _undo, _changes = privacy.add_request(village, wanted)
    assert dict(exports.export_register(village).left_out.counts) == {"objected": 1}
    assert "không dùng dữ liệu" in register.reveal_phone(village, home.household).refusal
    privacy.close_request(village, request, "declined", "Việc do luật giao")
    assert not exports.export_register(village).left_out.total


# ---- commands


@pytest.mark.parametrize(
    "words",
    [
        ("export-register",), ("supports", "--file"), ("print", "no-smartphone"),
        ("print", "sheet", "HN-0087"), ("print", "log"),
    ],
)  # fmt: skip
def test_every_command_says_who_is_left_out_and_takes_a_ground(
    village: Core, home: Home, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    say(village, home, support=False)

    def run(*more: str) -> dict[str, object]:
        options = cli._parser().parse_args([*words, *more, "--json"])
        options.draw = lambda _paper: Written(b"%PDF-")
        options.command(options, village)
        answer: dict[str, object] = json.loads(capsys.readouterr().out)
        return answer

    people = 3 if words == ("export-register",) else 1
    assert run()["left_out"] == {"declined": people}
    assert not [kind for kind, *_rest in noted(village) if kind == "without"]
    assert run("--ground", "duty")["left_out"] == {"declined": people}
    assert noted(village)[-1] == ("without", people, "duty")
    with pytest.raises(UserError, match="ground_unknown"):
        run("--ground", "because")


def test_lines_of_the_log_say_what_left_and_why() -> None:
    words = [detail_words(detail) for detail in ("register", "B07", "duty", "phone", "not_so", "anything")]
    assert words[:4] == ["danh sách hộ", "B07", "Nhiệm vụ của cơ quan nhà nước theo luật", "số điện thoại"]
    assert all(words[:5])
    assert words[5] == ""
