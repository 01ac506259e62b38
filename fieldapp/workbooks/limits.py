"""How large an imported file may be. Beyond these it is refused before it is read."""

from __future__ import annotations

from fieldapp.domain.errors import InvalidInputError
from geodata.errors import Message

MAX_FILE_BYTES = 32 * 1024**2
# What a packed workbook may hold when unpacked, counted by unpacking it, not by what it declares.
MAX_INFLATED_BYTES = 256 * 1024**2
MAX_ENTRIES = 2000
MAX_ROWS = 200_000
MAX_COLUMNS = 200
# A reader holds a sheet as a full rectangle, so two cells in far corners cost as much as all between them.
MAX_CELLS = 8_000_000
# One shared text may stand in many cells; this bounds their sum.
MAX_TEXT = 256 * 1024**2
MAX_XML_DEPTH = 256


class UnreadableFileError(InvalidInputError):
    """A file that is not a usable table as a whole."""

    code = "file.unreadable"


def too_many_rows(sheet: str | None) -> UnreadableFileError:
    if sheet is None:
        return UnreadableFileError(
            Message("The file has more than {limit} rows. Split it into several files.", limit=MAX_ROWS)
        )
    return UnreadableFileError(
        Message(
            "The sheet {sheet} has more than {limit} rows. Split it into several files.",
            sheet=sheet,
            limit=MAX_ROWS,
        )
    )


def too_many_columns(sheet: str | None) -> UnreadableFileError:
    if sheet is None:
        return UnreadableFileError(
            Message("The file has more than {limit} columns. Delete those not needed.", limit=MAX_COLUMNS)
        )
    return UnreadableFileError(
        Message(
            "The sheet {sheet} has more than {limit} columns. Delete those not needed.",
            sheet=sheet,
            limit=MAX_COLUMNS,
        )
    )


def too_large_inside() -> UnreadableFileError:
    return UnreadableFileError(
        Message(
            "The file holds far more than its size shows and was not opened. "
            "Copy the table into a new workbook and save that."
        )
    )


def damaged() -> UnreadableFileError:
    return UnreadableFileError(
        Message("The file is damaged and cannot be read. Open it in Excel or WPS and save it again.")
    )


def encrypted() -> UnreadableFileError:
    return UnreadableFileError(
        Message("The file is protected by a password. Save a copy without a password and import that.")
    )


def check_extent(sheet: str | None, rows: int, columns: int) -> None:
    """Raise when a sheet whose last cell stands at ``rows``, ``columns`` is beyond what is read."""
    if rows > MAX_ROWS:
        raise too_many_rows(sheet)
    if columns > MAX_COLUMNS:
        raise too_many_columns(sheet)
    if rows * columns > MAX_CELLS:
        raise too_large_inside()
