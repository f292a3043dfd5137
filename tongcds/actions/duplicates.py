"""Saying of two records that they are one person, or two, and taking that back.

Nothing is moved and nothing is written over: what was said is a record of its own, and reading follows it
(`replica.merged`), so that taking back is complete at any time.
"""

from __future__ import annotations

from tongcds.actions.core import Changes, Core
from tongcds.domain.views.duplicates import Compared, Pair
from tongcds.errors import UserError
from tongcds.replica.merged import ONE, OPEN, TWO
from tongcds.storage import duplicates
from tongcds.storage.duplicates import compared

__all__ = ["Compared", "compared", "keep_apart", "likely", "merge", "settled", "take_back", "unite"]


def likely(core: Core) -> tuple[Pair, ...]:
    """Pairs that may be one person and of which nobody has said anything yet."""
    with core.vault.read() as connection:
        return duplicates.likely(connection, core.today)


def settled(core: Core) -> tuple[Pair, ...]:
    """Pairs of which somebody said something."""
    with core.vault.read() as connection:
        return duplicates.settled(connection)


def merge(core: Core, shown: bytes, other: bytes) -> Changes:
    """These two records are one person, and `shown` is the one to show; the other stays as it is, whole.

    Raises:
        UserError: pair_unknown, head_hidden.
    """
    with core.vault.read() as connection:
        if duplicates.is_head(connection, other):
            raise UserError("head_hidden")
    return _say(core, shown, other, ONE, shown)


def unite(core: Core, pair: Pair) -> Changes:
    """The two are one person; whoever heads a household shows, otherwise the record that says more.

    Raises:
        UserError: pair_unknown, head_hidden (each of them heads a household).
    """
    first, second = pair.first, pair.second
    with core.vault.read() as connection:
        leads = [duplicates.is_head(connection, side.person_id) for side in (first, second)]
    if (leads[1], len(second.values)) > (leads[0], len(first.values)):
        first, second = second, first
    return merge(core, first.person_id, second.person_id)


def keep_apart(core: Core, first: bytes, second: bytes) -> Changes:
    """These are two people; the pair is not offered again.

    Raises:
        UserError: pair_unknown.
    """
    return _say(core, first, second, TWO, None)


def take_back(core: Core, first: bytes, second: bytes) -> Changes:
    """Whatever was said of the pair holds no longer; both records show as they did before.

    Raises:
        UserError: pair_unknown.
    """
    return _say(core, first, second, OPEN, None)


def _say(core: Core, one: bytes, other: bytes, verdict: str, shown: bytes | None) -> Changes:
    first, second = sorted((one, other))
    with core.vault.change(core.author()) as change:
        village = duplicates.village_of_pair(change.connection, first, second)
        if village is None:
            raise UserError("pair_unknown")
        change.writer.create(
            "duplicate",
            village_id=village,
            subject="person",
            first_id=first,
            second_id=second,
            verdict=verdict,
            shown_id=shown,
        )
    return Changes.of("duplicate", "person", "household")
