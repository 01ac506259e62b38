"""Write tables as workbooks and CSV files that a spreadsheet opens without surprises."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Literal

import xlsxwriter

from fieldapp.domain.errors import InvalidInputError
from fieldapp.workbooks.cells import yes_or_no
from fieldapp.workbooks.columns import Column
from fieldapp.workbooks.files import FORMULA_STARTS, guarded
from fieldapp.workbooks.styles import HEADING, display_width, safe_sheet_name
from fieldapp.workbooks.targets import whole_file
from fieldapp.workbooks.templates import write_template
from fieldapp.workbooks.texts import text_in_files
from geodata.errors import Message

__all__ = ["FileFormat", "Headers", "write_table", "write_template"]

Headers = Literal["key", "words"]
FileFormat = Literal["xlsx", "csv"]

# What one cell and one sheet of an .xlsx can hold.
MAX_CELL_TEXT = 32_767
MAX_SHEET_ROWS = 1_048_576
# Excel takes 1900 for a leap year, so days before this one have no number that every program reads alike.
_FIRST_EXCEL_DAY = date(1900, 3, 1)
_PLAIN = frozenset({int, float, type(None)})  # what CSV writes as it is
_PART = 64 * 1024  # bytes
_WIDTHS = range(8, 61)


def write_table(
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, object]],
    target: Path | BinaryIO,
    *,
    file_format: FileFormat | None = None,
    headers: Headers = "key",
    locale: str = "zh_CN",
    sheet_name: str | None = None,
    notes: Mapping[str, Sequence[str]] | None = None,
) -> int:
    """Write rows (mappings by column key) and return how many; memory stays bounded for long tables.

    ``headers`` "key" writes the snake_case keys and stored values, "words" the words of ``locale`` for
    both. ``file_format`` defaults to the ending of a path. A path appears only when it is complete.
    ``notes`` are lines on sheets of their own, by name; only a workbook has them.
    """
    spoken = locale if headers == "words" else None
    titles = [column.header(locale) if spoken else column.key for column in columns]
    values = _cells(columns, rows, spoken)
    with whole_file(target) as stream:
        if _format_of(target, file_format) == "csv":
            return _write_csv(titles, values, stream)
        return _write_xlsx(columns, titles, values, stream, sheet_name=sheet_name, notes=notes or {})


def csv_parts(columns: Sequence[Column], rows: Iterable[Mapping[str, object]]) -> Iterator[bytes]:
    """The same as CSV under the snake_case keys, some hundred rows at a time, for who sends it on."""
    titles = [column.key for column in columns]
    values = _cells(columns, rows, None)
    part = io.BytesIO()
    text = io.TextIOWrapper(part, encoding="utf-8-sig", newline="", write_through=True)
    for _ in _csv_rows(titles, values, text):
        if part.tell() >= _PART:
            yield part.getvalue()
            part.seek(0)
            part.truncate()
    yield part.getvalue()
    text.detach()


def _format_of(target: Path | BinaryIO, file_format: FileFormat | None) -> FileFormat:
    if file_format is not None:
        return file_format
    ending = target.suffix.casefold() if isinstance(target, Path) else ""
    if ending == ".csv":
        return "csv"
    if ending == ".xlsx":
        return "xlsx"
    raise InvalidInputError(
        Message("Tables are written as .xlsx or .csv, not as {ending}.", ending=ending or "?")
    )


def _cells(
    columns: Sequence[Column], rows: Iterable[Mapping[str, object]], locale: str | None
) -> Iterator[list[object]]:
    """Row by row what each cell holds: text, number, boolean, date, or nothing."""
    shown = [(column.key, _shown_as(column, locale)) for column in columns]
    for row in rows:
        yield [show(row.get(key)) for key, show in shown]


def _shown_as(column: Column, locale: str | None) -> Callable[[object], object]:
    """How the values of a column are shown. There are many, so the usual kinds are asked for first."""
    is_text = column.kind in ("code", "text")

    def shown(value: object) -> object:
        if isinstance(value, str):
            return text_in_files(value) or None
        if value is None or (type(value) is int and not is_text):
            return value
        return _unusual(value, locale, is_text=is_text)

    return partial(_chosen, column, locale) if column.kind in ("choice", "choices") else shown


def _chosen(column: Column, locale: str | None, value: object) -> object:
    if value is None or value == "":
        return None
    stored = [value] if isinstance(value, str) else value if isinstance(value, Iterable) else [value]
    words = [column.choice_words(str(item), locale) if locale else str(item) for item in stored]
    return text_in_files(("、" if locale else ";").join(words)) or None


def _unusual(value: object, locale: str | None, *, is_text: bool) -> object:
    if isinstance(value, bool):
        return yes_or_no(value, locale) if locale else value
    if isinstance(value, int | float | Decimal):
        if is_text:
            return str(value)
        amount = float(value) if isinstance(value, Decimal) else value
        return amount if math.isfinite(amount) else None
    if isinstance(value, date):
        return value
    text = "、".join(map(str, value)) if isinstance(value, list | tuple | set | frozenset) else str(value)
    return text_in_files(text) or None


def _write_csv(titles: Sequence[str], rows: Iterable[Sequence[object]], stream: BinaryIO) -> int:
    # With the mark Excel knows the file for UTF-8.
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
    count = sum(1 for _ in _csv_rows(titles, rows, text))
    text.detach()
    return count


def _csv_rows(
    titles: Sequence[str], rows: Iterable[Sequence[object]], text: io.TextIOWrapper
) -> Iterator[None]:
    """Write the header and then row by row, stopping after each."""
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([guarded(title) for title in titles])
    for row in rows:
        writer.writerow([value if type(value) in _PLAIN else _csv_cell(value) for value in row])
        yield


def _csv_cell(value: object) -> object:
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else value


def _write_xlsx(
    columns: Sequence[Column],
    titles: Sequence[str],
    rows: Iterable[Sequence[object]],
    stream: BinaryIO,
    *,
    sheet_name: str | None,
    notes: Mapping[str, Sequence[str]],
) -> int:
    workbook = xlsxwriter.Workbook(stream, {"constant_memory": True, "strings_to_urls": False})
    try:
        sheet = workbook.add_worksheet(safe_sheet_name(sheet_name) if sheet_name else None)
        write = _cell_writer(workbook, sheet)
        heading = workbook.add_format(HEADING)
        widths = [display_width(title) + 4 for title in titles]
        for position, title in enumerate(titles):
            sheet.write_string(0, position, title, heading)
        sheet.freeze_panes(1, 0)
        count = 0
        for count, row in enumerate(rows, start=1):
            if count >= MAX_SHEET_ROWS:
                raise InvalidInputError(
                    Message("A workbook holds at most {limit} rows. Export as CSV.", limit=MAX_SHEET_ROWS - 1)
                )
            for position, value in enumerate(row):
                if value is not None:
                    _check_length(value, count, titles[position])
                    write(count, position, value)
                    widths[position] = max(widths[position], _cell_width(value))
        for position, width in enumerate(widths):
            sheet.set_column(position, position, min(max(width, _WIDTHS[0]), _WIDTHS[-1]))
        if columns:
            sheet.autofilter(0, 0, count, len(columns) - 1)
        for name, lines in notes.items():
            _write_notes(workbook, name, lines)
    finally:
        # Closing also removes the temporary files of a table that could not be finished.
        workbook.close()
    return count


def _write_notes(workbook: Any, name: str, lines: Sequence[str]) -> None:
    sheet = workbook.add_worksheet(safe_sheet_name(name))
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
    sheet.set_column(0, 0, 100)
    for position, line in enumerate(lines):
        sheet.write_string(position, 0, text_in_files(line)[:MAX_CELL_TEXT], wrapped)


def _check_length(value: object, row: int, title: str) -> None:
    if isinstance(value, str) and len(value) > MAX_CELL_TEXT:
        raise InvalidInputError(
            Message(
                "The text in row {row}, column {column} is longer than a workbook's cell holds. "
                "Export as CSV.",
                row=row + 1,
                column=title,
            )
        )


def _cell_writer(workbook: Any, sheet: Any) -> Callable[[int, int, object], None]:
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    # The mark by which Excel keeps such a text a text when somebody edits the cell.
    quoted = workbook.add_format({"quote_prefix": True})

    def write(row: int, position: int, value: object) -> None:
        if isinstance(value, bool):
            sheet.write_boolean(row, position, value)
        elif isinstance(value, int | float) and abs(value) < 10**15:
            sheet.write_number(row, position, _ExactNumber(value))
        elif isinstance(value, datetime) and _fits_excel(value):
            sheet.write_datetime(row, position, value, moment)
        elif isinstance(value, date) and not isinstance(value, datetime) and value >= _FIRST_EXCEL_DAY:
            sheet.write_datetime(row, position, value, day)
        else:
            text = value.isoformat() if isinstance(value, date) else str(value)
            sheet.write_string(
                row, position, text, quoted if text.startswith(tuple(FORMULA_STARTS)) else None
            )

    return write


class _ExactNumber(float):
    """A number written with all its digits, where XlsxWriter's sixteen would change it."""

    def __format__(self, _: str, /) -> str:
        return repr(float(self))


def _fits_excel(value: datetime) -> bool:
    """Whether a number of days says the same: it knows no offset from UTC and no fraction of a second."""
    return value.tzinfo is None and not value.microsecond and value.date() >= _FIRST_EXCEL_DAY


def _cell_width(value: object) -> int:
    if isinstance(value, str):
        return (len(value) if value.isascii() else display_width(value)) + 2
    return 12 if not isinstance(value, datetime) else 20
