"""What a cell's content means for its column's kind: a typed value, or a fault that says how to cure it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from rapidfuzz import process

from fieldapp.i18n import translate
from fieldapp.workbooks.columns import LOCALES, NO, YES, Column, normalised_header
from fieldapp.workbooks.errors import CellError
from fieldapp.workbooks.moments import Written, read_moment, read_time, time_within
from fieldapp.workbooks.texts import is_taken
from geodata.errors import Message

# Beyond 15 digits Excel rounds a number, so a code written as one is no longer the code.
_EXACT_DIGITS = 10**15
_ERRORS = re.compile(r"#(REF!|DIV/0!|N/A|NAME\?|NULL!|NUM!|VALUE!|SPILL!|CALC!|GETTING_DATA)|(Err|错误):\d+")
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?(E[+-]?\d{1,3})?", re.IGNORECASE)
_YES = frozenset({"是", "有", "对", "√", "✓", "✔", "y", "yes", "true", "t", "1"})
_NO = frozenset({"否", "无", "不是", "没有", "×", "✗", "✘", "x", "n", "no", "false", "f", "0"})
_SEPARATORS = re.compile(r"[、,，;；|\n]+")
_MANY_CHOICES = 12
# The day 0 of the calendars of spreadsheets.
_NO_DAYS = frozenset({date(1899, 12, 30), date(1899, 12, 31), date(1904, 1, 1)})


def cleaned(text: str) -> str:
    """The text without blanks around it, invisible ones too."""
    return text.strip().strip("\ufeff\u200b \t\r\n\u3000\xa0")


def written(cell: object) -> str:
    """The cell as a person sees it."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cleaned(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e21:
        return str(int(cell))
    return str(cell)


def is_error(text: str) -> bool:
    """Whether the text is what a spreadsheet shows for a formula that failed."""
    return _ERRORS.fullmatch(text) is not None


def parser_for(column: Column, *, dates_from_1904: bool = False) -> Callable[[object], object]:
    """A function from a cell that is not blank to the value of the column's kind; it raises `CellError`.

    Where another column may have the day, a cell with only a time of day gives a ``time``.
    """
    if column.kind in ("choice", "choices"):
        return _choices_parser(column)
    if column.kind == "code":
        return lambda cell: _code(cell, column.digits)
    if column.kind == "date":
        return lambda cell: _date(cell, dates_from_1904)
    if column.kind == "datetime" and column.day is not None:
        return lambda cell: _datetime_or_time(cell, dates_from_1904)
    if column.kind == "datetime":
        return lambda cell: _datetime(cell, dates_from_1904)
    return {"text": _text, "integer": _integer, "number": _number, "boolean": _boolean}[column.kind]


def _text(cell: object) -> str:
    text = written(cell)
    if not is_taken(text):
        raise CellError(
            Message("The text contains invisible control characters, which are not stored. Type it again.")
        )
    return text


def _plain(cell: object) -> str:
    return unicodedata.normalize("NFKC", written(cell)).strip()


def _code(cell: object, digits: int | None) -> str:
    if isinstance(cell, bool | date | time | timedelta):
        raise CellError(
            Message(
                "{value} is not a code. Format the column as text and type the code again.",
                value=written(cell),
            )
        )
    if isinstance(cell, float) and not cell.is_integer():
        raise CellError(Message("{value} is not a code. A code has no decimals.", value=written(cell)))
    if isinstance(cell, int | float) and abs(cell) >= _EXACT_DIGITS:
        raise CellError(
            Message(
                "Excel keeps only 15 digits of a number, so the end of this code may be lost. "
                "Format the column as text and type the code again."
            )
        )
    code = _text(_plain(cell))
    if re.fullmatch(r"\d(\.\d+)?E[+]?\d+", code, re.IGNORECASE):
        raise CellError(
            Message(
                "{value} is a code that Excel shortened. Format the column as text and type the code again.",
                value=code,
            )
        )
    if digits is None:
        return code
    code = re.sub(r"\s+", "", code)
    code = re.sub(r"(?<=\d)\.0+$", "", code)
    if re.fullmatch(rf"[0-9]{{{digits}}}", code):
        return code
    if re.fullmatch(r"[0-9]+", code) and len(code) < digits:
        raise CellError(
            Message(
                "The code {value} has {found} digits, not {digits}; zeros at its start may be lost. "
                "Format the column as text and type the whole code.",
                value=code,
                found=len(code),
                digits=digits,
            )
        )
    raise CellError(
        Message(
            "{value} is not a code of {digits} digits. Take the code from the roster.",
            value=code,
            digits=digits,
        )
    )


