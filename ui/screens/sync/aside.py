"""Changes that the server kept aside: one's own, to be mended or taken back, and those to be decided."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from tongcds.domain.views import QuarantinedRow, ReturnedChange, ReturnedRow, Tone
from tongcds.i18n import _, format_datetime
from ui.screens.sync.values import value_editor, value_in
from ui.theme import Style, space
from ui.widgets.button import Button, Kind
from ui.widgets.field import Choice, LabeledField, LineField
from ui.widgets.pill import Pill
from ui.widgets.surface import Card, column, line
from ui.widgets.text import Text


class _AsidePart(Card):
    """What both have in common: what was wanted, why not, and who wanted it."""

    def __init__(self, title: str, code: str, pill: str, told: Iterable[str], parent: QWidget | None) -> None:
        super().__init__(title, code, parent=parent)
        self.title.restyle(Style.STRONG)
        self.head.insertWidget(1, Pill(pill, Tone.BAD, icon="undo-2"), 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.setSpacing(space(1))
        self.body.addSpacing(space(0.5))
        for words in filter(None, told):
            self.body.addWidget(Text(words, Style.NOTE, wrap=True))
        self.buttons: QHBoxLayout = line(gap=2)

    def show_changes(self, changes: Iterable[ReturnedChange]) -> None:
        """A line for each field: what stands there and what was wanted."""
        for change in changes:
            words = _("{field}: {before} → {wanted}").format(
                field=change.label, before=change.before, wanted=change.wanted
            )
            self.body.addWidget(Text(words, Style.BODY, wrap=True))

    def add_button(self, button: Button) -> None:
        """Another thing to do, before the room at the right."""
        button.setAccessibleDescription(self.title.words())
        self.buttons.addWidget(button)


class ReturnedPart(_AsidePart):
    """An own change that came back. `withdrawn` carries its number, `mended` it and what was typed."""

    withdrawn = Signal(int)
    mended = Signal(int, object)

    def __init__(self, row: ReturnedRow, *, parent: QWidget | None = None) -> None:
        when = "" if row.at is None else format_datetime(row.at)
        told = " · ".join(filter(None, (row.author, when)))
        gone = _("The record is not in the register now; mending brings it back.") if row.gone else ""
        super().__init__(row.title, row.household_code, _("Returned"), (row.reason, told, gone), parent)
        self._n = row.n
        self.show_changes(row.changes)
        self._fields: dict[str, LabeledField] = {}
        self._writing = QWidget()
        self._writing.hide()
        self.body.addWidget(self._writing)
        self.body.addLayout(self.buttons)
        if row.can_be_mended:
            self._build_fields(row.changes)
            self._mend = Button(_("Mend and send again…"), icon="pen-line", kind=Kind.SMALL)
            self._mend.clicked.connect(self._press_mend)
            self.add_button(self._mend)
        withdraw = Button(_("Take it back"), kind=Kind.SMALL)
        withdraw.clicked.connect(self._withdraw)
        self.add_button(withdraw)
        self.buttons.addStretch(1)

    @property
    def n(self) -> int:
        """The number of the change."""
        return self._n

    def show_error(self, sentence: str) -> None:
        """Say under the fields why this cannot be kept."""
        for field in self._fields.values():
            field.show_error("")
        last = next(reversed(self._fields.values()), None)
        if last is not None:
            last.show_error(sentence)

    def _build_fields(self, changes: Iterable[ReturnedChange]) -> None:
        box = column(self._writing, gap=2)
        for change in changes:
            if change.own is not None:
                editor = value_editor(change.own, change.wanted)
                self._fields[change.field] = LabeledField(change.label, editor)
                box.addWidget(self._fields[change.field])

    def _press_mend(self) -> None:
        if self._fields and self._writing.isHidden():
            self._writing.show()
            self._mend.set_words(_("Send again"))
            next(iter(self._fields.values())).editor.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        typed = {name: value_in(field.editor) for name, field in self._fields.items() if _touched(field)}
        self.mended.emit(self._n, typed)

    def _withdraw(self) -> None:
        self.withdrawn.emit(self._n)


def _touched(field: LabeledField) -> bool:
    """Whether somebody typed there: what is shown masked must not be written as it is shown."""
    editor = field.editor
    if isinstance(editor, LineField):
        return editor.isModified()
    return isinstance(editor, Choice)


class QuarantinedPart(_AsidePart):
    """A change of a team's that waits for a decision; the signals carry its record's id."""

    accepted = Signal(object)
    refused = Signal(object)

    def __init__(self, row: QuarantinedRow, *, parent: QWidget | None = None) -> None:
        told = " · ".join(filter(None, (row.unit_name, row.author, format_datetime(row.at))))
        super().__init__(
            row.title, row.household_code, _("Waits for your decision"), (row.reason, told), parent
        )
        self._id = row.record_id
        self.show_changes(row.changes)
        self.body.addLayout(self.buttons)
        if row.can_be_accepted:
            accept = Button(_("Accept"), icon="check", kind=Kind.SMALL)
            accept.clicked.connect(self._accept)
            self.add_button(accept)
        refuse = Button(_("Refuse"), icon="x", kind=Kind.SMALL)
        refuse.clicked.connect(self._refuse)
        self.add_button(refuse)
        self.buttons.addStretch(1)

    def _accept(self) -> None:
        self.accepted.emit(self._id)

    def _refuse(self) -> None:
        self.refused.emit(self._id)
