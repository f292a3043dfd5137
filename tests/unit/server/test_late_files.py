"""The file of a photo whose area was taken from its laptop before it was sent: who may send it still."""

from __future__ import annotations

import pytest

from tests.unit.server.conftest import SECOND_VILLAGE, VILLAGE
from tests.unit.server.test_tus import DIGEST, HERE, PHOTO, Client, client_of, record, refusal
from tongcds.protocol import attachments as signing
from tongcds.server import attachments, reforms, units


@pytest.fixture
def client(small_world) -> Client:
    made = client_of(small_world, VILLAGE)
    record(made.laptop, small_world.unit(VILLAGE))
    return made


def reassigned(world, client: Client, unit: str = SECOND_VILLAGE) -> None:
    """The laptop works for another village from its next exchange on."""
    with world.province.database.write() as connection:
        reforms.reassign(connection, client.laptop.me.device, units.find(connection, unit), now=world.now())
    client.laptop.sync()


def test_whoever_made_the_record_may_still_send_its_file_after_the_area_was_taken_from_it(world):
    client = client_of(world, VILLAGE)
    record(client.laptop, world.unit(VILLAGE))
    reassigned(world, client)
    client.uploads()
    assert client.announce().headers["upload-offset"] == str(len(PHOTO))
    assert client.does("GET", HERE).status == 404, "sending is not reading"
    assert client_of(world, VILLAGE, "Pản").does("GET", HERE).body == PHOTO


def test_without_that_rule_the_file_could_never_be_sent(small_world, monkeypatch):
    """The control."""
    client = client_of(small_world, VILLAGE)
    record(client.laptop, small_world.unit(VILLAGE))
    reassigned(small_world, client)
    monkeypatch.setattr(attachments, "_numbers", lambda _connection, _who: set())
    assert refusal(client.announce()) == (404, "not_found")


def test_a_record_that_somebody_else_made_there_lets_nobody_send(world):
    owner, former = client_of(world, VILLAGE), client_of(world, VILLAGE, "Ún")
    record(owner.laptop, world.unit(VILLAGE))
    reassigned(world, former)
    assert refusal(former.announce()) == (404, "not_found")


@pytest.mark.parametrize("how", ["remove", "erase"])
def test_of_a_record_that_went_since_it_is_said_that_nobody_asks_for_its_file(world, how):
    client = client_of(world, VILLAGE)
    attachment = record(client.laptop, world.unit(VILLAGE))
    reassigned(world, client)
    said = {"upload_metadata": signing.metadata(DIGEST, [attachment])}
    assert client.announce(**said).status == 201
    writer = client_of(world, VILLAGE, "Pản").laptop
    writer.sync()
    with_it = writer.writer()
    getattr(with_it, how)("attachment", attachment)
    with_it.flush()
    writer.sync()
    assert refusal(client.announce(**said)) == (410, "upload_unasked")
    # Of records that it did not make, or that are not here, nothing is told.
    others = signing.metadata(DIGEST, [attachment, bytes(16)])
    assert refusal(client.announce(upload_metadata=others)) == (404, "not_found")
    stranger = client_of(world, SECOND_VILLAGE, "Minh")
    assert refusal(stranger.announce(**said)) == (404, "not_found")


@pytest.mark.parametrize("records", ["AAAA", "!", "A" * 400])
def test_what_is_no_list_of_records_is_refused(client, records):
    said = f"{signing.metadata(DIGEST)},records {records}"
    assert refusal(client.announce(upload_metadata=said)) == (400, "bad_upload")
