"""The services that are offered first are those this team needs most."""

from __future__ import annotations

from tongcds.domain.views import ServiceChoice
from tongcds.forms.services import MOST_OFFERED, offered

SERVICES = (
    ServiceChoice("ID01", "Kích hoạt VNeID mức 2", "ID", "Danh tính số", "person", 4),
    ServiceChoice("PY01", "Mở tài khoản thanh toán", "PY", "Thanh toán số", "person", 1),
    ServiceChoice("PY04", "Trả tiền điện, nước trên máy", "PY", "Thanh toán số", "household", 3),
    ServiceChoice("SE01", "Nhận biết lừa đảo trực tuyến", "SE", "An toàn trên mạng", "person", 10),
    ServiceChoice("PS02", "Nộp hồ sơ trực tuyến", "PS", "Dịch vụ công", "person", 5),
    ServiceChoice("PY06", "Ví điện tử", "PY", "Thanh toán số", "person", 0),
)


def shown(groups):
    return {group.name: [offer.service.code for offer in group.offers] for group in groups}


def test_without_words_the_quick_ones_come_in_their_order_under_their_groups():
    groups = offered(SERVICES)
    assert list(shown(groups)) == ["Thanh toán số", "Danh tính số", "Dịch vụ công", "An toàn trên mạng"]
    assert shown(groups)["Thanh toán số"] == ["PY01", "PY04"]


def test_what_was_used_most_comes_first_even_if_it_is_not_a_quick_one():
    used = [*SERVICES[:3], *SERVICES[3:5]]
    used.append(ServiceChoice("PY06", "Ví điện tử", "PY", "Thanh toán số", "person", 0, used=9))
    assert next(iter(offered(used))).offers[0].service.code == "PY06"


def test_typing_without_marks_finds_by_name_and_marks_the_hit():
    groups = offered(SERVICES, "lua dao")
    assert shown(groups) == {"An toàn trên mạng": ["SE01"]}
    offer = groups[0].offers[0]
    assert [offer.service.name[start:end] for start, end in offer.marks] == ["lừa đảo"]


def test_a_group_and_a_code_find_too_but_after_the_names():
    assert shown(offered(SERVICES, "thanh toan")) == {"Thanh toán số": ["PY01", "PY04", "PY06"]}
    assert shown(offered(SERVICES, "ps")) == {"Dịch vụ công": ["PS02"]}


def test_words_that_fit_nothing_offer_nothing():
    assert offered(SERVICES, "xe máy") == ()


def test_no_more_are_offered_than_fit():
    many = [ServiceChoice(f"X{n}", f"Việc {n}", "X", "Nhóm", "person", n + 1) for n in range(40)]
    assert len(offered(many)[0].offers) == MOST_OFFERED
    assert len(offered(many, "viec")[0].offers) == MOST_OFFERED
