from __future__ import annotations

import pickle

from tongcds import i18n
from tongcds.errors import CancelledError, TongcdsError, UnavailableError, UserError, sentence


def test_a_sentence_is_in_the_language_in_force_and_carries_its_parameters():
    error = UserError("passphrase_weak", length=12)
    assert "ít nhất 12 ký tự" in sentence(error)
    i18n.set_language("en")
    assert "at least 12 characters" in sentence(error)


def test_a_missing_parameter_does_not_hide_the_error():
    assert "ít nhất – ký tự" in sentence(UserError("passphrase_weak"))


def test_a_code_of_a_newer_server_still_gets_a_sentence():
    assert "an toàn" in sentence(UnavailableError("not_invented_yet"))


def test_parameters_stay_out_of_the_text_that_reaches_logs():
    error = UserError("unit_unknown", name="Thạch Thị Sa Rây")
    assert str(error) == "unit_unknown"
    assert "Thạch" not in repr(error)


def test_an_error_survives_the_way_between_processes():
    error = pickle.loads(pickle.dumps(UnavailableError("disk_full", free=0)))
    assert (type(error), error.code, error.params) == (UnavailableError, "disk_full", {"free": 0})
    assert isinstance(pickle.loads(pickle.dumps(CancelledError())), CancelledError)


def test_the_families_can_be_told_apart():
    assert issubclass(UserError, TongcdsError)
    assert not issubclass(UserError, UnavailableError)
