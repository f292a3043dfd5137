"""The tus protocol as laptops and any other client meet it: every status, and who is answered what."""

from __future__ import annotations

import base64
import functools
import hashlib
import os
from dataclasses import dataclass, replace

import anyio
import pytest
from sqlalchemy import func, select

from tests.pictures import jpeg
from tests.unit.server.conftest import AREA, COMMUNE, SECOND_VILLAGE, VILLAGE
from tests.unit.server.laptop import Laptop
from tests.unit.server.test_app import Answer, ask
from tongcds.domain.attachments import MAX_BYTES, content_hash
from tongcds.protocol import attachments as signing
from tongcds.protocol.sealed import GrownError
from tongcds.server import app as routes
from tongcds.server import attachments, enrolment
from tongcds.server.attachment_files import EXPIRES_MS
from tongcds.server.tables import HELD

PHOTO = jpeg(200_000)
DIGEST = content_hash(PHOTO)
HERE = signing.address(DIGEST)


@dataclass
class Client:
    """Talks tus for one laptop."""

    app: object
    laptop: Laptop

    def does(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        leave: bool = False,
        sign: bool = True,
        **headers: str,
    ) -> Answer:
        fields = {"tus-resumable": "1.0.0"} | {name.replace("_", "-"): v for name, v in headers.items()}
        if sign:
            self.laptop.counter += 1
            fields["authorization"] = signing.authorization(
                fields.get("x-http-method-override", method), path, fields, device=self.laptop.me.device,
                counter=self.laptop.counter, key=self.laptop.key, server_key=self.laptop.me.server_key,
            )  # fmt: skip
        fields = {name: value for name, value in fields.items() if value}
        return anyio.run(
            functools.partial(ask, self.app, method, path, *filter(None, [body]), headers=fields, leave=leave)
        )

    def announce(self, content: bytes = PHOTO, **headers: str) -> Answer:
        usual = {
            "upload_length": str(len(content)),
            "upload_metadata": signing.metadata(content_hash(content)),
        }
        return self.does("POST", signing.PATH, **usual | headers)

    def patch(
        self, offset: int, piece: bytes, *, path: str = HERE, leave: bool = False, **headers: str
    ) -> Answer:
        usual = {"upload_offset": str(offset), "content_type": signing.PIECE_TYPE}
        return self.does("PATCH", path, piece, leave=leave, **usual | headers)

    def offset(self, path: str = HERE) -> int:
        answer = self.does("HEAD", path)
        assert answer.status == 200, answer.status
        assert answer.headers["cache-control"] == "no-store"
        return int(answer.headers["upload-offset"])

    def uploads(self, content: bytes = PHOTO) -> None:
        assert self.announce(content).status == 201
        path = signing.address(content_hash(content))
        assert self.patch(0, content, path=path).status == 204


def record(laptop: Laptop, village: bytes, content: bytes = PHOTO, **values) -> bytes:
    """An attachment of a new household, pushed."""
    household = laptop.household(village)
    writer = laptop.writer()
    usual = {
        "village_id": village, "subject": "household", "subject_id": household, "hash": content_hash(content),
        "size": len(content), "media_type": "image/jpeg", "name": "anh.jpg",
    }  # fmt: skip
    made = writer.create("attachment", **usual | values)
    writer.flush()
    laptop.sync()
    return made


def withdraw(laptop: Laptop, attachment: bytes) -> None:
    writer = laptop.writer()
    writer.remove("attachment", attachment)
    writer.flush()
    laptop.sync()


def client_of(world, unit: str, name: str = "Lò Thị Ngân") -> Client:
    laptop = world.laptop(unit, name)
    laptop.sync()
    return Client(routes.make_app(world.province), laptop)


@pytest.fixture
def client(small_world) -> Client:
    made = client_of(small_world, VILLAGE)
    record(made.laptop, small_world.unit(VILLAGE))
    return made


def test_options_tell_anybody_what_is_spoken(client):
    answer = client.does("OPTIONS", signing.PATH, sign=False)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["tus-version"] == answer.headers["tus-resumable"] == "1.0.0"
    assert answer.headers["tus-extension"] == "creation,expiration,checksum"
    assert answer.headers["tus-max-size"] == str(MAX_BYTES)
    assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256"


