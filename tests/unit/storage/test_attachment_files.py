"""Photos and papers on the disk: sealed, nameless, whole."""

from __future__ import annotations

import errno
from datetime import UTC, datetime

import pytest

from tests.pictures import jpeg
from tests.unit.storage.homes import AUTHOR, PASSPHRASE, add, home, village
from tongcds.domain.attachments import content_hash
from tongcds.errors import UnavailableError
from tongcds.protocol import sealed
from tongcds.replica import acknowledge, load_identity
from tongcds.storage import attachment_notes, attachments
from tongcds.storage.attachment_files import FOLDER
from tongcds.storage.vault import Vault
from tongcds.sync.attachments import tidy as tidy_vault

CONTENT = b"CANARY of a paper " * 9000
DIGEST = content_hash(CONTENT)
DAY = 24 * 60 * 60


@pytest.fixture
def files(vault):
    return vault.attachments


@pytest.fixture
def disk(folder):
    return folder / FOLDER


def problem(files, digest=DIGEST):
    with pytest.raises(UnavailableError) as refused:
        files.content(digest)
    return refused.value.code


def test_what_is_kept_can_be_read_by_whoever_opens_the_vault_again(vault, files, folder, now):
    assert files.keep(CONTENT) == DIGEST
    vault.close()
    again = Vault.open(folder, PASSPHRASE, now=now)
    assert again.attachments.content(DIGEST) == CONTENT
    again.close()


def test_the_disk_says_neither_what_nor_that_it_is_there(files, disk):
    files.keep(CONTENT)
    (path,) = disk.iterdir()
    assert b"CANARY" not in path.read_bytes()
    assert DIGEST.hex()[:8] not in path.name
    assert path.stat().st_mode & 0o077 == 0


def test_another_vault_gives_the_same_file_another_name(vault, files, tmp_path, now):
    other = Vault.create(tmp_path / "other", PASSPHRASE, person="Pản", now=now)
    assert other.attachments.name_of(DIGEST) != files.name_of(DIGEST)
    other.close()


def test_nothing_in_the_clear_is_written_on_the_way(files, disk, monkeypatch):
    written, real = [], sealed.Growing.sync

    def looking(growing):
        real(growing)
        written.extend(path.read_bytes() for path in disk.iterdir())

    monkeypatch.setattr(sealed.Growing, "sync", looking)
    files.keep(CONTENT)
    assert len(written) == 1
    assert [content for content in written if b"CANARY" in content] == []


def test_a_file_that_is_not_here_is_elsewhere(files):
    assert problem(files) == "attachment_elsewhere"
    assert not files.has(DIGEST)


def test_a_damaged_file_is_noticed_and_can_be_kept_again(files, disk):
    files.keep(CONTENT)
    (path,) = disk.iterdir()
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:100], b"", whole[:50] + b"x" + whole[51:]):
        path.write_bytes(damaged)
        assert problem(files) == "attachment_damaged"
        files.keep(CONTENT)
        assert files.content(DIGEST) == CONTENT


def test_a_full_disk_leaves_nothing_behind(files, disk, monkeypatch):
    def full(_handle):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(sealed.os, "fsync", full)
    with pytest.raises(UnavailableError, match="disk_full"):
        files.keep(CONTENT)
    assert list(disk.iterdir()) == []


def test_a_disk_that_lies_is_caught_before_the_file_has_its_name(files, disk, monkeypatch):
    real = sealed.Growing.sync

    def lying(growing):
        real(growing)
        path = next(disk.iterdir())
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)

    monkeypatch.setattr(sealed.Growing, "sync", lying)
    with pytest.raises(UnavailableError, match="disk_failing"):
        files.keep(CONTENT)
    assert list(disk.iterdir()) == []


def test_what_comes_in_pieces_gets_its_name_when_it_is_whole(files):
    for start in range(0, len(CONTENT), 50_000):
        assert files.arrived(DIGEST) == start
        with files.arriving(DIGEST) as growing:
            growing.add(CONTENT[start : start + 50_000])
    assert not files.has(DIGEST)
    files.settle(DIGEST)
    assert files.content(DIGEST) == CONTENT
    assert files.arrived(DIGEST) == 0


def test_something_else_that_comes_is_forgotten(files, disk):
    with files.arriving(DIGEST) as growing:
        growing.add(b"something else")
    with pytest.raises(UnavailableError, match="attachment_damaged"):
        files.settle(DIGEST)
    assert list(disk.iterdir()) == []


# What the records say about the files


