"""Small forms with invented values, as `ui.preview.screens` has the screens."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtWidgets import QDialog, QWidget

from tongcds.errors import UserError
from ui.forms.proposal_dialogs import ProposalsDialog, ProposeDialog
from ui.preview import samples, targets

_NO_NUMBER: Final = "bảy mươi"


def _propose(kind: str, over: QWidget) -> QDialog:
    dialog = ProposeDialog(targets.view().targets[0], samples.TODAY, parent=over)
    if kind == "error":
        dialog.value.setText(_NO_NUMBER)
        dialog.save()
        dialog.show_problem(UserError("proposal_reason_missing"))
    return dialog


def _proposals(kind: str, over: QWidget, *, at: int = 0) -> QDialog:
    dialog = ProposalsDialog(targets.proposals(kind), parent=over)
    dialog.rows.choose(at)
    if kind == "error":
        dialog.show_problem(UserError("proposal_reason_missing"))
    return dialog


DIALOGS: Final[dict[str, tuple[str, Callable[[str, QWidget], QDialog]]]] = {
    "propose": ("targets", _propose),
    "proposals": ("targets", _proposals),
    "proposals-changed": ("targets", partial(_proposals, at=1)),
    "proposals-refused": ("targets", partial(_proposals, at=2)),
}
"""Name, screen that it opens over, and what makes it for a kind of sample, in that window."""
