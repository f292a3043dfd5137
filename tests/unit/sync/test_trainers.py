"""A trainer's computer: the sessions that name them, who is on the list, and nothing else of the register.

Every personal field of every record of a village holds words of its own. What a trainer's vault may hold of
them is said here, and it is looked for in every table of it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.unit.server.conftest import COMMUNE, OTHER_COMMUNE, VILLAGE
from tests.unit.sync.desks import server_rows, sync_all
from tongcds.actions import assessing, attendance, follow_ups, training_figures, trainings, visits
from tongcds.domain.training import Ability, Phase, State
from tongcds.domain.views import Result, SupportEntry, VisitEntry
from tongcds.domain.views.training import Guest, Ratings, Shown, TrainingPlan
from tongcds.errors import UserError
from tongcds.protocol.messages import ScopeEntry, training_mode
from tongcds.records import all_types
from tongcds.records.declare import Kind, PersonalData
from tongcds.replica import leave_areas, load_identity, pages
from tongcds.server import enrolment, reforms, units

TRAINER = "Quàng Thị Vân"
CANARY = "chim hoàng yến"
_OF_SESSIONS = {"attendance", "skill_check", "training_rating"}


@pytest.fixture
def team(small_world, desks):
    return _synced(desks(small_world, VILLAGE, "Lò Thị Ngân"))


@pytest.fixture
def commune(small_world, desks):
    return _synced(desks(small_world, COMMUNE, "Cà Thị Hương"))


@pytest.fixture
def trainer(small_world, desks):
    return _synced(desks(small_world, COMMUNE, TRAINER, "trainer"))


def _synced(desk):
    desk.sync()
    return desk


def plan(desk, *villages, trainers=(TRAINER,), title=""):
    wanted = TrainingPlan(
        desk.core.today,
        8 * 60,
        "Nhà văn hoá xã",
        course="older/1",
        villages=villages,
        trainers=trainers,
        title=title,
    )
    return trainings.plan(desk.core, wanted)[0]


def person(desk, name, *, village=None, **more):
    village = village or desk.unit
    with desk.writing() as writer:
        household = writer.reserve()
        made = writer.create(
            "person", village_id=village, household_id=household, full_name=name, birth="1952-03-04", **more
        )
        writer.create("household", reserved=household, village_id=village, code="HN-1", head_id=made)
    return household, made


def canaries_everywhere(desk, ids):
    """One record more of every kind about people, each of its words a canary; `ids` for fields that name."""
    with desk.writing() as writer:
        for record in all_types():
            if not record.about_people or record.area_field != "village_id":
                continue
            said = {
                field.name: f"{CANARY} {record.name} {field.name}"
                for field in record.fields
                if field.kind is Kind.TEXT
                or (field.kind is Kind.WORD and field.personal is not PersonalData.NONE)
            }
            named = {name: value for name, value in ids.items() if name in record.kinds}
            writer.create(record.name, **{**said, **named, "village_id": desk.unit})


def found_in(desk):
    """All words of the vault, table by table, in which a canary sings."""
    with desk.core.vault.read() as connection:
        tables = (
            connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        )
        rows = {table: connection.execute(text(f'SELECT * FROM "{table}"')).all() for table in tables}
    return {
        (table, value if isinstance(value, str) else value.decode("utf-8", "replace"))
        for table, several in rows.items()
        for row in several
        for value in row
        if isinstance(value, str | bytes)
        and CANARY.encode() in (value.encode() if isinstance(value, str) else value)
    }


def held(desk):
    """Types of which the vault holds records."""
    return {record.name for record in all_types() if desk.rows(record.name, deleted=True)}


@pytest.fixture
def full_village(team, commune, trainer):
    return _full_village(team, commune)


def _full_village(team, commune):
    """A village full of canaries, two of whose people are on the list of a session of the trainer's."""
    first = person(team, "Lò Văn Ún", phone=f"{CANARY} phone", id_number=f"{CANARY} id", note=CANARY)
    second = person(team, "Tòng Thị Hặc", phone=f"{CANARY} phone", id_number=f"{CANARY} id", note=CANARY)
    person(team, f"{CANARY} neighbour")
    sync_all(team, commune)
    theirs = plan(commune, team.unit)
    others = plan(commune, team.unit, trainers=("Somebody Else",), title=f"{CANARY} session of others")
    attendance.invite(commune.core, theirs, [first[1], second[1]])
    attendance.come(commune.core, theirs, [first[1]])
    attendance.come(commune.core, others, [second[1]])
    canaries_everywhere(team, {"training_id": others, "household_id": first[0], "subject_id": first[1]})
    sync_all(team, commune)
    return theirs, first, second