@pytest.fixture
def attached(vault):
    """Attaches a file to a new household; answers the attachment's id."""

    def make(content, **values):
        digest = vault.attachments.keep(content)
        with vault.change(AUTHOR) as change:
            place = village(change.writer)
            made = home(change.writer, place, "HN-0001", "Lò Văn Pản")
            usual = {
                "village_id": place, "subject": "household", "subject_id": made.id, "hash": digest,
                "size": len(content), "media_type": "image/jpeg", "name": "anh.jpg",
            }  # fmt: skip
            return change.writer.create("attachment", **usual | values), made.id

    return make


def receive_all(vault, now):
    with vault.write() as connection:
        me = load_identity(connection, now=now)
        acknowledge(connection, me, me.next_n - 1)


def areas(vault):
    with vault.read() as connection:
        return set(connection.exec_driver_sql("SELECT DISTINCT area FROM attachment").scalars())


def test_files_go_after_their_records_the_smallest_first(vault, now, attached):
    for size in (9000, 100, 3000):
        attached(jpeg(size, seed=size))
    mine = areas(vault)

    def sizes():
        with vault.read() as connection:
            return [one.size for one in attachments.ready(connection, vault.attachments, mine, now())]

    with vault.read() as connection:
        assert attachments.waiting(connection, vault.attachments).files == 3
    assert sizes() == []
    receive_all(vault, now)
    assert sizes() == sorted(sizes())
    assert len(sizes()) == 3


def test_one_that_the_server_refused_waits_and_the_others_do_not(vault, files, now, attached):
    for size in (100, 3000):
        attached(jpeg(size, seed=size))
    receive_all(vault, now)
    mine = areas(vault)

    def count():
        with vault.read() as connection:
            return len(attachments.ready(connection, files, mine, now()))

    with vault.write() as connection:
        attachment_notes.refused(connection, files.name_of(content_hash(jpeg(100, seed=100))), now())
    assert count() == 1
    now.advance(7 * 60 * 60)
    assert count() == 2
    with vault.write() as connection:
        attachment_notes.confirmed(connection, files.name_of(content_hash(jpeg(100, seed=100))), now())
    assert count() == 1
    # A restored server may have lost it.
    with vault.write() as connection:
        attachment_notes.offer_again(connection)
    assert count() == 2


def tidy(vault, now):
    return tidy_vault(vault, lambda: datetime.fromtimestamp(now() / 1000, UTC))


def test_a_removed_file_stays_for_two_weeks_and_can_be_brought_back(vault, files, now, attached):
    attachment, _household = attached(CONTENT)
    with vault.change(AUTHOR) as change:
        change.writer.remove("attachment", attachment)
    assert tidy(vault, now) == 0
    now.advance(10 * DAY)
    assert tidy(vault, now) == 0
    with vault.change(AUTHOR) as change:
        change.writer.restore("attachment", attachment)
    tidy(vault, now)
    now.advance(40 * DAY)
    assert tidy(vault, now) == 0
    assert files.content(DIGEST) == CONTENT
    with vault.change(AUTHOR) as change:
        change.writer.remove("attachment", attachment)
    tidy(vault, now)
    now.advance(31 * DAY)
    assert tidy(vault, now) == 1
    assert not files.has(DIGEST)


def test_a_file_of_records_that_left_this_laptop_goes_at_once_when_the_server_has_it(
    vault, files, now, attached
):
    attached(CONTENT)
    receive_all(vault, now)
    with vault.write() as connection:
        connection.exec_driver_sql("DELETE FROM attachment")
    for _ in range(3):
        assert tidy(vault, now) == 0
        now.advance(400 * DAY)
    assert files.has(DIGEST), "nobody else has it"
    with vault.read() as connection:
        assert attachment_notes.alone(connection, files, backed_up=True) == {files.name_of(DIGEST)}
    with vault.write() as connection:
        attachment_notes.confirmed(connection, files.name_of(DIGEST), now())
    assert tidy(vault, now) == 1


def test_without_the_note_whose_it_was_a_file_that_nobody_else_has_would_go(
    vault, files, now, attached, monkeypatch
):
    """The control."""
    monkeypatch.setattr(attachment_notes, "_left", lambda _connection, _files: set())
    attached(CONTENT)
    with vault.write() as connection:
        connection.exec_driver_sql("DELETE FROM attachment")
    assert tidy(vault, now) == 0
    now.advance(15 * DAY)
    assert tidy(vault, now) == 1


