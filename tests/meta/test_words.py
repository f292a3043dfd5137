"""Every word a person reads can be translated, and is."""

from __future__ import annotations

import gettext
import string

import pytest

from scripts import strings
from tests.meta import rules
from tongcds import i18n
from tongcds.errors import SENTENCES, UNKNOWN

WINDOW = rules.sources("ui")
CODE = rules.sources("tongcds", "ui")


def test_the_catalogues_are_what_the_source_says_and_nothing_is_left_untranslated():
    assert list(strings.problems()) == []


@pytest.mark.parametrize(
    ("source", "translation", "complaint"),
    [
        ("{n} left", "", "not translated"),
        ("{n} left", "còn {m}", "other placeholders"),
        (("{n} left", "{n} left"), ("còn lại",), "other placeholders"),
    ],
)
def test_a_bad_translation_would_be_noticed(source, translation, complaint):
    message = strings.Message(source, translation)
    assert [complaint in problem for problem in strings.message_problems(message)] == [True]


def test_a_good_translation_passes():
    assert list(strings.message_problems(strings.Message("{n} left", "còn {n}"))) == []


def test_every_code_has_a_sentence():
    raised = set().union(*(rules.raised_codes(path.read_text(encoding="utf-8")) for path in CODE))
    assert raised - SENTENCES.keys() == set()


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        ('raise UserError("no_such_code", n=1)', {"no_such_code"}),
        ('raise errors.UnavailableError("late")', {"late"}),
        ('class VaultError(UserError): ...\nraise VaultError("shut")', {"shut"}),
        ('raise ValueError("text")\nraise UserError(code)', set()),
    ],
)
def test_a_code_without_a_sentence_would_be_noticed(source, codes):
    assert rules.raised_codes(source) == codes


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_every_sentence_is_whole_and_has_a_vietnamese_one(code):
    sentence = SENTENCES[code]
    assert sentence[0].isupper() or sentence.startswith("{")
    assert sentence.endswith((".", "!"))
    assert code not in sentence.split()
    assert i18n._(sentence) != sentence


def test_the_sentence_for_unknown_codes_needs_nothing():
    assert [name for _text, name, _spec, _how in string.Formatter().parse(UNKNOWN) if name] == []
    assert i18n._(UNKNOWN) != UNKNOWN


@pytest.mark.parametrize("path", CODE, ids=rules.relative)
def test_texts_are_translated_before_they_are_formatted(path):
    assert rules.untranslatable(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        '_(f"{n} left")',
        '_("{n} left".format(n=n))',
        '_("a" + b)',
        'i18n._(f"{n}")',
        'ngettext("%d" % n, "", n)',
    ],
)
def test_a_text_formatted_too_early_would_be_noticed(line):
    assert len(rules.untranslatable(line)) == 1


def test_a_text_formatted_afterwards_passes():
    assert rules.untranslatable('_("{n} left").format(n=n)\n_(SENTENCES[code])') == []


@pytest.mark.parametrize("path", WINDOW, ids=rules.relative)
def test_no_control_shows_words_that_nobody_can_translate(path):
    assert rules.bare_literals(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        'QLabel("Save")',
        'label.setText("Lưu")',
        'self.setWindowTitle(f"{name} – Register")',
        'QPushButton(icon, "Save")',
        'QCheckBox(text="Save")',
        'QMessageBox.warning(self, title, "Nothing was saved")',
    ],
)
def test_bare_words_would_be_noticed(line):
    assert len(rules.bare_literals(line)) == 1


@pytest.mark.parametrize(
    "line",
    [
        'QLabel(_("Save"))',
        'log.warning("font refused")',
        'label.setText("–")',
        'label.setText(f"{a} · {b}")',
        'QLabel("")',
    ],
)
def test_marks_and_translated_words_pass(line):
    assert rules.bare_literals(line) == []


def test_the_compiled_catalogues_load_without_a_warning():
    for language in i18n.LANGUAGES:
        catalogue = gettext.translation(i18n.DOMAIN, localedir=strings.FOLDER, languages=[language])
        assert isinstance(catalogue, gettext.GNUTranslations)
