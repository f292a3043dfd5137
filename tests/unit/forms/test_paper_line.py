"""What a pen wrote on the list of a round is read as it was meant, or doubted; nothing is guessed."""

from __future__ import annotations

from datetime import date

import pytest

from tongcds.domain.paper_keys import lettered_facts, numbered_services
from tongcds.domain.record_code import read
from tongcds.domain.views import EditUndo, PaperHome, Result, RoundRow, StopState
from tongcds.forms.paper_line import AGAIN, DAY, FACTS, FIELDS, MET, NOTE, SERVICES, is_empty, read_line
from tongcds.forms.paper_session import LineStatus, PaperSession

TODAY = date(2026, 11, 23)
XUAN, UN, MAI = b"x" * 16, b"u" * 16, b"m" * 16
NGAN = b"n" * 16
HOME = PaperHome(
    b"h" * 16, "HN-0087", "Hà Thị Xuân", ((XUAN, "Xuân"), (UN, "Ún"), (MAI, "Mai")), 3, b"s" * 16, NGAN
)
OTHER = PaperHome(b"i" * 16, "HN-0088", "Lò Văn Pản", ((b"p" * 16, "Pản"),), 4, b"t" * 16)


def line(met="", services="", facts="", again="", note="", *, on=TODAY, home=HOME):
    texts = dict(zip(FIELDS, (met, services, facts, again, note), strict=True))
    return read_line(texts, home, TODAY, on=on, by_id=NGAN)


def code_of(number):
    return numbered_services(TODAY)[number].code


def test_a_whole_line_is_read_as_it_was_written():
    entry = line("1", "1.24 2h".replace("24", "23"), "pv- 2t c", "+7", "máy hỏng").entry
    assert (entry.household_id, entry.stop_id, entry.on, entry.by_id) == (b"h" * 16, b"s" * 16, TODAY, NGAN)
    assert [(s.service, s.person_ids, s.result) for s in entry.supports] == [
        (code_of(1), (UN, MAI), Result.TOGETHER),
        (code_of(2), (XUAN,), Result.COME_BACK),
    ]
    assert [(s.subject, s.subject_id, s.fact, s.value) for s in entry.seen] == [
        ("person", XUAN, "smartphone", True),
        ("person", XUAN, "vneid2", False),
        ("person", UN, "account", True),
        ("household", b"h" * 16, "fibre", True),
    ]
    assert {seen.how for seen in entry.seen} == {"told"}
    assert (entry.state, entry.again_on, entry.note) == (StopState.DONE, date(2026, 11, 30), "máy hỏng")


@pytest.mark.parametrize(("typed", "state"), [("1", "done"), ("2", "absent"), ("3", "declined")])
def test_one_digit_says_how_it_went(typed, state):
    assert line(typed).entry.state == state


def test_a_line_with_services_is_one_where_somebody_was_met():
    assert line(services="1").entry.state is StopState.DONE


@pytest.mark.parametrize(
    ("typed", "result"), [("1", "together"), ("1t", "alone"), ("1h", "come_back"), ("1k", "declined")]
)
def test_the_letter_behind_a_service_says_how_it_ended(typed, result):
    assert line(services=typed).entry.supports[0].result == result


def test_a_service_of_the_household_names_nobody_and_a_code_is_read_too():
    number = next(n for n, s in numbered_services(TODAY).items() if s.unit.value == "household")
    assert line(services=str(number)).entry.supports[0].person_ids == ()
    assert line(services="ps02.2").entry.supports[0].person_ids == (UN,)
    assert SERVICES in line(services=f"{number}.2").problems


@pytest.mark.parametrize(
    ("typed", "service", "people", "result"),
    [
        ("cap quang", "IN03", (), "together"),
        ("Đăng ký cáp quang t", "IN03", (), "alone"),
        ("vneid.2 h", "ID01", (UN,), "come_back"),
        ("nhan biet lua dao.23 k", "SE01", (UN, MAI), "declined"),
        ("mobile money", "PY05", (XUAN,), "together"),
    ],
)
def test_a_service_may_be_called_by_its_name_without_marks(typed, service, people, result):
    (entry,) = line(services=typed).entry.supports
    assert (entry.service, entry.person_ids, entry.result) == (service, people, result)


def test_names_and_numbers_stand_beside_each_other_and_what_was_understood_is_said():
    reading = line(services="1 2h, cap quang, mobile money.3")
    assert [support.service for support in reading.entry.supports] == [code_of(1), code_of(2), "IN03", "PY05"]
    assert "Đăng ký cáp quang" in reading.heard[SERVICES]


@pytest.mark.parametrize("typed", ["vi", "nhan biet cap quang", "xyz", "cap quang.2", "t", "vneid 3"])
def test_a_name_that_may_be_several_services_or_none_is_doubted(typed):
    problems = line(services=typed).problems
    assert list(problems) == [SERVICES]


