"""Stored values as words, for the lists that name them: fields, results, reasons, and whom a support was for.

Words of the screens themselves are the window's; names of services and facts are the catalogue's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

from tongcds.domain.catalogue import load_services
from tongcds.domain.identity import mask_citizen_id, mask_phone
from tongcds.domain.views import Result, Withdrawal
from tongcds.i18n import N_, _, format_date, language
from tongcds.records import Value
from tongcds.records.declare import Kind

_ID_BYTES: Final = 16
_FEW: Final = 2

_FIELDS: Final[Mapping[str, str]] = {
    "address": N_("address"),
    "birth": N_("date of birth"),
    "code": N_("household code"),
    "deleted": N_("removed or kept"),
    "detail": N_("what was agreed"),
    "done_on": N_("day done"),
    "due_on": N_("day agreed"),
    "ethnicity": N_("ethnic group"),
    "full_name": N_("full name"),
    "hardship": N_("in hardship"),
    "head_id": N_("head of the household"),
    "household_id": N_("household"),
    "id_kind": N_("kind of paper"),
    "id_number": N_("personal number"),
    "away_on": N_("day since when away"),
    "away_why": N_("reason for being away"),
    "back_by": N_("day expected back"),
    "gone_from": N_("day of leaving before"),
    "gone_until": N_("day of coming back"),
    "joined_on": N_("day of arrival"),
    "valid_from": N_("day from which on it holds"),
    "decision_no": N_("number of the decision"),
    "decided_on": N_("day of the decision"),
    "left_why": N_("reason for leaving"),
    "left_on": N_("day of leaving"),
    "metres": N_("distance in metres"),
    "minutes": N_("minutes"),
    "more_phones": N_("further phone numbers"),
    "name": N_("name"),
    "note": N_("note"),
    "on": N_("day of the visit"),
    "person_ids": N_("people"),
    "phone": N_("phone number"),
    "poverty": N_("poor household"),
    "relation": N_("relation to the head"),
    "result": N_("result"),
    "service": N_("service"),
    "sex": N_("sex"),
    "state": N_("state"),
    "split_on": N_("day of splitting off"),
    "stated_size": N_("stated number of people"),
    "village_id": N_("village"),
    "visits": N_("visits"),
    "withdrawn_why": N_("why it was withdrawn"),
    "corrects_id": N_("the visit it corrects"),
}

_WORDS: Final[Mapping[tuple[str, Value], str]] = {
    ("deleted", 0): N_("keep"),
    ("deleted", 1): N_("remove"),
    ("hardship", 0): N_("no"),
    ("hardship", 1): N_("yes"),
    ("poverty", "poor"): N_("poor"),
    ("poverty", "near_poor"): N_("nearly poor"),
    ("poverty", "none"): N_("neither poor nor nearly poor"),
    ("sex", "male"): N_("male"),
    ("sex", "female"): N_("female"),
    ("state", "open"): N_("open"),
    ("state", "done"): N_("done"),
    ("state", "cancelled"): N_("cancelled"),
}

_RESULTS: Final[Mapping[str, str]] = {
    Result.ALONE: N_("did it on their own"),
    Result.TOGETHER: N_("done together"),
    Result.COME_BACK: N_("to be continued"),
    Result.DECLINED: N_("declined"),
}

_WITHDRAWN: Final[Mapping[str, str]] = {
    Withdrawal.TWICE: N_("logged twice"),
    Withdrawal.WRONG_HOUSEHOLD: N_("logged for the wrong household"),
    Withdrawal.NOT_DONE: N_("did not take place"),
    Withdrawal.MISTAKE: N_("something is wrong in it"),
    Withdrawal.CORRECTED: N_("corrected"),
}

_TYPES: Final[Mapping[str, str]] = {
    "household": N_("Household"),
    "person": N_("Person"),
    "visit": N_("Visit"),
    "support": N_("Support"),
    "follow_up": N_("Follow-up"),
    "observation": N_("Observation"),
    "attachment": N_("Photo or paper"),
    "village": N_("Village"),
    "member": N_("Member of the team"),
    "team": N_("Team"),
    "conflict": N_("Choice between two versions"),
    "quarantined": N_("Decision about a returned change"),
    "consent": N_("Consent"),
    "privacy_request": N_("Request about personal data"),
    "round": N_("Round"),
    "round_stop": N_("Household of a round"),
    "settled": N_("Settled doubt"),
    "poverty_class": N_("Poverty class"),
    "announcement": N_("Announcement"),
    "quota": N_("Quota"),
    "target": N_("Target"),
    "typed_figure": N_("Typed-in figure"),
    "difficulty": N_("Difficulty"),
    "difficulty_step": N_("Word on a difficulty"),
    "report": N_("Periodic report"),
    "report_content": N_("Text and figures of a report"),
    "report_step": N_("Step of a report"),
    "target_proposal": N_("Proposal to change a target"),
    "report_request": N_("Request for a report"),
    "campaign": N_("Campaign"),
    "campaign_score": N_("Score of a criterion"),
    "campaign_sheet": N_("Score sheet"),
    "campaign_result": N_("Published result of a campaign"),
    "commendation": N_("Proposal to commend"),
    "commendation_person": N_("Whom a proposal to commend is about"),
    "audit": N_("Access log"),
    "training": N_("Training session"),
    "attendance": N_("Attendance of a training"),
    "skill_check": N_("Check of a skill"),
    "training_rating": N_("Rating of a training"),
    "duplicate": N_("Word on two records that may be one"),
    "earlier": N_("Value from before a merge"),
}

_REASONS: Final[Mapping[str, str]] = {
    "not_allowed": N_("This unit's records may not be changed from this computer any more."),
    "author_unknown": N_("The server does not know the person who made this change in this unit."),
    "append_only": N_("What was observed stays as it is; only a newer observation can replace it."),
    "report_accepted": N_(
        "The report was accepted meanwhile, so it can be neither taken back nor removed. Hand up a "
        "corrected one."
    ),
    "sheet_decided": N_(
        "The score sheet was decided meanwhile, so its scores stay. Return it first to score it again."
    ),
    "unknown_type": N_("The server does not know this kind of record yet."),
    "unknown_record": N_("The server does not have the record that was changed."),
    "bad_value": N_("The server cannot keep one of the values."),
    "device_revoked": N_(
        "This computer was withdrawn before the change arrived. It is kept at the province until somebody "
        "decides about it."
    ),
    "erased": N_("This was erased at the person's request, so what you wrote of it was not kept."),
    "number_reused": N_(
        "This computer was restored from an older copy; the change is kept beside the first."
    ),
}
_NO_REASON: Final = N_("The server kept this change aside. Your commune's office can see why.")


def field_name(name: str) -> str:
    """What a field is called; its own name where there is no better one."""
    return _(_FIELDS[name]) if name in _FIELDS else name


def type_name(name: str) -> str:
    """What a kind of record is called."""
    return _(_TYPES[name]) if name in _TYPES else name


def reason(code: str) -> str:
    """Why the server kept a write aside."""
    return _(_REASONS.get(code, _NO_REASON))


def result_words(result: str) -> str:
    """How a support ended, inside a sentence."""
    return _(_RESULTS[result]) if result in _RESULTS else result


def withdrawal_words(why: str) -> str:
    """Why a visit was withdrawn, inside a sentence."""
    return _(_WITHDRAWN[why]) if why in _WITHDRAWN else why


def service_name(code: str) -> str:
    """The short name of a service; the code where this catalogue does not know it."""
    service = load_services().get(code)
    return code if service is None else service.short(language())


def service_group(code: str) -> str:
    """The group that a service belongs to, or ""."""
    service = load_services().get(code)
    return "" if service is None else service.group


def value_words(field: str, kind: Kind, value: Value, names: Mapping[bytes, str]) -> str:
    """A stored value as people read it; `names` holds the names of records that values point to."""
    if value is None or value == "":
        return _("nothing")
    if (field, value) in _WORDS:
        return _(_WORDS[field, value])
    if isinstance(value, bytes):
        return ", ".join(names.get(each, "?") for each in split_ids(value))
    written = _WRITTEN.get(field) or _WRITTEN.get(kind, str)
    return written(str(value))


def _day_words(day: str) -> str:
    try:
        return format_date(date.fromisoformat(day))
    except ValueError:
        # A write that came back may hold what is no day; people must see what it was.
        return day


# By field, or else by its kind.
_WRITTEN: Final[Mapping[str, Callable[[str], str]]] = {
    "phone": mask_phone,
    "more_phones": lambda numbers: ", ".join(map(mask_phone, numbers.split(";"))),
    "id_number": mask_citizen_id,
    "service": service_name,
    "result": result_words,
    Kind.DATE: _day_words,
    Kind.PARTIAL_DATE: lambda day: "/".join(reversed(day.split("-"))),
}


def split_ids(packed: bytes | None) -> list[bytes]:
    """The record ids that stand one after the other in a value."""
    packed = packed or b""
    return [packed[at : at + _ID_BYTES] for at in range(0, len(packed), _ID_BYTES)]


def people_words(names: Sequence[str], head: str) -> str:
    """Whom a support was for; without people it was for the household of this head."""
    if not names:
        return _("Household of {name}").format(name=head)
    if len(names) <= _FEW:
        return ", ".join(names)
    return _("{first} and {n} others").format(first=names[0], n=len(names) - 1)


def support_line(names: Sequence[str], service: str, result: str) -> str:
    """One support as a sentence for the history of its household."""
    whom = ", ".join(names) if names else _("Whole household")
    return _("{whom}: {service}, {result}").format(
        whom=whom, service=service_name(service), result=result_words(result)
    )


def promise_line(due: date, service: str) -> str:
    """A promise as a sentence for the history of its household."""
    return _("To come back on {day}: {service}").format(day=format_date(due), service=service_name(service))
