"""Figures and targets. `figure` and `figure_groups` are written by the server, not by people."""

from __future__ import annotations

from tongcds.records.declare import Field, Kind, declare
from tongcds.records.fields import day, ident, text, whole, word

# One figure of one unit at the end of one day, as the units above may see it; numbers are NULL when not known
# or hidden.
declare(
    "figure",
    12,
    ident("unit_id"),
    word("indicator"),
    day("on"),
    whole("numerator"),
    whole("denominator"),
    Field("hidden", Kind.BOOL),
    word("definition"),
    word("fingerprint"),
    area="unit_id",
    server_only=True,
    indexes=(("unit_id", "indicator"),),
)

# What `figure` says, by groups of people: `cells` as `reports.groups` packs them, nothing hidden among them.
# One a unit above the village, indicator and month; `on` as of `figure`.
declare(
    "figure_groups",
    37,
    ident("unit_id"),
    word("indicator"),
    day("on"),
    Field("cells", Kind.BYTES),
    word("definition"),
    area="unit_id",
    server_only=True,
    indexes=(("unit_id", "indicator"),),
)

# What a unit set out to reach by the last of some days. comparator as in the catalogue (>=, <=, =, ~, by);
# value is a decimal number as text in the measure, NULL for a milestone. document_no, dated, issuer and
# wording are the document's; seed names the target of the catalogue that it was taken from. ended_on: no
# longer pursued from that day on. proposal_id and proposal: the accepted proposal that made it what it is,
# and that in words for those who cannot read it.
declare(
    "target",
    30,
    ident("unit_id"),
    word("indicator"),
    word("comparator"),
    word("value"),
    word("measure"),
    day("first"),
    day("last"),
    text("document_no"),
    day("dated"),
    text("issuer"),
    text("wording"),
    text("note"),
    word("seed"),
    day("ended_on"),
    ident("proposal_id"),
    text("proposal"),
    ident("by_id"),
    area="unit_id",
    indexes=("unit_id",),
)

# A figure that nobody here can count, typed in from a source; of one unit, indicator and period the latest
# says what holds, those before are its history. numerator and denominator are decimal numbers as text; a rank
# has the number of those ranked as its denominator. The author is who typed it.
declare(
    "typed_figure",
    31,
    ident("unit_id"),
    word("indicator"),
    day("first"),
    day("last"),
    word("numerator"),
    word("denominator"),
    word("measure"),
    text("source"),
    text("document_no"),
    day("dated"),
    text("note"),
    day("typed_on"),
    area="unit_id",
    append_only=True,
    indexes=("unit_id",),
)
