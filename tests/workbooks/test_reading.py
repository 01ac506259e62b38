from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from fieldapp.domain.errors import InvalidInputError
from fieldapp.workbooks.reading import Column, Sheet, read_rows
from geodata.errors import Message
from tests.workbooks.tables import COLUMNS, HEADER, csv_file, ods, ods_row, workbook

DATA = Path(__file__).parent / "data"


def only_fault(sheet: Sheet) -> tuple[str | None, int | None, str | None, str | None, str]:
    [fault] = sheet.faults
    return fault.sheet, fault.row, fault.column, fault.value, str(fault.message)


def cell(tmp_path: Path, column: Column, text: str) -> object:
    sheet = read_rows(csv_file(tmp_path / "one.csv", f'{column.key},x\n"{text}",y\n'), [column])
    return sheet.rows[0].values[column.key] if not sheet.faults else str(sheet.faults[0].message)


def test_headers_are_found_under_titles_in_any_order_and_width(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        {
            "选派": [
                ["2026年选派表"],
                [],
                ["序号", "名 称", "乡镇代码（必填）*", "ＣＡＰＡＣＩＴＹ", None],
                [1, " 大米 ", 230184101.0, "１２", None],
                [],
                [2, "木耳", "２３０１８４１０２", 3, None],
                [None, None, "  ", None, None],
            ]
        },
    )
    sheet = read_rows(path, COLUMNS)
    assert sheet.faults == []
    assert sheet.name == "选派"
    assert sheet.ignored == ["序号"]
    assert [
        (row.number, row.values["township_code"], row.values["name"], row.values["capacity"])
        for row in sheet.rows
    ] == [
        (4, "230184101", "大米", 12),
        (6, "230184102", "木耳", 3),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_every_usual_encoding_and_delimiter(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    text = f"乡镇代码{delimiter}名称\r\n230184101{delimiter}大米\r\n"
    sheet = read_rows(csv_file(tmp_path / "a.csv", text, encoding), COLUMNS)
    assert sheet.faults == []
    assert [row.values["name"] for row in sheet.rows] == ["大米"]


def test_an_old_workbook_is_read() -> None:
    sheet = read_rows(DATA / "assignments.xls", COLUMNS)
    assert sheet.faults == []
    assert [
        (row.number, row.values["township_code"], row.values["name"], row.values["kind"])
        for row in sheet.rows
    ] == [(3, "230184101", "大米", "individual"), (5, "230184102", "=木耳", "individual")]


def test_an_open_document_is_read_and_its_endless_blank_rows_are_not(tmp_path: Path) -> None:
    body = (
        ods_row(*HEADER[:3])
        + ods_row(
            "230184101",
            "大米",
            '<table:table-cell office:value-type="date" office:date-value="2026-01-05">'
            "<text:p>5.1.26</text:p></table:table-cell>",
        )
        + ods_row(
            '<table:table-cell table:number-columns-repeated="16384"/>',
            more='table:number-rows-repeated="1048000"',
        )
    )
    sheet = read_rows(ods(tmp_path / "a.ods", body), COLUMNS)
    assert sheet.faults == []
    assert [row.values["starts_on"] for row in sheet.rows] == [date(2026, 1, 5)]


def test_a_misnamed_file_is_read_by_its_content_and_told(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xls", {"a": [HEADER, ["230184101", "大米"]]})
    sheet = read_rows(path, COLUMNS)
    assert len(sheet.rows) == 1
    assert [str(note) for note in sheet.notes] == [
        "The file is called a.xls, but its content is xlsx; it was read as that."
    ]


@pytest.mark.parametrize(
    "text",
    ["2026-01-05", "2026/1/5", "2026.1.5", "2026年1月5日", "20260105", "２０２６－０１－０５", "46027"],
)
def test_a_date_may_be_written_in_any_usual_way(tmp_path: Path, text: str) -> None:
    assert cell(tmp_path, Column("d", Message("d"), kind="date"), text) == date(2026, 1, 5)


@pytest.mark.parametrize("text", ["5/1/26", "2026-13-01", "2026年1月", "2026-02-30", "yesterday", "12"])
def test_what_is_not_surely_a_date_is_refused(tmp_path: Path, text: str) -> None:
    assert "is not a date" in str(cell(tmp_path, Column("d", Message("d"), kind="date"), text))


def test_a_time_keeps_its_offset(tmp_path: Path) -> None:
    column = Column("d", Message("d"), kind="datetime")
    east = timezone(timedelta(hours=8))
    assert cell(tmp_path, column, "2026-11-20T09:10:00+08:00") == datetime(2026, 11, 20, 9, 10, tzinfo=east)
    assert cell(tmp_path, column, "2026年1月5日 9:30") == datetime.fromisoformat("2026-01-05 09:30")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("30184101", "zeros at its start may be lost"),
        ("2.30184E+08", "Excel shortened"),
        ("23018410X", "not a code of 9 digits"),
    ],
)
def test_a_damaged_code_is_a_fault_and_never_repaired(tmp_path: Path, text: str, words: str) -> None:
    assert words in str(cell(tmp_path, COLUMNS[0], text))


@pytest.mark.parametrize(("text", "value"), [("1,234", 1234), ("１２", 12), ("-3", -3), ("5.0", 5)])
def test_whole_numbers_are_read(tmp_path: Path, text: str, value: int) -> None:
    assert cell(tmp_path, Column("n", Message("n"), kind="integer"), text) == value


@pytest.mark.parametrize("text", ["1.5", "12人", "1,23", "nan", "99999999999"])
def test_other_text_is_no_whole_number(tmp_path: Path, text: str) -> None:
    assert text in str(cell(tmp_path, Column("n", Message("n"), kind="integer"), text))


def test_choices_are_read_in_either_language_and_others_listed(tmp_path: Path) -> None:
    assert cell(tmp_path, COLUMNS[2], "自然人") == "individual"
    assert cell(tmp_path, COLUMNS[2], " Team ") == "team"
    assert cell(tmp_path, COLUMNS[8], "水稻、食用菌") == ("crops.rice", "fungi")
    assert "Write one of" in str(cell(tmp_path, COLUMNS[2], "法人"))


def test_a_fault_names_sheet_row_column_value_and_cure(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"选派": [HEADER, ["230184101", "大米", "明天", 1]]})
    sheet = read_rows(path, COLUMNS)
    assert only_fault(sheet) == (
        "选派",
        2,
        "开始日期",
        "明天",
        "明天 is not a date. Write it like 2026-01-05 or 2026年1月5日.",
    )
    assert sheet.rows[0].faulty == {"starts_on"}


