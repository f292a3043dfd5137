"""A list and a table with a few invented rows, as the screens make them."""

from __future__ import annotations

from tongcds.domain.views import Tone
from ui.widgets.cells import MarkCell, MeterCell, NumberCell, PillCell, RowCell, TextCell
from ui.widgets.rows import Column, RowsModel, RowsView

ROWS = [("Lường Văn Pản", "HN-0012"), ("Hà Thị Xuân", "HN-0087"), ("Lò Thị Pâng", "HN-0141")]


def a_list():
    model = RowsModel([Column("", lambda row: RowCell(row[0], row[1], pill="Hộ nghèo", tone=Tone.WARN), 1)])
    view = RowsView(model, name="Hộ gia đình", headings=False)
    model.setParent(view)
    model.set_rows(ROWS)
    return model, view


def a_table():
    columns = [
        Column("Xã", lambda row: TextCell(row[0], row[1], strong=True), stretch=1),
        Column("Tổ", lambda _row: NumberCell("26/26")),
        Column("Điện thoại", lambda _row: MeterCell(0.9, "90,0%", 0.9652), stretch=1),
        Column("Không rõ", lambda _row: MeterCell(None, "—"), stretch=1),
        Column("VNeID", lambda _row: MarkCell("12/03", "check", Tone.GOOD)),
        Column("Báo cáo", lambda _row: PillCell("Đúng hạn", Tone.GOOD)),
    ]
    model = RowsModel(columns)
    view = RowsView(model, name="Theo xã")
    model.setParent(view)
    model.set_rows(ROWS)
    return model, view
