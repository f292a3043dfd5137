"""What holds for any text whatever, and for Vietnamese names most of all."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from tongcds.domain.text import (
    clean,
    fold,
    highlight,
    matches,
    name_sort_key,
    natural_sort_key,
    title_case,
    tone_fold,
)

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyàằầèềìòồờùừỳảẩểỉỏổởủửỷãẵẫẽễĩõỗỡũữỹáắấéếíóốớúứýạặậẹệịọộợụựỵĭŭñ'’-"
WORDS = st.text(alphabet=LETTERS + LETTERS.upper(), min_size=1, max_size=8)
NAMES = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)
ANY = st.one_of(NAMES, st.text())
many = settings(max_examples=300, deadline=None, print_blob=True)


@many
@given(ANY)
def test_each_gate_does_nothing_the_second_time(text):
    assert clean(clean(text)) == clean(text)
    assert fold(fold(text)) == fold(text)
    assert tone_fold(tone_fold(text)) == tone_fold(text)
    assert title_case(title_case(text)) == title_case(text)


@many
@given(ANY)
def test_composed_and_decomposed_text_are_the_same_text(text):
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    for key in (clean, fold, tone_fold, natural_sort_key, name_sort_key):
        assert key(composed) == key(decomposed)


@many
@given(ANY)
def test_the_gate_leaves_nothing_invisible(text):
    kept = clean(text)
    assert unicodedata.is_normalized("NFC", kept)
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in kept)
    assert kept == " ".join(kept.split(" "))


@many
@given(NAMES)
def test_a_search_key_is_the_same_before_and_after_the_gate(name):
    assert fold(clean(name)) == fold(name)
    assert fold(tone_fold(name)) == fold(name)
    assert fold(name.upper()) == fold(name)


@many
@given(NAMES, st.data())
def test_every_word_beginning_of_a_name_finds_it_and_is_painted(name, data):
    words = fold(name).replace("-", " ").replace("'", "").split()
    query = " ".join(word[: data.draw(st.integers(1, len(word)))] for word in words)
    assert matches(query, name)
    painted = "".join(name[start:end] for start, end in highlight(query, name))
    assert len([c for c in fold(painted) if c.isalnum()]) >= len([c for c in query if c.isalnum()])


@many
@given(ANY, ANY)
def test_spans_stay_in_order_inside_the_text(query, text):
    edge = 0
    for start, end in highlight(query, text):
        assert edge <= start < end <= len(text)
        edge = end


@many
@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_numbers_in_village_names_sort_by_value(one, other):
    assert (natural_sort_key(f"Thôn {one}") < natural_sort_key(f"Thôn {other}")) == (one < other)