def test_a_trainer_holds_the_list_of_their_sessions_and_no_canary(full_village, trainer):
    theirs, first, second = full_village
    trainer.sync()
    assert found_in(trainer) == set()
    assert held(trainer) == {"unit", "village", "training", "attendance"}
    assert set(trainer.rows("training")) == {theirs}
    shown = trainings.open_one(trainer.core, theirs)
    assert [(one.name, one.birth_year, one.village, one.here) for one in shown.people] == [
        ("Tòng Thị Hặc", 1952, "Bản Nà Ngà", False),
        ("Lò Văn Ún", 1952, "Bản Nà Ngà", True),
    ]
    for one in trainer.rows("attendance").values():
        assert one["subject_id"] in {first[1], second[1]}
        assert one["home"] is None


@pytest.mark.parametrize("guard", ["told", "filled_in"])
def test_without_either_guard_the_canaries_are_found(full_village, trainer, team, monkeypatch, guard):
    theirs, first, _second = full_village
    with team.writing() as writer:
        said = {"training_id": theirs, "person_ids": first[1], "household_id": first[0], "skill": "K6.1"}
        writer.create("follow_up", village_id=team.unit, detail=f"{CANARY} detail", state="open", **said)
    team.sync()
    if guard == "told":
        monkeypatch.setattr(
            pages, "told", lambda _connection, record, _sessions: record.table.c.id.is_not(None)
        )
    else:
        monkeypatch.setattr(pages, "filled_in", lambda _connection, _record, states: states)
    # Nor does the laptop's own purge take away again what should not have come.
    monkeypatch.setattr("tongcds.sync.answers.leave_areas", lambda *_: {})
    trainer.sync()
    assert found_in(trainer) != set()


def test_a_purge_takes_what_a_careless_server_sent(full_village, trainer, monkeypatch):
    with monkeypatch.context() as careless:
        careless.setattr(pages, "told", lambda _connection, record, _sessions: record.table.c.id.is_not(None))
        careless.setattr("tongcds.sync.answers.leave_areas", lambda *_: {})
        trainer.sync()
    assert found_in(trainer) != set()
    trainer.sync()
    assert found_in(trainer) == set()


def test_both_databases_tell_a_trainer_the_same(world, desks):
    team = _synced(desks(world, VILLAGE, "Lò Thị Ngân"))
    commune = _synced(desks(world, COMMUNE, "Cà Thị Hương"))
    trainer = desks(world, COMMUNE, TRAINER, "trainer")
    theirs, (_home, first), (_other, second) = _full_village(team, commune)
    trainer.sync()
    attendance.come(trainer.core, theirs, [second])
    assessing.assess(trainer.core, theirs, [Shown(first, "K6.1", Phase.AFTER, Ability.ALONE)])
    sync_all(trainer, team)
    assert found_in(trainer) == set()
    assert [one.here for one in trainings.open_one(team.core, theirs).people] == [True, True]
    assert trainings.open_one(trainer.core, theirs).shares == trainings.open_one(team.core, theirs).shares
    assert server_rows(world, "quarantined") == {}


def test_a_long_list_comes_in_pages(full_village, trainer, commune, monkeypatch):
    theirs, _first, _second = full_village
    for number in range(30):
        attendance.guest(commune.core, theirs, Guest(f"Vì Thị Xôm {number}", 1949, "Bản Nà Ngà"))
    commune.sync()
    monkeypatch.setattr("tongcds.sync.exchange.PAGE_LIMIT", 7)
    assert trainer.sync().rounds >= 4
    assert len(trainings.open_one(trainer.core, theirs).people) == 32


def test_what_was_promised_reaches_the_trainer_without_words_and_with_what_came_of_it(
    full_village, trainer, team, commune
):
    theirs, (household, who), _second = full_village
    assessing.assess(commune.core, theirs, [Shown(who, "K6.1", Phase.AFTER, Ability.CANNOT)])
    assessing.finish(commune.core, theirs, commune.core.today + timedelta(days=14))
    sync_all(commune, team)
    (task,) = follow_ups_of(team, theirs)
    service = task["service"]
    entry = VisitEntry(
        household,
        team.core.today,
        (SupportEntry(service, (who,), Result.ALONE),),
        note=CANARY,
    )
    visits.save_visit(team.core, entry)
    sync_all(team, trainer)
    (row,) = trainings.open_one(trainer.core, theirs).tasks
    assert (row.visited_on, row.can, row.name) == (team.core.today, Ability.ALONE, "Lò Văn Ún")
    (kept,) = follow_ups_of(trainer, theirs)
    assert {kept[name] for name in ("detail", "household_id", "visit_id", "closing_visit_id")} == {None}
    assert found_in(trainer) == set()
    assert not {"visit", "support", "household", "person"} & held(trainer)


