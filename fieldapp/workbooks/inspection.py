"""Look through a packed workbook (.xlsx, .ods) in bounded memory before a reader may open it.

Neither the zip directory's sizes nor a sheet's stated dimension can be believed, so every part is really
unpacked, piece by piece, and every cell's position is counted. On the way this finds what the reader
passes over in silence: error cells and formulas that were never calculated.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from xml.parsers import expat

from fieldapp.workbooks import limits
from fieldapp.workbooks.limits import UnreadableFileError
from geodata.errors import Message

PackedKind = Literal["xlsx", "ods"]
# What stands for a formula without a stored result.
UNCALCULATED = "="

_CHUNK = 1 << 16
_ODS_TYPES = (
    b"application/vnd.oasis.opendocument.spreadsheet",
    b"application/vnd.oasis.opendocument.spreadsheet-template",
)


@dataclass
class PackedWorkbook:
    """What was found: per sheet, the errors by (row, column) counted from 0; and the day-number epoch."""

    kind: PackedKind
    errors: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)
    dates_from_1904: bool = False


def inspect(path: Path) -> PackedWorkbook:
    """What the zip file at ``path`` holds; raises `UnreadableFileError` for what must not be opened."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > limits.MAX_ENTRIES:
                raise limits.too_large_inside()
            if any(entry.flag_bits & 0x1 for entry in entries):
                raise limits.encrypted()
            if sum(entry.file_size for entry in entries) > limits.MAX_INFLATED_BYTES:
                raise limits.too_large_inside()
            kind = _kind(archive)
            return _Inspection(archive, kind).run()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        raise limits.damaged() from None


def _kind(archive: zipfile.ZipFile) -> PackedKind:
    names = {name.casefold().replace("\\", "/") for name in archive.namelist()}
    if "xl/workbook.bin" in names:
        raise UnreadableFileError(
            Message("The file is a binary workbook (.xlsb). Save it as .xlsx and import that.")
        )
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "mimetype" in names and "content.xml" in names:
        with archive.open("mimetype") as stream:
            if stream.read(100).strip() in _ODS_TYPES:
                return "ods"
    raise UnreadableFileError(
        Message("The file is a zip archive, not a workbook. Choose a file of type .xlsx, .xls, .ods or .csv.")
    )