def _amount(cell: object) -> float | int | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return cell if math.isfinite(cell) else None
    if not isinstance(cell, str):
        return None
    text = _plain(cell).replace("−", "-")
    if (
        not text
        or not _NUMBER.fullmatch(text)
        or not any(mark.isdigit() for mark in text.upper().split("E")[0])
    ):
        return None
    text = text.replace(",", "")
    if re.fullmatch(r"[+-]?\d{1,18}", text):
        return int(text)
    amount = float(text)
    return amount if math.isfinite(amount) else None


def _integer(cell: object) -> int:
    amount = _amount(cell)
    if amount is None or amount != int(amount):
        raise CellError(
            Message("{value} is not a whole number. Write digits only, such as 12.", value=written(cell))
        )
    if abs(amount) >= 2**31:
        raise CellError(Message("{value} is too large a number. Correct it.", value=written(cell)))
    return int(amount)


def _number(cell: object) -> float:
    amount = _amount(cell)
    if amount is None:
        raise CellError(
            Message("{value} is not a number. Write digits only, such as 12.5.", value=written(cell))
        )
    return float(amount)


def _boolean(cell: object) -> bool:
    if isinstance(cell, bool):
        return cell
    word = _plain(cell).casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise CellError(
        Message("{value} is neither yes nor no. Write {yes} or {no}.", value=written(cell), yes=YES, no=NO)
    )


def _moment(cell: object, dates_from_1904: bool) -> Written | None:
    """The day and time of a cell in any usual notation."""
    if isinstance(cell, datetime):
        return Written(cell, timed=True)
    if isinstance(cell, date):
        return Written(datetime.combine(cell, time()), timed=False)
    if isinstance(cell, bool | time | timedelta):
        return None
    return read_moment(_plain(cell), dates_from_1904=dates_from_1904)


def _date(cell: object, dates_from_1904: bool) -> date:
    written_as = _moment(cell, dates_from_1904)
    if written_as is None:
        raise CellError(
            Message("{value} is not a date. Write it like 2026-01-05 or 2026年1月5日.", value=written(cell))
        )
    return written_as.moment.date()


def _datetime(cell: object, dates_from_1904: bool) -> datetime:
    written_as = _moment(cell, dates_from_1904)
    if written_as is None:
        raise CellError(
            Message("{value} is not a date with time. Write it like 2026-01-05 09:30.", value=written(cell))
        )
    if not written_as.timed:
        raise CellError(
            Message("{value} has no time of day. Write it like 2026-01-05 09:30.", value=written(cell))
        )
    return written_as.moment


def _datetime_or_time(cell: object, dates_from_1904: bool) -> datetime | time:
    if (clock := _time_of_day(cell)) is not None:
        return clock
    if _moment(cell, dates_from_1904) is None:
        raise CellError(
            Message(
                "{value} is not a time. Write it like 09:30 beside a column with the day, "
                "or with the day: 2026-01-05 09:30.",
                value=written(cell),
            )
        )
    return _datetime(cell, dates_from_1904)


def _time_of_day(cell: object) -> time | None:
    """The time of day of a cell that names no day: for a spreadsheet a part of its day 0."""
    if isinstance(cell, datetime):
        return cell.time() if cell.date() in _NO_DAYS else None
    if isinstance(cell, time):
        return cell
    if isinstance(cell, timedelta):
        return time_within(cell)
    if isinstance(cell, float) and 0 <= cell < 1:
        return time_within(timedelta(seconds=round(cell * 86400)))
    if isinstance(cell, bool | date):
        return None
    return read_time(_plain(cell))


def _choices_parser(column: Column) -> Callable[[object], object]:
    accepted = column.accepted_choices()

    def one(text: str) -> str:
        stored = accepted.get(normalised_header(text))
        if stored is None:
            raise CellError(_not_a_choice(column, text))
        return stored

    def several(cell: object) -> tuple[str, ...]:
        text = written(cell)
        if normalised_header(text) in accepted:
            return (one(text),)
        words = [cleaned(word) for word in _SEPARATORS.split(text)]
        return tuple(dict.fromkeys(one(word) for word in words if word))

    if column.kind == "choices":
        return several
    return lambda cell: one(written(cell))


def _not_a_choice(column: Column, text: str) -> Message:
    shown = [
        "{} ({})".format(*words) if words[0] != words[1] else words[0]
        for stored in column.choices
        for words in [[column.choice_words(stored, locale) for locale in LOCALES]]
    ]
    if len(shown) > _MANY_CHOICES:
        likely = [word for word, _, _ in process.extract(text, shown, limit=5)]
        return Message(
            "{value} is not one of the {count} values accepted here. The most alike are: {accepted}.",
            value=text,
            count=len(shown),
            accepted="、".join(likely),
        )
    return Message(
        "{value} is not accepted here. Write one of: {accepted}.", value=text, accepted="、".join(shown)
    )


def yes_or_no(value: bool, locale: str) -> str:
    return translate(YES if value else NO, locale)
