from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from tests.unit.reports.registers import put
from tongcds import i18n
from tongcds.domain.stamps import derived_id, stamp_of
from tongcds.domain.units import unit_id
from tongcds.reports.overview import SHOWN, commune_overview, month_ends_before, today_tiles, village_overview

ON = date(2026, 11, 23)
CHIENG_MUNG = unit_id("commune", "04123", "2025")
CHIENG_MAI = unit_id("commune", "04132", "2025")
AREA = derived_id("area of Mai Sơn")
NA_NGA, NA_TOP = derived_id("Nà Ngà"), derived_id("Nà Tọp")


def millis(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type]


@pytest.fixture
def commune(connection: Connection) -> Connection:
    """Two villages: Nà Ngà with 4 households, 3 of them with fibre, one since this month; Nà Tọp with one."""
    put(
        connection,
        "village",
        [
            {"id": NA_TOP, "commune_id": CHIENG_MUNG, "name": "Bản Nà Tọp"},
            {"id": NA_NGA, "commune_id": CHIENG_MUNG, "name": "Bản Nà Ngà"},
            {"id": derived_id("gone"), "commune_id": CHIENG_MUNG, "name": "Bản Cũ", "valid_to": "2026-05-31"},
            {"id": derived_id("removed"), "commune_id": CHIENG_MUNG, "name": "Bản Lỗi", "deleted": 1},
            {"id": derived_id("other"), "commune_id": CHIENG_MAI, "name": "Bản Khác"},
        ],
    )
    put(
        connection,
        "team",
        [
            {"id": derived_id("t1"), "unit_id": NA_NGA},
            {"id": derived_id("t2"), "unit_id": NA_TOP},
            {"id": derived_id("t3"), "unit_id": CHIENG_MUNG},
        ],
    )
    put(
        connection,
        "household",
        [
            {
                "id": derived_id("h", i),
                "village_id": NA_NGA if i < 4 else NA_TOP,
                "stamp": stamp_of(millis(2026, 9, 1)),
            }
            for i in range(5)
        ],
    )
    put(
        connection,
        "observation",
        [
            {
                "id": derived_id("o", i),
                "village_id": NA_NGA,
                "subject_id": derived_id("h", i),
                "fact": "fibre",
                "value": 1,
                "held_on": "2026-11-02" if i == 2 else "2026-10-01",
                "stamp": stamp_of(millis(2026, 11, 20, 3) + i),
            }
            for i in range(3)
        ],
    )
    return connection


def publish(connection: Connection, *rows: tuple[Any, ...]) -> None:
    put(
        connection,
        "figure",
        [
            {
                "id": derived_id("figure", *map(str, row)),
                "unit_id": row[0],
                "indicator": row[1],
                "on": row[2],
                "numerator": row[3],
                "denominator": row[4],
                "hidden": int(row[3] is None and row[4] is None),
                "fingerprint": "" if row[3] is None else f"0000-{row[3]:04X}",
            }
            for row in rows
        ],
    )


@pytest.fixture
def area(connection: Connection) -> Connection:
    put(
        connection,
        "unit",
        [{"id": AREA, "kind": "cluster", "name": "Khu vực Mai Sơn", "member_ids": CHIENG_MUNG + CHIENG_MAI}],
    )
    publish(
        connection,
        (CHIENG_MUNG, "XHS01", "2026-10-31", 80, 100),
        (CHIENG_MUNG, "XHS01", "2026-11-20", 90, 100),
        (CHIENG_MAI, "XHS01", "2026-10-31", 10, 20),
        (CHIENG_MUNG, "XHS09", "2026-03-31", 10, 300),
        (CHIENG_MUNG, "XHS09", "2026-11-20", 120, 300),
        (CHIENG_MAI, "XHS09", "2026-11-19", None, None),
    )
    put(
        connection,
        "unit_status",
        [
            {
                "id": derived_id("status"),
                "unit_id": CHIENG_MUNG,
                "teams": 26,
                "teams_in_time": 20,
                "households": 100,
                "last_sync_at": millis(2026, 11, 23, 1, 15),
            }
        ],
    )
    return connection


