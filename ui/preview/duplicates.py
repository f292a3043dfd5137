"""Invented pairs of records, for previews and tests."""

from __future__ import annotations

from tongcds.actions.duplicates import compared, proposed
from tongcds.domain.views.duplicates import Pair, Side
from ui.preview import village
from ui.screens.duplicates import PairShown, PairsShown

_PAIRS = (
    ("household", "people", "HN-0031", "HN-0118",
     {"code": "HN-0031", "head_id": "Vì Trung Ánh", "person_ids": "Vì Trung Ánh, Lò Thị Mai, Vì Thị Muôn",
      "address": "Nhóm 2", "poverty": "poor", "visits": "4"},
     {"code": "HN-0118", "head_id": "Vi Trung Anh", "person_ids": "Vi Trung Anh, Lo Thi Mai",
      "address": "Bản trên, nhóm 2"}),
    ("person", "name", "HN-0087", "HN-0141",
     {"full_name": "Hà Thị Xuân", "relation": "chủ hộ", "sex": "female", "birth": "1978",
      "phone": "0912345678"},
     {"full_name": "Ha Thi Xuan", "relation": "con dâu", "sex": "female", "birth": "1978-04-02"}),
    ("person", "phone", "HN-0012", "HN-0109",
     {"full_name": "Lường Văn Quyết", "birth": "1992", "phone": "0987654321", "ethnicity": "Thái"},
     {"full_name": "Lường Quyết", "birth": "1993", "phone": "0987654321", "note": "làm ăn xa"}),
)  # fmt: skip


def shown(kind: str, *, settled: bool = False) -> PairsShown:
    """What the screen shows: typical, or empty."""
    if kind == "empty":
        return PairsShown((), 0)
    made = []
    for subject, why, code, other, first, second in _PAIRS:
        one, two = (
            Side(village.identity(f"pair {at}"), at, "bản Nà Ngà", values)
            for at, values in ((code, first), (other, second))
        )
        said = ("", "two") if settled else (why, "open")
        pair = Pair(subject, one, two, *said, None)
        made.append(PairShown(pair, compared(pair), proposed(pair)))
    return PairsShown(tuple(made), len(made))