def test_a_file_is_announced_sent_in_pieces_and_fetched(client):
    made = client.announce()
    assert made.status == 201
    assert made.headers["location"] == HERE
    assert made.headers["upload-expires"].endswith("GMT")
    for start in range(0, len(PHOTO), 70_000):
        assert client.offset() == start
        answer = client.patch(start, PHOTO[start : start + 70_000])
        assert answer.status == 204
        assert answer.headers["tus-resumable"] == "1.0.0"
        assert int(answer.headers["upload-offset"]) == min(len(PHOTO), start + 70_000)
    whole = client.does("HEAD", HERE)
    assert whole.headers["upload-offset"] == whole.headers["upload-length"] == str(len(PHOTO))
    assert "upload-expires" not in whole.headers
    fetched = client.does("GET", HERE)
    assert (fetched.status, fetched.body) == (200, PHOTO)


def test_announcing_twice_changes_nothing(client):
    client.announce()
    client.patch(0, PHOTO[:1000])
    again = client.announce()
    assert (again.status, again.headers["upload-offset"]) == (201, "1000")
    assert client.offset() == 1000


def test_what_came_of_a_broken_piece_stays(client):
    client.announce()
    client.patch(0, PHOTO[:90_000], leave=True, content_length="200000")
    assert client.offset() == 90_000
    assert client.patch(90_000, PHOTO[90_000:]).status == 204
    assert client.does("GET", HERE).body == PHOTO


@pytest.mark.parametrize("start", [0, 1, 65_536, 100_000, len(PHOTO) - 1])
def test_a_file_can_be_fetched_from_anywhere(client, start):
    client.uploads()
    answer = client.does("GET", HERE, range=f"bytes={start}-")
    assert (answer.status, answer.body) == (206, PHOTO[start:])
    assert answer.headers["content-range"] == f"bytes {start}-{len(PHOTO) - 1}/{len(PHOTO)}"
    assert answer.headers["content-length"] == str(len(PHOTO) - start)


def refusal(answer: Answer) -> tuple[int, str]:
    assert answer.headers["tus-resumable"] == "1.0.0"
    return answer.status, answer.problem.code


@pytest.mark.parametrize("method", ["POST", "HEAD", "PATCH"])
@pytest.mark.parametrize("version", ["", "0.2.2", "2.0.0"])
def test_another_version_of_tus_is_refused_with_ours(client, method, version):
    answer = client.does(method, signing.PATH if method == "POST" else HERE, tus_resumable=version)
    assert refusal(answer) == (412, "tus_version")
    assert answer.headers["tus-version"] == "1.0.0"


def test_a_piece_for_another_place_is_refused_and_changes_nothing(client):
    client.announce()
    client.patch(0, PHOTO[:5000])
    for wrong in (0, 4999, 5001, len(PHOTO)):
        assert refusal(client.patch(wrong, PHOTO[5000:6000])) == (409, "offset_conflict")
    assert client.offset() == 5000


def test_a_piece_of_another_kind_is_refused(client):
    client.announce()
    answer = client.patch(0, PHOTO[:10], content_type="application/octet-stream")
    assert refusal(answer) == (415, "bad_content_type")


@pytest.mark.parametrize("length", ["", "-1", "ten", "9" * 20, "1.5"])
def test_a_length_that_is_none_is_refused(client, length):
    assert refusal(client.announce(upload_length=length)) == (400, "bad_upload")


def test_another_length_than_the_record_says_is_refused(client):
    assert refusal(client.announce(upload_length="17")) == (400, "bad_upload")


@pytest.mark.parametrize(
    "about",
    ["", "filename YQ==", "hash", "hash ***", "hash YQ==", "hash " + base64.b64encode(bytes(31)).decode()],
)
def test_an_announcement_without_a_hash_is_refused(client, about):
    assert refusal(client.announce(upload_metadata=about)) == (400, "bad_upload")


def test_more_than_was_announced_or_is_allowed_is_refused(client):
    assert refusal(client.announce(upload_length=str(MAX_BYTES + 1))) == (413, "too_big")
    client.announce()
    assert refusal(client.patch(0, PHOTO + b"x", content_length=str(len(PHOTO) + 1))) == (413, "too_big")
    assert refusal(client.patch(0, PHOTO + b"x")) == (413, "too_big")
    assert client.patch(client.offset(), PHOTO[client.offset() :]).status == 204


@pytest.mark.parametrize(("algorithm", "make"), [("sha1", hashlib.sha1), ("sha256", hashlib.sha256)])
def test_a_piece_that_was_changed_on_its_way_is_refused_and_taken_back(client, algorithm, make):
    client.announce()
    client.patch(0, PHOTO[:80_000])
    piece = PHOTO[80_000:160_000]
    right = f"{algorithm} {base64.b64encode(make(piece).digest()).decode()}"
    changed = piece[:-1] + bytes([piece[-1] ^ 1])
    assert refusal(client.patch(80_000, changed, upload_checksum=right)) == (460, "checksum_mismatch")
    assert client.offset() == 80_000
    assert client.patch(80_000, piece, upload_checksum=right).status == 204
    assert client.offset() == 160_000


