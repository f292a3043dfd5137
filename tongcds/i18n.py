"""Words, numbers and dates in the user's language; the sentences of errors stand in `errors`.

Source strings are English. Mark a constant with `N_` and translate it with `_` when it is shown, never when a
module is imported. Format after translating: `_("{n} people").format(n=n)`.
"""

from __future__ import annotations

import gettext
import logging
import re
import string
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel import Locale, dates, numbers

from tongcds import paths
from tongcds.clock import VIETNAM

DOMAIN: Final = "tongcds"
DEFAULT_LANGUAGE: Final = "vi"
LANGUAGES: Final = {"vi": "Tiếng Việt", "en": "English"}
"""The languages a user can choose, each under its own name."""

PSEUDO: Final = "en_XA"
"""English made longer and bracketed, to find screens with no room and strings that nobody marked."""

log = logging.getLogger(__name__)


class _PseudoTranslations(gettext.NullTranslations):
    """Answers every message as "[!!Ŝàvé !!]", about two fifths longer, with its placeholders untouched."""

    _letters = str.maketrans("aceinouySADE", "àçéîñôûÿŠÂĐÊ")

    def _stretch(self, message: str) -> str:
        pieces = re.split(r"(\{[^{}]*\}|&\w)", message)
        accented = "".join(
            piece if index % 2 else piece.translate(self._letters) for index, piece in enumerate(pieces)
        )
        return f"[!!{accented}{'~' * (len(message) * 2 // 5)}!!]"

    def gettext(self, message: str) -> str:
        return self._stretch(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._stretch(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002 - gettext's signature
        return self._stretch(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002 - as above
        return self._stretch(msgid1 if n == 1 else msgid2)


class _Chosen:
    """The language in force for the whole process."""

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES and language != PSEUDO:
            raise ValueError(language)
        self.language = language
        self.locale = Locale.parse("vi" if language == "vi" else "en")
        self.catalogue: gettext.NullTranslations
        if language == PSEUDO:
            self.catalogue = _PseudoTranslations()
            return
        self.catalogue = gettext.translation(
            DOMAIN, localedir=paths.translations_folder(), languages=[language], fallback=True
        )
        if not isinstance(self.catalogue, gettext.GNUTranslations):
            log.warning("no compiled catalogue", extra={"code": language})


_chosen: _Chosen | None = None


def _current() -> _Chosen:
    global _chosen  # noqa: PLW0603 - one language for the whole program
    if _chosen is None:
        _chosen = _Chosen(DEFAULT_LANGUAGE)
    return _chosen


def set_language(language: str) -> None:
    """Speak "vi" or "en" from now on; text already shown stays as it is.

    Raises:
        ValueError: for any other language.
    """
    global _chosen  # noqa: PLW0603 - one language for the whole program
    _chosen = _Chosen(language)


def language() -> str:
    """The language in force."""
    return _current().language


def placeholders(message: str) -> frozenset[str]:
    """The names between braces in a message; raises ValueError when the braces do not match."""
    return frozenset(
        name for _text, name, _spec, _how in string.Formatter().parse(message) if name is not None
    )


@lru_cache(maxsize=4096)
def _fits(source: str, translation: str) -> bool:
    """Whether formatting the translation cannot fail where formatting the source would not."""
    if "{" not in source and "{" not in translation:
        return True
    try:
        wanted = placeholders(source)
    except ValueError:
        return True  # the source is no format string, so nobody will format it
    try:
        return placeholders(translation) == wanted
    except ValueError:
        return False


def _checked(source: str, translation: str) -> str:
    if _fits(source, translation):
        return translation
    log.warning("translation with other placeholders than its source")
    return source


def _(message: str) -> str:
    """The message in the user's language."""
    return _checked(message, _current().catalogue.gettext(message)) if message else ""


def N_(message: str) -> str:  # noqa: N802 - gettext's own name
    """Mark a constant for translation and answer it unchanged."""
    return message


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form that fits the number n; format it afterwards."""
    translation = _current().catalogue.ngettext(singular, plural, n)
    # "One person" may do without the number that every form of another language needs.
    return translation if _fits(singular, translation) else _checked(plural, translation)


def pgettext(context: str, message: str) -> str:
    """The message where one English word has several translations; the context tells which is meant."""
    return _checked(message, _current().catalogue.pgettext(context, message))


def format_date(day: date) -> str:
    """A business date: 23/11/2026, in either language."""
    return dates.format_date(day, "dd/MM/yyyy", locale=_current().locale)


def format_day(day: date) -> str:
    """A business date with its weekday: "Thứ Hai, 23/11/2026"."""
    return dates.format_date(day, "EEEE, dd/MM/yyyy", locale=_current().locale)


def weekday_names() -> tuple[str, ...]:
    """The days of a week from Monday on, short."""
    names = dates.get_day_names("abbreviated", "stand-alone", locale=_current().locale)
    return tuple(names[at] for at in range(7))


def format_month(day: date) -> str:
    """The month of a date: 11/2026."""
    return dates.format_date(day, "MM/yyyy", locale=_current().locale)


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a stamp without a time zone")
    return moment.astimezone(VIETNAM)


def format_time(moment: datetime) -> str:
    """The time of day in Vietnam, 14:32, of an aware moment."""
    return dates.format_time(_local(moment), "HH:mm", locale=_current().locale)


def format_datetime(moment: datetime) -> str:
    """Date and time of day in Vietnam, 23/11/2026 14:32, of an aware moment."""
    return dates.format_datetime(_local(moment), "dd/MM/yyyy HH:mm", locale=_current().locale)


def format_number(number: float | Decimal) -> str:
    """A number with the language's separators and at most three decimals: 1.234,5."""
    return numbers.format_decimal(number, locale=_current().locale)


def format_percent(ratio: float | Decimal, *, decimals: int | None = None) -> str:
    """A ratio (1 is the whole) as a percentage: 96,52%.

    With at most two decimals and no idle zeros, or with exactly as many as asked for.
    """
    pattern = "#,##0.##%" if decimals is None else f"#,##0.{'0' * decimals}%"
    return numbers.format_percent(ratio, pattern, locale=_current().locale)


def format_points(difference: float) -> str:
    """A difference of two ratios in percentage points, with its sign and one decimal: +1,1 or -0,4."""
    shown = numbers.format_decimal(difference * 100, "+#,##0.0;-#,##0.0", locale=_current().locale)
    return shown if any(digit in shown for digit in "123456789") else shown.lstrip("+-")


def format_bytes(size: int) -> str:
    """A file size in the largest unit that leaves a number above one: 512 B, 3,4 MB."""
    units = ("B", "KB", "MB", "GB")
    amount = float(size)
    for unit in units:
        if amount < 1000 or unit == units[-1]:  # noqa: PLR2004 - decimal units, as the system's file windows
            break
        amount /= 1000
    shown = numbers.format_decimal(amount, "#,##0" if amount >= 100 else "#,##0.#", locale=_current().locale)  # noqa: PLR2004
    return f"{shown} {unit}"


Translate = Callable[[str], str]
"""The type of `_`, for code that is handed it."""
