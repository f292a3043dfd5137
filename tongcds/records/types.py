"""Every record type that syncs. Numbers are for ever; a field is added at the end and never changes meaning.

Units above the village and their events come from the province; `figure` and `conflict` are written by
replicas, not by people. Facts about people and households are observations, never columns to overwrite.
"""

from __future__ import annotations

from tongcds.records.declare import Field, Kind, PersonalData, declare

_BASIC = PersonalData.BASIC
_SENSITIVE = PersonalData.SENSITIVE


def _text(name: str, personal: PersonalData = PersonalData.NONE) -> Field:
    return Field(name, Kind.TEXT, personal)


def _word(name: str, personal: PersonalData = PersonalData.NONE) -> Field:
    return Field(name, Kind.WORD, personal)


def _id(name: str) -> Field:
    return Field(name, Kind.ID)


def _date(name: str, personal: PersonalData = PersonalData.NONE) -> Field:
    return Field(name, Kind.DATE, personal)


def _int(name: str, personal: PersonalData = PersonalData.NONE) -> Field:
    return Field(name, Kind.INT, personal)


# kind: province, district, commune, cluster. A cluster ("khu vực") holds its communes in member_ids: today
# "district" is a role over a set of communes, not a level.
UNIT = declare(
    "unit",
    1,
    _word("kind"),
    _text("code"),
    _text("name"),
    _word("unit_type"),
    _id("parent_id"),
    _date("valid_from"),
    _date("valid_to"),
    _text("source"),
    Field("member_ids", Kind.IDS),
    area="",
    indexes=("parent_id",),
)

# kind: merge, split, rename, move, create, dissolve.
UNIT_EVENT = declare(
    "unit_event",
    2,
    _id("unit_id"),
    _date("on"),
    _text("document"),
    _word("kind"),
    Field("from_ids", Kind.IDS),
    Field("to_ids", Kind.IDS),
    _text("share"),
    area="unit_id",
)

VILLAGE = declare(
    "village",
    3,
    _id("commune_id"),
    _text("code"),
    _text("name"),
    _word("village_type"),
    _date("valid_from"),
    _date("valid_to"),
    _word("old_commune_code"),
    _word("electricity"),
    _word("viettel_4g"),
    _word("vinaphone_4g"),
    _word("mobifone_4g"),
    _word("fibre"),
    area="",
    indexes=("commune_id",),
)

# unit_id: the village or commune that the team works for.
TEAM = declare(
    "team",
    4,
    _id("unit_id"),
    _text("name"),
    _word("level"),
    _text("decision_no"),
    _date("decided_on"),
    area="unit_id",
    indexes=("unit_id",),
)

# Whoever signs records: members of teams, staff of communes and areas.
MEMBER = declare(
    "member",
    5,
    _id("unit_id"),
    _id("team_id"),
    _text("full_name", _BASIC),
    _word("sex", _BASIC),
    _int("birth_year", _BASIC),
    _text("phone", _BASIC),
    _word("organisation", _BASIC),
    _word("role"),
    _date("joined_on"),
    _date("left_on"),
    _word("languages", _BASIC),
    area="unit_id",
    about_people=True,
    indexes=("unit_id",),
)

# poverty: poor, near_poor, none, NULL for not known.
HOUSEHOLD = declare(
    "household",
    6,
    _id("village_id"),
    _text("code", _BASIC),
    _id("head_id"),
    _text("address", _BASIC),
    _word("poverty", _SENSITIVE),
    Field("hardship", Kind.BOOL, _SENSITIVE),
    _int("stated_size"),
    _text("note", _BASIC),
    _date("left_on"),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("village_id",),
)

