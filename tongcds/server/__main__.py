"""`python -m tongcds.server`."""

from __future__ import annotations

from tongcds.server.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
