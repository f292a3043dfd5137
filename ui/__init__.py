"""The window: Qt and nothing but Qt. What is true without a screen lives in `tongcds`."""

import PySide6.QtCore  # noqa: F401 - puts an import of its own in Python's place

from tongcds import memory

memory.read_no_sources()
memory.share_heaps()
