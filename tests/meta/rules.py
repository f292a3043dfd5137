"""The rules of the house as functions from source to complaints; the tests beside it apply and try them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAXIMUM_LINES = 450

BANNED = {
    "datetime.now": "take a tongcds.clock.Clock",
    "datetime.utcnow": "take a tongcds.clock.Clock",
    "datetime.today": "take a tongcds.clock.Clock",
    "date.today": "take a tongcds.clock.Clock",
    "uuid4": "ids come from the replica",
    "uuid.uuid4": "ids come from the replica",
    "time.sleep": "wait for an event with a time-out",
    "QThread": "run work through ui.tasks",
    "QRunnable": "run work through ui.tasks",
    "QApplication.processEvents": "let the event loop turn",
    "QCoreApplication.processEvents": "let the event loop turn",
    "qtbot.wait": "wait for a signal",
}
TRANSLATING = {"_", "N_", "ngettext", "pgettext"}
SHOWING = {
    "QAction",
    "QCheckBox",
    "QGroupBox",
    "QLabel",
    "QPushButton",
    "QRadioButton",
    "QToolButton",
    "addAction",
    "addItem",
    "addRow",
    "addTab",
    "setAccessibleDescription",
    "setAccessibleName",
    "setHeaderText",
    "setPlaceholderText",
    "setStatusTip",
    "setTabText",
    "setText",
    "setTitle",
    "setToolTip",
    "setWindowTitle",
}
OURS = {"tongcds", "ui", "main", "tests", "scripts", "benchmarks", "resources"}
ERRORS = {"UserError", "UnavailableError"}


def sources(*folders: str) -> list[Path]:
    """The Python files of some folders, in order."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def relative(path: Path) -> str:
    """A file's name as it is written in lists and messages."""
    return path.relative_to(ROOT).as_posix()


def tracked_texts() -> Iterator[tuple[str, str]]:
    """Every text file that git knows or would add, with its name."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode()
    for name in sorted(filter(None, listed.split("\0"))):
        path = ROOT / name
        if path.is_file():
            try:
                yield name, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def called(call: ast.Call) -> str:
    """The last two names of what is called: "datetime.now", "uuid4"."""
    function = call.func
    if isinstance(function, ast.Name):
        return function.id
    if isinstance(function, ast.Attribute):
        owner = function.value
        if isinstance(owner, ast.Name):
            return f"{owner.id}.{function.attr}"
        if isinstance(owner, ast.Attribute):
            return f"{owner.attr}.{function.attr}"
        return function.attr
    return ""


def calls(source: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


def banned_calls(source: str) -> list[str]:
    """Calls of what must be passed in, or must not be waited for."""
    return [f"line {call.lineno}: {called(call)}: {BANNED[called(call)]}" for call in calls(source)
            if called(call) in BANNED]  # fmt: skip


def untranslatable(source: str) -> list[str]:
    """Texts that no translator can reach because they are put together before they are looked up."""
    found = []
    for call in calls(source):
        if called(call).rpartition(".")[2] not in TRANSLATING:
            continue
        for argument in call.args:
            formatted = isinstance(argument, ast.Call) and called(argument).endswith("format")
            if isinstance(argument, ast.JoinedStr | ast.BinOp) or formatted:
                found.append(f"line {call.lineno}: format after translating")
    return found


def bare_literals(source: str) -> list[str]:
    """Words handed to a control without being translated."""
    found = []
    for call in calls(source):
        whole = called(call)
        if whole.rpartition(".")[2] not in SHOWING and not whole.startswith("QMessageBox."):
            continue
        for argument in [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "text")]:
            pieces = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
            found += [
                f"line {call.lineno}: {piece.value!r} is not marked for translation"
                for piece in pieces
                if isinstance(piece, ast.Constant)
                and isinstance(piece.value, str)
                and re.search(r"[^\W\d_]{2}", piece.value)
            ]
    return found


def raised_codes(source: str) -> set[str]:
    """The codes that a file gives to our errors, in their own classes too."""
    tree = ast.parse(source)
    classes = set(ERRORS)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(
            isinstance(base, ast.Name) and base.id in classes for base in node.bases
        ):
            classes.add(node.name)
    return {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and called(call).rpartition(".")[2] in classes
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def logged_fields(source: str) -> set[str]:
    """The fields that a file hands to its log."""
    return {
        str(key.value)
        for call in calls(source)
        for keyword in call.keywords
        if keyword.arg == "extra" and isinstance(keyword.value, ast.Dict)
        for key in keyword.value.keys
        if isinstance(key, ast.Constant)
    }


def imports_main(source: str) -> bool:
    """Whether a file imports the entry point."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import) and any(name.name == "main" for name in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and node.module == "main" and node.level == 0:
            return True
    return False


# Put together here so that this file does not contain what it looks for.
_MACHINE = re.compile(
    "|".join((
        r"(?<![\w.])/" + r"(?:work|root|home/\w+)/",
        r"(?<![\w.])/" + r"tmp/(?!\w*\$)\w+",
        r"(?:pypi|npmjs|pythonhosted|deb\.debian)" + r"\.(?:org|com)",
    ))
)  # fmt: skip


def machine_traces(text: str) -> list[str]:
    """Paths of somebody's machine and addresses of package registries."""
    return [
        f"line {number}: {line.strip()[:100]}"
        for number, line in enumerate(text.splitlines(), 1)
        if _MACHINE.search(line)
    ]


def imported_packages(source: str) -> set[str]:
    """The top-level names that a file imports from elsewhere."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - OURS
