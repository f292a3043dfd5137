"""Runs benchmarks by name and prints one JSON object a line on standard output, and nothing else there.

A benchmark is a module of this package with `run() -> Iterator[Metric]`; its name is the module's.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import pkgutil
import sys
from collections.abc import Callable, Iterable
from typing import cast

import benchmarks
from benchmarks.metric import Metric
from tongcds import memory

_NOT_BENCHMARKS = {"__main__", "metric"}


def names() -> list[str]:
    """Every benchmark there is."""
    found = {module.name for module in pkgutil.iter_modules(benchmarks.__path__) if not module.ispkg}
    return sorted(name for name in found - _NOT_BENCHMARKS if not name.startswith("_"))


def main(wanted: list[str]) -> int:
    """Run the wanted benchmarks, or all; answers 2 when there is none of that name."""
    known = names()
    if unknown := sorted(set(wanted) - set(known)):
        print(f"no such benchmark: {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    memory.look_seldom()
    for name in wanted or known:
        module = importlib.import_module(f"benchmarks.{name}")
        run = cast("Callable[[], Iterable[Metric]]", module.run)
        # What the program itself prints while it is measured is not a result.
        with contextlib.redirect_stdout(sys.stderr):
            for metric in run():
                line = {"bench": name, "metric": metric.name, "value": metric.value, "unit": metric.unit}
                print(json.dumps(line), file=sys.__stdout__, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
