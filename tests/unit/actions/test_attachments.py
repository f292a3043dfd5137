"""Attaching, opening, exporting and removing; and names that would like to be somewhere else."""

from __future__ import annotations

import os
import unicodedata
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.pictures import HERE, exif, jpeg, pdf, png
from tests.unit.actions.conftest import MEMBER, PASSPHRASE, VILLAGE, Home
from tongcds import paths
from tongcds.actions import Core, attachments, audit, privacy, register, rescue
from tongcds.domain.attachments import content_hash
from tongcds.domain.stamps import derived_id
from tongcds.domain.views import Standing
from tongcds.errors import UnavailableError, UserError
from tongcds.storage import attachment_notes, backups, household_records
from tongcds.sync.transport import Transport


@pytest.fixture
def photo(tmp_path) -> Path:
    path = tmp_path / "IMG_0001.JPG"
    path.write_bytes(jpeg(5000, added=exif()))
    return path


def attached(core: Core, home: Home, path: Path, **more) -> bytes:
    attachment, changes = attachments.attach(core, ("household", home.household), path, **more)
    assert changes.kinds == {"attachment"}
    return attachment


def refusal(work, *arguments, **more) -> str:
    with pytest.raises((UserError, UnavailableError)) as refused:
        work(*arguments, **more)
    return refused.value.code


def test_a_photo_is_attached_without_where_it_was_taken(team, home, photo):
    attachment = attached(team, home, photo, taken_on=date(2026, 11, 20), note=" Buổi hướng dẫn ")
    (row,) = register.household(team, home.household).attachments
    assert (row.attachment_id, row.name, row.note, row.taken_on) == (
        attachment, "IMG_0001.JPG", "Buổi hướng dẫn", date(2026, 11, 20)
    )  # fmt: skip
    assert (row.standing, row.here, row.media_type) == (Standing.WAITING, True, "image/jpeg")
    opened = attachments.open_file(team, attachment)
    assert opened.content == jpeg(5000)
    assert HERE not in opened.content


def test_people_and_visits_have_their_own(team, home, photo):
    attachments.attach(team, ("person", home.people[1]), photo)
    (row,) = attachments.of_household(team, home.household)
    assert row.person == "Lò Văn Ún"


def test_a_backup_elsewhere_holds_what_was_not_sent_and_brings_it_back(team, home, photo, tmp_path, logs):
    attachment = attached(team, home, photo)
    sent = attached(team, home, tmp_path / photo_of(tmp_path, 4000))
    with team.vault.write() as connection:
        attachment_notes.confirmed(connection, team.vault.attachments.name_of(content_hash(jpeg(4000))), 1)
    made = rescue.backup_to(team, tmp_path / "stick")
    (kept,) = (made / "attachments").iterdir()
    # Sealed as it lies on the laptop: nothing of the picture is in the clear.
    assert jpeg(5000)[:40] not in kept.read_bytes()
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    other = rescue.restore_backup(tmp_path / "other", tmp_path / "stick", PASSPHRASE, team.clock)
    assert attachments.open_file(other, attachment).content == jpeg(5000)
    assert [row.here for row in attachments.of_household(other, home.household)].count(True) == 1
    assert not other.vault.attachments.has(content_hash(jpeg(4000)))
    assert sent
    other.close()


