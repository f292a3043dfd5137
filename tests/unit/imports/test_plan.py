"""A plan says for each row what an import would do; a second import of the same file does nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tongcds.imports.changes import Ref
from tongcds.imports.matching import ExistingHousehold, ExistingPerson, ExistingRegister, match_villages
from tongcds.imports.plan import NO_VILLAGE, State, plan_import
from tongcds.imports.preview import REASONS, preview, why

HEADER = [
    "Mã hộ",
    "Thôn",
    "Họ và tên",
    "Quan hệ",
    "Giới tính",
    "Năm sinh",
    "CCCD",
    "SĐT",
    "Diện hộ",
    "Ghi chú",
]
VILLAGES = {"Bản A": b"A", "Bản B": b"B"}
HEAD = ["HN-1", "Bản A", "Lò Văn Ánh", "Chủ hộ", "Nam", 1980, "014080123456", "0981234521", "Hộ nghèo", None]
WIFE = ["HN-1", "Bản A", "Cà Thị Xiên", "Vợ", "Nữ", "5/1985", None, None, None, "may thuê"]
OTHER = ["HN-2", "Bản B", "Hà Thị Xuân", "Chủ hộ", "Nữ", 1970, None, None, None, None]

HOUSEHOLD = ExistingHousehold(b"h1", b"A", code="HN-1", head_id=b"p1", poverty="poor")
MAN = ExistingPerson(
    b"p1", b"h1", b"A", "Lò Văn Ánh", "chủ hộ", "male", "1980", None, "014080123456", "cccd", "0981234521"
)
WOMAN = ExistingPerson(b"p2", b"h1", b"A", "Cà Thị Xiên", "vợ", "female", "1985-05", note="may thuê")
NOTHING = ExistingRegister()
KNOWN = ExistingRegister((HOUSEHOLD,), (MAN, WOMAN))


@pytest.fixture
def plan_of(read_rows):
    def make(*rows, existing=NOTHING, village_ids=VILLAGES, header=HEADER):
        return plan_import(read_rows([header, *rows]), existing, village_ids=village_ids)

    return make


def states(plan):
    return [(row.row, row.state.value) for row in plan.rows]


def counts(plan):
    return (
        plan.households_new,
        plan.households_changed,
        plan.households_same,
        plan.rows_doubtful,
        plan.rows_wrong,
    )


def told(plan, row):
    return next(r for r in plan.rows if r.row == row)


def test_into_an_empty_vault_everything_is_new(plan_of):
    plan = plan_of(HEAD, WIFE, OTHER)
    assert states(plan) == [(2, "new"), (3, "new"), (4, "new")]
    assert counts(plan) == (2, 0, 0, 0, 0)
    first, man, woman, second, third = plan.writes
    assert [write.kind for write in plan.writes] == ["household", "person", "person", "household", "person"]
    assert first.fields == {"village_id": b"A", "code": "HN-1", "head_id": Ref(man.ref), "poverty": "poor"}
    assert man.fields == {
        "household_id": Ref(first.ref),
        "village_id": b"A",
        "full_name": "Lò Văn Ánh",
        "relation": "chủ hộ",
        "sex": "male",
        "birth": "1980",
        "id_number": "014080123456",
        "id_kind": "cccd",
        "phone": "0981234521",
    }
    assert woman.fields["note"] == "may thuê"
    assert third.fields["household_id"] == Ref(second.ref)
    assert all(write.id is None for write in plan.writes)
    assert len({write.ref for write in plan.writes}) == len(plan.writes)


def test_the_same_again_writes_nothing(plan_of):
    plan = plan_of(HEAD, WIFE, existing=KNOWN)
    assert states(plan) == [(2, "same"), (3, "same")]
    assert (plan.writes, counts(plan)) == ((), (0, 0, 1, 0, 0))


def test_empty_cells_never_erase_what_the_vault_has(plan_of):
    bare = [HEAD[0], HEAD[1], HEAD[2], HEAD[3], None, None, None, None, "Hộ nghèo", None]
    assert plan_of(bare, existing=KNOWN).writes == ()


def test_a_class_that_is_not_marked_any_more_is_asked_about_not_taken_away(plan_of):
    plan = plan_of([*HEAD[:8], None, None], existing=KNOWN)
    assert plan.writes == ()
    assert [reason.code for reason in told(plan, 2).reasons] == ["poverty_not_marked"]
    assert states(plan) == [(2, "doubtful")]


def test_a_class_the_vault_does_not_know_is_taken_over(plan_of):
    unknown = replace(KNOWN, households=(replace(HOUSEHOLD, poverty=None),))
    (write,) = plan_of([*HEAD[:8], None, None], existing=unknown).writes
    assert (write.id, write.fields) == (b"h1", {"poverty": "none"})


def test_what_differs_is_a_change_with_old_and_new(plan_of):
    plan = plan_of([*HEAD[:7], "0912345678", *HEAD[8:]], [*WIFE[:5], "3/5/1985", *WIFE[6:]], existing=KNOWN)
    assert states(plan) == [(2, "changed"), (3, "changed")]
    assert counts(plan) == (0, 1, 0, 0, 0)
    assert [(c.field, c.old, c.new) for c in told(plan, 2).changes] == [
        ("phone", "0981234521", "0912345678"),
        ("more_phones", [], ["0981234521"]),
    ]
    assert [(write.id, write.fields) for write in plan.writes] == [
        (b"p1", {"phone": "0912345678", "more_phones": ["0981234521"]}),
        (b"p2", {"birth": "1985-05-03"}),
    ]


def test_a_birth_that_says_less_than_the_vault_is_no_change(plan_of):
    assert plan_of([*WIFE[:5], 1985, *WIFE[6:]], HEAD, existing=KNOWN).writes == ()


def test_a_note_is_added_behind_the_one_the_vault_has(plan_of):
    (write,) = plan_of(HEAD, [*WIFE[:9], "trưởng nhóm"], existing=KNOWN).writes
    assert write.fields == {"note": "may thuê; trưởng nhóm"}


def test_a_new_member_joins_the_household_of_the_vault(plan_of):
    child = ["HN-1", "Bản A", "Lò Văn Inh", "Con", "Nam", 2010, None, None, None, None]
    plan = plan_of(HEAD, WIFE, child, existing=KNOWN)
    (write,) = plan.writes
    assert (write.kind, write.id, write.fields["household_id"]) == ("person", None, b"h1")
    assert states(plan) == [(2, "same"), (3, "same"), (4, "new")]
    assert counts(plan) == (0, 1, 0, 0, 0)


def test_a_household_is_found_by_a_personal_number_when_its_code_is_new(plan_of):
    coded = replace(KNOWN, households=(replace(HOUSEHOLD, code=None),))
    plan = plan_of(["X-9", *HEAD[1:]], existing=coded)
    assert [(write.id, write.fields) for write in plan.writes] == [(b"h1", {"code": "X-9"})]


def test_a_household_is_found_by_its_head_when_nothing_else_says_so(plan_of):
    coded = replace(
        KNOWN,
        households=(replace(HOUSEHOLD, code=None),),
        persons=(replace(MAN, id_number=None, id_kind=None),),
    )
    header = ["STT", *HEADER[1:]]
    plan = plan_of([1, *HEAD[1:6], None, *HEAD[7:]], existing=coded, header=header)
    assert counts(plan)[:3] == (0, 0, 1)
    elsewhere = plan_of([1, "Bản B", *HEAD[2:6], None, *HEAD[7:]], existing=coded, header=header)
    assert counts(elsewhere)[:3] == (1, 0, 0)


def test_an_stt_is_no_household_code(plan_of):
    plan = plan_of([1, *HEAD[1:]], header=["STT", *HEADER[1:]])
    assert "code" not in plan.writes[0].fields


def test_somebody_like_a_person_of_another_household_is_new_but_doubtful(plan_of):
    plan = plan_of(
        ["HN-7", "Bản A", "Cà Thị Xiên", "Chủ hộ", "Nữ", 1985, None, None, None, None], existing=KNOWN
    )
    (row,) = plan.rows
    assert row.state is State.DOUBTFUL
    assert dict(row.reasons[0].params) == {"household": "HN-1", "name": "Cà Thị Xiên"}
    assert [write.id for write in plan.writes] == [None, None]


def test_two_different_personal_numbers_are_two_people(plan_of):
    other = ["HN-7", "Bản A", "Lò Văn Ánh", "Chủ hộ", "Nam", 1980, "014080999999", None, None, None]
    assert states(plan_of(other, existing=KNOWN)) == [(2, "new")]


def test_a_number_under_another_name_leaves_the_name_and_asks(plan_of):
    plan = plan_of(["HN-1", "Bản A", "Hà Văn Nam", *HEAD[3:]], existing=KNOWN)
    (row,) = plan.rows
    assert (row.state, plan.writes) == (State.DOUBTFUL, ())
    assert row.reasons[0].code == "name_differs"


def test_another_tone_place_is_the_same_name_and_lost_marks_are_a_change(plan_of):
    known = ExistingRegister((HOUSEHOLD,), (replace(MAN, full_name="Lo Van Anh"),))
    assert plan_of(HEAD, existing=known).writes[0].fields == {"full_name": "Lò Văn Ánh"}
    known = ExistingRegister((HOUSEHOLD,), (replace(MAN, full_name="Lò Văn Hòa"),))
    assert plan_of([*HEAD[:2], "Lò Văn Hoà", *HEAD[3:]], existing=known).writes == ()


def test_a_household_in_another_village_stays_where_it_is_and_is_asked_about(plan_of):
    plan = plan_of(["X-1", "Bản B", *HEAD[2:]], existing=KNOWN)
    assert {reason.code for reason in told(plan, 2).reasons} == {"code_differs", "village_differs"}
    assert plan.writes == ()


def test_a_guessed_head_does_not_replace_the_one_of_the_vault(plan_of):
    plan = plan_of(WIFE, existing=KNOWN)
    assert plan.writes == ()
    assert states(plan) == [(2, "doubtful")]


def test_a_household_is_found_once_and_its_second_naming_is_doubtful(plan_of):
    again = ["HN-9", *HEAD[1:]]
    plan = plan_of(HEAD, WIFE, again, existing=KNOWN)
    assert counts(plan)[:3] == (1, 0, 1)
    assert told(plan, 4).state is State.DOUBTFUL


def test_an_unknown_village_is_named_and_its_rows_are_left_out(plan_of):
    plan = plan_of(HEAD, OTHER, village_ids={"Bản A": b"A"})
    assert plan.villages_missing == ("Bản B",)
    assert states(plan) == [(2, "new"), (3, "wrong")]
    assert counts(plan) == (1, 0, 0, 0, 1)
    assert {write.fields.get("village_id") for write in plan.writes} == {b"A"}


def test_households_without_a_village_go_where_the_person_says(plan_of):
    plan = plan_of([HEAD[0], None, *HEAD[2:]], village_ids={NO_VILLAGE: b"C"})
    assert plan.writes[0].fields["village_id"] == b"C"


def test_rows_that_are_no_people_are_listed_with_the_reason(read_rows):
    register = read_rows(
        [
            HEADER,
            HEAD,
            ["HN-2", "Bản A", None, "Vợ", "Nữ", 1985, None, None, None, None],
            [None, None, "Cộng: 5 hộ", None, None, None, None, None, None, None],
            [None, None, "Tổng: 1 hộ", None, None, None, None, None, None, None],
            [None, None, "NGƯỜI LẬP", None, None, None, None, None, None, None],
        ]
    )
    plan = plan_import(register, ExistingRegister(), village_ids=VILLAGES)
    assert states(plan) == [(2, "new"), (3, "wrong"), (4, "doubtful"), (5, "skipped"), (6, "skipped")]
    assert (plan.rows_wrong, plan.rows_skipped) == (1, 2)
    assert all(why(row) for row in plan.rows[1:])


def test_villages_are_matched_whatever_their_spelling():
    known = {"Bản Nà Ngà": b"1", "Tiểu khu 3": b"2"}
    assert match_villages(["bản nà ngà", "Nà  Ngà", "TIỂU KHU 3", "Bản Nà Nga", "Thôn Nà Ngà"], known) == {
        "bản nà ngà": b"1",
        "Nà  Ngà": b"1",
        "TIỂU KHU 3": b"2",
    }


# the screen


def test_the_preview_shows_problems_first_and_masks_numbers(read_rows):
    register = read_rows(
        [HEADER, OTHER, [*HEAD[:6], 14080123456, *HEAD[7:]], [*WIFE[:5], "31/2/1985", *WIFE[6:]]]
    )
    without_number = replace(KNOWN, persons=(replace(MAN, id_number=None, id_kind=None), WOMAN))
    shown = preview(
        register, plan_import(register, without_number, village_ids=VILLAGES), file_name="so-ho.xlsx"
    )
    assert [(row.row, row.state) for row in shown.rows] == [(4, "doubtful"), (3, "changed"), (2, "new")]
    assert (shown.rows[0].in_file, shown.rows[0].will_write) == (
        "Cà Thị Xiên · 31/2/1985",
        "Cà Thị Xiên · 1985",
    )
    assert shown.rows[1].in_file == "Lò Văn Ánh · 14080123456"
    assert "014•••••••56" in shown.rows[1].why
    assert (shown.households_new, shown.households_changed, shown.rows_doubtful) == (1, 1, 1)
    assert (shown.households_to_write, shown.people_to_write) == (2, 2)
    assert shown.columns[0].field == "household_no"
    assert "Hộ dân" in shown.about


def test_every_row_of_a_large_file_reaches_the_screen(read_rows):
    many = [[f"H-{n}", *OTHER[1:2], f"Hà Văn {chr(65 + n % 26)}n", *OTHER[3:]] for n in range(1_200)]
    register = read_rows([HEADER, *many])
    plan = plan_import(register, ExistingRegister(), village_ids=VILLAGES)
    shown = preview(register, plan, file_name="so-ho.xlsx")
    assert (len(shown.rows), shown.households_new) == (1_200, 1_200)


def test_every_reason_a_plan_can_give_has_a_sentence():
    import ast
    from pathlib import Path

    import tongcds.imports.changes
    import tongcds.imports.plan

    modules = (tongcds.imports.changes, tongcds.imports.plan)
    trees = [ast.parse(Path(module.__file__).read_text(encoding="utf-8")) for module in modules]
    given = {
        node.args[0].value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Reason"
        and isinstance(node.args[0], ast.Constant)
    }
    assert {"name_differs", "like_existing"} <= given
    assert given <= set(REASONS)
