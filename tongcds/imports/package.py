"""ZIP packages (.xlsx, .ods) opened with bounds: how much they may unpack to, XML without DTD or entities.

The bounds are those of the rules of import: 512 MiB for the whole package, and for a part of more than 64 MiB
a ratio of 200. Both are read from the directory of the package before anything is unpacked, and unpacking
never goes beyond what the directory states. Smaller parts of such a ratio are parsed, but may not hold more
than a sheet of this size would: what makes them swell is that they say the same again and again. A document
type is refused the moment it appears, so no entity is ever expanded.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from xml.parsers import expat

from tongcds.errors import UserError
from tongcds.imports.workbook import Tick

_MIB: Final = 1024 * 1024
MOST_UNPACKED: Final = 512 * _MIB
BIG_PART: Final = 64 * _MIB
MOST_RATIO: Final = 200
_MOST_PARTS: Final = 10_000
_MOST_DIRECTORY: Final = 2 * _MIB
"""A package of ten thousand parts lists them in less."""
_SWOLLEN: Final = 4 * _MIB
_MOST_ELEMENTS: Final = 200_000
_MOST_CHARACTERS: Final = 8 * _MIB
"""What a part may hold that is larger than `_SWOLLEN` and packs better than `MOST_RATIO`."""
_LONGEST_TAG: Final = _MIB
_DEEPEST: Final = 256
_CHUNK: Final = 64 * 1024
_PROLOGUE: Final = 4096
_ENCRYPTED_FLAG: Final = 0x1

StartElement = Callable[[str, dict[str, str]], None]
EndElement = Callable[[str], None]
Characters = Callable[[str], None]


class Package:
    """An open package whose parts can be parsed one at a time."""

    def __init__(self, archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo]) -> None:
        self._archive = archive
        self._parts = parts

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._parts

    def parse(
        self,
        part: str,
        *,
        start: StartElement,
        end: EndElement | None = None,
        characters: Characters | None = None,
        tick: Tick | None = None,
    ) -> None:
        """Parse one XML part as a stream of events; element and attribute names come without their prefix.

        Raises:
            UserError: `file_damaged` if the part is missing or broken, `file_unsafe` if it has a DTD.
        """
        info = self._parts.get(part.lower())
        if info is None:
            raise UserError("file_damaged")
        if info.file_size > _SWOLLEN and info.file_size > MOST_RATIO * info.compress_size:
            start, characters = _bounded(start, characters)
        parser = _parser(start, end, characters)
        fed = 0
        with _damage_named(), self._archive.open(info) as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)  # noqa: FBT003 - expat takes no keywords
                fed += len(chunk)
                if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                    raise UserError("file_unsafe")  # expat keeps a tag until it ends
                if tick is not None:
                    tick()
            parser.Parse(b"", True)  # noqa: FBT003 - as above

    def refuse_document_types(self) -> None:
        """Refuse the whole package if any XML part begins with a document type, also one nobody reads."""
        for name, info in self._parts.items():
            if name.endswith((".xml", ".rels")):
                with _damage_named(), self._archive.open(info) as stream:
                    opening = stream.read(_PROLOGUE).replace(b"\0", b"").upper()
                if b"<!DOCTYPE" in opening or b"<!ENTITY" in opening:
                    raise UserError("file_unsafe")


@contextmanager
def open_package(path: Path) -> Iterator[Package]:
    """Open a ZIP package within the bounds.

    Raises:
        UserError: `file_damaged`, `file_encrypted` (a ZIP password) or `file_unsafe`.
    """
    with open_archive(path) as archive:
        infos = archive.infolist()
        _refuse_bombs(infos)
        if any(info.flag_bits & _ENCRYPTED_FLAG for info in infos):
            raise UserError("file_encrypted")
        yield Package(archive, {info.filename.replace("\\", "/").lstrip("/").lower(): info for info in infos})


@contextmanager
def open_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP file whose directory is no larger than that of a spreadsheet.

    Raises:
        UserError: `file_damaged` or `file_unsafe`.
    """
    with _damage_named():
        if _directory_size(path) > _MOST_DIRECTORY:
            raise UserError("file_unsafe")
        archive = zipfile.ZipFile(path)
    with archive:
        yield archive


def _directory_size(path: Path) -> int:
    """Return how many bytes the directory of a ZIP file says it has, 0 if there is none.

    Python's reader makes an object of each entry before one can ask how many there are.
    """
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - _LONGEST_END))
        tail = stream.read()
    at = tail.rfind(_END_OF_DIRECTORY)
    if at < 0 or at + _END_LENGTH > len(tail):
        return 0
    (stated,) = struct.unpack_from("<I", tail, at + 12)
    # Beyond 4 GiB the real figure stands elsewhere; no file that is opened here is as large.
    return int(stated)


_END_OF_DIRECTORY: Final = b"PK\x05\x06"
_END_LENGTH: Final = 22
_LONGEST_END: Final = _END_LENGTH + 0xFFFF


def _refuse_bombs(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > _MOST_PARTS or sum(info.file_size for info in infos) > MOST_UNPACKED:
        raise UserError("file_unsafe")
    for info in infos:
        if info.file_size > BIG_PART and info.file_size > MOST_RATIO * max(info.compress_size, 1):
            raise UserError("file_unsafe")
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            # No spreadsheet program writes anything else, and these unpack with more memory than bytes.
            raise UserError("file_damaged")


@contextmanager
def _damage_named() -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        expat.ExpatError,
        NotImplementedError,
        OSError,
    ) as error:
        raise UserError("file_damaged") from error
    except (RuntimeError, ValueError, LookupError, OverflowError, struct.error) as error:
        # A directory that contradicts itself, an encoding nobody knows, an attribute missing or no number.
        raise UserError("file_damaged") from error


def _bounded(start: StartElement, characters: Characters | None) -> tuple[StartElement, Characters | None]:
    """Return the handlers so that they refuse a part that says the same without end."""
    elements = length = 0

    def counted_start(name: str, attributes: dict[str, str]) -> None:
        nonlocal elements, length
        elements += 1
        length += sum(map(len, attributes.values()))
        if elements > _MOST_ELEMENTS or length > _MOST_CHARACTERS:
            raise UserError("file_unsafe")
        start(name, attributes)

    def counted_characters(text: str) -> None:
        nonlocal length
        length += 0 if text.isspace() else len(text)
        if length > _MOST_CHARACTERS:
            raise UserError("file_unsafe")
        if characters is not None:
            characters(text)

    return counted_start, counted_characters if characters is not None else None


def _parser(
    start: StartElement, end: EndElement | None, characters: Characters | None
) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = 0

    def started(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise UserError("file_unsafe")
        if ":" in name:
            name = name.rpartition(":")[2]
        start(name, attributes)

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(name.rpartition(":")[2] if ":" in name else name)

    def refuse(*_: object) -> None:
        raise UserError("file_unsafe")

    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    if characters is not None:
        parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    return parser
