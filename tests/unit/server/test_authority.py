"""Who may write what, where: every role, record type and place. A cell that nobody declared fails."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.unit.server.conftest import AREA, COMMUNE, OTHER_COMMUNE, OTHER_VILLAGE, SECOND_VILLAGE, VILLAGE
from tongcds.domain.views import Role
from tongcds.protocol.messages import ScopeEntry, Write, training_mode
from tongcds.records import all_types, record_type
from tongcds.replica import authority
from tongcds.replica.rows import read_rows
from tongcds.server.enrolment import current_scope
from tongcds.server.scopes import in_stable_order, scope_of
from tongcds.server.tables import DEVICE

PEOPLE = {
    "household", "person", "observation", "visit", "support", "follow_up", "consent", "privacy_request",
    "attachment", "duplicate", "earlier", "round", "round_stop", "settled", "poverty_class",
    "attendance", "skill_check",
}  # fmt: skip
ASKED = {"target", "typed_figure", "report_request"}
TRAINING = {"training", "training_rating"}
REPORTING = {
    "report", "report_content", "report_step", "target_proposal", "difficulty", "difficulty_step",
    "campaign_score", "campaign_sheet", "commendation", "commendation_person",
}  # fmt: skip
TOLD = (SESSION, OTHER_SESSION) = (b"s" * 16, b"o" * 16)
CAMPAIGNS = {"campaign", "campaign_result"}
HOME = {"team": VILLAGE, "commune": COMMUNE, "area": AREA, "province": "14"}
PLACES = (VILLAGE, SECOND_VILLAGE, OTHER_VILLAGE, COMMUNE, OTHER_COMMUNE, AREA, "14")

# For each role: the record types that it may make new, and where.
MAY_MAKE = {
    "team": {name: {VILLAGE} for name in PEOPLE | {"audit"} | REPORTING | TRAINING},
    "commune": {
        "audit": {COMMUNE},
        "report": {COMMUNE},
        "report_content": {COMMUNE},
        "difficulty": {COMMUNE},
        "target_proposal": {COMMUNE},
        "campaign_sheet": {COMMUNE},
        "campaign_score": {COMMUNE},
        "commendation": {COMMUNE},
        "commendation_person": {COMMUNE},
        **{name: {COMMUNE} for name in CAMPAIGNS},
        "difficulty_step": {VILLAGE, SECOND_VILLAGE, COMMUNE},
        "report_step": {VILLAGE, SECOND_VILLAGE, COMMUNE},
        **{name: {VILLAGE, SECOND_VILLAGE} for name in PEOPLE},
        **{
            name: {VILLAGE, SECOND_VILLAGE, COMMUNE}
            for name in (
                "team",
                "member",
                "announcement",
                "target",
                "typed_figure",
                "report_request",
                *TRAINING,
            )
        },
        "quota": {VILLAGE, SECOND_VILLAGE},
    },
    "area": {
        name: {AREA}
        for name in {"member", "audit", "target", "typed_figure"} | REPORTING | TRAINING | CAMPAIGNS
    },
    "province": {
        name: {"14"}
        for name in {"member", "unit_event", "audit", "target", "typed_figure", "report_request"}
        | REPORTING
        | TRAINING
        | CAMPAIGNS
    },
}
# Records that are their own area, that only the server makes, or that only the merge makes.
NOT_MADE_IN_A_PLACE = {
    "unit", "village", "figure", "figure_groups", "unit_status", "laptop", "conflict", "quarantined",
}  # fmt: skip


@pytest.fixture
def judge(small_world):
    """What `authority` says to a new record of a type in a place."""
    database = small_world.province.database
    with database.read() as connection:
        province = small_world.unit("14")
        asked = {}
        for role, home in HOME.items():
            unit = small_world.unit(home)
            entries = scope_of(connection, Role(role), unit, province)
            asked[role] = authority(connection, Role(role), unit, b"m" * 16, entries)

        def say(role, type_name, place, *, values=None, row=None, author=b"m" * 16):
            record = record_type(type_name)
            write = Write(record.number, b"r" * 16, 1, 1, author, values or {}, {})
            return asked[role](
                record, place if isinstance(place, bytes) else small_world.unit(place), write, row
            )

        yield say


def test_every_record_type_is_declared_here():
    declared = NOT_MADE_IN_A_PLACE | {name for cells in MAY_MAKE.values() for name in cells}
    assert declared == {record.name for record in all_types()}


@pytest.mark.parametrize("role", HOME)
def test_a_role_makes_exactly_what_is_declared(judge, role):
    found: dict[str, set[str]] = {}
    for record in all_types():
        if record.name in NOT_MADE_IN_A_PLACE:
            continue
        for place in PLACES:
            if judge(role, record.name, place) == "":
                found.setdefault(record.name, set()).add(place)
    assert found == MAY_MAKE[role]


@pytest.mark.parametrize("role", HOME)
@pytest.mark.parametrize("type_name", sorted(NOT_MADE_IN_A_PLACE - {"village"}))
def test_what_only_the_server_makes_is_refused(judge, role, type_name):
    assert {judge(role, type_name, place) for place in PLACES} == {"not_allowed"}


@pytest.mark.parametrize(
    ("role", "answer"), [("team", "not_allowed"), ("commune", ""), ("area", "not_allowed")]
)
def test_a_commune_makes_villages_of_its_own(judge, small_world, role, answer):
    new = b"v" * 16
    assert judge(role, "village", new, values={"commune_id": small_world.unit(COMMUNE)}) == answer
    assert (
        judge(role, "village", b"w" * 16, values={"commune_id": small_world.unit(OTHER_COMMUNE)})
        == "not_allowed"
    )
    assert judge(role, "household", new) == answer
    assert judge(role, "household", b"w" * 16) == "not_allowed"


def test_a_village_cannot_be_taken_to_another_commune(judge, small_world):
    village = small_world.unit(VILLAGE)
    with small_world.province.database.read() as connection:
        row = read_rows(connection, record_type("village"), [village])[village]
    assert judge("commune", "village", village, values={"electricity": "grid"}, row=row) == ""
    away = {"commune_id": small_world.unit(OTHER_COMMUNE)}
    assert judge("commune", "village", village, values=away, row=row) == "not_allowed"


def test_a_conflict_can_only_be_marked_as_seen(judge):
    row = {"values": {}}
    assert judge("team", "conflict", VILLAGE, values={"resolved": 1}, row=row) == ""
    assert judge("team", "conflict", VILLAGE, values={"kept_value": b""}, row=row) == "not_allowed"
    assert judge("team", "conflict", OTHER_VILLAGE, values={"resolved": 1}, row=row) == "not_allowed"


@pytest.fixture
def trainers_judge(small_world):
    """What is said to a write of a trainer who has one session, in the village and of the commune."""
    village, commune = small_world.unit(VILLAGE), small_world.unit(COMMUNE)
    entries = [ScopeEntry(village, training_mode([SESSION])), ScopeEntry(commune, training_mode([SESSION]))]
    with small_world.province.database.read() as connection:
        asked = authority(connection, Role.TRAINER, commune, b"m" * 16, entries)

        def say(type_name, place, values, stands=None, author=b"m" * 16, made=b"r" * 16):
            record = record_type(type_name)
            write = Write(record.number, made, 1, 1, author, values, {})
            row = None if stands is None else {"values": stands}
            return asked(record, small_world.unit(place), write, row)

        yield say


@pytest.mark.parametrize("record", all_types(), ids=lambda record: record.name)
def test_a_trainer_writes_only_of_their_sessions(trainers_judge, record):
    theirs = {"attendance", "skill_check", "training_rating", "follow_up"}
    for place in (VILLAGE, COMMUNE):
        said = trainers_judge(record.name, place, {"training_id": SESSION})
        own_log = record.name == "audit" and place == COMMUNE
        assert (said == "") is (record.name in theirs or own_log)
    for place, values, stands in (
        (SECOND_VILLAGE, {"training_id": SESSION}, None),
        (VILLAGE, {"training_id": OTHER_SESSION}, None),
        (VILLAGE, {}, {"training_id": OTHER_SESSION}),
        (VILLAGE, {"training_id": SESSION}, {"training_id": OTHER_SESSION}),
        (VILLAGE, {"training_id": OTHER_SESSION}, {"training_id": SESSION}),
        (VILLAGE, {}, {"training_id": None}),
        (VILLAGE, {}, None),
        (VILLAGE, {"training_id": SESSION, "shown": "alone", "household_id": b"h" * 16}, None),
    ):
        assert trainers_judge(record.name, place, values, stands) == "not_allowed"
    assert trainers_judge(record.name, VILLAGE, {"training_id": SESSION}, author=b"x" * 16) != ""


def test_a_trainer_says_of_a_session_only_that_it_was_held(trainers_judge):
    say, held = trainers_judge, {"state": "held"}
    assert say("training", COMMUNE, held, {"state": "planned"}, made=SESSION) == ""
    for values, stands, made in (
        (held, {"state": "planned"}, OTHER_SESSION),
        (held, None, SESSION),
        ({"state": "cancelled"}, {"state": "planned"}, SESSION),
        ({"state": "held", "trainers": "Me"}, {"state": "planned"}, SESSION),
    ):
        assert say("training", COMMUNE, values, stands, made=made) == "not_allowed"


def test_a_trainer_observes_nobody_who_is_not_on_the_list(trainers_judge):
    values = {"subject": "person", "subject_id": b"p" * 16, "fact": "smartphone", "value": 1}
    assert trainers_judge("observation", VILLAGE, values) == "not_allowed"
    assert trainers_judge("observation", VILLAGE, {"deleted": 1}, {"fact": "smartphone"}) == "not_allowed"


def test_nobody_signs_for_strangers(judge):
    assert judge("team", "household", VILLAGE, author=b"x" * 16) == "author_unknown"


def test_scopes_say_what_each_role_holds(small_world):
    modes = {}
    names = {small_world.unit(place): place for place in PLACES}
    with small_world.province.database.read() as connection:
        province = small_world.unit("14")
        for role, home in HOME.items():
            entries = scope_of(connection, Role(role), small_world.unit(home), province)
            modes[role] = {names.get(e.area, "?"): e.mode for e in entries}
    figures = "figures"
    second_other = "?"
    assert modes == {
        "team": {"14": figures, AREA: figures, COMMUNE: "read", VILLAGE: "write"},
        "commune": {
            "14": figures, AREA: figures, COMMUNE: "write", VILLAGE: "write", SECOND_VILLAGE: "write",
        },
        "area": {
            "14": figures, AREA: "write", COMMUNE: figures, OTHER_COMMUNE: figures, VILLAGE: figures,
            SECOND_VILLAGE: figures, OTHER_VILLAGE: figures, second_other: figures,
        },
        "province": {
            "14": "write", AREA: figures, COMMUNE: figures, OTHER_COMMUNE: figures, VILLAGE: figures,
            SECOND_VILLAGE: figures, OTHER_VILLAGE: figures, second_other: figures,
        },
    }  # fmt: skip


def test_nobody_above_the_commune_reads_about_people(small_world):
    with small_world.province.database.read() as connection:
        province = small_world.unit("14")
        for role in ("area", "province"):
            own = small_world.unit(HOME[role])
            entries = scope_of(connection, Role(role), own, province)
            assert {e.mode for e in entries if e.area != own} == {"figures"}


def test_a_trainer_without_sessions_and_somebody_of_a_unit_that_is_gone_hold_names_only(small_world):
    with small_world.province.database.read() as connection:
        province = small_world.unit("14")
        entries = scope_of(connection, Role.TRAINER, small_world.unit(VILLAGE), province, b"m" * 16)
        assert {entry.sessions for entry in entries} == {frozenset()}
        gone = scope_of(connection, Role.TEAM, b"g" * 16, province)
        assert [e.mode for e in gone if e.area != b"g" * 16] == ["figures"]


def test_a_scope_keeps_its_order_when_it_grows_and_shrinks():
    a, b, c, d = (ScopeEntry(bytes([i]) * 16, "write") for i in range(4))
    assert in_stable_order([c, a, b], [a, b, c, d]) == [c, a, b, d]
    assert in_stable_order([c, a, b], [b, c]) == [c, b]
    changed = ScopeEntry(a.area, "read")
    assert in_stable_order([c, a], [changed, c]) == [c, changed]


def test_a_scope_gets_a_new_version_only_when_it_changes(small_world):
    team = small_world.laptop(VILLAGE)
    with small_world.province.database.write() as connection:
        from tongcds.server.office import structure_changed

        structure_changed(connection)
        device = connection.execute(select(DEVICE).where(DEVICE.c.device == team.me.device)).one()
        scope, entries = current_scope(connection, device)
    assert (scope, entries) == (team.me.scope, team.me.entries)


def member(small_world, **other):
    return {"unit_id": small_world.unit(VILLAGE), "full_name": "Lò Văn Ún", "role": "team", **other}


def test_the_lead_of_a_team_adds_members_who_may_then_write(judge, small_world):
    new, lead = b"r" * 16, b"m" * 16
    assert judge("team", "household", VILLAGE, author=new) == "author_unknown"
    assert judge("team", "member", VILLAGE, values=member(small_world), author=lead) == ""
    assert judge("team", "household", VILLAGE, author=new) == ""
    # Who was let in does not let others in.
    assert judge("team", "member", VILLAGE, values=member(small_world), author=new) == "not_allowed"


@pytest.mark.parametrize("wrong", [{"role": "commune"}, {"role": "province"}, {"role": None}])
def test_a_lead_makes_nobody_more_than_a_member_of_the_team(judge, small_world, wrong):
    assert judge("team", "member", VILLAGE, values=member(small_world, **wrong)) == "not_allowed"


def test_a_lead_adds_members_to_the_own_unit_alone(judge, small_world):
    elsewhere = member(small_world, unit_id=small_world.unit(SECOND_VILLAGE))
    assert judge("team", "member", SECOND_VILLAGE, values=elsewhere) == "not_allowed"
    assert judge("team", "member", VILLAGE, values=elsewhere) == "not_allowed"


@pytest.mark.parametrize(
    ("values", "answer"),
    [
        ({"phone": "0980000001"}, ""),
        ({"role": "commune"}, "not_allowed"),
        ({"unit_id": b"u" * 16}, "not_allowed"),
    ],
)
def test_a_lead_may_correct_a_member_but_not_move_or_promote_one(judge, small_world, values, answer):
    row = {"values": member(small_world)}
    assert judge("team", "member", VILLAGE, values=values, row=row) == answer


@pytest.mark.parametrize(
    ("role", "place", "values", "answer"),
    [
        ("commune", VILLAGE, {"decision": "accept"}, ""),
        ("commune", VILLAGE, {"decision": "refuse"}, ""),
        ("commune", VILLAGE, {"decision": "perhaps"}, "not_allowed"),
        ("commune", VILLAGE, {"decision": "accept", "state": "accepted"}, "not_allowed"),
        ("commune", COMMUNE, {"decision": "accept"}, "not_allowed"),
        ("commune", COMMUNE, {"withdrawn": 1}, ""),
        ("commune", OTHER_VILLAGE, {"decision": "accept"}, "not_allowed"),
        ("team", VILLAGE, {"decision": "accept"}, "not_allowed"),
        ("team", VILLAGE, {"withdrawn": 1}, ""),
        ("team", VILLAGE, {"said": b""}, "not_allowed"),
        ("team", SECOND_VILLAGE, {"withdrawn": 1}, "not_allowed"),
        ("area", VILLAGE, {"decision": "accept"}, "not_allowed"),
        ("province", VILLAGE, {"decision": "accept"}, "not_allowed"),
    ],
)
def test_only_the_unit_above_decides_and_only_the_authors_unit_takes_back(judge, role, place, values, answer):
    assert judge(role, "quarantined", place, values=values, row={"values": {}}) == answer
