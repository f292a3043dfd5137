"""The window of a commune while it sends a register to a province's server: how smooth it stays.

Run by `benchmarks.start` with an empty folder; prints the longest stall in milliseconds. The server is a
process of its own.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Final

from benchmarks._day import TODAY
from benchmarks._province import PASSPHRASE, enrolled, founded
from benchmarks._turns import Stalls, until, wait
from benchmarks._vaults import HOUSEHOLDS_A_VILLAGE, write_home
from tongcds import memory
from tongcds.actions import opening, syncing
from tongcds.actions.core import Core
from tongcds.clock import system_clock
from tongcds.domain.invented import village
from tongcds.i18n import set_language
from tongcds.settings import Settings
from tongcds.storage import register
from ui import app as dressing
from ui.desktop import Desktop

_VILLAGES: Final = 7
_SHOWN_MS: Final = 500


def _filled(core: Core) -> None:
    """150 households in each village, and nothing of them sent."""
    syncing.sync_now(core)
    with core.vault.read() as connection:
        villages = register.villages(connection)
    for number, (village_id, name) in enumerate(villages, 1):
        first = (number - 1) * HOUSEHOLDS_A_VILLAGE + 1
        made = village(number, households=HOUSEHOLDS_A_VILLAGE, on=TODAY, name=name, first_number=first)
        with core.vault.change(core.author()) as change:
            for household in made.households:
                write_home(change.writer, village_id, household)


def main(folder: str) -> None:
    """Found a province, fill a vault, open its window, send everything."""
    memory.look_seldom()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    profile = Path(folder) / "profile"
    settings = Settings(profile)
    place = founded(Path(folder), _VILLAGES)
    with place.serving() as port:
        core = enrolled(place, opening.vault_folder(profile).parent, port)
        _filled(core)
        core.vault.close()
        set_language("vi")
        dressing.start(sys.argv[:1], settings)
        desktop = Desktop(opening.open_vault(profile, PASSPHRASE, system_clock), settings, automatic=False)
        desktop.show()
        wait(_SHOWN_MS)
        stalls = Stalls()
        stalls.begin()
        desktop.core.runner.ask()
        until(lambda: desktop.core.runner.state.running)
        until(lambda: not desktop.core.runner.state.running)
        longest = stalls.end()
        if left := syncing.status(desktop.core).waiting:
            raise RuntimeError(left)
        desktop.close()
    print(json.dumps(longest))


if __name__ == "__main__":
    main(*sys.argv[1:])
