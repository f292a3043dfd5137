"""Own changes that the server kept aside: seeing them, taking them back, or writing them once more.

A change ends here or at an officer's (`actions.quarantine`), whichever comes first; either way it leaves the
list of what came back.
"""

from __future__ import annotations

from collections.abc import Mapping

from tongcds.actions.core import Changes, Core
from tongcds.domain.identity import read_id_number
from tongcds.domain.views import ReturnedRow
from tongcds.errors import UserError
from tongcds.forms.one_field import read_field
from tongcds.records import Value
from tongcds.records.declare import DELETED
from tongcds.replica import settle_own
from tongcds.storage import aside
from tongcds.storage.vault import Change

__all__ = ["mend_returned", "returned", "withdraw_returned"]


def returned(core: Core) -> tuple[ReturnedRow, ...]:
    """What came back and is not settled, the latest first; at most 200.

    Each row says what the record is called, what stands in each field now and what was wanted, why the server
    kept it aside, when it was written and by whom. `gone` rows are of records that left the register with
    the refusal; mending puts them back.
    """
    with core.vault.read() as connection:
        return aside.returned(connection)


def withdraw_returned(core: Core, n: int) -> Changes:
    """Take the change with this number back: nobody needs to decide about it any more.

    What the register shows stays as it is. The change itself stays in the log, and the officer hears of it at
    the next exchange.

    Raises:
        UserError: `returned_unknown` when it is not among what came back, or was settled meanwhile.
    """
    with core.vault.change(core.author()) as change:
        _found(change, n)
        _settle(change, n)
    return Changes.of("quarantined")


def mend_returned(core: Core, n: int, values: Mapping[str, str]) -> Changes:
    """Write the change with this number once more, with other values; the first one is settled by it.

    `values` holds what a person typed, by field; fields that it does not name keep what was wanted. A record
    that left the register with the refusal comes back under the same id, so that whatever points to it fits.

    Raises:
        UserError: `returned_unknown` as above; `returned_not_mendable` for a removal, for a record that
            somebody else made and that is gone, and for an observation that is there; otherwise as
            `forms.one_field.read_field`. Nothing is changed then.
    """
    with core.vault.change(core.author()) as change:
        found = _found(change, n)
        record, write = found.record, found.write
        if not aside.can_be_mended(found):
            raise UserError("returned_not_mendable")
        wanted: dict[str, Value] = {k: v for k, v in write.values.items() if k != DELETED}
        for field, words in values.items():
            wanted[field] = read_field(record, field, words, core.today)
            if field == "id_number" and words:
                wanted["id_kind"] = read_id_number(words).kind
        wanted = {k: v for k, v in wanted.items() if k in record.kinds}
        if found.gone:
            change.writer.recreate(record.name, write.id, write.stamp, wanted)
        else:
            change.writer.update(record.name, write.id, **wanted)
        _settle(change, n)
    return Changes.of(record.name, "quarantined")


def _found(change: Change, n: int) -> aside.Returned:
    found = aside.returned_write(change.connection, n)
    if found is None:
        raise UserError("returned_unknown")
    return found


def _settle(change: Change, n: int) -> None:
    """Here, and where others see it."""
    seen_as = aside.record_of(change.connection, n)
    if seen_as is not None:
        change.writer.update("quarantined", seen_as, withdrawn=1)
    settle_own(change.connection, n)
