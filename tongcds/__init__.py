"""Everything of TongCDS that is true without a screen; the window lives in the package `ui`."""

from typing import Final

__version__: Final = "0.1.0"
"""The program's version, as in `pyproject.toml`."""
