"""Every way in which personal data can leave the vault in the clear is registered here, with who notes it.

A door is a call that writes a file, hands something to a printer or the clipboard, reads a number in full, or
copies the vault. A new one fails until somebody says here what the access log keeps of it, or why there is
nothing to keep. That those which say so do note it is tried in `tests/unit/actions/test_doors.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.meta.rules import ROOT, sources

_CALLS = {
    "write_bytes", "write_text", "backup_to", "copy_sealed", "copytree", "copyfile", "copy2", "number_of",
    "clipboard", "QPrinter", "QPdfWriter", "mkstemp", "mkdtemp", "NamedTemporaryFile", "TemporaryDirectory",
    "openUrl", "startDetached", "grab",
}  # fmt: skip
_NUMBERS = {"phone", "id_number", "more_phones"}
_WRITES = frozenset("wxa+")

NOTED = "noted"
"""Walked through in `tests/unit/actions/test_doors.py`."""

DOORS = {
    "tongcds/actions/exports.py:write": NOTED,
    "tongcds/actions/printing.py:_opened": NOTED,
    "tongcds/actions/register.py:reveal": NOTED,
    "tongcds/actions/rescue.py:backup_to": NOTED,
    "tongcds/commands/rescuing.py:_backup": NOTED,
    "ui/printing.py:Printing._ask_printer": NOTED,
    # Nobody's data in the clear.
    "tongcds/actions/rescue.py:copy_everything": "sealed as it lies there; no log is open to note it in",
    "tongcds/cli.py:main": "the end of a closed pipe",
    "tongcds/commands/privacy.py:show_household": "masked; whole numbers come from `register.reveal`",
    "tongcds/commands/recovery.py:_tell_help": "the office's own phone",
    "tongcds/papers/lists.py:members": "as `storage.members` gives it: masked, or noted by `printing`",
    "ui/demo.py:Demo.__init__": "invented people",
    "ui/errors.py:ErrorWindow._copy_report": "codes and places, see `tests/unit/test_log.py`",
    "ui/household_words.py:fact_warnings": "masked, and only whether there is one; no sentence names it",
    "ui/manual.py:_picture": "invented people",
    "ui/manual.py:write": "invented people",
    "ui/paper/pages.py:Pages.pdf": "in memory; `printing.save` writes it",
    "ui/preview/__main__.py:main": "invented people",
    "ui/preview/__main__.py:_platform": "the size of a screen",
    "ui/preview/screens.py:_settings": "invented people",
    "ui/screens/opening.py:OpeningScreen._ask_recovery": "the office's own phone",
    "ui/program.py:_Rescue.phone": "the office's own phone",
    "ui/screens/opening.py:OpeningScreen._lease_told": "the office's own phone",
    "ui/forms/rescue_steps.py:RescueSteps.ask": "the office's own phone",
    "ui/forms/compare_dialog.py:CompareDialog.copy_chart": "sums over two units, no person",
    "ui/forms/board_drawn.py:ChartCard.copy_chart": "sums over a unit, no person",
    "ui/selftest.py:_draw_a_window": "no people at all",
    "ui/selftest.py:run": "no people at all",
    "ui/stage.py:take": "invented people",
}


def doors(source: str, *, numbers: bool) -> Iterator[str]:
    """Names of the functions with a door in them; with `numbers`, also those that touch one in full."""

    def visit(node: ast.AST, inside: tuple[str, ...]) -> Iterator[str]:
        for child in ast.iter_child_nodes(node):
            named = isinstance(child, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
            here = (*inside, child.name) if named else inside
            if _is_door(child) or (numbers and _is_number(child)):
                yield ".".join(here)
            yield from visit(child, here)

    yield from visit(ast.parse(source), ())


def _is_door(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in {"open", "fdopen"}:
        said = [one.value for one in (*node.args, *(key.value for key in node.keywords))
                if isinstance(one, ast.Constant) and isinstance(one.value, str)]  # fmt: skip
        modes = [
            mode for mode in said if len(mode) <= 3 and _WRITES & set(mode) and set(mode) <= set("rwxatb+")
        ]
        return bool(modes) or ast.unparse(node.func) == "os.open"
    return name in _CALLS


def _is_number(node: ast.AST) -> bool:
    """A number of somebody; a part of a window that is called so is none."""
    if not isinstance(node, ast.Attribute) or node.attr not in _NUMBERS:
        return False
    return not (isinstance(node.value, ast.Name) and node.value.id == "self")


# Where numbers are compared without being shown, and what is written is sealed or the province's own.
_WITHIN = (
    "tongcds/storage/", "tongcds/replica/", "tongcds/protocol/", "tongcds/sync/", "tongcds/server/",
    "tongcds/settings.py", "tongcds/log.py",
)  # fmt: skip
_SHOWS = ("ui/", "tongcds/commands/", "tongcds/papers/", "tongcds/cli.py")


def found() -> set[str]:
    there = set()
    for path in sources("tongcds", "ui"):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(_WITHIN):
            source = path.read_text(encoding="utf-8")
            there |= {f"{name}:{one}" for one in doors(source, numbers=name.startswith(_SHOWS))}
    return there


def test_every_way_out_of_the_vault_is_registered() -> None:
    there = found()
    assert sorted(there - DOORS.keys()) == [], "say in DOORS what the access log keeps of it"
    assert sorted(DOORS.keys() - there) == [], "these are no doors any more"


@pytest.mark.parametrize(
    "line",
    [
        "path.write_bytes(text)",
        "path.open('xb')",
        "open(path, mode='w')",
        "os.open(path, flags)",
        "register.number_of(connection, person, 'phone')",
        "QGuiApplication.clipboard().setText(name)",
        "printer = QPrinter(mode)",
        "vault.backup_to(folder)",
        "tempfile.mkdtemp()",
        "label.setText(person.id_number)",
    ],
)
def test_a_door_that_nobody_registered_would_be_noticed(line: str) -> None:
    assert list(doors(f"def leak():\n    {line}", numbers=True)) == ["leak"]


@pytest.mark.parametrize(
    "line", ["path.open('rb')", "dialog.open()", "file.read()", "open(path)", "self.phone.hide()"]
)
def test_what_only_reads_is_no_door(line: str) -> None:
    assert list(doors(f"def look():\n    {line}", numbers=True)) == []
