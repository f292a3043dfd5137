"""Templates for Word: an office's own before the one that ships, and what is wrong in them in sentences.

A template is somebody's file. It is bounded before it is opened, and what it says is run in a sandbox without
reach. What it can end in has no list: `documents.word` is where that costs its look and nothing else.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from docx.document import Document as DocumentObject
from docxtpl import DocxTemplate
from jinja2 import ChainableUndefined, TemplateError
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tongcds.errors import UserError, sentence
from tongcds.paths import resources_folder

GENERAL: Final = "van-ban"
"""The name of the template for whatever form has none of its own."""

_FILTERS: Final = {"upper", "lower", "capitalize", "default", "trim", "e", "escape"}
_MOST_BYTES: Final = 64 << 20


@dataclass(frozen=True, slots=True)
class Template:
    """A template: the name of its file and what is in it."""

    name: str
    content: bytes


def shipped() -> Template:
    """The template that every form has."""
    path = resources_folder() / "documents" / f"{GENERAL}.docx"
    return Template(path.name, path.read_bytes())


def own_files(form: str, folder: Path) -> tuple[Path, ...]:
    """Where an office's own templates for a form are, if it has any: the form's, then its general one."""
    return tuple(folder / f"{stem}.docx" for stem in (form, GENERAL))


def read_own(path: Path) -> Template:
    """A template of somebody's, if it is a ZIP archive that does not unpack to more than memory takes."""
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError(path)
    content = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > _MOST_BYTES:
            raise ValueError(path)
    return Template(path.name, content)


def unusable(name: str, error: Exception) -> str:
    """The sentence about a template that ended in an error."""
    if isinstance(error, TemplateError):
        return sentence(UserError("template_wrong", file=name, why=str(error)))
    return sentence(UserError("template_unreadable", file=name))


class _Sandbox(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, _context: Context, operator: str, left: object, right: object) -> object:  # noqa: ARG002
        """No product: one line could ask for more letters than there is memory."""
        raise SecurityError(operator)


class Filler:
    """Fills one template as often as a paper has sheets, and keeps which of its fields nobody knows."""

    def __init__(self, template: Template) -> None:
        self.template = template
        self.unknown: dict[str, None] = {}
        self._environment = _Sandbox(autoescape=True, undefined=_recording(self.unknown))
        # Fields are words: there is nothing to call, and no filter that makes much out of little.
        self._environment.globals.clear()
        for name in self._environment.filters.keys() - _FILTERS:
            del self._environment.filters[name]

    def fill(self, values: Mapping[str, str]) -> DocumentObject:
        """The template with these values in it, as plain text."""
        made = DocxTemplate(io.BytesIO(self.template.content))
        made.render(dict(values), self._environment, autoescape=True)
        document: Any = made.docx
        if not isinstance(document, DocumentObject):
            raise TypeError(self.template.name)
        return document

    def notes(self) -> tuple[str, ...]:
        """A sentence for each field that nobody knows."""
        return tuple(
            sentence(UserError("template_field_unknown", file=self.template.name, field=field))
            for field in self.unknown
        )


def _recording(names: dict[str, None]) -> type[ChainableUndefined]:
    class Unknown(ChainableUndefined):
        """Leaves nothing where it stood, and says its name."""

        def __str__(self) -> str:
            names[str(self._undefined_name)] = None
            return ""

        def __html__(self) -> str:
            return str(self)

        def __bool__(self) -> bool:
            names[str(self._undefined_name)] = None
            return False

        def __iter__(self) -> Any:  # noqa: ANN401 - whatever goes through it finds nothing
            names[str(self._undefined_name)] = None
            return iter(())

    return Unknown
