"""Invented targets and typed-in figures for previews and tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from tongcds.domain.catalogue import Comparator, load_documents, load_indicators, load_targets
from tongcds.domain.reporting import State, Step, Word
from tongcds.domain.targets import Verdict, days_of
from tongcds.domain.views import (
    FigureSource,
    FigureTerms,
    Standing,
    TargetRow,
    TargetsView,
    TargetTerms,
    TypedFigure,
)
from tongcds.domain.views.proposals import ProposalRow, ProposalText
from tongcds.i18n import language
from ui.preview import samples
from ui.preview.village import identity

COMMUNE: Final = identity("commune")
_UNITS: Final = ((COMMUNE, "Xã Chiềng Mung"), (identity("Bản Nà Ngà"), "Bản Nà Ngà"))


def _target(
    indicator: str,
    wanted: str,
    value: str | None,
    expected: str | None,
    verdict: Verdict,
    *,
    mine: bool = True,
) -> TargetRow:
    terms = TargetTerms(
        unit_id=COMMUNE,
        indicator=indicator,
        comparator=Comparator.AT_LEAST,
        value=Decimal(wanted),
        measure="%",
        first=date(2026, 1, 1),
        last=date(2026, 12, 31),
        document_no="12/KH-UBND",
        dated=date(2026, 1, 15),
        issuer="UBND xã Chiềng Mung",
        wording=f"Phấn đấu đạt {wanted}% trong năm 2026.",
    )
    return TargetRow(
        target_id=identity(f"target {indicator}"),
        terms=terms,
        unit="Xã Chiềng Mung" if mine else "Khu vực Mai Sơn",
        name=load_indicators()[indicator].short(language()),
        document="12/KH-UBND, 15/01/2026, UBND xã Chiềng Mung",
        source=FigureSource.NONE if value is None else FigureSource.COUNTED,
        value=None if value is None else Decimal(value),
        numerator=None if value is None else 1231,
        denominator=None if value is None else 1790,
        fingerprint="" if value is None else "7F3A-19C2",
        definition="1:people:min_age=15:fact=account",
        expected=None if expected is None else Decimal(expected),
        verdict=verdict,
        mine=mine,
        standing=Standing.WAITING if mine else Standing.RECEIVED,
    )


def _figures() -> tuple[TypedFigure, ...]:
    terms = FigureTerms(
        unit_id=COMMUNE,
        indicator="EXT06",
        first=date(2025, 1, 1),
        last=date(2025, 12, 31),
        numerator=Decimal(12),
        denominator=Decimal(34),
        source="Bộ Khoa học và Công nghệ",
        document_no="105/BC-BKHCN",
    )
    now = TypedFigure(
        identity("rank"), terms, "hạng", Decimal(12), "Cầm Văn Tuấn", date(2026, 11, 20), Standing.RECEIVED
    )
    first = replace(now, figure_id=identity("rank 1"), terms=replace(terms, numerator=Decimal(13)))
    return (replace(now, before=(first,)),)


def _listed() -> tuple[TargetRow, ...]:
    rows = []
    for code, target in load_targets().items():
        begin, end = days_of(target)
        document = load_documents()[target.document]
        terms = TargetTerms(
            COMMUNE, target.indicator, target.comparator, target.value, target.unit, begin, end,
            wording=target.wording, seed=code,
        )  # fmt: skip
        rows.append(
            TargetRow(
                target_id=None, terms=terms, unit=target.province,
                name=load_indicators()[target.indicator].short(language()), document=document.name_vi,
                source=FigureSource.NONE, value=None, numerator=None, denominator=None, fingerprint="",
                definition="", expected=None, verdict=Verdict.UNKNOWN,
            )
        )  # fmt: skip
    return tuple(rows)


def view(kind: str = "typical", *, may_write: bool = True) -> TargetsView:
    """A commune's; `kind` is typical or empty."""
    empty = kind == "empty"
    rows = (
        _target("XHS09", "80", "68.77", "71.4", Verdict.BEHIND),
        _target("XHS01", "96.52", "96.8", "97.9", Verdict.MET),
        _target("XHS11", "48.56", "47.2", "49.1", Verdict.ON_THE_WAY, mine=False),
        _target("XHS12", "90", None, None, Verdict.UNKNOWN),
    )
    return TargetsView(
        on=samples.TODAY,
        unit_id=COMMUNE,
        unit="Xã Chiềng Mung",
        targets=() if empty else rows,
        typed=() if empty else _figures(),
        catalogue=_listed(),
        units=_UNITS,
        may_write=may_write,
    )


def proposals(kind: str = "typical") -> tuple[ProposalRow, ...]:
    """What a commune has to decide on, one whose target changed meanwhile, and one that it refused."""
    if kind == "empty":
        return ()
    target = _target("XHS09", "80", "68.77", "71.4", Verdict.BEHIND)
    asked = ProposalRow(
        proposal_id=identity("proposal"),
        unit="Bản Nà Ngà",
        target_id=target.target_id or b"",
        indicator="XHS09",
        name=target.name,
        measure="%",
        was=Decimal(80),
        was_last=date(2026, 12, 31),
        says=ProposalText(
            Decimal(72),
            date(2026, 12, 31),
            "48 người trong độ tuổi đi làm ăn xa cả năm, 21 cụ trên 80 tuổi không có nhu cầu mở tài khoản.",
            "Biên bản họp Tổ ngày 12/11/2026",
        ),
        terms=target.terms,
        changed=False,
        on=date(2026, 11, 12),
        by="Lò Thị Ngân",
        addressee="Xã Chiềng Mung",
        state=State.SENT,
        steps=(),
        may_decide=True,
        may_withdraw=False,
        standing=Standing.RECEIVED,
    )
    changed = replace(
        asked,
        proposal_id=identity("proposal changed"),
        unit="Bản Nà Hạ",
        indicator="XHS01",
        name=load_indicators()["XHS01"].short(language()),
        was=Decimal("96.52"),
        says=ProposalText(
            Decimal("96.52"), date(2027, 6, 30), "Lũ cuốn cầu, đến tháng 3 mới có hàng về bản."
        ),
        terms=replace(target.terms, value=Decimal(97)),
        changed=True,
        by="Tòng Văn Sơn",
        state=State.RECEIVED,
        steps=(Step(identity("looked"), Word.RECEIVED, "", date(2026, 11, 16), "Cà Thị Hương", ()),),
    )
    refused = replace(
        asked,
        proposal_id=identity("proposal refused"),
        unit="Bản Lót",
        by="Quàng Văn Hải",
        state=State.REFUSED,
        steps=(
            Step(
                identity("refused"), Word.REFUSED, "Chưa rà soát xong hộ đi làm xa.", date(2026, 11, 18),
                "Cà Thị Hương", (),
            ),
        ),
    )  # fmt: skip
    return asked, changed, refused
