"""Read a table from a workbook or a CSV file, whatever its layout, and name every fault in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path

from fieldapp.domain.importing import MAX_FAULTS, ImportFault
from fieldapp.workbooks.cells import is_error, parser_for, written
from fieldapp.workbooks.columns import Column
from fieldapp.workbooks.errors import CellError
from fieldapp.workbooks.files import HEADER_SEARCH_ROWS, Grid, TableFile, open_table_file
from fieldapp.workbooks.headers import Header, HeaderNames, match_header
from fieldapp.workbooks.inspection import UNCALCULATED
from geodata.errors import Message

_TOTAL = re.compile(r"[（(]?\s*(合\s*计|总\s*计|小\s*计)\s*[)）]?\s*[:：]?[0-9,，.\s人个名家]*")

_EMPTY = Message("There is no row under the headers. Fill one in.")

__all__ = ["Column", "ImportFault", "Row", "Sheet", "read_rows"]


@dataclass(frozen=True)
class Row:
    """One row: ``values`` has every column's key, null where blank, absent or faulty (see ``faulty``).

    ``written`` has the cells as text, for faults that are found later.
    """

    number: int
    values: dict[str, object]
    written: dict[str, str]
    faulty: frozenset[str] = frozenset()


@dataclass
class Sheet:
    """A table as read; with faults in its header it has no rows.

    ``headers`` maps the key of each column that is present to its header as written.
    """

    name: str | None
    rows: list[Row] = field(default_factory=list)
    faults: list[ImportFault] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    notes: list[Message] = field(default_factory=list)

    def fault(self, row: Row | None, key: str | None, message: Message) -> ImportFault:
        """A fault at a row and column of this sheet, with the value as written there."""
        return ImportFault(
            sheet=self.name,
            row=row.number if row else None,
            column=self.headers.get(key, key) if key else None,
            value=(row.written.get(key) or None) if row and key else None,
            message=message,
        )


def read_rows(
    path: Path,
    columns: Sequence[Column],
    *,
    encoding: str | None = None,
    name: str | None = None,
    sheet: str | None = None,
    when_empty: Message = _EMPTY,
) -> Sheet:
    """The table in the file, as typed values.

    ``encoding`` is for CSV only and overrides detection; ``name`` is the file's name as its sender knows
    it; ``sheet`` picks one sheet of several; ``when_empty`` is told of one without rows. Raises
    `InvalidInputError` when the file as a whole cannot be read; all other faults are in the sheet.
    """
    names = HeaderNames(columns)
    opened = open_table_file(path, names.best_score, name=name or path.name, encoding=encoding)
    grid, fault = _chosen_grid(opened, names, sheet)
    result = Sheet(grid.name if grid else None, notes=opened.notes)
    if grid is None or fault is not None:
        result.faults.extend([fault] if fault else [])
        return result
    number = names.header_row(grid.rows)
    header = match_header(grid, number, names)
    result.headers, result.ignored = header.headers, header.ignored
    result.faults.extend(header.faults)
    if not header.faults:
        _read_body(result, grid, number, header, columns, dates_from_1904=opened.dates_from_1904)
        if not result.rows and not result.faults:
            result.faults.append(result.fault(None, None, when_empty))
    return result


def _chosen_grid(
    opened: TableFile, names: HeaderNames, wanted: str | None
) -> tuple[Grid | None, ImportFault | None]:
    """The sheet to read; or none, or one that cannot be read, with the fault."""
    if wanted is not None:
        for grid in opened.grids:
            if grid.name == wanted:
                return grid, None
        found = "、".join(grid.name or "" for grid in opened.grids)
        return None, _file_fault(
            Message("The file has no sheet {sheet}. It has: {found}.", sheet=wanted, found=found)
        )
    shown = [grid for grid in opened.grids if grid.visible] or opened.grids
    complete = [grid for grid in shown if names.is_complete(grid.rows)]
    # A template's other sheets repeat the headers without any row under them.
    filled = [grid for grid in complete if _has_body(grid, names)]
    if len(filled) > 1:
        listed = "、".join(grid.name or "" for grid in filled)
        return None, _file_fault(
            Message(
                "Several sheets hold such a table: {sheets}. Leave only the one to import in the file.",
                sheets=listed,
            )
        )
    if filled or complete:
        return (filled or complete)[0], None
    scored = max(shown, key=lambda grid: names.best_score(grid.rows), default=None)
    if scored is not None and names.best_score(scored.rows) > 0:
        return scored, None
    return None, _no_header(opened, names)


def _no_header(opened: TableFile, names: HeaderNames) -> ImportFault:
    expected = "、".join(column.header("zh_CN") for column in names.columns)
    if opened.encoding is not None:
        return _file_fault(
            Message(
                "No row with headers was found among the first {count} rows (read as {encoding}). "
                "Expected are: {expected}. If the text looks garbled, name the encoding.",
                count=HEADER_SEARCH_ROWS,
                encoding=opened.encoding,
                expected=expected,
            )
        )
    return _file_fault(
        Message(
            "No row with headers was found among the first {count} rows. Expected are: {expected}.",
            count=HEADER_SEARCH_ROWS,
            expected=expected,
        )
    )


def _file_fault(message: Message) -> ImportFault:
    return ImportFault(sheet=None, row=None, column=None, value=None, message=message)


def _has_body(grid: Grid, names: HeaderNames) -> bool:
    return any(any(written(cell) for cell in row) for row in grid.rows[names.header_row(grid.rows) + 1 :])


def _read_body(
    sheet: Sheet,
    grid: Grid,
    header_row: int,
    header: Header,
    columns: Sequence[Column],
    *,
    dates_from_1904: bool,
) -> None:
    parsers = {
        column.key: (
            column,
            header.positions[column.key],
            parser_for(column, dates_from_1904=dates_from_1904),
        )
        for column in columns
        if column.key in header.positions
    }
    blank: dict[str, object] = {column.key: () if column.kind == "choices" else None for column in columns}
    last_filled = _foot(grid.rows)
    for index in range(header_row + 1, len(grid.rows)):
        cells = grid.rows[index]
        if not any(written(cell) for cell in cells) and not _errors_in(grid, index, header):
            continue
        if header.is_repeated(cells) or header.is_example(cells):
            continue
        if index >= last_filled and _is_total(cells):
            sheet.notes.append(Message("Row {row} holds a total and was left out.", row=index + 1))
            continue
        row = Row(index + 1, dict(blank), {})
        faulty: set[str] = set()
        for key, (column, position, parse) in parsers.items():
            cell = cells[position] if position < len(cells) else None
            text = grid.errors.get((index, position)) or written(cell)
            row.written[key] = text
            try:
                row.values[key] = _value(column, cell, text, blank[key], parse)
            except CellError as error:
                faulty.add(key)
                if _is_full(sheet, row, key, error.message):
                    return
        if not _put_days(sheet, row, columns, faulty):
            return
        sheet.rows.append(replace(row, faulty=frozenset(faulty)) if faulty else row)


def _put_days(sheet: Sheet, row: Row, columns: Sequence[Column], faulty: set[str]) -> bool:
    """Put before each time of day the day of its column; false when there are too many faults to go on."""
    words = {column.key: column.words for column in columns}
    for column in columns:
        clock = row.values[column.key]
        if column.day is None or not isinstance(clock, time):
            continue
        day = row.values[column.day]
        if isinstance(day, date):
            row.values[column.key] = datetime.combine(day, clock)
            continue
        row.values[column.key] = None
        is_told = column.day in faulty  # of the day itself
        faulty.add(column.key)
        message = Message(
            "{value} is a time without a day. Write the day in the column {day}, or before the time: "
            "2026-01-05 09:30.",
            value=row.written[column.key],
            day=sheet.headers.get(column.day) or words[column.day],
        )
        if not is_told and _is_full(sheet, row, column.key, message):
            return False
    return True


def _foot(rows: Sequence[Sequence[object]]) -> int:
    """The index of the first of the rows of totals at the end of a sheet."""
    first = len(rows)
    for index in reversed(range(len(rows))):
        if _is_total(rows[index]):
            first = index
        elif any(written(cell) for cell in rows[index]):
            break
    return first


def _is_total(cells: Sequence[object]) -> bool:
    """Whether a row says of itself that it sums up those above."""
    texts = [text for cell in cells if (text := written(cell))]
    return any(_TOTAL.fullmatch(text) for text in texts[:2])


def _errors_in(grid: Grid, index: int, header: Header) -> bool:
    return bool(grid.errors) and any(
        (index, position) in grid.errors for position in header.positions.values()
    )


def _value(
    column: Column, cell: object, text: str, blank: object, parse: Callable[[object], object]
) -> object:
    if text == UNCALCULATED and not written(cell):
        raise CellError(
            Message(
                "The cell has a formula that was never calculated. "
                "Open the file in Excel or WPS, save it, and import it again."
            )
        )
    if text and (is_error(text) or not written(cell)):
        raise CellError(
            Message("The cell shows the error {value}. Correct its formula, or type the value.", value=text)
        )
    if text:
        return parse(cell)
    if column.required:
        raise CellError(Message("{column} is missing. Fill it in.", column=column.words))
    return blank


def _is_full(sheet: Sheet, row: Row, key: str, message: Message) -> bool:
    """Note a fault; true when there are so many that reading on would help nobody."""
    sheet.faults.append(sheet.fault(row, key, message))
    if len(sheet.faults) < MAX_FAULTS:
        return False
    sheet.faults.append(
        sheet.fault(
            row, None, Message("There are more than {count} faults. Correct these first.", count=MAX_FAULTS)
        )
    )
    return True
