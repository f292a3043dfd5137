"""Invented households for previews and tests, in the memory of one process: every name here is made up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

from tongcds.domain.catalogue import load_service_groups, load_services
from tongcds.domain.needs import load_reasons
from tongcds.domain.text import matches
from tongcds.domain.views import (
    AttachmentRow,
    ConsentState,
    FactState,
    FilterCount,
    HistoryRow,
    HouseholdDetail,
    HouseholdFilter,
    HouseholdList,
    HouseholdRow,
    PersonRow,
    ServiceChoice,
    Standing,
    Suggestion,
    TodoRow,
)
from tongcds.i18n import _, language

TODAY: Final = date(2026, 11, 23)
_FACTS: Final = (
    ("smartphone", "ĐT thông minh"),
    ("vneid2", "VNeID mức 2"),
    ("account", "TK thanh toán"),
    ("online_service", "Dịch vụ công"),
)
# Code, head, poverty, last visit, overdue, an elder, where the record stands, and the people.
_HOMES: Final = (
    ("HN-0012", "Lường Văn Pản", "poor", (20, 11), True, True, "waiting",
     (("Lường Văn Pản", 1961, "chủ hộ", "-y--"), ("Cà Thị Hương", 1965, "vợ", "ny-n"),
      ("Lường Văn Quyết", 1992, "con", "yyyy"), ("Vì Thị Nga", 1994, "con dâu", "yyn-"),
      ("Lường Thị Hoa", 2019, "cháu", "----"))),
    ("HN-0019", "Cà Văn Thoong", "poor", (2, 10), False, False, "received",
     (("Cà Văn Thoong", 1970, "chủ hộ", "ny-n"), ("Lò Thị Ban", 1974, "vợ", "n---"),
      ("Cà Văn Minh", 2008, "con", "yy--"))),
    ("HN-0087", "Hà Thị Xuân", "near_poor", (12, 10), False, False, "received",
     (("Hà Thị Xuân", 1978, "chủ hộ", "yyn-"), ("Lò Văn Ún", 1975, "chồng", "ny--"),
      ("Lò Thị Mai", 2004, "con", "yyyn"), ("Lò Văn Tú", 2012, "con", "----"))),
    ("HN-0101", "Lèo Thị Hặc", None, None, False, True, "received",
     (("Lèo Thị Hặc", 1949, "chủ hộ", "nn--"), ("Quàng Thị Lả", 1990, "cháu", "yy-n"))),
    ("HN-0109", "Quàng Văn Bun", None, (18, 9), False, False, "received",
     (("Quàng Văn Bun", 1982, "chủ hộ", "nyn-"), ("Lò Thị Pọm", 1985, "vợ", "n---"))),
    ("HN-0112", "Hà Thị Xuyến", None, None, False, False, "received",
     (("Hà Thị Xuyến", 1988, "chủ hộ", "yy--"), ("Tòng Văn Dũng", 1986, "chồng", "ynyn"),
      ("Tòng Thị Lan", 2011, "con", "----"), ("Tòng Văn Hải", 2014, "con", "----"),
      ("Hoàng Thị Ón", 1955, "mẹ", "n---"))),
    ("HN-0122", "Tòng Văn Diên", None, (11, 11), False, False, "received",
     (("Tòng Văn Diên", 1979, "chủ hộ", "yyyn"), ("Cầm Thị Én", 1981, "vợ", "yy--"))),
    ("HN-0130", "Vì Văn Sơn", "poor", None, False, False, "conflict",
     (("Vì Văn Sơn", 1990, "chủ hộ", "yn--"), ("Lường Thị Mến", 1993, "vợ", "----"))),
    ("HN-0141", "Lò Thị Pâng", None, (5, 11), False, False, "received",
     (("Lò Thị Pâng", 1972, "chủ hộ", "yy-y"), ("Lò Văn Kẻo", 1999, "con", "yyyy"))),
)  # fmt: skip
_SAID: Final = {
    ("HN-0012", 0, "smartphone"): (False, (12, 3), "máy 2G"),
    ("HN-0012", 1, "account"): (False, (20, 11), "đã mở, chưa dùng"),
    ("HN-0012", 2, "online_service"): (True, (4, 6), "nộp 2 hồ sơ"),
}


def identity(code: str) -> bytes:
    """The id of the household of that code, or of one of its people ("HN-0087/2")."""
    return code.encode().ljust(16, b".")


def services() -> tuple[ServiceChoice, ...]:
    """The services of the catalogue, as the log offers them."""
    groups = load_service_groups()
    return tuple(
        ServiceChoice(
            service.code,
            service.short(language()),
            service.group,
            groups[service.group].short(language()),
            service.unit.value,
            service.quick or 0,
        )
        for service in load_services().values()
    )


def rows() -> tuple[HouseholdRow, ...]:
    """All households as lines of the list."""
    return tuple(
        HouseholdRow(
            identity(code), code, head, "bản Nà Ngà", len(people), poverty,
            date(2026, visit[1], visit[0]) if visit else None, overdue, elder, Standing(standing),
        )
        for code, head, poverty, visit, overdue, elder, standing, people in _HOMES
    )  # fmt: skip


def find(words: str) -> Sequence[HouseholdRow]:
    """Households whose head, people or code fit what was typed."""
    names = {home[0]: " ".join(person[0] for person in home[7]) for home in _HOMES}
    heads = [row for row in rows() if matches(words, f"{row.head_name} {row.code}")]
    others = [row for row in rows() if row not in heads and matches(words, names[row.code])]
    return [*heads, *others]


def listed(wanted: HouseholdFilter) -> HouseholdList:
    """The list as Hộ gia đình asks for it."""
    shown = tuple(find(wanted.text) if wanted.text.strip() else rows())
    if "poor" in wanted.needs:
        shown = tuple(row for row in shown if row.poverty)
    if "aged_60" in wanted.needs:
        shown = tuple(row for row in shown if row.has_elder)
    if "not_visited_this_year" in wanted.needs:
        shown = tuple(row for row in shown if row.last_visit is None)
    counts = (
        ("no_smartphone", 13), ("no_account_15", 163), ("not_visited_this_year", 22), ("aged_60", 71),
        ("poor", 34),
    )  # fmt: skip
    return HouseholdList(
        shown, len(shown), 148, 612, tuple(FilterCount(code, count) for code, count in counts),
        ((identity("V1"), "bản Nà Ngà"),),
    )  # fmt: skip


def nothing_listed(_wanted: HouseholdFilter) -> HouseholdList:
    """The list of a vault without a register."""
    return HouseholdList((), 0, 0, 0, (), ())


def suggestions() -> tuple[Suggestion, ...]:
    """Households that are worth a visit."""
    far = _("the village's furthest target: {share} of {target}").format(share="63,8%", target="80,0%")
    why = (
        ("HN-0130", ("never_visited", "poor", "no_account_15"), None, far),
        ("HN-0101", ("not_visited_this_year", "aged_60"), date(2025, 10, 4), ""),
    )
    names = {reason.code: reason.name(language()) for reason in load_reasons()}
    heads = {row.code: row.head_name for row in rows()}
    return tuple(
        Suggestion(
            identity(code), code, heads[code], "Bản Nà Ngà", 5, tuple(names[one] for one in codes), last, far
        )
        for code, codes, last, far in why
    )


def household(household_id: bytes) -> HouseholdDetail | None:
    """The household of an id, None if there is none."""
    for row, home in zip(rows(), _HOMES, strict=True):
        if row.household_id == household_id:
            return _detail(row, home[7])
    return None


def _detail(row: HouseholdRow, people: Sequence[tuple[str, int, str, str]]) -> HouseholdDetail:
    return HouseholdDetail(
        household_id=row.household_id,
        code=row.code,
        head_name=row.head_name,
        village_name=row.village_name,
        commune_name="xã Chiềng Mung",
        address="",
        phone_masked="098 ••• ••21",
        has_phone=True,
        poverty=row.poverty,
        standing=row.standing,
        facts=(
            FactState("household_smartphone", "ĐT thông minh", value=False, held_on=date(2026, 3, 12)),
            FactState("fibre", "Cáp quang", value=None, held_on=None),
        ),
        people=tuple(_person(row, at, person) for at, person in enumerate(people)),
        history=_history(row, people),
        attachments=_attachments(row),
        open_follow_ups=_promises(row),
        consent=_consent(row),
    )


def _attachments(row: HouseholdRow) -> tuple[AttachmentRow, ...]:
    """Two photos of the household that is shown first, and a paper; none of the others."""
    if row.code != "HN-0012":
        return ()
    rows = (
        (
            "Buổi hướng dẫn quét QR.jpg",
            "image/jpeg",
            1_840_000,
            "Chợ phiên Chiềng Mung",
            Standing.WAITING,
            True,
        ),
        ("Giấy xác nhận hộ cận nghèo.pdf", "application/pdf", 412_000, "", Standing.RECEIVED, True),
        ("IMG_2291.jpg", "image/jpeg", 2_310_000, "", Standing.RECEIVED, False),
    )
    return tuple(
        AttachmentRow(
            attachment_id=identity(f"{row.code}/tep/{name}"),
            name=name,
            media_type=kind,
            size=size,
            taken_on=date(2026, 11, 20 - at),
            note=note,
            person="",
            standing=standing,
            here=here,
        )
        for at, (name, kind, size, note, standing, here) in enumerate(rows)
    )


def _consent(row: HouseholdRow) -> ConsentState:
    if row.last_visit is None:
        return ConsentState("household", row.household_id, row.head_name)
    return ConsentState(
        "household", row.household_id, row.head_name, identity(f"{row.code}c"),
        given=("support", "figures", "contact"), declined=("sensitive",), text_version="1", way="spoken",
        on=date(2026, 11, 12), collector="Lò Thị Ngân",
    )  # fmt: skip


def _person(row: HouseholdRow, at: int, person: tuple[str, int, str, str]) -> PersonRow:
    name, year, relation, known = person
    facts = []
    for (fact, label), letter in zip(_FACTS, known, strict=True):
        value = {"y": True, "n": False}.get(letter)
        held = date(2026, 3, 12) if value is not None else None
        note = ""
        if (row.code, at, fact) in _SAID:
            value, (day, month), note = _SAID[row.code, at, fact]
            held = date(2026, month, day)
        facts.append(FactState(fact, label, value, held, note))
    return PersonRow(
        identity(f"{row.code}/{at}"), name, year, TODAY.year - year, relation, at == 0, None,
        "098 ••• ••21" if at == 0 else "", tuple(facts),
    )  # fmt: skip


def _history(row: HouseholdRow, people: Sequence[tuple[str, int, str, str]]) -> tuple[HistoryRow, ...]:
    if row.last_visit is None:
        return ()
    received = datetime(2026, 11, 18, 9, 40, tzinfo=UTC)
    return (
        HistoryRow(
            identity(f"{row.code}v3"), row.last_visit, "Lò Thị Ngân",
            (f"{people[-1][0]}: mở tài khoản thanh toán, làm cùng. Hẹn 23/11 để kích hoạt.",), "",
            Standing.WAITING, None,
        ),
        HistoryRow(
            identity(f"{row.code}v2"), date(2026, 10, 12), "Lò Văn Ún",
            (f"{people[0][0]}: nhận biết cuộc gọi lừa đảo, đã hướng dẫn.",), "", Standing.RECEIVED, received,
        ),
        HistoryRow(
            identity(f"{row.code}v1"), date(2026, 3, 12), "Lò Thị Ngân",
            ("Cả hộ kích hoạt VNeID mức 2 cùng công an xã.",), "", Standing.RECEIVED, None,
        ),
    )  # fmt: skip


def _promises(row: HouseholdRow) -> tuple[TodoRow, ...]:
    if not row.overdue:
        return ()
    title, detail = "Lường Văn Pản — đổi máy 2G sang 4G", "Máy tài trợ đã về xã"
    return (TodoRow(identity("T1"), row.household_id, title, detail, "IN", date(2026, 11, 21), -2),)
