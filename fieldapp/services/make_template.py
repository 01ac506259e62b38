"""Make the workbook that somebody fills in and imports."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection

from fieldapp.persistence import commissioners, townships
from fieldapp.services.columns import COLUMNS, KIND_WORDS, ImportKind
from fieldapp.services.context import Context
from fieldapp.workbooks.writing import write_template

# What nobody fills in by hand.
_LEFT_OUT = frozenset(
    {"demonstration", "pinyin", "seat_source"}
    # Of a visit: what is decided or found out here.
    | {"grade", "review", "confirmation_approved", "received_at", "county_code"}
)


def make_template(context: Context, kind: ImportKind, target: Path | BinaryIO, *, locale: str) -> None:
    """Write the template of a table, with drop-downs of the register's own names and a filled example."""
    columns = [column for column in COLUMNS[kind] if column.key not in _LEFT_OUT]
    keys = {column.key for column in columns}
    with context.reading() as connection:
        lists = {key: names for key, names in _names(connection).items() if key in keys and names}
    write_template(columns, target, title=KIND_WORDS[kind], locale=locale, lists=lists)


def _names(connection: Connection) -> dict[str, list[str]]:
    places = townships.places(connection)
    return {
        "county": sorted(set(townships.county_names(connection).values())),
        "township": list(dict.fromkeys(place.name for place in places)),
        "institution": list(commissioners.all_institutions(connection)),
        "commissioner_id": list(commissioners.all_by_id(connection)),
    }
