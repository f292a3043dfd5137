"""What the screens show: frozen values that cross from the core to a window, a command line or a test.

Queries in `storage` and `reports` make them, `actions` hands them out; nothing here touches a file or a
table. Names and texts are plain text exactly as stored; dates are local business dates; moments are UTC.
"""

from __future__ import annotations

from tongcds.domain.views.editing import (
    Departure,
    EditUndo,
    FieldChange,
    FieldValue,
    HouseholdChange,
    HouseholdRecord,
    HouseholdSaved,
    HouseholdStart,
    Lookalike,
    PersonChange,
    PersonQuery,
    PersonRecord,
    Seen,
)
from tongcds.domain.views.exchange import (
    ConflictRow,
    ConflictSide,
    ExchangeRow,
    ImportRow,
    OwnValue,
    ReturnedRow,
    SilentRow,
    SyncPhase,
    SyncStatus,
    SyncView,
    WaitingRow,
)
from tongcds.domain.views.figures import Figure, OverviewRow, OverviewView, Tile, TrendPoint
from tongcds.domain.views.importing import ImportColumn, ImportPreview, ImportPreviewRow
from tongcds.domain.views.privacy import AuditFinding, AuditLine, AuditView, Reminder
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
    "AuditFinding",
    "AuditLine",
    "AuditView",
    "ConflictRow",
    "ConflictSide",
    "Departure",
    "Draft",
    "EditUndo",
    "ExchangeRow",
    "FactState",
    "FieldChange",
    "FieldValue",
    "Figure",
    "FilterCount",
    "HistoryRow",
    "HouseholdChange",
    "HouseholdDetail",
    "HouseholdFilter",
    "HouseholdList",
    "HouseholdRecord",
    "HouseholdRow",
    "HouseholdSaved",
    "HouseholdStart",
    "ImportColumn",
    "ImportPreview",
    "ImportPreviewRow",
    "ImportRow",
    "Lookalike",
    "OverviewRow",
    "OverviewView",
    "OwnValue",
    "PersonChange",
    "PersonQuery",
    "PersonRecord",
    "PersonRow",
    "RecentRow",
    "Reminder",
    "Result",
    "ReturnedRow",
    "Role",
    "SearchHit",
    "Seen",
    "ServiceChoice",
    "SilentRow",
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
    "WaitingRow",
    "Whoami",
]
