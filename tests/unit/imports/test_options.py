"""What the command line says of a file that is imported."""

from __future__ import annotations

from argparse import Namespace

import pytest

from tongcds.commands.spreadsheets import choices_of
from tongcds.errors import UserError, sentence


def options(**said):
    none = {"encoding": None, "column_encoding": [], "header_row": [], "letter": []}
    return Namespace(**none | {"held_on": None, "decision": None} | said)


def sheet_called(_encoding):
    return "Sheet1"


@pytest.mark.parametrize("said", [None, "tcvn3", "VNI", "windows-1258"])
def test_an_encoding_is_named_in_a_command(said):
    assert choices_of(options(encoding=said), sheet_called).encoding == (said and said.lower())


@pytest.mark.parametrize(
    ("said", "meant"),
    [("c=VNI", {("Sheet1", "C"): "vni"}), ("Bản A!B=tcvn3", {("Bản A", "B"): "tcvn3"})],
)
def test_the_letters_of_a_column_are_named_in_a_command(said, meant):
    assert choices_of(options(column_encoding=[said]), sheet_called).column_encodings == meant


@pytest.mark.parametrize("said", ["C", "C=latin9", "1=vni"])
def test_letters_that_nobody_knows_are_refused(said):
    with pytest.raises(UserError, match="encoding_unknown"):
        choices_of(options(column_encoding=[said]), sheet_called)


def test_an_encoding_that_nobody_knows_is_named_in_the_refusal():
    with pytest.raises(UserError, match="encoding_unknown") as refused:
        choices_of(options(encoding="latin9"), sheet_called)
    assert "latin9" in sentence(refused.value)
    assert "tcvn3, vni, windows-1258, utf-8" in sentence(refused.value)


@pytest.mark.parametrize("said", ["x", "Hộ dân!", "-1", "Hộ dân!99999999"])
def test_a_header_row_that_is_no_row_is_refused_by_name(said):
    with pytest.raises(UserError, match="header_row_unknown"):
        choices_of(options(header_row=[said]), lambda _encoding: "Hộ dân")


def test_rows_and_letters_are_named_in_a_command():
    said = options(header_row=["7", "Bản 2!3"], letter=["b=full_name", "Bản 2!C=none"])
    meant = choices_of(said, lambda _encoding: "Hộ dân")
    assert meant.header_rows == {"Hộ dân": 7, "Bản 2": 3}
    assert meant.columns == {("Hộ dân", "B"): "full_name", ("Bản 2", "C"): ""}
    with pytest.raises(UserError, match="column_meaning_unknown"):
        choices_of(options(letter=["B2=full_name"]), lambda _encoding: "Hộ dân")
