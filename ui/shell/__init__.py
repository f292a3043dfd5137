"""The main window around the screens: rail, top bar, search over everything, the sync badge."""

from ui.shell.badge import Badge, sync_badge
from ui.shell.places import Place, places_of
from ui.shell.window import Shell

__all__ = ["Badge", "Place", "Shell", "places_of", "sync_badge"]
