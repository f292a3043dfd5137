"""Qt's style sheet, written from the theme; it dresses Qt's own widgets. `ui.widgets` paint themselves.

Each window wears it, not the application: with a sheet there Qt dresses a part of a screen, and all that is
in it, once more for every parent that the part is put into, and a screen takes twice as long to make.
"""

from __future__ import annotations

from string import Template

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from tongcds.domain.words import Tone
from ui import theme
from ui.theme import TEXT_STYLES, Length, Style, Theme, space

_SHEET = Template("""
* { font-family: "Be Vietnam Pro", "Noto Sans Khmer"; }
QWidget { color: $ink; font-size: ${body}px; }
QMainWindow, QDialog, QWidget[role="page"] { background: $background; }
QWidget[role="surface"], QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }
QScrollArea { border: none; }
QLabel { background: transparent; }
$labels
QLabel[on_bar="true"] { color: $on_bar; }
$tones
QLineEdit, QPlainTextEdit, QComboBox, QSpinBox {
  background: $surface; color: $ink; border: ${line_width}px solid $line_strong; border-radius: ${radius}px;
  padding: 0 ${pad}px; min-height: ${inner}px; selection-background-color: $brand_soft;
  selection-color: $brand_strong; placeholder-text-color: $ink_soft; }
QPlainTextEdit { padding: ${text_pad}px ${text_side}px; }
QLineEdit:hover, QPlainTextEdit:hover, QComboBox:hover, QSpinBox:hover {
  border-color: $outline; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QSpinBox:focus {
  border: ${focus}px solid $brand; padding: 0 ${pad_focus}px; min-height: ${inner_focus}px; }
QPlainTextEdit:focus { padding: ${text_pad_focus}px ${text_side_focus}px; }
QLineEdit[wrong="true"], QPlainTextEdit[wrong="true"], QComboBox[wrong="true"],
QSpinBox[wrong="true"] { border-color: $bad; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled, QSpinBox:disabled {
  background: $sunken; color: $ink_soft; }
QLineEdit[role="search"] { background: $sunken; padding-left: ${search_left}px;
  padding-right: ${search_right}px; border-color: $line; }
QLineEdit[role="search"]:hover { border-color: $outline; }
QLineEdit[role="search"]:focus { background: $surface; border-color: $brand;
  padding-left: ${search_left_focus}px; padding-right: ${search_right_focus}px; }
QComboBox::drop-down { border: none; width: ${drop}px; }
QComboBox::down-arrow { image: none; }
QComboBox QAbstractItemView { background: $surface; color: $ink; border: ${line_width}px solid $line;
  outline: none; selection-background-color: $brand_soft; selection-color: $brand_strong; }
QComboBox QAbstractItemView::item { min-height: ${inner}px; padding: 0 ${pad}px; }
QAbstractItemView { background: $surface; border: none; outline: none; }
QHeaderView, QHeaderView::section { background: $surface; border: none; }
QTableCornerButton::section { background: $surface; border: none; }
QScrollBar:vertical { background: transparent; width: ${scroll}px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: ${scroll}px; margin: 0; }
QScrollBar::handle { background: $outline; border-radius: ${scroll_radius}px; margin: ${scroll_margin}px; }
QScrollBar::handle:vertical { min-height: ${thumb}px; }
QScrollBar::handle:horizontal { min-width: ${thumb}px; }
QScrollBar::handle:hover { background: $ink_faint; }
QAbstractScrollArea::corner { background: transparent; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QMenu { background: $surface; border: ${line_width}px solid $line; padding: ${gap}px; }
QMenu::item { padding: ${menu_pad}px ${menu_side}px; border-radius: ${radius_small}px; }
QMenu::item:selected { background: $brand_soft; color: $brand_strong; }
QToolTip { background: $bar; color: $on_bar; border: none; padding: ${gap}px ${menu_pad}px; }
QPushButton { background: $surface; border: ${line_width}px solid $line; border-radius: ${radius}px;
  min-height: ${inner}px; padding: 0 ${button_pad}px; font-weight: 600; }
QPushButton:hover { background: $hover; }
QPushButton:focus, QPushButton:default { border: ${focus}px solid $brand; }
""")


def _labels(look: Theme) -> str:
    rules = []
    for style, (size, weight, colour) in TEXT_STYLES.items():
        rules.append(
            f'QLabel[text_style="{style.value}"] {{ font-size: {look.scaled(size)}px; '
            f"font-weight: {weight}; color: {look.colours[colour]}; }}"
        )
    return "\n".join(rules)


def write(look: Theme) -> str:
    """The style sheet of a theme at its text size."""
    inner = look.control - 2 * Length.LINE
    pad = space(3) - Length.LINE
    grown = Length.FOCUS - Length.LINE
    search_left = space(2.5) + look.scaled(theme.IconSize.MEDIUM) + space(2)
    search_right = space(14)
    return _SHEET.substitute(
        look.colours,
        labels=_labels(look),
        tones="\n".join(
            f'QLabel[tone="{tone.value}"] {{ color: {look.colours[tone.value]}; }}' for tone in Tone
        ),
        line_strong=look.colours["line"],
        body=look.scaled(TEXT_STYLES[Style.BODY].size),
        line_width=Length.LINE,
        focus=Length.FOCUS,
        radius=Length.RADIUS,
        radius_small=Length.RADIUS_SMALL,
        inner=inner,
        inner_focus=inner - 2 * grown,
        pad=pad,
        pad_focus=pad - grown,
        text_pad=space(1.5),
        text_side=space(2),
        text_pad_focus=space(1.5) - grown,
        text_side_focus=space(2) - grown,
        search_left=search_left,
        search_left_focus=search_left - grown,
        search_right=search_right,
        search_right_focus=search_right - grown,
        drop=space(8),
        scroll=space(3),
        scroll_radius=space(0.75),
        scroll_margin=space(0.75),
        thumb=space(10),
        gap=space(1),
        menu_pad=space(2),
        menu_side=space(4),
        button_pad=space(4),
    )


def palette(look: Theme) -> QPalette:
    """The same colours for what Qt paints without a style sheet."""
    made = QPalette()
    for role, name in (
        (QPalette.ColorRole.Window, "background"),
        (QPalette.ColorRole.Base, "surface"),
        (QPalette.ColorRole.AlternateBase, "surface"),
        (QPalette.ColorRole.Button, "surface"),
        (QPalette.ColorRole.Text, "ink"),
        (QPalette.ColorRole.WindowText, "ink"),
        (QPalette.ColorRole.ButtonText, "ink"),
        (QPalette.ColorRole.PlaceholderText, "ink_soft"),
        (QPalette.ColorRole.Highlight, "brand_soft"),
        (QPalette.ColorRole.HighlightedText, "brand_strong"),
        (QPalette.ColorRole.Accent, "brand"),
        (QPalette.ColorRole.Link, "brand"),
        (QPalette.ColorRole.ToolTipBase, "bar"),
        (QPalette.ColorRole.ToolTipText, "on_bar"),
    ):
        made.setColor(role, QColor(look.colours[name]))
    return made


def dress_window(window: QWidget) -> None:
    """Have a window that has no parent wear the sheet of the theme in use; others wear their parent's.

    Best when its parts are in it already, and before it is shown.
    """
    window.setStyleSheet(write(theme.current()))


def dress(app: QApplication, look: Theme) -> None:
    """Show a theme: every open window changes at once."""
    theme.use(look)
    app.setFont(look.font(Style.BODY))
    app.setPalette(palette(look))
    for window in app.topLevelWidgets():
        if window.styleSheet():
            dress_window(window)
