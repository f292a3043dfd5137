"""Units, their teams and the computers that work for them.

Units above the village and their events come from the province.
"""

from __future__ import annotations

from tongcds.records.declare import Field, Kind, PersonalData, declare
from tongcds.records.fields import day, ident, text, whole, word

# kind: province, district, commune, cluster. A cluster ("khu vực") holds its communes in member_ids: today
# "district" is a role over a set of communes, not a level.
declare(
    "unit",
    1,
    word("kind"),
    text("code"),
    text("name"),
    word("unit_type"),
    ident("parent_id"),
    day("valid_from"),
    day("valid_to"),
    text("source"),
    Field("member_ids", Kind.IDS),
    area="",
    indexes=("parent_id",),
)

# kind: merge, split, rename, move, create, dissolve.
declare(
    "unit_event",
    2,
    ident("unit_id"),
    day("on"),
    text("document"),
    word("kind"),
    Field("from_ids", Kind.IDS),
    Field("to_ids", Kind.IDS),
    text("share"),
    area="unit_id",
)

declare(
    "village",
    3,
    ident("commune_id"),
    text("code"),
    text("name"),
    word("village_type"),
    day("valid_from"),
    day("valid_to"),
    word("old_commune_code"),
    word("electricity"),
    word("viettel_4g"),
    word("vinaphone_4g"),
    word("mobifone_4g"),
    word("fibre"),
    area="",
    indexes=("commune_id",),
)

# unit_id: the village or commune that the team works for.
declare(
    "team",
    4,
    ident("unit_id"),
    text("name"),
    word("level"),
    text("decision_no"),
    day("decided_on"),
    area="unit_id",
    indexes=("unit_id",),
)

# Whoever signs records: members of teams, staff of communes and areas.
declare(
    "member",
    5,
    ident("unit_id"),
    ident("team_id"),
    text("full_name", PersonalData.BASIC),
    word("sex", PersonalData.BASIC),
    whole("birth_year", PersonalData.BASIC),
    text("phone", PersonalData.BASIC),
    word("organisation", PersonalData.BASIC),
    word("role"),
    day("joined_on"),
    day("left_on"),
    word("languages", PersonalData.BASIC),
    area="unit_id",
    about_people=True,
    indexes=("unit_id",),
)

# A laptop of a team or commune under one of its numbers (`known_as`), so that others of the commune can seal
# files to it and know what it signed. Ids of its records begin with `prefix`.
declare(
    "laptop",
    15,
    ident("commune_id"),
    ident("unit_id"),
    whole("known_as"),
    whole("prefix"),
    Field("public_key", Kind.BYTES),
    word("role"),
    ident("member_id"),
    Field("revoked", Kind.BOOL),
    area="commune_id",
    about_people=True,
    server_only=True,
    indexes=("commune_id",),
)

# What the units above may know of a unit besides its figures; last_sync_at in milliseconds since 1970
# (UTC), of the team of the unit that synced last. teams_in_time are those that synced within a fortnight.
declare(
    "unit_status",
    14,
    ident("unit_id"),
    whole("teams"),
    whole("teams_in_time"),
    whole("households"),
    whole("last_sync_at"),
    area="unit_id",
    server_only=True,
    indexes=("unit_id",),
)
