"""One province in a process of its own: `python -m tests.sim.once SEED STEPS FOLDER` prints its hash."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from tests.sim.world import World


def main() -> None:
    seed, steps, folder = sys.argv[1:]
    logging.disable(logging.CRITICAL)
    with pytest.MonkeyPatch.context() as patch:
        world = World(int(seed), Path(folder), patch)
        world.run(int(steps))
        world.heal()
        world.problems()
        world.close()
    sys.stdout.write(world.hash() + "\n")


if __name__ == "__main__":
    main()
