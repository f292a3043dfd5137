"""Changes that did not take effect as they were made; written by replicas, not by people."""

from __future__ import annotations

from tongcds.records.declare import Field, Kind, PersonalData, declare
from tongcds.records.fields import ident, whole, word

# The value that did not stand when two machines set the same field without knowing of each other, kept whole
# beside the one that did. resolved is set by whoever looked at it.
declare(
    "conflict",
    13,
    ident("area_id"),
    word("subject_type"),
    ident("subject_id"),
    word("field"),
    Field("kept_value", Kind.BYTES, PersonalData.SENSITIVE),
    whole("kept_stamp"),
    whole("kept_device"),
    ident("kept_author"),
    Field("other_value", Kind.BYTES, PersonalData.SENSITIVE),
    whole("other_stamp"),
    whole("other_device"),
    ident("other_author"),
    Field("resolved", Kind.BOOL),
    area="area_id",
    about_people=True,
    indexes=("subject_id",),
)

# A write that the server keeps aside until somebody decides: its dot, what it wanted, why not.
# said is MessagePack of its values, gone once it is decided. state: open, accepted, refused, withdrawn.
# decision (accept, refuse) is an officer's of the unit above, withdrawn the author's unit's; the rest is the
# server's.
declare(
    "quarantined",
    20,
    ident("area_id"),
    whole("origin_device"),
    whole("origin_n"),
    word("subject_type"),
    ident("subject_id"),
    Field("said", Kind.BYTES, PersonalData.SENSITIVE),
    ident("author_id"),
    whole("written"),
    word("code"),
    whole("at"),
    word("state"),
    word("decision"),
    Field("withdrawn", Kind.BOOL),
    ident("decided_by"),
    whole("decided_at"),
    area="area_id",
    about_people=True,
    indexes=("subject_id",),
)
