"""Forms as data: what ships is right, what an office changes is checked, a mistake is named."""

from __future__ import annotations

import shutil

import pytest

from tongcds.documents.forms import RowsOf, Sum, Word, forms_of, read_forms, shipped_forms
from tongcds.errors import UserError, sentence
from tongcds.paths import resources_folder

SHIPPED = resources_folder() / "documents"


@pytest.fixture
def own(tmp_path):
    for name in ("forms.csv", "form_columns.csv"):
        shutil.copy(SHIPPED / name, tmp_path / name)

    def change(name, old, new):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        return tmp_path

    return change


def test_the_forms_that_ship_have_the_columns_of_their_lists():
    forms = shipped_forms()
    assert {code: form.line.rows for code, form in forms.items()} == {
        "B03": RowsOf.INDICATORS, "B04": RowsOf.UNITS, "B05": RowsOf.UNITS,
        "B06": RowsOf.DIFFICULTIES, "M06": RowsOf.TARGETS,
        "B12": RowsOf.CRITERIA, "B13": RowsOf.COMMENDATIONS,
    }  # fmt: skip
    titles = [column.title("vi") for column in forms["B03"].columns]
    assert titles == [
        "TT", "Chỉ tiêu", "Đơn vị tính", "Kỳ trước", "Trong kỳ", "Lũy kế năm", "Chỉ tiêu giao", "So chỉ tiêu",
        "Ghi chú",
    ]  # fmt: skip
    village = [column.title("vi") for column in forms["B04"].columns]
    assert village[:6] == ["TT", "Thôn, bản", "Số hộ", "Số khẩu", "Số tổ", "Thành viên"]
    assert village[-1] == "Ghi chú"
    assert [column.title("vi") for column in forms["B06"].columns] == [
        "TT", "Nội dung", "Đơn vị, địa bàn", "Nguyên nhân", "Đã xử lý", "Đề xuất", "Cơ quan giải quyết",
        "Thời hạn", "Trạng thái",
    ]  # fmt: skip
    assert [column.title("vi") for column in forms["B12"].columns] == [
        "TT", "Tiêu chí", "Điểm tối đa", "Tự chấm", "Thẩm định", "Minh chứng",
    ]  # fmt: skip
    assert [column.title("vi") for column in forms["B13"].columns] == [
        "TT", "Tên tập thể / cá nhân", "Chức vụ", "Đơn vị", "Hình thức đề nghị", "Tóm tắt thành tích",
        "Số phiếu",
    ]  # fmt: skip
    assert "Xếp hạng" in [column.title("vi") for column in forms["B05"].columns]
    assert "XHS09" in forms["B04"].indicators()


@pytest.mark.parametrize(
    ("name", "old", "new", "place"),
    [
        ("form_columns.csv", "XHS01.whole", "XHS99.whole", ("holds", "XHS99")),
        ("form_columns.csv", "XHS01.whole", "XHS01.middle", ("holds", "XHS01.middle")),
        ("form_columns.csv", "XHS01.whole", "now", ("holds", "now")),
        ("form_columns.csv", ",before,", ",XHS01.part,", ("holds", "XHS01.part")),
        ("form_columns.csv", ",what,", ",name,", ("holds", "name")),
        ("form_columns.csv", ",what,", ",XHS01.part,", ("holds", "XHS01.part")),
        ("form_columns.csv", "B04.3,B04", "B04.3,B99", ("form", "B99")),
        ("form_columns.csv", ",end\n", ",sideways\n", ("align", "sideways")),
        ("form_columns.csv", ",forecast,", ",before,", ("holds", "before")),
        ("forms.csv", "landscape", "upright", ("page", "upright")),
        ("forms.csv", "XHS01;XHS09", "XHS01;XHS98", ("chart", "XHS98")),
        ("forms.csv", "B05,", "B07,", ("", "B05")),
    ],
)
def test_a_mistake_is_named_with_file_line_and_column(own, name, old, new, place):
    folder = own(name, old, new)
    with pytest.raises(UserError) as caught:
        read_forms(folder)
    words = sentence(caught.value)
    assert ".csv" in words
    assert str(caught.value.params["line"]) in words
    assert all(part in words for part in place)


def test_a_form_without_columns_is_named(own):
    folder = own("forms.csv", "B03,", "B92,Mẫu,Form,Mẫu,Form,units,portrait,no,no,,,,,\nB03,")
    with pytest.raises(UserError, match="form_without_columns"):
        read_forms(folder)


def test_an_office_changes_a_form_and_adds_one(own):
    folder = own("forms.csv", "Tổng hợp cấp xã", "Bảng của xã ta")
    folder = own("forms.csv", "B03,", "B91,Mẫu riêng,Own,Mẫu riêng,Own,units,portrait,no,no,,,,,\nB03,")
    folder = own(
        "form_columns.csv", "B03.1,", "B91.1,B91,,,Tỷ lệ,Share,XHS01.part / XHS01.whole,9,end\nB03.1,"
    )
    forms, wrong = forms_of(folder)
    assert wrong == ()
    assert forms["B04"].name("vi") == "Bảng của xã ta"
    (column,) = forms["B91"].columns
    assert isinstance(column.holds, Sum)
    assert column.holds.is_share


def test_an_office_with_a_mistake_in_its_forms_gets_ours_and_hears_of_it(own):
    folder = own("form_columns.csv", "XHS01.whole", "XHS99.whole")
    forms, (wrong,) = forms_of(folder)
    assert forms == shipped_forms()
    assert wrong.params["column"] == "holds"


def test_words_of_columns_are_those_of_the_papers():
    assert {word.value for word in Word} == {
        "number", "name", "note", "unit", "before", "now", "year", "target", "against", "kind", "what",
        "where", "cause", "done", "proposal", "owner", "due", "state",
        "set_by", "missing", "forecast", "verdict", "why",
        "most", "own", "appraised", "evidence", "post", "award", "merits", "votes",
    }  # fmt: skip
