"""Consent without a default tick, an erasure that has to be typed, and requests on their way."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt

from tests.gui.keyboard import CTRL, DOWN, ENTER, TAB, Keyboard
from tongcds.domain.privacy import consent_text
from tongcds.domain.views import ConsentState, LeftOut, Reminder
from tongcds.i18n import format_date
from ui.changes import ChangeBus
from ui.forms.consent_dialog import ConsentDialog
from ui.forms.erase_dialog import EraseDialog
from ui.forms.export_dialog import TableExportDialog
from ui.forms.reminder_row import reminder_words
from ui.forms.request_dialog import CloseDialog, RequestDialog
from ui.outline import outline
from ui.preview import privacy
from ui.screens.privacy import PrivacyScreen
from ui.tasks import InlineExecutor, Tasks

TODAY = date(2026, 11, 23)
HOME, PERSON, VILLAGE = b"h" * 16, b"p" * 16, b"v" * 16
STATES = (
    ConsentState("household", HOME, "HN-0087 · Hà Thị Xuân"),
    ConsentState("person", PERSON, "Lò Thị Mai", b"c" * 16, ("support",), on=date(2026, 11, 12)),
)


@pytest.fixture
def opened(qtbot, keep):
    def make(widget):
        keep(widget)
        widget.show()
        widget.activateWindow()
        qtbot.waitUntil(widget.isActiveWindow)
        return Keyboard(widget)

    return make


def test_nothing_is_ticked_beforehand_and_nothing_said_is_no_consent(opened):
    dialog = ConsentDialog(HOME, STATES, TODAY)
    keys = opened(dialog)
    kept = []
    dialog.answered.connect(kept.append)
    assert [pills.value() for pills in dialog.purposes.values()] == [None] * 4
    keys.press(ENTER, with_=CTRL)
    assert not kept
    assert dialog.isVisible()


def test_each_purpose_is_answered_from_the_keyboard(opened):
    dialog = ConsentDialog(HOME, STATES, TODAY)
    keys = opened(dialog)
    kept = []
    dialog.answered.connect(kept.append)
    dialog.purposes["support"].setFocus()
    keys.press(Qt.Key.Key_1, TAB, Qt.Key.Key_2)
    keys.press(ENTER, with_=CTRL)
    (answer,) = kept
    assert answer.purposes == {"support": True, "figures": False, "contact": None, "sensitive": None}
    assert (answer.subject, answer.subject_id, answer.way, answer.on) == ("household", HOME, "spoken", TODAY)
    assert (answer.place, answer.expires_on) == ("", None)


def test_where_it_was_said_and_until_when_it_holds_are_kept(opened):
    dialog = ConsentDialog(HOME, STATES, TODAY)
    keys = opened(dialog)
    kept = []
    dialog.answered.connect(kept.append)
    # As long as the text says, unless somebody says otherwise.
    assert dialog.until.text() == ""
    assert dialog.until.placeholderText() == format_date(consent_text(TODAY).holds_until(TODAY))
    dialog.purposes["support"].setFocus()
    keys.press(Qt.Key.Key_1)
    dialog.until.setFocus()
    keys.type("1/1/2020")
    keys.press(ENTER, with_=CTRL)
    assert not kept
    assert "Ngày cuối cùng trước ngày trả lời" in outline(dialog)
    dialog.until.selectAll()
    keys.type("abc")
    keys.press(ENTER, with_=CTRL)
    assert not kept
    dialog.until.selectAll()
    keys.type("31/12/2026")
    keys.press(TAB)
    assert keys.focus() is dialog.place
    keys.type("Nha van hoa ban")
    keys.press(ENTER, with_=CTRL)
    (answer,) = kept
    assert (answer.place, answer.expires_on) == ("Nha van hoa ban", date(2026, 12, 31))


def test_who_agreed_can_take_it_back_and_who_did_not_cannot(opened):
    dialog = ConsentDialog(HOME, STATES, TODAY)
    opened(dialog)
    assert not dialog.withdraw.isVisible()
    dialog.subject.setCurrentIndex(1)
    dialog._show_subject()
    taken = []
    dialog.withdrawn.connect(lambda consent, way: taken.append((consent, way)))
    dialog.withdraw.click()
    assert taken == [(b"c" * 16, "spoken")]


def test_an_erasure_happens_only_after_its_word_was_typed(opened):
    dialog = EraseDialog("Lò Thị Mai")
    keys = opened(dialog)
    done = []
    dialog.confirmed.connect(lambda: done.append(1))
    keys.press(ENTER)
    keys.type("xo")
    keys.press(ENTER)
    assert not done
    keys.type("a")
    keys.press(ENTER)
    assert done == [1]


def test_a_request_needs_a_name(opened):
    dialog = RequestDialog([(VILLAGE, "Bản Nà Ngà")], TODAY)
    keys = opened(dialog)
    written = []
    dialog.written.connect(lambda wanted, code: written.append((wanted, code)))
    keys.press(ENTER, with_=CTRL)
    assert not written
    dialog.who.setFocus()
    keys.type("Ha Thi Xuan")
    keys.press(TAB)
    keys.type("HN-0087")
    keys.press(ENTER, with_=CTRL)
    ((wanted, code),) = written
    assert (wanted.kind, wanted.who, wanted.village_id, code) == ("know", "Ha Thi Xuan", VILLAGE, "HN-0087")


LEFT = LeftOut((("not_asked", 20), ("withdrawn", 1)))


def export_dialog(lines=591, left=LEFT, *, has_numbers=True):
    return TableExportDialog("Xuất danh sách hộ", "Documents", lines, left, has_numbers=has_numbers)


def test_a_table_leaves_out_who_did_not_agree_unless_a_ground_is_chosen_with_the_keys(opened):
    dialog = export_dialog()
    keys = opened(dialog)
    asked = []
    dialog.wanted.connect(lambda numbers, ground: asked.append((numbers, ground)))
    assert dialog.without.told.words() == "Để lại 21 người: 20 người chưa được hỏi, 1 người đã rút đồng ý."
    assert keys.focus() is dialog.leave
    dialog.without.choice.setFocus()
    keys.press(DOWN)
    assert "vẫn đi kèm" in dialog.without.told.words()
    dialog.go_on.setFocus()
    keys.press(Qt.Key.Key_Space)
    assert asked == [(False, "duty")]


def test_a_table_of_nobody_is_not_written(opened):
    dialog = export_dialog(lines=0)
    opened(dialog)
    assert not dialog.go_on.isEnabled()
    dialog.without.choice.setCurrentIndex(1)
    dialog.without.choice.activated.emit(1)
    assert dialog.go_on.isEnabled()


def test_where_everybody_agreed_nothing_is_asked(opened):
    dialog = export_dialog(left=LeftOut(), has_numbers=False)
    opened(dialog)
    assert not dialog.without.isVisible()
    assert not dialog.numbers.isVisible()


def test_declining_needs_a_reason(opened):
    row = privacy.view("typical").requests[0]
    dialog = CloseDialog(row)
    keys = opened(dialog)
    closed = []
    dialog.closed.connect(lambda state, answer: closed.append((state, answer)))
    keys.press(Qt.Key.Key_2)
    keys.press(ENTER, with_=CTRL)
    assert not closed
    dialog.answer.setFocus()
    keys.type("ly do")
    keys.press(ENTER, with_=CTRL)
    assert closed == [("declined", "ly do")]


def test_the_screen_offers_the_next_step_of_each_request(opened):
    screen = PrivacyScreen(lambda: privacy.view("typical"), Tasks(InlineExecutor()), ChangeBus())
    opened(screen)
    steps = []
    screen.replied.connect(lambda row: steps.append(("reply", row.who)))
    screen.extended.connect(lambda row: steps.append(("extend", row.who)))
    screen.closed.connect(lambda row: steps.append(("close", row.who)))
    for button in screen.findChildren(type(screen.add)):
        if button.property("request_id") is not None:
            button.click()
    assert steps == [
        ("reply", "Cà Văn Thoong"), ("close", "Cà Văn Thoong"), ("close", "Hà Thị Xuân"),
        ("extend", "Lèo Thị Hặc"), ("close", "Lèo Thị Hặc"),
    ]  # fmt: skip


def test_too_much_looked_at_is_said_with_name_count_and_day():
    title, detail = reminder_words(Reminder("bulk", "Lò Văn Ún", "2026-11-22", None, count=214))
    assert title == "Lò Văn Ún đã mở xem 214 hộ"
    assert "22/11/2026" in detail
