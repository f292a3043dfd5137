"""Invented campaigns, score sheets and proposals to commend for previews and tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tongcds.domain.commendations import CommendationText, Sort, Votes, load_awards
from tongcds.domain.emulation import (
    NOT_SCORED,
    Criterion,
    Pair,
    ResultContent,
    Score,
    Scored,
    Total,
    placed,
)
from tongcds.domain.reporting import State, Step, Word
from tongcds.domain.views import Standing
from tongcds.domain.views.emulation import (
    CampaignRow,
    CampaignText,
    CommendationRow,
    CriterionLine,
    EmulationView,
    RankingView,
    ResultView,
    SheetView,
    UnitScore,
)
from tongcds.i18n import language
from ui.preview import samples
from ui.preview.village import identity
from ui.screens.emulation import EmulationShown

_CRITERIA = tuple(
    Criterion(str(number), name, Decimal(most), indicator)
    for number, (name, most, indicator) in enumerate(
        (
            ("Hỗ trợ người dân tại hộ, ghi nhật ký đầy đủ", 30, "ACT01"),
            ("Tỷ lệ hộ có điện thoại thông minh", 20, "XHS01"),
            ("Báo cáo tháng đúng hạn, đủ nội dung", 20, ""),
            ("Tham gia tập huấn của xã", 15, ""),
            ("Sáng kiến, cách làm hay được nhân rộng", 15, ""),
        ),
        1,
    )
)
_SAYS = CampaignText(
    "Chung tay chuyển đổi số năm 2026",
    _CRITERIA,
    date(2026, 1, 1),
    date(2026, 12, 15),
    date(2026, 12, 5),
    "Mỗi tổ công nghệ số cộng đồng giúp người dân dùng được dịch vụ công trực tuyến, thanh toán số và sổ sức "
    "khỏe điện tử.",
    "15/KH-UBND",
    date(2026, 1, 5),
    date(2026, 7, 10),
    date(2026, 12, 20),
)


def _campaign(*, mine: bool = True, published: bool = False) -> CampaignRow:
    return CampaignRow(
        campaign_id=identity("campaign"),
        unit="Xã Chiềng Mung",
        says=_SAYS,
        asked=(),
        on=date(2026, 1, 6),
        by="Cà Thị Hương",
        version=1,
        twice=False,
        mine=mine,
        takes_part=not mine,
        state=None,
        handed=3,
        units=5,
        to_decide=2,
        published=published,
        place=None,
        standing=Standing.RECEIVED,
    )


def _commendations() -> tuple[CommendationRow, ...]:
    group = CommendationText(
        Sort.COLLECTIVE, "commune_merit", "Tổ công nghệ số cộng đồng bản Nà Ngà",
        "Đến đủ 142 hộ; 96% người từ 15 tuổi có tài khoản định danh điện tử.", votes=Votes(11, 12),
    )  # fmt: skip
    person = CommendationText(
        Sort.PERSON, "province_merit", "Lò Văn Pản", "300 buổi ghé hộ trong năm, dạy 41 người dùng VssID.",
        "Tổ trưởng", "male", agreed=True, votes=Votes(12, 12),
    )  # fmt: skip
    first = CommendationRow(
        commendation_id=identity("group"),
        unit="Bản Nà Ngà",
        campaign_id=identity("campaign"),
        campaign=_SAYS.title,
        says=group,
        award=load_awards()["commune_merit"].name(language()),
        known=True,
        voted_on=date(2026, 11, 20),
        on=date(2026, 11, 21),
        by="Lò Thị Ngân",
        addressee="Xã Chiềng Mung",
        state=State.SENT,
        steps=(),
        corrected=False,
        mine=False,
        may_decide=True,
        may_withdraw=False,
        may_correct=False,
        standing=Standing.RECEIVED,
    )
    taken = Step(b"", Word.ACCEPTED, "", date(2026, 11, 22), "Cà Thị Hương", ())
    second = replace(
        first,
        commendation_id=identity("person"),
        says=person,
        award=load_awards()["province_merit"].name(language()),
        state=State.ACCEPTED,
        steps=(taken,),
    )
    return first, second


def view(kind: str = "typical", *, mine: bool = True) -> EmulationShown:
    """Of a commune, or of one of its teams; `kind` is typical or empty."""
    rows = () if kind == "empty" else (_campaign(mine=mine),)
    told = () if kind == "empty" else _commendations()
    found = EmulationView(samples.TODAY, "Xã Chiềng Mung", rows, may_launch=mine, above="Tỉnh Sơn La")
    return EmulationShown(found, told)


def _said(points: str, text: str = "") -> Scored:
    return Scored((Score(b"", "", Decimal(points), text, date(2026, 11, 20), "Lò Thị Ngân", ()),))


def sheet(kind: str = "typical") -> SheetView:
    """The sheet of a team as its commune appraises it; `kind` contrary: two scored one criterion at once."""
    own = (
        _said("28", "Sổ nhật ký 11 tháng, 486 lượt hỗ trợ"),
        _said("19,2".replace(",", "."), "Phiếu rà soát tháng 10"),
        _said("20", "11/11 báo cáo đúng hạn"),
        _said("15", "6/6 buổi"),
        _said("12", "Mã QR hướng dẫn dán tại nhà văn hóa"),
    )
    two = Scored((*_said("10", "Chưa nhân rộng").words, *_said("8", "Mới làm thử").words))
    last = two if kind == "contrary" else NOT_SCORED
    appraised = (_said("28"), _said("18", "Hai hộ đã chuyển đi"), _said("20"), _said("15"), last)
    figures = ("486", "137/142 (96,5%)", "", "", "")
    lines = tuple(CriterionLine(*one) for one in zip(_CRITERIA, own, appraised, figures, strict=True))
    return SheetView(
        campaign=_campaign(),
        unit_id=identity("village"),
        unit="Bản Nà Ngà",
        sheet_id=identity("sheet"),
        lines=lines,
        own=Decimal("94.2"),
        final=None,
        state=State.SENT,
        steps=(),
        handed_on=date(2026, 11, 21),
        by="Lò Thị Ngân",
        twice=False,
        may_score=False,
        may_hand_up=False,
        may_withdraw=False,
        may_appraise=True,
        may_decide=True,
        standing=Standing.RECEIVED,
    )


def ranking(kind: str = "typical") -> RankingView:
    """The units of a commune's campaign; `kind` empty: nothing is published, seen by a team."""
    names = ("Bản Nà Ngà", "Bản Mé", "Bản Tường", "Bản Lầu", "Bản Phiêng")
    scores = (((30, 20, 20, 15, 9), (28, 20, 20, 15, 8)), ((28, 18, 20, 15, 10), (28, 18, 20, 15, 10)),
              ((26, 18, 18, 14, 12), (25, 18, 18, 14, 10)))  # fmt: skip
    totals = []
    for name, (own, final) in zip(names, scores, strict=False):
        pairs = tuple(Pair(Decimal(one), Decimal(other)) for one, other in zip(own, final, strict=True))
        totals.append(Total(identity(name), name, Decimal(sum(own)), Decimal(sum(final)), pairs))
    decided = [
        UnitScore(one.unit_id, one.unit, identity(one.unit), State.ACCEPTED, one.own, one.final, one.place)
        for one in placed(totals)
    ]
    sent = UnitScore(identity(names[3]), names[3], identity("s4"), State.SENT, Decimal(80), None, None)
    none = UnitScore(identity(names[4]), names[4], None, None, None, None, None)
    content = ResultContent(_SAYS.title, _CRITERIA, placed(totals), names[3:])
    result = ResultView(content, date(2026, 11, 22), "Cà Thị Hương", 1, twice=False)
    if kind == "empty":
        return RankingView(_campaign(mine=False), (), None, may_publish=False)
    return RankingView(_campaign(published=True), (*decided, sent, none), result, may_publish=True)
