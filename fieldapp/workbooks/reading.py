"""Read a table from a workbook or a CSV file, whatever its layout, and name every fault in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fieldapp.domain.importing import ImportFault
from fieldapp.workbooks.columns import Column
from geodata.errors import Message

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
) -> Sheet:
    """The table in the file, as typed values.

    ``encoding`` is for CSV only and overrides detection; ``name`` is the file's name as its sender knows
    it; ``sheet`` picks one sheet of several. Raises `InvalidInputError` when the file as a whole cannot
    be read; all other faults are in the sheet.
    """
    raise NotImplementedError
