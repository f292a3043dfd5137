"""Which figures rest on which records, so that what changed is counted again and nothing else.

Who lives in a village, which class a household has and who is on record twice may change any figure of any
day. An observation speaks of one fact from its day on, a visit and its services of what was done from theirs,
a session, a tick and a check of what was taught.
"""

from __future__ import annotations

from tongcds.domain.formulas import Formula, Of, counted_indicators, load_formulas
from tongcds.reports import looks, signs

_OF_THE_LOG = frozenset({Of.VISITS, Of.SUPPORTS, Of.SUPPORTED})
_OF_TRAINING = frozenset({Of.SESSIONS, Of.SESSION_MINUTES, Of.ATTENDANCES, Of.ATTENDERS, Of.CHECKS})
_FROM_THE_LOG = frozenset({signs.VISITED, signs.GUIDED, signs.ACTIVE})


def rests_on_the_log(formula: Formula) -> bool:
    """Whether visits or services are counted, or say who is."""
    return formula.of in _OF_THE_LOG or not _signs(formula).isdisjoint(_FROM_THE_LOG)


def rests_on_training(formula: Formula) -> bool:
    """Whether sessions, ticks or checks are counted."""
    return formula.of in _OF_TRAINING


def is_done(formula: Formula) -> bool:
    """Whether what was done is counted, or says who is: then no version may change within the period."""
    return rests_on_the_log(formula) or rests_on_training(formula)


def of_everything() -> tuple[str, ...]:
    """The indicators that records of people, households, pairs, classes, villages and teams may change."""
    return counted_indicators()


def of_facts() -> dict[str, frozenset[str]]:
    """By fact the indicators that an observation of it may change."""
    by_code = {code: _signs_of(code) for code in counted_indicators()}
    facts = {sign for signs in by_code.values() for sign in signs}
    return {fact: frozenset(code for code, signs in by_code.items() if fact in signs) for fact in facts}


def of_the_log() -> frozenset[str]:
    """The indicators that a visit or a service may change, of the village where it was."""
    formulas = load_formulas()
    return frozenset(code for code in counted_indicators() if any(map(rests_on_the_log, formulas[code])))


def of_training() -> frozenset[str]:
    """The indicators that a session, a tick or a check may change, of the place where it is."""
    formulas = load_formulas()
    return frozenset(code for code in counted_indicators() if any(map(rests_on_training, formulas[code])))


def of_visits_elsewhere() -> frozenset[str]:
    """The indicators of a commune's own teams that a visit in one of its villages may change."""
    return frozenset(code for code in counted_indicators() if signs.ACTIVE in _signs_of(code))


def _signs_of(indicator: str) -> set[str]:
    return {sign for formula in load_formulas()[indicator] for sign in _signs(formula)}


def _signs(formula: Formula) -> set[str]:
    return {sign for look in looks.looks_of(formula) for sign in look.signs}
