"""Papers as files that offices edit: DOCX from a template of theirs or ours, and XLSX with real numbers.

What a paper holds is `tongcds.papers`', a PDF is drawn by the window. The libraries that write these files
take a third of a second to load, so a writer is loaded when its format is first asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tongcds.papers.paper import Paper


class Format(StrEnum):
    """What a paper is written as; the value is the ending of its file's name."""

    DOCX = "docx"
    XLSX = "xlsx"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Written:
    """A file's content, and sentences about what could not be done as its template asks."""

    content: bytes
    notes: tuple[str, ...] = ()


def write(paper: Paper, kind: Format, templates: Path) -> Written:
    """The paper in a format that is edited; `templates` is the folder with the person's own templates.

    Raises:
        ValueError: the format is one that the window draws.
    """
    if kind is Format.DOCX:
        from tongcds.documents import word  # noqa: PLC0415 - when it is asked for

        return word.docx(paper, templates)
    if kind is Format.XLSX:
        from tongcds.documents import workbook  # noqa: PLC0415 - as above

        return Written(workbook.xlsx(paper))
    raise ValueError(kind)
