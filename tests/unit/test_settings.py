from __future__ import annotations

import json

import pytest

from tongcds.settings import DECLARED, LANGUAGE, TEXT_SIZE, THEME, Settings


def test_a_new_profile_has_the_defaults(profile):
    settings = Settings(profile)
    assert (settings.get(LANGUAGE), settings.get(TEXT_SIZE), settings.get(THEME)) == ("vi", 100, "light")


def test_a_choice_is_there_after_a_restart(profile):
    Settings(profile).set(TEXT_SIZE, 125)
    assert Settings(profile).get(TEXT_SIZE) == 125


@pytest.mark.parametrize("value", [95, "100", True])
def test_a_value_that_the_setting_does_not_offer_is_refused(profile, value):
    with pytest.raises(ValueError, match="text_size"):
        Settings(profile).set(TEXT_SIZE, value)
    assert not (profile / "settings.json").exists()


def test_nonsense_in_the_file_counts_as_not_chosen(profile):
    (profile / "settings.json").write_text('{"text_size": "huge", "language": "fr"}')
    settings = Settings(profile)
    assert (settings.get(TEXT_SIZE), settings.get(LANGUAGE)) == (100, "vi")


@pytest.mark.parametrize("content", ["{", "[1]", "\x00\xff"])
def test_a_damaged_file_does_not_keep_the_program_from_starting(profile, content):
    (profile / "settings.json").write_text(content, encoding="latin-1")
    settings = Settings(profile)
    assert settings.get(TEXT_SIZE) == 100
    settings.set(TEXT_SIZE, 90)
    assert Settings(profile).get(TEXT_SIZE) == 90


def test_keys_of_a_newer_version_are_kept(profile):
    (profile / "settings.json").write_text('{"from_the_future": 1}')
    Settings(profile).set(THEME, "dark")
    assert json.loads((profile / "settings.json").read_text()) == {"from_the_future": 1, "theme": "dark"}


def test_a_crash_before_the_file_is_complete_leaves_the_old_one(profile, monkeypatch):
    Settings(profile).set(THEME, "dark")

    def crash(_descriptor):
        raise OSError(28, "disk full")

    monkeypatch.setattr("os.fsync", crash)
    with pytest.raises(OSError, match="disk full"):
        Settings(profile).set(THEME, "light")
    assert Settings(profile).get(THEME) == "dark"


@pytest.mark.parametrize("setting", DECLARED, ids=lambda setting: setting.key)
def test_every_setting_has_words_and_offers_its_own_default(setting):
    assert setting.description()
    assert setting.accepts(setting.default)
