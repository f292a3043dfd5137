"""Two records of one person: said, taken back, and the same everywhere in whatever order it was said."""

from __future__ import annotations

import json
from itertools import pairwise, permutations
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection, false, select, text

from tests.pictures import png
from tests.unit.actions.conftest import VILLAGE
from tongcds import cli
from tongcds.actions import Core, attachments, duplicates, privacy, register
from tongcds.domain.stamps import derived_id
from tongcds.domain.views import HouseholdFilter
from tongcds.errors import UserError
from tongcds.records import record_type
from tongcds.replica import merged as resolving
from tongcds.replica.merged import MOST_RECORDS, ONE, OPEN, TWO
from tongcds.reports.figures import Count, stock
from tongcds.storage import merged
from tongcds.storage.merged import MERGED

PERSON = record_type("person").table


def household(core: Core, code: str, *names: str) -> tuple[bytes, ...]:
    with core.vault.change(core.author()) as change:
        w = change.writer
        home = w.reserve()
        ids = [
            w.create(
                "person",
                village_id=VILLAGE,
                household_id=home,
                full_name=name,
                birth="1985",
                phone=f"098{code[-4:]}{i}00",
            )
            for i, name in enumerate(names)
        ]
        w.create("household", reserved=home, village_id=VILLAGE, code=code, head_id=ids[0])
    return (home, *ids)


def saw(core: Core, person: bytes, fact: str, held_on: str, value: int = 1) -> None:
    with core.vault.change(core.author()) as change:
        change.writer.create(
            "observation", village_id=VILLAGE, subject="person", subject_id=person, fact=fact, value=value,
            held_on=held_on, how="seen",
        )  # fmt: skip


def shown(core: Core) -> dict[bytes, bytes]:
    with core.vault.read() as connection:
        return dict(iter(connection.execute(select(MERGED.c.id, MERGED.c.survivor))))  # type: ignore[arg-type]


def figure(core: Core, indicator: str) -> Count:
    with core.vault.read() as connection:
        return stock(connection, [indicator], [VILLAGE], core.today)[VILLAGE, indicator]


@pytest.fixture
def two(team: Core) -> tuple[bytes, bytes]:
    """The same woman in her parents' household and in her husband's."""
    first = household(team, "HN-0001", "Lò Văn Pản", "Hà Thị Xuân")[2]
    return first, household(team, "HN-0002", "Vì Văn Sơn", "Ha Thi Xuan")[2]


def test_a_likely_pair_is_offered_until_somebody_says_something(team: Core, two: tuple[bytes, bytes]) -> None:
    (pair,) = duplicates.likely(team).pairs
    assert ({pair.first.record_id, pair.second.record_id}, pair.why) == (set(two), "name")
    duplicates.keep_apart(team, *two)
    assert duplicates.likely(team).pairs == ()
    assert [one.verdict for one in duplicates.settled(team).pairs] == [TWO]
    duplicates.take_back(team, *reversed(two))
    assert duplicates.likely(team).total == 1
    assert duplicates.settled(team).pairs == ()


def test_a_merged_pair_shows_and_counts_once_with_all_that_was_seen(
    team: Core, two: tuple[bytes, bytes]
) -> None:
    saw(team, two[0], "account", "2026-05-01")
    saw(team, two[1], "account", "2026-06-01", value=0)
    saw(team, two[1], "internet", "2026-06-01")
    before = figure(team, "XHS09")
    assert (before.numerator, before.denominator) == (1, 4)
    duplicates.merge(team, two[0], two[1])
    found = register.households(team, HouseholdFilter())
    assert (found.people, [row.people for row in found.rows]) == (3, [2, 1])
    assert {one.code: one.count for one in found.filters}["no_account_15"] == 3
    # The later word about the account was about the other record.
    assert (figure(team, "XHS09").numerator, figure(team, "XHS09").denominator) == (0, 3)
    assert figure(team, "XHS11").numerator == 1
    detail = register.household(team, next(r.household_id for r in found.rows if r.code == "HN-0001"))
    assert detail is not None
    facts = {f.fact: f.value for p in detail.people if p.person_id == two[0] for f in p.facts}
    assert (facts["account"], facts["internet"]) == (False, True)
    assert [hit.title for hit in register.search(team, "xuan")] == ["Hà Thị Xuân"]
    assert register.search(team, "xuan")[0].detail.find("HN-0001") > 0