def follow_ups_of(desk, training):
    return [row for row in desk.rows("follow_up").values() if row["training_id"] == training]


def test_a_trainer_and_the_team_take_one_list_offline_and_agree(
    full_village, trainer, team, commune, small_world
):
    theirs, (_home, first), (_other, second) = full_village
    trainer.sync()
    attendance.come(trainer.core, theirs, [first, second])
    attendance.come(team.core, theirs, [second])
    guest = Guest("Vì Thị Xôm", 1949, "Bản Nà Ngà")
    for desk in (trainer, team):
        attendance.guest(desk.core, theirs, guest)
        assessing.assess(desk.core, theirs, [Shown(second, "K6.1", Phase.AFTER, Ability.CANNOT)])
    assessing.assess(trainer.core, theirs, [Shown(first, "K6.1", Phase.AFTER, Ability.ALONE)])
    assessing.rate(trainer.core, theirs, Ratings(3, 2, 1))
    made, _undo, _changes = assessing.finish(trainer.core, theirs, trainer.core.today + timedelta(days=14))
    assert made == 1
    sync_all(trainer, team, commune)
    views = [trainings.open_one(desk.core, theirs) for desk in (trainer, team, commune)]
    for view in views:
        assert [(one.name, one.here, one.guest) for one in view.people] == [
            ("Tòng Thị Hặc", True, False),
            ("Lò Văn Ún", True, False),
            ("Vì Thị Xôm", True, True),
        ]
        assert view.row.state is State.HELD
        assert view.shares == views[0].shares
        assert view.tasks == views[0].tasks
        assert view.ratings == Ratings(3, 2, 1)
    todo = follow_ups.tasks(team.core).rows
    assert [row.title.partition(" — ")[0] for row in todo if "K6" not in row.title and row.detail][:1]
    assert len(follow_ups_of(team, theirs)) == 1
    assert server_rows(small_world, "quarantined") == {}
    assert server_rows(small_world, "conflict") == {}
    observed = [one for one in team.rows("observation").values() if one["subject_id"] == first and one["how"]]
    assert [one["fact"] for one in observed if one["how"] == "done_with_us"]
    # The server keeps of people of a register no name in a tick: it is filled in on the way to a trainer.
    named = {one["name"] for one in server_rows(small_world, "attendance").values()}
    assert named <= {None, "Vì Thị Xôm", f"{CANARY} attendance name"}


def test_a_trainer_corrects_what_the_team_saw_and_the_figure_follows(full_village, trainer, team, commune):
    theirs, (_home, who), _second = full_village
    assessing.assess(team.core, theirs, [Shown(who, "K6.1", Phase.AFTER, Ability.ALONE)])
    sync_all(team, trainer)
    proved = list(trainer.rows("observation").values())
    assert {one["subject_id"] for one in proved} == {who}
    assessing.assess(trainer.core, theirs, [Shown(who, "K6.1", Phase.AFTER, Ability.CANNOT)])
    sync_all(trainer, team)
    left = [one for one in team.rows("observation").values() if one["how"] == "done_with_us"]
    assert left == []


def test_sessions_come_and_go_with_the_name_among_the_trainers(full_village, trainer, commune):
    theirs, _first, _second = full_village
    trainer.sync()
    row = trainings.the_row(commune.core, theirs)
    plan_without = trainings.plan_of(row)
    trainings.replan(commune.core, theirs, _with_trainers(plan_without, ("Somebody Else",)))
    sync_all(commune, trainer)
    assert held(trainer) == {"unit"}
    trainings.replan(commune.core, theirs, _with_trainers(plan_without, ("Cà Thị Hương", TRAINER)))
    sync_all(commune, trainer)
    assert len(trainings.open_one(trainer.core, theirs).people) == 2


def _with_trainers(wanted, names):
    return replace(wanted, trainers=names)


def test_what_waits_when_its_session_goes_is_kept_at_the_server(full_village, trainer, commune, small_world):
    theirs, _first, (_other, second) = full_village
    trainer.sync()
    attendance.come(trainer.core, theirs, [second])
    wanted = trainings.plan_of(trainings.the_row(commune.core, theirs))
    trainings.replan(commune.core, theirs, _with_trainers(wanted, ("Somebody Else",)))
    commune.sync()
    sync_all(trainer)
    (kept,) = server_rows(small_world, "quarantined").values()
    assert kept["code"] == "not_allowed"
    assert "training" not in held(trainer)


