"""The public notice and the assignment table, in the form of GB/T 9704."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any, BinaryIO

import docx
import openpyxl
import pytest
from docx.shared import Mm
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.reports.assignment_list import AssignmentTable
from fieldapp.reports.notice import Contact, NoticeDocument
from tests.reports.documents import W, listed, part, text_of

HEADINGS = ["序号", "区县", "乡镇", "科技特派员", "派出单位", "专业领域", "特色产品", "服务期"]
FIRST, LAST = date(2026, 11, 23), date(2026, 11, 27)


def _notice(**given: Any) -> NoticeDocument:
    values: dict[str, Any] = {
        "starts_on": FIRST,
        "ends_on": LAST,
        "working_days": 5,
        "rows": [listed()],
        "issued_on": FIRST,
        "office": "哈尔滨市科学技术局",
        "contact": Contact("王某", "0451-00000000"),
    }
    return NoticeDocument(**values | given)


def _bytes(write: Callable[[BinaryIO], None]) -> bytes:
    target = io.BytesIO()
    write(target)
    return target.getvalue()


def test_the_page_is_a4_with_the_margins_of_the_standard() -> None:
    section = docx.Document(io.BytesIO(_bytes(_notice().write_docx))).sections[0]
    page = (section.page_width, section.page_height)
    assert [round(side / Mm(1)) for side in page] == [210, 297]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin / Mm(1)) for margin in margins] == [37, 35, 28, 26]


def test_pages_are_numbered_between_dashes_at_the_outer_edge() -> None:
    content = _bytes(_notice().write_docx)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        footers = [name for name in archive.namelist() if "footer" in name and "rels" not in name]
    told = {}
    for name in footers:
        footer = part(content, name)
        assert text_of(footer) == "— 1 —"
        assert [field.get(f"{W}instr") for field in footer.iter(f"{W}fldSimple")] == [" PAGE "]
        told[next(footer.iter(f"{W}jc")).get(f"{W}val")] = name
    assert set(told) == {"left", "right"}
    assert part(content, "word/settings.xml").find(f"{W}evenAndOddHeaders") is not None


def test_title_text_and_table_have_the_fonts_of_an_office_and_what_stands_in_for_them() -> None:
    content = _bytes(_notice().write_docx)
    body = part(content, "word/document.xml").find(f"{W}body")
    named = {text_of(run): run.find(f"{W}rPr/{W}rFonts").get(f"{W}eastAsia") for run in body.iter(f"{W}r")}
    assert named["关于科技特派员拟选派名单的公示"] == "方正小标宋简体"
    assert named["附件：科技特派员拟选派名单"] == "仿宋_GB2312"
    assert named["拉林满族镇"] == "宋体"
    fonts = part(content, "word/fontTable.xml")
    others = {font.get(f"{W}name"): font.find(f"{W}altName").get(f"{W}val") for font in fonts}
    assert "宋体" in others["方正小标宋简体"].split(",")
    assert others["仿宋_GB2312"].split(",")[0] == "仿宋"


def test_the_notice_says_its_days_its_working_days_and_whom_to_ask() -> None:
    text = text_of(part(_bytes(_notice().write_docx), "word/document.xml"))
    assert "公示期为2026年11月23日至2026年11月27日，共5个工作日。" in text
    assert "联系人：王某" in text
    assert "联系地址：＿＿＿＿＿＿＿＿" in text
    assert "哈尔滨市科学技术局2026年11月23日" in text


def test_counties_townships_and_people_are_counted_once() -> None:
    rows = [listed(), listed(township="山河镇"), listed(county="平房区", commissioner="李四")]
    text = text_of(part(_bytes(_notice(rows=rows).write_docx), "word/document.xml"))
    assert "拟向2个区县的3个乡镇选派科技特派员2名" in text


def test_the_heading_of_a_long_list_is_repeated_and_no_row_is_torn() -> None:
    table = AssignmentTable(FIRST, [listed(township=f"镇{number}") for number in range(1, 501)])
    document = part(_bytes(table.write_docx), "word/document.xml")
    first, *others = document.iter(f"{W}tr")
    assert [text_of(cell) for cell in first.iter(f"{W}tc")] == HEADINGS
    assert first.find(f"{W}trPr/{W}tblHeader") is not None
    assert len(others) == 500
    assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in others)
    assert [text_of(cell) for cell in others[-1].iter(f"{W}tc")] == [
        *("500", "五常市", "镇500", "张三", "东北农业大学", "水稻", "大米"),
        "2026.12.01—2027.11.30",
    ]


def test_the_columns_fill_the_width_between_the_margins() -> None:
    document = part(_bytes(AssignmentTable(FIRST, [listed()]).write_docx), "word/document.xml")
    widths = [int(column.get(f"{W}w")) for column in document.iter(f"{W}gridCol")]
    assert sum(widths) == pytest.approx(156 / 25.4 * 1440, abs=len(widths))


def test_the_workbook_prints_on_a4_with_its_heading_on_each_page() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(_bytes(_notice().write_xlsx))).active
    assert sheet is not None
    assert sheet.page_setup.paperSize == 9
    assert sheet.print_title_rows == "$3:$3"
    assert [cell.value for cell in sheet[3]] == HEADINGS
    assert sheet.page_margins.top == pytest.approx(37 / 25.4, abs=0.01)
    assert sheet["A1"].font.name == "方正小标宋简体"
    assert str(sheet["A2"].value) == "公示期：2026年11月23日至2026年11月27日，共5个工作日"


def test_the_rows_of_the_workbook_are_as_high_as_their_text() -> None:
    rows = [
        listed(specialties=()),
        listed(institution="东北农业大学农学院" * 8),
        listed(institution="字" * 20_000),
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(_bytes(_notice(rows=rows).write_xlsx))).active
    assert sheet is not None
    low, high, highest = (sheet.row_dimensions[number].height for number in (4, 5, 6))
    assert low < high < highest <= 409


HOSTILE = ["=HYPERLINK(1)", "+1", "@SUM(A1)", "<w:p/>&amp;", "a\0b\x1f", "\ud800", "两\n行", "—" * 5000]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    row = listed(county=text, township=text, commissioner=text, institution=text, product=text)
    notice = _notice(rows=[row], office=text, title=text, contact=Contact(text, text, text))
    cells = list(part(_bytes(notice.write_docx), "word/document.xml").iter(f"{W}tc"))
    sheet = openpyxl.load_workbook(io.BytesIO(_bytes(notice.write_xlsx))).active
    assert sheet is not None
    shown = text_of(cells[9])
    assert shown.replace("\ufffd", "") == "".join(
        mark for mark in text.replace("\n", " ") if mark.isprintable()
    )
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)


@given(st.text(max_size=50))
def test_any_text_makes_a_document_that_opens(text: str) -> None:
    table = AssignmentTable(FIRST, [listed(township=text, product=text or None)], office=text)
    docx.Document(io.BytesIO(_bytes(table.write_docx)))


def test_the_same_input_makes_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    writers = (_notice().write_docx, _notice().write_xlsx)
    once = [_bytes(write) for write in writers]
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setattr("time.localtime", lambda *_: (2033, 5, 18, 3, 33, 20, 2, 138, 0))
    assert [_bytes(write) for write in writers] == once
