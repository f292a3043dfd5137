"""Lists, counts and details of the register, as of a day."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from tests.unit.storage.homes import AUTHOR, TODAY, Home, Ticking, home, observe, promise, village, visit
from tongcds.domain.views import HouseholdFilter, HouseholdList, Result, Standing
from tongcds.replica import acknowledge, load_identity, mark_returned
from tongcds.reports.figures import stock
from tongcds.storage import local, register
from tongcds.storage.vault import Vault


def listed(vault: Vault, on: date = TODAY, **wanted: object) -> HouseholdList:
    with vault.read() as connection:
        return register.household_list(connection, HouseholdFilter(**wanted), on)  # type: ignore[arg-type]


def counts(found: HouseholdList) -> dict[str, int]:
    return {chip.code: chip.count for chip in found.filters}


def codes(found: HouseholdList) -> list[str]:
    return [row.code for row in found.rows]


def person(name: str, birth: str | None = None, **fields: object) -> dict[str, object]:
    return {"full_name": name, "birth": birth, **fields}


def test_an_empty_vault_has_an_empty_register(vault: Vault):
    found = listed(vault)
    assert (found.rows, found.matching, found.households, found.people, found.villages) == ((), 0, 0, 0, ())
    assert set(counts(found).values()) == {0}
    assert listed(vault, text="hoa").rows == ()


@pytest.fixture
def two_villages(vault: Vault) -> dict[str, Home]:
    with vault.change(AUTHOR) as change:
        w = change.writer
        nga, hom = village(w, "Bản Nà Ngà"), village(w, "Bản Hốm")
        return {
            "an": home(w, nga, "HN-0001", person("Lường Văn An", "1961"), person("Cà Thị Hương", "1985-02")),
            "binh": home(w, nga, "HN-0002", person("Hà Thị Bình", "1970-01-01"), poverty="poor"),
            "cuong": home(
                w, hom, "HN-0003", person("Quàng Văn Cường"), person("Quàng Thị Hoa", "2011-11-23")
            ),
            "gone": home(
                w, hom, "HN-0004", person("Tòng Văn Diên", "1950"), left_on="2026-11-23", poverty="poor"
            ),
        }


def test_households_come_by_their_heads_given_names(vault: Vault, two_villages):
    found = listed(vault)
    assert [row.head_name for row in found.rows] == ["Lường Văn An", "Hà Thị Bình", "Quàng Văn Cường"]
    assert (found.matching, found.households, found.people) == (3, 3, 5)
    assert [name for _id, name in found.villages] == ["Bản Hốm", "Bản Nà Ngà"]


def test_who_left_on_the_day_is_gone_and_was_there_the_day_before(vault: Vault, two_villages):
    assert "HN-0004" not in codes(listed(vault))
    assert "HN-0004" in codes(listed(vault, on=date(2026, 11, 22)))
    with vault.change(AUTHOR) as change:
        change.writer.update("person", two_villages["an"].people[1], left_on="2026-11-23")
    assert listed(vault).people == 4
    assert listed(vault, on=date(2026, 11, 22)).people == 6


def test_a_person_counts_from_the_day_of_arrival_or_birth(vault: Vault, two_villages):
    with vault.change(AUTHOR) as change:
        change.writer.update("person", two_villages["an"].people[1], joined_on="2026-11-23")
    assert listed(vault, on=date(2026, 11, 22)).people == listed(vault).people
    assert listed(vault, on=date(2011, 11, 22)).people == 4
    assert listed(vault, on=date(2011, 11, 23)).people == 5


def test_removed_households_and_people_do_not_count(vault: Vault, two_villages):
    with vault.change(AUTHOR) as change:
        change.writer.remove("household", two_villages["binh"].id)
        change.writer.remove("person", two_villages["an"].people[1])
    found = listed(vault)
    assert (found.households, found.people, found.matching) == (2, 3, 2)
    assert counts(found)["poor"] == 0


def test_a_village_narrows_rows_totals_and_counts(vault: Vault, two_villages):
    found = listed(vault, village_id=two_villages["an"].village)
    assert codes(found) == ["HN-0001", "HN-0002"]
    assert (found.households, found.people) == (2, 3)
    assert counts(found)["poor"] == 1
    assert counts(listed(vault, village_id=two_villages["cuong"].village))["poor"] == 0


def test_counts_over_an_age_follow_birthdays_and_partial_births(vault: Vault, two_villages):
    # 1961 counts from 1 January: 60 on 1 January 2021. 2011-11-23 turns 15 on 23 November 2026.
    assert counts(listed(vault, on=date(2020, 12, 31)))["aged_60"] == 1
    assert counts(listed(vault, on=date(2021, 1, 1)))["aged_60"] == 2
    assert counts(listed(vault, on=date(2026, 11, 22)))["no_account_15"] == 4
    assert counts(listed(vault))["no_account_15"] == 4


def test_fifteen_is_reached_on_the_birthday(vault: Vault, two_villages):
    assert codes(listed(vault, needs=("no_account_15",))) == ["HN-0001", "HN-0002", "HN-0003"]
    assert codes(listed(vault, on=date(2026, 11, 22), needs=("no_account_15",))) == [
        "HN-0001",
        "HN-0002",
        "HN-0004",
    ]


def test_the_latest_observation_up_to_the_day_stands_and_of_one_day_the_last_made(vault: Vault, two_villages):
    head = two_villages["an"].people[0]
    with vault.change(AUTHOR) as change:
        observe(change.writer, head, "account", value=True, held_on="2026-05-01")
        observe(change.writer, head, "account", value=False, held_on="2026-06-01")
        observe(change.writer, head, "account", value=False, held_on="2026-07-01")
        observe(change.writer, head, "account", value=True, held_on="2026-07-01")
        observe(change.writer, head, "account", value=None, held_on="2026-08-01")
        observe(change.writer, head, "account", value=False, held_on="2026-12-01")

    def without(on: date) -> int:
        return counts(listed(vault, on=on))["no_account_15"]

    assert [without(date(2026, month, 15)) for month in (4, 5, 6, 7, 8, 11, 12)] == [4, 3, 4, 3, 3, 3, 4]


def test_one_smartphone_in_the_household_is_enough(vault: Vault, two_villages):
    assert counts(listed(vault))["no_smartphone"] == 3
    with vault.change(AUTHOR) as change:
        observe(change.writer, two_villages["an"].people[1], "smartphone", value=True, held_on="2026-05-01")
        observe(
            change.writer, two_villages["an"].id, "household_smartphone", value=False, held_on="2026-06-01"
        )
        observe(
            change.writer, two_villages["binh"].id, "household_smartphone", value=True, held_on="2026-06-01"
        )
        observe(
            change.writer, two_villages["cuong"].id, "household_smartphone", value=False, held_on="2026-06-01"
        )
    found = listed(vault, needs=("no_smartphone",))
    assert (codes(found), counts(found)["no_smartphone"]) == (["HN-0003"], 1)


def test_visits_of_this_year_and_promises_of_the_past_show(vault: Vault, two_villages):
    with vault.change(AUTHOR) as change:
        visit(change.writer, two_villages["an"], "2025-12-31")
        visit(change.writer, two_villages["binh"], "2026-01-01")
        undone = visit(change.writer, two_villages["cuong"], "2026-03-01")
        change.writer.remove("visit", undone)
        promise(change.writer, two_villages["an"], "2026-11-22")
        promise(change.writer, two_villages["binh"], "2026-11-23")
        promise(change.writer, two_villages["cuong"], "2026-11-01", state="done")
    found = listed(vault)
    assert counts(found)["not_visited_this_year"] == 2
    assert [row.last_visit for row in found.rows] == [date(2025, 12, 31), date(2026, 1, 1), None]
    assert [row.overdue for row in found.rows] == [True, False, False]
    assert codes(listed(vault, needs=("not_visited_this_year",))) == ["HN-0001", "HN-0003"]


def test_text_finds_households_by_people_codes_and_villages(vault: Vault, two_villages):
    found = listed(vault, text="hoa")
    assert [(row.code, row.matched_person) for row in found.rows] == [("HN-0003", "Quàng Thị Hoa")]
    assert [(row.code, row.matched_person) for row in listed(vault, text="quang").rows] == [("HN-0003", "")]
    assert codes(listed(vault, text="0002")) == ["HN-0002"]
    assert codes(listed(vault, text="na nga")) == ["HN-0001", "HN-0002"]
    assert codes(listed(vault, text="nobody")) == []
    assert codes(listed(vault, text="na nga", needs=("poor",))) == ["HN-0002"]
    assert len(codes(listed(vault, text=" ' "))) == 3


def test_an_unknown_filter_is_a_mistake(vault: Vault):
    with pytest.raises(KeyError):
        listed(vault, needs=("rich",))


def test_only_two_hundred_rows_come_and_the_rest_is_counted(vault: Vault):
    with vault.change(AUTHOR) as change:
        place = village(change.writer)
        for number in range(230):
            home(change.writer, place, f"HN-{number:04}", "Lò Văn Thoan")
    found = listed(vault, text="thoan")
    assert (len(found.rows), found.matching, found.households) == (200, 230, 230)


def test_counts_follow_every_write_at_once(vault: Vault, two_villages):
    assert counts(listed(vault))["poor"] == 1
    with vault.change(AUTHOR) as change:
        change.writer.update("household", two_villages["an"].id, poverty="near_poor")
        in_sight = register.household_list(change.connection, HouseholdFilter(), TODAY)
        change.writer.flush()
        after = register.household_list(change.connection, HouseholdFilter(), TODAY)
    assert (counts(in_sight)["poor"], counts(after)["poor"]) == (1, 2)
    assert counts(listed(vault))["poor"] == 2


def test_a_village_that_was_merged_away_is_named_while_somebody_is_in_it(vault: Vault, two_villages):
    with vault.change(AUTHOR) as change:
        change.writer.update("village", two_villages["an"].village, valid_to="2026-10-31")
        empty = village(change.writer, "Bản Cũ")
        change.writer.update("village", empty, valid_to="2026-10-31")
    assert [name for _id, name in listed(vault).villages] == ["Bản Hốm", "Bản Nà Ngà"]


def test_villages_are_sorted_by_their_numbers(vault: Vault):
    with vault.change(AUTHOR) as change:
        for name in ("Thôn 10", "Thôn 2", "Bản Áo", "Bản An"):
            village(change.writer, name)
    assert [name for _id, name in listed(vault).villages] == ["Bản An", "Bản Áo", "Thôn 2", "Thôn 10"]


def test_where_a_household_stands_is_the_gravest_of_its_records(vault: Vault, two_villages, now: Ticking):
    def standing(code: str) -> Standing:
        return next(row.standing for row in listed(vault).rows if row.code == code)

    assert standing("HN-0001") is Standing.WAITING
    with vault.write() as connection:
        me = load_identity(connection, now=now)
        acknowledge(connection, me, me.next_n - 1)
    assert standing("HN-0001") is Standing.RECEIVED
    with vault.change(AUTHOR) as change:
        change.writer.update("person", two_villages["an"].people[1], phone="0987654321")
    assert standing("HN-0001") is Standing.WAITING
    assert standing("HN-0002") is Standing.RECEIVED
    with vault.change(AUTHOR) as change:
        conflict = change.writer.create(
            "conflict",
            area_id=two_villages["an"].village,
            subject_type="person",
            subject_id=two_villages["an"].people[0],
            field="phone",
            resolved=0,
        )
    assert standing("HN-0001") is Standing.CONFLICT
    with vault.write() as connection:
        mine = connection.exec_driver_sql(
            "SELECT max(n) FROM own_write WHERE id = ?", (two_villages["an"].people[1],)
        )
        mark_returned(connection, [(mine.scalar_one(), "not_allowed")])
    assert standing("HN-0001") is Standing.RETURNED
    with vault.change(AUTHOR) as change:
        change.writer.update("person", two_villages["an"].people[1], phone="0987654322")
        change.writer.update("conflict", conflict, resolved=1)
    assert standing("HN-0001") is Standing.WAITING


def test_the_least_that_is_needed_to_write_about_a_household(vault: Vault, two_villages):
    an = two_villages["an"]
    with vault.change(AUTHOR) as change:
        change.writer.update("person", an.people[0], phone="0981234521")
        change.writer.update("person", an.people[1], left_on="2020-01-01")
    with vault.read() as connection:
        brief = register.household_brief(connection, an.id)
        assert brief is not None
        assert (brief.household_id, brief.village_id, brief.code) == (an.id, an.village, "HN-0001")
        assert register.household_brief(connection, b"?" * 16) is None
        assert register.person_ids_of(connection, an.id) == frozenset(an.people)
        assert register.head_of(connection, an.id) == an.people[0]
        assert register.number_of(connection, an.people[0], "phone") == "0981234521"
        assert register.number_of(connection, two_villages["binh"].people[0], "phone") == ""


def test_a_household_opened_shows_people_facts_and_history(vault: Vault, two_villages, now: Ticking):
    an = two_villages["an"]
    with vault.change(AUTHOR) as change:
        w = change.writer
        w.create("unit", reserved=None, kind="commune", name="Xã Chiềng Mung")
        w.update("person", an.people[0], phone="0981234521", relation="chủ hộ", sex="male")
        w.update("household", an.id, address="Nhóm 2")
        observe(w, an.people[1], "smartphone", value=True, held_on="2026-05-01")
        observe(w, an.people[0], "account", value=False, held_on="2026-05-02")
        observe(w, an.id, "household_smartphone", value=False, held_on="2026-06-01")
        both = b"".join(an.people)
        first = visit(
            w, an, "2026-10-12", {"service": "SE01", "person_ids": both, "result": "alone"}, note="gặp ở nhà"
        )
        opened = {"service": "PY01", "person_ids": an.people[1], "result": "together"}
        second = visit(w, an, "2026-11-20", opened, {"service": "IN03", "result": "come_back"})
        promise(w, an, "2026-11-27", visit_id=second, service="IN03", detail="hẹn kéo cáp")
    with vault.read() as connection:
        seen = register.household_detail(connection, an.id, TODAY)
        assert register.household_detail(connection, b"?" * 16, TODAY) is None
        assert seen is not None
        assert register.people_of(connection, an.id, TODAY) == seen.people
    assert (seen.code, seen.head_name, seen.village_name, seen.address) == (
        "HN-0001",
        "Lường Văn An",
        "Bản Nà Ngà",
        "Nhóm 2",
    )
    assert (seen.phone_masked, seen.has_phone) == ("098 ••• ••21", True)
    head, wife = seen.people
    assert (head.full_name, head.is_head, head.birth_year, head.age) == ("Lường Văn An", True, 1961, 65)
    assert (wife.full_name, wife.is_head, wife.birth_year, wife.age, wife.phone) == (
        "Cà Thị Hương",
        False,
        1985,
        41,
        "",
    )
    assert {f.fact: f.value for f in head.facts if f.value is not None} == {"account": False}
    assert {f.fact: f.value for f in wife.facts if f.value is not None} == {"smartphone": True}
    phone = next(f for f in seen.facts if f.fact == "household_smartphone")
    assert (phone.value, phone.held_on, phone.label) == (True, date(2026, 5, 1), "ĐT thông minh")
    assert [row.visit_id for row in seen.history] == [second, first]
    latest, earlier = seen.history
    assert len(latest.lines) == 3
    assert latest.lines[0].startswith("Cà Thị Hương: ")
    assert "27/11/2026" in latest.lines[2]
    assert earlier.lines[0].startswith("Lường Văn An, Cà Thị Hương: ")
    assert (earlier.note, earlier.standing, earlier.received_at) == ("gặp ở nhà", Standing.WAITING, None)
    (todo,) = seen.open_follow_ups
    assert (todo.due, todo.days_left, todo.detail, todo.service_group) == (
        date(2026, 11, 27),
        4,
        "hẹn kéo cáp",
        "IN",
    )
    with vault.write() as connection:
        me = load_identity(connection, now=now)
        acknowledge(connection, me, me.next_n - 1)
        local.add_exchange(
            connection, local.Exchange(1_795_400_000_000, "network", 9, 0, "done", watermark=me.next_n - 1)
        )
    with vault.read() as connection:
        seen = register.household_detail(connection, an.id, TODAY)
    assert seen is not None
    assert [row.standing for row in seen.history] == [Standing.RECEIVED] * 2
    assert {row.received_at.timestamp() for row in seen.history if row.received_at} == {1_795_400_000}


def test_a_removed_household_cannot_be_opened(vault: Vault, two_villages):
    with vault.change(AUTHOR) as change:
        change.writer.remove("household", two_villages["an"].id)
    with vault.read() as connection:
        assert register.household_detail(connection, two_villages["an"].id, TODAY) is None


def test_a_result_s_words_are_those_of_every_result():
    from tongcds.storage.wording import result_words

    assert len({result_words(result) for result in Result}) == len(Result)


def test_the_list_counts_as_the_figures_do(vault: Vault):
    random = Random(3)
    days = ["2026-01-05", "2026-05-01", "2026-05-01", "2026-10-31", "2026-12-01"]
    with vault.change(AUTHOR) as change:
        w = change.writer
        places = [village(w, name) for name in ("Bản Một", "Bản Hai")]
        for number in range(120):
            births = [
                f"{random.randint(1940, 2026)}{random.choice(('', '-06', '-11-23', '-11-24'))}"
                for _ in range(3)
            ]
            people = [person(f"Lò Văn {n}", random.choice((birth, None))) for n, birth in enumerate(births)]
            made = home(w, random.choice(places), f"HN-{number}", *people)
            if random.random() < 0.1:
                w.update("household", made.id, left_on=random.choice(days))
            for member in made.people:
                if random.random() < 0.1:
                    w.update("person", member, left_on=random.choice(days))
                for fact in ("smartphone", "account"):
                    for _ in range(random.randint(0, 3)):
                        value = random.choice((True, False, None))
                        observe(
                            w, member, fact, value=value, held_on=random.choice(days), village_id=made.village
                        )
            if random.random() < 0.8:
                observe(w, made.id, "household_smartphone", value=random.random() < 0.6,
                        held_on=random.choice(days), village_id=made.village)  # fmt: skip
    for on in (date(2026, 4, 30), date(2026, 5, 1), TODAY, date(2026, 12, 1)):
        with vault.read() as connection:
            figures = stock(connection, ["XHS01", "XHS09"], places, on)
        for place in places:
            found = listed(vault, on=on, village_id=place)
            phones, accounts = figures[place, "XHS01"], figures[place, "XHS09"]
            assert found.households == phones.denominator
            assert counts(found)["no_smartphone"] == phones.denominator - phones.numerator
            assert counts(found)["no_account_15"] == accounts.denominator - accounts.numerator


def test_filters_together_keep_what_every_one_of_them_keeps(vault: Vault, two_villages):
    with vault.change(AUTHOR) as change:
        visit(change.writer, two_villages["binh"], "2025-03-04")
        promise(change.writer, two_villages["binh"], "2026-11-01")
        promise(change.writer, two_villages["an"], "2026-12-24")
        promise(change.writer, two_villages["cuong"], "2026-11-01", state="done")
    assert codes(listed(vault, needs=("never_visited",))) == ["HN-0001", "HN-0003"]
    assert codes(listed(vault, needs=("not_visited_this_year", "poor"))) == ["HN-0002"]
    assert codes(listed(vault, needs=("never_visited", "poor"))) == []
    assert codes(listed(vault, needs=("follow_up",))) == ["HN-0001", "HN-0002"]
    assert codes(listed(vault, needs=("follow_up", "overdue"))) == ["HN-0002"]
    found = counts(listed(vault, needs=("overdue", "near_poor")))
    assert (found["follow_up"], found["overdue"], found["never_visited"], found["near_poor"]) == (2, 1, 2, 0)


def test_who_is_not_known_to_have_vneid_counts_from_fourteen(vault: Vault, two_villages):
    # Hoa turned 14 in 2025; of Cường's birth nothing is known.
    assert counts(listed(vault, on=date(2025, 11, 22)))["no_vneid"] == 4
    assert counts(listed(vault, on=date(2025, 11, 23)))["no_vneid"] == 5
    with vault.change(AUTHOR) as change:
        observe(change.writer, two_villages["binh"].people[0], "vneid2", value=True, held_on="2026-11-01")
    assert codes(listed(vault, needs=("no_vneid",))) == ["HN-0001", "HN-0003"]
