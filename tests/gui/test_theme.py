"""The look: every text can be read, sizes follow the setting, and both themes have the same colours."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontDatabase, QFontInfo, QFontMetricsF, QImage, QPainter

from tongcds import paths
from tongcds.domain.views import Tone
from ui import icons, stylesheet, theme
from ui.theme import TEXT_PAIRS, TEXT_STYLES, Style

ENOUGH = 4.5


def luminance(colour: QColor) -> float:
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_of_contrast_is_the_known_one():
    assert contrast(QColor("white"), QColor("black")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("white")) < ENOUGH


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize(("ink", "behind"), TEXT_PAIRS)
def test_every_text_stands_out_from_what_is_behind_it(name, ink, behind):
    look = theme.load(name)
    assert contrast(look.colour(ink), look.colour(behind)) >= ENOUGH


def test_every_colour_of_a_text_style_is_among_the_tested_pairs():
    written = {ink for ink, _behind in TEXT_PAIRS}
    assert {style.colour for style in TEXT_STYLES.values()} <= written
    assert {tone.value for tone in Tone} <= written
    assert "ink_faint" not in written


def test_both_themes_name_the_same_colours():
    assert theme.load("light").colours.keys() == theme.load("dark").colours.keys()


@pytest.mark.parametrize("name", theme.THEMES)
def test_every_colour_is_one(name):
    file = paths.resources_folder() / "themes" / f"{name}.json"
    colours = json.loads(file.read_text(encoding="utf-8"))["colours"]
    assert [key for key, value in colours.items() if not QColor(value).isValid()] == []


@pytest.mark.parametrize(("asked", "given"), [(10, 90), (90, 90), (125, 125), (150, 150), (400, 150)])
def test_the_text_size_stays_between_90_and_150_percent(asked, given):
    assert theme.load("light", text_percent=asked).text_percent == given


def test_text_grows_with_the_setting_and_controls_are_never_lower_than_36_pixels():
    small, large = theme.load("light", text_percent=90), theme.load("light", text_percent=150)
    assert small.font(Style.BODY).pixelSize() < large.font(Style.BODY).pixelSize()
    assert (small.control, large.control) == (36, 54)


def test_the_fonts_are_the_bundled_ones_in_all_four_weights(qapp):
    assert "Noto Sans Khmer" in QFontDatabase.families()
    for style in (Style.BODY, Style.PLACE, Style.STRONG, Style.DISPLAY):
        info = QFontInfo(theme.current().font(style))
        assert (info.family(), info.weight()) == ("Be Vietnam Pro", TEXT_STYLES[style].weight)


@pytest.mark.parametrize("letter", "ẾỆỖỮựặẫđĐ₫“”–…≥")
def test_the_font_has_every_vietnamese_letter(qapp, letter):
    assert QFontMetricsF(theme.current().font(Style.BODY)).inFontUcs4(ord(letter))


@pytest.mark.parametrize("name", theme.THEMES)
def test_the_style_sheet_is_complete(name):
    sheet = stylesheet.write(theme.load(name, text_percent=150))
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}")


def test_another_theme_and_text_size_show_in_windows_that_are_already_open(qapp, shown):
    from ui.widgets.button import Button

    button = shown(Button("Lưu"))
    height, colour = button.sizeHint().height(), button.grab().toImage().pixelColor(20, 20)
    stylesheet.dress(qapp, theme.load("dark", text_percent=150))
    assert button.sizeHint().height() > height
    assert button.grab().toImage().pixelColor(20, 20) != colour


def drawn(name: str, colour: QColor, ratio: float) -> QImage:
    image = QImage(round(24 * ratio), round(24 * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    painter = QPainter(image)
    try:
        icons.draw(painter, QRectF(0, 0, 24, 24), name, colour, 24)
    finally:
        painter.end()
    return image


@pytest.mark.parametrize(
    "name", sorted(file.stem for file in (paths.resources_folder() / "icons").glob("*.svg"))
)
def test_every_icon_is_drawn_in_the_theme_s_colour_at_every_scale(qapp, name):
    for ratio in (1.0, 1.25, 1.5):
        image = drawn(name, QColor("#C00000"), ratio)
        strong = [
            image.pixelColor(x, y)
            for x in range(image.width())
            for y in range(image.height())
            if image.pixelColor(x, y).alpha() > 200
        ]
        assert strong
        assert all(colour.red() > 180 and colour.green() < 20 for colour in strong)


def test_an_icon_that_is_not_bundled_is_refused(qapp):
    with pytest.raises(FileNotFoundError):
        drawn("no-such-icon", QColor("black"), 1.0)


def test_only_icons_that_are_used_are_bundled():
    bundled = {file.stem for file in (paths.resources_folder() / "icons").glob("*.svg")}
    root = paths.resources_folder().parent
    source = "\n".join(file.read_text(encoding="utf-8") for file in (root / "ui").rglob("*.py"))
    assert {name for name in bundled if f'"{name}"' not in source} == set()


def test_the_licences_of_fonts_and_icons_lie_beside_them():
    resources = paths.resources_folder()
    for name in ("fonts/BeVietnamPro-OFL.txt", "fonts/NotoSansKhmer-OFL.txt", "icons/LICENSE.txt"):
        assert (resources / name).stat().st_size > 500
