"""Windows wear the style sheet; their parts are put together without, and none flashes up by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QLabel, QToolTip, QWidget

from tongcds.domain.words import Tone
from ui import stylesheet, theme
from ui.errors import ErrorWindow
from ui.preview.screens import SCREENS, in_shell, settle
from ui.screens.opening import OpeningScreen
from ui.shell import Shell
from ui.tasks import InlineExecutor, Tasks
from ui.widgets.field import LineField
from ui.widgets.notice import Notice
from ui.widgets.surface import Card, ItemRow


class Shows(QObject):
    """Writes down what is shown outside of any window of ours."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        alone = isinstance(watched, QWidget) and watched.parentWidget() is None
        if event.type() == QEvent.Type.Show and alone:
            self.seen.append(type(watched).__name__)
        return False


@pytest.fixture
def shows(qapp: QApplication) -> Iterator[Shows]:
    watch = Shows()
    qapp.installEventFilter(watch)
    yield watch
    qapp.removeEventFilter(watch)


def test_the_watch_sees_a_part_that_is_shown_before_it_has_a_place(shows, keep):
    keep(QLabel()).setVisible(True)
    assert shows.seen == ["QLabel"]


@pytest.mark.parametrize("name", SCREENS)
def test_no_part_of_a_screen_is_shown_as_a_window_of_its_own(shows, keep, name):
    keep(in_shell(name)).show()
    settle()
    assert shows.seen == ["Shell"]


@pytest.mark.parametrize(
    "make", [lambda: ItemRow("Lò Văn Xuân", "HN-0141"), lambda: Notice("clock", Tone.WARN, "Đồng hồ sai")]
)
def test_a_part_that_has_words_from_the_first_is_not_shown_before_it_has_a_place(shows, keep, make):
    keep(make())
    assert shows.seen == []


def opening() -> OpeningScreen[object, object]:
    def no(*_words: object) -> object:
        raise LookupError

    return OpeningScreen(
        person="", exists=True, unlock=no, create=no, is_enrolled=bool, read_file=no, read_code=no, enrol=no,
        tasks=Tasks(InlineExecutor()),
    )  # fmt: skip


@pytest.mark.parametrize("make", [lambda: in_shell("today"), opening, lambda: ErrorWindow("")])
def test_a_window_wears_the_sheet_by_itself_and_what_is_put_into_it_wears_it_too(
    keep, make: Callable[[], QWidget]
):
    window = keep(make())
    assert isinstance(window, Shell | OpeningScreen | ErrorWindow)
    field = LineField(parent=window)
    field.ensurePolished()
    plain = LineField()
    plain.ensurePolished()
    # The sheet makes fields as high as buttons.
    assert field.sizeHint().height() > plain.sizeHint().height()


def test_a_part_that_is_put_together_is_not_dressed_until_it_is_in_a_window(qapp):
    card = Card("Hộ gia đình")
    assert qapp.styleSheet() == ""
    assert card.title.style() is qapp.style()


@pytest.mark.parametrize("look", theme.THEMES)
def test_a_tip_is_drawn_in_the_colours_of_the_bar(qapp, keep, look):
    stylesheet.dress(qapp, theme.load(look))
    shell = keep(in_shell("today"))
    shell.show()
    QToolTip.showText(shell.pos(), "Một dòng giải thích", shell)
    settle()
    label = next(one for one in qapp.allWidgets() if one.objectName() == "qtooltip_label")
    picture = label.grab().toImage()
    # Outside of the letters, inside the frame.
    assert picture.pixelColor(2, picture.height() // 2).name().upper() == theme.current().colours["bar"]
    assert label.palette().windowText().color().name().upper() == theme.current().colours["on_bar"]
    QToolTip.hideText()
