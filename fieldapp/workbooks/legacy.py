"""Read an old workbook (.xls) in a process of its own, under a memory limit.

The old format allows a file of a few kilobytes to ask for any amount of memory, and its reader loads
every sheet at once, so what bounds it stands outside: run as ``python -m fieldapp.workbooks.legacy FILE``
this prints the sheets as JSON, or dies alone.
"""

from __future__ import annotations

import io
import json
import resource
import struct
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from fieldapp.workbooks import limits
from fieldapp.workbooks.biff import error_cells
from fieldapp.workbooks.limits import UnreadableFileError

_MEMORY_BYTES = 1536 * 1024**2
_SECONDS = 60


@dataclass(frozen=True)
class LegacySheet:
    name: str
    visible: bool
    rows: list[list[object]]


def read_legacy(path: Path) -> list[LegacySheet]:
    """The sheets of the .xls file at ``path``; raises `UnreadableFileError`."""
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "fieldapp.workbooks.legacy", str(path)],
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise limits.too_large_inside() from None
    if done.returncode != 0:
        raise limits.too_large_inside()
    document = json.loads(done.stdout, object_hook=_decoded)
    refused = document.get("refused")
    if refused is not None:
        raise _refusal(refused, document.get("sheet"))
    return [LegacySheet(**sheet) for sheet in document["sheets"]]


def _refusal(reason: str, sheet: str | None) -> UnreadableFileError:
    if reason == "rows":
        return limits.too_many_rows(sheet)
    if reason == "encrypted":
        return limits.encrypted()
    if reason == "damaged":
        return limits.damaged()
    return limits.too_large_inside()


def _load(path: str) -> dict[str, object]:
    """What the child prints."""
    sheets: list[dict[str, object]] = []
    cells = 0
    try:
        # From bytes the reader goes by content; from a path it would go by the ending.
        content = Path(path).read_bytes()
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        errors = error_cells(content)
        for index, metadata in enumerate(workbook.sheets_metadata):
            sheet = workbook.get_sheet_by_index(index)
            if sheet.end is None:
                continue
            cells += (sheet.end[0] + 1) * (sheet.end[1] + 1)
            if cells > limits.MAX_CELLS:
                return {"refused": "cells"}
            sheets.append(
                {
                    "name": metadata.name,
                    "visible": metadata.visible == SheetVisibleEnum.Visible,
                    "rows": _with_errors(sheet.to_python(skip_empty_area=False), errors[index]),
                }
            )
    except PasswordError:
        return {"refused": "encrypted"}
    except (CalamineError, ValueError, IndexError, struct.error, OSError):
        return {"refused": "damaged"}
    return {"sheets": sheets}


def _with_errors(rows: list[list[Any]], errors: dict[tuple[int, int], str]) -> list[list[Any]]:
    for (row, column), text in errors.items():
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].extend("" for _ in range(column + 1 - len(rows[row])))
        rows[row][column] = text
    return rows


def _encoded(value: object) -> object:
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, time | timedelta):
        return str(value)
    raise TypeError(type(value).__name__)


def _decoded(document: dict[str, Any]) -> object:
    if len(document) == 1:
        if "date" in document:
            return date.fromisoformat(document["date"])
        if "datetime" in document:
            return datetime.fromisoformat(document["datetime"])
    return document


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    # A reader that runs out of memory aborts; that is expected here and leaves no core file behind.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    json.dump(_load(sys.argv[1]), sys.stdout, default=_encoded)


if __name__ == "__main__":
    main()
