"""Training: sessions, who came, what they could do before and after, and how they liked it."""

from __future__ import annotations

from tongcds.records.declare import Field, Kind, PersonalData, declare
from tongcds.records.fields import day, ident, text, whole, word

# A session as it is announced: nothing in it is about those who come, and units above read it. course is a
# code of `domain.training`, skills those taught in it, separated by ";"; starts_at in minutes after midnight;
# trainers are names, separated by ";". village_ids: whose people it is for. state: planned, held, cancelled;
# moved_from is the day that it was postponed from, reason why, or why it was called off.
declare(
    "training",
    43,
    ident("unit_id"),
    text("title"),
    word("course"),
    word("skills"),
    word("audience"),
    day("on"),
    whole("starts_at"),
    whole("minutes"),
    text("place"),
    text("trainers"),
    whole("capacity"),
    text("note"),
    Field("village_ids", Kind.IDS),
    word("state"),
    day("moved_from"),
    text("reason"),
    ident("by_id"),
    area="unit_id",
    indexes=("unit_id", "on"),
)

# That somebody was invited to a session, or was there. Several laptops may each have one for the same person:
# who it is says subject_id, a person's id or `domain.training.guest_id`, and whoever one of them says was
# there was there. name, birth_year and home (a village in words) are given for those of no register alone;
# for a trainer, who reads no register, the server fills in name, year and household (`replica.trainees`),
# and no laptop ever writes household_id.
declare(
    "attendance",
    44,
    ident("village_id"),
    ident("training_id"),
    ident("subject_id"),
    text("name", PersonalData.BASIC),
    whole("birth_year", PersonalData.BASIC),
    text("home", PersonalData.BASIC),
    Field("invited", Kind.BOOL),
    Field("here", Kind.BOOL),
    day("on"),
    ident("by_id"),
    ident("household_id"),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("training_id", "subject_id"),
)

# What somebody could do: skill by its code, phase (before, after, later) and result (alone, helped, cannot)
# as in `domain.training`; of one person, skill and phase the latest says what holds. observed: the
# observations that follow from it.
declare(
    "skill_check",
    45,
    ident("village_id"),
    ident("training_id"),
    ident("subject_id"),
    word("skill"),
    word("phase"),
    word("result", PersonalData.BASIC),
    day("on"),
    Field("observed", Kind.IDS),
    area="village_id",
    about_people=True,
    append_only=True,
    indexes=("training_id", "subject_id"),
)

# Slips on which people said how they liked a session, counted by whoever had them in hand; all add up.
declare(
    "training_rating",
    46,
    ident("unit_id"),
    ident("training_id"),
    whole("good"),
    whole("fair"),
    whole("poor"),
    area="unit_id",
    append_only=True,
    indexes=("training_id",),
)
