"""Emulation: campaigns and their criteria, scores of units, published results, who is to be commended."""

from __future__ import annotations

from tongcds.records.declare import Field, Kind, PersonalData, declare
from tongcds.records.fields import day, ident, text, word

# A campaign as a unit sets it for those below: level says which, asked are their ids, NULL for all. criteria
# are packed as `storage.emulation` packs them. plan_no and dated are its plan's; mid_on and final_on the days
# of its reviews, due_on the one by which score sheets have to be there. A new version names in `after` those
# that it stands in for; about nobody, read below.
declare(
    "campaign",
    39,
    ident("unit_id"),
    text("unit"),
    text("title"),
    text("text"),
    word("level"),
    Field("asked", Kind.IDS),
    text("plan_no"),
    day("dated"),
    day("first"),
    day("last"),
    day("due_on"),
    day("mid_on"),
    day("final_on"),
    Field("criteria", Kind.BYTES),
    day("on"),
    Field("after", Kind.IDS),
    ident("by_id"),
    area="unit_id",
    append_only=True,
    indexes=("unit_id",),
)

# What one unit (from_id) says of one criterion for the unit that takes part: its own score while sheet_id is
# NULL, with the evidence in words; else the appraisal of that sheet, with the reason where it differs. points
# is a decimal number as text. after as in `report_step`.
declare(
    "campaign_score",
    40,
    ident("unit_id"),
    ident("campaign_id"),
    ident("sheet_id"),
    word("criterion"),
    word("points"),
    text("text"),
    day("on"),
    ident("from_id"),
    Field("after", Kind.IDS),
    ident("by_id"),
    area="unit_id",
    append_only=True,
    indexes=("campaign_id", "sheet_id"),
)

# A score sheet that a unit handed up: criteria, own points, evidence and figures as they were then. What the
# addressee does with it are `report_step`s; another version names those that it stands in for in `after`.
declare(
    "campaign_sheet",
    42,
    ident("unit_id"),
    text("unit"),
    ident("campaign_id"),
    ident("addressee_id"),
    day("handed_on"),
    Field("content", Kind.BYTES),
    Field("after", Kind.IDS),
    ident("by_id"),
    area="unit_id",
    append_only=True,
    indexes=("campaign_id",),
)

# The final scores and places as whoever set the campaign published them, for all who take part.
declare(
    "campaign_result",
    47,
    ident("unit_id"),
    ident("campaign_id"),
    Field("content", Kind.BYTES),
    day("on"),
    Field("after", Kind.IDS),
    ident("by_id"),
    area="unit_id",
    append_only=True,
    indexes=("campaign_id",),
)

# A proposal that somebody be commended; what the addressee says of it are `report_step`s. sort: collective or
# person; award a code of `domain.commendations`. name, post and merits are a collective's: of a person they
# stand in `commendation_person`. in_favour of `voters` voted for it, at a meeting on voted_on.
declare(
    "commendation",
    48,
    ident("unit_id"),
    text("unit"),
    ident("campaign_id"),
    word("sort"),
    word("award"),
    text("name"),
    text("merits"),
    Field("in_favour", Kind.INT),
    Field("voters", Kind.INT),
    day("voted_on"),
    ident("addressee_id"),
    text("addressee"),
    day("on"),
    Field("after", Kind.IDS),
    ident("by_id"),
    area="unit_id",
    append_only=True,
    indexes=("unit_id",),
)

# Who a proposal to commend a person is about. agreed: they agreed to be named in lists that others read.
declare(
    "commendation_person",
    49,
    ident("unit_id"),
    ident("commendation_id"),
    text("name", PersonalData.BASIC),
    word("sex", PersonalData.BASIC),
    text("post", PersonalData.BASIC),
    text("merits", PersonalData.BASIC),
    Field("agreed", Kind.BOOL),
    area="unit_id",
    about_people=True,
    indexes=("commendation_id",),
)
