from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tongcds import i18n


def test_vietnamese_is_spoken_unless_another_language_is_chosen():
    assert i18n.language() == "vi"
    assert i18n._("Language") == "Ngôn ngữ"


def test_english_needs_no_translation():
    i18n.set_language("en")
    assert i18n._("Language") == "Language"
    assert i18n.ngettext("{n} person", "{n} people", 1) == "{n} person"
    assert i18n.ngettext("{n} person", "{n} people", 2) == "{n} people"


def test_an_unknown_language_is_refused_and_the_old_one_stays():
    with pytest.raises(ValueError, match="fr"):
        i18n.set_language("fr")
    assert i18n.language() == "vi"


def test_a_message_that_nobody_translated_is_shown_in_english():
    assert i18n._("No such message in any catalogue") == "No such message in any catalogue"


def test_the_empty_message_is_not_the_catalogues_header():
    assert i18n._("") == ""


@pytest.mark.parametrize(
    ("language", "expected"),
    [("vi", "Thứ Hai, 23/11/2026"), ("en", "Monday, 23/11/2026")],
)
def test_a_day_is_written_with_its_weekday(language, expected):
    i18n.set_language(language)
    assert i18n.format_day(date(2026, 11, 23)) == expected


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_date_is_written_day_first_in_both_languages(language):
    i18n.set_language(language)
    assert i18n.format_date(date(2026, 3, 5)) == "05/03/2026"
    assert i18n.format_month(date(2026, 3, 5)) == "03/2026"


def test_a_stamp_is_shown_on_vietnams_clock():
    late = datetime(2026, 11, 23, 18, 5, tzinfo=UTC)
    assert i18n.format_datetime(late) == "24/11/2026 01:05"
    assert i18n.format_time(late) == "01:05"


def test_a_stamp_without_a_zone_is_a_mistake():
    with pytest.raises(ValueError, match="time zone"):
        i18n.format_time(datetime(2026, 11, 23, 18, 5))  # noqa: DTZ001 - the mistake itself


@pytest.mark.parametrize(
    ("language", "number", "percent"), [("vi", "1.234,5", "96,52%"), ("en", "1,234.5", "96.52%")]
)
def test_numbers_carry_the_languages_separators(language, number, percent):
    i18n.set_language(language)
    assert i18n.format_number(1234.5) == number
    assert i18n.format_percent(0.9652) == percent


@pytest.mark.parametrize(("ratio", "expected"), [(0, "0%"), (1, "100%"), (0.5, "50%"), (2 / 3, "66,67%")])
def test_a_percentage_has_no_idle_zeros(ratio, expected):
    assert i18n.format_percent(ratio) == expected


def test_a_column_of_percentages_can_have_one_number_of_decimals():
    assert [i18n.format_percent(ratio, decimals=1) for ratio in (0.51, 0.4257, 1)] == [
        "51,0%",
        "42,6%",
        "100,0%",
    ]
    assert i18n.format_percent(0.426, decimals=0) == "43%"


@pytest.mark.parametrize(
    ("size", "expected"), [(0, "0 B"), (999, "999 B"), (3_400, "3,4 KB"), (21_000_000, "21 MB")]
)
def test_a_file_size_is_in_a_readable_unit(size, expected):
    assert i18n.format_bytes(size) == expected


class _Catalogue(i18n.gettext.NullTranslations):
    def gettext(self, message):
        return {"{n} left": "còn {m}", "{n} sent": "đã gửi {n}", "{n} lost": "mất {n"}[message]


def test_a_translation_with_other_placeholders_is_not_used(monkeypatch, logs):
    monkeypatch.setattr(i18n._current(), "catalogue", _Catalogue())
    logs.expect("tongcds.i18n", "other placeholders")

    assert i18n._("{n} left") == "{n} left"
    assert i18n._("{n} lost") == "{n} lost"
    assert i18n._("{n} sent") == "đã gửi {n}"


def test_the_pseudo_language_is_longer_and_keeps_its_placeholders():
    i18n.set_language(i18n.PSEUDO)
    shown = i18n._("{count} households saved")
    assert shown.format(count=7).startswith("[!!7 ")
    assert len(shown) > len("{count} households saved") * 1.3


@pytest.mark.parametrize(
    ("difference", "expected"), [(0.011, "+1,1"), (-0.0042, "-0,4"), (0.0, "0,0"), (0.0004, "0,0")]
)
def test_a_movement_is_written_in_points_with_its_sign(difference, expected):
    assert i18n.format_points(difference) == expected