# left_why, away_why: a code of `domain.leaving`. left_on: left for good, until somebody says that they came
# back; then gone_from and gone_until hold the days between. away_on: away for a time and still of the
# household; back_by is when they are expected.
PERSON = declare(
    "person",
    7,
    _id("village_id"),
    _id("household_id"),
    _text("full_name", _BASIC),
    _word("relation", _BASIC),
    _word("sex", _BASIC),
    Field("birth", Kind.PARTIAL_DATE, _BASIC),
    _word("ethnicity", _SENSITIVE),
    _text("id_number", _BASIC),
    _word("id_kind", _BASIC),
    _text("phone", _BASIC),
    _text("more_phones", _BASIC),  # separated by ";"
    _text("note", _BASIC),
    _date("joined_on"),
    _date("left_on"),
    _word("left_why", _BASIC),
    _date("away_on"),
    _word("away_why", _BASIC),
    _date("back_by"),
    _date("gone_from"),
    _date("gone_until"),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("household_id", "village_id"),
)

# how: seen, told, done_with_us, imported. held_on is the day on which it was so.
OBSERVATION = declare(
    "observation",
    8,
    _id("village_id"),
    _word("subject"),
    _id("subject_id"),
    _word("fact"),
    Field("value", Kind.BOOL, _BASIC),
    _date("held_on"),
    _word("how"),
    _id("visit_id"),
    area="village_id",
    about_people=True,
    append_only=True,
    indexes=("subject_id", "visit_id"),
)

# withdrawn_why: a word of `domain.views.Withdrawal` once the visit counts no more; it stays readable.
# corrects_id: the withdrawn visit that this one stands in for. group_id: the first of the visits of one
# session for several households at once, which all of them name. metres: how far it was to come there.
VISIT = declare(
    "visit",
    9,
    _id("village_id"),
    _id("household_id"),
    _date("on"),
    _int("minutes"),
    _id("by_id"),
    _text("note", _BASIC),
    _word("withdrawn_why"),
    _id("corrects_id"),
    _id("group_id"),
    _int("metres"),
    area="village_id",
    about_people=True,
    erasable=True,
    # All that the last visit of a household takes, without a look at the visits.
    indexes=(("household_id", "on", "deleted", "withdrawn_why"),),
)

# result: alone, together, come_back, declined. person_ids is empty for a service of the whole household.
SUPPORT = declare(
    "support",
    10,
    _id("village_id"),
    _id("visit_id"),
    _word("service"),
    Field("person_ids", Kind.IDS, _BASIC),
    _word("result"),
    area="village_id",
    about_people=True,
    indexes=("visit_id",),
)

# state: open, done, cancelled. visit_id: the visit that promised it; closing_visit_id: the one that kept it.
FOLLOW_UP = declare(
    "follow_up",
    11,
    _id("village_id"),
    _id("household_id"),
    _id("visit_id"),
    _word("service"),
    Field("person_ids", Kind.IDS, _BASIC),
    _date("due_on"),
    _text("detail", _BASIC),
    _word("state"),
    _date("done_on"),
    _id("closing_visit_id"),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("household_id", "visit_id"),
)

# One figure of one unit at the end of one day, as the units above may see it; numbers are NULL when not known
# or hidden.
FIGURE = declare(
    "figure",
    12,
    _id("unit_id"),
    _word("indicator"),
    _date("on"),
    _int("numerator"),
    _int("denominator"),
    Field("hidden", Kind.BOOL),
    _word("definition"),
    _word("fingerprint"),
    area="unit_id",
    server_only=True,
    indexes=(("unit_id", "indicator"),),
)

# What `figure` says, by groups of people: `cells` as `reports.groups` packs them, nothing hidden among them.
# One a unit above the village, indicator and month; `on` as of `figure`.
FIGURE_GROUPS = declare(
    "figure_groups",
    37,
    _id("unit_id"),
    _word("indicator"),
    _date("on"),
    Field("cells", Kind.BYTES),
    _word("definition"),
    area="unit_id",
    server_only=True,
    indexes=(("unit_id", "indicator"),),
)

# The value that did not stand when two machines set the same field without knowing of each other, kept whole
# beside the one that did. resolved is set by whoever looked at it.
CONFLICT = declare(
    "conflict",
    13,
    _id("area_id"),
    _word("subject_type"),
    _id("subject_id"),
    _word("field"),
    Field("kept_value", Kind.BYTES, _SENSITIVE),
    _int("kept_stamp"),
    _int("kept_device"),
    _id("kept_author"),
    Field("other_value", Kind.BYTES, _SENSITIVE),
    _int("other_stamp"),
    _int("other_device"),
    _id("other_author"),
    Field("resolved", Kind.BOOL),
    area="area_id",
    about_people=True,
    indexes=("subject_id",),
)

