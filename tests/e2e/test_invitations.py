"""An invitation that cannot be used says why and costs nothing: the vault takes a good one afterwards."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.e2e import province as provinces
from tests.e2e.province import PASSPHRASE, VILLAGES, Laptop
from tongcds.actions import opening
from tongcds.clock import system_clock
from tongcds.errors import UNKNOWN, UnavailableError, UserError, sentence
from tongcds.i18n import _

NAME = "Lò Thị Ngân"


@pytest.fixture
def core(laptop):
    made = opening.create_vault(laptop.profile, PASSPHRASE, NAME, system_clock)
    yield made
    made.close()


@pytest.fixture
def invitation(province, tmp_path):
    file = tmp_path / "invitation.tcds"
    province.invite(VILLAGES[0], NAME, file, url=province.url)
    return opening.read_invitation(file)


def refused(core, invitation, kind=UserError):
    """The code that enrolling ends with; a person can read what it means, and the vault stays as it was."""
    with pytest.raises(kind) as problem:
        opening.enrol_device(core, invitation)
    words = sentence(problem.value)
    assert words != _(UNKNOWN)
    assert re.search(r"\{|None", words) is None
    assert not opening.is_enrolled(core)
    return problem.value.code


def test_an_invitation_makes_the_vault_a_device_of_its_unit(core, invitation):
    opening.enrol_device(core, invitation)
    who = core.whoami()
    assert (who.person, who.unit_name, who.commune_name) == (NAME, VILLAGES[0], "Xã Chiềng Mung")


def test_an_invitation_works_typed_and_as_a_qr_code_too(province, laptop, tmp_path):
    for kind, written in (("code", str.lower), ("qr", str)):
        made = province.invite(VILLAGES[0], NAME, tmp_path / f"{kind}.tcds", url=province.url)
        computer = Laptop(tmp_path / kind)
        opened = opening.create_vault(computer.profile, PASSPHRASE, NAME, system_clock)
        try:
            opening.enrol_device(opened, opening.invitation_of_code(written(made[kind]), province.url))
            assert opening.is_enrolled(opened)
        finally:
            opened.close()


def test_a_used_code_is_refused_and_the_vault_takes_another(core, province, tmp_path):
    made = province.invite(VILLAGES[0], NAME, tmp_path / "code.tcds", url=province.url)
    code = opening.invitation_of_code(made["code"], province.url)
    other = Laptop(tmp_path / "other")
    first = opening.create_vault(other.profile, PASSPHRASE, NAME, system_clock)
    opening.enrol_device(first, code)
    first.close()
    assert refused(core, code) == "invitation_used"
    file = tmp_path / "another.tcds"
    province.invite(VILLAGES[0], NAME, file, url=province.url)
    opening.enrol_device(core, opening.read_invitation(file))
    assert opening.is_enrolled(core)


def test_an_expired_code_is_refused(core, province, tmp_path):
    made = province.invite(VILLAGES[0], NAME, tmp_path / "code.tcds", url=province.url)
    database = province.folder / "province.sqlite"
    province.stop()
    with provinces.database(database) as connection:
        assert connection.execute("UPDATE invitation SET expires_at = 1").rowcount == 1
    province.start()
    assert refused(core, opening.invitation_of_code(made["code"], province.url)) == "invitation_expired"


def test_a_code_that_nobody_gave_out_is_refused(core, province):
    unknown = opening.invitation_of_code("AAAA-BBBB-CCCC", province.url)
    assert refused(core, unknown) == "invitation_unknown"


def test_a_changed_invitation_file_is_told_from_a_good_one(province, tmp_path):
    file = tmp_path / "invitation.tcds"
    province.invite(VILLAGES[0], NAME, file, url=province.url)
    content = bytearray(file.read_bytes())
    content[-3] ^= 1
    file.write_bytes(content)
    with pytest.raises(UserError, match="invitation_damaged"):
        opening.read_invitation(file)
    with pytest.raises(UserError, match="file_missing"):
        opening.read_invitation(tmp_path / "nothing.tcds")


@pytest.fixture
def code(province, tmp_path):
    made = province.invite(VILLAGES[0], NAME, tmp_path / "code.tcds", url=province.url)
    return opening.invitation_of_code(made["code"], province.url)


def test_a_server_that_is_not_there_is_waited_for_and_the_same_code_goes_on(core, code, province):
    province.stop()
    assert refused(core, code, UnavailableError) == "server_unreachable"
    province.start()
    opening.enrol_device(core, code)
    assert opening.is_enrolled(core)


class _SignIn(BaseHTTPRequestHandler):
    """What a hotel's network answers to everything."""

    status = 200

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        page = b"<!doctype html><title>Wi-Fi</title><form>Sign in</form>"
        self.send_response(self.status)
        if self.status != 200:
            self.send_header("Location", "http://127.0.0.1/sign-in")
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *words: object) -> None:
        """Nothing on the test's output."""


@contextmanager
def captive_portal(port: int, status: int) -> Iterator[None]:
    """Somebody else answers on this port."""
    handler = type("SignIn", (_SignIn,), {"status": status})
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("status", [200, 302, 511])
def test_a_page_to_sign_in_on_is_recognised_and_nothing_is_lost(core, code, province, status):
    province.stop()
    with captive_portal(province.port, status):
        problem = refused(core, code, UnavailableError)
        assert problem == ("server_unreachable" if status >= 500 else "captive_portal")
    province.start()
    opening.enrol_device(core, code)
    with (
        captive_portal_instead_of(province, status),
        pytest.raises(UnavailableError, match=r"captive_portal|server_unreachable"),
    ):
        core.runner.exchange_now()
    core.runner.exchange_now()


@contextmanager
def captive_portal_instead_of(province, status: int) -> Iterator[None]:
    province.stop()
    with captive_portal(province.port, status):
        yield
    province.start()


def test_another_server_at_the_address_is_not_believed(core, invitation, province, founded, tmp_path):
    """Whoever answers there without the key of the invitation gets neither a device nor a record."""
    province.stop()
    stranger = provinces.found(tmp_path / "stranger")
    stranger.port = province.port
    stranger.start()
    try:
        assert refused(core, invitation) in {"invitation_unknown", "server_key_changed"}
    finally:
        stranger.stop()


def test_a_server_whose_key_changed_is_not_sent_anything(core, invitation, province, logs):
    logs.expect("tongcds.sync", "refused")
    opening.enrol_device(core, invitation)
    core.runner.exchange_now()
    province.stop()
    key = province.folder / "server.key"
    right = key.read_text()
    key.write_text("11" * 32 + "\n")
    province.start()
    with pytest.raises(UserError) as problem:
        core.runner.exchange_now()
    assert problem.value.code in {"server_key_changed", "server_refused"}
    province.stop()
    key.write_text(right)
    province.start()
    core.runner.exchange_now()
