from __future__ import annotations

import pytest

from scripts import strings


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('_("Save")', (None, "Save")),
        ('N_("Save " "all")', (None, "Save all")),
        ('i18n._("Save")', (None, "Save")),
        ('pgettext("household", "Poor")', ("household", "Poor")),
        ('ngettext("{n} day", "{n} days", n).format(n=n)', (None, ("{n} day", "{n} days"))),
    ],
)
def test_a_marked_message_is_found(source, found):
    assert list(strings.marked(source)) == [found]


@pytest.mark.parametrize(
    "source", ['_(SENTENCES["date_invalid"])', "_(words)", 'print("Save")', '"_(Save)"', '_(f"{n}")']
)
def test_what_is_no_constant_is_passed_over(source):
    assert list(strings.marked(source)) == []


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A project of one file, whose catalogues are elsewhere than the real ones."""
    (tmp_path / "tongcds").mkdir()
    (tmp_path / "main.py").touch()
    monkeypatch.setattr(strings, "ROOT", tmp_path)
    monkeypatch.setattr(strings, "FOLDER", tmp_path / "i18n")
    monkeypatch.setattr(strings, "TEMPLATE", tmp_path / "i18n" / "messages.pot")
    return tmp_path


def write(checkout, source):
    (checkout / "tongcds" / "words.py").write_text(source, encoding="utf-8")


def translate(message, translation):
    path = strings.po_file("vi")
    old = f'msgid "{message}"\nmsgstr ""'
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, f'msgid "{message}"\nmsgstr "{translation}"'), encoding="utf-8")


def test_a_new_message_is_a_problem_until_it_is_extracted_and_translated(checkout):
    write(checkout, '_("Save")')
    assert any("make strings" in problem for problem in strings.problems())
    strings.update()
    assert list(strings.problems()) == ["vi: not translated: Save"]
    translate("Save", "Lưu")
    assert list(strings.problems()) == []


def test_updating_twice_changes_nothing(checkout):
    write(checkout, '_("Save")\nngettext("{n} day", "{n} days", n)')
    strings.update()
    before = {path: path.read_bytes() for path in (checkout / "i18n").rglob("*") if path.is_file()}
    strings.update()
    assert {path: path.read_bytes() for path in (checkout / "i18n").rglob("*") if path.is_file()} == before


def test_a_similar_message_does_not_inherit_a_translation(checkout):
    write(checkout, '_("Save this visit")')
    strings.update()
    translate("Save this visit", "Lưu buổi ghé này")
    write(checkout, '_("Save this visits")')
    strings.update()
    assert list(strings.problems()) == ["vi: not translated: Save this visits"]


def test_a_message_that_gains_a_plural_is_translated_anew(checkout):
    write(checkout, '_("{n} visit")')
    strings.update()
    translate("{n} visit", "{n} lần hỗ trợ")
    write(checkout, 'ngettext("{n} visit", "{n} visits", n)')
    strings.update()
    assert list(strings.problems()) == ["vi: not translated: {n} visit"]


def test_a_message_that_moves_keeps_its_translation(checkout):
    write(checkout, '_("Save")')
    strings.update()
    translate("Save", "Lưu")
    (checkout / "tongcds" / "words.py").rename(checkout / "tongcds" / "sentences.py")
    strings.update()
    assert list(strings.problems()) == []


def test_a_message_that_is_gone_leaves_the_catalogue(checkout):
    write(checkout, '_("Save")')
    strings.update()
    write(checkout, "")
    strings.update()
    assert "Save" not in strings.po_file("vi").read_text(encoding="utf-8")
