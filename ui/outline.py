"""A widget tree as readable lines, for snapshots: what a person would see and a screen reader would say."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QTableView,
    QWidget,
)

from ui.widgets.avatar import Avatar
from ui.widgets.button import Button, Kind
from ui.widgets.choices import CheckRow, ChoicePills, FilterChip
from ui.widgets.meter import MeterBar
from ui.widgets.month import MonthView
from ui.widgets.pill import Pill
from ui.widgets.text import Text
from ui.widgets.trend import SmallTrend

_OVERLAY = Qt.WidgetAttribute.WA_TransparentForMouseEvents
_WHOLE = (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit, QLabel, QTableView, QCheckBox)


def _said(widget: QWidget) -> str | None:  # noqa: C901, PLR0911, PLR0912 - one line a kind of widget
    """The widget's own line, or None where only its children speak."""
    match widget:
        case Text():
            return f'"{widget.words()}"' if widget.words() else ""
        case QLabel():
            return f'"{widget.text()}"'
        case CheckRow():
            note = f" · {widget.note()}" if widget.note() else ""
            return f"[{'x' if widget.isChecked() else ' '}] {widget.text()}{note}"
        case MonthView():
            return f"{widget.accessibleName()} · {widget.accessibleDescription()}"
        case FilterChip():
            return f"<{'x ' if widget.isChecked() else ''}{widget.text()}>"
        case Button():
            star = "*" if widget.kind is Kind.PRIMARY else ""
            keys = f" ({widget.keys})" if widget.keys else ""
            return f"[{star}{widget.accessibleName()}{keys}]"
        case QAbstractButton():
            state = " ✓" if widget.isCheckable() and widget.isChecked() else ""
            kind = "" if isinstance(widget, QPushButton) else "> "
            return f"{kind}[{widget.accessibleName() or widget.text()}{state}]"
        case ChoicePills():
            words = " | ".join(f"({word})" if chosen else word for word, chosen in widget.shown())
            return f"{{{words}}}"
        case QComboBox():
            return f"{{{widget.currentText()} ▾}} {widget.accessibleName()}"
        case QLineEdit():
            return f"_{widget.text() or widget.placeholderText()}_ {widget.accessibleName()}"
        case QPlainTextEdit():
            return f"_{widget.toPlainText() or widget.placeholderText()}_ {widget.accessibleName()}"
        case Pill():
            return f"({widget.words()})"
        case Avatar():
            return f"({widget.accessibleName()})"
        case MeterBar():
            return "═══"
        case SmallTrend():
            return f"~ {widget.accessibleName()}: {widget.accessibleDescription()}"
        case QTableView():
            return f"# {widget.accessibleName()}"
    return None


def _cells(table: QTableView) -> Iterator[str]:
    model = table.model()
    if not table.horizontalHeader().isHidden():
        headings = [
            str(model.headerData(at, Qt.Orientation.Horizontal) or "") for at in range(model.columnCount())
        ]
        yield " | ".join(headings)
    for row in range(model.rowCount()):
        yield " | ".join(str(model.index(row, at).data() or "") for at in range(model.columnCount()))


def _children(widget: QWidget) -> list[QWidget]:
    if isinstance(widget, QScrollArea):
        inner = widget.widget()
        return [inner] if inner is not None else []
    if isinstance(widget, _WHOLE):
        return []
    found = [
        child
        for child in widget.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if not child.isHidden() and not child.isWindow() and not child.testAttribute(_OVERLAY)
    ]
    return _in_reading_order(found)


def _in_reading_order(widgets: list[QWidget]) -> list[QWidget]:
    """From top to bottom, and from left to right among those that stand beside each other."""
    rows: list[list[QWidget]] = []
    for widget in sorted(widgets, key=lambda one: one.geometry().top()):
        if rows and widget.geometry().top() < rows[-1][0].geometry().center().y():
            rows[-1].append(widget)
        else:
            rows.append([widget])
    return [widget for row in rows for widget in sorted(row, key=lambda one: one.geometry().left())]


def lines(widget: QWidget, depth: int = 0) -> Iterator[str]:
    """The lines of a widget that has been shown (or rendered), two spaces a level."""
    said = _said(widget)
    name = widget.accessibleName()
    if said is None and name and widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
        said = f"- {name}"
    if said:
        yield "  " * depth + said
        depth += 1
    if isinstance(widget, QTableView):
        for row in _cells(widget):
            yield "  " * depth + row
    for child in _children(widget):
        yield from lines(child, depth)


def outline(widget: QWidget) -> str:
    """The whole outline as text that ends in a line break."""
    return "\n".join(lines(widget)) + "\n"
