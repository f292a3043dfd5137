"""A file system in memory that forgets at a power cut whatever was not brought onto the disk.

Runs in a process of its own under FUSE. A cut either drops everything that was not synced, or keeps a random
part of it, torn at 512 bytes and in any order. Names count as synced once their folder is, or, for a new
file, the file itself. It can also fail one of its calls, as a dying or a full disk does.
"""

from __future__ import annotations

import errno
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

import mfusepy

SECTOR = 512
Files = dict[str, bytes]


@dataclass(frozen=True)
class Failure:
    """The `at`-th call of these kinds fails with this number; none where `at` is 0."""

    at: int = 0
    code: int = errno.EIO
    kinds: tuple[str, ...] = ("write", "fsync", "fsyncdir", "rename", "create", "open", "read")


NO_ROOM = ("write", "create", "mkdir")


@dataclass
class Node:
    """A file: as it is, as it is on the disk, and the writes between the two."""

    now: bytearray = field(default_factory=bytearray)
    disk: bytearray = field(default_factory=bytearray)
    waiting: list[tuple[int, bytes]] = field(default_factory=list)

    def sync(self) -> None:
        self.disk = bytearray(self.now)
        self.waiting.clear()

    def after_cut(self, random: Random | None) -> bytes:
        """What is on the disk, with a random part of what was waiting where there are dice."""
        left = bytearray(self.disk)
        for at, content in self.waiting if random else ():
            for start in range(0, len(content), SECTOR):
                if random is not None and random.random() < 0.5:
                    put(left, at + start, content[start : start + SECTOR])
        return bytes(left)


def put(content: bytearray, at: int, piece: bytes) -> None:
    if len(content) < at:
        content.extend(bytes(at - len(content)))
    content[at : at + len(piece)] = piece


