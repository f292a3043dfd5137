"""The message catalogues: extracting, updating, compiling and checking them; using them is `tongcds.i18n`.

Run as `python scripts/strings.py update`, `compile` or `check`.
"""

from __future__ import annotations

import ast
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tongcds.i18n import DOMAIN, LANGUAGES, placeholders  # noqa: E402 - after the checkout is on the path

FOLDER = ROOT / "i18n"
TEMPLATE = FOLDER / "messages.pot"
SOURCES = ("tongcds", "ui")
COMPLETE = ("vi",)
"""Languages in which every message must have a translation; English is the source itself."""

MARKERS: Final = {"_": 1, "N_": 1, "ngettext": 2, "pgettext": 2}
"""The functions that mark a message, and how many of their first arguments are words."""

_USELESS_HEADERS = (
    '"POT-Creation-Date:',
    '"PO-Revision-Date:',
    '"Generated-By:',
    '"Project-Id-Version:',
    '"Report-Msgid-Bugs-To:',
    '"Last-Translator:',
    '"Language-Team:',
)
"""Headers that change without a reason, or that nobody ever fills in."""

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_NOTICE = (
    "# Messages of TongCDS. GPL-3.0-or-later.\n# Rewritten by `make strings`; write translations here.\n#"
)


def po_file(language: str) -> Path:
    """The catalogue that translators edit."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def _new_catalogue(language: str | None) -> Catalog:
    return Catalog(
        locale=language,
        domain=DOMAIN,
        project="TongCDS",
        charset="utf-8",
        header_comment=_NOTICE,
        creation_date=_EPOCH,
        revision_date=_EPOCH,
        fuzzy=False,
    )


def marked(source: str) -> Iterator[tuple[str | None, str | tuple[str, str]]]:
    """The messages that a file marks, in its order, as (context, message or (singular, plural)).

    What a marker is handed in a variable was marked where it was written, so it is passed over.
    """
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        function = call.func
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        if name not in MARKERS:
            continue
        given = call.args[: MARKERS[name]]
        words = [
            each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)
        ]
        if len(words) < MARKERS[name]:
            continue
        match name:
            case "ngettext":
                yield None, (words[0], words[1])
            case "pgettext":
                yield words[0], words[1]
            case _:
                yield None, words[0]


def extract() -> Catalog:
    """The messages that the source marks, with the files (not the lines) they stand in."""
    found = _new_catalogue(None)
    files = [path for source in SOURCES for path in sorted((ROOT / source).rglob("*.py"))]
    for path in [*files, ROOT / "main.py"]:
        for context, message in marked(path.read_text(encoding="utf-8")):
            found.add(message, locations=[(path.relative_to(ROOT).as_posix(), 0)], context=context)
    return found


def text_of(catalogue: Catalog) -> str:
    """The catalogue as a file, the same for the same messages on every day and machine."""
    out = io.BytesIO()
    write_po(out, catalogue, width=110, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    lines = out.getvalue().decode("utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(_USELESS_HEADERS))


def read(language: str) -> Catalog:
    """A language's catalogue as it is on disk; an empty one for a new language."""
    path = po_file(language)
    fresh = _new_catalogue(language)
    if path.exists():
        with path.open("rb") as source:
            old = read_po(source, locale=language, domain=DOMAIN)
        for message in old:
            if message.id:
                fresh[message.id] = message
    return fresh


def updated(language: str, template: Catalog) -> Catalog:
    """The language's catalogue with exactly the template's messages; nothing is guessed from similar ones."""
    catalogue = read(language)
    catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False, keep_user_comments=True)
    for message in catalogue:
        if message.fuzzy and message.id:
            # What Babel carries over when a message gains or loses its plural is a guess too.
            message.flags.discard("fuzzy")
            message.string = ("",) * catalogue.num_plurals if message.pluralizable else ""
    return catalogue


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that another process sees the old one or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    Path(name).chmod(0o644)
    Path(name).replace(path)


def compile_all() -> None:
    """Make a .mo beside every .po that is newer than its own."""
    for language in LANGUAGES:
        source = po_file(language)
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        out = io.BytesIO()
        write_mo(out, read(language))
        _replace(target, out.getvalue())


def update() -> None:
    """Extract, bring every catalogue up to date, compile."""
    template = extract()
    _replace(TEMPLATE, text_of(template).encode("utf-8"))
    for language in LANGUAGES:
        _replace(po_file(language), text_of(updated(language, template)).encode("utf-8"))
    compile_all()


def _texts(value: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (value or "",) if value is None or isinstance(value, str) else tuple(value)


def message_problems(message: Message) -> Iterator[str]:
    """What is wrong with one translated message: missing, guessed, or with other placeholders."""
    sources, translations = _texts(message.id), _texts(message.string)
    if not all(translations):
        yield f"not translated: {sources[0]}"
        return
    if message.fuzzy:
        yield f"a guess: {sources[0]}"
    wanted = placeholders(sources[-1])
    if any(placeholders(translation) != wanted for translation in translations):
        yield f"other placeholders than its source: {sources[0]}"


def problems() -> Iterator[str]:
    """Everything that `update` or a translator still has to do; nothing when all is in order."""
    template = extract()
    if not TEMPLATE.exists() or TEMPLATE.read_text(encoding="utf-8") != text_of(template):
        yield f"{TEMPLATE.relative_to(ROOT)} is not what the source says; run `make strings`"
    for language in LANGUAGES:
        path = po_file(language)
        catalogue = updated(language, template)
        if not path.exists() or path.read_text(encoding="utf-8") != text_of(catalogue):
            yield f"{path.relative_to(ROOT)} is behind the template; run `make strings`"
        if language in COMPLETE:
            for message in catalogue:
                if message.id:
                    yield from (f"{language}: {problem}" for problem in message_problems(message))


def main(arguments: list[str]) -> int:
    """The command line; answers the exit code."""
    match arguments:
        case ["update"]:
            update()
        case ["compile"]:
            compile_all()
        case ["check"]:
            found = list(problems())
            for problem in found:
                print(problem, file=sys.stderr)
            return 1 if found else 0
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
