"""Find the error cells of an old workbook (.xls), which its reader gives as blanks.

Follows [MS-CFB] for the container and [MS-XLS] for the records. It runs inside the memory limit of
`fieldapp.workbooks.legacy`; what it cannot follow raises `ValueError` or `struct.error`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_LAST_SECTOR = 0xFFFFFFFA
_BOF, _EOF, _BOUNDSHEET, _FORMULA, _BOOLERR = 0x0809, 0x000A, 0x0085, 0x0006, 0x0205


def error_cells(content: bytes) -> list[dict[tuple[int, int], str]]:
    """For each sheet in order, its errors by (row, column) from 0."""
    stream = _workbook_stream(content)
    starts = [struct.unpack_from("<I", body)[0] for kind, body in _records(stream, 0) if kind == _BOUNDSHEET]
    return [dict(_errors(stream, start)) for start in starts]


def _errors(stream: bytes, start: int) -> Iterator[tuple[tuple[int, int], str]]:
    for kind, body in _records(stream, start):
        code: int | None = None
        if kind == _BOOLERR and body[7]:
            code = body[6]
        elif kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
            code = body[8]
        if code is not None:
            row, column = struct.unpack_from("<HH", body)
            yield (row, column), ERRORS.get(code, "#N/A")


def _records(stream: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    """The records of one substream, those of charts inside it too."""
    depth = 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        yield kind, stream[position + 4 : position + 4 + length]
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        position += 4 + length


def _workbook_stream(content: bytes) -> bytes:
    sector = 1 << struct.unpack_from("<H", content, 30)[0]
    mini_sector = 1 << struct.unpack_from("<H", content, 32)[0]
    directory_start, cutoff, mini_start = struct.unpack_from("<I4xII", content, 48)
    next_table, table_sectors = (
        struct.unpack_from("<I", content, 68)[0],
        list(struct.unpack_from("<109I", content, 76)),
    )
    for _ in range(len(content) // sector):
        if next_table >= _LAST_SECTOR:
            break
        *more, next_table = struct.unpack_from(f"<{sector // 4}I", content, (next_table + 1) * sector)
        table_sectors += more
    table: list[int] = []
    for number in table_sectors:
        if number < _LAST_SECTOR:
            table += struct.unpack_from(f"<{sector // 4}I", content, (number + 1) * sector)
    directory = _chain(content[sector:], table, directory_start, sector)
    root_start = struct.unpack_from("<I", directory, 116)[0]
    for entry in range(0, len(directory) - 127, 128):
        length = struct.unpack_from("<H", directory, entry + 64)[0]
        name = directory[entry : entry + max(length - 2, 0)].decode("utf-16-le", "replace")
        if name.casefold() in ("workbook", "book"):
            start, size = struct.unpack_from("<II", directory, entry + 116)
            if size >= cutoff:
                return _chain(content[sector:], table, start, sector)[:size]
            mini = _chain(content[sector:], table, root_start, sector)
            mini_bytes = _chain(content[sector:], table, mini_start, sector)
            mini_table = list(struct.unpack(f"<{len(mini_bytes) // 4}I", mini_bytes))
            return _chain(mini, mini_table, start, mini_sector)[:size]
    raise ValueError("no workbook stream")


def _chain(body: bytes, table: list[int], start: int, size: int) -> bytes:
    pieces: list[bytes] = []
    while start < _LAST_SECTOR:
        if start >= len(table) or len(pieces) > len(table):
            raise ValueError("broken chain of sectors")
        pieces.append(body[start * size : (start + 1) * size])
        start = table[start]
    return b"".join(pieces)