@pytest.mark.parametrize("checksum", ["md5 AAAA", "sha256 ***", "sha256"])
def test_a_checksum_nobody_can_check_is_refused(client, checksum):
    client.announce()
    if checksum == "sha256":
        assert client.patch(0, b"x", upload_checksum=checksum).status == 460
    else:
        assert refusal(client.patch(0, b"x", upload_checksum=checksum)) == (400, "bad_upload")
    assert client.offset() == 0


def test_a_file_that_is_not_what_its_hash_says_never_gets_a_name(client, logs):
    logs.expect("tongcds.server.attachments", "an attachment was not what it was announced as")
    client.announce()
    other = bytes(len(PHOTO))
    assert refusal(client.patch(0, other)) == (460, "checksum_mismatch")
    assert client.does("GET", HERE).status == client.does("HEAD", HERE).status == 404
    client.uploads()
    assert client.does("GET", HERE).body == PHOTO


def test_an_upload_that_nobody_goes_on_with_expires(client, small_world):
    client.announce()
    client.patch(0, PHOTO[:1000])
    small_world.clock.advance(milliseconds=EXPIRES_MS + 1)
    assert refusal(client.does("HEAD", HERE)) == (410, "upload_expired")
    assert refusal(client.does("HEAD", HERE)) == (404, "not_found")
    assert client.announce().status == 201
    assert client.offset() == 0


@pytest.mark.parametrize(
    "path", ["/..%2f..", "/" + "0" * 63, "/" + "g" * 64, "/" + DIGEST.hex().upper(), "/%00"]
)
def test_an_address_that_is_none_leads_nowhere(client, path):
    for method in ("HEAD", "GET", "PATCH"):
        assert client.does(method, signing.PATH + path).status == 404


def test_a_range_behind_the_end_is_refused(client):
    client.uploads()
    assert refusal(client.does("GET", HERE, range=f"bytes={len(PHOTO)}-")) == (416, "no_such_range")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_other_methods_are_refused(client, method):
    assert client.does(method, HERE).status == 405


def test_proxies_that_let_only_post_through_can_be_used(client):
    client.announce()
    how = {"x_http_method_override": "PATCH", "upload_offset": "0", "content_type": signing.PIECE_TYPE}
    assert client.does("POST", HERE, PHOTO[:10], **how).status == 204
    assert client.offset() == 10


# Who is answered what


def test_a_request_that_is_not_signed_or_signed_for_something_else_is_refused(client, small_world):
    client.announce()
    assert refusal(client.does("HEAD", HERE, sign=False)) == (401, "bad_signature")
    assert refusal(client.does("HEAD", HERE, sign=False, authorization="TongCDS !!")) == (400, "bad_envelope")
    assert refusal(client.does("HEAD", HERE, sign=False, authorization="TongCDS AAAA")) == (
        400,
        "bad_envelope",
    )
    stolen = signing.authorization("HEAD", HERE, {}, device=client.laptop.me.device, counter=99,
                                   key=client.laptop.key, server_key=client.laptop.me.server_key)  # fmt: skip
    for method, path, more in [
        ("GET", HERE, {}),
        ("HEAD", signing.address(bytes(32)), {}),
        ("HEAD", HERE, {"upload_offset": "5"}),
        ("HEAD", HERE, {"range": "bytes=1-"}),
    ]:
        answer = client.does(method, path, sign=False, authorization=stolen, **more)
        assert refusal(answer) == (401, "bad_signature")
    assert client.does("HEAD", HERE, sign=False, authorization=stolen).status == 200
    assert refusal(client.does("HEAD", HERE, sign=False, authorization=stolen)) == (409, "replayed")


def test_whoever_may_not_see_the_record_hears_that_there_is_no_such_file(world):
    owner = client_of(world, VILLAGE)
    record(owner.laptop, world.unit(VILLAGE))
    owner.uploads()
    colleague, office = client_of(world, VILLAGE, "Pản"), client_of(world, COMMUNE, "Hương")
    for reader in (colleague, office):
        assert reader.does("GET", HERE).body == PHOTO
        assert reader.offset() == len(PHOTO)
    neighbour, above = client_of(world, SECOND_VILLAGE, "Ún"), client_of(world, AREA, "Minh")
    nothing = signing.address(bytes(32))
    for stranger in (neighbour, above):
        for method in ("GET", "HEAD"):
            assert refusal(stranger.does(method, HERE)) == refusal(stranger.does(method, nothing))
            assert stranger.does(method, HERE).status == 404
        assert refusal(stranger.announce()) == (404, "not_found")
        assert refusal(stranger.patch(0, PHOTO)) == (404, "not_found")


