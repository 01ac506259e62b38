"""How written workbooks look."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

HEADING: dict[str, Any] = {
    "bold": True,
    "bg_color": "#E8EEF4",
    "border": 1,
    "border_color": "#B8C4D0",
    "valign": "vcenter",
}


def safe_sheet_name(name: str) -> str:
    """The name without what Excel refuses in a sheet's name."""
    return re.sub(r"[\[\]:*?/\\\0-\x1f]", " ", name).strip(" '")[:31] or "Sheet1"


def display_width(text: str) -> int:
    """The width of the text's longest line in columns; Chinese characters take two."""
    lines = text[:500].split("\n")
    return max(sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in line) for line in lines)
