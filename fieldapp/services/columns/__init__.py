"""The tables that go out and come in, and the columns of each in the order in which they are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from fieldapp.services.columns.assignments import ASSIGNMENTS
from fieldapp.services.columns.commissioners import COMMISSIONERS
from fieldapp.services.columns.products import PRODUCTS
from fieldapp.services.columns.townships import TOWNSHIPS
from fieldapp.services.columns.travel import TRAVEL
from fieldapp.services.columns.visits import VISITS
from fieldapp.workbooks.columns import Column
from geodata.errors import Message

ImportKind = Literal["townships", "commissioners", "products", "assignments", "visits", "travel"]
ExportKind = ImportKind
IMPORT_KINDS: tuple[ImportKind, ...] = (
    "townships",
    "commissioners",
    "products",
    "assignments",
    "visits",
    "travel",
)
EXPORT_KINDS: tuple[ExportKind, ...] = IMPORT_KINDS

KIND_WORDS: Mapping[ImportKind, Message] = {
    "townships": Message("Townships, boundaries and roster"),
    "commissioners": Message("Commissioners"),
    "products": Message("Products"),
    "assignments": Message("Assignments"),
    "visits": Message("Visits"),
    "travel": Message("Distances by road"),
}

COLUMNS: Mapping[ImportKind, tuple[Column, ...]] = {
    "townships": TOWNSHIPS,
    "commissioners": COMMISSIONERS,
    "products": PRODUCTS,
    "assignments": ASSIGNMENTS,
    "visits": VISITS,
    "travel": TRAVEL,
}
