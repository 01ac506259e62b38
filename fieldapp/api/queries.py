"""What stands after the question mark: read strictly, every fault named by its pointer."""

from __future__ import annotations

import re
from datetime import date

from flask import request

from fieldapp.domain.errors import Fault, InvalidInputError
from geodata.errors import Message

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def read_query(*known: str) -> dict[str, str]:
    """The query's parameters, without the empty ones.

    Raises `InvalidInputError` for a parameter that is not among ``known`` or given twice: a misspelt
    filter that was silently ignored would answer another question than the one asked.
    """
    faults = []
    for name, values in request.args.lists():
        if name not in known:
            faults.append(
                Fault(
                    pointer(name),
                    Message(
                        "The parameter {name} is not known here. Known are: {known}.",
                        name=name,
                        known=", ".join(known) or "–",
                    ),
                )
            )
        elif len(values) > 1:
            faults.append(
                Fault(pointer(name), Message("The parameter {name} is given more than once.", name=name))
            )
    if faults:
        raise InvalidInputError(
            Message("The address carries parameters that cannot be used."), faults, code="query.invalid"
        )
    return {name: value for name, value in request.args.items() if value}


def read_day(text: str, name: str) -> date:
    """A day as ``2026-11-22``; raises `InvalidInputError` pointing at the parameter."""
    try:
        if not _DAY.fullmatch(text):  # Python reads other ISO forms too, which the API does not promise
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        fault = Message("{value} is not a day. Write it as 2026-11-22.", value=text)
        raise InvalidInputError(
            Message("The address carries parameters that cannot be used."),
            [Fault(pointer(name), fault)],
            code="query.invalid",
        ) from None


def pointer(name: str) -> str:
    """The JSON pointer (RFC 6901) to a parameter."""
    return "/" + name.replace("~", "~0").replace("/", "~1")
