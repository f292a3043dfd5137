"""A program of an earlier version, which does not know a type of record yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tongcds.records import declare


@contextmanager
def without(type_name: str) -> Iterator[None]:
    """A program that does not know this type of record yet."""
    record = declare._TYPES.pop(type_name)
    del declare._BY_NUMBER[record.number]
    try:
        yield
    finally:
        declare._TYPES[type_name] = declare._BY_NUMBER[record.number] = record