# What the units above may know of a unit besides its figures; last_sync_at in milliseconds since 1970
# (UTC), of the team of the unit that synced last. teams_in_time are those that synced within a fortnight.
UNIT_STATUS = declare(
    "unit_status",
    14,
    _id("unit_id"),
    _int("teams"),
    _int("teams_in_time"),
    _int("households"),
    _int("last_sync_at"),
    area="unit_id",
    server_only=True,
    indexes=("unit_id",),
)

# A photo or a paper of a subject (household, person, visit). `hash` (32 bytes, domain.attachments) names what
# it holds, which travels by itself after the records; `size` in bytes. `name` is what its owner called it,
# for people to read and never the name of a file here.
ATTACHMENT = declare(
    "attachment",
    16,
    _id("village_id"),
    _word("subject"),
    _id("subject_id"),
    Field("hash", Kind.BYTES, _BASIC),
    _int("size"),
    _word("media_type"),
    _text("name", _BASIC),
    _date("taken_on"),
    _text("note", _BASIC),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("subject_id", "hash"),
)

# A laptop of a team or commune under one of its numbers (`known_as`), so that others of the commune can seal
# files to it and know what it signed. Ids of its records begin with `prefix`.
LAPTOP = declare(
    "laptop",
    15,
    _id("commune_id"),
    _id("unit_id"),
    _int("known_as"),
    _int("prefix"),
    Field("public_key", Kind.BYTES),
    _word("role"),
    _id("member_id"),
    Field("revoked", Kind.BOOL),
    area="commune_id",
    about_people=True,
    server_only=True,
    indexes=("commune_id",),
)

# What a person or a household agreed to, asked with the text of `text_version`. given and declined name the
# purposes of the catalogue, one by one, separated by ";"; kinds the sensitive data spoken of. way and
# withdrawn_way: how it was said. evidence is the number of a paper, never a picture.
CONSENT = declare(
    "consent",
    17,
    _id("village_id"),
    _id("household_id"),
    _word("subject"),
    _id("subject_id"),
    _word("text_version"),
    _word("given"),
    _word("declined"),
    _word("kinds"),
    _word("way"),
    _date("on"),
    _id("collector_id"),
    _text("place", _BASIC),
    _text("evidence", _BASIC),
    _date("expires_on"),
    _date("withdrawn_on"),
    _word("withdrawn_way"),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("subject_id", "household_id"),
)

# What somebody asked for under the law on personal data. state: open, done, declined.
PRIVACY_REQUEST = declare(
    "privacy_request",
    18,
    _id("village_id"),
    _id("household_id"),
    _id("subject_id"),
    _word("kind"),
    _text("who", _BASIC),
    _text("detail", _BASIC),
    _date("received_on"),
    _date("reply_by"),
    _date("due_on"),
    _date("replied_on"),
    _date("extended_to"),
    _word("state"),
    _date("done_on"),
    _text("answer", _BASIC),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("household_id",),
)

# One line of a computer's log of access, as others may see it: its place and hash in the log's chain, which
# anchors the lines that stay on the computer. The author is who did it. log names the chain.
AUDIT = declare(
    "audit",
    19,
    _id("unit_id"),
    _word("kind"),
    _date("on"),
    Field("log", Kind.BYTES),
    _int("sequence"),
    Field("head", Kind.BYTES),
    _int("households"),
    _int("amount"),
    _id("subject_id"),
    area="unit_id",
    about_people=True,
    append_only=True,
    indexes=("unit_id",),
)

# What somebody said of two records of one village; subject: person, household. verdict: one (shown_id is the
# record that shows), two, or open (taken back). first_id < second_id; the latest word on a pair counts.
DUPLICATE = declare(
    "duplicate",
    21,
    _id("village_id"),
    _word("subject"),
    _id("first_id"),
    _id("second_id"),
    _word("verdict"),
    _id("shown_id"),
    area="village_id",
    about_people=True,
    append_only=True,
    indexes=("first_id", "second_id"),
)