class Forgetful(mfusepy.Operations):
    """The file system; `files` is what is on the disk at first."""

    use_ns = True

    def __init__(self, files: Files, folders: list[str]) -> None:
        self.first = files, folders
        self.open_files: dict[int, Node] = {}
        self.next_handle = 1
        self.mutex = threading.RLock()
        self.restart(Failure())

    def restart(self, failure: Failure) -> None:
        """Be as at first again, and fail so."""
        with self.mutex:
            files, folders = self.first
            nodes = {path: Node(bytearray(content), bytearray(content)) for path, content in files.items()}
            self.names: dict[str, Node | None] = {"/": None, **dict.fromkeys(folders), **nodes}
            self.kept = dict(self.names)
            self.open_files.clear()
            self.dead = False
            self.calls, self.failure = 0, failure

    def cut(self, random: Random | None) -> Files:
        """From now on nothing works; answers what is on the disk."""
        with self.mutex:
            self.dead = True
            names = self.names if random is not None and random.random() < 0.5 else self.kept
            return {path: node.after_cut(random) for path, node in names.items() if node is not None}

    def _node(self, path: str) -> Node | None:
        if path not in self.names:
            raise mfusepy.FuseOSError(errno.ENOENT)
        return self.names[path]

    def _file(self, path: str, fh: int | None) -> Node:
        node = self.open_files.get(fh or 0) or self._node(path)
        if node is None:
            raise mfusepy.FuseOSError(errno.EISDIR)
        return node

    def getattr(self, path: str, fh: int | None = None) -> dict[str, int]:
        node = self.open_files.get(fh or 0) or self._node(path)
        if node is None:
            return {"st_mode": stat.S_IFDIR | 0o700, "st_nlink": 2}
        return {"st_mode": stat.S_IFREG | 0o600, "st_nlink": 1, "st_size": len(node.now)}

    def readdir(self, path: str, fh: int) -> list[str]:
        inside = path.rstrip("/") + "/"
        names = [name.removeprefix(inside) for name in self.names if name.startswith(inside) and name != "/"]
        return [".", "..", *(name for name in names if "/" not in name)]

    def _handle(self, node: Node) -> int:
        self.next_handle += 1
        self.open_files[self.next_handle] = node
        return self.next_handle

    def create(self, path: str, mode: int, fi: object = None) -> int:
        node = self.names[path] = Node()
        return self._handle(node)

    def open(self, path: str, flags: int) -> int:
        return self._handle(self._file(path, None))

    def release(self, path: str, fh: int) -> int:
        self.open_files.pop(fh, None)
        return 0

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return bytes(self._file(path, fh).now[offset : offset + size])

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        node = self._file(path, fh)
        put(node.now, offset, data)
        node.waiting.append((offset, bytes(data)))
        return len(data)

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        node = self._file(path, fh)
        del node.now[length:]
        put(node.now, length, b"")
        return 0

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        node = self._file(path, fh)
        node.sync()
        if self.names.get(path) is node and path not in self.kept:
            self.kept[path] = node
        return 0

    def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
        for names in (self.kept, self.names):
            for name in [name for name in names if str(Path(name).parent) == path and name != "/"]:
                if name in self.names:
                    self.kept[name] = self.names[name]
                else:
                    del self.kept[name]
        return 0

    def mkdir(self, path: str, mode: int) -> int:
        self.names[path] = None
        return 0

    def unlink(self, path: str) -> int:
        self._node(path)
        del self.names[path]
        return 0

    rmdir = unlink

    def rename(self, old: str, new: str, flags: int = 0) -> int:
        self._node(old)
        for name in [name for name in self.names if name == new or name.startswith(new + "/")]:
            del self.names[name]
        for name in [name for name in self.names if name == old or name.startswith(old + "/")]:
            moved = new + name.removeprefix(old)
            self.names[moved] = self.names.pop(name)
            if name != old and name in self.kept:
                # What is in a folder goes with it.
                self.kept[moved] = self.kept.pop(name)
        return 0

    def chmod(self, path: str, mode: int) -> int:
        return 0

    def chown(self, path: str, uid: int, gid: int) -> int:
        return 0

    def utimens(self, path: str, times: object = None) -> int:
        return 0

    def statfs(self, path: str) -> dict[str, int]:
        return {
            "f_bsize": 4096,
            "f_frsize": 4096,
            "f_blocks": 1 << 20,
            "f_bavail": 1 << 20,
            "f_bfree": 1 << 20,
        }


GUARDED = (
    "write", "fsync", "fsyncdir", "rename", "create", "open", "read", "getattr", "readdir", "truncate",
    "mkdir", "unlink", "rmdir",
)  # fmt: skip


def guarded(name: str) -> Callable[..., object]:
    """The operation as long as there is power, counted if it is one that may fail."""
    real = getattr(Forgetful, name)

    def call(self: Forgetful, *args: object, **kwargs: object) -> object:
        with self.mutex:
            if self.dead:
                raise mfusepy.FuseOSError(errno.EIO)
            if name in self.failure.kinds:
                self.calls += 1
                if self.calls == self.failure.at:
                    raise mfusepy.FuseOSError(self.failure.code)
            return real(self, *args, **kwargs)

    return call


for each in GUARDED:
    setattr(Forgetful, each, guarded(each))


def serve(mount: Path, files: Files, folders: list[str], wire: Connection) -> None:
    """Be that file system, and do what comes over the wire: `restart`, `calls`, `cut`.

    A cut gets a seed for keeping a random part, or None to drop everything.
    """
    system = Forgetful(files, folders)

    def listen() -> None:
        while True:
            word, given = wire.recv()
            if word == "restart":
                wire.send(system.restart(given))
            elif word == "calls":
                wire.send(system.calls)
            else:
                wire.send(system.cut(None if given is None else Random(given)))

    threading.Thread(target=listen, daemon=True).start()
    mfusepy.FUSE(
        system,
        str(mount),
        foreground=True,
        nothreads=True,
        direct_io=True,
        attr_timeout=0,
        entry_timeout=0,
        default_permissions=False,
    )
