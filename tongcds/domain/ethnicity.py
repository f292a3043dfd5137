"""The 54 ethnic groups of Vietnam: a slug for each, its name, and the other names papers use.

Ethnicity is sensitive personal data. Records hold slugs, never the numbers of a code list: the lists of 1979
and of 2008 give the same number to different groups.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from tongcds.domain.text import fold, tone_fold

ETHNIC_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "kinh": ("Kinh", "Việt"),
    "tay": ("Tày",),
    "thai": ("Thái",),
    "muong": ("Mường",),
    "khmer": ("Khmer", "Khơ-me", "Khơ me", "Khmer Krom"),
    "hoa": ("Hoa", "Hán"),
    "nung": ("Nùng",),
    "mong": ("Mông", "H'Mông", "Hmông"),
    "dao": ("Dao",),
    "gia-rai": ("Gia Rai", "Jrai"),
    "e-de": ("Ê Đê", "Rađê"),
    "ba-na": ("Ba Na", "Bahnar"),
    "san-chay": ("Sán Chay", "Cao Lan", "Sán Chỉ"),
    "cham": ("Chăm", "Chàm"),
    "co-ho": ("Cơ Ho", "K'Ho", "Kơ Ho"),
    "xo-dang": ("Xơ Đăng", "Xê Đăng"),
    "san-diu": ("Sán Dìu",),
    "hre": ("Hrê", "H'rê"),
    "ra-glai": ("Ra Glai", "Raglay"),
    "mnong": ("Mnông", "M'Nông"),
    "tho": ("Thổ",),
    "xtieng": ("Xtiêng", "S'tiêng", "Stiêng"),
    "kho-mu": ("Khơ Mú", "Kh'mú"),
    "bru-van-kieu": ("Bru Vân Kiều", "Vân Kiều", "Bru"),
    "co-tu": ("Cơ Tu", "Ka Tu"),
    "giay": ("Giáy",),
    "ta-oi": ("Tà Ôi", "Pa Cô"),
    "ma": ("Mạ",),
    "gie-trieng": ("Giẻ Triêng", "Gié Triêng"),
    "co": ("Co", "Cor"),
    "cho-ro": ("Chơ Ro",),
    "xinh-mun": ("Xinh Mun",),
    "ha-nhi": ("Hà Nhì",),
    "chu-ru": ("Chu Ru",),
    "lao": ("Lào",),
    "la-chi": ("La Chí",),
    "khang": ("Kháng",),
    "phu-la": ("Phù Lá",),
    "la-hu": ("La Hủ",),
    "la-ha": ("La Ha",),
    "pa-then": ("Pà Thẻn",),
    "lu": ("Lự",),
    "ngai": ("Ngái",),
    "chut": ("Chứt",),
    "lo-lo": ("Lô Lô",),
    "mang": ("Mảng",),
    "co-lao": ("Cơ Lao", "Cờ Lao"),
    "bo-y": ("Bố Y",),
    "cong": ("Cống",),
    "si-la": ("Si La",),
    "pu-peo": ("Pu Péo",),
    "ro-mam": ("Rơ Măm",),
    "brau": ("Brâu",),
    "o-du": ("Ơ Đu",),
}
"""For each slug its name first, then other names of the same group."""

_PREFIX: Final = re.compile(r"^(?:dân tộc|người) ")
_JOINED: Final = re.compile(r"[\W_]+")


def _key(text: str) -> str:
    return _JOINED.sub("", _PREFIX.sub("", tone_fold(text)))


_BY_NAME: Final = {_key(name): slug for slug, names in ETHNIC_GROUPS.items() for name in names}
_BY_FOLDED: Final = {fold(key): slug for key, slug in reversed(_BY_NAME.items())}


@lru_cache(maxsize=1024)
def ethnicity_of(text: str) -> str | None:
    """Return the slug of an ethnic group by any of its names, None if the name is unknown.

    Case, spaces, hyphens and apostrophes do not count; marks do, unless the text has none at all.
    """
    key = _key(text)
    return _BY_NAME.get(key) or (_BY_FOLDED.get(key) if key.isascii() else None)


def ethnicity_name(slug: str) -> str:
    """Return the Vietnamese name of a group; an unknown slug (of a newer version) as it is."""
    return ETHNIC_GROUPS.get(slug, (slug,))[0]
