"""Run as a process of its own: reads one file under limits and tells what came of it and what it took.

`python -m tests.registers.alone FILE [GUARD]`; GUARD is taken away first, to see what it is good for.
"""

from __future__ import annotations

import json
import math
import re
import resource
import sys
from datetime import date
from pathlib import Path

from tests.registers.bombs import PLAIN_ODS, PLAIN_XLSX
from tongcds import i18n
from tongcds.errors import UserError, sentence
from tongcds.imports import package, xls_bounds
from tongcds.imports.reading import read_register
from tongcds.imports.register import ImportSettings

MEBIBYTE = 1024 * 1024
MOST_MEMORY = 64 * MEBIBYTE
MOST_SECONDS = 2
GUARDS = {
    "elements": lambda: setattr(package, "_MOST_ELEMENTS", 10**9),
    "characters": lambda: setattr(package, "_MOST_CHARACTERS", 10**9),
    "tags": lambda: setattr(package, "_LONGEST_TAG", 10**9),
    "far cells": lambda: setattr(xls_bounds, "_EMPTY_PLACES", 10**9),
}


def _status(what: str) -> int:
    found = re.search(rf"{what}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) * 1024 if found else 0


def _limit() -> None:
    """Let the process have the memory and the time of the promise, and no more."""
    ceiling = _status("VmSize") + MOST_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (ceiling, ceiling))
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = math.ceil(used.ru_utime + used.ru_stime) + MOST_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def read(path: Path) -> tuple[str, str]:
    """Return the refusal of a file and its sentence, "read" where it has none."""
    try:
        read_register(path, ImportSettings(date(2026, 11, 23)))
    except UserError as refusal:
        return refusal.code, sentence(refusal)
    except MemoryError:
        return "no memory", ""
    return "read", ""


def main() -> None:
    path = Path(sys.argv[1])
    i18n.set_language("vi")
    for name, data in (("a.xlsx", PLAIN_XLSX), ("b.ods", PLAIN_ODS)):  # whatever is made once, is made now
        path.with_name(name).write_bytes(data)
        read(path.with_name(name))
    for guard in sys.argv[2:]:
        GUARDS[guard]()
    Path("/proc/self/clear_refs").write_text("5")  # the highest figure is to be of the reading alone
    before = _status("VmRSS")
    _limit()
    code, said = read(path)
    grown = max(0, _status("VmHWM") - before) // MEBIBYTE
    sys.stdout.write(json.dumps({"code": code, "sentence": said, "grown_mb": grown}))


if __name__ == "__main__":
    main()
