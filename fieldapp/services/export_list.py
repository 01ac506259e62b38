"""Write a list of a page, all of it and as it is filtered, as a sheet; that somebody did is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import BinaryIO

from fieldapp.services.context import Context
from fieldapp.workbooks.columns import Column
from fieldapp.workbooks.writing import FileFormat, write_table


def export_list(
    context: Context,
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, object]],
    target: BinaryIO,
    *,
    file_format: FileFormat,
    locale: str,
    asked: Mapping[str, str],
    actor: str,
) -> int:
    """Write the rows under headers of ``locale`` and return how many.

    The log keeps who, what and how it was filtered (``asked``). The rows are those that the person may
    see: the service that lists them has judged that.
    """
    count = write_table(
        columns, rows, target, file_format=file_format, headers="words", locale=locale, sheet_name=name
    )
    with context.work(actor=actor) as work:
        told = {"format": file_format, "rows": count, "asked": dict(asked)}
        work.record("table.exported", "table", name, after=told, topic=None)
        work.commit()
    return count
