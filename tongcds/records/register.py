"""Households and people, what is known of them, and what was said of their records.

Facts about people and households are observations, never columns to overwrite.
"""

from __future__ import annotations

from tongcds.records.declare import Field, Kind, PersonalData, declare
from tongcds.records.fields import day, ident, text, whole, word

# poverty: poor, near_poor, none, NULL for not known. split_on: when it was split off another household of the
# village, so that it counts from that day on.
declare(
    "household",
    6,
    ident("village_id"),
    text("code", PersonalData.BASIC),
    ident("head_id"),
    text("address", PersonalData.BASIC),
    word("poverty", PersonalData.SENSITIVE),
    Field("hardship", Kind.BOOL, PersonalData.SENSITIVE),
    whole("stated_size"),
    text("note", PersonalData.BASIC),
    day("left_on"),
    day("split_on"),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("village_id",),
)

# left_why, away_why: a code of `domain.leaving`. left_on: left for good, until somebody says that they came
# back; then gone_from and gone_until hold the days between. away_on: away for a time and still of the
# household; back_by is when they are expected.
declare(
    "person",
    7,
    ident("village_id"),
    ident("household_id"),
    text("full_name", PersonalData.BASIC),
    word("relation", PersonalData.BASIC),
    word("sex", PersonalData.BASIC),
    Field("birth", Kind.PARTIAL_DATE, PersonalData.BASIC),
    word("ethnicity", PersonalData.SENSITIVE),
    text("id_number", PersonalData.BASIC),
    word("id_kind", PersonalData.BASIC),
    text("phone", PersonalData.BASIC),
    text("more_phones", PersonalData.BASIC),  # separated by ";"
    text("note", PersonalData.BASIC),
    day("joined_on"),
    day("left_on"),
    word("left_why", PersonalData.BASIC),
    day("away_on"),
    word("away_why", PersonalData.BASIC),
    day("back_by"),
    day("gone_from"),
    day("gone_until"),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("household_id", "village_id"),
)

# how: seen, told, done_with_us, imported. held_on is the day on which it was so.
declare(
    "observation",
    8,
    ident("village_id"),
    word("subject"),
    ident("subject_id"),
    word("fact"),
    Field("value", Kind.BOOL, PersonalData.BASIC),
    day("held_on"),
    word("how"),
    ident("visit_id"),
    area="village_id",
    about_people=True,
    append_only=True,
    indexes=("subject_id", "visit_id"),
)

# The poverty class of a household from a day on (poor, near_poor, none; NULL for not known), by a decision.
# valid_from NULL: what stood before the first day that is known.
declare(
    "poverty_class",
    27,
    ident("village_id"),
    ident("household_id"),
    word("poverty", PersonalData.SENSITIVE),
    day("valid_from"),
    text("decision_no"),
    day("decided_on"),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("household_id", "village_id"),
)

# What somebody said of two records of one village; subject: person, household. verdict: one (shown_id is the
# record that shows), two, or open (taken back). first_id < second_id; the latest word on a pair counts.
declare(
    "duplicate",
    21,
    ident("village_id"),
    word("subject"),
    ident("first_id"),
    ident("second_id"),
    word("verdict"),
    ident("shown_id"),
    area="village_id",
    about_people=True,
    append_only=True,
    indexes=("first_id", "second_id"),
)

# What a merge (the `duplicate` of said_id) put another value in place of: subject and subject_id name the
# record, field what was changed; value stood there before, now since. Ids are hexadecimal.
declare(
    "earlier",
    29,
    ident("village_id"),
    ident("household_id"),
    ident("said_id"),
    word("subject"),
    ident("subject_id"),
    word("field"),
    text("value", PersonalData.SENSITIVE),
    text("now", PersonalData.SENSITIVE),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("said_id", "subject_id", "household_id"),
)

# That a doubt of `domain.quality` is right as it stands: the rule, the record, a digest of the values that it
# rests upon (`said`); with other values it comes up again.
declare(
    "settled",
    25,
    ident("village_id"),
    ident("household_id"),
    word("subject"),
    ident("subject_id"),
    word("rule"),
    Field("said", Kind.BYTES, PersonalData.BASIC),
    text("note", PersonalData.BASIC),
    day("on"),
    ident("by_id"),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("subject_id", "household_id"),
)
