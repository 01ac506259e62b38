"""Which characters of a text a file carries, and which of them a reading takes."""

from __future__ import annotations

import re

# A terminal obeys the first, and the second make a name look like another: no cell may hold them.
_CONTROLS = "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f"
_OVERRIDES = "\\u202a-\\u202e\\u2066-\\u2069"
_UNTAKEN = re.compile(f"[{_CONTROLS}{_OVERRIDES}]")
# Neither XML nor UTF-8 can carry these.
_UNWRITABLE = re.compile("[\\x00\\ud800-\\udfff\\ufffe\\uffff]")
_LINE_END = re.compile("\\r\\n|[\\r\\v\\f\\x85]")


def is_taken(text: str) -> bool:
    """Whether a cell may hold the text."""
    return _UNTAKEN.search(text) is None


def text_in_files(text: str) -> str:
    """The text as a file holds it: what cannot be written is marked, what no reading takes is left out."""
    if text.isprintable():
        return text
    return _UNTAKEN.sub("", _LINE_END.sub("\n", _UNWRITABLE.sub("\ufffd", text)))
