"""What people agreed to and asked for, and who looked at them."""

from __future__ import annotations

from tongcds.records.declare import Field, Kind, PersonalData, declare
from tongcds.records.fields import day, ident, text, whole, word

# What a person or a household agreed to, asked with the text of `text_version`. given and declined name the
# purposes of the catalogue, one by one, separated by ";"; kinds the sensitive data spoken of. way and
# withdrawn_way: how it was said. evidence is the number of a paper, never a picture.
declare(
    "consent",
    17,
    ident("village_id"),
    ident("household_id"),
    word("subject"),
    ident("subject_id"),
    word("text_version"),
    word("given"),
    word("declined"),
    word("kinds"),
    word("way"),
    day("on"),
    ident("collector_id"),
    text("place", PersonalData.BASIC),
    text("evidence", PersonalData.BASIC),
    day("expires_on"),
    day("withdrawn_on"),
    word("withdrawn_way"),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("subject_id", "household_id"),
)

# What somebody asked for under the law on personal data. state: open, done, declined.
declare(
    "privacy_request",
    18,
    ident("village_id"),
    ident("household_id"),
    ident("subject_id"),
    word("kind"),
    text("who", PersonalData.BASIC),
    text("detail", PersonalData.BASIC),
    day("received_on"),
    day("reply_by"),
    day("due_on"),
    day("replied_on"),
    day("extended_to"),
    word("state"),
    day("done_on"),
    text("answer", PersonalData.BASIC),
    area="village_id",
    about_people=True,
    erasable=True,
    indexes=("household_id",),
)

# One line of a computer's log of access, as others may see it: its place and hash in the log's chain, which
# anchors the lines that stay on the computer. The author is who did it. log names the chain.
declare(
    "audit",
    19,
    ident("unit_id"),
    word("kind"),
    day("on"),
    Field("log", Kind.BYTES),
    whole("sequence"),
    Field("head", Kind.BYTES),
    whole("households"),
    whole("amount"),
    ident("subject_id"),
    area="unit_id",
    about_people=True,
    append_only=True,
    indexes=("unit_id",),
)
