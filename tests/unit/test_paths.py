from __future__ import annotations

import stat
import sys

import pytest

from tongcds import paths


def test_the_environment_moves_the_profile(profile):
    assert paths.profile_folder() == profile.resolve()


def test_an_argument_wins_over_the_environment(tmp_path):
    assert paths.profile_folder(tmp_path / "other") == (tmp_path / "other").resolve()


@pytest.mark.parametrize("name", ["hồ sơ của tôi", "a/b/c"])
def test_a_profile_is_made_where_there_is_none(tmp_path, name):
    assert paths.profile_folder(tmp_path / name).is_dir()


def test_a_new_profile_is_nobody_elses_to_read(tmp_path):
    folder = paths.profile_folder(tmp_path / "new")
    assert sys.platform == "win32" or stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_checkouts_own_files_are_found():
    assert (paths.translations_folder() / "messages.pot").is_file()
    assert paths.resources_folder().name == "resources"


def test_a_packaged_program_looks_beside_itself(tmp_path, monkeypatch):
    paths._installed_root.cache_clear()
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert paths.resources_folder() == tmp_path / "resources"
    paths._installed_root.cache_clear()