def test_of_several_services_the_first_are_named():
    said = line(services="dien tu").problems[SERVICES]
    assert said.startswith("“dien tu”")
    assert "…" in said


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (MET, "4"),
        (MET, "x"),
        (SERVICES, "99"),
        (SERVICES, "1.4"),
        (SERVICES, "1.0"),
        (SERVICES, "1x"),
        (SERVICES, "1 1"),
        (SERVICES, "zz01"),
        (FACTS, "q"),
        (FACTS, "4p"),
        (FACTS, "2c"),
        (FACTS, "p p-"),
        (FACTS, "p--"),
        (AGAIN, "sometime"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field_and_nothing_is_guessed(field, text):
    texts = {**dict.fromkeys(FIELDS, ""), MET: "1", SERVICES: "2", field: text}
    reading = read_line(texts, HOME, TODAY, on=TODAY, by_id=None)
    assert reading.entry is None
    assert list(reading.problems) == [field]
    assert reading.problems[field]


def test_nobody_home_and_something_done_contradict_each_other():
    assert list(line("2", "1").problems) == [MET]
    assert list(line("3", "", "p").problems) == [MET]
    assert line("2", note="đi nương").entry.note == "đi nương"


def test_coming_back_needs_a_service():
    assert list(line("1", again="+3").problems) == [SERVICES]


@pytest.mark.parametrize("on", [None, date(2026, 11, 24)])
def test_the_day_over_the_lines_is_a_day_that_was(on):
    assert list(line("1", on=on).problems) == [DAY]


def test_an_empty_line_is_no_line():
    assert is_empty(dict.fromkeys(FIELDS, " "))
    assert MET in line().problems
    assert not is_empty({NOTE: "x"})


def test_what_was_understood_is_said_with_the_names():
    heard = line("1", "1.2t", "2p-").heard
    assert "Ún" in heard[SERVICES]
    assert "tự làm" in heard[SERVICES]
    assert heard[FACTS] == "Ún: ĐT thông minh chưa"


def test_numbers_and_letters_survive_vietnamese_typing():
    assert not set(lettered_facts()) & set("aeiouydw")
    assert len(lettered_facts()) == 10
    assert read("p") is None


def row(ends=date(2026, 11, 30)):
    return RoundRow(b"r" * 16, "Đợt 1", "Bản Nà Ngà", date(2026, 11, 20), ends, None, 2, 2)


def test_a_session_knows_what_is_typed_saved_and_doubtful():
    session = PaperSession(row(), (HOME, OTHER), TODAY)
    assert session.status(HOME) is LineStatus.OPEN
    session.write(HOME, MET, "1")
    session.write(OTHER, MET, "9")
    assert session.status(HOME) is LineStatus.TYPED
    assert session.read(HOME).entry.by_id == NGAN
    session.mark_wrong(OTHER, "?")
    assert (session.status(OTHER), session.wrong(OTHER)) == (LineStatus.DOUBTFUL, "?")
    undo = EditUndo()
    session.mark_sending(HOME)
    session.mark_saved(HOME, session.texts(HOME), undo)
    assert session.status(HOME) is LineStatus.SAVED
    session.write(HOME, MET, "2")
    assert session.status(HOME) is LineStatus.TYPED
    assert session.before(HOME) is undo
    assert session.counts()[LineStatus.DOUBTFUL] == 0 + (session.status(OTHER) is LineStatus.DOUBTFUL)
    assert session.after(HOME) == OTHER
    assert session.after(OTHER) is None
    assert session.after(HOME, -1) is None


def test_the_draft_holds_what_is_not_saved_and_comes_back():
    session = PaperSession(row(), (HOME, OTHER), TODAY)
    session.who = NGAN
    session.day_words = "22/11/2026"
    session.write(HOME, MET, "1")
    session.write(OTHER, NOTE, "đi nương")
    session.mark_wrong(OTHER, "?")
    session.mark_sending(HOME)
    content = session.content()
    assert list(content["lines"]) == [OTHER.household_id.hex()]
    assert PaperSession.drafted(content) == (OTHER.household_id,)
    again = PaperSession(row(), (HOME, OTHER), TODAY)
    assert again.restore(content) == 1
    assert again.texts(OTHER)[NOTE] == "đi nương"
    assert (again.who, again.day) == (NGAN, date(2026, 11, 22))


def test_a_line_typed_over_while_it_is_saved_stays_in_the_draft():
    session = PaperSession(row(), (HOME,), TODAY)
    session.write(HOME, MET, "1")
    session.mark_sending(HOME)
    session.write(HOME, MET, "2")
    assert session.content()["lines"][HOME.household_id.hex()][MET] == "2"


def test_the_day_is_that_of_a_round_that_is_over():
    assert PaperSession(row(date(2026, 11, 21)), (), TODAY).day == date(2026, 11, 21)
    assert PaperSession(None, (), TODAY).day == TODAY