def test_a_photo_that_was_damaged_on_the_stick_is_not_brought_back(team, home, photo, tmp_path, logs):
    attached(team, home, photo)
    made = rescue.backup_to(team, tmp_path / "stick")
    (kept,) = (made / "attachments").iterdir()
    bad = bytearray(kept.read_bytes())
    bad[len(bad) // 2] ^= 1
    kept.write_bytes(bytes(bad))
    logs.expect("tongcds.storage.repair", "the vault was made anew from a backup")
    other = rescue.restore_backup(tmp_path / "other", tmp_path / "stick", PASSPHRASE, team.clock)
    assert [row.here for row in attachments.of_household(other, home.household)] == [False]
    other.close()


def test_a_stick_that_does_not_give_a_photo_back_is_no_backup(team, home, photo, tmp_path, monkeypatch):
    attached(team, home, photo)
    real = backups.write_whole

    def lying(path, content):
        real(path, content[:-1] if path.parent.name == "attachments" else content)

    monkeypatch.setattr(backups, "write_whole", lying)
    assert refusal(rescue.backup_to, team, tmp_path / "stick") == "backup_failed"
    assert not list((tmp_path / "stick").iterdir())


def photo_of(folder: Path, size: int) -> str:
    name = f"{size}.jpg"
    (folder / name).write_bytes(jpeg(size))
    return name


def test_a_removed_one_comes_back(team, home, photo):
    attachment = attached(team, home, photo)
    attachments.remove(team, attachment)
    assert attachments.of_household(team, home.household) == ()
    attachments.restore(team, attachment)
    assert len(attachments.of_household(team, home.household)) == 1
    assert attachments.open_file(team, attachment).content == jpeg(5000)


def test_what_cannot_be_attached_is_refused_and_leaves_nothing(team, home, tmp_path):
    kept = team.vault.folder / "attachments"
    bad = tmp_path / "bad"
    bad.write_bytes(b"MZ")
    whole = ("household", home.household)
    assert refusal(attachments.attach, team, whole, bad) == "attachment_kind"
    assert refusal(attachments.attach, team, whole, tmp_path / "none") == "file_missing"
    assert refusal(attachments.attach, team, whole, tmp_path) == "file_missing"
    bad.write_bytes(png())
    late = team.today + timedelta(days=1)
    assert refusal(attachments.attach, team, whole, bad, taken_on=late) == "date_in_future"
    assert refusal(attachments.attach, team, ("household", bytes(16)), bad) == "household_unknown"
    assert refusal(attachments.attach, team, ("person", bytes(16)), bad) == "person_unknown"
    assert not kept.exists()
    assert attachments.of_household(team, home.household) == ()


def test_nothing_is_attached_where_one_only_reads(team, home, photo):
    with team.vault.change(MEMBER) as change:
        elsewhere = change.writer.create("household", village_id=derived_id("village", "xa"), code="HN-9")
    assert refusal(attachments.attach, team, ("household", elsewhere), photo) == "village_unknown"


def test_an_unknown_one_is_said_to_be_unknown(team, tmp_path):
    for work in (attachments.open_file, attachments.remove, attachments.restore):
        assert refusal(work, team, bytes(16)) == "attachment_unknown"
    assert refusal(attachments.export, team, bytes(16)) == "attachment_unknown"


def test_one_that_is_elsewhere_needs_a_network(team, home, photo):
    attachment = attached(team, home, photo)
    for path in (team.vault.folder / "attachments").iterdir():
        path.unlink()
    team.connect = lambda _url: Transport("http://127.0.0.1:9")
    assert refusal(attachments.open_file, team, attachment) == "server_unreachable"


def test_attachments_move_with_their_household(team, home, photo):
    attachment = attached(team, home, photo)
    with team.vault.read() as connection:
        parts = household_records.parts_of_household(connection, home.household)
    assert parts["attachment"] == (attachment,)


# What attackers call a file: test E4 of the reliability plan.
_PIECES = (
    "..", "../", "..\\", "/", "\\", "\\\\?\\C:\\", "\\\\server\\share\\", "C:", "C:\\Windows\\", "~",
    "CON", "con.jpg", "PRN", "aux.", "NUL.txt", "COM1", "LPT9.png", "CONIN$", "a:b", "a.jpg::$DATA",
    "name.", "name ", " name", ".", " ", "-rf", "*", "?", '"', "<", ">", "|", "\n", "\r", "\t", "\x00",
    "\u202egpj.exe", "\u200b", "\u2066", "\ufeff", "\u2028", "e\u0301", "\u00e9", "Ảnh giấy", "à" * 300,
    "\ud800", "😀", "/dev/null", "/proc/self/mem", "file://x", "$(touch x)", "`x`", "%APPDATA%", ".bashrc",
    "/etc/passwd", "x:stream.exe", "\x7f", "%2e%2e%2f", "a" * 300, "..\u2215",
)  # fmt: skip


def hostile_names(seed: int, count: int) -> list[str]:
    random = Random(seed)
    names = [*_PIECES]
    while len(names) < count:
        names.append("".join(random.choice(_PIECES) for _ in range(random.randrange(1, 5))))
    return names


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def around(tmp_path) -> Path:
    """A folder with something to lose, and inside it the one that is exported to."""
    folder = tmp_path / "around"
    (folder / "out").mkdir(parents=True)
    for name in ("passwd", "con", "a", ".bashrc"):
        (folder / name).write_bytes(b"precious")
        (folder / "out" / f"{name}.png").write_bytes(b"precious")
    return folder


def test_no_name_leads_out_of_the_folder_or_over_another_file(team, home, around, monkeypatch):
    monkeypatch.setenv(paths.EXPORTS_VARIABLE, str(around / "out"))
    names = hostile_names(20261123, 520)
    before = snapshot(around)
    with team.vault.change(MEMBER) as change:
        digest = team.vault.attachments.keep(png())
        ids = []
        for name in names:
            # As another program's laptop might have written it: the record takes any text.
            text = unicodedata.normalize("NFC", name.encode("utf-8", "ignore").decode().replace("\x00", ""))
            ids.append(change.writer.create(
                "attachment", village_id=VILLAGE, subject="household", subject_id=home.household, hash=digest,
                size=len(png()), media_type="image/png", name=text,
            ))  # fmt: skip
    kept = snapshot(team.vault.folder / "attachments")
    made = [attachments.export(team, one, ground="duty")[0] for one in ids]
    after = snapshot(around)
    assert len(set(made)) == len(names)
    assert {path.parent for path in made} == {around / "out"}
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() == {f"out/{path.name}" for path in made}
    assert snapshot(team.vault.folder / "attachments") == kept
    assert len(kept) == 1
    for path in made:
        stem = path.name.removesuffix(".png")
        assert path.name == unicodedata.normalize("NFC", path.name)
        assert len(path.name.encode()) < 200
        assert not set(stem) & set('\\/:*?"<>|\n\r\t\x00\u202e\u2066')
        assert stem.split(".")[0].casefold() not in {"con", "prn", "aux", "nul", "com1", "lpt9", "conin$"}
        assert not stem.endswith((" ", "."))


def test_a_name_that_is_used_as_it_is_would_be_noticed(around):
    """The control: written under the names themselves, something is overwritten or lands elsewhere."""
    before = snapshot(around)
    for name in ("../passwd", "passwd.png"):
        (around / "out" / name).write_bytes(b"hostile")
    assert {name: snapshot(around)[name] for name in before} != before


@pytest.mark.parametrize("name", [name for name in hostile_names(3, 120) if name.strip("/\\. \x00")])
def test_a_file_of_any_name_can_be_attached(team, home, tmp_path, name):
    path = tmp_path / "in" / name.replace("/", "").replace("\x00", "")[:80]
    path.parent.mkdir()
    try:
        path.write_bytes(pdf())
    except (OSError, ValueError):
        # This system has no such names.
        path = tmp_path / "in" / "x"
        path.write_bytes(pdf())
    attachment = attached(team, home, path)
    (row,) = attachments.of_household(team, home.household)
    assert len(row.name) <= attachments.LONGEST_NAME
    assert "\u202e" not in row.name
    assert attachments.open_file(team, attachment).content == pdf()


@pytest.mark.parametrize("target", ["/dev/zero", "fifo", "link"])
def test_only_ordinary_files_are_read(team, home, tmp_path, target):
    if target == "fifo":
        path = tmp_path / "fifo"
        os.mkfifo(path)
    elif target == "link":
        path = tmp_path / "link"
        path.symlink_to("/dev/zero")
    else:
        path = Path(target)
    assert refusal(attachments.attach, team, ("household", home.household), path) == "file_missing"


def test_a_copy_can_be_followed_by_a_second_one_and_not_be_written_nowhere(
    team, home, photo, tmp_path, monkeypatch
):
    attachment = attached(team, home, photo)
    names = [attachments.export(team, attachment, ground="duty")[0].name for _ in range(3)]
    assert names == ["IMG_0001.jpg", "IMG_0001 (2).jpg", "IMG_0001 (3).jpg"]
    (tmp_path / "file").touch()
    monkeypatch.setenv(paths.EXPORTS_VARIABLE, str(tmp_path / "file"))
    assert refusal(partial(attachments.export, ground="duty"), team, attachment) == "export_unwritable"


def test_whoever_is_erased_takes_their_photos_along(team, home, photo):
    gone = attachments.attach(team, ("person", home.people[2]), photo)[0]
    photo.write_bytes(png())
    stays = attached(team, home, photo)
    privacy.erase(team, "person", home.people[2])
    assert [row.attachment_id for row in attachments.of_household(team, home.household)] == [stays]
    assert refusal(attachments.open_file, team, gone) == "attachment_unknown"
    with team.vault.read() as connection:
        query = "SELECT hash, name, note FROM attachment WHERE id = ?"
        assert tuple(connection.exec_driver_sql(query, (gone,)).one()) == (None, None, None)
    privacy.erase(team, "household", home.household)
    assert refusal(attachments.open_file, team, stays) == "attachment_unknown"


def test_a_copy_that_left_is_noted(team, home, photo):
    attachment = attached(team, home, photo)
    attachments.export(team, attachment, ground="duty")
    lines = audit.access_log(team).lines
    assert [line.kind for line in lines].count(audit.EXPORT) == 1
