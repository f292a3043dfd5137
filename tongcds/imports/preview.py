"""Turns an import plan into what the screen shows, with the sentence for each reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from tongcds.domain.ethnicity import ethnicity_name
from tongcds.domain.identity import format_phone, mask_citizen_id, mask_phone
from tongcds.domain.views import ImportColumn, ImportPreview, ImportPreviewRow
from tongcds.i18n import N_, _
from tongcds.imports.changes import Change, Reason
from tongcds.imports.encodings import readings
from tongcds.imports.findings import Weight, finding_sentence, shortened
from tongcds.imports.plan import ImportPlan, PlannedRow, State
from tongcds.imports.register import Register

REASONS: Final[dict[str, str]] = {
    "like_existing": N_("Like {name} of {household} (same number, or same name, birth and village)"),
    "name_differs": N_("The personal number belongs to {name} in this vault: the name stays"),
    "code_differs": N_("This household has the code {code} in this vault: the code stays"),
    "poverty_not_marked": N_("Not marked as poor in the file: the class in this vault stays"),
    "village_differs": N_("The file names another village ({village}): the household stays where it is"),
    "village_unknown": N_("There is no village {village} here yet: left out"),
    "skipped_column_numbers": N_("Row of column numbers"),
    "skipped_header": N_("Heading repeated"),
    "skipped_subtotal": N_("Subtotal row"),
    "skipped_total": N_("Total row"),
    "skipped_signature": N_("Signature block"),
}
"""For each code of a reason what to tell the person."""

FIELDS: Final[dict[str, str]] = {
    "full_name": N_("Full name"),
    "relation": N_("Relation to the head"),
    "sex": N_("Sex"),
    "birth": N_("Birth"),
    "ethnicity": N_("Ethnic group"),
    "id_number": N_("Personal number"),
    "phone": N_("Phone"),
    "more_phones": N_("Other phones"),
    "note": N_("Note"),
    "village_id": N_("Village"),
    "code": N_("Household code"),
    "head_id": N_("Head of household"),
    "address": N_("Address"),
    "poverty": N_("Poverty class"),
    "hardship": N_("Hardship"),
    "stated_size": N_("Stated number of people"),
}
"""What the fields that an import writes are called."""

_WORDS: Final[Mapping[str, str]] = {
    "male": N_("Male"),
    "female": N_("Female"),
    "poor": N_("Poor household"),
    "near_poor": N_("Near-poor household"),
    "none": N_("Not poor"),
}
_URGENCY: Final = {
    State.WRONG: 0,
    State.DOUBTFUL: 1,
    State.CHANGED: 2,
    State.SKIPPED: 3,
    State.NEW: 4,
    State.SAME: 5,
}


def preview(register: Register, plan: ImportPlan, *, file_name: str) -> ImportPreview:
    """Return what the screen shows of a plan: every row, those with problems first."""
    shown = sorted(range(len(plan.rows)), key=lambda place: (_URGENCY[plan.rows[place].state], place))
    return ImportPreview(
        file_name=file_name,
        about=_about(register),
        households_new=plan.households_new,
        households_changed=plan.households_changed,
        households_same=plan.households_same,
        rows_doubtful=plan.rows_doubtful,
        rows_wrong=plan.rows_wrong,
        rows_skipped=plan.rows_skipped,
        households_to_write=plan.households_to_write,
        people_to_write=plan.people_to_write,
        columns=tuple(
            ImportColumn(
                sheet.name,
                column.letter,
                column.heading,
                "" if column.field is None else column.field,
                column.samples,
                column.readings,
                column.encoding,
            )
            for sheet in register.sheets
            for column in sheet.columns
        ),
        rows=tuple(_row(plan.rows[place]) for place in shown),
        villages_missing=plan.villages_missing,
        encodings=readings(register),
        poverty_changes=len(plan.poverty_changes),
    )


def _about(register: Register) -> str:
    """Return the sheets that were read, and whether old fonts were met."""
    read = [sheet for sheet in register.sheets if not sheet.reason]
    parts = [_("sheet “{name}”").format(name=shortened(sheet.name)) for sheet in read]
    fonts = {family for sheet in read for family in sheet.legacy_fonts}
    if "tcvn3" in fonts:
        parts.append(_("font .VnTime, turned into Unicode"))
    if "vni" in fonts:
        parts.append(_("font VNI, turned into Unicode"))
    return " · ".join(parts)


def _row(row: PlannedRow) -> ImportPreviewRow:
    return ImportPreviewRow(
        sheet=row.sheet,
        row=row.row,
        in_file=shortened(row.in_file),
        will_write=shortened(row.will_write),
        state=row.state.value,
        why="; ".join(why(row)),
    )


def why(row: PlannedRow) -> list[str]:
    """Return the sentences that say why a row has its state, the weightiest first."""
    checks = [finding_sentence(f) for f in row.findings if f.weight is Weight.CHECK]
    infos = [finding_sentence(f) for f in row.findings if f.weight is Weight.INFO]
    return [*map(_reason, row.reasons), *checks, *map(_change, _told(row.changes)), *infos]


def _told(changes: tuple[Change, ...]) -> list[Change]:
    return [
        change
        for change in changes
        if change.field in FIELDS and change.field not in {"head_id", "village_id"}
    ]


def _reason(reason: Reason) -> str:
    return _(REASONS[reason.code]).format(**{name: shortened(text) for name, text in reason.params.items()})


def _change(change: Change) -> str:
    name, new = _(FIELDS[change.field]), _value(change.field, change.new)
    if change.old in (None, "", [], ()):
        return _("Adds {field}: {new}").format(field=name, new=new)
    old = _value(change.field, change.old, write_phone=mask_phone)
    return _("{field}: {old} → {new}").format(field=name, old=old, new=new)


def _value(field: str, value: object, *, write_phone: Callable[[str], str] = format_phone) -> str:
    """What a file says is lying there in full anyway; what the register says is masked."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list | tuple):
        return ", ".join(write_phone(str(item)) for item in value)
    text = str(value)
    if field == "phone":
        return write_phone(text)
    if field == "id_number":
        return mask_citizen_id(text)
    if field == "ethnicity":
        return ethnicity_name(text)
    return _(_WORDS[text]) if field in {"sex", "poverty"} and text in _WORDS else shortened(text)
