"""What kind of place a folder is: does another program copy it, is it a stick, is it somebody else's disk?

A database that a program copies while it is written arrives elsewhere in halves, and an old copy that comes
back overwrites a new one. Nothing here opens anything; what is said of it is `actions.place`.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatch
from pathlib import Path
from typing import Final


class Disk(StrEnum):
    """On what a folder lies; INTERNAL also where nobody can tell."""

    INTERNAL = "internal"
    REMOVABLE = "removable"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Place:
    """The program that copies a folder elsewhere, "" where none is known, and the disk under it."""

    synced_by: str = ""
    disk: Disk = Disk.INTERNAL


@dataclass(frozen=True, slots=True)
class _Program:
    """What gives a syncing program away.

    `variables` of the environment name its folder; a folder has one of its `names`, as it makes them; in the
    folder lie its `marks`. `settings`: files under the home folder that name its folders in JSON.
    """

    name: str
    names: str = ""
    marks: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()


_PROGRAMS: Final = (
    _Program(
        "OneDrive",
        r"onedrive( ?- ?.+)?",
        variables=("OneDrive", "OneDriveConsumer", "OneDriveCommercial"),
    ),
    _Program(
        "Dropbox",
        r"dropbox( \(.+\)|-.+)?",
        (".dropbox.cache", ".dropbox.attr"),
        settings=(
            ".dropbox/info.json",
            "AppData/Roaming/Dropbox/info.json",
            "AppData/Local/Dropbox/info.json",
        ),
    ),
    _Program(
        "Google Drive",
        r"google ?drive(-.+)?|my drive|drive của tôi",
        (".tmp.drivedownload", ".tmp.driveupload"),
    ),
    _Program("iCloud", r"icloud ?drive(-.+)?|mobile documents|com~apple~clouddocs"),
    _Program(
        "Nextcloud",
        r"nextcloud\d*",
        (".nextcloudsync.log", ".sync_????????????.db", "._sync_????????????.db"),
    ),
    _Program("ownCloud", r"owncloud\d*", (".owncloudsync.log", ".csync_journal.db")),
    _Program("Syncthing", marks=(".stfolder",)),
    _Program("MEGA", r"megasync", (".megaignore",)),
    _Program("pCloud", r"pcloud ?(drive|sync)"),
    _Program("Box", r"box sync|box-box"),
)

_NETWORKS: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afs", "9p"})
_DRIVE_REMOVABLE, _DRIVE_REMOTE = 2, 4


def look(
    folder: Path,
    environment: Mapping[str, str] = os.environ,
    home: Path | None = None,
) -> Place:
    """What kind of place this folder is, whether it is there yet or not.

    Args:
        folder: as it is called after links were followed.
        environment: the variables in which syncing programs say where their folders are.
        home: the folder in which they keep their settings; this user's without it.
    """
    return Place(_synced_by(folder, environment, home), _disk(folder))


def _synced_by(folder: Path, environment: Mapping[str, str], home: Path | None) -> str:
    above = [folder, *folder.parents]
    for program in _PROGRAMS:
        if any(_is_under(folder, root) for root in _roots(program, environment, home)):
            return program.name
        if program.names and any(re.fullmatch(program.names, one.name.casefold()) for one in above):
            return program.name
    for one in above:
        inside = _names_in(one)
        for program in _PROGRAMS:
            if any(fnmatch(name, mark) for name in inside for mark in program.marks):
                return program.name
    return ""


def _is_under(folder: Path, root: str) -> bool:
    with contextlib.suppress(OSError):
        return folder.is_relative_to(Path(root).resolve())
    return False


def _roots(program: _Program, environment: Mapping[str, str], home: Path | None) -> Iterator[str]:
    yield from filter(None, (environment.get(name, "") for name in program.variables))
    for file in program.settings:
        # There may be no home, no such file, or one of another shape.
        with contextlib.suppress(OSError, RuntimeError, ValueError, AttributeError):
            told = json.loads(((home or Path.home()) / file).read_bytes())
            yield from filter(None, (str(account.get("path", "")) for account in told.values()))


def _names_in(folder: Path) -> list[str]:
    # A folder above that may not be listed tells nothing.
    with contextlib.suppress(OSError):
        return [inside.name for inside in folder.iterdir()]
    return []


def _disk(folder: Path) -> Disk:
    there = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    if sys.platform == "win32":
        return _of_windows(there)
    with contextlib.suppress(OSError):
        number = there.stat().st_dev
        block = Path(f"/sys/dev/block/{os.major(number)}:{os.minor(number)}").resolve()
        whole = block.parent if (block / "partition").exists() else block
        removable = whole / "removable"
        if "/usb" in str(whole) or (removable.is_file() and removable.read_text().strip() == "1"):
            return Disk.REMOVABLE
        if _file_system(there, Path("/proc/mounts").read_text(encoding="utf-8")) in _NETWORKS:
            return Disk.NETWORK
    return Disk.INTERNAL


def _file_system(folder: Path, mounts: str) -> str:
    """The kind of file system under a folder, in a list as of /proc/mounts."""
    best, kind = "", ""
    for line in mounts.splitlines():
        _device, _space, rest = line.partition(" ")
        where, _space, rest = rest.partition(" ")
        where = where.replace("\\040", " ")
        if folder.is_relative_to(where) and len(where) >= len(best):
            best, kind = where, rest.partition(" ")[0]
    return kind


def _of_windows(folder: Path) -> Disk:
    import ctypes  # noqa: PLC0415 - its half that asks Windows is there only on Windows

    windows = getattr(ctypes, "windll", None)
    if windows is None or not folder.anchor:
        return Disk.INTERNAL
    kind = windows.kernel32.GetDriveTypeW(folder.anchor)
    return {_DRIVE_REMOVABLE: Disk.REMOVABLE, _DRIVE_REMOTE: Disk.NETWORK}.get(kind, Disk.INTERNAL)
