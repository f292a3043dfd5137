"""What the system says of the network: whether there is one, and whether it is paid by volume.

Whether the province's server is there only an exchange can tell; when to have one is the machine's affair.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkInformation

_FEATURES = QNetworkInformation.Feature


class Link(QObject):
    """`metered` and `online` as the system last said; any thread may read them.

    `reachable` is emitted when a network came that was not there before. A system that says nothing counts as
    online and free of charge: then an exchange is tried as before.
    """

    reachable = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.metered = False
        self.online = True
        wanted = _FEATURES.Reachability | _FEATURES.Metered
        if not (
            QNetworkInformation.loadBackendByFeatures(wanted)
            or QNetworkInformation.loadBackendByFeatures(_FEATURES.Reachability)
        ):
            return
        system = QNetworkInformation.instance()
        system.isMeteredChanged.connect(self.take_metered)
        system.reachabilityChanged.connect(self.take_reachability)
        self.metered = system.isMetered()
        self.online = self._is_online(system.reachability())

    def take_metered(self, metered: bool) -> None:  # noqa: FBT001 - a Qt slot
        """The system says that the link is paid by volume, or is not any more."""
        self.metered = metered

    def take_reachability(self, reachability: QNetworkInformation.Reachability) -> None:
        """The system says how far the network reaches."""
        before, self.online = self.online, self._is_online(reachability)
        if self.online and not before:
            self.reachable.emit()

    @staticmethod
    def _is_online(reachability: QNetworkInformation.Reachability) -> bool:
        # A server in the commune's own network is reached without the Internet.
        return reachability not in {
            QNetworkInformation.Reachability.Disconnected,
            QNetworkInformation.Reachability.Unknown,
        }