@dataclass
class _Part:
    """One sheet of an .xlsx as scanned: its errors, and the shared texts that its cells refer to."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    shared: array[int] = field(default_factory=lambda: array("L"))


class _Inspection:
    def __init__(self, archive: zipfile.ZipFile, kind: PackedKind) -> None:
        self.archive = archive
        self.found = PackedWorkbook(kind)
        self.inflated = 0
        self.text = 0
        self.text_lengths: array[int] = array("L")
        self.parts: dict[str, _Part] = {}
        self.sheet_ids: list[tuple[str, str]] = []
        self.targets: dict[str, str] = {}

    def run(self) -> PackedWorkbook:
        for entry in self.archive.infolist():
            # A reader follows names written in other parts, so any part may be what it takes for a sheet.
            self._scan(entry)
        self._check_shared_text()
        for name, identifier in self.sheet_ids:
            part = self.parts.get(self.targets.get(identifier, ""))
            if part and part.errors:
                self.found.errors[name] = part.errors
        return self.found

    def _pieces(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        # The declared size would end the reading early, where a reader that ignores it goes on.
        entry.file_size = limits.MAX_INFLATED_BYTES + 1
        with self.archive.open(entry) as stream:
            while piece := stream.read(_CHUNK):
                self.inflated += len(piece)
                if self.inflated > limits.MAX_INFLATED_BYTES:
                    raise limits.too_large_inside()
                yield piece

    def _scan(self, entry: zipfile.ZipInfo) -> None:
        scanner: _Scanner | None = None
        name = entry.filename.replace("\\", "/").casefold()
        for number, piece in enumerate(self._pieces(entry)):
            if number == 0 and b"<" in piece[:8]:
                scanner = _Scanner(self, name)
            if scanner:
                scanner.feed(piece)
        if scanner:
            scanner.finish()

    def add_text(self, length: int) -> None:
        self.text += length
        if self.text > limits.MAX_TEXT:
            raise limits.too_large_inside()

    def _check_shared_text(self) -> None:
        count = len(self.text_lengths)
        for part in self.parts.values():
            for index in part.shared:
                if index < count:
                    self.add_text(self.text_lengths[index])


class _Scanner:
    """Reads one XML part as a stream; what it does with an element depends on the part's root."""

    def __init__(self, inspection: _Inspection, name: str) -> None:
        self.inspection = inspection
        self.name = name
        self.part = _Part()
        self.depth = 0
        self.root = ""
        self.row = self.column = -1
        self.cell_type = ""
        self.has_formula = self.has_value = False
        self.characters: list[str] = []
        self.broken = False
        # ODS: the sheet, and how often its row and cell are repeated.
        self.sheet = ""
        self.row_repeats = self.cell_repeats = 1
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype

    def feed(self, piece: bytes) -> None:
        self._parse(piece, False)

    def finish(self) -> None:
        self._parse(b"", True)
        if self.root == "worksheet":
            self.inspection.parts[self.name] = self.part

    def _parse(self, piece: bytes, final: bool) -> None:
        if self.broken:
            return
        try:
            self.parser.Parse(piece, final)
        except expat.ExpatError:
            # Old drawings are not well-formed XML, and no reader of cells looks at them.
            if not self.name.endswith((".vml", ".html", ".htm")):
                raise limits.damaged() from None
            self.broken = True

    def _refuse_doctype(self, *_: object) -> None:
        raise UnreadableFileError(
            Message(
                "The file contains entity declarations, which no spreadsheet writes, and was not opened. "
                "Save it again in Excel or WPS."
            )
        )

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > limits.MAX_XML_DEPTH:
            raise limits.too_large_inside()
        name = qualified.rpartition(":")[2]
        if self.depth == 1:
            self.root = name
        if self.root == "worksheet":
            self._start_in_sheet(name, attributes)
        elif self.root == "document-content":
            self._start_in_ods(name, _local(attributes))
        elif self.root == "sst":
            if name == "t":
                self._listen()
        elif self.root == "workbook":
            self._start_in_workbook(name, attributes)
        elif self.root == "Relationships" and name == "Relationship":
            self._relate(attributes)
        elif self.root == "manifest" and name == "encryption-data":
            raise limits.encrypted()

    def _end(self, qualified: str) -> None:
        self.depth -= 1
        name = qualified.rpartition(":")[2]
        if self.root == "worksheet":
            self._end_in_sheet(name)
        elif self.root == "document-content":
            self._end_in_ods(name)
        elif self.root == "sst" and name == "si":
            self.inspection.text_lengths.append(sum(map(len, self.characters)))
            self._hush()

    def _listen(self) -> None:
        self.parser.CharacterDataHandler = self.characters.append

    def _hush(self) -> str:
        self.parser.CharacterDataHandler = None
        text = "".join(self.characters)
        self.characters.clear()
        return text

    # .xlsx

    def _start_in_workbook(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            self.inspection.sheet_ids.append((attributes.get("name", ""), _local(attributes).get("id", "")))
        elif name == "workbookPr":
            self.inspection.found.dates_from_1904 = attributes.get("date1904") in ("1", "true")

    def _relate(self, attributes: dict[str, str]) -> None:
        if self.name == "xl/_rels/workbook.xml.rels":
            target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
            self.inspection.targets[attributes.get("Id", "")] = target.lstrip("/").casefold()

    def _start_in_sheet(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            reference = attributes.get("r")
            if reference:
                self.row, self.column = _position(reference)
            else:
                self.column += 1
            self.cell_type = attributes.get("t", "n")
            self.has_formula = self.has_value = False
        elif name == "row":
            number = attributes.get("r", "")
            self.row = int(number) - 1 if number.isdecimal() else self.row + 1
            self.column = -1
        elif name in ("v", "is"):
            limits.check_extent(None, self.row + 1, self.column + 1)
            self.has_value = True
            if name == "v" and (self.has_formula or self.cell_type in ("s", "e")):
                self._listen()
        elif name == "f":
            self.has_formula = True

    def _end_in_sheet(self, name: str) -> None:
        if name == "v":
            text = self._hush().strip()
            if self.cell_type == "s":
                if text.isdecimal() and len(text) <= 9:
                    self.part.shared.append(int(text))
            elif self.cell_type == "e":
                self.part.errors[self.row, self.column] = text or "#"
            elif self.has_formula:
                self.has_value = bool(text) or self.cell_type == "str"
        elif name == "c" and self.has_formula and not self.has_value:
            limits.check_extent(None, self.row + 1, self.column + 1)
            self.part.errors[self.row, self.column] = UNCALCULATED

    # .ods

    def _start_in_ods(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table":
            self.sheet = attributes.get("name", "")
            self.row = -1
            self.row_repeats = 1
        elif name == "table-row":
            self.row += self.row_repeats if self.row >= 0 else 1
            self.row_repeats = _repeats(attributes.get("number-rows-repeated"))
            self.column, self.cell_repeats = -1, 1
        elif name in ("table-cell", "covered-table-cell"):
            self.column += self.cell_repeats if self.column >= 0 else 1
            self.cell_repeats = _repeats(attributes.get("number-columns-repeated"))
            self.cell_type = attributes.get("value-type", "")
            self.characters.clear()
            if self.cell_type:
                limits.check_extent(self.sheet, self.row + self.row_repeats, self.column + self.cell_repeats)
        elif name == "p":
            limits.check_extent(self.sheet, self.row + self.row_repeats, self.column + self.cell_repeats)
            self._listen()

    def _end_in_ods(self, name: str) -> None:
        if name in ("table-cell", "covered-table-cell"):
            text = self._hush()
            self.inspection.add_text(len(text) * self.row_repeats * self.cell_repeats)


def _local(attributes: dict[str, str]) -> dict[str, str]:
    return {name.rpartition(":")[2]: value for name, value in attributes.items()}


def _position(reference: str) -> tuple[int, int]:
    """Row and column from 0 of a reference such as B7."""
    letters = reference.rstrip("0123456789")
    digits = reference[len(letters) :]
    if not digits or len(digits) > 9 or len(letters) > 5 or not (letters.isascii() and letters.isalpha()):
        raise limits.damaged()
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return int(digits) - 1, column - 1


def _repeats(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) <= 10 else 1
