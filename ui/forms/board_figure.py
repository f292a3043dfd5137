"""The card of one figure: its value, what it was before, its target, and on demand what proves it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from tongcds.domain.views import BoardFigure, BoardIndicator, BoardView
from tongcds.i18n import _, format_number
from ui.forms.board_parts import change_words, parts_words, target_words, value_words, why_words
from ui.theme import Style
from ui.widgets.button import Button, Kind
from ui.widgets.surface import Card, line
from ui.widgets.text import Text


class FigureCard(Card):
    """Shows the whole of a `BoardView`. `compared` wants it held against the server's."""

    compared = Signal()

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.value = Text("", Style.DISPLAY)
        self.detail = Text("", Style.NOTE, wrap=True)
        self.compare = Button(_("Compare with the server"), hint="Ctrl+D", kind=Kind.SMALL)
        self.compare.clicked.connect(self.compared)
        self.proof = Button(_("How it is counted"), kind=Kind.SMALL)
        self.proof.setCheckable(True)
        self.proof.toggled.connect(self._show_proof)
        self.how = Text("", Style.NOTE, wrap=True)
        self.how.hide()
        beside = line(gap=2)
        beside.addWidget(self.value)
        beside.addStretch(1)
        beside.addWidget(self.compare)
        beside.addWidget(self.proof)
        self.body.addLayout(beside)
        self.body.addWidget(self.detail)
        self.body.addWidget(self.how)

    def show_view(self, view: BoardView) -> None:
        """Draw the figure of the whole."""
        (indicator,), (figure, *_rest) = view.indicators, view.whole.figures
        self.set_head(indicator.short, f"{indicator.code} · {indicator.pillar}")
        self.value.setText(value_words(indicator, figure))
        parts = [parts_words(figure), why_words(figure)]
        if view.whole.against:
            then = view.whole.against[0]
            moved = change_words(indicator, figure, then)
            was = _("was {value}").format(value=value_words(indicator, then))
            parts += [f"{moved}, {was}" if moved else was]
        if figure.target is not None:
            parts.append(target_words(indicator, figure.target))
        self.detail.setText(" · ".join(filter(None, parts)))
        self.how.setText("\n".join(_proof(indicator, figure)))
        self.compare.setVisible(view.holds_records)
        self.setAccessibleName(f"{indicator.name}: {self.value.text()}. {self.detail.text()}")

    def _show_proof(self, shown: bool) -> None:  # noqa: FBT001 - what the button carries
        self.how.setVisible(shown)


def marks_of(figure: BoardFigure) -> list[str]:
    """What two computers that counted the same show the same of."""
    told = []
    if figure.fingerprint:
        told.append(_("Mark of the figure: {mark}").format(mark=figure.fingerprint))
    if figure.definition:
        # Its conditions are for programs to compare; in words they stand beside the figure.
        version = figure.definition.partition(":")[0]
        told.append(_("Way of counting: version {version}").format(version=version))
    return told


def _proof(indicator: BoardIndicator, figure: BoardFigure) -> list[str]:
    """What is counted, how, which records are behind it, and the target's document."""
    lines = []
    if indicator.numerator:
        lines.append(_("Counted: {what}").format(what=indicator.numerator))
    if indicator.denominator:
        lines.append(_("Out of: {what}").format(what=indicator.denominator))
    lines += marks_of(figure)
    if figure.records:
        lines.append(_("Records behind it: {n}").format(n=format_number(figure.records)))
    if figure.target is not None:
        lines.append(_("Target by: {document}").format(document=figure.target.says))
    return lines
