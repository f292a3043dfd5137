"""Colours and sizes are named in one place, so that one change there changes every screen."""

from __future__ import annotations

import ast
import re

import pytest

from tests.meta import rules

WINDOW = [path for path in rules.sources("ui") if path.name != "theme.py"]
LARGEST_FREE_NUMBER = 2
"""0 is nothing, 1 and 2 are a hair's breadth; anything more is a size and has a name."""

SIZING = {
    "QMargins",
    "QPoint",
    "QPointF",
    "QRect",
    "QRectF",
    "QSize",
    "QSizeF",
    "addSpacing",
    "adjusted",
    "drawRoundedRect",
    "resize",
    "setBaseSize",
    "setContentsMargins",
    "setFixedHeight",
    "setFixedSize",
    "setFixedWidth",
    "setGeometry",
    "setHorizontalSpacing",
    "setIndent",
    "setMargin",
    "setMaximumHeight",
    "setMaximumSize",
    "setMaximumWidth",
    "setMinimumHeight",
    "setMinimumSize",
    "setMinimumWidth",
    "setPixelSize",
    "setPointSize",
    "setPointSizeF",
    "setRowHeight",
    "setSpacing",
    "setVerticalSpacing",
}
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}\b|#[0-9A-Fa-f]{3}\b|\brgba?\(")
_PIXELS = re.compile(r"\d\s*px\b")


def named_looks(source: str) -> list[str]:
    """Colours and sizes that a file names by itself."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if _COLOUR.search(node.value) or (_PIXELS.search(node.value) and "\n" not in node.value.strip()):
                found.append(f"line {node.lineno}: {node.value!r}")
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
            if node.value.attr == "GlobalColor" and node.attr != "transparent":
                found.append(f"line {node.lineno}: {node.attr}")
        elif isinstance(node, ast.Call) and rules.called(node).rpartition(".")[2] in SIZING:
            found += [
                f"line {node.lineno}: {number} in {rules.called(node)}"
                for argument in node.args
                for number in _numbers(argument)
                if abs(number) > LARGEST_FREE_NUMBER
            ]
        elif isinstance(node, ast.Call) and rules.called(node).rpartition(".")[2] == "QColor":
            found += [f"line {node.lineno}: a colour" for part in node.args if isinstance(part, ast.Constant)]
    return found


def _numbers(argument: ast.expr) -> list[float]:
    """The numbers that stand in an argument themselves, not those that a named length is multiplied by."""
    if isinstance(argument, ast.UnaryOp):
        return _numbers(argument.operand)
    if isinstance(argument, ast.Constant) and isinstance(argument.value, int | float):
        return [argument.value]
    return []


def raw_tips(source: str) -> list[str]:
    """Tool tips that are neither our own sentence nor made plain."""
    return [
        f"line {node.lineno}: a tool tip that may be taken for markup"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and rules.called(node).rpartition(".")[2] in {"setToolTip", "showText"}
        and not any(isinstance(part, ast.Call) and rules.called(part) in {"_", "tip"} for part in node.args)
    ]


@pytest.mark.parametrize("path", WINDOW, ids=rules.relative)
def test_no_tool_tip_takes_data_for_markup(path):
    assert raw_tips(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("line", ["self.setToolTip(name)", "QToolTip.showText(at, name)"])
def test_a_tool_tip_of_data_would_be_noticed(line):
    assert len(raw_tips(line)) == 1
    assert raw_tips(line.replace("name", "tip(name)")) == raw_tips('self.setToolTip(_("Print"))') == []


@pytest.mark.parametrize("path", WINDOW, ids=rules.relative)
def test_no_file_but_the_theme_names_a_colour_or_a_size(path):
    assert named_looks(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        'label.setStyleSheet("color: #0B6E5F")',
        'QColor("red")',
        "painter.setPen(Qt.GlobalColor.black)",
        'sheet = "margin: 12px"',
        "layout.setContentsMargins(0, 12, 0, 0)",
        "button.setFixedHeight(36)",
        "area.adjusted(0, -6, 0, 0)",
    ],
)
def test_a_colour_or_a_size_would_be_noticed(line):
    assert len(named_looks(line)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "painter.setPen(look.colour('ink'))",
        "image.fill(Qt.GlobalColor.transparent)",
        "layout.setContentsMargins(0, space(3), 0, space(3))",
        "button.setFixedHeight(Length.CONTROL)",
        'find = "số #1"',
    ],
)
def test_names_of_the_theme_pass(line):
    assert named_looks(line) == []
