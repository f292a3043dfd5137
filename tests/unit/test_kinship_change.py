"""With a new head, relations follow where they must, and nobody guesses where they need not."""

from __future__ import annotations

import pytest

from tongcds.domain.kinship import differs_in_age, differs_in_sex, relation_of
from tongcds.domain.kinship_change import UNKNOWN, Kin, load_head_changes, relation_to
from tongcds.domain.leaving import Leaving, leaving_words, load_leaving_reasons


def becomes(new_head, person, old_head_sex="male"):
    return relation_to(Kin(*new_head), Kin(*person), old_head_sex)


WIFE = ("vợ", "female", "1980")
SON = ("con trai", "male", "2004")


@pytest.mark.parametrize(
    ("new_head", "person", "old_head_sex", "now"),
    [
        (WIFE, ("chủ hộ", "male", "1978"), "male", "chồng"),
        (WIFE, ("con trai", "male", "2004"), "male", "con trai"),
        (WIFE, ("con", "", ""), "male", "con"),
        (WIFE, ("mẹ", "female", "1950"), "male", "mẹ chồng"),
        (WIFE, ("em trai", "male", "1985"), "male", "em chồng"),
        (("chồng", "male", "1978"), ("chủ hộ", "female", ""), "female", "vợ"),
        (("chồng", "male", "1978"), ("bố", "male", ""), "female", "bố vợ"),
        (SON, ("chủ hộ", "male", "1978"), "male", "bố"),
        (SON, ("chủ hộ", "female", "1978"), "female", "mẹ"),
        (SON, ("vợ", "female", "1980"), "male", "mẹ"),
        (SON, ("con gái", "female", "2001"), "male", "chị gái"),
        (SON, ("con", "male", "2010"), "male", "em trai"),
        (SON, ("bố", "male", "1950"), "male", "ông nội"),
        (SON, ("bố", "male", "1950"), "female", "ông ngoại"),
        (("con dâu", "female", "1990"), ("chủ hộ", "male", ""), "male", "bố chồng"),
        (("mẹ", "female", "1950"), ("chủ hộ", "male", "1975"), "male", "con trai"),
        (("mẹ", "female", "1950"), ("vợ", "female", ""), "male", "con dâu"),
        (("mẹ", "female", "1950"), ("con", "", ""), "male", "cháu nội"),
        (("em gái", "female", "1990"), ("chủ hộ", "male", "1980"), "male", "anh trai"),
        (("cháu ngoại", "male", "2005"), ("chủ hộ", "female", ""), "female", "bà ngoại"),
        (("Con Trai", "male", "2004"), ("VO", "female", ""), "male", "mẹ"),
    ],
)
def test_what_follows_is_said(new_head, person, old_head_sex, now):
    assert becomes(new_head, person, old_head_sex) == now


@pytest.mark.parametrize(
    ("new_head", "person", "old_head_sex"),
    [
        (SON, ("con dâu", "female", "2003"), "male"),  # his wife or his brother's
        (SON, ("cháu nội", "male", "2025"), "male"),  # his son or his nephew
        (SON, ("chủ hộ", "", ""), ""),  # father or mother
        (SON, ("con", "", "2001"), "male"),  # brother or sister
        (SON, ("con gái", "female", "2004"), "male"),  # older or younger
        (SON, ("con gái", "female", ""), "male"),
        (WIFE, ("ông nội", "male", "1930"), "male"),
        (WIFE, ("người ở nhờ", "", ""), "male"),
        (("", "male", "1980"), ("con", "male", "2004"), "male"),
        (("bạn", "male", "1980"), ("chủ hộ", "male", ""), "male"),
    ],
)
def test_what_does_not_follow_is_not_guessed(new_head, person, old_head_sex):
    assert becomes(new_head, person, old_head_sex) == UNKNOWN


def test_what_nobody_knew_before_stays_empty():
    assert becomes(WIFE, ("", "male", "2004")) == ""


def test_every_word_of_the_table_is_a_word_of_kinship_and_fits_its_sex():
    for row in load_head_changes():
        for word in (*row.new_head, *row.relation, row.becomes):
            known = relation_of(word)
            assert known is not None, word
            assert known.word == word
        if row.sex:
            assert not differs_in_sex(row.becomes, row.sex)
        if row.than:
            (older, younger) = ("1980", "1990") if row.than == "older" else ("1990", "1980")
            assert not differs_in_age(row.becomes, older, younger, 30)


def test_no_row_hides_behind_an_earlier_one():
    """For each new head, relation, sexes and ages at most one answer."""
    seen = {}
    for row in load_head_changes():
        for head in row.new_head:
            for word in row.relation:
                for old in [row.old_head_sex] if row.old_head_sex else ["male", "female"]:
                    for sex in [row.sex] if row.sex else ["male", "female"]:
                        for than in [row.than] if row.than else ["older", "younger"]:
                            key = head, word, old, sex, than
                            assert seen.setdefault(key, row.becomes) == row.becomes, key


def test_a_change_and_back_gives_what_was_before():
    assert becomes(("chồng", "male", ""), ("con trai", "male", "2004"), "female") == "con trai"
    assert becomes(("chồng", "male", ""), ("chủ hộ", "female", ""), "female") == "vợ"
    assert becomes(("chồng", "male", ""), ("mẹ chồng", "female", ""), "female") == "mẹ"


def test_reasons_say_what_they_do():
    reasons = load_leaving_reasons()
    assert {code for code, one in reasons.items() if one.leaving is Leaving.AWAY} == {
        "works_away", "studies", "army", "other_away",
    }  # fmt: skip
    assert not reasons["died"].returns
    assert reasons["error"].leaving is Leaving.MISTAKE
    assert leaving_words("works_away") == "Đi làm xa"
    assert leaving_words("of a newer program") == "of a newer program"
