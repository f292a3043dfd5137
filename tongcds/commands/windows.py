"""The commands that show or draw a window, as far as a terminal knows them; `ui.commands` does their work."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def add_to(add: Callable[[str, None, str], argparse.ArgumentParser]) -> None:
    """Add the commands."""
    made = add(
        "demo", None, "the desktop on a throw-away vault beside a demo server; a tour without a display"
    )
    made.add_argument("--role", choices=["team", "commune", "area"], default="team")
    made.set_defaults(needs_window=True)
    for name, text in (
        ("manual", "the whole help with a picture of each screen, as a PDF file"),
        ("tour", "import, log, sync and aggregate in a throw-away demo, with a picture of each step"),
        ("screens", "pictures of every screen in every language"),
    ):
        made = add(name, None, text)
        made.add_argument("--out", default=f"build/{name}")
        made.set_defaults(needs_window=True)
