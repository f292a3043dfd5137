"""Targets and typed-in figures travel: down to the teams, up to area and province, nowhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.unit.server.conftest import AREA, COMMUNE, OTHER_COMMUNE, VILLAGE
from tongcds.actions import targets, typed_figures
from tongcds.domain.catalogue import Comparator
from tongcds.domain.views import FigureTerms, Standing, TargetTerms
from tongcds.errors import UserError

TERMS = TargetTerms(
    unit_id=b"",
    indicator="XHS09",
    comparator=Comparator.AT_LEAST,
    value=Decimal(80),
    measure="%",
    first=date(2026, 1, 1),
    last=date(2026, 12, 31),
    document_no="12/KH-UBND",
    issuer="UBND",
)
FIGURE = FigureTerms(b"", "EXT06", date(2025, 1, 1), date(2025, 12, 31), Decimal(12), Decimal(34), "Bộ KH&CN")


def read_by(desk):
    desk.sync()
    view = targets.view(desk.core)
    return [(row.terms.value, row.mine) for row in view.targets], [one.value for one in view.typed]


@pytest.fixture
def office(world, desks):
    made = desks(world, COMMUNE, "Cà Thị Hương")
    made.sync()
    return made


def test_what_a_commune_sets_is_read_below_and_above_and_by_no_other_commune(world, desks, office):
    unit = world.unit(COMMUNE)
    made, _undo, _changes = targets.set_target(office.core, replace(TERMS, unit_id=unit))
    typed_figures.type_in(office.core, replace(FIGURE, unit_id=unit))
    office.sync()
    (row,) = targets.view(office.core).targets
    assert row.standing is Standing.RECEIVED
    for place, person in ((VILLAGE, "Lò Thị Ngân"), (AREA, "Quàng Văn Hải"), ("14", "Hoàng Thu Hà")):
        desk = desks(world, place, person)
        assert read_by(desk) == ([(80, False)], [12])
        with pytest.raises(UserError, match=r"not_an_office|target_not_yours"):
            targets.end_target(desk.core, made)
    assert read_by(desks(world, OTHER_COMMUNE, "Cà Văn Tuấn")) == ([], [])


def test_what_an_area_sets_is_held_against_the_figures_of_its_communes(world, desks, office):
    area = desks(world, AREA, "Quàng Văn Hải")
    area.sync()
    wanted = replace(TERMS, unit_id=world.unit(AREA), indicator="XHS01", value=Decimal(70))
    targets.set_target(area.core, wanted)
    area.sync()
    office.create()
    office.create(village_id=world.unit(VILLAGE))
    assert read_by(office) == ([(70, False)], [])
    (row,) = targets.view(office.core).targets
    assert row.denominator == 1


def test_a_correction_arrives_with_its_history(world, desks, office):
    unit = world.unit(COMMUNE)
    first, _undo, _changes = typed_figures.type_in(office.core, replace(FIGURE, unit_id=unit))
    typed_figures.correct(office.core, first, replace(FIGURE, numerator=Decimal(10)))
    office.sync()
    area = desks(world, AREA, "Quàng Văn Hải")
    area.sync()
    (figure,) = typed_figures.all_of(area.core)
    assert (figure.value, [old.value for old in figure.before], figure.by) == (10, [12], "")
