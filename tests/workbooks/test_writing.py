from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.errors import InvalidInputError
from fieldapp.workbooks.cells import cleaned, is_error
from fieldapp.workbooks.reading import Column, read_rows
from fieldapp.workbooks.writing import FileFormat, write_table, write_template
from geodata.errors import Message
from tests.workbooks.tables import COLUMNS

HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@a",
    "＝1",
    "'=x",
    "''x",
    "<img src=x onerror=alert(1)>",
    "a\nb",
    'a"b,;',
    "\u200fא",
    "😀",
    "_x0041_",
    "示例",
]
UNREADABLE = "\ufffe\uffff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(
        st.characters(exclude_categories=["Cc", "Cs"], exclude_characters=UNREADABLE), min_size=1, max_size=40
    ),
).filter(lambda text: cleaned(text) == text and text != "" and not is_error(text))
rows = st.fixed_dictionaries(
    {
        "township_code": st.from_regex(r"[0-9]{9}", fullmatch=True),
        "name": texts,
        "kind": st.sampled_from(["individual", "team", None]),
        "capacity": st.one_of(st.none(), st.integers(-(2**31) + 1, 2**31 - 1)),
        "amount": st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)),
        "starts_on": st.one_of(st.none(), st.dates(date(1000, 1, 1))),
        "seen_at": st.one_of(st.none(), st.datetimes(datetime.fromisoformat("1000-01-01"))),
        "featured": st.one_of(st.none(), st.booleans()),
        "specialties": st.sampled_from([(), ("crops.rice",), ("fungi", "crops.rice")]),
        "note": st.one_of(st.none(), texts),
    }
)


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
@pytest.mark.parametrize("headers", ["key", "words"])
def test_what_is_written_is_read_back_unchanged(
    tmp_path: Path, file_format: FileFormat, headers: str
) -> None:
    path = tmp_path / f"a.{file_format}"

    @settings(max_examples=40, deadline=None)
    @given(st.lists(rows, min_size=1, max_size=8))
    def holds(table: list[dict[str, object]]) -> None:
        assert write_table(COLUMNS, table, path, headers=headers) == len(table)  # type: ignore[arg-type]
        sheet = read_rows(path, COLUMNS)
        assert sheet.faults == []
        assert [row.values for row in sheet.rows] == table

    holds()


def test_a_formula_is_written_as_text(tmp_path: Path) -> None:
    table = [{"township_code": "230184101", "name": text, "amount": -1} for text in HOSTILE]
    write_table(COLUMNS, table, tmp_path / "a.xlsx")
    cells = [row[1] for row in openpyxl.load_workbook(tmp_path / "a.xlsx").active.iter_rows(min_row=2)]  # type: ignore[union-attr]
    assert {cell.data_type for cell in cells} == {"s"}
    write_table(COLUMNS, table, tmp_path / "a.csv")
    text = (tmp_path / "a.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert b",'=1+1," in text
    assert b",'-1,,,-1," in text


def test_a_workbook_has_a_frozen_header_filters_text_codes_and_real_dates(tmp_path: Path) -> None:
    write_table(
        COLUMNS,
        [{"township_code": "230184101", "name": "拉林满族镇特色大米", "starts_on": date(2026, 1, 5)}],
        tmp_path / "a.xlsx",
        sheet_name="产品[1]",
    )
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert sheet is not None
    assert sheet.title == "产品 1"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:J2"
    assert sheet["A2"].value == "230184101"
    assert sheet["F2"].value == datetime.fromisoformat("2026-01-05")
    assert sheet.column_dimensions["B"].width >= 18


def test_a_table_that_fails_leaves_nothing_and_keeps_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"before")
    with pytest.raises(InvalidInputError, match="row 2, column name is longer"):
        write_table(COLUMNS, [{"name": "x" * 32_768}], path)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_table_can_be_written_to_a_stream() -> None:
    stream = io.BytesIO()
    assert write_table(COLUMNS, iter([{"name": "a"}]), stream, file_format="csv") == 1
    assert b"a" in stream.getvalue()
    with pytest.raises(InvalidInputError, match=r"as .xlsx or .csv"):
        write_table(COLUMNS, [], Path("a.docx"))


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_a_template_offers_choices_and_its_example_is_no_data(tmp_path: Path, locale: str) -> None:
    path = tmp_path / "a.xlsx"
    places = [f"乡镇{number}" for number in range(300)]
    write_template(COLUMNS, path, title=Message("products"), locale=locale, lists={"name": places})
    book = openpyxl.load_workbook(path)
    form, explanation, lists = book.worksheets
    assert [lists.sheet_state, explanation.max_row > len(COLUMNS)] == ["hidden", True]
    sources = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in form.data_validations.dataValidation}
    assert sources["C2"] == "_lists!$B$1:$B$300"
    assert sources["D2"] == "_lists!$C$1:$C$2"
    assert "no row under the headers" in str(read_rows(path, COLUMNS).faults[0].message)
    form.append([None, "230184102", "木耳"])
    book.save(path)
    sheet = read_rows(path, COLUMNS)
    assert sheet.faults == []
    assert [row.values["name"] for row in sheet.rows] == ["木耳"]


def test_an_example_that_loses_its_mark_reads_as_a_sound_row(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    columns = [*COLUMNS[:2], Column("starts_on", Message("starts on"), kind="date", example=date(2026, 1, 5))]
    write_template(columns, path, title=Message("products"))
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["A2"] = None
    book.save(path)
    [row] = read_rows(path, columns).rows
    assert row.values["starts_on"] == date(2026, 1, 5)