# A write that the server keeps aside until somebody decides: its dot, what it wanted, why not.
# said is MessagePack of its values, gone once it is decided. state: open, accepted, refused, withdrawn.
# decision (accept, refuse) is an officer's of the unit above, withdrawn the author's unit's; the rest is the
# server's.
QUARANTINED = declare(
    "quarantined",
    20,
    _id("area_id"),
    _int("origin_device"),
    _int("origin_n"),
    _word("subject_type"),
    _id("subject_id"),
    Field("said", Kind.BYTES, _SENSITIVE),
    _id("author_id"),
    _int("written"),
    _word("code"),
    _int("at"),
    _word("state"),
    _word("decision"),
    Field("withdrawn", Kind.BOOL),
    _id("decided_by"),
    _int("decided_at"),
    area="area_id",
    about_people=True,
    indexes=("subject_id",),
)

# A round from house to house in one village, planned for some days; closed_on once somebody said it is over.
ROUND = declare(
    "round",
    23,
    _id("village_id"),
    _text("name"),
    _date("begins_on"),
    _date("ends_on"),
    _date("closed_on"),
    area="village_id",
    about_people=True,
    indexes=("village_id",),
)

# A household of a round, in its place on the way. member_id: who is to go there, NULL for nobody yet.
# state: open, done, absent, declined; on is the day on which somebody ticked it off.
ROUND_STOP = declare(
    "round_stop",
    24,
    _id("village_id"),
    _id("round_id"),
    _id("household_id"),
    _id("member_id"),
    _int("place"),
    _word("state"),
    _date("on"),
    _text("note", _BASIC),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("round_id", "household_id"),
)

# That a doubt of `domain.quality` is right as it stands: the rule, the record, a digest of the values that it
# rests upon (`said`); with other values it comes up again.
SETTLED = declare(
    "settled",
    25,
    _id("village_id"),
    _id("household_id"),
    _word("subject"),
    _id("subject_id"),
    _word("rule"),
    Field("said", Kind.BYTES, _BASIC),
    _text("note", _BASIC),
    _date("on"),
    _id("by_id"),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("subject_id", "household_id"),
)

# What a commune tells its teams: unit_id is a village, or the commune itself for all of them. Whoever read it
# keeps that to themselves.
ANNOUNCEMENT = declare(
    "announcement",
    22,
    _id("unit_id"),
    _text("title"),
    _text("text"),
    _date("valid_from"),
    _date("valid_to"),
    _id("by_id"),
    area="unit_id",
    about_people=True,
    indexes=("unit_id",),
)

# How much the team of a village is asked to do from one day to another. kind and code say of what
# (`domain.quotas`); how much of it is done is counted from the log.
QUOTA = declare(
    "quota",
    26,
    _id("unit_id"),
    _word("kind"),
    _word("code"),
    _int("amount"),
    _date("since"),
    _date("until"),
    _text("note"),
    _id("by_id"),
    area="unit_id",
    about_people=True,
    indexes=("unit_id",),
)

# What a merge (the `duplicate` of said_id) put another value in place of: subject and subject_id name the
# record, field what was changed; value stood there before, now since. Ids are hexadecimal.
EARLIER = declare(
    "earlier",
    29,
    _id("village_id"),
    _id("household_id"),
    _id("said_id"),
    _word("subject"),
    _id("subject_id"),
    _word("field"),
    _text("value", _SENSITIVE),
    _text("now", _SENSITIVE),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("said_id", "subject_id", "household_id"),
)

# The poverty class of a household from a day on (poor, near_poor, none; NULL for not known), by a decision.
# valid_from NULL: what stood before the first day that is known.
POVERTY_CLASS = declare(
    "poverty_class",
    27,
    _id("village_id"),
    _id("household_id"),
    _word("poverty", _SENSITIVE),
    _date("valid_from"),
    _text("decision_no"),
    _date("decided_on"),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("household_id", "village_id"),
)

