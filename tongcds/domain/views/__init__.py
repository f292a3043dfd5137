"""What the screens show: frozen values that cross from the core to a window, a command line or a test.

Queries in `storage` and `reports` make them, `actions` hands them out; nothing here touches a file or a
table. Names and texts are plain text exactly as stored; dates are local business dates; moments are UTC.
"""

from __future__ import annotations

from tongcds.domain.views.exchange import (
    ConflictRow,
    ConflictSide,
    ExchangeRow,
    ImportRow,
    ReturnedRow,
    SyncPhase,
    SyncStatus,
    SyncView,
)
from tongcds.domain.views.figures import Figure, OverviewRow, OverviewView, Tile, TrendPoint
from tongcds.domain.views.importing import ImportColumn, ImportPreview, ImportPreviewRow
from tongcds.domain.views.register import (
    FactState,
    FilterCount,
    HistoryRow,
    HouseholdDetail,
    HouseholdFilter,
    HouseholdList,
    HouseholdRow,
    PersonRow,
    SearchHit,
    TodoRow,
)
from tongcds.domain.views.visits import Draft, RecentRow, ServiceChoice, SupportEntry, TodayView, VisitEntry
from tongcds.domain.views.words import Result, Role, Standing, Tone, Whoami

__all__ = [
    "ConflictRow",
    "ConflictSide",
    "Draft",
    "ExchangeRow",
    "FactState",
    "Figure",
    "FilterCount",
    "HistoryRow",
    "HouseholdDetail",
    "HouseholdFilter",
    "HouseholdList",
    "HouseholdRow",
    "ImportColumn",
    "ImportPreview",
    "ImportPreviewRow",
    "ImportRow",
    "OverviewRow",
    "OverviewView",
    "PersonRow",
    "RecentRow",
    "Result",
    "ReturnedRow",
    "Role",
    "SearchHit",
    "ServiceChoice",
    "Standing",
    "SupportEntry",
    "SyncPhase",
    "SyncStatus",
    "SyncView",
    "Tile",
    "TodayView",
    "TodoRow",
    "Tone",
    "TrendPoint",
    "VisitEntry",
    "Whoami",
]
