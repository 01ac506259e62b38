"""The values of one record as a form or a document gives them: read, checked, every fault with its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from shapely import Point

from fieldapp.domain.errors import Fault, InvalidInputError
from fieldapp.domain.wording import one_line, plain_text
from geodata.errors import Message

_DIGITS = re.compile(r"[+-]?\d{1,9}")


class Given:
    """Reads one record; `finish` raises `InvalidInputError` with every fault found on the way."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values
        self.faults: list[Fault] = []

    def refuse(self, key: str, message: Message) -> None:
        self.faults.append(Fault(f"/{key}", message))

    def finish(self) -> None:
        """Raise unless everything could be used."""
        if self.faults:
            raise InvalidInputError(
                Message("Some entries cannot be used. Correct them; nothing was changed."), self.faults
            )

    def text(self, key: str, *, limit: int, required: bool = False, lines: bool = False) -> str:
        """Text of at most ``limit`` characters, of one line unless ``lines`` are wanted."""
        value = self._values.get(key)
        read = plain_text if lines else one_line
        text = read(str(value)) if value is not None else ""
        if required and not text:
            self.refuse(key, Message("This must be filled in."))
        if len(text) > limit:
            self.refuse(
                key,
                Message(
                    "The text has {length} characters, more than the {limit} that are kept. Shorten it.",
                    length=len(text),
                    limit=limit,
                ),
            )
        return text

    def choice(self, key: str, allowed: Collection[str]) -> str:
        """One of the stored words."""
        value = str(self._values.get(key) or "")
        if value not in allowed:
            self.refuse(key, Message("Choose one of the list."))
        return value

    def choices(self, key: str, allowed: Collection[str]) -> tuple[str, ...]:
        """Several of the stored words, each once, in their order."""
        given = self._values.get(key) or ()
        words = {str(each) for each in given} if isinstance(given, list | tuple | set) else {str(given)}
        if words - set(allowed):
            self.refuse(key, Message("Choose only from the list."))
        return tuple(sorted(words & set(allowed)))

    def whole_number(self, key: str, *, smallest: int, largest: int, default: int) -> int:
        """A whole number within bounds; blank is the default."""
        value = self._values.get(key)
        text = unicodedata.normalize("NFKC", str(value)).strip() if value is not None else ""
        if not text:
            return default
        if not _DIGITS.fullmatch(text) or not smallest <= int(text) <= largest:
            self.refuse(
                key,
                Message("Write a whole number from {first} to {last}.", first=smallest, last=largest),
            )
            return default
        return int(text)

    def amount(self, key: str, *, largest: Decimal) -> Decimal | None:
        """An amount of at least nothing with up to two decimals; blank is not known."""
        value = self._values.get(key)
        text = unicodedata.normalize("NFKC", str(value)).replace(",", "").strip() if value is not None else ""
        if not text:
            return None
        try:
            found = Decimal(text)
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite() or not 0 <= found <= largest or found != round(found, 2):
            self.refuse(
                key,
                Message(
                    "Write a number from 0 to {largest} with at most two decimals.", largest=f"{largest:,}"
                ),
            )
            return None
        return round(found, 2)

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A day; blank is none."""
        value = self._values.get(key)
        if isinstance(value, date):
            return value
        text = str(value or "").strip()
        if not text:
            if required:
                self.refuse(key, Message("Choose a day."))
            return None
        try:
            found = date.fromisoformat(text)
        except ValueError:
            found = date.min
        if not 1949 <= found.year <= 2200:
            self.refuse(key, Message("{value} is not a day. Write it as 2026-11-22.", value=text[:20]))
            return None
        return found

    def position(self, lon_key: str, lat_key: str) -> Point | None:
        """A point in degrees of WGS 84; both blank is none."""
        lon, lat = (self._degrees(key, most) for key, most in ((lon_key, 180), (lat_key, 90)))
        if lon is None and lat is None:
            return None
        if lon is None or lat is None:
            if not any(fault.pointer in (f"/{lon_key}", f"/{lat_key}") for fault in self.faults):
                self.refuse(
                    lon_key if lon is None else lat_key,
                    Message("A position needs longitude and latitude. Give both, or neither."),
                )
            return None
        return Point(lon, lat)

    def _degrees(self, key: str, most: int) -> float | None:
        value = self._values.get(key)
        text = unicodedata.normalize("NFKC", str(value)).strip() if value is not None else ""
        if not text:
            return None
        try:
            found = float(text)
        except ValueError:
            found = float("inf")
        if not -most <= found <= most:
            self.refuse(
                key,
                Message(
                    "Write degrees from {first} to {last}, such as {example}.",
                    first=-most,
                    last=most,
                    example=126.53 if most == 180 else 45.8,
                ),
            )
            return None
        return found