def test_month_ends_are_the_last_days_before_this_month() -> None:
    assert month_ends_before(date(2026, 3, 31), 2) == [date(2026, 1, 31), date(2026, 2, 28)]
    assert month_ends_before(date(2026, 1, 1), 1) == [date(2025, 12, 31)]


def test_a_commune_sees_a_row_for_each_village_that_stands_in_vietnamese_order(commune: Connection) -> None:
    view = village_overview(commune, CHIENG_MUNG, ON)
    assert (view.title, view.row_kind, view.units, view.households) == ("Chiềng Mung", "village", 2, 5)
    assert [(row.name, row.households) for row in view.rows] == [("Bản Nà Ngà", 4), ("Bản Nà Tọp", 1)]
    assert view.teams == 3


def test_a_tile_adds_up_the_villages_and_says_how_it_moved_since_the_end_of_last_month(
    commune: Connection,
) -> None:
    tile = village_overview(commune, CHIENG_MUNG, ON).tiles[SHOWN.index("XHS04")]
    assert (tile.figure.numerator, tile.figure.denominator, tile.figure.unit_id) == (3, 5, CHIENG_MUNG)
    assert tile.change == pytest.approx(1 / 5)


def test_targets_are_those_of_the_province_the_commune_lay_in(commune: Connection) -> None:
    targets = {
        tile.figure.indicator: tile.figure.target for tile in village_overview(commune, CHIENG_MUNG, ON).tiles
    }
    assert targets == {"XHS01": 0.9652, "XHS04": None, "XHS09": 0.80, "XHS11": pytest.approx(0.4856)}


def test_no_target_is_shown_where_no_province_set_one(commune: Connection) -> None:
    put(commune, "village", [{"id": derived_id("x"), "commune_id": derived_id("nowhere"), "name": "Bản X"}])
    view = village_overview(commune, derived_id("nowhere"), ON)
    assert {tile.figure.target for tile in view.tiles} == {None}


def test_a_village_nobody_looked_at_has_no_figure_instead_of_nought(commune: Connection) -> None:
    figure = village_overview(commune, CHIENG_MUNG, ON).rows[1].figures[SHOWN.index("XHS04")]
    assert (figure.numerator, figure.denominator, figure.share) == (None, 1, None)


def test_a_village_that_has_no_team_is_not_waited_for(commune: Connection) -> None:
    put(commune, "village", [{"id": derived_id("alone"), "commune_id": CHIENG_MUNG, "name": "Bản Vắng"}])
    view = village_overview(commune, CHIENG_MUNG, ON)
    assert "Bản Vắng" in [row.name for row in view.rows]
    assert [row.name for row in view.silent] == ["Bản Nà Tọp"]


def test_a_village_synced_last_when_its_latest_record_was_made_unless_the_server_knows(
    commune: Connection,
) -> None:
    view = village_overview(commune, CHIENG_MUNG, ON)
    assert [row.teams_in_time for row in view.rows] == [1, 0]
    assert view.rows[0].last_sync == datetime(2026, 11, 20, 3, 0, 0, 2000, tzinfo=UTC)
    assert [row.name for row in view.silent] == ["Bản Nà Tọp"]
    put(
        commune,
        "unit_status",
        [
            {
                "id": b"s",
                "unit_id": NA_TOP,
                "teams": 1,
                "teams_in_time": 1,
                "last_sync_at": millis(2026, 11, 22),
            }
        ],
    )
    view = village_overview(commune, CHIENG_MUNG, ON)
    assert view.silent == ()
    assert view.data_until == datetime(2026, 11, 22, tzinfo=UTC)


def test_the_trend_has_eleven_month_ends_and_today(commune: Connection) -> None:
    put(commune, "person", [{"id": b"p", "village_id": NA_NGA, "birth": "1985"}])
    put(
        commune,
        "observation",
        [
            {
                "id": b"q",
                "subject_id": b"p",
                "village_id": NA_NGA,
                "fact": "account",
                "value": 1,
                "held_on": "2026-08-15",
            }
        ],
    )
    view = village_overview(commune, CHIENG_MUNG, ON)
    assert [point.on for point in view.trend][:2] == [date(2025, 12, 31), date(2026, 1, 31)]
    assert [point.share for point in view.trend] == [None] * 8 + [1.0] * 4
    assert (view.trend_label, view.trend_target) == ("TK thanh toán", 0.8)


