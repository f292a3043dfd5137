"""Everything a user can do, one function each; what changed comes back.

The window and the command line call these. `opening` makes a `Core`; every other function takes it first.
Actions open the transactions; merging, searching and talking to the server are done by the layers below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["Changes", "Core"]

if TYPE_CHECKING:
    from tongcds.actions.core import Changes, Core
else:

    def __getattr__(name: str) -> object:
        """Load `core` when it is asked for: the window's first picture needs `doorstep` and `place` alone.

        With `core` come the vault, the exchange and SQLAlchemy, which take as long as all of that picture.
        """
        if name not in __all__:
            raise AttributeError(name)
        from tongcds.actions import core  # noqa: PLC0415 - as above

        return getattr(core, name)
