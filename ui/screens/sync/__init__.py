"""Đồng bộ: `screen` draws it, `parts` are its rows and cards, `state` turns an exchange into words."""

from ui.screens.sync.screen import SyncScreen

__all__ = ["SyncScreen"]
