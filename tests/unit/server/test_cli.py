"""The command line of whoever runs a server."""

from __future__ import annotations

import json
import stat
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.unit.server.conftest import AREA
from tests.unit.server.laptop import Laptop
from tongcds.protocol import invitations
from tongcds.protocol.messages import encode
from tongcds.records import record_type
from tongcds.replica.tables import SELF
from tongcds.server import cli, ops, status
from tongcds.server.database import Database
from tongcds.server.folder import open_folder
from tongcds.server.tables import STATE


@pytest.fixture
def run(clock, capsys):
    """Runs a command; answers its exit code, its JSON and what it complained about."""

    def command(*words: str | Path) -> tuple[int, dict, str]:
        code = cli.main([*map(str, words), "--json"], clock=clock)
        output = capsys.readouterr()
        lines = output.out.splitlines()
        return code, json.loads(lines[-1]) if lines else {}, output.err

    return command


@pytest.fixture
def folder(run, tmp_path) -> Path:
    """A server of one commune with two villages in a cluster."""
    place = tmp_path / "server"
    assert init(run, place)[0] == 0
    file = tmp_path / "thon.csv"
    file.write_text(
        "name,commune_code,ghi_chu\nBản Nà Ngà,04123,x\nBản Co Trai,04123,\n", encoding="utf-8-sig"
    )
    assert run("villages", "--data", place, file)[1] == {"villages": 2}
    assert run("cluster", AREA, "--communes", "04123", "--data", place)[0] == 0
    return place


def init(run, place, *more):
    return run("init", "--data", place, "--name", "Sở KH&CN", "--url", "https://cds.example",
               "--province", "14", "--commune", "04123", *more)  # fmt: skip


