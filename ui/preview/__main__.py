"""Draws a screen with invented values into a PNG file: `python -m ui.preview SCREEN --out FILE.png`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tongcds import i18n


def _arguments() -> argparse.ArgumentParser:
    reader = argparse.ArgumentParser(prog="python -m ui.preview", description=__doc__)
    reader.add_argument("screen", nargs="?", default="", help="a name; without it the names are listed")
    reader.add_argument(
        "--kind", default="typical", help="typical, empty or error, and what the samples know"
    )
    reader.add_argument("--out", type=Path, default=Path("preview.png"))
    reader.add_argument("--size", default="1366x768")
    reader.add_argument("--text", type=int, default=100, help="text size in percent")
    reader.add_argument("--scale", type=float, default=1.0, help="the screen's scaling, say 1.25")
    reader.add_argument("--lang", default="vi", help="vi, en or en_XA")
    reader.add_argument("--theme", default="light", choices=("light", "dark"))
    reader.add_argument("--outline", action="store_true", help="print the outline as well")
    return reader


def main(arguments: list[str] | None = None) -> int:
    """Draw what the arguments ask for; answers the exit code."""
    asked = _arguments().parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = str(asked.scale)
    # Qt reads its environment when it is loaded.
    from ui import app  # noqa: PLC0415
    from ui.outline import outline  # noqa: PLC0415
    from ui.preview import screens  # noqa: PLC0415

    if asked.screen not in screens.SCREENS:
        sys.stdout.write("\n".join(screens.SCREENS) + "\n")
        return 0 if not asked.screen else 2
    i18n.set_language(asked.lang)
    app.create(sys.argv[:1], text_percent=asked.text, theme_name=asked.theme)
    shell = screens.in_shell(asked.screen, asked.kind)
    width, _x, height = asked.size.partition("x")
    shell.resize(int(width), int(height))
    shell.show()
    screens.settle()
    picture = shell.grab()
    picture.save(str(asked.out))
    if asked.outline:
        sys.stdout.write(outline(shell))
    shell.deleteLater()
    screens.settle()
    return 0


if __name__ == "__main__":
    sys.exit(main())
