"""What the exchange left for people: settled by a side or a third value, what waits, who was not heard of."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from tests.unit.actions.conftest import COMMUNE, MEMBER, VILLAGE, Home
from tongcds import cli
from tongcds.actions import Core, syncing
from tongcds.domain.stamps import derived_id, stamp_of
from tongcds.domain.views import Standing
from tongcds.errors import UserError
from tongcds.protocol.messages import State, Version
from tongcds.records import record_type
from tongcds.replica import acknowledge, adopt, load_identity
from tongcds.replica.own import pending

Run = Callable[..., tuple[int, dict[str, object]]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def do(core: Core, *words: str) -> tuple[int, dict[str, object]]:
        options = cli._parser().parse_args([*words, "--json"])
        code = options.command(options, core)
        return code, json.loads(capsys.readouterr().out)

    return do


def bring(core: Core, kind: str, record_id: bytes, **values: object) -> bytes:
    """A record as a page from the server brings it."""
    record = record_type(kind)
    everything = {**dict.fromkeys(record.field_names), **values, "deleted": 0}
    now = int(core.clock().timestamp() * 1000)
    version = Version(1, now, stamp_of(now), MEMBER)
    with core.vault.write() as connection:
        me = load_identity(connection, now=lambda: now)
        adopt(
            connection,
            me,
            [State(record.number, record_id, version, everything, {})],
            [],
            {},
            frozenset({VILLAGE, COMMUNE}),
        )
    return record_id


def clash(core: Core, subject_type: str, subject_id: bytes, field: str, kept: object, other: object) -> bytes:
    pack = msgspec.msgpack.encode
    return bring(
        core,
        "conflict",
        derived_id("conflict", subject_id, field),
        area_id=VILLAGE,
        subject_type=subject_type,
        subject_id=subject_id,
        field=field,
        kept_value=pack(kept),
        kept_stamp=1,
        kept_device=7,
        kept_author=MEMBER,
        other_value=pack(other),
        other_stamp=2,
        other_device=9,
        other_author=MEMBER,
    )


def value(core: Core, name: str, record_id: bytes, field: str) -> object:
    table = record_type(name).table
    with core.vault.read() as connection:
        query = table.select().where(table.c.id == record_id)
        return connection.execute(query).mappings().one()[field]


@pytest.mark.parametrize(
    ("field", "words", "kept"),
    [
        ("phone", "+84 981 234 567", "0981234567"),
        ("full_name", "hà thị xuân", "Hà Thị Xuân"),
        ("birth", "2/1978", "1978-02"),
        ("sex", "female", "female"),
        ("relation", "vợ", "vợ"),
        ("note", "", None),
        ("left_on", "1/11/2026", "2026-11-01"),
    ],
)
def test_a_third_value_is_read_like_in_a_form_and_settles(team: Core, home: Home, field, words, kept) -> None:
    conflict = clash(team, "person", home.people[0], field, "a", "b")
    syncing.settle_with(team, conflict, words)
    assert value(team, "person", home.people[0], field) == kept
    assert syncing.sync_view(team).conflicts == ()


def test_a_third_personal_number_says_what_kind_of_paper_it_is(team: Core, home: Home) -> None:
    conflict = clash(team, "person", home.people[0], "id_number", "1", "2")
    syncing.settle_with(team, conflict, "123456789")
    assert value(team, "person", home.people[0], "id_kind") == "cmnd"


@pytest.mark.parametrize(
    ("field", "words", "code"),
    [
        ("phone", "không có", "phone_unclear"),
        ("id_number", "12", "id_number_unclear"),
        ("birth", "mùa xuân", "birth_unclear"),
        ("left_on", "32/13", "date_invalid"),
        ("sex", "x", "choice_unknown"),
        ("full_name", "  ", "name_missing"),
        ("household_id", "HN-0001", "field_not_typed"),
    ],
)
def test_a_value_that_says_nothing_changes_nothing(team: Core, home: Home, field, words, code) -> None:
    conflict = clash(team, "person", home.people[0], field, "a", "b")
    before = value(team, "person", home.people[0], field)
    with pytest.raises(UserError) as refused:
        syncing.settle_with(team, conflict, words)
    assert refused.value.code == code
    assert value(team, "person", home.people[0], field) == before
    assert len(syncing.sync_view(team).conflicts) == 1


def test_only_what_can_be_typed_or_chosen_offers_a_value_of_one_s_own(team: Core, home: Home) -> None:
    clash(team, "person", home.people[0], "household_id", b"1" * 16, b"2" * 16)
    clash(team, "household", home.household, "hardship", 0, 1)
    clash(team, "household", home.household, "poverty", "poor", "none")
    clash(team, "household", home.household, "address", "Nhóm 1", "Nhóm 2")
    own = {row.field_label: row.own for row in syncing.sync_view(team).conflicts}
    assert own["hộ"] is None
    assert own["hoàn cảnh khó khăn"] is None
    assert own["địa chỉ"] is not None
    assert own["địa chỉ"].choices == ()
    assert [value for value, _ in own["diện hộ nghèo"].choices] == ["none", "near_poor", "poor"]


def test_conflicts_are_listed_and_settled_by_command(team: Core, home: Home, run: Run) -> None:
    conflict = clash(team, "person", home.people[0], "phone", "0987654321", "0912000145")
    code, listed = run(team, "conflicts")
    assert code == cli.LOOK
    assert listed["rows"][0]["conflict_id"] == conflict.hex()
    with pytest.raises(UserError, match="side_or_value"):
        run(team, "settle", conflict.hex()[:8])
    assert run(team, "settle", conflict.hex()[:8], "--value", "0981112223")[0] == cli.DONE
    assert value(team, "person", home.people[0], "phone") == "0981112223"
    assert run(team, "conflicts")[0] == cli.DONE
    with pytest.raises(UserError, match="conflict_unknown"):
        run(team, "settle", conflict.hex(), "--side", "1")


def test_what_waits_is_told_by_household_and_ends_with_the_receipt(team: Core, home: Home, run: Run) -> None:
    with team.vault.change(MEMBER) as change:
        visit = change.writer.create(
            "visit", village_id=VILLAGE, household_id=home.household, on="2026-11-23"
        )
        change.writer.create("support", village_id=VILLAGE, visit_id=visit, service="PY01", result="alone")
        change.writer.create(
            "observation",
            village_id=VILLAGE,
            subject="person",
            subject_id=home.people[1],
            fact="account",
            value=1,
            held_on="2026-11-23",
            how="seen",
        )
    (row,) = syncing.sync_view(team).waiting
    assert (row.title, row.household_code, row.standing) == ("Hộ Hà Thị Xuân", "HN-0087", Standing.WAITING)
    assert dict(row.kinds) == {"household": 1, "person": 3, "visit": 1, "support": 1, "observation": 1}
    assert run(team, "waiting")[1]["rows"][0]["household_code"] == "HN-0087"
    with team.vault.write() as connection:
        me = load_identity(connection, now=lambda: 0)
        acknowledge(connection, me, pending(connection, 0, 1000)[-1].n)
    assert syncing.sync_view(team).waiting == ()


def test_a_team_looks_after_nobody_and_a_commune_sees_who_is_silent(
    team: Core, commune: Core, run: Run
) -> None:
    assert syncing.sync_view(team).heard is None
    with pytest.raises(UserError, match="no_overview"):
        run(team, "silent")
    never = bring(commune, "village", derived_id("far"), commune_id=COMMUNE, name="Bản Pá Hốc")
    for village in (VILLAGE, never):
        bring(commune, "team", derived_id("team", village), unit_id=village, name="Tổ")
    seen = commune.clock() - timedelta(days=20)
    for village, at in ((VILLAGE, int(seen.timestamp() * 1000)), (never, None)):
        bring(
            commune,
            "unit_status",
            derived_id("unit_status", village),
            unit_id=village,
            teams=1,
            teams_in_time=0,
            households=1,
            last_sync_at=at,
        )
    heard = syncing.sync_view(commune).heard
    assert [(row.name, row.last_sync) for row in heard] == [("Bản Pá Hốc", None), ("Bản Nà Ngà", seen)]
    assert [row["name"] for row in run(commune, "silent")[1]["rows"]] == ["Bản Pá Hốc", "Bản Nà Ngà"]
    code, answer = run(commune, "silent", "--days", "30")
    assert code == cli.LOOK
    assert [row["name"] for row in answer["rows"]] == ["Bản Pá Hốc"]