def test_an_area_adds_up_what_the_server_published_the_latest_figure_holding(area: Connection) -> None:
    view = commune_overview(area, AREA, ON)
    assert (view.title, view.row_kind, view.units) == ("Khu vực Mai Sơn", "commune", 2)
    assert [row.name for row in view.rows] == ["Chiềng Mai", "Chiềng Mung"]
    tile = view.tiles[0]
    assert (tile.figure.numerator, tile.figure.denominator, tile.figure.fingerprint) == (
        100,
        120,
        "0000-0064",
    )
    assert tile.change == pytest.approx(100 / 120 - 90 / 120)
    assert [row.households for row in view.rows] == [20, 100]


def test_a_hidden_cell_is_in_no_sum_so_that_nothing_follows_by_subtraction(area: Connection) -> None:
    view = commune_overview(area, AREA, ON)
    adults = SHOWN.index("XHS09")
    hidden = view.rows[0].figures[adults]
    assert (hidden.hidden, hidden.numerator, hidden.denominator) == (True, None, None)
    tile = view.tiles[adults].figure
    assert (tile.numerator, tile.denominator, tile.hidden) == (120, 300, False)


def test_a_tile_shows_what_was_published_of_the_whole_even_where_a_part_is_hidden(area: Connection) -> None:
    publish(area, (AREA, "XHS09", "2026-11-20", 200, 500))
    tile = commune_overview(area, AREA, ON).tiles[2]
    assert (tile.figure.indicator, tile.figure.numerator, tile.figure.denominator) == ("XHS09", 200, 500)
    assert tile.figure.fingerprint == "0000-00C8"


def test_a_tile_of_nothing_but_hidden_cells_is_hidden(area: Connection) -> None:
    publish(
        area,
        (CHIENG_MUNG, "XHS11", "2026-11-01", None, None),
        (CHIENG_MAI, "XHS11", "2026-11-01", None, None),
    )
    tile = commune_overview(area, AREA, ON).tiles[SHOWN.index("XHS11")]
    assert (tile.figure.hidden, tile.figure.share, tile.change) == (True, None, None)


def test_what_was_never_published_is_not_known(area: Connection) -> None:
    figure = commune_overview(area, AREA, ON).tiles[SHOWN.index("XHS04")].figure
    assert (figure.numerator, figure.denominator, figure.hidden) == (None, None, False)


def test_an_area_sees_teams_and_last_sync_as_the_server_published_them(area: Connection) -> None:
    view = commune_overview(area, AREA, ON)
    assert [(row.teams, row.teams_in_time) for row in view.rows] == [(0, 0), (26, 20)]
    assert [row.name for row in view.silent] == ["Chiềng Mai"]
    assert view.data_until == datetime(2026, 11, 23, 1, 15, tzinfo=UTC)


def test_a_trend_of_published_figures_begins_where_they_begin(area: Connection) -> None:
    shares = [point.share for point in commune_overview(area, AREA, ON).trend]
    assert shares == [None] * 3 + [10 / 300] * 8 + [120 / 300]


def test_a_province_has_the_communes_of_the_register(connection: Connection) -> None:
    view = commune_overview(connection, unit_id("province", "14", "2025"), ON)
    assert (view.title, view.units) == ("Sơn La", 75)
    assert view.households is None


def test_the_team_sees_its_own_villages_only(commune: Connection) -> None:
    tiles = today_tiles(commune, [NA_NGA], ON)
    fibre = tiles[SHOWN.index("XHS04")]
    assert (fibre.figure.numerator, fibre.figure.denominator, fibre.figure.unit_id) == (3, 4, NA_NGA)
    assert fibre.change == pytest.approx(1 / 4)
    assert tiles[0].label == "Hộ có điện thoại thông minh"


def test_labels_are_in_the_language_of_the_user(commune: Connection) -> None:
    i18n.set_language("en")
    assert today_tiles(commune, [NA_NGA], ON)[0].label == "Households with a smartphone"
