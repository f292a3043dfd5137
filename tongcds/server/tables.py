"""What the server keeps beside the records: itself, invitations, devices, the counts behind figures."""

from __future__ import annotations

from sqlalchemy import Column, Connection, Index, Integer, LargeBinary, MetaData, Table, Text

from tongcds.records.declare import WIDE
from tongcds.replica import create_tables

OFFICE = MetaData()

# One row. `structure` grows whenever units, villages or clusters change, so that scopes are worked out anew;
# `restored_at` is when the database was last put back from a copy, 0 for never; `copied_at` when that copy
# had last heard of any laptop; `added_up` names which units add up which in the figures published last, and
# `groups_added_up` in the groups.
# Moments here and below are milliseconds since 1970 (UTC).
STATE = Table(
    "server_state",
    OFFICE,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("schema", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("province_id", LargeBinary(), nullable=False),
    Column("epoch", WIDE, nullable=False),
    Column("structure", WIDE, nullable=False),
    Column("last_device", WIDE, nullable=False),
    Column("tidied_at", WIDE, nullable=False, default=0),
    Column("restored_at", WIDE, nullable=False, default=0),
    Column("copied_at", WIDE, nullable=False, default=0),
    Column("added_up", Text, nullable=False, default=""),
    Column("groups_added_up", Text, nullable=False, default=""),
    sqlite_strict=True,
)

# The secret is kept as a keyed hash. `device` is the number kept for the laptop that uses it first, whose key
# is `public_key`.
INVITATION = Table(
    "invitation",
    OFFICE,
    Column("secret_hash", LargeBinary(), primary_key=True),
    Column("unit_id", LargeBinary(), nullable=False),
    Column("role", Text, nullable=False),
    Column("member_id", LargeBinary(), nullable=False),
    Column("member_name", Text, nullable=False),
    Column("made_at", WIDE, nullable=False),
    Column("expires_at", WIDE, nullable=False),
    Column("device", WIDE, nullable=False, unique=True),
    Column("public_key", LargeBinary()),
    Column("withdrawn_at", WIDE),
    sqlite_strict=True,
)

# A laptop that was enrolled. `counter` is that of its last request; `entries` its scope as MessagePack,
# worked out when the structure was `structure`; `scope` grows when the entries change. `invited` is the
# number of the invitation that let it in: its own, unless others used the same invitation before. `cursors`
# are those that it confirmed last, in the order of the scope with version `cursors_scope`.
DEVICE = Table(
    "device",
    OFFICE,
    Column("device", WIDE, primary_key=True, autoincrement=False),
    Column("public_key", LargeBinary(), nullable=False),
    Column("counter", WIDE, nullable=False),
    Column("member_id", LargeBinary(), nullable=False),
    Column("role", Text, nullable=False),
    Column("unit_id", LargeBinary(), nullable=False),
    Column("enrolled_at", WIDE, nullable=False),
    Column("last_seen_at", WIDE),
    Column("revoked_at", WIDE),
    Column("scope", WIDE, nullable=False),
    Column("structure", WIDE, nullable=False),
    Column("entries", LargeBinary(), nullable=False),
    Column("invited", WIDE, nullable=False, default=0),
    Column("cursors", LargeBinary()),
    Column("cursors_scope", WIDE, nullable=False, default=-1),
    Index("ix_device_unit", "unit_id"),
    Index("ix_device_invited", "invited"),
    sqlite_strict=True,
)

# Where published figures stand. Each push to a village takes `changed` a step on; `counted` is the step that
# its figures include, so a push that comes while they are counted is never forgotten. `through` is the number
# in the area up to which records are included, -1 where not only records make the village count anew.
# `grouped` and `grouped_on` are of the groups what `counted` and `counted_on` are of the figures.
COUNTED = Table(
    "counted_village",
    OFFICE,
    Column("village", LargeBinary(), primary_key=True),
    Column("changed", WIDE, nullable=False, default=0),
    Column("counted", WIDE, nullable=False, default=0),
    Column("counted_on", Text, nullable=False, default=""),
    Column("through", WIDE, nullable=False, default=-1),
    Column("grouped", WIDE, nullable=False, default=0),
    Column("grouped_on", Text, nullable=False, default=""),
    sqlite_strict=True,
)

# The counts themselves, nothing hidden, for adding up: one a village, indicator and month. They stay on the
# server.
CELL = Table(
    "village_figure",
    OFFICE,
    Column("village", LargeBinary(), primary_key=True),
    Column("indicator", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("on", Text, nullable=False),
    Column("numerator", WIDE),
    Column("denominator", WIDE),
    Column("records", WIDE, nullable=False),
    Column("fingerprint", Text, nullable=False),
    # What one village changed is added up again of all of them.
    Index("ix_village_figure_month", "month", "indicator"),
    sqlite_strict=True,
)

# Which of the published figures are hidden.
HIDDEN = Table(
    "hidden_figure",
    OFFICE,
    Column("month", Text, primary_key=True),
    Column("indicator", Text, primary_key=True),
    Column("unit", LargeBinary(), primary_key=True),
    sqlite_strict=True,
)

# Counts by groups of people, packed as `reports.groups` does.
GROUP_CELL = Table(
    "village_groups",
    OFFICE,
    Column("village", LargeBinary(), primary_key=True),
    Column("indicator", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("cells", LargeBinary(), nullable=False),
    Index("ix_village_groups_month", "month", "indicator"),
    sqlite_strict=True,
)

# Attachments whose files are here, and the records for which whoever may write them sent the file: another
# record with the same hash says nothing about having it. `unneeded_since`: no live record names the file.
HELD = Table(
    "attachment_held",
    OFFICE,
    Column("hash", LargeBinary(), primary_key=True),
    Column("record_id", LargeBinary(), primary_key=True),
    Column("at", WIDE, nullable=False),
    Column("unneeded_since", WIDE),
    sqlite_strict=True,
)

# What the province laid down for its laptops, one row; public keys are X25519 or empty.
TERMS = Table(
    "terms",
    OFFICE,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("lease_days", Integer, nullable=False),
    Column("phone", Text, nullable=False),
    Column("code_key", LargeBinary(), nullable=False),
    Column("province_key", LargeBinary(), nullable=False),
    sqlite_strict=True,
)

# Recovery codes, sealed to a key that is not here. `told` counts how often one was read out, `told_by` says
# by whom the last time.
CODE = Table(
    "recovery_code",
    OFFICE,
    Column("slot", LargeBinary(), primary_key=True),
    Column("reference", Text, nullable=False),
    Column("device", WIDE, nullable=False),
    Column("sealed", LargeBinary(), nullable=False),
    Column("kept_at", WIDE, nullable=False),
    Column("told", Integer, nullable=False),
    Column("told_at", WIDE),
    Column("told_by", Text),
    Index("ix_recovery_code_device", "device"),
    sqlite_strict=True,
)

SCHEMA = 1


def create_all(connection: Connection) -> None:
    """Make every table of the server, where it is not there yet."""
    create_tables(connection)
    OFFICE.create_all(connection)
