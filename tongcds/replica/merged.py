"""Which records are one and the same person, read from what people said of pairs (record type `duplicate`).

Nothing is moved when two records turn out to be one person: somebody says so, and reading follows. The latest
word on a pair counts; pairs that are one make groups, however long the chain; the latest word in a group
names the record that shows. All of this depends on the words alone, so every replica finds the same, in
whatever order they came (docs/decisions/019).
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import CTE, func, select, union_all

from tongcds.records import record_type

ONE, TWO, OPEN = "one", "two", "open"
"""Verdicts: one person, two people, and neither: taken back."""

_SAID = record_type("duplicate").table.c
_PERSON = record_type("person").table


@cache
def merged_people() -> CTE:
    """Records of people that do not show (`id`), each with the one that stands for it (`survivor`).

    Only records of one village are one, as the word on them says: whoever holds a village finds the same
    there as the server, whatever else they hold. A record that was removed or erased stands for nobody.
    Always the same object, so that a statement may use it several times.
    """
    said = select(
        _SAID.village_id, _SAID.first_id, _SAID.second_id, _SAID.shown_id, _SAID.verdict,
        _SAID.stamp, _SAID.device, _SAID.n,
        func.row_number()
        .over(
            partition_by=(_SAID.village_id, _SAID.first_id, _SAID.second_id),
            order_by=(_SAID.stamp.desc(), _SAID.device.desc(), _SAID.n.desc()),
        )
        .label("place"),
    ).where(_SAID.deleted == 0, _SAID.subject == "person").subquery("said")  # fmt: skip
    first, second = _PERSON.alias("first_person"), _PERSON.alias("second_person")
    pairs = (
        select(said)
        .join(first, first.c.id == said.c.first_id)
        .join(second, second.c.id == said.c.second_id)
        .where(
            said.c.place == 1,
            said.c.verdict == ONE,
            said.c.first_id != said.c.second_id,
            said.c.shown_id.in_([said.c.first_id, said.c.second_id]),
            *(
                condition
                for person in (first, second)
                for condition in (
                    person.c.village_id == said.c.village_id,
                    person.c.deleted == 0,
                    person.c.erased.is_(None),
                )
            ),
        )
        .cte("pairs")
    )
    word = pairs.c.shown_id, pairs.c.stamp, pairs.c.device, pairs.c.n
    edges = union_all(
        select(pairs.c.first_id.label("one"), pairs.c.second_id.label("other"), *word),
        select(pairs.c.second_id.label("one"), pairs.c.first_id.label("other"), *word),
    ).cte("edges")
    reach = select(edges.c.one.label("id"), edges.c.other).cte("reach", recursive=True)
    reach = reach.union(select(reach.c.id, edges.c.other).join(edges, edges.c.one == reach.c.other))
    newest = (
        func.row_number()
        .over(
            partition_by=reach.c.id,
            order_by=(edges.c.stamp.desc(), edges.c.device.desc(), edges.c.n.desc()),
        )
        .label("place")
    )
    group = select(reach.c.id, edges.c.shown_id.label("survivor"), newest).join(
        edges, edges.c.one == reach.c.other
    )
    whole = group.subquery("whole")
    return (
        select(whole.c.id, whole.c.survivor)
        .where(whole.c.place == 1, whole.c.id != whole.c.survivor)
        .cte("merged")
    )
