"""Records, such as the attributes of features, read as a sheet: what they say is understood as there."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from fieldapp.services.columns import COLUMNS, ImportKind
from fieldapp.workbooks.files import guarded
from fieldapp.workbooks.reading import Sheet, read_rows


def sheet_of(records: Iterable[Mapping[str, Any]], kind: ImportKind) -> Sheet:
    """The records as the rows of a sheet without a name, counted from 1."""
    flat = [_flat(record) for record in records]
    headers = list(dict.fromkeys(key for record in flat for key in record))
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        path = Path(folder) / "attributes.csv"
        with path.open("w", encoding="utf-8", errors="replace", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(headers)
            writer.writerows([guarded(record.get(key, "")) for key in headers] for record in flat)
        sheet = read_rows(path, COLUMNS[kind], encoding="utf-8")
    # The line of headers is no record.
    sheet.rows = [replace(row, number=row.number - 1) for row in sheet.rows]
    sheet.faults = [
        replace(fault, row=None if fault.row is None else fault.row - 1) for fault in sheet.faults
    ]
    return sheet


def _flat(record: Mapping[str, Any]) -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in record.items():
        if key == "seat" and isinstance(value, list | tuple) and len(value) == 2:
            flat["seat_lon"], flat["seat_lat"] = map(_text, value)
        else:
            flat[str(key).replace("\0", "\ufffd")] = _text(value)
    return flat


def _text(value: object) -> str:
    """The value as its cell would be written; a character that no cell holds is replaced."""
    if isinstance(value, list | tuple):
        return "、".join(_text(item) for item in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if pd.isna(value):  # type: ignore[call-overload]  # any scalar will do
        return ""
    if isinstance(value, date):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).replace("\0", "\ufffd")