def test_a_new_server_has_its_units_and_a_key_that_only_it_reads(run, folder):
    assert stat.S_IMODE((folder / "server.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "server.json").stat().st_mode) == 0o600
    province = open_folder(folder, now=lambda: 0)
    with province.database.read() as connection:
        names = connection.execute(select(record_type("unit").table.c.name)).scalars().all()
        codes = connection.execute(select(record_type("village").table.c.code)).scalars().all()
    province.database.close()
    assert sorted(names) == [AREA, "Tỉnh Sơn La", "Xã Chiềng Mung"]
    assert sorted(codes) == ["04123-01", "04123-02"]


def test_a_whole_province_is_seeded_without_a_list(run, tmp_path):
    code, answer, _ = run(
        "init", "--data", tmp_path / "s", "--name", "x", "--url", "https://x", "--province", "14"
    )
    assert (code, answer["units"]) == (0, 76)


def test_a_server_is_never_overwritten(run, folder):
    key = (folder / "server.key").read_bytes()
    code, answer, complaint = init(run, folder)
    assert (code, answer["error"]) == (1, "server_exists")
    assert str(folder) in complaint
    assert (folder / "server.key").read_bytes() == key


@pytest.mark.parametrize("wrong", [("--province", "99"), ("--commune", "99999"), ("--commune", "15634")])
def test_an_unknown_unit_is_said_so(run, tmp_path, wrong):
    code, answer, _ = init(run, tmp_path / "s", *wrong)
    assert (code, answer["error"]) == (1, "unit_unknown")


def test_an_invitation_is_printed_written_and_drawn(run, folder, tmp_path):
    file, picture = tmp_path / "ngan.tongcds-moi", tmp_path / "ngan.svg"
    code, answer, _ = run("invite", "--data", folder, "--unit", "04123-01", "--role", "team", "--name",
                          "Lò Thị Ngân", "--file", file, "--qr", picture, "--hours", 24)  # fmt: skip
    assert code == 0
    written = invitations.read_file(file)
    assert invitations.shown(written.secret) == answer["code"]
    assert (written.member_name, written.unit_name, written.role) == ("Lò Thị Ngân", "Bản Nà Ngà", "team")
    assert (written.url, written.server_name) == ("https://cds.example", "Sở KH&CN")
    assert invitations.from_text(answer["qr"]).server_key == written.server_key
    assert answer["expires"] == "2026-11-24T14:32+07:00"
    assert "<svg" in picture.read_text(encoding="utf-8")


def test_a_qr_code_is_drawn_as_a_picture_or_on_the_terminal(folder, tmp_path, clock, capsys):
    words = ["invite", "--data", str(folder), "--unit", "04123", "--name", "Cà Thị Hương", "--qr"]
    assert cli.main([*words, str(tmp_path / "x.png")], clock=clock) == 0
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
    assert cli.main([*words, "terminal"], clock=clock) == 0
    assert "█" in capsys.readouterr().out
    assert cli.main([*words, str(tmp_path / "x.doc")], clock=clock) == 1
    assert cli.main([*words, str(tmp_path / "none" / "x.svg")], clock=clock) == 3


def test_an_invited_person_can_enrol(run, folder, clock):
    _, answer, _ = run("invite", "--data", folder, "--unit", AREA, "--name", "Quàng Văn Hải")
    province = open_folder(folder, now=lambda: int(clock().timestamp() * 1000))
    laptop = Laptop(lambda _, body: encode(ops.enrol(province, body)), province.now)
    assert laptop.enrol(str(answer["code"])).role == "area"
    laptop.close()
    province.database.close()
    _, listed, _ = run("devices", "--data", folder)
    assert [(d["name"], d["role"], d["revoked"]) for d in listed["devices"]] == [
        ("Quàng Văn Hải", "area", False)
    ]
    _, listed, _ = run("devices", "--data", folder, "--revoke", 2)
    assert listed["devices"][0]["revoked"] is True
    code, answer, _ = run("devices", "--data", folder, "--revoke", 2)
    assert (code, answer["error"]) == (1, "device_unknown")


def test_units_are_merged_and_moved_and_laptops_given_to_others(run, folder, clock):
    _, invited, _ = run("invite", "--data", folder, "--unit", "04123-01", "--name", "Lò Thị Ngân")
    province = open_folder(folder, now=lambda: int(clock().timestamp() * 1000))
    laptop = Laptop(lambda _, body: encode(ops.enrol(province, body)), province.now)
    device = laptop.enrol(str(invited["code"])).device
    laptop.close()
    province.database.close()
    code, answer, _ = run("merge", "--data", folder, "04123-01", "--into", "04123-02", "--on", "2026-11-20")
    assert (code, answer["records"]) == (0, 2)  # the team and its member
    assert run("merge", "--data", folder, "04123-02", "--into", "04123")[1]["error"] == "units_not_alike"
    assert run("merge", "--data", folder, "04123-01", "--into", "04123-02")[1]["error"] == "unit_unknown"
    code, answer, _ = run("move", "--data", folder, "04123-02", "--to", "04123", "--document", "12/NQ")
    assert (code, answer["commune"]) == (0, "Xã Chiềng Mung")
    assert run("reassign", "--data", folder, device, "--unit", "04123")[:2] == (0, {"device": device})
    assert run("devices", "--data", folder)[1]["devices"][0]["role"] == "commune"
    assert run("reassign", "--data", folder, 99, "--unit", "04123")[1]["error"] == "device_unknown"


def test_units_are_found_by_code_or_by_name_without_marks(run, folder):
    for unit in ("04123-01", "Bản Nà Ngà", "ban na nga"):
        assert run("invite", "--data", folder, "--unit", unit, "--name", "x")[1]["unit"] == "Bản Nà Ngà"
    assert run("invite", "--data", folder, "--unit", "Nowhere", "--name", "x")[1]["error"] == "unit_unknown"
    wrong = run("invite", "--data", folder, "--unit", "04123", "--role", "team", "--name", "x")
    assert wrong[1]["error"] == "unit_wrong_role"


def test_two_villages_of_one_name_need_a_code(run, folder, tmp_path):
    file = tmp_path / "more.csv"
    file.write_text("name,commune_code,village_code\nBản Nà Ngà,04123,04123-77\n", encoding="utf-8")
    assert run("villages", "--data", folder, file)[0] == 0
    assert (
        run("invite", "--data", folder, "--unit", "Bản Nà Ngà", "--name", "x")[1]["error"] == "unit_ambiguous"
    )


def test_taking_the_same_villages_in_again_changes_nothing(run, folder, tmp_path):
    file = tmp_path / "thon.csv"
    assert run("villages", "--data", folder, file)[0] == 0
    province = open_folder(folder, now=lambda: 0)
    with province.database.read() as connection:
        assert len(connection.execute(select(record_type("village").table)).all()) == 2
    province.database.close()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "table_column_missing"),
        (b"ten,xa\nx,04123\n", "table_column_missing"),
        (b"name,commune_code\n,04123\n", "table_value_blank"),
        (b"name,commune_code\nX\n", "table_value_blank"),
        (b"name,commune_code\nX,99999\n", "table_reference_unknown"),
        (b"name,commune_code\n\xff\xfe,04123\n", "table_unreadable"),
        (b"PK\x03\x04\x00\x00", "table_column_missing"),
    ],
)
def test_a_bad_list_of_villages_is_said_and_nothing_is_taken(run, folder, tmp_path, content, error):
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    assert run("villages", "--data", folder, file)[:2][1]["error"] == error
    assert run("villages", "--data", folder, tmp_path / "absent.csv")[1]["error"] == "file_missing"
    province = open_folder(folder, now=lambda: 0)
    with province.database.read() as connection:
        assert len(connection.execute(select(record_type("village").table)).all()) == 2
    province.database.close()


