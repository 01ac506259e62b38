"""Tables for a terminal: aligned also where a Chinese character takes the room of two letters."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def aligned(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Lines of columns two spaces apart; numbers stand right, missing values as a dash."""
    cells = [[_shown(value) for value in row] for row in rows]
    widths = [max(map(shown_width, column)) for column in zip(headings, *cells, strict=True)]
    right = [
        any(isinstance(value, int | float) for value in column) for column in zip(*rows, strict=True)
    ] or [False] * len(headings)
    return [
        "  ".join(
            " " * (width - shown_width(text)) + text if to_right else text + " " * (width - shown_width(text))
            for text, width, to_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in (list(headings), ["-" * width for width in widths], *cells)
    ]


def shown_width(text: str) -> int:
    """The number of terminal cells that a text takes."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def _shown(value: object) -> str:
    """One line without control characters: a name must not move the cursor of whoever reads it."""
    if value is None or value == "":
        return "–"
    text = " ".join(str(value).split())
    return "".join("\ufffd" if unicodedata.category(letter) in {"Cc", "Cf"} else letter for letter in text)
