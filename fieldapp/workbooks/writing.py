"""Write tables as workbooks and CSV files that a spreadsheet opens without surprises, and templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Literal

from fieldapp.workbooks.columns import Column
from geodata.errors import Message

Headers = Literal["key", "words"]
FileFormat = Literal["xlsx", "csv"]


def write_table(
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, object]],
    target: Path | BinaryIO,
    *,
    file_format: FileFormat | None = None,
    headers: Headers = "key",
    locale: str = "zh_CN",
    sheet_name: str | None = None,
) -> int:
    """Write rows (mappings by column key) and return how many; memory stays bounded for long tables.

    ``headers`` "key" writes the snake_case keys and stored values, "words" the words of ``locale`` for
    both. ``file_format`` defaults to the ending of a path. A path appears only when it is complete.
    """
    raise NotImplementedError


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
    raise NotImplementedError
