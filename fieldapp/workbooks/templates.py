"""Workbooks to fill in: drop-downs, a filled example, and a page that explains every column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from fieldapp.i18n import translate
from fieldapp.workbooks.cells import yes_or_no
from fieldapp.workbooks.columns import Column
from fieldapp.workbooks.styles import HEADING, display_width, safe_sheet_name
from fieldapp.workbooks.targets import whole_file
from geodata.errors import Message

FILLABLE_ROWS = 5000
_LISTS = "_lists"

# The words of each kind, for the page of help.
_KINDS: dict[str, Message] = {
    "text": Message("text"),
    "code": Message("code, written as text"),
    "integer": Message("whole number"),
    "number": Message("number"),
    "date": Message("date, such as 2026-01-05"),
    "datetime": Message("date and time, such as 2026-01-05 09:30"),
    "boolean": Message("yes or no"),
    "choice": Message("one of the accepted values"),
    "choices": Message("one or more of the accepted values, with 、 between them"),
}

_TIME_BESIDE_A_DAY = Message("time of day, such as 09:30, or date and time, such as 2026-01-05 09:30")


def write_template(
    columns: Sequence[Column],
    target: Path | BinaryIO,
    *,
    title: Message,
    locale: str = "zh_CN",
    lists: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Write a workbook to fill in: drop-downs, an example row that reading ignores, a page of help.

    ``lists`` gives drop-downs of any length by column key, such as the townships of the roster.
    """
    with whole_file(target) as stream, xlsxwriter.Workbook(stream) as workbook:
        table = workbook.add_worksheet(safe_sheet_name(translate(title, locale)))
        explanation = workbook.add_worksheet(safe_sheet_name(translate(Message("How to fill in"), locale)))
        options = {column.key: _options(column, locale, lists or {}) for column in columns}
        _write_lists(workbook, options)
        _write_form(workbook, table, columns, options, locale)
        _write_explanation(workbook, explanation, columns, options, locale)


def _options(column: Column, locale: str, lists: Mapping[str, Sequence[str]]) -> list[str]:
    if column.key in lists:
        return list(lists[column.key])
    if column.kind == "boolean":
        return [yes_or_no(True, locale), yes_or_no(False, locale)]
    return [column.choice_words(stored, locale) for stored in column.choices]


def _write_lists(workbook: Any, options: Mapping[str, Sequence[str]]) -> None:
    """The drop-downs' values on a hidden sheet: a list in the cell itself may not exceed 255 characters."""
    sheet = workbook.add_worksheet(_LISTS)
    sheet.hide()
    for position, values in enumerate(options.values()):
        for row, value in enumerate(values):
            sheet.write_string(row, position, value)


def _write_form(
    workbook: Any, sheet: Any, columns: Sequence[Column], options: Mapping[str, Sequence[str]], locale: str
) -> None:
    heading = workbook.add_format({**HEADING, "text_wrap": True})
    needed = workbook.add_format({**HEADING, "text_wrap": True, "font_color": "#9C1C1C"})
    example = workbook.add_format({"italic": True, "font_color": "#6B7280", "num_format": "@"})
    formats = {
        "text": workbook.add_format({"num_format": "@"}),
        "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
        "datetime": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        "number": workbook.add_format({"num_format": "General"}),
    }
    example_day = workbook.add_format({"italic": True, "font_color": "#6B7280", "num_format": "yyyy-mm-dd"})
    # The mark stands in a column of its own, so that no value can be mistaken for it.
    sheet.write_string(0, 0, translate(Message("mark"), locale), heading)
    sheet.write_string(1, 0, translate(Message("example (ignored)"), locale), example)
    sheet.set_column(0, 0, 18)
    for position, column in enumerate(columns, start=1):
        header = column.header(locale) + ("*" if column.required else "")
        sheet.write_string(0, position, header, needed if column.required else heading)
        shown = _example(column, options[column.key], locale)
        kind = column.kind if column.kind in formats else "text"
        # A spreadsheet finds out by itself whether a time alone was written, or one with its day.
        kind = "number" if column.kind == "integer" or column.day else kind
        width = min(max(display_width(header) + 4, display_width(str(shown)) + 2, 12), 40)
        sheet.set_column(position, position, width, formats[kind])
        if isinstance(shown, date):
            sheet.write_datetime(1, position, shown, example_day)
        elif isinstance(shown, int | float):
            sheet.write_number(1, position, shown, example)
        elif shown:
            sheet.write_string(1, position, str(shown), example)
        if options[column.key]:
            sheet.data_validation(
                1, position, FILLABLE_ROWS, position, _drop_down(column, position - 1, options[column.key])
            )
    sheet.freeze_panes(1, 0)


def _drop_down(column: Column, position: int, values: Sequence[str]) -> dict[str, object]:
    letter = xl_col_to_name(position)
    return {
        "validate": "list",
        "source": f"={_LISTS}!${letter}$1:${letter}${len(values)}",
        # A cell may hold several of the values, or one that the importer knows by another name.
        "show_error": column.kind == "choice",
    }


def _example(column: Column, options: Sequence[str], locale: str) -> object:
    if column.kind == "choice" and isinstance(column.example, str) and column.example:
        return column.choice_words(column.example, locale)
    if column.kind == "choices" and isinstance(column.example, tuple | list):
        return "、".join(column.choice_words(str(stored), locale) for stored in column.example)
    if isinstance(column.example, bool):
        return yes_or_no(column.example, locale)
    if isinstance(column.example, Message):
        return translate(column.example, locale)
    if column.example is None:
        return options[0] if options else ""
    return column.example


def _write_explanation(
    workbook: Any, sheet: Any, columns: Sequence[Column], options: Mapping[str, Sequence[str]], locale: str
) -> None:
    heading = workbook.add_format(HEADING)
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
    titles = [
        Message("name of the column"),
        Message("must be filled"),
        Message("what to write"),
        Message("accepted values"),
        Message("explanation"),
        Message("other accepted headers"),
    ]
    for position, (words, width) in enumerate(zip(titles, (22, 12, 26, 50, 50, 40), strict=True)):
        sheet.write_string(0, position, translate(words, locale), heading)
        sheet.set_column(position, position, width)
    for row, column in enumerate(columns, start=1):
        values = options[column.key]
        more = "…" if len(values) > 40 else ""
        kind = (
            Message("code of {digits} digits", digits=column.digits) if column.digits else _KINDS[column.kind]
        )
        kind = _TIME_BESIDE_A_DAY if column.day else kind
        texts = [
            column.header(locale),
            yes_or_no(column.required, locale),
            translate(kind, locale),
            "、".join(values[:40]) + more,
            translate(column.hint, locale) if column.hint else "",
            "、".join(name for name in column.names if name != column.header(locale)),
        ]
        for position, text in enumerate(texts):
            sheet.write_string(row, position, text, wrapped)
    note = len(columns) + 2
    for offset, words in enumerate(
        (
            Message("Columns may stand in any order, and columns that are not needed may be deleted."),
            Message("The example row is left out when the file is imported."),
            Message("Headers with a star must be filled in every row."),
        )
    ):
        sheet.write_string(note + offset, 0, translate(words, locale))
    sheet.freeze_panes(1, 0)