def test_both_records_stay_whole_and_taking_back_is_complete(team: Core, two: tuple[bytes, bytes]) -> None:
    def everything() -> tuple[object, ...]:
        with team.vault.read() as connection:
            rows = connection.execute(select(PERSON).order_by(PERSON.c.id)).all()
        people = register.households(team, HouseholdFilter()).people
        return rows, people, figure(team, "XHS11"), register.search(team, "xuan"), shown(team)

    saw(team, two[1], "internet", "2026-06-01")
    before = everything()
    duplicates.merge(team, two[1], two[0])
    (pair,) = duplicates.settled(team).pairs
    assert {pair.first.values["full_name"], pair.second.values["full_name"]} == {"Hà Thị Xuân", "Ha Thi Xuan"}
    assert everything() != before
    duplicates.take_back(team, *two)
    assert everything() == before


def test_a_head_is_not_hidden(team: Core, two: tuple[bytes, bytes]) -> None:
    head = household(team, "HN-0003", "Hà Thị Xuân")[1]
    with pytest.raises(UserError) as refused:
        duplicates.merge(team, two[0], head)
    assert refused.value.code == "head_hidden"
    duplicates.merge(team, head, two[0])
    assert shown(team) == {two[0]: head}


def say(core: Core, stamp: int, shown: bytes, other: bytes) -> None:
    """A word that another laptop said, before it knew what was said here."""
    first, second = sorted((shown, other))
    with core.vault.write() as connection:
        put_word(connection, stamp, first, second, ONE, shown)
        merged.follow(connection, {"duplicate": ()})


def put_word(
    connection: Connection, stamp: int, first: bytes, second: bytes, verdict: str, one: bytes
) -> None:
    connection.execute(
        record_type("duplicate").table.insert().values(
            id=derived_id(stamp), area=VILLAGE, number=0, device=stamp % 2 + 1, n=stamp, stamp=stamp,
            author=b"", editor=0, deleted=0, village_id=VILLAGE, subject="person", first_id=first,
            second_id=second, verdict=verdict, shown_id=one,
        )
    )  # fmt: skip


def test_two_words_that_would_hide_a_head_leave_the_head(team: Core, two: tuple[bytes, bytes]) -> None:
    home, head = household(team, "HN-0003", "Hà Thị Xuân")
    say(team, 1, head, two[0])
    say(team, 2, two[1], two[0])
    assert shown(team) == {two[0]: head, two[1]: head}
    # Of two heads each shows; the latest word that names one of them says who stands for the others.
    second = household(team, "HN-0004", "Hà Thị Xuân")[1]
    say(team, 3, second, two[0])
    assert shown(team) == {two[0]: second, two[1]: second}
    with team.vault.change(team.author()) as change:
        change.writer.update("household", home, head_id=None)
    assert shown(team) == {two[0]: second, two[1]: second, head: second}


