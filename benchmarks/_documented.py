"""A commune's documents made in a process of their own, for `benchmarks.documents`; prints JSON."""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from pathlib import Path

from benchmarks._day import PASSPHRASE, clock
from tongcds.actions import Core, documents, opening, printing
from tongcds.actions.printing import Printout
from tongcds.documents import Format
from tongcds.i18n import set_language
from ui import app as dressing
from ui.paper import pages


class _Watch:
    def __init__(self) -> None:
        self._wall, self._used = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """Seconds by the clock and of the processor since it was made."""
        return time.perf_counter() - self._wall, time.process_time() - self._used


def main(folder: str) -> None:
    """Open the vault, make the report in three formats, then the table by village in three."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    set_language("vi")
    core = opening.open_vault(Path(folder), PASSPHRASE, clock)
    dressing.create(sys.argv[:1])
    loading = _Watch()
    for name in ("word", "workbook"):
        importlib.import_module(f"tongcds.documents.{name}")
    imported = loading.read()
    answer = {"import_seconds": imported[0], "import_cpu_seconds": imported[1]}
    for name, make in (("commune_documents", documents.report), ("table_documents", _table)):
        watch = _Watch()
        printout = make(core)
        writing = _Watch()
        _files(printout)
        written, _used = writing.read()
        wall, used = watch.read()
        answer[f"{name}_writing_seconds"] = written
        extra = imported if name == "commune_documents" else (0.0, 0.0)
        answer[f"{name}_seconds"] = wall + extra[0]
        answer[f"{name}_cpu_seconds"] = used + extra[1]
    core.close()
    sys.stdout.write(json.dumps(answer) + "\n")


def _table(core: Core) -> Printout:
    return documents.table(core, "B04")


def _files(printout: Printout) -> None:
    for kind in (Format.DOCX, Format.XLSX):
        printing.as_file(printout, kind)
    pages.pdf(printout.paper)


if __name__ == "__main__":
    main(sys.argv[1])
