"""No call to a log can carry what is known of somebody, and no database error quotes what was written.

What the formatter does with a record that says too much all the same is `tests/unit/test_log.py`'s.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.meta import rules
from tongcds.log import ALLOWED_FIELDS

CODE = rules.sources("tongcds", "ui")
_LOGS = {"log", "log_", "logger", "logging"}
_LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
_HARMLESS = {"extra", "exc_info"}
# Of a record: parts that hold what somebody said, and of an error: its own words.
_SAYS = {
    "full_name", "name", "phone", "id_number", "more_phones", "birth", "address", "note", "detail", "who",
    "text", "value", "words", "params", "args", "path", "answer", "person",
}  # fmt: skip


def log_calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Every call to a log."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in _LEVELS:
            owner = call.func.value
            if isinstance(owner, ast.Name) and owner.id in _LOGS:
                yield call


def complaints(source: str) -> list[str]:
    """Calls to a log whose message is put together, or whose fields could hold what is known of somebody."""
    tree = ast.parse(source)
    constants = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return [f"line {call.lineno}: {what}" for call in log_calls(tree) for what in _wrong(call, constants)]


def _wrong(call: ast.Call, constants: set[str]) -> Iterator[str]:
    level = isinstance(call.func, ast.Attribute) and call.func.attr == "log"
    message, *more = call.args[1:] if level else call.args
    is_fixed = isinstance(message, ast.Constant) or (
        isinstance(message, ast.Name) and message.id in constants
    )
    if not is_fixed:
        yield "the message is put together"
    if more:
        yield "something is put into the message"
    for keyword in call.keywords:
        if keyword.arg not in _HARMLESS:
            yield f"{keyword.arg} is handed over"
        if keyword.arg == "extra":
            yield from _wrong_fields(keyword.value)


def _wrong_fields(extra: ast.expr) -> Iterator[str]:
    if not isinstance(extra, ast.Dict):
        yield "the fields are not written out"
        return
    for key, value in zip(extra.keys, extra.values, strict=True):
        if not isinstance(key, ast.Constant) or key.value not in ALLOWED_FIELDS:
            yield "a field is not allowed"
        for part in ast.walk(value):
            says = isinstance(part, ast.Attribute) and part.attr in _SAYS
            quotes = isinstance(part, ast.Call) and ast.unparse(part.func) in {"repr", "ascii"}
            if says or quotes or isinstance(part, ast.JoinedStr):
                yield f"{ast.unparse(value)} may be somebody's"


def loose_engines(source: str) -> list[str]:
    """Database engines and errors of theirs whose texts quote what was written."""
    found = []
    for call in rules.calls(source):
        name = rules.called(call)
        if name.rpartition(".")[2] in {"create_engine", "create_async_engine", "instance"}:
            said = {keyword.arg: keyword.value for keyword in call.keywords}
            if name.endswith("instance") and "DBAPIError" not in name:
                continue
            hidden = said.get("hide_parameters")
            if not (isinstance(hidden, ast.Constant) and hidden.value is True) or "echo" in said:
                found.append(f"line {call.lineno}: {name}")
    return found


@pytest.mark.parametrize("path", CODE, ids=rules.relative)
def test_no_log_can_say_anything_of_anybody(path):
    source = path.read_text(encoding="utf-8")
    assert complaints(source) == []
    assert loose_engines(source) == []


def test_there_are_logs_and_engines_to_look_at():
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in CODE]
    assert sum(1 for tree in trees for _call in log_calls(tree)) > 40
    named = [rules.called(call) for path in CODE for call in rules.calls(path.read_text(encoding="utf-8"))]
    assert sum(name.endswith("create_engine") for name in named) >= 3


@pytest.mark.parametrize(
    "line",
    [
        "log.info(f'saved {name}')",
        "log.info('saved ' + name)",
        "log.info('saved %s', person.full_name)",
        "log.info(str(problem))",
        "log.log(level, words)",
        "log.info('saved', extra=fields)",
        "log.info('saved', extra={'name': 1})",
        "log.info('saved', extra={'code': person.full_name})",
        "log.info('saved', extra={'code': str(row.phone)})",
        "log.info('saved', extra={'code': f'{row}'})",
        "log.info('saved', extra={'code': repr(problem)})",
        "log.info('saved', stack_info=True)",
        "logging.warning('saved ' + note)",
    ],
)
def test_a_log_that_says_too_much_would_be_noticed(line):
    assert complaints(line)


@pytest.mark.parametrize(
    "line",
    [
        "log.info('saved', extra={'count': len(rows), 'code': problem.code})",
        "log.error('failed', exc_info=error)",
        "told = 'mended'\nlog.log(level, told, extra={'count': 1})",
        "dialog.info(words)",
    ],
)
def test_a_log_that_says_nothing_may_stay(line):
    assert complaints(line) == []


@pytest.mark.parametrize(
    "line",
    [
        "create_engine(url)",
        "sqlalchemy.create_engine(url, hide_parameters=False)",
        "create_engine(url, hide_parameters=True, echo=True)",
        "DBAPIError.instance(statement, None, problem, driver.Error)",
    ],
)
def test_an_engine_that_quotes_would_be_noticed(line):
    assert loose_engines(line)