def test_a_purge_leaves_what_the_server_has_not_seen(full_village, trainer):
    theirs, _first, (_other, second) = full_village
    trainer.sync()
    attendance.come(trainer.core, theirs, [second])
    before = set(trainer.rows("attendance"))
    with trainer.core.vault.write() as connection:
        me = load_identity(connection, now=trainer.world.now)
        assert me is not None
        unit = trainer.core.credentials().unit_id
        entries = [ScopeEntry(area, training_mode(())) for area in (unit, trainer.world.unit(VILLAGE))]
        leave_areas(connection, me, entries)
    (waiting,) = trainer.rows("attendance").values()
    assert (waiting["subject_id"], waiting["here"]) == (second, 1)
    assert len(before) > 1


def test_a_trainer_plans_nothing_and_changes_nothing_of_a_plan(full_village, trainer):
    theirs, _first, _second = full_village
    trainer.sync()
    view = trainings.view(trainer.core)
    assert (view.may_plan, view.may_announce, view.may_take) == (False, False, True)
    assert [(row.training_id, row.mine, row.unit) for row in view.rows] == [(theirs, False, "Xã Chiềng Mung")]
    wanted = trainings.plan_of(view.rows[0])
    for refused, work in (
        ("trainer_plans_nothing", lambda: trainings.plan(trainer.core, wanted)),
        ("trainer_plans_nothing", lambda: trainings.repeat(trainer.core, theirs, every=7, times=1)),
        ("training_not_yours", lambda: trainings.replan(trainer.core, theirs, wanted)),
        ("training_not_yours", lambda: trainings.cancel(trainer.core, theirs, "rain")),
    ):
        with pytest.raises(UserError) as error:
            work()
        assert error.value.code == refused


def test_a_revoked_trainer_gets_nothing_and_loses_nothing(full_village, trainer, commune, small_world):
    theirs, (_home, first), _second = full_village
    trainer.sync()
    with small_world.province.database.write() as connection:
        assert enrolment.revoke(connection, trainer.core.credentials().device, now=small_world.now())
    attendance.come(trainer.core, theirs, [_second[1]])
    attendance.invite(commune.core, theirs, [first])
    attendance.guest(commune.core, theirs, Guest(f"{CANARY} guest", 1949, "Bản Nà Ngà"))
    commune.sync()
    with pytest.raises(UserError, match="device_revoked"):
        trainer.sync()
    assert found_in(trainer) == set()
    assert {row["code"] for row in server_rows(small_world, "quarantined").values()} == {"device_revoked"}


def test_two_trainers_of_one_name_would_see_each_others_sessions(trainer, small_world):
    with pytest.raises(UserError, match="trainer_name_taken"):
        small_world.invite(OTHER_COMMUNE, TRAINER.upper(), role="trainer")
    small_world.invite(COMMUNE, TRAINER, role="trainer")
    small_world.invite(OTHER_COMMUNE, f"{TRAINER} (Chiềng Mung)", role="trainer")


@pytest.mark.parametrize(
    ("unit", "planner", "sees"),
    [(COMMUNE, COMMUNE, True), (COMMUNE, VILLAGE, True), (VILLAGE, COMMUNE, False), ("14", VILLAGE, True),
     (OTHER_COMMUNE, COMMUNE, False), ("Khu vực Mai Sơn", COMMUNE, True)],
)  # fmt: skip
def test_sessions_of_the_own_unit_and_those_below_are_a_trainers(small_world, desks, unit, planner, sees):
    desk = _synced(desks(small_world, planner, "Lò Văn Chựa"))
    training = plan(desk)
    desk.sync()
    trainer = _synced(desks(small_world, unit, TRAINER, "trainer"))
    assert (training in trainer.rows("training")) is sees


def test_a_laptop_that_is_given_to_a_trainer_lets_the_register_go(full_village, commune, small_world):
    second = commune.core.credentials()
    with small_world.province.database.write() as connection:
        reforms.reassign(
            connection, second.device, units.find(connection, COMMUNE), role="trainer", now=small_world.now()
        )
    assert "person" in held(commune)
    sync_all(commune)
    assert not {"person", "household", "member"} & held(commune)
    (known,) = [
        one for one in server_rows(small_world, "laptop").values() if one["known_as"] == second.device
    ]
    assert known["revoked"] == 1


def test_figures_of_a_trainer_know_guests_from_people_of_a_register(full_village, trainer):
    theirs, _first, _second = full_village
    trainer.sync()
    attendance.guest(trainer.core, theirs, Guest("Vì Thị Xôm", 1949, "Bản Nà Ngà"))
    day = trainer.core.today
    found = training_figures.figures(trainer.core, day, day)
    assert (found.people, found.guests) == (2, 1)