def test_a_resolution_that_forgets_the_heads_is_noticed(
    team: Core, two: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control: nobody is a head.
    home = record_type("household").table.c
    nobody = select(home.id, home.head_id, home.village_id).where(false())
    monkeypatch.setattr(resolving, "_heads", lambda: nobody)
    with pytest.raises(AssertionError):
        test_two_words_that_would_hide_a_head_leave_the_head(team, two)


def test_a_refusal_that_forgets_the_heads_is_noticed(
    team: Core, two: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control.
    monkeypatch.setattr(duplicates.duplicates, "is_head", lambda _connection, _person: False)
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        test_a_head_is_not_hidden(team, two)


def test_a_resolution_without_a_limit_of_the_group_is_noticed(
    team: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control.
    monkeypatch.setattr(resolving, "MOST_RECORDS", 1_000)
    with pytest.raises(AssertionError):
        test_nobody_is_hidden_in_a_group_that_is_too_large_for_one_person(team)


def test_nobody_is_hidden_in_a_group_that_is_too_large_for_one_person(team: Core) -> None:
    people = household(team, "HN-0001", "Lò Văn Pản", *(f"Hà Thị {i}" for i in range(MOST_RECORDS + 1)))[2:]
    for stamp, (one, other) in enumerate(pairwise(people[:-1]), 1):
        say(team, stamp, one, other)
    assert len(shown(team)) == MOST_RECORDS - 1
    say(team, 100, *people[-2:])
    assert shown(team) == {}


def test_a_long_chain_of_words_is_followed_in_few_steps(team: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking for the groups of 3,000 words takes a few steps for each, not one for each pair of records."""
    people = household(team, "HN-0001", *(f"Hà Thị {i}" for i in range(3_001)))[1:]
    with team.vault.write() as connection:
        for stamp, pair in enumerate(pairwise(people), 1):
            put_word(connection, stamp, *sorted(pair), ONE, pair[0])
    looked = 0

    class Counted(dict[bytes, bytes]):
        def __getitem__(self, key: bytes) -> bytes:
            nonlocal looked
            looked += 1
            return super().__getitem__(key)

    monkeypatch.setattr(resolving, "_Parents", Counted)
    with team.vault.read() as connection:
        assert resolving.merged_records(connection) == {}
    assert 0 < looked < 3_000 * 40


def supported(core: Core, home: bytes, person: bytes, on: str) -> bytes:
    with core.vault.change(core.author()) as change:
        w = change.writer
        visit = w.create("visit", village_id=VILLAGE, household_id=home, on=on)
        w.create(
            "support", village_id=VILLAGE, visit_id=visit, service="A01", person_ids=person, result="done"
        )
        w.create(
            "follow_up", village_id=VILLAGE, household_id=home, visit_id=visit, person_ids=person,
            service="A01", due_on="2026-12-24", state="open",
        )  # fmt: skip
        w.create(
            "consent", village_id=VILLAGE, household_id=home, subject="person", subject_id=person, on=on,
            given="support",
        )  # fmt: skip
    return visit


def test_what_hangs_on_the_other_record_is_shown_with_the_one_that_shows(
    team: Core, two: tuple[bytes, bytes], tmp_path: Path
) -> None:
    with team.vault.read() as connection:
        query = select(PERSON.c.id, PERSON.c.household_id).where(PERSON.c.id.in_(two))
        homes = dict(iter(connection.execute(query)))  # type: ignore[arg-type]
    home, old = homes[two[0]], homes[two[1]]
    visit = supported(team, old, two[1], "2026-06-01")
    # What was done there for others stays with them.
    with team.vault.change(team.author()) as change:
        change.writer.create("visit", village_id=VILLAGE, household_id=old, on="2026-06-02")
    photo = tmp_path / "photo.png"
    photo.write_bytes(png())
    attachments.attach(team, ("person", two[1]), photo)

    def hangs_on(household_id: bytes) -> tuple[object, ...]:
        detail = register.household(team, household_id)
        assert detail is not None
        (mine,) = (one for one in privacy.consents(team, household_id) if one.subject_id in two)
        return (
            [row.visit_id for row in detail.history],
            len(detail.open_follow_ups),
            len(attachments.of_household(team, household_id)),
            mine.on is not None,
        )

    assert hangs_on(home) == ([], 0, 0, False)
    duplicates.merge(team, *two)
    assert hangs_on(home) == ([visit], 1, 1, True)
    assert two[1] not in {one.subject_id for one in privacy.consents(team, old)}
    duplicates.take_back(team, *two)
    assert hangs_on(home) == ([], 0, 0, False)


def test_a_household_that_was_only_theirs_comes_along_whole(team: Core, two: tuple[bytes, bytes]) -> None:
    home, other = household(team, "HN-0003", "Hà Thị Xuân")
    with team.vault.change(team.author()) as change:
        change.writer.update("household", home, head_id=None)
        visit = change.writer.create("visit", village_id=VILLAGE, household_id=home, on="2026-06-02")
    duplicates.merge(team, two[0], other)
    first = next(r for r in register.households(team, HouseholdFilter()).rows if r.code == "HN-0001")
    detail = register.household(team, first.household_id)
    assert detail is not None
    assert [row.visit_id for row in detail.history] == [visit]


def test_only_two_people_of_one_village_can_be_one(team: Core, two: tuple[bytes, bytes]) -> None:
    for other in (two[0], derived_id("nobody")):
        with pytest.raises(UserError) as refused:
            duplicates.merge(team, two[0], other)
        assert refused.value.code == "pair_unknown"
    with team.vault.change(team.author()) as change:
        change.writer.update("person", two[1], village_id=derived_id("elsewhere"))
    with pytest.raises(UserError):
        duplicates.merge(team, *two)


def same_in_any_order(team: Core) -> None:
    """The other laptop's words arrive before, between or after: only their stamps count."""
    seed = Random().randrange(1 << 30)
    rng = Random(seed)
    print("seed", seed)  # noqa: T201 - shown when it fails
    people = household(team, "HN-0001", *(f"Hà Thị {i}" for i in "ABCDE"))[1:]
    people += household(team, "HN-0002", *(f"Hà Thị {i}" for i in "FG"))[1:]
    heads = {people[0], people[5]}
    table = record_type("duplicate").table
    for _round in range(12):
        words = []
        for stamp in range(1, 5):
            first, second = sorted(rng.sample(people, 2))
            verdict = rng.choice([ONE, ONE, ONE, TWO, OPEN])
            words.append((stamp, first, second, verdict, rng.choice([first, second])))
        found = set()
        for order in list(permutations(words))[::5]:
            with team.vault.write() as connection:
                connection.execute(table.delete())
                for word in order:
                    put_word(connection, *word)
                merged.follow(connection, {"duplicate": ()})
            found.add(tuple(sorted(shown(team).items())))
        assert len(found) == 1
        assert dict(*found) == straightforward(words, heads)


def test_words_said_in_any_order_come_to_the_same_one_that_shows(team: Core) -> None:
    same_in_any_order(team)


def test_a_rule_that_lets_the_last_to_arrive_win_is_noticed(
    team: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Negative control.
    def last_to_arrive(connection: Connection) -> dict[bytes, bytes]:
        rows = connection.execute(select(record_type("duplicate").table).order_by(text("rowid")))
        words = [(n, row.first_id, row.second_id, row.verdict, row.shown_id) for n, row in enumerate(rows)]
        return straightforward(words, set())

    monkeypatch.setattr(merged, "merged_records", last_to_arrive)
    with pytest.raises(AssertionError):
        same_in_any_order(team)


def straightforward(
    words: list[tuple[int, bytes, bytes, str, bytes]], heads: set[bytes]
) -> dict[bytes, bytes]:
    """The rule once more with plain loops: latest word a pair, groups, latest word a group, heads first."""
    latest = {(first, second): (stamp, verdict, one) for stamp, first, second, verdict, one in sorted(words)}
    pairs = {pair: (stamp, one) for pair, (stamp, verdict, one) in latest.items() if verdict == ONE}
    groups: list[set[bytes]] = []
    for pair in pairs:
        touching = [group for group in groups if group & set(pair)]
        groups = [group for group in groups if not group & set(pair)] + [set(pair).union(*touching)]
    result = {}
    for group in groups:
        said = sorted((said for pair, said in pairs.items() if set(pair) <= group), reverse=True)
        able = group & heads or group
        one = next((one for _stamp, one in said if one in able), min(able))
        result |= dict.fromkeys(group - heads - {one}, one)
    return result


def test_whoever_is_erased_is_erased_under_each_record(team: Core, two: tuple[bytes, bytes]) -> None:
    duplicates.merge(team, *two)
    privacy.erase(team, "person", two[0])
    with team.vault.read() as connection:
        kept = set(connection.execute(select(PERSON.c.id).where(PERSON.c.full_name.is_not(None))).scalars())
    assert not kept & set(two)


def test_the_commands_say_it_and_take_it_back(
    team: Core, two: tuple[bytes, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*words: str) -> tuple[int, dict[str, object]]:
        options = cli._parser().parse_args([*words, "--json"])
        return options.command(options, team), json.loads(capsys.readouterr().out)

    code, answer = run("duplicates")
    assert code == cli.LOOK
    assert "0980001100" not in str(answer)
    first, second = two[0].hex(), two[1].hex()
    assert run("duplicate-merge", first, second)[0] == cli.DONE
    assert shown(team) == {two[1]: two[0]}
    code, answer = run("duplicates", "--settled")
    assert answer["pairs"][0]["shown"] == first  # type: ignore[index]
    run("duplicate-undo", first, second)
    assert shown(team) == {}
    run("duplicate-apart", first, second)
    assert run("duplicates")[1] == {"pairs": [], "total": 0}
    with pytest.raises(UserError) as refused:
        run("duplicate-merge", "zz", second)
    assert refused.value.code == "pair_unknown"
