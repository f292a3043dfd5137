"""Invented figures of Tổng hợp in full, for previews and tests."""

from __future__ import annotations

from datetime import date
from typing import Final

from tongcds.actions.board import choices
from tongcds.actions.differences import SENTENCES
from tongcds.domain.periods import month_of
from tongcds.domain.views import (
    BoardFigure,
    BoardRow,
    BoardView,
    Cause,
    CloseView,
    DifferingRecord,
    FigureDifference,
    FigureSeen,
    Group,
    Mark,
    SeriesPoint,
    Why,
)
from tongcds.i18n import _, ngettext
from ui.forms.board_parts import Asked, PeriodBar
from ui.preview import samples
from ui.preview.village import identity

_TARGET: Final = Mark(0.8, at_most=False, says="Quyết định số 811/QĐ-UBND: … có tài khoản … đạt 80%.")
_ROWS: Final = (
    ("Bản Nà Ngà", 287, 450),
    ("Bản Nà Hạ", 330, 401),
    ("Bản Xum", 212, 388),
    ("Bản Nong Ten", None, 96),
    ("Tiểu khu 8", 402, 455),
    ("Bản Mé", None, None),
)
_SHARES: Final = (0.39, 0.42, 0.44, 0.455, 0.49, None, 0.53, 0.585, 0.62, 0.65, 0.668, 1231 / 1790)


def _figure(part: int | None, whole: int | None, *, hidden: bool = False) -> BoardFigure:
    why = Why.HIDDEN if hidden else Why.NOBODY_LOOKED if part is None else Why.KNOWN
    return BoardFigure("XHS09", part, whole, why, _TARGET, part or 0, "7F3A-19C2" if part else "", "1:people")


def _month(at: int, share: float | None) -> SeriesPoint:
    part = None if share is None else round(share * 1790)
    return SeriesPoint(date(2025 + (11 + at) // 12, (11 + at) % 12 + 1, 28), _figure(part, 1790))


def view(asked: Asked, kind: str = "typical") -> BoardView:
    """A commune by village; empty has nothing yet, village is one without units below."""
    empty = kind == "empty"
    one = next(one for one in choices() if one.code == "XHS09")
    rows = () if empty else tuple(
        BoardRow(
            identity(name),
            name,
            (_figure(part, whole, hidden=whole is None),),
            (_figure(None if part is None else part - 12, whole),) if asked.against else (),
            opens=True,
        )
        for name, part, whole in _ROWS
    )  # fmt: skip
    whole = _figure(None, None) if empty else _figure(1231, 1790)
    earlier = (_figure(1190, 1790),) if asked.against else ()
    return BoardView(
        unit_id=identity("commune"),
        path=((identity("commune"), "Xã Chiềng Mung"),),
        row_kind="village",
        period=asked.period.name,
        first=asked.period.first,
        last=asked.period.last,
        against="" if asked.against is None else asked.against.name,
        indicators=(one,),
        whole=BoardRow(identity("commune"), "Chiềng Mung", (whole,), earlier),
        rows=rows,
        holds_records=True,
    )


def close(asked: Asked, kind: str = "typical") -> CloseView:
    """Twelve months with a gap, small charts, and groups."""
    (one,) = view(asked, kind).indicators
    months = () if kind == "empty" else tuple(_month(at, share) for at, share in enumerate(_SHARES))
    return CloseView(
        indicator=one,
        months=months,
        by_unit=tuple((name, months) for name, _part, _whole in _ROWS),
        groups=(
            ("sex", (Group("nữ", 640, 905), Group("nam", 591, 885))),
            ("poverty", (Group("nghèo", 88, 240), Group("cận nghèo", None, 130))),
        ),
    )  # fmt: skip


def difference() -> FigureDifference:
    """148 visits or 108: two of the records that make it."""
    told = (
        ("Buổi ghé 12/11/2026, hộ Lò Văn Ơn (HN-0087)", Cause.NOT_SENT, "HN-0087", True),
        ("Buổi ghé 03/11/2026, hộ Quàng Thị Mai (HN-0042)", Cause.REMOVED_THERE, "HN-0042", True),
        ("Buổi ghé 1f00c2aa", Cause.LACKING_HERE, "", False),
    )
    return FigureDifference(
        code="ACT01",
        name="Số lượt tổ đến hộ",
        unit="Xã Chiềng Mung",
        first=date(2026, 11, 1),
        last=samples.TODAY,
        ours=FigureSeen(148, None, "7F3A-19C2"),
        theirs=FigureSeen(108, None, "0B11-77D0"),
        rows=tuple(
            DifferingRecord(
                kind="visit",
                record_id=identity(words),
                words=words,
                why=why,
                sentence=_(SENTENCES[why]),
                here=here,
                counted=True,
                household_id=identity(home) if home else b"",
            )
            for words, why, home, here in told
        ),
        asked=True,
        summary=ngettext(
            "This computer has {ours}, the server {theirs}: {n} record differs.",
            "This computer has {ours}, the server {theirs}: {n} records differ.",
            3,
        ).format(ours=148, theirs=108, n=3),
    )


def bar() -> PeriodBar:
    """The bar above, at the month of the samples."""
    return PeriodBar(choices(), Asked("XHS09", month_of(samples.TODAY)), samples.TODAY)
