"""How far villages are from their targets: what makes one reason for a visit weigh more than another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Connection

from tongcds.domain.needs import Shortfall, load_reasons
from tongcds.reports import units
from tongcds.reports.figures import stock
from tongcds.reports.overview import target_share


def shortfalls(
    connection: Connection, village_ids: Sequence[bytes], on: date
) -> Mapping[bytes, Mapping[str, Shortfall]]:
    """By village, and by the code of the reason: the targets that are not reached.

    A target that is reached, or that nobody set, or a figure of which nothing is known, is left out.
    """
    communes = units.communes_of_villages(connection, village_ids)
    province = units.province_before(connection, communes)
    targets = {reason: target_share(reason.indicator, province, on) for reason in load_reasons()}
    wanted = {reason: target for reason, target in targets.items() if target is not None}
    counts = stock(connection, [reason.indicator for reason in wanted], village_ids, on) if wanted else {}
    found: dict[bytes, dict[str, Shortfall]] = {village: {} for village in village_ids}
    for (village, indicator), count in counts.items():
        if count.numerator is None or not count.denominator:
            continue
        share = count.numerator / count.denominator
        for reason, target in wanted.items():
            if reason.indicator == indicator and share < target:
                found[village][reason.code] = Shortfall(share, target)
    return found
