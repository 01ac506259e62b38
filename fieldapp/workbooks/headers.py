"""Find the row of headers in a sheet and which column of the table each header names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from fieldapp.domain.importing import ImportFault
from fieldapp.workbooks.cells import written
from fieldapp.workbooks.columns import Column, normalised_header, without_notes
from fieldapp.workbooks.files import HEADER_SEARCH_ROWS, Grid
from geodata.errors import Message

_EXAMPLE = re.compile(r"(示例|样例|范例|填写示例|example)(行|row)?$")
_EXAMPLE_START = re.compile(r"\W*(示例|样例|范例|例如|example)\s*[:：]", re.IGNORECASE)


class HeaderNames:
    """The names by which the headers of some columns are known."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)
        self._exact: dict[str, str] = {}
        self._loose: dict[str, str] = {}
        for column in columns:
            for name in column.names:
                self._exact.setdefault(normalised_header(name), column.key)
                self._loose.setdefault(normalised_header(without_notes(name)), column.key)

    def key_of(self, header: object) -> str | None:
        """The key of the column that the header names, its notes in brackets aside."""
        text = written(header)
        if not text or len(text) > 200:
            return None
        exact = self._exact.get(normalised_header(text))
        bare = normalised_header(without_notes(text))
        return exact or (self._exact.get(bare) or self._loose.get(bare) if bare else None)

    def _score(self, row: Sequence[object]) -> int:
        return len({key for key in map(self.key_of, row) if key is not None})

    def header_row(self, rows: Sequence[Sequence[object]]) -> int:
        """The index of the row, among the first, that names the most columns; the uppermost of equals."""
        first = rows[:HEADER_SEARCH_ROWS]
        return max(range(len(first)), key=lambda index: (self._score(first[index]), -index), default=0)

    def best_score(self, rows: Sequence[Sequence[object]]) -> int:
        """How many columns that row names."""
        return max(map(self._score, rows[:HEADER_SEARCH_ROWS]), default=0)

    def is_complete(self, rows: Sequence[Sequence[object]]) -> bool:
        """Whether that row names every required column, and any at all."""
        if not rows:
            return False
        found = set(map(self.key_of, rows[self.header_row(rows)])) - {None}
        # One word alone is more likely a line of prose than a table, unless the table has no more.
        enough = min(2, len(self.columns))
        return len(found) >= enough and all(column.key in found for column in self.columns if column.required)


@dataclass
class Header:
    """A header row understood: where each column stands and what it is called there."""

    positions: dict[str, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    faults: list[ImportFault] = field(default_factory=list)
    marker_kind: str | None = None

    def is_repeated(self, cells: Sequence[object]) -> bool:
        """Whether the row only repeats the headers, as on each page of a printed list."""
        return all(
            position < len(cells) and written(cells[position]) == self.headers[key]
            for key, position in self.positions.items()
        )

    def is_example(self, cells: Sequence[object]) -> bool:
        """Whether the row is the template's example: so marked in a column of no meaning, or at its start.

        A text that merely says so stays data: at the start the mark counts only where no value looks so.
        """
        known = set(self.positions.values())
        for position, cell in enumerate(cells):
            if position in known or not isinstance(cell, str):
                continue
            if _EXAMPLE.match(normalised_header(without_notes(cell))):
                return True
        start = next((position for position, cell in enumerate(cells) if written(cell)), None)
        if start is None or start not in known or not isinstance(cells[start], str):
            return False
        text = str(cells[start])
        return self.marker_kind != "text" and start == min(known) and bool(_EXAMPLE_START.match(text))


def match_header(grid: Grid, number: int, names: HeaderNames) -> Header:
    """The header row ``number`` (from 0) of ``grid``, with a fault for what is doubled or missing."""
    header = Header()
    for position, cell in enumerate(grid.rows[number]):
        text = written(cell)
        if not text:
            continue
        key = names.key_of(cell)
        if key is None:
            header.ignored.append(text)
        elif key in header.positions:
            header.faults.append(
                _fault(
                    grid,
                    number,
                    text,
                    Message(
                        "The headers {first} and {second} name the same column. Delete one of the columns.",
                        first=header.headers[key],
                        second=text,
                    ),
                )
            )
        else:
            header.positions[key], header.headers[key] = position, text
    for column in names.columns:
        if column.required and column.key not in header.positions:
            header.faults.append(_missing(grid, number, column, header))
        if header.positions.get(column.key, -1) == min(header.positions.values(), default=None):
            header.marker_kind = column.kind
    return header


def _missing(grid: Grid, number: int, column: Column, header: Header) -> ImportFault:
    found = "、".join((*header.headers.values(), *header.ignored))
    if column.day in header.headers:
        return _fault(
            grid,
            number,
            column.header("zh_CN"),
            Message(
                "The column {column} is missing: {day} has the days alone. Add the column and write the time "
                "of day in each row, such as 09:30. Accepted headers are: {accepted}.",
                column=column.words,
                day=header.headers[column.day],
                accepted="、".join(column.names),
            ),
            value=None,
        )
    return _fault(
        grid,
        number,
        column.header("zh_CN"),
        Message(
            "The column {column} is missing. Accepted headers are: {accepted}. Found are: {found}.",
            column=column.words,
            accepted="、".join(column.names),
            found=found[:500],
        ),
        value=None,
    )


def _fault(grid: Grid, number: int, column: str, message: Message, value: str | None = "") -> ImportFault:
    return ImportFault(
        sheet=grid.name,
        row=number + 1,
        column=column,
        value=column if value == "" else value,
        message=message,
    )
