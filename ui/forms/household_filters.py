"""What narrows the list of households beside its text: village, service, and filters with their counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from tongcds.domain.facts import load_facts
from tongcds.domain.views import FilterCount, HouseholdFilter
from tongcds.i18n import N_, _, format_number, language
from ui.widgets.choices import FilterChip
from ui.widgets.field import Choice
from ui.widgets.flow import FlowRow

NEEDS: Final[dict[str, str]] = {
    "no_smartphone": N_("No smartphone · {n}"),
    "no_account_15": N_("≥ 15 without account · {n}"),
    "not_visited_this_year": N_("Not visited this year · {n}"),
    "aged_60": N_("Aged 60 and over · {n}"),
    "poor": N_("Poor, nearly poor · {n}"),
    "consent_not_asked": N_("Consent not asked · {n}"),
    "no_vneid": N_("≥ 14 without VNeID · {n}"),
    "never_visited": N_("Never visited · {n}"),
    "follow_up": N_("Needs follow-up · {n}"),
    "overdue": N_("Overdue promise · {n}"),
    "near_poor": N_("Nearly poor · {n}"),
}
_SUPPORTED, _LACKING = "supported", "lacking"
_ROOM: Final = 4
"""Letters beside the first choice: a code and the beginning of a name are read."""


class HouseholdFilters(FlowRow):
    """Chips and choices in a row that goes on in the next line. `changed`: something else is wanted.

    Args:
        services: code and name of those that one can filter by; without any there is no choice of one.
    """

    changed = Signal()

    def __init__(self, services: Sequence[tuple[str, str]] = (), *, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._needs: frozenset[str] = frozenset()
        self.chips: dict[str, FilterChip] = {}
        self.villages = Choice()
        self.villages.setAccessibleName(_("Village"))
        self.villages.activated.connect(self.changed)
        self.villages.hide()
        self.services = Choice([(_("All services"), "")])
        self.services.setAccessibleName(_("Service"))
        for code, name in services:
            self.services.addItem(f"{code} · {name}", code)
        self.services.activated.connect(self._choose_service)
        self.given = Choice(
            [(_("Supported with it"), _SUPPORTED), (_("Not supported with it yet"), _LACKING)]
        )
        self.given.setAccessibleName(_("Whether they were supported with the service"))
        self.given.activated.connect(self.changed)
        self.given.hide()
        # The longest name would take the room of all the chips; in the list that opens it is whole.
        self.services.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.services.setMinimumContentsLength(len(self.services.itemText(0)) + _ROOM)
        self.services.view().setMinimumWidth(self.services.view().sizeHintForColumn(0))
        self.need = Choice([(_("Needs: all"), ""), (_("Needs something"), "need")])
        self.need.setAccessibleName(_("What is needed"))
        for fact in load_facts().values():
            if fact.is_need:
                self.need.addItem(fact.name(language()), fact.code)
        self.need.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.need.setMinimumContentsLength(len(self.need.itemText(1)))
        self.need.view().setMinimumWidth(self.need.view().sizeHintForColumn(0))
        self.need.activated.connect(self.changed)
        for widget in (self.villages, self.services, self.given, self.need):
            self.flow.addWidget(widget)
        self.services.setVisible(bool(services))

    def wanted(self, text: str = "") -> HouseholdFilter:
        """What is chosen, with this text."""
        village = self.villages.currentData()
        service, given = str(self.services.currentData() or ""), self.given.currentData()
        return HouseholdFilter(
            text,
            tuple(sorted({*self._needs, *filter(None, [str(self.need.currentData() or "")])})),
            bytes(village) if village is not None else None,
            service if given == _SUPPORTED else "",
            service if given == _LACKING else "",
        )

    def use(self, wanted: HouseholdFilter) -> None:
        """Choose what a filter says, its text aside; nobody is told."""
        chosen = [code for code in wanted.needs if code != "" and self.need.findData(code) >= 0]
        self.need.choose(chosen[0] if chosen else "")
        self._needs = frozenset(wanted.needs) - frozenset(chosen)
        for code, chip in self.chips.items():
            chip.setChecked(code in self._needs)
        self.villages.choose(wanted.village_id)
        self.services.choose(wanted.supported or wanted.lacking)
        self.given.choose(_LACKING if wanted.lacking else _SUPPORTED)
        self.given.setVisible(bool(self.services.currentData()))

    def show_counts(self, counts: Sequence[FilterCount], villages: Sequence[tuple[bytes, str]]) -> None:
        """Say how many each filter leaves, and which villages there are."""
        for one in counts:
            if one.code not in NEEDS:
                continue
            if one.code not in self.chips:
                self._add_chip(one.code)
            chip = self.chips[one.code]
            chip.set_words(_(NEEDS[one.code]).format(n=format_number(one.count)))
            chip.setChecked(one.code in self._needs)
        self._show_villages(villages)
        self.updateGeometry()

    def _add_chip(self, code: str) -> None:
        chip = FilterChip("", key=code)
        chip.setObjectName(code)
        chip.clicked.connect(self._filter)
        self.chips[code] = chip
        self.flow.addWidget(chip)
        chip.show()

    def _filter(self) -> None:
        code = self.sender().objectName()
        self._needs ^= {code}
        self.chips[code].setChecked(code in self._needs)
        self.changed.emit()

    def _choose_service(self) -> None:
        self.given.setVisible(bool(self.services.currentData()))
        self.changed.emit()

    def _show_villages(self, villages: Sequence[tuple[bytes, str]]) -> None:
        shown = [self.villages.itemData(at) for at in range(1, self.villages.count())]
        if shown != [village for village, _name in villages]:
            chosen = self.villages.currentData()
            self.villages.clear()
            self.villages.addItem(_("All villages"), None)
            for village, name in villages:
                self.villages.addItem(name, village)
            self.villages.choose(chosen)
        self.villages.setVisible(len(villages) > 1)