# What a unit set out to reach by the last of some days. comparator as in the catalogue (>=, <=, =, ~, by);
# value is a decimal number as text in the measure, NULL for a milestone. document_no, dated, issuer and
# wording are the document's; seed names the target of the catalogue that it was taken from. ended_on: no
# longer pursued from that day on.
TARGET = declare(
    "target",
    30,
    _id("unit_id"),
    _word("indicator"),
    _word("comparator"),
    _word("value"),
    _word("measure"),
    _date("first"),
    _date("last"),
    _text("document_no"),
    _date("dated"),
    _text("issuer"),
    _text("wording"),
    _text("note"),
    _word("seed"),
    _date("ended_on"),
    _id("by_id"),
    area="unit_id",
    indexes=("unit_id",),
)

# A figure that nobody here can count, typed in from a source; of one unit, indicator and period the latest
# says what holds, those before are its history. numerator and denominator are decimal numbers as text; a rank
# has the number of those ranked as its denominator. The author is who typed it.
TYPED_FIGURE = declare(
    "typed_figure",
    31,
    _id("unit_id"),
    _word("indicator"),
    _date("first"),
    _date("last"),
    _word("numerator"),
    _word("denominator"),
    _word("measure"),
    _text("source"),
    _text("document_no"),
    _date("dated"),
    _text("note"),
    _date("typed_on"),
    area="unit_id",
    append_only=True,
    indexes=("unit_id",),
)

# A report as it was handed up; nothing of it is ever changed, a correction is the next report (corrects_id).
# kind is a code of `domain.report_types`; unit and addressee are their names at the time, addressee_id is who
# decides on it today (NULL: nobody who has this program). content is packed (`storage.reports`), NULL where
# only those who hold registers may read it: then it is the `report_content`'s.
REPORT = declare(
    "report",
    32,
    _id("unit_id"),
    _text("unit"),
    _word("kind"),
    _date("first"),
    _date("last"),
    _id("addressee_id"),
    _text("addressee"),
    _date("due_on"),
    _date("handed_on"),
    _id("corrects_id"),
    _id("by_id"),
    Field("content", Kind.BYTES),
    area="unit_id",
    append_only=True,
    indexes=(("unit_id", "last"),),
)

# What a team's report says: exact figures, and words that may name people.
REPORT_CONTENT = declare(
    "report_content",
    33,
    _id("unit_id"),
    _id("report_id"),
    Field("content", Kind.BYTES, _BASIC),
    area="unit_id",
    about_people=True,
    append_only=True,
    indexes=("report_id",),
)

# One step of a report (subject_id) on its way: received, returned, accepted are the addressee's word,
# withdrawn the sender's. after: the last steps that whoever took this one had seen, so that two who decide
# without knowing of each other are both heard.
REPORT_STEP = declare(
    "report_step",
    34,
    _id("unit_id"),
    _id("subject_id"),
    _word("word"),
    _text("reason"),
    _date("on"),
    Field("after", Kind.IDS),
    _id("by_id"),
    area="unit_id",
    append_only=True,
    indexes=("subject_id",),
)

# Something that hinders the work of a unit, told so that nobody is named in it: units above read it too.
# kind is a code of `domain.difficulties`; place says where, in words.
DIFFICULTY = declare(
    "difficulty",
    35,
    _id("unit_id"),
    _text("unit"),
    _word("kind"),
    _text("text"),
    _text("place"),
    _text("cause"),
    _text("done"),
    _text("proposal"),
    _date("on"),
    _id("by_id"),
    area="unit_id",
    indexes=("unit_id",),
)

# What became of a difficulty (subject_id): passed on to a unit (to_id) that has to answer by a day, answered,
# closed, opened again, joined with another one (other_id) that says the same, or parted from it. after as in
# `report_step`.
DIFFICULTY_STEP = declare(
    "difficulty_step",
    36,
    _id("unit_id"),
    _id("subject_id"),
    _word("word"),
    _text("text"),
    _id("to_id"),
    _text("to"),
    _date("due_on"),
    _id("other_id"),
    _date("on"),
    _id("from_id"),
    _text("from_unit"),
    Field("after", Kind.IDS),
    _id("by_id"),
    area="unit_id",
    append_only=True,
    indexes=("subject_id",),
)
