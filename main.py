"""The one way in: the desktop without an argument, the same work without a window with one."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence

from tongcds import memory
from tongcds.documents import Written
from tongcds.papers.paper import Paper


def main(arguments: Sequence[str] | None = None) -> int:
    """Start what the arguments ask for; answers the exit code.

    `--self-test` proves that a packaged build has everything it needs to start.
    """
    memory.look_seldom()
    memory.leave_no_dump()
    argv = list(sys.argv[1:] if arguments is None else arguments)
    if argv == ["--self-test"]:
        from ui import selftest

        return selftest.run()
    if argv:
        from tongcds import cli

        return cli.main(argv, in_window=_in_window, draw=_draw)
    from ui import program

    return program.main()


def _in_window(options: Namespace) -> int:
    """The commands that show or draw a window; a terminal's own commands need not load Qt."""
    from ui import commands

    return commands.run(options)


def _draw(paper: Paper) -> Written:
    """A paper as a PDF; a command line needs no display for it."""
    from ui import commands

    return commands.draw(paper)


if __name__ == "__main__":
    raise SystemExit(main())
