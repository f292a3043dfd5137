"""How often each fault is tried: few times with the other tests, often in `make soak`; with which seed."""

from __future__ import annotations

import os
import sys
from random import Random

SOAK = os.environ.get("TONGCDS_SOAK") == "1"
SHARE = float(os.environ.get("FAULT_SHARE", "1"))
SEED = int(os.environ.get("FAULT_SEED", "20261123"))


def times(usual: int, soak: int) -> int:
    return max(usual, round(soak * SHARE)) if SOAK else usual


def seeds(first: int, soak: int) -> range:
    """One seed with the other tests, so many in `make soak`."""
    return range(first, first + times(1, soak))


def chance(name: str) -> Random:
    """The dice of one test; its name and the seed are printed, and give the same run again."""
    sys.stdout.write(f"FAULT_SEED={SEED} ({name})\n")
    return Random(f"{SEED} {name}")
