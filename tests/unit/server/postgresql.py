"""A PostgreSQL of the tests' own: a fresh cluster in a temporary folder, on the loopback, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import MappingProxyType

import psycopg

SECONDS = 60
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
}
_NONE: Mapping[str, str] = MappingProxyType({})
# Nothing in a test has to outlive a power cut.
_CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def binary(name: str) -> str:
    """Where a program of PostgreSQL is; Debian keeps them off the PATH."""
    places = [os.fspath(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found = shutil.which(name, path=os.pathsep.join([*places, os.environ.get("PATH", "")]))
    assert found, f"{name} is missing; on Debian 12: apt-get install postgresql"
    return found


def unprivileged() -> str | None:
    """Whom to run as: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise AssertionError("no unprivileged user to run PostgreSQL as")


@dataclass
class Cluster:
    """A running cluster; `url` is that of its maintenance database."""

    port: int
    numbers: Iterator[int]

    def address(self, database: str) -> str:
        return f"postgresql://tongcds@127.0.0.1:{self.port}/{database}"

    def create(self, template: str = "template0") -> str:
        """A fresh database, or a copy of one; answers its name."""
        name = f"t{next(self.numbers)}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE {name} TEMPLATE "{template}"')
        return name


@contextmanager
def running_cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A cluster while the block runs; with `durable` it waits for the disk at each commit, as a server's."""
    folder = Path(tempfile.mkdtemp(prefix="tongcds-postgresql-"))
    try:
        with cluster_in(folder, durable=durable) as cluster:
            yield cluster
    finally:
        shutil.rmtree(folder)


@contextmanager
def cluster_in(
    folder: Path, *, durable: bool = False, settings: Mapping[str, str] = _NONE
) -> Iterator[Cluster]:
    """The same in a folder that stays; what lies there already is opened again."""
    user = unprivileged()
    data = folder / "data"
    if user is not None:
        shutil.chown(folder, user)
    if not data.exists():
        subprocess.run(
            [binary("initdb"), "-D", data, "-U", "tongcds", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
            check=True,
            capture_output=True,
            user=user,
            cwd=folder,
            timeout=SECONDS,
        )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    said = {**_SETTINGS, **({} if durable else _CARELESS), **settings, "port": port}
    with (data / "postgresql.auto.conf").open("w") as written:
        written.writelines(f"{name} = '{value}'\n" for name, value in said.items())
    _control(user, folder, "start", "-l", os.fspath(folder / "log"))
    try:
        yield Cluster(port, count(1))
    finally:
        _control(user, folder, "stop", "-m", "fast")


def _control(user: str | None, folder: Path, *words: str) -> None:
    subprocess.run(
        [binary("pg_ctl"), "-D", folder / "data", "-w", "-t", str(SECONDS), *words],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=user,
        cwd=folder,
        timeout=2 * SECONDS,
    )
