"""The server's folder: its signing key, its attachments, where its database is, and how it is called."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
from nacl.signing import SigningKey

from tongcds.errors import UnavailableError, UserError
from tongcds.server.attachment_files import AttachmentFiles
from tongcds.server.database import Database, sqlite_url
from tongcds.server.ops import Province

_SETTINGS = "server.json"
_KEY = "server.key"
_DATABASE = "province.sqlite"
_FILES = "attachments"
_SEED = 32


class _Settings(msgspec.Struct, forbid_unknown_fields=True):
    """`database` is empty for the embedded one in the same folder. The file may hold its password: 0600."""

    name: str
    url: str
    database: str = ""


def exists(folder: Path) -> bool:
    """Whether there is a server in this folder."""
    return (folder / _SETTINGS).exists() or (folder / _KEY).exists()


def make_folder(folder: Path, *, name: str, url: str, database: str, now: Callable[[], int]) -> Province:
    """Make key and settings; the database is still empty.

    Raises:
        UserError: `server_exists` when the folder has a server already.
        UnavailableError: `server_folder_unusable` when it cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if exists(folder):
            raise UserError("server_exists", folder=str(folder))
        key = SigningKey.generate()
        _write_private(folder / _KEY, bytes(key).hex().encode() + b"\n")
        settings = _Settings(name=name, url=url, database=database)
        _write_private(folder / _SETTINGS, msgspec.json.format(msgspec.json.encode(settings)) + b"\n")
    except OSError as error:
        raise UnavailableError("server_folder_unusable", folder=str(folder), why=error.strerror) from error
    return _province(folder, settings, key, now)


def remove_folder(folder: Path) -> None:
    """Take back what `make_folder` made, before anything was founded in it."""
    for name in (_KEY, _SETTINGS, *(_DATABASE + end for end in ("", "-wal", "-shm"))):
        (folder / name).unlink(missing_ok=True)


def open_folder(folder: Path, *, now: Callable[[], int]) -> Province:
    """The server in this folder.

    Raises:
        UserError: `server_missing` when there is none, `server_damaged` when its files say nothing.
    """
    try:
        settings = msgspec.json.decode((folder / _SETTINGS).read_bytes(), type=_Settings)
        seed = bytes.fromhex((folder / _KEY).read_text(encoding="ascii").strip())
    except FileNotFoundError:
        raise UserError("server_missing", folder=str(folder)) from None
    except (OSError, ValueError, msgspec.MsgspecError):
        raise UserError("server_damaged", folder=str(folder)) from None
    if len(seed) != _SEED:
        raise UserError("server_damaged", folder=str(folder))
    return _province(folder, settings, SigningKey(seed), now)


def _province(folder: Path, settings: _Settings, key: SigningKey, now: Callable[[], int]) -> Province:
    database = settings.database or sqlite_url((folder / _DATABASE).resolve())
    files = AttachmentFiles(folder / _FILES, bytes(key))
    return Province(Database(database), key, settings.url, now, files)


def _write_private(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
