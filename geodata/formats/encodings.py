"""The encoding of a Shapefile's attribute text: proven by strict decoding, or asked for."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from geodata.errors import Message
from geodata.formats.faults import TextEncodingError, UnreadableFileError

# GBK is a part of GB18030, so one reading serves both.
_CHINESE: Final = ("UTF-8", "GB18030")
_SUPPORTED: Final = (*_CHINESE, "GBK", "GB2312", "BIG5", "cp1252", "ISO-8859-1")
_FIELD_BYTES: Final = 32
_HEADER_END: Final = 0x0D


@dataclass(frozen=True)
class TextTable:
    """The bytes of a .dbf file that are text: the field names, and the values by field."""

    field_names: tuple[bytes, ...]
    values: tuple[tuple[bytes, ...], ...]

    def readable_in(self, encoding: str) -> bool:
        """Tell whether every byte is text in ``encoding``; a field name may be cut in its last character."""
        try:
            for name in self.field_names:
                codecs.getincrementaldecoder(encoding)().decode(name)
            for column in self.values:
                # The line break cannot be a part of a character in any of these encodings.
                b"\n".join(column).decode(encoding)
        except UnicodeDecodeError:
            return False
        return True

    def sample(self, encoding: str) -> str:
        """Text with Chinese in it, as read in ``encoding``."""
        foreign = [
            text for column in (self.field_names, *self.values) for text in column if not text.isascii()
        ]
        return "、".join(text.decode(encoding, "replace") for text in foreign[:3])


def parse_text_table(content: bytes) -> TextTable:
    """Take the text out of a .dbf file.

    Raises
    ------
    UnreadableFileError
        It is cut short or is no .dbf file.
    """
    records = int.from_bytes(content[4:8], "little")
    header = int.from_bytes(content[8:10], "little")
    width = int.from_bytes(content[10:12], "little")
    if len(content) < header or header < _FIELD_BYTES or len(content) < header + records * width:
        raise UnreadableFileError(Message("The .dbf file is cut short. Copy the Shapefile again."))
    rows = np.frombuffer(content, np.uint8, records * width, header).reshape(records, width)
    names, values = [], []
    start = 1
    for place in range(_FIELD_BYTES, header - 1, _FIELD_BYTES):
        if content[place] == _HEADER_END:
            break
        names.append(content[place : place + 11].split(b"\0")[0])
        length = content[place + 16]
        if content[place + 11 : place + 12] == b"C" and records and length:
            column = np.ascontiguousarray(rows[:, start : start + length]).view(f"S{length}").ravel()
            values.append(tuple(text.rstrip() for text in np.unique(column).tolist()))
        start += length
    return TextTable(tuple(names), tuple(values))


def choose_encoding(table: TextTable, stated: str | None, declared: str | None) -> str:
    """Decide in which encoding the text is.

    Parameters
    ----------
    table
        The bytes.
    stated
        What the .cpg file says, if there is one.
    declared
        What a person says.

    Returns
    -------
    str
        One of the names of Python's codecs, in which every byte is text.

    Raises
    ------
    TextEncodingError
        The declared or stated encoding is wrong, or several would do, or none does.
    """
    fitting = tuple(name for name in _CHINESE if table.readable_in(name))
    for claim in (declared, stated):
        encoding = None if claim is None else _known(claim)
        if claim is declared and claim is not None and encoding is None:
            raise TextEncodingError(
                Message(
                    "The encoding {name} is not known. Use one of {candidates}.",
                    name=repr(claim[:40]),
                    candidates=", ".join(_SUPPORTED),
                ),
                _SUPPORTED,
            )
        if encoding is not None:
            if table.readable_in(encoding):
                return encoding
            raise TextEncodingError(
                Message(
                    "The attribute text is not in {name}, as was said. It can be read in: {candidates}.",
                    name=encoding,
                    candidates=_shown(table, fitting),
                ),
                fitting,
            )
    return _detected(table, fitting)


def whole_characters(name: bytes, encoding: str) -> bytes:
    """Drop the rest of a character from the end of a field name that was cut at ten bytes."""
    return codecs.getincrementaldecoder(encoding)().decode(name).encode(encoding)


def _detected(table: TextTable, fitting: tuple[str, ...]) -> str:
    if not fitting:
        raise TextEncodingError(
            Message(
                "The attribute text is neither UTF-8 nor GB18030, or was cut in the middle of a character."
                " Say the encoding, or export the Shapefile again."
            ),
            (),
        )
    # Of two readings that decode, the right one has everyday characters; the other is gibberish.
    plain = tuple(name for name in fitting if _is_everyday(table, name))
    if len(fitting) == 1 or len(plain) == 1:
        return (plain or fitting)[0]
    if all(text.isascii() for column in (table.field_names, *table.values) for text in column):
        return "UTF-8"
    raise TextEncodingError(
        Message(
            "The attribute text can be read in several encodings: {candidates}. Say which is right.",
            candidates=_shown(table, fitting),
        ),
        fitting,
    )


def _is_everyday(table: TextTable, encoding: str) -> bool:
    """Tell whether all characters are among the some 7 000 of GB 2312, which names are written in."""
    for column in (table.field_names, *table.values):
        for text in column:
            try:
                codecs.getincrementaldecoder(encoding)().decode(text).encode("gb2312")
            except UnicodeEncodeError:
                return False
    return True


def _known(name: str) -> str | None:
    text = name.strip().strip("\ufeff")
    code_pages = {
        "65001": "UTF-8",
        "936": "GBK",
        "54936": "GB18030",
        "950": "BIG5",
        "1252": "cp1252",
        "88591": "ISO-8859-1",
    }
    digits = re.sub(r"(?i)^(ansi|oem|cp|ms|windows)?[\s_-]*", "", text)
    try:
        codec = codecs.lookup(code_pages.get(digits, text)).name
    except (LookupError, ValueError):
        return None
    return next((known for known in _SUPPORTED if codecs.lookup(known).name == codec), None)


def _shown(table: TextTable, encodings: tuple[str, ...]) -> str:
    return "; ".join(f"{name}: {table.sample(name)}" for name in encodings) or "-"
