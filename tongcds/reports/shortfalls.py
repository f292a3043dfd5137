"""How far villages are from their targets: what makes one reason for a visit weigh more than another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Connection

from tongcds.domain.needs import Shortfall, load_reasons
from tongcds.reports.aims import aims_of
from tongcds.reports.figures import stock


def shortfalls(
    connection: Connection, village_ids: Sequence[bytes], on: date
) -> Mapping[bytes, Mapping[str, Shortfall]]:
    """By village, and by the code of the reason: the targets that are not reached.

    A target that is reached, or that nobody set, or a figure of which nothing is known, is left out.
    """
    aims = aims_of(connection, village_ids, on)
    wanted = [
        reason
        for reason in load_reasons()
        if any(aims.share(village, reason.indicator) is not None for village in village_ids)
    ]
    counts = stock(connection, [reason.indicator for reason in wanted], village_ids, on) if wanted else {}
    found: dict[bytes, dict[str, Shortfall]] = {village: {} for village in village_ids}
    for (village, indicator), count in counts.items():
        if count.numerator is None or not count.denominator:
            continue
        share = count.numerator / count.denominator
        for reason in wanted:
            target = aims.share(village, indicator)
            if reason.indicator == indicator and target is not None and share < target:
                found[village][reason.code] = Shortfall(share, target)
    return found
