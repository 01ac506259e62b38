"""The list of assignments as official documents print it: the same columns in .docx and in .xlsx."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, BinaryIO

import xlsxwriter

from fieldapp.domain.specialties import SPECIALTIES
from fieldapp.i18n import translate
from fieldapp.reports.official import (
    BOTTOM_MM,
    LEFT_MM,
    RIGHT_MM,
    SIZE_2,
    SIZE_5,
    SONG,
    TITLE,
    TOP_MM,
    OfficialDocument,
    TableColumn,
    chinese_day,
    written,
)

# The widths fill the type area of 156 mm.
COLUMNS = (
    TableColumn("序号", 10),
    TableColumn("区县", 16),
    TableColumn("乡镇", 23),
    TableColumn("科技特派员", 21),
    TableColumn("派出单位", 27, "left"),
    TableColumn("专业领域", 18, "left"),
    TableColumn("特色产品", 17),
    TableColumn("服务期", 24),
)
_MM_PER_INCH = 25.4
# Characters of a column of a sheet for each mm on paper, at the size that the sheet is written in.
_CHARACTERS_PER_MM = 0.53
_TALLEST_ROW = 409.0  # points; Excel allows no more


@dataclass(frozen=True)
class ListedAssignment:
    """One row of the list; ``specialties`` are codes, ``product`` the featured product if there is one."""

    county: str
    township: str
    commissioner: str
    institution: str
    specialties: tuple[str, ...]
    product: str | None
    starts_on: date
    ends_on: date

    def cells(self, number: int) -> tuple[str, ...]:
        """The row as it is printed."""
        known = (SPECIALTIES.get(code, code) for code in self.specialties)
        return (
            str(number),
            self.county,
            self.township,
            self.commissioner,
            self.institution,
            "、".join(translate(words, "zh_CN") for words in known) or "—",
            self.product or "—",
            f"{self.starts_on:%Y.%m.%d}—{self.ends_on:%Y.%m.%d}",
        )


@dataclass(frozen=True)
class AssignmentTable:
    """The assignment table (选派一览表) of a day."""

    as_of: date
    rows: Sequence[ListedAssignment]
    office: str = ""
    title: str = "科技特派员选派一览表"

    def write_docx(self, target: BinaryIO) -> None:
        document = OfficialDocument(self.title, office=self.office, issued_on=self.as_of)
        document.title(self.title)
        document.note(self._caption)
        print_rows(document, self.rows)
        document.save(target)

    def write_xlsx(self, target: BinaryIO) -> None:
        write_sheet(
            target, self.title, self.rows, above=(self._caption,), office=self.office, issued_on=self.as_of
        )

    @property
    def _caption(self) -> str:
        office = f"填报单位：{self.office}　" if self.office else ""
        return f"{office}截至{chinese_day(self.as_of)}　共{len(self.rows)}条"


def print_rows(document: OfficialDocument, rows: Sequence[ListedAssignment]) -> None:
    """Print the list into a document."""
    document.table(COLUMNS, (row.cells(number) for number, row in enumerate(rows, start=1)))


def write_sheet(
    target: BinaryIO,
    title: str,
    rows: Sequence[ListedAssignment],
    *,
    above: Sequence[str] = (),
    below: Sequence[str] = (),
    office: str,
    issued_on: date,
) -> None:
    """Write the list as a workbook that prints like the document; every cell but the number is text."""
    workbook = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_urls": False})
    workbook.set_properties(
        {"title": written(title), "author": written(office), "created": datetime.combine(issued_on, time())}
    )
    sheet = workbook.add_worksheet(title)
    _set_up_page(sheet)
    last = len(COLUMNS) - 1
    heading = workbook.add_format({"font_name": TITLE, "font_size": SIZE_2, **_CENTRED})
    line = workbook.add_format({"font_name": SONG, "font_size": 12, "text_wrap": True, "valign": "vcenter"})
    sheet.set_row(0, 42)
    _merge(sheet, 0, last, title, heading)
    for row, text in enumerate(above, start=1):
        _merge(sheet, row, last, text, line)
        sheet.set_row(row, _height(text))
    head = 1 + len(above)
    _write_rows(workbook, sheet, head, rows)
    for row, text in enumerate(below, start=head + len(rows) + 1):
        _merge(sheet, row, last, text, line)
        sheet.set_row(row, _height(text))
    workbook.close()


_CENTRED = {"align": "center", "valign": "vcenter", "text_wrap": True}


def _set_up_page(sheet: Any) -> None:
    sheet.set_paper(9)  # A4
    sheet.set_margins(
        left=LEFT_MM / _MM_PER_INCH,
        right=RIGHT_MM / _MM_PER_INCH,
        top=TOP_MM / _MM_PER_INCH,
        bottom=BOTTOM_MM / _MM_PER_INCH,
    )
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_footer(f'&C&"{SONG},Regular"&14— &P —', {"margin": 23 / _MM_PER_INCH})
    for position, column in enumerate(COLUMNS):
        sheet.set_column(position, position, column.width_mm * _CHARACTERS_PER_MM)


def _write_rows(workbook: Any, sheet: Any, head: int, rows: Sequence[ListedAssignment]) -> None:
    base = {"font_name": SONG, "font_size": SIZE_5, "border": 1, "text_wrap": True, "valign": "vcenter"}
    heading = workbook.add_format({**base, "bold": True, "align": "center"})
    number_format = workbook.add_format({**base, "align": "center"})
    # The mark by which Excel keeps a text a text, whatever it begins with, when somebody edits the cell.
    forms = [
        workbook.add_format({**base, "align": column.alignment, "quote_prefix": True}) for column in COLUMNS
    ]
    for position, column in enumerate(COLUMNS):
        sheet.write_string(head, position, column.heading, heading)
    sheet.set_row(head, 24)
    sheet.repeat_rows(head)
    sheet.freeze_panes(head + 1, 0)
    for number, row in enumerate(rows, start=1):
        cells = row.cells(number)
        sheet.set_row(head + number, _row_height(cells))
        sheet.write_number(head + number, 0, number, number_format)
        for position, cell in enumerate(cells):
            if position:
                sheet.write_string(head + number, position, written(cell), forms[position])


def _merge(sheet: Any, row: int, last: int, text: str, form: Any) -> None:
    # The text is written by itself: merging would read one that begins with "=" as a formula.
    sheet.merge_range(row, 0, row, last, "", form)
    sheet.write_string(row, 0, written(text), form)


def _row_height(cells: Sequence[str]) -> float:
    """Points for a row: as many lines as its fullest cell takes; not every program fits rows by itself."""
    lines = [
        -(-_width(cell) // (column.width_mm * _CHARACTERS_PER_MM * 0.95))
        for cell, column in zip(cells, COLUMNS, strict=True)
    ]
    return min(6 + 14 * max(1.0, *lines), _TALLEST_ROW)


def _width(text: str) -> int:
    """The width of a text in characters of a digit's width; Chinese ones take two."""
    return sum(1 if mark.isascii() else 2 for mark in text)


def _height(text: str) -> float:
    """Points for a merged line, which no program fits to its text by itself: 40 characters to a line."""
    return min(20.0 * max(1, -(-len(text) // 40)), _TALLEST_ROW)
