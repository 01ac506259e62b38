"""What the addresses of the visits' pages ask for."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TypeVar

from flask import request

from fieldapp.domain.errors import Fault, InvalidInputError
from fieldapp.domain.visits import EvidenceGrade, Review
from fieldapp.services.list_visits import VisitFilter
from fieldapp.web.registers.asking import asked_text
from geodata.errors import Message

Word = TypeVar("Word", bound=StrEnum)


def asked_filter() -> VisitFilter:
    """The filter of the address; a word that is none asks for nothing, a day that is none is told."""
    return VisitFilter(
        review=asked_word("review", Review),
        grade=asked_word("grade", EvidenceGrade),
        county=asked_code("county", 6),
        township=asked_code("township", 9),
        commissioner=asked_text("commissioner")[:30],
        since=asked_day("since"),
        until=asked_day("until"),
        awaiting_photos=request.args.get("awaiting_photos") == "1",
        to_confirm=request.args.get("to_confirm") == "1",
        denied=request.args.get("denied") == "1",
        search=asked_text("search"),
    )


def asked_word(name: str, words: type[Word]) -> Word | None:
    """One of some words; None where the address has none of them."""
    text = request.args.get(name, "")
    return next((word for word in words if word.value == text), None)


def asked_code(name: str, digits: int) -> str:
    """A division code; blank where the address has none."""
    text = request.args.get(name, "")
    return text if len(text) == digits and text.isascii() and text.isdigit() else ""


def asked_day(name: str) -> date | None:
    """A day; None where the address has none, `InvalidInputError` where it is none."""
    text = asked_text(name)
    if not text:
        return None
    try:
        if len(text) == len("2026-11-22"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    message = Message("{value} is not a day. Write it as 2026-11-22.", value=text)
    raise InvalidInputError(message, [Fault(f"/{name}", message)], code="query.invalid")