def test_an_error_cell_is_a_fault(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"选派": [HEADER, ["230184101", "#REF!", None, 1]]})
    assert only_fault(read_rows(path, COLUMNS))[1:4] == (2, "名称", "#REF!")


def test_an_error_cell_of_an_old_workbook_is_a_fault() -> None:
    sheet = read_rows(DATA / "errors.xls", COLUMNS)
    assert [(fault.row, fault.column, fault.value) for fault in sheet.faults] == [
        (2, "名称", "#REF!"),
        (3, "备注", "#N/A"),
    ]


def test_a_formula_that_was_never_calculated_is_a_fault(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"选派": [HEADER, ["230184101", "=A1&A2", None, 1]]})
    assert "never calculated" in only_fault(read_rows(path, COLUMNS))[4]


def test_a_missing_value_in_a_required_column_is_a_fault(tmp_path: Path) -> None:
    sheet = read_rows(csv_file(tmp_path / "a.csv", "乡镇代码,名称,备注\n230184101,,x\n"), COLUMNS)
    assert only_fault(sheet) == (None, 2, "名称", None, "name is missing. Fill it in.")


def test_doubled_and_missing_headers_are_faults(tmp_path: Path) -> None:
    sheet = read_rows(csv_file(tmp_path / "a.csv", "乡镇代码,区划代码,别的\n1,2,3\n"), COLUMNS)
    doubled, missing = (str(fault.message) for fault in sheet.faults)
    assert "乡镇代码 and 区划代码 name the same column" in doubled
    assert "Accepted headers are: name、名称" in missing or "名称" in missing
    assert "别的" in missing
    assert sheet.rows == []


def test_the_sheet_whose_header_fits_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"封面": [["2026"]], "数据": [HEADER, ["230184101", "大米"]]})
    assert read_rows(path, COLUMNS).name == "数据"


def test_two_fitting_sheets_are_a_fault_that_names_them(tmp_path: Path) -> None:
    rows = [HEADER, ["230184101", "大米"]]
    path = workbook(tmp_path / "a.xlsx", {"2025": rows, "2026": rows})
    assert "2025、2026" in only_fault(read_rows(path, COLUMNS))[4]
    assert read_rows(path, COLUMNS, sheet="2026").faults == []


def test_a_file_without_known_headers_is_a_fault(tmp_path: Path) -> None:
    sheet = read_rows(csv_file(tmp_path / "a.csv", "甲,乙\n1,2\n"), COLUMNS)
    assert "No row with headers" in only_fault(sheet)[4]


def test_a_repeated_header_and_the_example_are_no_data(tmp_path: Path) -> None:
    text = "标记,乡镇代码,名称\n示例（导入时忽略）,230184101,大米\n,230184102,示例\n标记,乡镇代码,名称\n"
    sheet = read_rows(csv_file(tmp_path / "a.csv", text), COLUMNS)
    assert sheet.faults == []
    assert [row.values["name"] for row in sheet.rows] == ["示例"]


def test_a_named_encoding_is_used_and_a_wrong_one_told(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "a.csv", "乡镇代码,名称\n230184101,大米\n", "gb18030")
    assert len(read_rows(path, COLUMNS, encoding="gbk").rows) == 1
    with pytest.raises(InvalidInputError, match="not text in the encoding utf-8"):
        read_rows(path, COLUMNS, encoding="utf-8")
    with pytest.raises(InvalidInputError, match="no encoding klingon"):
        read_rows(path, COLUMNS, encoding="klingon")


@pytest.mark.parametrize("word", ["合计", "总　计", "小计：", "合 计"])
def test_a_total_at_the_foot_is_left_out_with_a_notice(tmp_path: Path, word: str) -> None:
    columns = (
        Column("name", Message("name"), required=True),
        Column("count", Message("count"), kind="integer"),
    )
    path = csv_file(tmp_path / "a.csv", f"序号,name,count\n1,甲,2\n2,乙,3\n{word},,5人\n")
    sheet = read_rows(path, columns)
    assert sheet.faults == []
    assert [row.values["name"] for row in sheet.rows] == ["甲", "乙"]
    assert [str(note) for note in sheet.notes] == ["Row 4 holds a total and was left out."]
