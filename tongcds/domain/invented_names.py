"""Parts that names of invented people are put together from, by people (ethnic group); nobody here exists.

How a name is put together depends on the people: Mông men have "A" in the middle, K'Ho names begin with K'
for men and Ka for women and pass on no family name. The people themselves are made in `invented`.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class NameParts:
    """Family names by how often they occur, and middle and given names of women and men."""

    families: tuple[str, ...]
    women_middle: tuple[str, ...]
    men_middle: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    passed_on: bool = True


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.replace("_", " ") for part in text.split())


_THAI: Final = NameParts(
    _split("Lò Lò Lò Lò Hà Hà Cà Cà Quàng Quàng Lường Lường Tòng Tòng Lèo Vì Hoàng Cầm Bạc Điêu Mè"),
    ("Thị",),
    _split("Văn Văn Văn Văn Minh Trung"),
    _split(
        "Ngân Xuân Hương Mai Pâng Hặc Biên Xuyến Inh Lả Muôn Ón Phanh Thoa Xiên Yên Chung Dung Đôi Hiêng "
        "Hoan Lan Nhung Ơn Pành Phương Siêng Tươi Un Vui Xoan Ánh Bình Diên Hịa Kim Liên Thiết Thu Toán"
    ),
    _split(
        "Pản Thoong Thoan Inh Bun Diên Sơn Sương Quyết Tú Hải Ún Ánh Biên Chiến Chung Dọn Đoàn Hặc Hiêng "
        "Kẻo Lún Muôn Ngoan Ọi Panh Phiu Pỏm Sinh Tiến Xôm Ươi Thắng Hợp Lả Nọi Păn Sam Thương Yêu"
    ),
)
_KINH: Final = NameParts(
    _split("Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Lê Lê Phạm Hoàng Vũ Đặng Bùi Đỗ Ngô Dương Đinh Mai Tạ"),
    _split("Thị Thị Thị Thu Ngọc Thanh Bích"),
    _split("Văn Văn Đức Hữu Minh Quang Xuân Đình"),
    _split(
        "An Anh Chi Dung Duyên Giang Hà Hạnh Hằng Hiền Hoa Huệ Huyền Lan Liên Linh Loan Mai Nga Nguyệt "
        "Nhung Oanh Phượng Quỳnh Tâm Thảo Thơm Thúy Thủy Trang Tuyết Vân Yến Ánh"
    ),
    _split(
        "An Bảo Bình Chiến Cường Dũng Duy Đạt Định Đông Hải Hiếu Hòa Hùng Huy Khánh Kiên Lâm Long Mạnh "
        "Nam Nghĩa Phong Phúc Quân Sơn Tài Thắng Thịnh Thọ Toàn Trung Tuấn Tùng Vinh Ý"
    ),
)
_MONG: Final = NameParts(
    _split("Giàng Giàng Vàng Sùng Mùa Thào Hờ Vừ Lầu Cứ Tráng Phàng"),
    ("Thị",),
    ("A",),
    _split("Chở Cở Dếnh Dua Gánh Kía Mai Mỷ Pàng Sua Súa Vá Xía Ly Dở Máy"),
    _split("Páo Chu Dê Dơ Di Giống Hồ Lử Lồng Nếnh Pó Sếnh Sử Tủa Vảng Vừ Sáy Dình Khua Tếnh"),
)
_MUONG: Final = NameParts(
    _split("Bùi Bùi Bùi Quách Đinh Hà Hà Phạm Trương Cao"),
    ("Thị",),
    _split("Văn Văn Công Tiến"),
    _split("Duyệt Hiền Hoạt Huê Lự Nhiệm Phương Thêm Tuyển Ượm Xinh Viền Ót Mến Nụ"),
    _split("Ánh Biểu Diện Đạo Hưởng Khuyến Lực Nhưỡng Thuận Ưng Vượng Ịt Chính Dậu"),
)
_KHMER: Final = NameParts(
    _split("Thạch Thạch Sơn Sơn Lâm Danh Kim Châu Lý Trần Liêu Triệu"),
    ("Thị", "Thị", ""),
    ("Sà", "Văn", "", "Ngọc"),
    _split("Sa_Rết Mết Chanh_Đa Sô_Pha Ra_Vy Hoa Lành Sa_Phương Út Diệu Ni Sóc_Kha Sô_Thia"),
    _split("Sóc_Kha Rên Thươne Minh_Hòa Sa_Rươne Phước Dol Vong Chanh Thia Quơl Sà_Rích"),
)
_K_HO: Final = NameParts(
    _split("K' K' K' Cil Rơ_Ông Bon_Đing Lơ_Mu"),
    ("",),
    ("",),
    _split("Đôi Nhrẽ Hương Thuyên Mai Duyên Ngút Linh Brêm Hiền"),
    _split("Brèo Múp Hà_Nhất Tước Sơn Bình Tham Đức Giáo Brôih"),
    passed_on=False,
)
_HOA: Final = NameParts(
    _split("Trần Lý Lâm Quách Huỳnh Vương Tăng Mã Dư Ông"),
    _split("Thị Mỹ Tú Lệ"),
    _split("Vĩnh Chí Quốc Gia Minh"),
    _split("Muội Phụng Linh Anh Hoa Châu Phấn Yến Dung Bình"),
    _split("Phát Hưng Quang Hòa Cường Khải Thành An Lợi Đạt"),
)

PARTS: Final = MappingProxyType(
    {
        "thai": _THAI,
        "kinh": _KINH,
        "mong": _MONG,
        "muong": _MUONG,
        "khmer": _KHMER,
        "co-ho": _K_HO,
        "hoa": _HOA,
        "xinh-mun": _THAI,
    }
)
"""Parts of names by ethnicity."""


def full_name(random: Random, ethnicity: str, sex: str, family: str | None = None) -> str:
    """Return a name; `family` is the family name to carry, where a people passes family names on."""
    parts = PARTS[ethnicity]
    woman = sex == "female"
    chosen = family if family and parts.passed_on else random.choice(parts.families)
    given = random.choice(parts.women if woman else parts.men)
    if chosen == "K'":
        return f"Ka {given}" if woman else f"K'{given}"
    middle = random.choice(parts.women_middle if woman else parts.men_middle)
    return " ".join(word for word in (chosen, middle, given) if word)
