from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from fieldapp.workbooks import limits, reading
from fieldapp.workbooks.limits import UnreadableFileError
from fieldapp.workbooks.reading import read_rows
from tests.workbooks.tables import COLUMNS, HEADER, csv_file, ods, ods_row, repacked, workbook

DATA = Path(__file__).parent / "data"
SHEET = "xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return workbook(tmp_path / "sound.xlsx", {"a": [HEADER, ["230184101", "大米"]]})


def with_sheet(sound: Path, cells: str, extra: dict[str, bytes] | None = None) -> Path:
    content = f'<worksheet {MAIN}><dimension ref="A1"/><sheetData>{cells}</sheetData></worksheet>'
    return repacked(sound, sound.with_name("hostile.xlsx"), {SHEET: content.encode(), **(extra or {})})


def refusal(path: Path) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        read_rows(path, COLUMNS)
    return str(caught.value)


def test_a_file_beyond_the_limit_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with path.open("wb") as stream:
        stream.truncate(limits.MAX_FILE_BYTES + 1)
    assert "more than the 32 MB" in refusal(path)


def test_a_bomb_is_refused_by_what_it_declares_and_by_what_it_holds(sound: Path) -> None:
    bomb = with_sheet(sound, " " * (limits.MAX_INFLATED_BYTES + 1))
    assert bomb.stat().st_size < 2**20
    assert "far more than its size shows" in refusal(bomb)
    # The same bomb with a directory that calls it small.
    content = bomb.read_bytes()
    at = content.rindex(SHEET.encode()) - 46
    assert content[at : at + 4] == b"PK\x01\x02"
    bomb.write_bytes(content[: at + 24] + (1000).to_bytes(4, "little") + content[at + 28 :])
    assert "far more than its size shows" in refusal(bomb)


def test_more_entries_than_any_workbook_has_are_refused(sound: Path) -> None:
    extra = {f"xl/media/{number}.png": b"" for number in range(limits.MAX_ENTRIES)}
    assert "far more than its size shows" in refusal(repacked(sound, sound.with_name("many.xlsx"), extra))


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="200001"><c r="A200001"><v>1</v></c></row>', "rows"),
        ('<row r="1"><c r="XFD1"><v>1</v></c></row>', "columns"),
        ('<row r="200000"><c r="GR200000"><v>1</v></c></row>', "far more"),
        ('<row r="1"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row>', "rows"),
    ],
)
def test_far_corners_are_refused_whatever_the_dimension_says(sound: Path, cells: str, words: str) -> None:
    assert words in refusal(with_sheet(sound, cells))


def test_formatted_but_empty_cells_cost_nothing(sound: Path) -> None:
    cells = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>乡镇代码</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>名称</t></is></c></row>'
        '<row r="2"><c r="A2"><v>230184101</v></c><c r="B2" t="inlineStr"><is><t>大米</t></is></c></row>'
        '<row r="1048576"><c r="XFD1048576"/></row>'
    )
    sheet = read_rows(with_sheet(sound, cells), COLUMNS)
    assert (len(sheet.rows), sheet.faults) == (1, [])


def test_one_long_shared_text_in_many_cells_is_refused(sound: Path) -> None:
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 60_000))
    shared = f"<sst {MAIN}><si><t>{'x' * 5_000}</t></si></sst>"
    assert "far more" in refusal(with_sheet(sound, cells, {"xl/sharedStrings.xml": shared.encode()}))


def test_entities_and_outside_references_are_refused(sound: Path) -> None:
    content = (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
        f'<worksheet {MAIN}><sheetData><row r="1"><c t="inlineStr"><is><t>&b;&f;</t></is></c></row>'
        "</sheetData></worksheet>"
    )
    path = repacked(sound, sound.with_name("x.xlsx"), {SHEET: content.encode()})
    assert "entity declarations" in refusal(path)


def test_bottomless_nesting_is_refused(sound: Path) -> None:
    assert "far more" in refusal(with_sheet(sound, "<a>" * 100_000))


@pytest.mark.parametrize("size", [100, 1000, 3000])
def test_a_cut_workbook_is_damaged(sound: Path, size: int) -> None:
    path = sound.with_name("cut.xlsx")
    path.write_bytes(sound.read_bytes()[:size])
    assert "damaged" in refusal(path)


def test_a_repeated_cell_is_refused_in_an_open_document(tmp_path: Path) -> None:
    cell = (
        '<table:table-cell office:value-type="string" table:number-columns-repeated="16384">'
        "<text:p>x</text:p></table:table-cell>"
    )
    assert "columns" in refusal(ods(tmp_path / "a.ods", ods_row(cell)))
    assert "rows" in refusal(
        ods(tmp_path / "b.ods", ods_row("x", more='table:number-rows-repeated="9999999"'))
    )


def test_an_old_workbook_that_asks_for_gigabytes_dies_alone() -> None:
    assert "far more than its size shows" in refusal(DATA / "far_corners.xls")


def test_a_protected_workbook_is_named_so(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    )
    assert "protected by a password" in refusal(path)


def test_other_office_files_and_archives_are_named(tmp_path: Path) -> None:
    document = tmp_path / "a.xls"
    document.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"))
    assert "not a workbook" in refusal(document)
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("a.shp", "x")
    assert "zip archive" in refusal(archive)


def test_a_web_page_called_a_workbook_is_named(tmp_path: Path) -> None:
    assert "web page" in refusal(csv_file(tmp_path / "a.xls", "<html><table></table></html>"))


def test_noise_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(bytes(range(256)) * 10)
    assert "not a workbook, whatever its name says" in refusal(path)
    path = tmp_path / "a.csv"
    path.write_bytes(b"")
    assert "empty" in refusal(path)


def test_too_long_and_too_wide_csv_is_refused(tmp_path: Path) -> None:
    assert "rows" in refusal(csv_file(tmp_path / "a.csv", "名称\n" + "x\n" * (limits.MAX_ROWS + 1)))
    assert "columns" in refusal(csv_file(tmp_path / "b.csv", "名称" + ",x" * 300 + "\n"))
    assert "quotation mark" in refusal(csv_file(tmp_path / "c.csv", '名称,乡镇代码\n"' + "x" * 200_000))


def test_a_macro_workbook_is_read_as_data(sound: Path) -> None:
    path = repacked(sound, sound.with_name("a.xlsm"), {"xl/vbaProject.bin": b"macro"})
    sheet = read_rows(path, COLUMNS)
    assert (len(sheet.rows), sheet.notes) == (1, [])


def test_faults_are_counted_only_so_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_FAULTS", 1000)
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for row in range(1, 3000):
            sheet.write_row(row, 0, ["x", "y"])
    faults = read_rows(path, COLUMNS).faults
    assert len(faults) == 1001
    assert "more than 1000 faults" in str(faults[-1].message)
