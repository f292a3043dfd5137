"""Draws a screen or a small form with invented values: `python -m ui.preview NAME --out FILE.png`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tongcds import i18n

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


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


def _platform(width: int, height: int) -> str:
    """No screen, but as large as one: small forms take as much of it as they may."""
    file = Path(tempfile.mkdtemp(prefix="tongcds-preview-")) / "screen.json"
    screen = {"name": "preview", "x": 0, "y": 0, "width": width, "height": height}
    screen |= {"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    file.write_text(json.dumps({"screens": [screen]}), encoding="utf-8")
    return f"offscreen:configfile={file}"


def main(arguments: list[str] | None = None) -> int:
    """Draw what the arguments ask for; answers the exit code."""
    asked = _arguments().parse_args(arguments)
    width, height = (int(part) for part in asked.size.split("x"))
    os.environ.setdefault("QT_QPA_PLATFORM", _platform(width, height))
    os.environ["QT_SCALE_FACTOR"] = str(asked.scale)
    # Qt reads its environment when it is loaded.
    from PySide6.QtGui import QPainter  # noqa: PLC0415

    from ui import app  # noqa: PLC0415
    from ui.outline import outline  # noqa: PLC0415
    from ui.preview import dialogs, screens  # noqa: PLC0415

    names = (*screens.SCREENS, *dialogs.DIALOGS)
    if asked.screen not in names:
        sys.stdout.write("\n".join(names) + "\n")
        return 0 if not asked.screen else 2
    i18n.set_language(asked.lang)
    app.create(sys.argv[:1], text_percent=asked.text, theme_name=asked.theme)
    over, make = dialogs.DIALOGS.get(asked.screen, (asked.screen, None))
    shell = screens.in_shell(over, asked.kind if make is None else "typical")
    shell.resize(width, height)
    shell.show()
    screens.settle()
    picture = shell.grab()
    shown: QWidget = shell
    if make is not None:
        shown = make(asked.kind, shell)
        shown.show()
        screens.settle()
        # In the middle, as it opens: what has no room on the screen is cut off.
        form, painter = shown.grab(), QPainter(picture)
        painter.drawPixmap((shell.width() - shown.width()) // 2, (shell.height() - shown.height()) // 2, form)
        painter.end()
    picture.save(str(asked.out))
    if asked.outline:
        sys.stdout.write(outline(shown))
    shell.deleteLater()
    screens.settle()
    return 0


if __name__ == "__main__":
    sys.exit(main())
