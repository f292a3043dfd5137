"""The teams' work: what was done, what is promised, planned and asked for."""

from __future__ import annotations

from tongcds.records.declare import Field, Kind, PersonalData, declare
from tongcds.records.fields import day, ident, text, whole, word

# withdrawn_why: a word of `domain.views.Withdrawal` once the visit counts no more; it stays readable.
# corrects_id: the withdrawn visit that this one stands in for. group_id: the first of the visits of one
# session for several households at once, which all of them name. metres: how far it was to come there.
declare(
    "visit",
    9,
    ident("village_id"),
    ident("household_id"),
    day("on"),
    whole("minutes"),
    ident("by_id"),
    text("note", PersonalData.BASIC),
    word("withdrawn_why"),
    ident("corrects_id"),
    ident("group_id"),
    whole("metres"),
    area="village_id",
    about_people=True,
    erasable=True,
    # All that the last visit of a household takes, without a look at the visits.
    indexes=(("household_id", "on", "deleted", "withdrawn_why"),),
)

# result: alone, together, come_back, declined. person_ids is empty for a service of the whole household.
declare(
    "support",
    10,
    ident("village_id"),
    ident("visit_id"),
    word("service"),
    Field("person_ids", Kind.IDS, PersonalData.BASIC),
    word("result"),
    area="village_id",
    about_people=True,
    indexes=("visit_id",),
)

# state: open, done, cancelled. visit_id: the visit that promised it; closing_visit_id: the one that kept it.
# training_id and skill: the training after which it was promised, and what is to be shown again; two laptops
# may each have written the same promise. shown: what somebody could do at the visit that kept it, filled in
# by the server for a trainer, who reads no visits (`replica.trainees`).
declare(
    "follow_up",
    11,
    ident("village_id"),
    ident("household_id"),
    ident("visit_id"),
    word("service"),
    Field("person_ids", Kind.IDS, PersonalData.BASIC),
    day("due_on"),
    text("detail", PersonalData.BASIC),
    word("state"),
    day("done_on"),
    ident("closing_visit_id"),
    ident("training_id"),
    word("skill"),
    word("shown", PersonalData.BASIC),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("household_id", "visit_id", "training_id"),
)

# A photo or a paper of a subject (household, person, visit). `hash` (32 bytes, domain.attachments) names what
# it holds, which travels by itself after the records; `size` in bytes. `name` is what its owner called it,
# for people to read and never the name of a file here.
declare(
    "attachment",
    16,
    ident("village_id"),
    word("subject"),
    ident("subject_id"),
    Field("hash", Kind.BYTES, PersonalData.BASIC),
    whole("size"),
    word("media_type"),
    text("name", PersonalData.BASIC),
    day("taken_on"),
    text("note", PersonalData.BASIC),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("subject_id", "hash"),
)

# A round from house to house in one village, planned for some days; closed_on once somebody said it is over.
declare(
    "round",
    23,
    ident("village_id"),
    text("name"),
    day("begins_on"),
    day("ends_on"),
    day("closed_on"),
    area="village_id",
    about_people=True,
    indexes=("village_id",),
)

# A household of a round, in its place on the way. member_id: who is to go there, NULL for nobody yet.
# state: open, done, absent, declined; on is the day on which somebody ticked it off.
declare(
    "round_stop",
    24,
    ident("village_id"),
    ident("round_id"),
    ident("household_id"),
    ident("member_id"),
    whole("place"),
    word("state"),
    day("on"),
    text("note", PersonalData.BASIC),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("round_id", "household_id"),
)

# What a commune tells its teams: unit_id is a village, or the commune itself for all of them. Whoever read it
# keeps that to themselves.
declare(
    "announcement",
    22,
    ident("unit_id"),
    text("title"),
    text("text"),
    day("valid_from"),
    day("valid_to"),
    ident("by_id"),
    area="unit_id",
    about_people=True,
    indexes=("unit_id",),
)

# How much the team of a village is asked to do from one day to another. kind and code say of what
# (`domain.quotas`); how much of it is done is counted from the log.
declare(
    "quota",
    26,
    ident("unit_id"),
    word("kind"),
    word("code"),
    whole("amount"),
    day("since"),
    day("until"),
    text("note"),
    ident("by_id"),
    area="unit_id",
    about_people=True,
    indexes=("unit_id",),
)
