"""Invented difficulties for previews and tests."""

from __future__ import annotations

from datetime import date

from tongcds.domain.difficulties import Stage, Step, Word, load_kinds
from tongcds.domain.views import Standing
from tongcds.domain.views.difficulties import DifficultiesView, DifficultyRow, DifficultyText
from tongcds.i18n import language
from ui.preview import samples
from ui.preview.village import identity

_COMMUNE = "Xã Chiềng Mung"
_TOLD = (
    ("signal", "Sóng di động yếu ở đầu bản", "Bản Nà Ngà", Stage.OVERDUE, date(2026, 11, 20), ""),
    ("signal", "Ba hộ cuối bản không có sóng", "Bản Nà Hạ", Stage.ANSWERED, date(2026, 11, 27), "Đặt trạm"),
    ("device", "Tổ chưa có máy in", _COMMUNE, Stage.OPEN, None, ""),
    ("system", "Dịch vụ công hay lỗi buổi sáng", "Bản Co Trai", Stage.CLOSED, None, "Đã nâng cấp"),
)


def view(kind: str = "typical") -> DifficultiesView:
    """A commune's; `kind` is typical or empty."""
    rows = [] if kind == "empty" else [_row(at, line) for at, line in enumerate(_TOLD)]
    return DifficultiesView(samples.TODAY, _COMMUNE, tuple(rows), "Tỉnh Sơn La")


def _row(at: int, line: tuple[str, str, str, Stage, date | None, str]) -> DifficultyRow:
    code, text, unit, stage, due, answer = line
    says = DifficultyText(code, text, cause="Trạm ở xa" if code == "signal" else "", proposal="Thêm trạm")
    passed = Step(
        identity(f"step {at}"), Word.PASSED, "", unit, identity("commune"), _COMMUNE, due, None,
        date(2026, 11, 10), "", (),
    )  # fmt: skip
    return DifficultyRow(
        difficulty_id=identity(f"difficulty {at}"),
        unit_id=identity(unit),
        unit=unit,
        says=says,
        kind=load_kinds()[code].name(language()),
        on=date(2026, 11, 9),
        by="Lò Thị Ngân",
        stage=stage,
        owner=_COMMUNE if due else unit,
        due_on=due,
        answer=answer,
        steps=(passed,) if due else (),
        joined_with=identity("difficulty 0") if at == 1 else None,
        joins=(identity("difficulty 1"),) if at == 0 else (),
        mine=unit == _COMMUNE,
        asked=stage is Stage.OVERDUE,
        may_act=True,
        standing=Standing.WAITING if stage is Stage.OPEN else Standing.RECEIVED,
    )
