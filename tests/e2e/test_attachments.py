"""Photos and papers between real laptops and a real server: whole, once, in the clear nowhere."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.e2e.cut_link import sync_until_done, through
from tests.e2e.province import COMMUNE, VILLAGES, Laptop, Province, administer, cheaply, enrolled
from tests.faults.amounts import times
from tests.pictures import exif, jpeg, pdf
from tongcds.actions import Core, attachments, syncing
from tongcds.domain.attachments import content_hash
from tongcds.domain.views import AttachmentRow, Standing
from tongcds.errors import CancelledError, UnavailableError
from tongcds.protocol import attachments as signing
from tongcds.storage import attachment_notes
from tongcds.sync.attachments import Courier, Sender
from tongcds.sync.pace import Pace
from tongcds.sync.transport import ServerProblemError, Transport

CANARY = b"CANARY-OF-THE-SCAN-7731"
# The link of B10, the time that all has, and that of the changes which go before the files.
BYTES_A_SECOND, AWAY_SECONDS, RESET_SECONDS, AGAIN_SECONDS = 8_000, 2.0, 30.0, 5.0
B10_SECONDS, CHANGES_SECONDS, FEWEST_CUTS = 20 * 60, 2 * 60, 20


@pytest.fixture(autouse=True)
def _cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    cheaply(monkeypatch)


@pytest.fixture
def team(province: Province, tmp_path: Path) -> Iterator[Core]:
    with enrolled(province, tmp_path, VILLAGES[0], "Ngân") as core:
        syncing.sync_now(core)
        yield core


def home(core: Core, code: str = "HN-0001") -> bytes:
    with core.vault.change(core.author()) as change:
        return change.writer.create("household", village_id=core.credentials().unit_id, code=code)


def attached(core: Core, household: bytes, folder: Path, content: bytes, name: str = "anh.jpg") -> bytes:
    path = folder / name
    path.write_bytes(content)
    attachment, _changes = attachments.attach(core, ("household", household), path)
    return attachment


def rows(core: Core, household: bytes) -> dict[bytes, AttachmentRow]:
    return {row.attachment_id: row for row in attachments.of_household(core, household)}


def test_a_photo_goes_from_one_laptop_to_another_in_the_same_village(province, team, tmp_path):
    household = home(team)
    photo = jpeg(300_000, added=exif())
    attachment = attached(team, household, tmp_path, photo)
    assert rows(team, household)[attachment].standing is Standing.WAITING
    assert syncing.status(team).files_waiting == 1
    syncing.sync_now(team)
    assert rows(team, household)[attachment].standing is Standing.RECEIVED
    assert syncing.status(team).files_waiting == 0
    with enrolled(province, tmp_path, VILLAGES[0], "Pản") as other:
        syncing.sync_now(other)
        row = rows(other, household)[attachment]
        assert (row.here, row.name, row.standing) == (False, "anh.jpg", Standing.RECEIVED)
        seen = attachments.open_file(other, attachment)
        assert seen.content == jpeg(300_000)
        assert rows(other, household)[attachment].here
        # Now it needs no network any more.
        province.stop()
        assert attachments.open_file(other, attachment).content == seen.content


def test_what_the_other_laptop_has_not_sent_yet_is_said_to_be_on_its_way(province, team, link, tmp_path):
    household = home(team)
    attachment = attached(team, household, tmp_path, jpeg(300_000))
    through(team, link)
    link.cut_after([9_000, *(300 for _ in range(40))])
    assert syncing.sync_now(team).files.problem == "server_unreachable"
    with enrolled(province, tmp_path, VILLAGES[0], "Pản") as other:
        syncing.sync_now(other)
        with pytest.raises(UnavailableError) as refused:
            attachments.open_file(other, attachment)
    assert refused.value.code == "attachment_not_there"


@pytest.mark.parametrize("seed", range(times(6, 63)))
def test_an_upload_that_is_cut_again_and_again_arrives_once_and_sends_little_twice(
    team, link, tmp_path, seed
):
    household = home(team)
    photo = jpeg(1_500_000, seed=seed)
    attachment = attached(team, household, tmp_path, photo)
    through(team, link)
    random = Random(seed)
    points = [random.randrange(1, 300_000) for _ in range(8)]
    link.cut_after(points)
    sync_until_done(team)
    assert rows(team, household)[attachment].standing is Standing.RECEIVED
    assert link.cuts >= 5
    assert link.up <= 1.2 * len(photo), f"{link.up} bytes for {len(photo)} after {link.cuts} cuts"


@pytest.fixture
def forgetful(link, monkeypatch):
    """What has arrived of a file is forgotten whenever a line breaks."""
    real = Sender._begin

    def anew(sender, courier, digest, size):
        sender._announced.clear()
        for part in (link.folder / "attachments" / "coming").glob("*"):
            part.unlink()
        return real(sender, courier, digest, size)

    monkeypatch.setattr(Sender, "_begin", anew)


@pytest.mark.usefixtures("forgetful")
def test_an_upload_that_begins_anew_each_time_would_be_noticed(team, link, tmp_path):
    """The control: where what has arrived is forgotten, the same cuts send far more."""
    household = home(team)
    photo = jpeg(1_500_000)
    attached(team, household, tmp_path, photo)
    through(team, link)
    link.cut_after([9_000, *[400_000] * 4])
    sync_until_done(team)
    assert link.up > 1.2 * len(photo)


def arrived(link) -> int:
    """Bytes of files that the server has, whole or in part."""
    return sum(part.stat().st_size for part in (link.folder / "attachments").rglob("*") if part.is_file())


def send_five_megabytes(team, link, folder: Path) -> tuple[float, list[int]]:
    """Seconds until all is there, or twenty minutes are over; what had arrived after each reset.

    Of the seconds between two resets some go into waiting for three answers, the rest carries bytes; a reset
    costs what is left of them and a wait. So the time is reckoned from the cuts, and nobody waits for it.
    """
    household = home(team)
    for number in range(5):
        attached(team, household, folder, jpeg(1_000_000, seed=number), f"anh-{number}.jpg")
    through(team, link)
    carried = int(BYTES_A_SECOND * (RESET_SECONDS - 3 * AWAY_SECONDS))
    link.cut_after([carried] * 100)
    there: list[int] = []
    seconds = 0.0
    while seconds <= B10_SECONDS:
        outcome = syncing.sync_now(team)
        there.append(arrived(link))
        seconds = link.cuts * (RESET_SECONDS + AGAIN_SECONDS)
        if not outcome.files.problem and not outcome.files.interrupted:
            return seconds + RESET_SECONDS, there
    return seconds, there


def test_b10_five_megabytes_arrive_over_a_link_that_is_reset_each_half_minute(team, link, tmp_path):
    """8 KB a second, two seconds away; the thousand changes before them: `tests/sim/test_slow_link.py`."""
    seconds, there = send_five_megabytes(team, link, tmp_path)
    assert link.cuts > FEWEST_CUTS
    assert there == sorted(there)
    assert there[-1] >= 5_000_000
    assert seconds <= B10_SECONDS - CHANGES_SECONDS


@pytest.mark.usefixtures("forgetful")
def test_b10_control_files_that_begin_anew_do_not_arrive_in_time(team, link, tmp_path):
    seconds, there = send_five_megabytes(team, link, tmp_path)
    assert seconds > B10_SECONDS
    assert there[-1] < 5_000_000


def test_a_lost_answer_costs_a_question_and_no_piece(team, link, tmp_path, monkeypatch):
    # It remarks on headers that are cut in two.
    monkeypatch.setattr(logging.getLogger("urllib3.connection"), "disabled", True)
    household = home(team)
    syncing.sync_now(team)
    through(team, link)
    for number, lost in enumerate(range(50, 1_500, 90)):
        attachment = attached(team, household, tmp_path, jpeg(20_000, seed=number))
        link.cut_after(down=[lost])
        sync_until_done(team)
        assert rows(team, household)[attachment].standing is Standing.RECEIVED
        assert link.up < 30_000


@pytest.mark.parametrize("seed", range(3))
def test_a_download_that_is_cut_goes_on_from_there(province, team, link, tmp_path, seed):
    household = home(team)
    photo = jpeg(1_200_000, seed=seed)
    attachment = attached(team, household, tmp_path, photo)
    syncing.sync_now(team)
    with enrolled(province, tmp_path, VILLAGES[0], "Pản") as other:
        syncing.sync_now(other)
        through(other, link)
        random = Random(seed)
        points = [random.randrange(100_000, 400_000) for _ in range(5)]
        link.cut_after(down=points)
        # A line that broke is tried again by itself, as long as each try brings something.
        assert attachments.open_file(other, attachment).content == photo
        assert link.cuts >= 3
        assert link.down <= 1.2 * len(photo)


def test_the_smallest_goes_first_and_records_before_all(team, link, tmp_path):
    household = home(team)
    large = attached(team, household, tmp_path, jpeg(900_000, seed=1), "lon.jpg")
    small = attached(team, household, tmp_path, jpeg(20_000, seed=2), "nho.jpg")
    through(team, link)
    link.cut_after([120_000, *(200 for _ in range(30))])
    outcome = syncing.sync_now(team)
    assert (outcome.sent, outcome.files.problem) == (3, "server_unreachable")
    assert syncing.status(team).waiting == 0
    now = rows(team, household)
    assert (now[small].standing, now[large].standing) == (Standing.RECEIVED, Standing.WAITING)


def test_a_record_that_comes_up_goes_before_the_rest_of_a_file(team, link, tmp_path):
    household = home(team)
    attachment = attached(team, household, tmp_path, jpeg(900_000))
    through(team, link)
    link.cut_after([9_000, *(200 for _ in range(30))])
    syncing.sync_now(team)
    link.cut_after()

    def tell(_progress):
        if not syncing.status(team).waiting:
            home(team, "HN-0002")

    done = Sender(team.vault, team.clock, Pace()).run(team.connect(""), tell)
    assert (done.interrupted, done.files) == (True, 0)
    outcome = syncing.sync_now(team)
    assert (outcome.sent, outcome.files.files) == (1, 1)
    assert rows(team, household)[attachment].standing is Standing.RECEIVED


def test_who_stops_it_loses_nothing_that_has_arrived(team, link, tmp_path):
    household = home(team)
    photo = jpeg(900_000)
    attached(team, household, tmp_path, photo)
    through(team, link)
    link.cut_after([9_000, *(200 for _ in range(30))])
    syncing.sync_now(team)
    link.cut_after()
    looked = iter([False] * 20 + [True] * 1000)
    with pytest.raises(CancelledError):
        Sender(team.vault, team.clock, Pace()).run(team.connect(""), cancelled=lambda: next(looked))
    assert syncing.sync_now(team).files.files == 1
    # A third of it was on its way when it was stopped; more than that is not sent twice.
    assert link.up <= 1.5 * len(photo)


def test_photos_do_not_go_over_a_dear_link_before_somebody_agreed(team, tmp_path):
    household = home(team)
    attachment = attached(team, household, tmp_path, jpeg(50_000))
    runner = team.make_runner(lambda work: work(), metered=lambda: True)
    runner.saved()
    assert (runner.status().waiting, runner.status().files_waiting) == (0, 1)
    runner.ask()
    assert runner.status().files_waiting == 0
    assert rows(team, household)[attachment].standing is Standing.RECEIVED


def test_a_restored_server_gets_the_files_that_its_copy_lacks(province, team, tmp_path):
    household = home(team)
    photo = jpeg(50_000)
    attachment = attached(team, household, tmp_path, photo)
    syncing.sync_now(team)
    province.stop()
    shutil.rmtree(province.folder / "attachments")
    administer("restored", "--data", province.folder)
    province.start()
    assert syncing.sync_now(team).files.files == 1
    with enrolled(province, tmp_path, VILLAGES[0], "Pản") as other:
        syncing.sync_now(other)
        assert attachments.open_file(other, attachment).content == photo


def test_a_photo_that_was_not_sent_when_its_village_was_taken_away_still_arrives(province, team, tmp_path):
    photo = jpeg(50_000)
    attachment = attached(team, home(team), tmp_path, photo)
    team.runner.exchange_now(files=False)
    administer("reassign", "--data", province.folder, team.credentials().device, "--unit", VILLAGES[1])
    team.runner.exchange_now(files=False)
    with team.vault.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM attachment").scalar() == 0
    assert syncing.status(team).files_waiting == 1
    assert syncing.sync_now(team).files.files == 1
    assert syncing.status(team).files_waiting == 0
    assert team.vault.attachments.names() == set(), "let go, for the server has it"
    with enrolled(province, tmp_path, VILLAGES[0], "Pản") as other:
        syncing.sync_now(other)
        assert attachments.open_file(other, attachment).content == photo


def test_a_photo_that_was_erased_meanwhile_leaves_the_laptop_that_lost_its_record(
    province, team, tmp_path, monkeypatch
):
    attachment = attached(team, home(team), tmp_path, jpeg(50_000))
    team.runner.exchange_now(files=False)
    administer("reassign", "--data", province.folder, team.credentials().device, "--unit", VILLAGES[1])
    team.runner.exchange_now(files=False)
    with enrolled(province, tmp_path, VILLAGES[0], "Pản") as other:
        syncing.sync_now(other)
        with other.vault.change(other.author()) as change:
            change.writer.erase("attachment", attachment)
        syncing.sync_now(other)
    assert syncing.sync_now(team).files.files == 0
    assert syncing.status(team).files_waiting == 0
    monkeypatch.setattr(attachment_notes, "KEPT_MS", -1)
    syncing.sync_now(team)
    assert team.vault.attachments.names() == set()


def test_another_village_is_told_that_there_is_no_such_file(province, team, tmp_path):
    household = home(team)
    photo = jpeg(50_000)
    attachment = attached(team, household, tmp_path, photo)
    syncing.sync_now(team)
    digest, nothing = content_hash(photo), bytes(32)
    with enrolled(province, tmp_path, VILLAGES[1], "Pản") as stranger:
        syncing.sync_now(stranger)
        transport = Transport(province.url)
        courier = Courier(stranger.vault, transport)
        for method in ("HEAD", "GET"):
            assert answer(courier, method, digest) == answer(courier, method, nothing) == "not_found"
        transport.close()
        # Knowing the hash opens nothing: with a record of its own it is asked for every byte.
        attached(stranger, home(stranger), tmp_path, photo)
        used = []
        stranger.connect = lambda url: used.append(Transport(url)) or used[-1]
        stranger.make_runner(lambda work: work())
        assert syncing.sync_now(stranger).files.files == 1
        assert sum(one.traffic.sent for one in used) > len(photo)
    with enrolled(province, tmp_path, COMMUNE, "Hương") as office:
        syncing.sync_now(office)
        assert attachments.open_file(office, attachment).content == photo


def answer(courier: Courier, method: str, digest: bytes) -> str:
    with pytest.raises(ServerProblemError) as refused:
        courier.ask(method, signing.address(digest))
    return refused.value.problem.code


def test_nothing_of_a_file_is_in_the_clear_on_any_disk(province, team, tmp_path, profile):
    household = home(team)
    scan = pdf(CANARY * 50)
    folder = tmp_path / "phone"
    folder.mkdir()
    attachment = attached(team, household, folder, scan, f"{CANARY.decode()}.pdf")
    syncing.sync_now(team)
    attachments.open_file(team, attachment)
    assert holds(folder, CANARY), "the search itself finds nothing"
    assert holds(team.vault.folder, CANARY) == []
    assert holds(province.folder / "attachments", CANARY) == []
    for digest in (content_hash(scan).hex(), content_hash(scan)):
        assert holds(team.vault.folder, digest) == []
        assert holds(province.folder / "attachments", digest) == []
    assert attachments.export(team, attachment, ground="duty")[0].read_bytes() == scan


def test_the_command_line_does_all_of_it(province, team, tmp_path):
    home(team, "HN-0042")
    syncing.sync_now(team)
    team.close()
    laptop = Laptop(tmp_path / "of Ngân")
    path = tmp_path / "giay.pdf"
    path.write_bytes(pdf())
    made = laptop.sees("attach", "add", "HN-0042", path, "--on", "2025-11-20", "--note", "Giấy mời")[
        "attachment"
    ]
    (row,) = laptop.sees("attach", "list", "HN-0042")["attachments"]
    assert (row["id"], row["standing"], row["taken_on"]) == (made, "waiting", "2025-11-20")
    assert laptop.sees("sync")["files_sent"] == 1
    (row,) = laptop.sees("attach", "list", "HN-0042")["attachments"]
    assert row["standing"] == "received"
    assert Path(laptop.sees("attach", "export", made, "--ground", "duty")["file"]).read_bytes() == pdf()
    laptop.sees("attach", "remove", made)
    assert laptop.sees("attach", "list", "HN-0042")["attachments"] == []
    laptop.sees("attach", "restore", made)
    assert len(laptop.sees("attach", "list", "HN-0042")["attachments"]) == 1
    told = administer("attachments", "--data", province.folder, "--sweep")
    assert (told["files"], told["removed"]) == (1, 0)


def holds(folder: Path, what: bytes | str) -> list[Path]:
    """Files whose bytes or names contain something."""
    raw = what.encode() if isinstance(what, str) else what
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and (raw in path.read_bytes() or (isinstance(what, str) and what in path.name))
    ]
