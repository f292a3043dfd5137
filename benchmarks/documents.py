"""A commune's monthly report and its table by village, as documents for Word and Excel and as PDFs.

From a vault of 8,000 households, 31,000 people, 100,000 supports. `commune_documents_seconds` begins with
counting the figures and ends with the three files of the report; loading what writes them counts, opening
the vault does not. `…_writing_seconds` of that are the files alone, as of a report that was handed up before.
`process_seconds` is all of it in a process of its own, from its start to its end; `import_seconds` of that is
loading the writers of Word's and Excel's files. Processor time stands beside, because that says more on a
machine that others use.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median

from benchmarks._commune import PEOPLE, lived_in
from benchmarks._vaults import filled_profile
from benchmarks.metric import Metric

_RUNS = 3


def run() -> Iterator[Metric]:
    """Make the vault, then the documents in new processes; the median of each figure."""
    answers = []
    with filled_profile(PEOPLE, lived_in, role="commune") as profile:
        for _ in range(_RUNS):
            began = time.monotonic()
            command = [sys.executable, "-m", "benchmarks._documented", str(profile)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own words
            answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
            answers.append({**answer, "process_seconds": time.monotonic() - began})
    for name in answers[0]:
        yield Metric(name, round(median(answer[name] for answer in answers), 3), "s")
