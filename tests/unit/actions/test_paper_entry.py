"""Lines of a printed list become visits, observations and ticks, each in one save that can be taken back."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.unit.actions.conftest import MEMBER, VILLAGE
from tongcds import cli
from tongcds.actions import logbook, observations, paper_entry, register, rounds, visits
from tongcds.actions.journal import take_back
from tongcds.domain import record_code
from tongcds.domain.paper_keys import lettered_facts, numbered_services
from tongcds.domain.views import LogFilter, RoundPlan, StopState
from tongcds.errors import UserError
from tongcds.forms.paper_session import PaperSession, draft_name
from tongcds.papers.paper import Code, Table
from tongcds.papers.rounds import round_list


@pytest.fixture
def core(team):
    return team


@pytest.fixture
def listed(core, home):
    """A round over the household of three and another of one person: its id."""
    with core.vault.change(MEMBER) as change:
        other = change.writer.reserve()
        head = change.writer.create(
            "person", village_id=VILLAGE, household_id=other, full_name="Lò Văn Pản", birth="1960"
        )
        change.writer.create("household", reserved=other, village_id=VILLAGE, code="HN-0088", head_id=head)
    plan = RoundPlan("Đợt 1", core.today, core.today + timedelta(days=6), (home.household, other))
    (round_id,), _undo, _changes = rounds.plan(core, plan)
    return round_id


def typed(core, round_id, place, *texts):
    """A session in which something stands in one line, and the line."""
    start = paper_entry.begin(core, round_id)
    session = PaperSession(start.row, start.homes, core.today)
    line = paper_entry.line_named(core, session.lines, str(place))
    for field, text in zip(("met", "services", "facts", "again", "note"), texts, strict=False):
        session.write(line, field, text)
    return session, line


def saved(core, round_id, place, *texts, **more):
    session, line = typed(core, round_id, place, *texts)
    reading = session.read(line)
    assert reading.problems == {}
    return paper_entry.save_line(core, reading.entry, **more)[0]


def visits_logged(core):
    return logbook.whole(core, LogFilter())


def states(core, round_id):
    return [stop.state for stop in rounds.round_of(core, round_id).stops]


def test_lines_have_the_numbers_of_the_paper_whoever_goes_and_whatever_is_dropped(core, listed, home):
    def numbers():
        paper = round_list(core.whoami(), rounds.round_of(core, listed), core.today)
        tables = [b for sheet in paper.sheets for b in sheet.blocks if isinstance(b, Table)]
        return [row.cells[:2] for table in tables for row in table.rows]

    assert numbers() == [("1", "HN-0087"), ("2", "HN-0088")]
    first, second = rounds.round_of(core, listed).stops
    rounds.assign(core, [second.stop_id], MEMBER)
    assert sorted(numbers()) == [("1", "HN-0087"), ("2", "HN-0088")]
    rounds.drop(core, [first.stop_id])
    assert numbers() == [("2", "HN-0088")]
    assert [line.place for line in paper_entry.begin(core, listed).homes] == [2]


def test_the_code_on_the_list_names_its_round(core, listed):
    paper = round_list(core.whoami(), rounds.round_of(core, listed), core.today)
    (code,) = [block for block in paper.sheets[0].blocks if isinstance(block, Code)]
    assert record_code.read_round(code.payload.lower()) == listed
    assert record_code.read(code.payload) is None
    assert record_code.read_round(record_code.scanned(listed)) is None
    assert record_code.read_round(code.payload[:-1] + "?") is None


def test_people_are_numbered_as_on_their_survey_sheet(core, listed, home):
    (line, _other) = paper_entry.begin(core, listed).homes
    shown = register.household(core, home.household)
    assert [person for person, _name in line.people] == [person.person_id for person in shown.people]


def test_a_line_is_found_by_number_code_and_qr_also_off_the_list(core, listed, home):
    lines = paper_entry.begin(core, listed).homes
    for words in ("1", "hn-0087", record_code.scanned(home.household), record_code.short(home.household)):
        assert paper_entry.line_named(core, lines, words).household_id == home.household
    off = paper_entry.line_named(core, (), "HN-0087")
    assert (off.household_id, off.stop_id, off.place) == (home.household, None, 0)
    for words in ("99", "HN-9999", ""):
        with pytest.raises(UserError) as error:
            paper_entry.line_named(core, lines, words)
        assert error.value.code == "household_unclear"


def test_a_whole_line_is_a_visit_a_tick_and_what_was_seen(core, listed, home):
    rounds.assign(core, [rounds.round_of(core, listed).stops[0].stop_id], MEMBER)
    saved(core, listed, 1, "1", "1.2 2h", "p 2v-", "+7", "máy hỏng")
    rows = visits_logged(core)
    services = numbered_services(core.today)
    assert {(row.service, row.result) for row in rows} == {
        (services[1].code, "together"),
        (services[2].code, "come_back"),
    }
    assert {(row.by, row.note, row.on) for row in rows} == {("Lò Thị Ngân", "máy hỏng", core.today)}
    stop = rounds.round_of(core, listed).stops[0]
    assert (stop.state, stop.on, stop.note) == (StopState.DONE, core.today, "máy hỏng")
    known = {(o.whom, o.fact, o.value, o.how) for o in observations.observations(core, home.household)}
    assert ("Hà Thị Xuân", "smartphone", True, "told") in known
    assert ("Lò Văn Ún", "vneid2", False, "told") in known
    (promise,) = register.household(core, home.household).open_follow_ups
    assert (promise.due - core.today).days == 7


def test_a_line_without_a_service_is_a_tick_and_no_visit(core, listed):
    saved(core, listed, 2, "2", "", "", "", "đi nương")
    assert visits_logged(core) == ()
    stop = rounds.round_of(core, listed).stops[1]
    assert (stop.state, stop.note) == (StopState.ABSENT, "đi nương")


def test_undo_takes_the_whole_line_back(core, listed, home):
    undo = saved(core, listed, 1, "1", "1h", "p", "+7", "x")
    take_back(core, undo)
    assert visits_logged(core) == ()
    assert states(core, listed) == [StopState.OPEN] * 2
    assert observations.observations(core, home.household) == ()
    assert register.household(core, home.household).open_follow_ups == ()


def test_a_line_typed_over_replaces_what_it_wrote(core, listed):
    undo = saved(core, listed, 1, "1", "1", "p")
    saved(core, listed, 1, "1", "2", "", instead_of=undo)
    assert [row.service for row in visits_logged(core)] == [numbered_services(core.today)[2].code]


def test_a_promise_that_a_line_kept_is_open_again_after_undo(core, listed, home):
    saved(core, listed, 1, "1", "1h", "", "+7")
    undo = saved(core, listed, 1, "1", "1")
    assert register.household(core, home.household).open_follow_ups == ()
    take_back(core, undo)
    assert len(register.household(core, home.household).open_follow_ups) == 1


def test_the_draft_loses_a_line_in_the_save_of_that_line(core, listed):
    session, line = typed(core, listed, 1, "1")
    other = session.after(line)
    session.write(other, "met", "9")
    visits.save_draft(core, session.draft, session.content())
    session.mark_sending(line)
    entry = session.read(line).entry
    paper_entry.save_line(core, entry, draft=(session.draft, session.content()))
    kept = visits.load_draft(core, draft_name(listed)).content
    assert list(kept["lines"]) == [other.household_id.hex()]


def test_a_save_that_fails_keeps_the_draft_and_writes_nothing(core, listed):
    session, line = typed(core, listed, 1, "1", "1")
    visits.save_draft(core, session.draft, session.content())
    session.mark_sending(line)
    entry = session.read(line).entry
    for person in rounds.round_of(core, listed).stops[:1]:
        with core.vault.change(MEMBER) as change:
            change.writer.load("household", [person.household_id])
            change.writer.remove("household", person.household_id)
    with pytest.raises(UserError):
        paper_entry.save_line(core, entry, draft=(session.draft, session.content()))
    assert list(visits.load_draft(core, draft_name(listed)).content["lines"]) == [line.household_id.hex()]
    assert visits_logged(core) == ()


def test_a_draft_brings_a_household_off_the_list_back(core, listed, home):
    session = PaperSession(None, (), core.today)
    line = paper_entry.line_named(core, (), "HN-0087")
    session.add(line)
    session.write(line, "met", "1")
    visits.save_draft(core, session.draft, session.content())
    start = paper_entry.begin(core, None)
    assert (start.row, [one.household_id for one in start.homes]) == (None, [home.household])


def test_the_command_saves_good_lines_and_marks_the_doubtful_ones(core, listed, tmp_path, capsys):
    def ran(*words):
        options = cli._parser().parse_args(["paper-entry", *words, "--json"])
        code = options.command(options, core)
        return code, json.loads(capsys.readouterr().out)["lines"]

    file = tmp_path / "lines.txt"
    file.write_text("1|1|1|p\n\n2|8\n99|1\n", encoding="utf-8")
    code, lines = ran(
        "--round", listed.hex()[:8], "--file", str(file), "--line", "2|2|||đi nương", "--by", "ngan"
    )
    assert code == 5
    assert [bool(line["wrong"]) for line in lines] == [True, False, True, True]
    assert states(core, listed)[0] is StopState.DONE
    code, lines = ran("--round", listed.hex(), "--line", "2|2||||đi nương", "--on", core.today.isoformat())
    assert (code, lines[0]["heard"]) == (0, "không có ai ở nhà") or code == 0
    assert states(core, listed)[1] is StopState.ABSENT
    for words in ((), ("--file", str(tmp_path / "none.txt"))):
        with pytest.raises(UserError):
            ran(*words)


def test_a_line_is_doubted_like_the_answers_it_stands_for(core, listed, home):
    """The third of the household is a child."""
    with core.vault.change(MEMBER) as change:
        change.writer.load("person", [home.people[2]])
        change.writer.update("person", home.people[2], birth=f"{core.today.year - 6}")
    letter = next(key for key, fact in lettered_facts().items() if fact.code == "vneid2")
    number = next(n for n, service in numbered_services(core.today).items() if service.fact == "vneid2")

    def doubts(*texts):
        session, line = typed(core, listed, 1, *texts)
        return paper_entry.doubts(core, session.read(line).entry)

    assert doubts("1", "", f"1{letter}") == ()
    (told,) = doubts("1", "", f"3{letter}")
    assert doubts("1", f"{number}.3") == (told,)
    assert doubts("1", f"{number}.3h") == ()
