"""Everything a user can do, one function each; what changed comes back.

The window and the command line call these. `opening` makes a `Core`; every other function takes it first.
Actions open the transactions; merging, searching and talking to the server are done by the layers below.
"""

from __future__ import annotations

from tongcds.actions.core import Changes, Core

__all__ = ["Changes", "Core"]