def test_a_file_of_which_one_record_left_and_another_was_removed_stays(vault, files, now, attached):
    attached(CONTENT)
    second, _household = attached(CONTENT)
    with vault.change(AUTHOR) as change:
        change.writer.remove("attachment", second)
    with vault.write() as connection:
        connection.exec_driver_sql("DELETE FROM attachment WHERE deleted = 0")
    assert tidy(vault, now) == 0
    now.advance(15 * DAY)
    assert tidy(vault, now) == 0
    assert files.has(DIGEST)


@pytest.mark.parametrize("tidied", [True, False])
def test_the_file_of_somebody_who_was_erased_goes_though_nobody_else_has_it(
    vault, files, now, attached, tidied
):
    attachment, _household = attached(CONTENT)
    if tidied:
        tidy(vault, now)
    with vault.change(AUTHOR) as change:
        change.writer.erase("attachment", attachment)
    with vault.read() as connection:
        assert attachment_notes.alone(connection, files, backed_up=True) == set()
    assert tidy(vault, now) == 0
    now.advance(15 * DAY)
    assert tidy(vault, now) == 1
    assert not files.has(DIGEST)
    with vault.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM attachment_named").scalar() == 0


# A file whose record left before the server had it


@pytest.fixture
def left(vault, now, attached):
    """The id of an attachment whose record left with its area."""
    attachment, _household = attached(CONTENT)
    receive_all(vault, now)
    with vault.write() as connection:
        connection.exec_driver_sql("DELETE FROM attachment")
    return attachment


def waiting(vault):
    with vault.read() as connection:
        told = attachments.waiting(connection, vault.attachments)
    return told.files, told.unwanted


def note(vault, kind, now):
    with vault.write() as connection:
        kind(connection, vault.attachments.name_of(DIGEST), now())


def test_it_is_offered_with_the_record_that_it_was_of_and_counts_as_waiting(vault, now, left):
    with vault.read() as connection:
        (one,) = attachments.ready(connection, vault.attachments, set(), now())
    assert (one.left, one.digest, one.size) == ((left,), DIGEST, len(CONTENT))
    assert waiting(vault) == (1, 0)


def test_one_that_the_server_does_not_take_stays_until_a_backup_elsewhere_holds_it(
    vault, files, now, left, tmp_path
):
    note(vault, attachment_notes.refused, now)
    assert waiting(vault) == (1, 1)
    for _ in range(3):
        assert tidy(vault, now) == 0
        now.advance(400 * DAY)
    vault.backup_to(tmp_path / "stick")
    assert waiting(vault) == (0, 0)
    assert tidy(vault, now) == 0
    now.advance(13 * DAY)
    assert tidy(vault, now) == 0
    with vault.read() as connection:
        assert len(attachments.ready(connection, files, set(), now())) == 0, "let go"
    now.advance(2 * DAY)
    assert tidy(vault, now) == 1


def test_a_backup_elsewhere_alone_does_not_let_it_go(vault, now, left, tmp_path):
    vault.backup_to(tmp_path / "stick")
    for _ in range(3):
        assert tidy(vault, now) == 0
        now.advance(400 * DAY)
    assert waiting(vault) == (1, 0)


def test_one_whose_record_is_gone_there_too_goes_after_two_weeks(vault, files, now, left):
    note(vault, attachment_notes.unasked, now)
    assert waiting(vault) == (0, 0)
    with vault.read() as connection:
        assert attachment_notes.alone(connection, files, backed_up=True) == set()
    now.advance(13 * DAY)
    assert tidy(vault, now) == 0
    now.advance(2 * DAY)
    assert tidy(vault, now) == 1


def test_what_a_backup_elsewhere_took_along_is_not_only_here(vault, files, attached, tmp_path):
    attached(CONTENT)
    attached(jpeg(100, seed=100))

    def alone(*, backed_up):
        with vault.read() as connection:
            return len(attachment_notes.alone(connection, files, backed_up=backed_up))

    assert alone(backed_up=False) == 2
    vault.backup_to(tmp_path / "stick")
    assert (alone(backed_up=False), alone(backed_up=True)) == (0, 2)
    attached(jpeg(3000, seed=3000))
    assert (alone(backed_up=False), alone(backed_up=True)) == (1, 3)


def test_what_belongs_to_a_household_its_people_and_visits_is_listed(vault, attached):
    _attachment, household = attached(CONTENT, note="Giấy xác nhận", taken_on="2026-11-20")
    add(vault, "Bản khác")
    with vault.read() as connection:
        (row,) = attachments.of_household(connection, vault.attachments, household)
        assert attachments.of_household(connection, vault.attachments, bytes(16)) == ()
    assert (row.note, f"{row.taken_on}", row.here, row.size) == (
        "Giấy xác nhận",
        "2026-11-20",
        True,
        len(CONTENT),
    )