@pytest.mark.parametrize("communes", ["99999", "", " , ", "04123-01"])
def test_a_cluster_of_nothing_or_of_strangers_is_refused(run, folder, communes):
    assert run("cluster", "Khu vực x", "--communes", communes, "--data", folder)[0] == 1


def test_the_status_says_what_is_known_without_a_running_server(run, folder):
    code, answer, _ = run("status", "--data", folder, "--url", "http://127.0.0.1:9")
    assert (code, answer) == (0, {"laptops": 0, "revoked": 0, "set_aside": {}, "refused": None})


def test_the_status_counts_what_was_set_aside_and_refused(world, monkeypatch):
    laptop = world.laptop("04123-01")
    hand = laptop.writer()
    hand.create("visit", village_id=world.unit("04132-01"), on="2026-11-01")
    hand.flush()
    laptop.exchange()

    class Health:
        @staticmethod
        def json() -> object:
            return {"refused": {"bad_signature": 3}}

    monkeypatch.setattr(status.requests, "get", lambda *_, **__: Health)
    found = status.status_of(world.province, "http://127.0.0.1:9")
    assert found == status.Status(1, 0, {"not_allowed": 1}, {"bad_signature": 3})
    text = status.told(found)
    assert "not_allowed" in text
    assert "bad_signature" in text


@pytest.mark.parametrize("file", ["server.json", "server.key"])
@pytest.mark.parametrize("content", [b"", b"{}", b"\x00", b"zz" * 32, b"00" * 31])
def test_damaged_files_are_said_and_left(run, folder, file, content):
    (folder / file).write_bytes(content)
    code, answer, _ = run("devices", "--data", folder)
    assert (code, answer["error"]) == (1, "server_damaged")
    assert (folder / file).read_bytes() == content


def test_a_folder_without_a_server_is_said_so(run, tmp_path):
    assert run("devices", "--data", tmp_path)[1]["error"] == "server_missing"
    (tmp_path / "file").write_text("x")
    assert init(run, tmp_path / "file")[:2][1]["error"] == "server_folder_unusable"


def test_a_database_that_is_away_is_said_so(run, tmp_path):
    code, answer, _ = init(run, tmp_path / "s", "--database", "postgresql://127.0.0.1:9/none")
    assert (code, answer["error"]) == (3, "database_unreachable")
    assert init(run, tmp_path / "s")[0] == 0


def test_a_server_on_postgresql_is_run_by_the_same_commands(run, cluster, tmp_path, logs):
    logs.expect("tongcds.server.cli", "the log of the database may hold what records say")
    place, address = tmp_path / "s", cluster.address(cluster.create())
    assert init(run, place, "--database", address)[1]["units"] == 2
    assert not list(place.glob("*.sqlite*"))
    assert run("invite", "--data", place, "--unit", "04123", "--name", "Cà Thị Hương")[1]["role"] == "commune"
    with closing(Database(address)) as database, database.read() as connection:
        names = connection.execute(select(record_type("member").table.c.full_name)).scalars().all()
    assert names == ["Cà Thị Hương"]


@pytest.mark.parametrize(
    "words", [[], ["fly"], ["init"], ["invite", "--hours", "0"], ["serve", "--port", "x"]]
)
def test_a_mistaken_command_is_answered_with_two(words, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    assert end.value.code == 2
    assert capsys.readouterr().err


def test_an_address_that_is_taken_is_said_so(run, folder):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, answer, _ = run("serve", "--data", folder, "--port", taken.getsockname()[1])
    assert (code, answer["error"]) == (3, "server_address_taken")


def test_a_server_that_was_put_back_from_a_copy_gives_no_number_twice(run, folder):
    with closing(open_folder(folder, now=lambda: 0).database) as database, database.read() as c:
        before = c.execute(select(STATE)).one()
        written = c.execute(select(SELF.c.next_n)).scalar_one()
    code, answer, _ = run("restored", "--data", folder)
    assert code == 0
    with closing(open_folder(folder, now=lambda: 0).database) as database, database.read() as c:
        after = c.execute(select(STATE)).one()
        assert answer["epoch"] == after.epoch > before.epoch
        assert after.last_device > before.last_device
        assert c.execute(select(SELF.c.next_n)).scalar_one() > written
