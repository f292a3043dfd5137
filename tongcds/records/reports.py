"""Reports that are handed up, difficulties, and the steps of both."""

from __future__ import annotations

from tongcds.records.declare import Field, Kind, PersonalData, declare
from tongcds.records.fields import day, ident, text, word

# A report as it was handed up; nothing of it is ever changed, a correction is the next report (corrects_id).
# kind is a code of `domain.report_types`; unit and addressee are their names at the time, addressee_id is who
# decides on it today (NULL: nobody who has this program). content is packed (`storage.reports`), NULL where
# only those who hold registers may read it: then it is the `report_content`'s.
declare(
    "report",
    32,
    ident("unit_id"),
    text("unit"),
    word("kind"),
    day("first"),
    day("last"),
    ident("addressee_id"),
    text("addressee"),
    day("due_on"),
    day("handed_on"),
    ident("corrects_id"),
    ident("by_id"),
    Field("content", Kind.BYTES),
    area="unit_id",
    append_only=True,
    indexes=(("unit_id", "last"),),
)

# What a team's report says: exact figures, and words that may name people.
declare(
    "report_content",
    33,
    ident("unit_id"),
    ident("report_id"),
    Field("content", Kind.BYTES, PersonalData.BASIC),
    area="unit_id",
    about_people=True,
    append_only=True,
    indexes=("report_id",),
)

# What a unit asks of whoever set a target (target_id), or stands above: another value, another last day. was
# and was_last are what stood when it was asked. Never changed; what becomes of it are steps, as of a report.
declare(
    "target_proposal",
    38,
    ident("unit_id"),
    text("unit"),
    ident("target_id"),
    word("indicator"),
    ident("addressee_id"),
    text("addressee"),
    word("was"),
    day("was_last"),
    word("value"),
    day("last"),
    text("reason"),
    text("basis"),
    day("on"),
    ident("by_id"),
    area="unit_id",
    append_only=True,
    indexes=("unit_id",),
)

# One step of a report or proposal (subject_id) on its way: received, returned, accepted and, of a proposal,
# refused are the addressee's word, withdrawn the sender's. after: the last steps that whoever took this one
# had seen, so that two who decide without knowing of each other are both heard.
declare(
    "report_step",
    34,
    ident("unit_id"),
    ident("subject_id"),
    word("word"),
    text("reason"),
    day("on"),
    Field("after", Kind.IDS),
    ident("by_id"),
    area="unit_id",
    append_only=True,
    indexes=("subject_id",),
)

# Something that hinders the work of a unit, told so that nobody is named in it: units above read it too.
# kind is a code of `domain.difficulties`; place says where, in words.
declare(
    "difficulty",
    35,
    ident("unit_id"),
    text("unit"),
    word("kind"),
    text("text"),
    text("place"),
    text("cause"),
    text("done"),
    text("proposal"),
    day("on"),
    ident("by_id"),
    area="unit_id",
    indexes=("unit_id",),
)

# What became of a difficulty (subject_id): passed on to a unit (to_id) that has to answer by a day, answered,
# closed, opened again, joined with another one (other_id) that says the same, or parted from it. after as in
# `report_step`.
declare(
    "difficulty_step",
    36,
    ident("unit_id"),
    ident("subject_id"),
    word("word"),
    text("text"),
    ident("to_id"),
    text("to"),
    day("due_on"),
    ident("other_id"),
    day("on"),
    ident("from_id"),
    text("from_unit"),
    Field("after", Kind.IDS),
    ident("by_id"),
    area="unit_id",
    append_only=True,
    indexes=("subject_id",),
)

# A thematic or urgent report that a unit asks those of the level below for: asked are their ids, NULL for
# all. indicators are codes, separated by ";"; a report that answers names it in its kind
# (`domain.report_requests`). Read below, about nobody.
declare(
    "report_request",
    41,
    ident("unit_id"),
    text("unit"),
    word("sort"),
    text("title"),
    text("text"),
    word("level"),
    Field("asked", Kind.IDS),
    text("indicators"),
    day("first"),
    day("last"),
    day("due_on"),
    day("on"),
    ident("by_id"),
    area="unit_id",
    indexes=("unit_id",),
)
