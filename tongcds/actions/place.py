"""Whether the vault and exported files lie where they are safe, and what to say where they do not.

What a place is, is `storage.place`'s to find out; nothing is refused because of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tongcds import paths
from tongcds.actions.doorstep import vault_folder
from tongcds.i18n import _
from tongcds.storage import place
from tongcds.storage.place import Disk


@dataclass(frozen=True, slots=True)
class Where:
    """Where this computer's data and exported files lie, and what is to be said of either, "" for nothing."""

    vault: str
    exports: str
    vault_warning: str
    exports_warning: str


def where(profile: Path) -> Where:
    """The folders of this profile, looked at now."""
    return Where(
        str(vault_folder(profile)), str(paths.exports_folder()), vault_warning(profile), exports_warning()
    )


def vault_warning(profile: Path) -> str:
    """What to tell whoever works with a vault that lies in a bad place; "" where it is a good one."""
    folder = vault_folder(profile)
    found = place.look(folder)
    if found.synced_by:
        return _(
            "The data on this computer lie in a folder that {program} copies by itself. That can damage "
            "them, or put an old copy over a new one. They are all there and locked. Please have {program} "
            "leave out this folder, or have TongCDS use another one: {folder}"
        ).format(program=found.synced_by, folder=folder)
    match found.disk:
        case Disk.REMOVABLE:
            words = _(
                "The data on this computer lie on a stick or an outside disk: pulled out while something is "
                "saved, or lost, it takes them along. They are all there and locked. Please have TongCDS "
                "use a folder on this computer's own disk: {folder}"
            )
        case Disk.NETWORK:
            words = _(
                "The data on this computer lie on a disk in the network: a cut line can damage them. They "
                "are all there and locked. Please have TongCDS use a folder on this computer's own disk: "
                "{folder}"
            )
        case Disk.INTERNAL:
            return ""
    return words.format(folder=folder)


def exports_warning() -> str:
    """What to tell whoever exports a file into a folder that another program copies; "" where none does."""
    program = place.look(paths.exports_folder().resolve()).synced_by
    if not program:
        return ""
    return _(
        "{program} copies this folder to the internet by itself, and the file with it. Please have {program} "
        "leave it out before you export, or delete the file there, too."
    ).format(program=program)
