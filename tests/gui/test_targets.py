"""Targets and typed-in figures from the keyboard, at a commune with a real vault."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.places import button, press
from tests.unit.actions.conftest import COMMUNE, MEMBER, VILLAGE, commune, core_of, team
from tongcds.actions import Core, guidance, targets, typed_figures
from tongcds.domain.catalogue import Comparator
from tongcds.domain.views import Portion, Sharing, TargetTerms
from tongcds.settings import Settings
from ui.changes import ChangeBus
from ui.desktop import Desktop
from ui.forms.share_dialog import ShareDialog
from ui.forms.target_dialogs import FigureDialog, TargetDialog
from ui.preview import targets as invented
from ui.preview.screens import settle
from ui.screens.targets import Part, TargetsScreen
from ui.tasks import InlineExecutor, Tasks

__all__ = ["commune", "core_of", "team"]
pytestmark = pytest.mark.usefixtures("english")


def heard(signal):
    told = []
    signal.connect(lambda *values: told.append(values))
    return told


@pytest.fixture
def screen(keep, qtbot):
    def make(*, may_write=True):
        made = TargetsScreen(lambda: invented.view(may_write=may_write), Tasks(InlineExecutor()), ChangeBus())
        keep(made)
        made.resize(1154, 712)
        made.show()
        made.activateWindow()
        qtbot.waitUntil(made.isActiveWindow)
        settle()
        return made

    return make


def turn(screen, number):
    screen.parts.setFocus()
    QTest.keyClick(screen.parts, Qt.Key.Key_0 + number)
    settle()


def test_a_target_is_told_in_full_with_its_proof_and_its_forecast(screen):
    made = screen()
    said = made.detail.text()
    for words in ("12/KH-UBND", "Phấn đấu đạt 80%", "7F3A-19C2", "1,231/1,790", "71.4%"):
        assert words in said


def test_what_is_not_known_is_no_0(screen):
    made = screen()
    model = made.targets.rows_model
    words = [model.cell(3, at).words for at in range(5)]
    assert words[2:] == ["—", "–", "No data"]


def test_only_the_own_targets_can_be_changed_and_ended(screen):
    made = screen()
    changed, ended = heard(made.set_requested), heard(made.ended)
    made.targets.setFocus()
    press(made.targets, Qt.Key.Key_Return)
    QTest.keyClick(made, Qt.Key.Key_Delete)
    row = invented.view().targets[0]
    assert (changed, ended) == ([(row,)], [(row,)])
    made.targets.choose(2)
    press(made.targets, Qt.Key.Key_Return)
    QTest.keyClick(made, Qt.Key.Key_Delete)
    assert (len(changed), len(ended)) == (1, 1)


def test_a_typed_figure_shows_what_it_corrected_and_where_it_is_from(screen):
    made = screen()
    turn(made, 2)
    assert made.parts.value() == Part.TYPED
    said = made.detail.text()
    assert "typed in, source: Bộ Khoa học và Công nghệ" in said
    assert "before: 13/34" in said
    asked = heard(made.typing_requested)
    QTest.keyClick(made, Qt.Key.Key_F2)
    assert asked == [(invented.view().typed[0],)]


def test_a_target_of_the_plans_is_taken_over(screen):
    made = screen()
    turn(made, 3)
    assert made.catalogue.rows_model.rowCount() == 34
    taken = heard(made.taken)
    made.catalogue.choose(9)
    press(made.catalogue, Qt.Key.Key_Return)
    assert [row.terms.seed for (row,) in taken] == ["T10"]


def test_a_team_reads_and_is_offered_nothing_to_write(screen):
    made = screen(may_write=False)
    for one in (made.set, made.type_in, made.change, made.remove):
        assert not one.isVisible()


@pytest.fixture
def desktop(commune: Core, tmp_path: Path, qtbot) -> Iterator[Desktop]:
    made = Desktop(
        commune,
        Settings(tmp_path / "settings"),
        writes=InlineExecutor(),
        reads=InlineExecutor(),
        files=InlineExecutor(),
        net=InlineExecutor(),
        automatic=False,
    )
    made.show("overview")
    qtbot.waitUntil(made.shell.isActiveWindow)
    yield made
    made.close()


@pytest.fixture
def targets_screen(desktop: Desktop, qtbot) -> TargetsScreen:
    press(button(desktop.shell, "Targets"))
    (found,) = desktop.shell.findChildren(TargetsScreen)
    qtbot.waitUntil(found.isVisible)
    return found


def test_a_target_is_set_refused_with_a_sentence_mended_and_taken_back(
    desktop: Desktop, targets_screen: TargetsScreen, qtbot
) -> None:
    press(button(targets_screen, "Set a target"))
    dialog = desktop.overview.targets.dialog
    assert isinstance(dialog, TargetDialog)
    qtbot.waitUntil(dialog.isActiveWindow)
    dialog.value.setText("180")
    dialog.issuer.setText("UBND xã")
    dialog.number.setText("1/KH")
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert dialog.isVisible()
    assert "between 0 and 100" in dialog.problem.text()
    dialog.value.setText("96,52")
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle()
    (row,) = targets.view(desktop.core).targets
    assert (row.terms.value, row.terms.issuer) == (Decimal("96.52"), "UBND xã")

    press(button(desktop.shell.messages, "Undo"))
    assert targets.view(desktop.core).targets == ()


def test_what_is_no_number_is_said_at_the_field(desktop: Desktop, targets_screen: TargetsScreen) -> None:
    press(button(targets_screen, "Set a target"))
    dialog = desktop.overview.targets.dialog
    assert isinstance(dialog, TargetDialog)
    dialog.value.setText("tám mươi")
    dialog.save()
    assert "tám mươi" in dialog.value.accessibleDescription()
    dialog.comparator.choose(Comparator.BY)
    dialog.reject()
    assert targets.view(desktop.core).targets == ()


def test_a_figure_is_typed_in_and_corrected(desktop: Desktop, targets_screen: TargetsScreen) -> None:
    press(button(targets_screen, "Type a figure in"))
    dialog = desktop.overview.targets.dialog
    assert isinstance(dialog, FigureDialog)
    dialog.save()
    assert "The figure is missing." in dialog.value.accessibleDescription()
    dialog.indicator.choose("EXT06")
    dialog.value.setText("12")
    dialog.save()
    assert "source" in dialog.source.accessibleDescription()
    dialog.source.setText("Bộ KH&CN")
    dialog.save()
    settle()
    assert "63 provinces" in dialog.problem.text()
    dialog.whole.setText("34")
    dialog.save()
    settle()
    (figure,) = typed_figures.all_of(desktop.core)
    turn(targets_screen, 2)
    QTest.keyClick(targets_screen, Qt.Key.Key_F2)
    dialog = desktop.overview.targets.dialog
    assert isinstance(dialog, FigureDialog)
    assert not dialog.indicator.isEnabled()
    dialog.value.setText("11")
    dialog.save()
    settle()
    (now,) = typed_figures.all_of(desktop.core)
    assert (now.value, [old.figure_id for old in now.before]) == (11, [figure.figure_id])


def shared(*portions: Portion, total: int, lacking: int) -> Sharing:
    year = date(2026, 1, 1), date(2026, 12, 31)
    terms = TargetTerms(b"u", "XHS09", Comparator.AT_LEAST, Decimal(80), "%", *year)
    return Sharing("Có tài khoản", terms, year[1], portions, total, lacking)


def test_the_portions_are_shown_before_they_are_given(keep, qtbot) -> None:
    dialog = ShareDialog(
        shared(
            Portion(b"a", "Bản Nà Ngà", 3, 30, 41),
            Portion(b"b", "Bản Xum", 0, 9, 10),
            Portion(b"c", "Bản Mé", None, None, 12),
            total=3,
            lacking=2,
        )
    )
    keep(dialog)
    dialog.show()
    qtbot.waitUntil(dialog.isActiveWindow)
    model = dialog.table.rows_model
    told = [[model.cell(row, at).words for at in range(3)] for row in range(3)]
    assert told == [
        ["Bản Nà Ngà", "30/41", "3"],
        ["Bản Xum", "9/10", "none: reached"],
        ["Bản Mé", "No data yet", "none: nothing is known"],
    ]
    assert "Together 3" in dialog.sum.text()
    assert "lack 2" in dialog.sum.text()
    with qtbot.waitSignal(dialog.accepted):
        QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def test_where_nothing_is_lacking_nothing_can_be_given(keep, qtbot) -> None:
    dialog = keep(ShareDialog(shared(Portion(b"b", "Bản Xum", 0, 9, 10), total=0, lacking=0)))
    dialog.show()
    qtbot.waitUntil(dialog.isActiveWindow)
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert dialog.isVisible()


def test_sharing_out_gives_nothing_until_it_is_confirmed(desktop: Desktop, qtbot) -> None:
    core = desktop.core
    with core.vault.change(MEMBER) as change:
        for value in (1, 0, 0, 0):
            home = change.writer.create("household", village_id=VILLAGE)
            change.writer.create(
                "observation", village_id=VILLAGE, subject="household", subject_id=home, fact="fibre",
                value=value, held_on="2026-11-02",
            )  # fmt: skip
    year = date(2026, 1, 1), date(2026, 12, 31)
    terms = TargetTerms(COMMUNE, "XHS04", Comparator.AT_LEAST, Decimal(80), "%", *year, issuer="UBND xã",
                        document_no="1/KH")  # fmt: skip
    made, _undo, _changes = targets.set_target(core, terms)
    (row,) = targets.view(core).targets
    desktop.overview.targets._share(row)
    dialog = desktop.overview.targets.dialog
    assert isinstance(dialog, ShareDialog)
    dialog.reject()
    assert guidance.view(core).quotas == ()
    desktop.overview.targets._share(row)
    dialog = desktop.overview.targets.dialog
    assert isinstance(dialog, ShareDialog)
    qtbot.waitUntil(dialog.isActiveWindow)
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    settle()
    (quota,) = guidance.view(core).quotas
    assert targets.sharing(core, made).portions[0].amount == 3
    assert "3" in str(quota)
