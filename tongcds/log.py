"""The program's log: rotating files that hold ids, codes and counts, never names or answers.

Write `log.info("visit saved", extra={"record_id": ..., "count": 2})`. The message is a constant; whatever
varies is a field, and only the fields listed here are written out.
"""

from __future__ import annotations

import logging
import logging.handlers
import re
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final

ALLOWED_FIELDS: Final = frozenset({
    "attempt",
    "bytes",
    "code",
    "count",
    "duration_ms",
    "kind",
    "operation",
    "port",
    "record_id",
    "sequence",
    "status",
    "step",
    "table",
    "version",
})  # fmt: skip
"""Fields that may reach the disk, and only with values that look like an id, a code or a number."""

HIDDEN: Final = "<hidden>"
OUR_LOGGERS: Final = ("tongcds", "ui", "__main__", "main")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_.:+-]{1,64}")
# A phone (0981234521, +84 981234521) or a personal number of 12 digits: they look like a code, too.
_NUMBER: Final = re.compile(r"(?:\+?84|0)[0-9.]{8,14}")
_STANDARD: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_FILE_BYTES: Final = 1_000_000
_FILES: Final = 5
_RING: Final = 200


def _safe(value: object) -> str:
    if isinstance(value, bool | int | float) or value is None:
        return str(value)
    if isinstance(value, str) and _TOKEN.fullmatch(value) and not _NUMBER.fullmatch(value):
        return value
    return HIDDEN


class _Redacting(logging.Formatter):
    """Writes a record without anything that could be about a person."""

    def format(self, record: logging.LogRecord) -> str:
        stamp = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        parts = [stamp, record.levelname, record.name, self._message(record)]
        for key, value in sorted(record.__dict__.items()):
            if key not in _STANDARD:
                parts.append(f"{key}={_safe(value) if key in ALLOWED_FIELDS else HIDDEN}")
        if record.exc_info and record.exc_info[0] is not None:
            parts.append(self._trace(record.exc_info[0], record.exc_info[2]))
        return " ".join(parts)

    @staticmethod
    def _message(record: logging.LogRecord) -> str:
        # Other people's libraries put what they handle into their messages.
        if record.name.partition(".")[0] not in OUR_LOGGERS:
            return HIDDEN
        template = str(record.msg)
        return template if not record.args else f"{template} {HIDDEN}"

    @staticmethod
    def _trace(kind: type[BaseException], trace: TracebackType | None) -> str:
        """Where it happened, without the exception's text: a database error quotes its parameters."""
        frames: list[str] = []
        while trace is not None:
            code = trace.tb_frame.f_code
            frames.append(f"{Path(code.co_filename).name}:{trace.tb_lineno}:{code.co_name}")
            trace = trace.tb_next
        return f"{kind.__name__} at {' > '.join(frames)}"


class Ring(logging.Handler):
    """Keeps the last lines in memory for a crash report."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: deque[str] = deque(maxlen=_RING)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record's line."""
        self.lines.append(self.format(record))


def start(folder: Path, *, level: int = logging.INFO) -> Ring:
    """Log into `folder` from now on; answers the ring for crash reports.

    Five files of one megabyte at most. Call it once, from an entry point.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = logging.handlers.RotatingFileHandler(
        folder / "tongcds.log", maxBytes=_FILE_BYTES, backupCount=_FILES - 1, encoding="utf-8", delay=True
    )
    ring = Ring()
    root = logging.getLogger()
    for handler in (files, ring):
        handler.setFormatter(_Redacting())
        root.addHandler(handler)
    root.setLevel(level)
    return ring


def stop(ring: Ring) -> None:
    """Close what `start` opened."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler.formatter, _Redacting) and (
            handler is ring or isinstance(handler, logging.handlers.RotatingFileHandler)
        ):
            root.removeHandler(handler)
            handler.close()
