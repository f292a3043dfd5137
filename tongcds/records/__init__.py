"""The synced record types, declared once: fields, their kind, their personal-data class, their area.

Desktop and server build their tables from the same declarations (`declare.py`), merge them with the same code
(`tongcds.replica`) and put them on the wire by the same columns (`tongcds.protocol`).

Numbers are for ever; a field is added at the end and never changes meaning.
"""

from __future__ import annotations

from tongcds.records import (  # noqa: F401  they declare every type
    disagreement,
    emulation,
    figures,
    places,
    privacy,
    register,
    reports,
    training,
    work,
)
from tongcds.records.declare import (
    METADATA,
    Field,
    Kind,
    PersonalData,
    RecordType,
    Value,
    all_types,
    record_type,
    type_numbered,
)

__all__ = [
    "METADATA",
    "Field",
    "Kind",
    "PersonalData",
    "RecordType",
    "Value",
    "all_types",
    "record_type",
    "type_numbered",
]