def test_a_server_that_forgot_who_asks_would_be_noticed(small_world, monkeypatch):
    """The control: with everybody's areas, a neighbour gets what is not theirs."""
    owner, neighbour = client_of(small_world, VILLAGE), client_of(small_world, SECOND_VILLAGE, "Ún")
    record(owner.laptop, small_world.unit(VILLAGE))
    owner.uploads()
    assert neighbour.does("GET", HERE).status == 404
    real, all_areas = attachments.asker, frozenset({small_world.unit(VILLAGE)})

    def careless(*given, **how):
        return replace(real(*given, **how), reads=all_areas, writes=all_areas)

    monkeypatch.setattr(attachments, "asker", careless)
    assert neighbour.does("GET", HERE).body == PHOTO


def test_the_same_file_in_another_village_has_to_be_sent_there_too(world):
    owner, neighbour = client_of(world, VILLAGE), client_of(world, SECOND_VILLAGE, "Ún")
    record(owner.laptop, world.unit(VILLAGE))
    owner.uploads()
    record(neighbour.laptop, world.unit(SECOND_VILLAGE))
    # Having a record with the hash is not having the file.
    assert neighbour.does("GET", HERE).status == 404
    assert neighbour.announce().headers["upload-offset"] == "0"
    neighbour.patch(0, PHOTO)
    assert neighbour.does("GET", HERE).body == PHOTO
    # One more record in a village that has it costs nothing more.
    record(owner.laptop, world.unit(VILLAGE))
    assert owner.announce().headers["upload-offset"] == str(len(PHOTO))


def test_a_revoked_laptop_is_refused(client, small_world):
    with small_world.province.database.write() as connection:
        enrolment.revoke(connection, client.laptop.me.device, now=small_world.now())
    assert refusal(client.announce()) == (403, "device_revoked")


def test_a_file_without_a_live_record_is_not_given_and_goes_after_two_weeks(world):
    client = client_of(world, VILLAGE)
    attachment = record(client.laptop, world.unit(VILLAGE))
    client.uploads()
    files = world.province.files
    withdraw(client.laptop, attachment)
    assert client.does("GET", HERE).status == 404
    assert attachments.sweep(world.province) == 0
    world.clock.advance(days=10)
    # Brought back in time, it is there again.
    writer = client.laptop.writer()
    writer.restore("attachment", attachment)
    writer.flush()
    client.laptop.sync()
    assert attachments.sweep(world.province) == 0
    assert client.does("GET", HERE).body == PHOTO
    withdraw(client.laptop, attachment)
    attachments.sweep(world.province)
    world.clock.advance(days=31)
    assert attachments.sweep(world.province) == 1
    assert not files.has(DIGEST)
    with world.province.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(HELD)).scalar_one() == 0


def test_what_nobody_knows_on_the_disk_goes_too_and_what_is_needed_stays(client, small_world):
    client.uploads()
    whole = small_world.province.files._whole
    stray = whole / "ab" / "abcd"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"left by a crash")
    now = small_world.clock().timestamp()
    for path in (stray, *whole.glob("*/*")):
        os.utime(path, (now, now))
    assert attachments.sweep(small_world.province) == 0
    small_world.clock.advance(days=40)
    assert attachments.sweep(small_world.province) == 1
    assert not stray.exists()
    assert client.does("GET", HERE).body == PHOTO


def test_two_connections_for_one_file_never_mix_their_bytes(client, small_world):
    client.announce()
    files, device, now = small_world.province.files, client.laptop.me.device, small_world.now()
    with files.sending(device, DIGEST, now) as dead:
        dead.add(PHOTO[:1000])
        with files.sending(device, DIGEST, now) as alive:
            assert alive.size == 1000
            alive.add(PHOTO[1000:3000])
        with pytest.raises(GrownError):
            dead.add(PHOTO[1000:2000])
    assert client.offset() == 3000
    client.patch(3000, PHOTO[3000:])
    assert client.does("GET", HERE).body == PHOTO


def test_nobody_begins_uploads_without_end(small_world):
    client = client_of(small_world, VILLAGE)
    pictures = [jpeg(100, seed=seed) for seed in range(33)]
    for picture in pictures:
        record(client.laptop, small_world.unit(VILLAGE), picture)
    answers = [client.announce(picture).status for picture in pictures]
    assert answers == [201] * 32 + [429]
