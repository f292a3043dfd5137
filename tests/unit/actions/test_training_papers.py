"""What a session is printed as: its list, name cards, certificates, the list to confirm; and its codes."""

from __future__ import annotations

import pytest

from tests.unit.actions.conftest import Core, Home
from tests.unit.actions.test_documents import column
from tests.unit.actions.test_trainings import UN, XUAN, planned, showed
from tongcds.actions import assessing, attendance, documents, privacy
from tongcds.domain.privacy import load_purposes
from tongcds.domain.training import Ability
from tongcds.domain.views import ConsentAnswer
from tongcds.domain.views.training import Guest
from tongcds.errors import UserError


def test_the_paper_has_everybody_of_the_list_with_marks_and_lines_for_others(team: Core, home: Home) -> None:
    training = planned(team)
    attendance.invite(team, training, [home.people[UN]])
    attendance.come(team, training, [home.people[XUAN]])
    seen = [showed(home.people[XUAN], Ability.ALONE), showed(home.people[XUAN], Ability.HELPED, "K6.2")]
    assessing.assess(team, training, seen)
    paper = documents.session(team, training).paper
    assert paper.form == "B10"
    assert column(paper, "Họ và tên") == ["Lò Văn Ún", "Hà Thị Xuân", *[""] * 10]
    assert column(paper, "Năm sinh")[:2] == ["1975", "1978"]
    assert column(paper, "Điểm")[:2] == ["", "1/2"]


def test_a_certificate_is_for_whoever_was_looked_at_for_all_and_can_do_all(team: Core, home: Home) -> None:
    training, (xuan, un, mai) = planned(team), home.people
    attendance.come(team, training, home.people)
    for skill in ("K6.1", "K6.2", "K6.4"):
        last = Ability.CANNOT if skill == "K6.4" else Ability.ALONE
        able = [showed(xuan, Ability.HELPED, skill), showed(un, last, skill)]
        assessing.assess(team, training, able)
    assessing.assess(team, training, [showed(mai, Ability.ALONE)])
    printout = documents.certificates(team, training)
    assert (printout.people, len(printout.paper.sheets)) == (1, 1)
    assert "Hà Thị Xuân" in str(printout.paper.sheets[0].blocks)
    assert "Xuân" not in printout.paper.stem
    with pytest.raises(UserError, match="nothing_to_print"):
        documents.certificates(team, planned(team))


def test_whoever_said_no_to_notes_is_not_named_on_the_paper(team: Core, home: Home) -> None:
    training = planned(team)
    attendance.come(team, training, [home.people[XUAN]])
    no = dict.fromkeys(load_purposes(), False)
    privacy.keep_consent(
        team, ConsentAnswer(home.household, "person", home.people[XUAN], no, "spoken", team.today)
    )
    assert column(documents.session(team, training).paper, "Họ và tên")[0] == "không nêu tên"


def test_a_name_card_ticks_whoever_brings_it(team: Core, home: Home) -> None:
    training = planned(team)
    with pytest.raises(UserError, match="nothing_to_print"):
        documents.name_cards(team, training)
    attendance.invite(team, training, home.people)
    for at in range(7):
        attendance.guest(team, training, Guest(f"Khách {at}"))
    printout = documents.name_cards(team, training)
    pages = [sheet.blocks[0].cards for sheet in printout.paper.sheets]
    assert [len(page) for page in pages] == [8, 2]
    assert (printout.people, printout.paper.stem) == (10, "Thẻ tên 2026-11-23")
    for card in (one for page in pages for one in page):
        (found,) = attendance.candidates(team, training, card.payload)
        assert found.name == card.name
    no = dict.fromkeys(load_purposes(), False)
    said = ConsentAnswer(home.household, "person", home.people[XUAN], no, "spoken", team.today)
    privacy.keep_consent(team, said)
    assert "Xuân" not in str(documents.name_cards(team, training).paper)


def test_the_list_to_confirm_names_whoever_can_do_all_and_who_asks(
    team: Core, commune: Core, home: Home
) -> None:
    training = planned(team)
    attendance.come(team, training, home.people[:2])
    with pytest.raises(UserError, match="nothing_to_print"):
        documents.confirmation(team, training)
    able = [showed(home.people[XUAN], Ability.ALONE, skill) for skill in ("K6.1", "K6.2", "K6.4")]
    assessing.assess(team, training, [*able, showed(home.people[UN], Ability.ALONE)])
    paper = documents.confirmation(team, training).paper
    (sheet,) = paper.sheets
    assert (paper.form, column(paper, "Họ và tên"), column(paper, "Năm sinh")) == (
        "DSXN", ["Hà Thị Xuân"], ["1978"],
    )  # fmt: skip
    assert sheet.blocks[0].words.startswith("Tổ công nghệ số cộng đồng Bản Nà Ngà đề nghị xác nhận")
    assert sheet.blocks[-1].place.role == "Tổ trưởng"
    assert sheet.letterhead.number == ""
