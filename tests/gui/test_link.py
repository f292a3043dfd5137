"""The window asks before it sends much over a dear link, and uses a network that comes back at once."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtNetwork import QNetworkInformation

from tongcds.domain.views import SyncPhase
from ui.link import Link
from ui.preview import samples
from ui.screens.sync.state import progress
from ui.shell.badge import sync_badge

Reach = QNetworkInformation.Reachability


def test_a_network_that_comes_back_is_told_once(qapp, qtbot):
    link = Link()
    told = []
    link.reachable.connect(lambda: told.append(1))
    for reach in (Reach.Disconnected, Reach.Online, Reach.Online, Reach.Local):
        link.take_reachability(reach)
    assert told == [1]
    assert link.online
    link.take_metered(True)
    assert link.metered


def test_the_strip_says_what_it_takes_and_what_it_costs(english):
    status = replace(samples.sync_status(), phase=SyncPhase.METERED, cost_bytes=2_500_000)
    said = progress(status, (), samples.NOW, price=1_500)
    assert "2.5 MB" in said.detail
    assert "3,750 đồng" in said.detail
    assert said.action == "Send now"
    assert "đồng" not in progress(status, (), samples.NOW).detail
    assert sync_badge(status, samples.NOW).words == "Paid network · 37 changes waiting"
