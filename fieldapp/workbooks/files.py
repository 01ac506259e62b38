"""Open a table file by what it contains, whatever its name ends in."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from fieldapp.workbooks import inspection, legacy, limits
from fieldapp.workbooks.limits import UnreadableFileError
from geodata.errors import Message

HEADER_SEARCH_ROWS = 15
# A cell that begins with one of these may be run as a formula by the program that opens the file.
FORMULA_STARTS = "=+-@\t\r＝＋－＠"
_TO_GUARD = re.compile(f"'*[{re.escape(FORMULA_STARTS)}]")
_GUARDED = re.compile(f"'+[{re.escape(FORMULA_STARTS)}]")
_DELIMITERS = ",;\t"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xls", ".ods")


@dataclass
class Grid:
    """A sheet as cells: ``errors`` by (row, column) from 0, where the reader saw only a blank."""

    name: str | None
    rows: list[list[object]]
    visible: bool = True
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


@dataclass
class TableFile:
    """The sheets of a file, and what is worth telling about how it was opened."""

    kind: str
    grids: list[Grid]
    notes: list[Message] = field(default_factory=list)
    dates_from_1904: bool = False
    encoding: str | None = None


def guarded(text: str) -> str:
    """The text as a CSV cell that no program takes for a formula; `unguarded` takes it back."""
    return "'" + text if _TO_GUARD.match(text) else text


def unguarded(text: str) -> str:
    return text[1:] if _GUARDED.match(text) else text


def open_table_file(
    path: Path, score: Callable[[Sequence[Sequence[object]]], int], *, name: str, encoding: str | None
) -> TableFile:
    """The sheets of the file at ``path``, whose sender calls it ``name``.

    ``score`` says how well the first rows of a reading fit what is sought; it decides between delimiters.
    """
    size = path.stat().st_size
    if size > limits.MAX_FILE_BYTES:
        raise UnreadableFileError(
            Message(
                "The file has {size} MB, more than the {limit} MB that are accepted. "
                "Split it into several files.",
                size=-(-size // 1024**2),
                limit=limits.MAX_FILE_BYTES // 1024**2,
            )
        )
    if size == 0:
        raise UnreadableFileError(Message("The file is empty."))
    with path.open("rb") as stream:
        start = stream.read(8)
    if start.startswith(b"PK\x03\x04"):
        opened = _open_packed(path)
    elif start == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        opened = _open_legacy(path)
    else:
        opened = _open_csv(path, score, encoding, name)
    ending = Path(name).suffix.casefold()
    expected = {".xlsm": "xlsx", ".tsv": "csv", ".txt": "csv"}.get(ending, ending.lstrip("."))
    if expected and expected != opened.kind:
        opened.notes.append(
            Message(
                "The file is called {name}, but its content is {kind}; it was read as that.",
                name=name,
                kind=opened.kind,
            )
        )
    return opened


def _open_packed(path: Path) -> TableFile:
    packed = inspection.inspect(path)
    opened = TableFile(packed.kind, [], dates_from_1904=packed.dates_from_1904)
    cells = 0
    try:
        # From a stream the reader goes by content; from a path it would go by the ending.
        with path.open("rb") as stream, CalamineWorkbook.from_filelike(stream) as workbook:
            for metadata in workbook.sheets_metadata:
                if metadata.typ != SheetTypeEnum.WorkSheet:
                    continue
                sheet = workbook.get_sheet_by_name(metadata.name)
                end = sheet.end
                if end is not None:
                    limits.check_extent(metadata.name, end[0] + 1, end[1] + 1)
                    cells += (end[0] + 1) * (end[1] + 1)
                if cells > limits.MAX_CELLS:
                    raise limits.too_large_inside()
                rows: list[list[object]] = []
                if end is not None:
                    rows.extend(list(row) for row in sheet.to_python(skip_empty_area=False))
                errors = packed.errors.get(metadata.name, {})
                visible = metadata.visible == SheetVisibleEnum.Visible
                opened.grids.append(Grid(metadata.name, _with_room(rows, errors), visible, errors))
    except PasswordError:
        raise limits.encrypted() from None
    except (CalamineError, ValueError, OSError):
        raise limits.damaged() from None
    return opened


def _with_room(rows: list[list[object]], errors: dict[tuple[int, int], str]) -> list[list[object]]:
    """The rows, extended so that each error has its cell."""
    for row, column in errors:
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].extend("" for _ in range(column + 1 - len(rows[row])))
    return rows


def _open_legacy(path: Path) -> TableFile:
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise limits.encrypted()
    if not any(stream.encode("utf-16-le") in content for stream in ("Workbook", "WORKBOOK", "Book", "BOOK")):
        raise UnreadableFileError(
            Message(
                "The file is an Office document, but not a workbook. "
                "Choose a file of type .xlsx, .xls, .ods or .csv."
            )
        )
    return TableFile(
        "xls", [Grid(sheet.name, sheet.rows, sheet.visible) for sheet in legacy.read_legacy(path)]
    )


def _open_csv(
    path: Path, score: Callable[[Sequence[Sequence[object]]], int], encoding: str | None, name: str
) -> TableFile:
    text, used = _decoded(path.read_bytes(), encoding, name)
    if text.lstrip()[:1] == "<":
        raise UnreadableFileError(
            Message(
                "The file {name} is a web page or XML, not a workbook. "
                "Open it in Excel or WPS and save it as .xlsx.",
                name=name,
            )
        )

    def first_rows(delimiter: str) -> list[list[str]]:
        return list(itertools.islice(_records(text, delimiter), HEADER_SEARCH_ROWS))

    def fitness(delimiter: str) -> tuple[int, int]:
        try:
            rows = first_rows(delimiter)
        except UnreadableFileError:
            return -1, -1
        return score(rows), max(map(len, rows), default=0)

    rows: list[list[object]] = []
    for record in _records(text, max(_DELIMITERS, key=fitness)):
        while record and not record[-1]:
            record.pop()
        if len(rows) >= limits.MAX_ROWS:
            if record:
                raise limits.too_many_rows(None)
            continue
        if len(record) > limits.MAX_COLUMNS:
            raise limits.too_many_columns(None)
        rows.append([unguarded(cell) for cell in record])
    return TableFile("csv", [Grid(None, rows)], encoding=used)


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 0
    try:
        for record in reader:
            number += 1
            yield record
    except csv.Error:
        raise UnreadableFileError(
            Message(
                "The file cannot be read as CSV after row {row}. "
                "Look there for a quotation mark that is not closed.",
                row=number,
            )
        ) from None


def _decoded(content: bytes, encoding: str | None, name: str) -> tuple[str, str]:
    """The text and the encoding in which it was read: a mark or a strict fit decides, never a likelihood."""
    candidates = [encoding] if encoding else ["utf-8", "gb18030"]
    if not encoding:
        candidates[:0] = [used for mark, used in _BOMS if content.startswith(mark)][:1]
    for candidate in candidates:
        try:
            text = content.decode(candidate).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
        except LookupError:
            raise UnreadableFileError(
                Message("There is no encoding {encoding}. Use utf-8 or gb18030.", encoding=candidate)
            ) from None
        if "\0" not in text:
            return text, candidate
    if encoding:
        raise UnreadableFileError(
            Message(
                "The file {name} is not text in the encoding {encoding}. "
                "Leave the encoding out, or save the file as UTF-8.",
                name=name,
                encoding=encoding,
            )
        )
    if Path(name).suffix.casefold() in _WORKBOOK_ENDINGS:
        raise UnreadableFileError(
            Message(
                "The file {name} is not a workbook, whatever its name says. Save it again as .xlsx.",
                name=name,
            )
        )
    raise UnreadableFileError(
        Message(
            "The file {name} is neither a workbook nor text in UTF-8 or GB18030. "
            "Save it as .xlsx or as CSV UTF-8.",
            name=name,
        )
    )
